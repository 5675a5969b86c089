//! The data directory and the room on its disk.
//!
//! A full disk must still let people delete, and deleting writes before it frees. So a part of the reserve is a file of
//! real blocks (`reserve`): when a write that gives space back finds the disk full, the file is removed, the write is
//! done, and the file is made again once there is room. Free space below the reserve (that file counted as free) takes
//! nothing new, so that in the common case it is never needed.

use std::fs::File;
use std::path::{Path, PathBuf};

/// The held-back file is this part of the reserve: ample for deletions, small enough for small disks.
const HELD_PART: u64 = 4;

pub(crate) struct Disk {
    pub dir: PathBuf,
    reserve: u64,
}

impl Disk {
    pub fn new(dir: PathBuf, reserve: u64) -> Disk {
        Disk { dir, reserve }
    }

    fn held_path(&self) -> PathBuf {
        self.dir.join("reserve")
    }

    fn held_size(&self) -> u64 {
        self.reserve / HELD_PART
    }

    /// Bytes that may be written still. A disk that does not answer counts as full.
    fn free(&self) -> u64 {
        rustix::fs::statvfs(&self.dir).map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize))
    }

    /// One or two system calls of a microsecond each.
    pub fn has_room(&self) -> bool {
        let free = self.free();
        free >= self.reserve || std::fs::metadata(self.held_path()).is_ok_and(|held| free + held.len() >= self.reserve)
    }

    /// Holds blocks back, if there is room and they are not held already. Without them deleting may fail on a full disk,
    /// but nothing else does: so a failure is not an error.
    pub fn hold(&self) {
        let (path, size) = (self.held_path(), self.held_size());
        if size == 0 || path.exists() || self.free() < self.reserve + size {
            return;
        }
        let allocated = File::create(&path)
            .is_ok_and(|file| rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, size).is_ok());
        if !allocated {
            let _ = std::fs::remove_file(&path);
        }
    }

    /// Gives the held blocks back to the disk. False when there were none.
    pub fn let_go(&self) -> bool {
        std::fs::remove_file(self.held_path()).is_ok()
    }
}

/// Makes a directory and its name durable (a file's name is on disk only when its directory has been synced).
pub(crate) fn make_dir(path: &Path) -> std::io::Result<()> {
    match std::fs::create_dir(path) {
        Ok(()) => sync_dir(path.parent().unwrap_or(path)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

pub(crate) fn sync_dir(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}
