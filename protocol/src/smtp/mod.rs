//! SMTP (RFC 5321): the replies both sides speak, the server's session and the client's.

pub mod client;
pub mod command;
mod path;
pub mod replies;
pub mod reply;
pub mod server;

pub use reply::{Enhanced, Reply};
