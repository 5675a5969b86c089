//! Messages and their placements: accepting, reading, flagging, moving, deleting.

mod accept;
pub(crate) mod destroy;
mod flag;
mod maildrop;
mod moving;
mod placement;
mod read;

pub use accept::{Accepted, Copy, Intake};
pub use maildrop::Dropped;

/// A list of ids as the database takes it.
pub(crate) fn list(ids: &[i64]) -> String {
    serde_json::to_string(ids).unwrap_or_default()
}
