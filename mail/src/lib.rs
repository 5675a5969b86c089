//! What a message is: addresses, MIME, headers, replies, bounces, what is safe to show.
//!
//! Pure: same bytes in, same answer out. Time, chance and DNS are passed in.

pub mod address;
pub mod auth;
pub mod date;
pub mod dsn;
pub mod envelope;
pub mod message;
pub mod sts;

pub use address::{Address, AddressError, Domain};
