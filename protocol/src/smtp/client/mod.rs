//! The client's side of an SMTP session: how our queue hands a message to another server.

mod hearing;
mod job;
mod login;
mod offers;
mod outcome;
mod session;
mod step;
mod talk;
mod words;

pub use offers::{Auth, Limits, Offers};
pub use outcome::{Cause, Class, Delivery, Outcome, Stage};
pub use session::Session;
pub use step::{Config, Envelope, Login, Recipient, Step, Tls};
