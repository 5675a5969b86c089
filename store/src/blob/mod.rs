//! Message bytes: immutable, addressed by BLAKE3, compressed with zstd, stored once.
//! Small ones (≤ 64 KiB compressed) in the database, large ones as files written and fsynced before the row that names
//! them.
//!
//! A file's name is its own (`ab/<hash>-<run>-<n>.zst`): two uploads of one content write two files, and the row keeps
//! one of them. So no file is ever removed while somebody else is about to name it.

mod coding;
mod files;
mod pieces;
mod prepare;
mod read;
mod refs;
mod sweep;

pub(crate) use files::Files;
pub use pieces::Pieces;
pub(crate) use read::{Stored, open};
pub(crate) use refs::{hold, let_go};
pub(crate) use sweep::{clear_new, sweep};

use bytes::Bytes;
use files::NewFile;
use std::path::PathBuf;

/// Up to this many compressed bytes are kept in the database.
const INLINE_MAX: usize = 64 * 1024;

/// Bytes on their way in.
pub enum Source {
    Memory(Bytes),
    /// A spool file; it is read, not taken: the caller removes it.
    File(PathBuf),
}

/// Hashed and compressed, and if large already on disk. Made off the writer, so that the writer only inserts.
/// Dropped without being accepted, it leaves nothing behind.
pub struct PreparedBlob {
    pub(crate) hash: [u8; 32],
    /// Bytes as they came.
    pub size: i64,
    coding: i64,
    body: Body,
}

enum Body {
    Inline(Vec<u8>),
    File(NewFile),
}

/// A hash as people and file names write it.
fn hex(hash: &[u8]) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
