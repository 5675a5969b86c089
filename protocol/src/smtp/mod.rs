//! SMTP (RFC 5321) and LMTP (RFC 2033): the replies both sides speak, the server's session and the client's.

pub mod client;
pub mod command;
mod parameters;
mod path;
pub mod replies;
pub mod reply;
pub mod server;
pub mod xtext;

pub use parameters::OfMail;
pub use reply::{Enhanced, Reply};
