//! The client's side of an SMTP session: how our queue hands a message to another server.

mod hearing;
mod job;
mod offers;
mod outcome;
mod session;
mod step;
mod talk;

pub use outcome::{Cause, Class, Delivery, Outcome, Stage};
pub use session::Session;
pub use step::{Config, Envelope, Step, Tls};
