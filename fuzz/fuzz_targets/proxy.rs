#![no_main]

#[path = "../judge/proxy.rs"]
mod proxy;

libfuzzer_sys::fuzz_target!(|data: &[u8]| proxy::judge(data));
