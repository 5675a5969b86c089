//! The whole program under test: real sockets, a real DNS, another provider's server, and everything that can go
//! wrong. Each file is one subject; a postmaster should be able to read it as a list of promises.

mod harness;

mod bad_input;
mod bounded;
mod chunking;
mod collecting;
mod commands;
mod configuration;
mod couriers;
mod ending;
mod faults;
mod international;
mod interop;
mod killed;
mod limits;
mod lmtp;
mod out;
mod patience;
mod power;
mod proxied;
mod relaying;
mod smtp_in;
mod smuggling;
mod submission;
mod syncing;
mod trial;
mod vouching;
mod webmail;
