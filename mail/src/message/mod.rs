//! A message: read, shown, written, answered.

pub mod author;
pub mod authors;
pub mod compose;
pub mod delivered;
pub mod downgrade;
pub mod importance;
pub mod parse;
pub mod reply;
pub mod show;
pub mod trace;

mod charset;
mod clean;
pub(crate) mod header;
mod html;
mod layout;
mod mime;
mod name;
mod page;
mod quote;
mod recipients;
mod transfer;
