//! Full-text search, in the same transaction as delivery.

mod date;
mod find;
pub(crate) mod index;
mod query;
mod segment;
