#![no_main]

#[path = "../judge/session.rs"]
mod session;

libfuzzer_sys::fuzz_target!(|data: &[u8]| session::judge(data));
