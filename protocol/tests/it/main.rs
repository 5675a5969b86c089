//! The protocol crate from outside: dialogues in text files, dot-stuffing, and what random input may do.

mod client_dialogues;
mod corpus;
mod dots;
mod noise;
mod noted;
mod pop3_dialogues;
#[path = "../../../fuzz/judge/reply.rs"]
mod reply;
mod said;
mod script;
#[path = "../../../fuzz/judge/session.rs"]
mod session;
mod smtp_dialogues;
