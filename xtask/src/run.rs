//! `cargo xtask run`: the pages, the server, and then the server itself in our place, so that Ctrl-C is its own.

use crate::failure::{Done, Failure};
use crate::site::{self, Effort};
use crate::{places, tools};
use std::env;
use std::os::unix::process::CommandExt;

/// Builds everything and becomes the server.
///
/// # Errors
/// A step of the build that failed, or a server that cannot start. It returns in no other case.
pub fn run(mut words: Vec<String>) -> Done {
    let release = words.iter().any(|word| word == "--release");
    words.retain(|word| word != "--release" && word != "--");
    site::build(if release { Effort::Small } else { Effort::Quick })?;
    println!("run: building the server");
    let mut build = tools::cargo(&["build", "--package", "server", "--bin", "restante"]);
    if release {
        build.arg("--release");
    }
    tools::go("building the server", &mut build, "correct what the compiler names above")?;
    println!("run: starting the server; Ctrl-C ends it in order");
    let mut server = tools::program(places::server(release));
    // Ports, data directory and all else are the server's own defaults, for its file and these flags to change.
    server.args(["serve", "--trial"]).args(words);
    // `--data ./x` is meant from where the person stands.
    if let Ok(here) = env::current_dir() {
        server.current_dir(here);
    }
    // It takes every RESTANTE_… for a key of its configuration; this one was for the build.
    server.env_remove("RESTANTE_SITE_DIR");
    // `exec`: the server takes our place, gets the terminal's signals itself, and its exit status is ours.
    let cause = server.exec();
    Err(Failure::new(
        format!("starting {}: {cause}", places::server(release).display()),
        "look whether the file is there and may be run",
    ))
}
