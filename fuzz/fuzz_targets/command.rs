#![no_main]

#[path = "../judge/command.rs"]
mod command;

libfuzzer_sys::fuzz_target!(|data: &[u8]| command::judge(data));
