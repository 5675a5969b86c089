//! The server's side of an SMTP session, for mail from other servers and for submission by our own people.

mod commands;
mod config;
mod login;
mod phase;
mod receiving;
mod session;
mod step;

pub use config::{Config, Kind};
pub use session::Session;
pub use step::{Abort, Body, Envelope, Question, Step};
