//! Restante: SMTP, POP3 and webmail over one store, in one program.

mod allocator;
mod carry;
mod cli;
mod clock;
mod config;
mod destination;
mod dkim;
mod dns;
mod dns_records;
mod doors;
mod failure;
mod house;
mod inbound;
mod janitor;
mod lifecycle;
mod listen;
mod maillog;
mod network;
mod notify;
mod outbound;
mod pace;
mod passwords;
mod peer;
mod pop3;
mod proxied;
mod reports;
mod run;
mod seats;
mod sign_in;
mod spool;
mod submission;
mod throttle;
mod tls;
mod trace;
mod web;
mod wire;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
