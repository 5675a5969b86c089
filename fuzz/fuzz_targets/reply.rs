#![no_main]

#[path = "../judge/reply.rs"]
mod reply;

libfuzzer_sys::fuzz_target!(|data: &[u8]| reply::judge(data));
