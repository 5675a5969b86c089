//! The server's side of an SMTP session, for mail from other servers and for submission by our own people; and of an LMTP
//! session, for local delivery.

mod chunking;
mod commands;
mod config;
mod greeting;
mod login;
mod look;
mod phase;
mod receiving;
mod refusal;
mod scram;
mod session;
mod step;
mod transaction;

pub use config::{Config, Kind};
pub use refusal::Refusal;
pub use session::Session;
pub use step::{Abort, Body, Envelope, Question, Recipient, Step};
