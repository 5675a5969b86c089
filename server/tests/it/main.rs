//! The whole program under test: real sockets, a real DNS, another provider's server, and everything that can go
//! wrong. Each file is one subject; a postmaster should be able to read it as a list of promises.

mod harness;

mod addresses;
mod bad_input;
mod bounded;
mod certificates;
mod chunking;
mod collecting;
mod commands;
mod configuration;
mod couriers;
mod encrypted;
mod ending;
mod faults;
mod forwarding;
mod harvesting;
mod held;
mod international;
mod interop;
mod killed;
mod limits;
mod lmtp;
mod old_servers;
mod out;
mod panel;
mod patience;
mod power;
mod programs;
mod proxied;
mod relaying;
mod reports;
mod scram;
mod signing;
mod slow;
mod smarthosts;
mod smtp_in;
mod smuggling;
mod submission;
mod syncing;
mod tls_out;
mod trial;
mod vouching;
mod webmail;
mod wishes;
