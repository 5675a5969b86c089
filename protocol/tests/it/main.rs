//! The protocol crate from outside: dialogues in text files, dot-stuffing, and what random input may do.

mod client_dialogues;
mod dots;
mod noise;
mod pop3_dialogues;
mod script;
mod smtp_dialogues;
