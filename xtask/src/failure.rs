//! A failure: the step that failed and why, and what the person at the terminal can do about it.

use std::fmt;
use std::process::ExitCode;

pub type Done<T = ()> = Result<T, Failure>;

#[derive(Debug)]
pub struct Failure {
    /// The step and the cause, one line, without a full stop.
    pub what: String,
    /// What to do now, one line.
    pub remedy: String,
}

impl Failure {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed: {}\nremedy: {}", self.what, self.remedy)
    }
}

/// Reading and writing files of our own: the path says it all.
pub fn file(action: &str, path: &std::path::Path, cause: &std::io::Error) -> Failure {
    Failure::new(
        format!("{action} {}: {cause}", path.display()),
        "look whether the file is there, yours to write, and the disk has room",
    )
}

/// Ends the program with the failure in words.
pub fn exit_code(done: Done) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
