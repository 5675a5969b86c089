#![no_main]

#[path = "../judge/header.rs"]
mod header;

libfuzzer_sys::fuzz_target!(|data: &[u8]| header::judge(data));
