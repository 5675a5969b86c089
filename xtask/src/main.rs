//! `cargo xtask …`: builds, runs, tests and measures the whole house. This file is the table of contents.

#[cfg(test)]
mod arrows;
mod bench;
mod failure;
mod needs;
mod places;
mod run;
mod site;
mod stopwatch;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run  [--release] [any flag of `restante serve`]   build the pages and the server, and start it
cargo xtask test [step…]                                      check and test everything, or the named steps only
cargo xtask site [--release]                                  build only what the browser downloads, into target/site
cargo xtask bench [--quick] [--as-built] [section…]           measure the release build: accept, fsyncs, collect, inbox, relay, idle";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    match command.as_str() {
        "run" => failure::exit_code(run::run(rest)),
        "test" => test::test(&rest),
        "bench" => failure::exit_code(bench::bench(&rest)),
        "site" => failure::exit_code(site::command(&rest)),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        other => {
            eprintln!("no such task: {other}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}
