//! Messages and their placements: accepting, reading, flagging, moving, deleting.

mod accept;
mod deliver;
pub(crate) mod destroy;
mod expunged;
mod flag;
mod maildrop;
mod moving;
mod placement;
mod plan;
mod read;
mod rows;

pub(crate) use accept::Delivery;
pub use accept::{Accepted, Copy, Forwarded, Intake};
pub(crate) use deliver::{deliver, reset, undo};
pub use maildrop::Dropped;
#[cfg(test)]
pub(crate) use maildrop::MAILDROP;
pub(crate) use plan::hashed;

/// Placements changed in one commit: whoever has a hundred thousand of them to move keeps nobody waiting for all of it.
/// All are on disk before the caller hears of it.
const STEP: usize = 1000;

/// A list of ids as the database takes it.
pub(crate) fn list(ids: &[i64]) -> String {
    serde_json::to_string(ids).unwrap_or_default()
}
