//! `cargo xtask test`: every check one after the other, each with its time, and one closing line for all of them.

mod count;
mod steps;

use crate::stopwatch::{self, Stopwatch};
use count::Outcome;
use std::process::ExitCode;

/// One check or one run of tests.
struct Step {
    /// What `cargo xtask test NAME` calls it.
    name: &'static str,
    /// What it does, for a person.
    title: &'static str,
    run: fn() -> Outcome,
}

/// Runs the named steps, or all of them. A failed step does not keep the others from running.
pub fn test(names: &[String]) -> ExitCode {
    if let Some(unknown) = names.iter().find(|name| !steps::ALL.iter().any(|step| step.name == name.as_str())) {
        let known: Vec<&str> = steps::ALL.iter().map(|step| step.name).collect();
        eprintln!("no such step: {unknown}; there are: {}", known.join(" "));
        return ExitCode::from(2);
    }
    let wanted: Vec<&Step> =
        steps::ALL.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)).collect();
    let whole = Stopwatch::start();
    let mut lines = Vec::new();
    let mut total = Outcome::default();
    for (number, step) in wanted.iter().enumerate() {
        println!("\n== {}/{} {}: {}", number + 1, wanted.len(), step.name, step.title);
        let watch = Stopwatch::start();
        let outcome = (step.run)();
        let line = outcome.line(step.name, &stopwatch::words(watch.read()));
        println!("-- {line}");
        lines.push(line);
        total.passed += outcome.passed;
        total.failed += outcome.failed;
        total.trouble.extend(outcome.trouble);
        total.left_out.extend(outcome.left_out);
    }
    println!("\n== all steps, {}", stopwatch::words(whole.read()));
    for line in lines {
        println!("   {line}");
    }
    for test in &total.left_out {
        println!("left out: {test}");
    }
    for trouble in &total.trouble {
        println!("{trouble}");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
