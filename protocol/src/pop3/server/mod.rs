//! The server's side of a POP3 session.

mod commands;
mod login;
mod maildrop;
mod multiline;
mod session;
mod step;

pub use maildrop::Entry;
pub use session::Session;
pub use step::{Answer, Config, Question, Refusal, Step};
