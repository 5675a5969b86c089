//! Full-text search, in the same transaction as delivery.

mod date;
pub(crate) mod index;
mod query;
mod segment;
mod find;
