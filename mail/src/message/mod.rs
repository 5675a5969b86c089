//! A message: read, shown, written, answered.

pub mod compose;
pub mod parse;
pub mod reply;
pub mod show;
pub mod trace;
