//! How many tests passed and failed, read from what the test runners write down.

use crate::failure::{Done, Failure};
use serde_json::Value;

/// What a step came to.
#[derive(Default)]
pub struct Outcome {
    pub passed: u64,
    pub failed: u64,
    /// Why it failed, and the remedy.
    pub trouble: Vec<Failure>,
    /// Tests that ended without having tested anything, and why: they count as nothing.
    pub left_out: Vec<String>,
}

/// What one test runner counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    pub passed: u64,
    pub failed: u64,
    pub left_out: Vec<String>,
}

impl Outcome {
    /// A check without tests of its own counts as one.
    pub fn check(done: Done) -> Self {
        match done {
            Ok(()) => Self { passed: 1, ..Self::default() },
            Err(failure) => Self { failed: 1, trouble: vec![failure], ..Self::default() },
        }
    }

    /// Left out, since what it needs is not here: counts as nothing.
    pub fn left_out(why: &str) -> Self {
        println!("left out: {why}");
        Self::default()
    }

    /// A run of tests. One that ended badly without a failed test, or in which no test ran, is one failure.
    pub fn tests(step: &str, counted: Option<Tests>, ended: Done) -> Self {
        let Tests { passed, mut failed, left_out } = counted.unwrap_or_default();
        let mut trouble = Vec::new();
        match ended {
            Err(failure) => {
                failed = failed.max(1);
                trouble.push(failure);
            }
            Ok(()) if passed + failed == 0 => {
                failed = 1;
                trouble
                    .push(Failure::new(format!("{step}: no test ran"), "a step without tests tells nothing: look why"));
            }
            Ok(()) => {}
        }
        Self { passed, failed, trouble, left_out }
    }

    pub fn line(&self, name: &str, taken: &str) -> String {
        let word = match (self.failed, self.passed) {
            (0, 0) => "left out",
            (0, _) => "ok",
            _ => "FAILED",
        };
        format!("{name:<16} {word:<8} {:>5} passed {:>3} failed  {taken}", self.passed, self.failed)
    }
}

/// nextest's `junit.xml`: the counts stand in the first tag. Errors are tests that could not be started.
pub fn junit(text: &str) -> Option<Tests> {
    let tag = text.split_once("<testsuites ")?.1.split_once('>')?.0;
    let number = |name: &str| {
        let value = tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
        value.parse::<u64>().ok()
    };
    let failed = number("failures")? + number("errors")?;
    let left_out = left_out(text);
    Some(Tests { passed: number("tests")?.checked_sub(failed)?.checked_sub(left_out.len() as u64)?, failed, left_out })
}

/// A test that lacks what it needs says `skipped: why` on a line of its own, and passes.
fn left_out(text: &str) -> Vec<String> {
    let cases = text.split("<testcase name=\"").skip(1);
    let said = cases.filter_map(|case| {
        let why = case.split("skipped: ").nth(1)?.lines().next()?.split('<').next()?;
        Some(format!("{}: {why}", case.split('"').next()?))
    });
    said.collect()
}

/// `cargo test`: one "test result:" line for each test binary.
pub fn libtest(text: &str) -> Option<Tests> {
    let mut tests = Tests::default();
    let mut seen = false;
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
        let before = |word: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let at = words.iter().position(|candidate| candidate.trim_end_matches(';') == word)?;
            words.get(at.checked_sub(1)?)?.parse::<u64>().ok()
        };
        tests.passed += before("passed")?;
        tests.failed += before("failed")?;
        seen = true;
    }
    seen.then_some(tests)
}

/// Playwright's JSON report. A test that passed only when tried again has failed.
pub fn playwright(text: &str) -> Option<Tests> {
    let report: Value = serde_json::from_str(text).ok()?;
    let number = |name: &str| report["stats"][name].as_u64();
    let failed = number("unexpected")? + number("flaky")?;
    Some(Tests { passed: number("expected")?, failed, ..Tests::default() })
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Tests, junit, libtest, playwright};

    #[test]
    fn nextest_counts_errors_as_failures() {
        let text = r#"<?xml version="1.0"?><testsuites name="nextest-run" tests="5" failures="1" errors="1" uuid="x"><testsuite tests="9">"#;
        assert_eq!(junit(text), Some(Tests { passed: 3, failed: 2, left_out: Vec::new() }));
        assert_eq!(junit("<html>"), None);
    }

    #[test]
    fn a_test_that_says_that_it_was_skipped_has_not_passed() {
        let text = "<testsuites name=\"nextest-run\" tests=\"3\" failures=\"0\" errors=\"0\"><testsuite>\
                    <testcase name=\"a::b\"><system-out>running 1 test\nskipped: swaks is not there\ntest ok</system-out></testcase>\
                    <testcase name=\"a::c\"><system-out>skipped: no strace</system-out></testcase>\
                    <testcase name=\"a::d\"/></testsuite></testsuites>";
        let left_out = vec!["a::b: swaks is not there".to_owned(), "a::c: no strace".to_owned()];
        assert_eq!(junit(text), Some(Tests { passed: 1, failed: 0, left_out }));
    }

    #[test]
    fn libtest_adds_up_all_binaries() {
        let text = "test a ... ok\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(libtest(text), Some(Tests { passed: 3, failed: 3, left_out: Vec::new() }));
        assert_eq!(libtest("error: could not compile"), None);
    }

    #[test]
    fn playwright_counts_a_flaky_test_as_failed() {
        let text = r#"{"stats":{"expected":7,"skipped":2,"unexpected":1,"flaky":1}}"#;
        assert_eq!(playwright(text), Some(Tests { passed: 7, failed: 2, left_out: Vec::new() }));
    }

    #[test]
    fn a_run_without_a_test_is_a_failure() {
        let outcome = Outcome::tests("tests", Some(Tests::default()), Ok(()));
        assert_eq!((outcome.passed, outcome.failed), (0, 1));
        assert!(outcome.trouble[0].what.contains("no test ran"));
    }
}
