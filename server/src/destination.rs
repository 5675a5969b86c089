//! Where mail to an address goes: to accounts here, on to other providers, back to whoever sent what was forwarded, or
//! nowhere.

mod find;
pub mod harvest;
mod judge;
mod spread;
pub mod srs;

pub use find::{Destination, find};
pub use judge::{declared_too_large, reply, too_large};
pub use spread::Spread;
