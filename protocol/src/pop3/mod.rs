//! POP3 (RFC 1939): the server's session. A maildrop is locked at sign-in; deletion happens at QUIT only.

pub mod command;
pub mod reply;
pub mod server;

pub use command::Command;
pub use reply::Reply;
pub use server::{Answer, Config, Entry, Question, Refusal, Session, Step};
