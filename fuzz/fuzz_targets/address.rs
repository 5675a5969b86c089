#![no_main]

#[path = "../judge/address.rs"]
mod address;

libfuzzer_sys::fuzz_target!(|data: &[u8]| address::judge(data));
