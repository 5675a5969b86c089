//! Starting other programs: cargo, npm and the like, with their output where the person sees it.

use crate::failure::{Done, Failure};
use crate::places;
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// `program` in the workspace, with what cargo said about *this* program taken out of its environment:
/// build scripts that watch `CARGO_MANIFEST_DIR` or `CARGO_PKG_…` would otherwise run again for nothing.
pub fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(places::workspace());
    for (name, _) in env::vars_os() {
        let about_us = name.to_str().is_some_and(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        });
        if about_us {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that started us.
pub fn cargo(words: &[&str]) -> Command {
    let mut command = program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words);
    command
}

/// Runs `command` to its end with its output on the terminal.
///
/// # Errors
/// When it cannot start or ends with a failure: `remedy` says what to do.
pub fn go(step: &str, command: &mut Command, remedy: &str) -> Done {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|cause| Failure::new(format!("{step}: cannot start {:?}: {cause}", command.get_program()), remedy))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{step}: {status}"), remedy)) }
}

/// What `command` prints, when it ends well.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where `name` lies on the `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// May we install packages of the distribution?
pub fn may_install() -> bool {
    find("apt-get").is_some() && ask(program("id").arg("-u")).as_deref() == Some("0")
}
