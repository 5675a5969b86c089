//! How machines talk: SMTP and POP3, grammar and order, as machines that take bytes and give decisions.
//!
//! No socket, clock, dice or store in here (sans-io). A driver asks a session for its `next()` step, does what the
//! step says and hands back what it got: bytes with `receive`, decisions with `answer`. Same bytes and same answers
//! in, same steps out, however the bytes were cut on their way.
//!
//! Memory is bounded: a session asks for input only when it has used what it has, and a line has a longest length.

pub mod dot;
pub mod lines;
mod output;
pub mod pop3;
pub mod proxy;
pub mod sasl;
pub mod smtp;
