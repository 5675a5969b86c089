//! The steps themselves, in their order: what is quick and often wrong comes first.

use super::Step;
use super::count::{self, Outcome, Tests};
use crate::failure::{self, Done, Failure};
use crate::site::{self, Effort};
use crate::{needs, places, tools};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Built together, so that they share one set of features; the browser's side and this tool have other features, and
/// are built apart. `--workspace` would mix them all.
const SERVER_SIDE: &[&str] = &[
    "--package=mail",
    "--package=protocol",
    "--package=store",
    "--package=api",
    "--package=app",
    "--package=server",
    "--features=app/ssr",
];
const THIS_TOOL: &[&str] = &["--package=xtask"];

pub const ALL: &[Step] = &[
    Step { name: "format", title: "cargo fmt --check", run: format },
    Step { name: "site", title: "what the browser downloads", run: || Outcome::check(site::build(Effort::Quick)) },
    Step { name: "clippy", title: "the server's side, warnings are errors", run: clippy },
    Step { name: "clippy-browser", title: "the browser's side, warnings are errors", run: clippy_browser },
    Step { name: "clippy-xtask", title: "this tool, warnings are errors", run: clippy_xtask },
    Step { name: "tests", title: "unit, dialogue and integration tests", run: tests },
    Step { name: "tests-xtask", title: "this tool's own tests", run: || cargo_tests("tests-xtask", THIS_TOOL) },
    Step { name: "browser", title: "a browser, in three modes", run: browser },
    Step { name: "licences", title: "cargo deny check", run: licences },
];

fn format() -> Outcome {
    Outcome::check(tools::go("format", &mut tools::cargo(&["fmt", "--all", "--", "--check"]), "run `cargo fmt --all`"))
}

fn clippy() -> Outcome {
    lint("clippy", &[&["--all-targets", "--keep-going"], SERVER_SIDE].concat())
}

fn clippy_browser() -> Outcome {
    // In the profile that the site was built with, so that macros and build scripts are there already.
    let words = ["--package=frontend", "--bins", "--target=wasm32-unknown-unknown", "--profile=wasm-dev"];
    lint("clippy-browser", &words)
}

fn clippy_xtask() -> Outcome {
    lint("clippy-xtask", &[&["--all-targets"], THIS_TOOL].concat())
}

fn lint(step: &str, words: &[&str]) -> Outcome {
    let mut command = tools::cargo(&["clippy"]);
    command.args(words).args(["--", "--deny", "warnings"]);
    Outcome::check(tools::go(step, &mut command, "correct what clippy names above"))
}

fn tests() -> Outcome {
    needs::interop_programs();
    let python = needs::python();
    let mut outcome = cargo_tests("tests", SERVER_SIDE);
    // Few tests drive it; all others say what they have to say without.
    if let Err(failure) = python {
        let missing = Outcome::check(Err(failure));
        outcome.failed += missing.failed;
        outcome.trouble.extend(missing.trouble);
    }
    outcome
}

/// With nextest when it is here, else with `cargo test`.
fn cargo_tests(step: &str, packages: &[&str]) -> Outcome {
    if tools::find("cargo-nextest").is_none() {
        return plain_tests(step, packages);
    }
    let profile = if env::var_os("CI").is_some() { "ci" } else { "default" };
    let report = places::target().join("nextest").join(profile).join("junit.xml");
    forget(&report);
    let mut command = tools::cargo(&["nextest", "run", "--no-fail-fast", "--profile", profile]);
    command.args(packages);
    let ended =
        tools::go(step, &mut command, &format!("correct what is named above; again: `cargo xtask test {step}`"));
    Outcome::tests(step, read(&report, count::junit), ended)
}

fn plain_tests(step: &str, packages: &[&str]) -> Outcome {
    let mut command = tools::cargo(&["test", "--no-fail-fast", "--tests"]);
    command.args(packages).stdin(Stdio::null()).stdout(Stdio::piped());
    let (status, text) = match aloud(&mut command) {
        Ok(ended) => ended,
        Err(cause) => {
            return Outcome::check(Err(Failure::new(format!("{step}: {cause}"), "look whether cargo is here")));
        }
    };
    let ended: Done = if status.success() {
        Ok(())
    } else {
        Err(Failure::new(
            format!("{step}: {status}"),
            format!("correct what is named above; again: `cargo xtask test {step}`"),
        ))
    };
    Outcome::tests(step, count::libtest(&text), ended)
}

/// Runs it to its end. What it says is shown as it comes, line by line, and answered when it is over.
fn aloud(command: &mut Command) -> std::io::Result<(ExitStatus, String)> {
    let mut child = command.spawn()?;
    let mut text = String::new();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).split(b'\n')) {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    Ok((child.wait()?, text))
}

fn browser() -> Outcome {
    let end2end = places::workspace().join("end2end");
    let report = end2end.join("test-results/report.json");
    forget(&report);
    let ended = drive(&end2end);
    Outcome::tests("browser", read(&report, count::playwright), ended)
}

fn drive(end2end: &Path) -> Done {
    needs::python()?;
    needs::npm_packages()?;
    let chromium = needs::chromium()?;
    // The pages may have changed since the tests built the server.
    let build = ["build", "--package=server", "--bin=restante"];
    tools::go("building the server", &mut tools::cargo(&build), "correct what the compiler names above")?;
    tools::go(
        "browser",
        tools::program("npx")
            .args(["--no-install", "playwright", "test"])
            .current_dir(end2end)
            .env("CHROMIUM", chromium)
            .env("RESTANTE", places::server(false)),
        "pictures and traces lie in end2end/test-results; again: `cargo xtask test browser`",
    )
}

fn licences() -> Outcome {
    if tools::find("cargo-deny").is_none() {
        return Outcome::left_out("cargo-deny is not here (`cargo install cargo-deny`)");
    }
    // Advisories need a database from outside; what is checked here needs nothing but the lock file.
    let mut command = tools::cargo(&["deny", "check", "licenses", "bans", "sources"]);
    Outcome::check(tools::go("licences", &mut command, "deny.toml says what is permitted: choose another crate"))
}

/// An old report must not be taken for a new one.
fn forget(report: &PathBuf) {
    if let Err(cause) = fs::remove_file(report)
        && cause.kind() != std::io::ErrorKind::NotFound
    {
        println!("{}", failure::file("removing", report, &cause));
    }
}

fn read(report: &Path, count: fn(&str) -> Option<Tests>) -> Option<Tests> {
    count(&fs::read_to_string(report).ok()?)
}
