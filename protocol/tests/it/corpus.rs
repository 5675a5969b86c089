//! The fuzz targets of this crate as plain tests: the seeds in `fuzz/seeds` and a bounded number of changes to them, the
//! same ones in every run. `fuzz/judge` has what must hold.

#[path = "../../../fuzz/judge/command.rs"]
mod command;
#[path = "../../../fuzz/judge/corpus.rs"]
mod corpora;
#[path = "../../../fuzz/judge/proxy.rs"]
mod proxy;

use crate::{reply, session};

#[test]
fn command_lines() {
    corpora::run("command", 200_000, command::judge);
}

#[test]
fn proxy_headers() {
    corpora::run("proxy", 200_000, proxy::judge);
}

#[test]
fn sessions() {
    corpora::run("session", 20_000, session::judge);
}

#[test]
fn replies() {
    corpora::run("reply", 20_000, reply::judge);
}
