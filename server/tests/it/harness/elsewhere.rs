//! Programs that ask the system's resolver, in a mount namespace where that is our DNS. Needs root.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

/// A command that runs `words` where /etc/resolv.conf names `nameserver` (at port 53); none, with a word, where that
/// cannot be done. `folder` is for a file.
pub fn asking(nameserver: Ipv4Addr, folder: &Path, words: &[&str]) -> Option<Command> {
    let resolver = folder.join("resolv.conf");
    std::fs::write(&resolver, format!("nameserver {nameserver}\noptions timeout:2 attempts:2\n")).unwrap();
    let script = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";
    let there = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script]).arg(&resolver).args(words).stdin(Stdio::null());
        command
    };
    let works = there(&["true"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !works {
        println!("skipped: a mount namespace needs root and unshare");
    }
    works.then(|| there(words))
}
