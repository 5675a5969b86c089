//! Full-text search. Mail is found from its commit on; into the index it goes a moment later (`pending`).

mod date;
mod find;
pub(crate) mod index;
pub(crate) mod pending;
mod query;
mod segment;
