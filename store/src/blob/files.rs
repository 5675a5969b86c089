//! The files of large blobs.

use super::hex;
use crate::Result;
use crate::disk::{make_dir, sync_dir};
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where large blobs lie, and how new ones are named.
pub(crate) struct Files {
    root: PathBuf,
    /// Which opening of the store this is: no two share a file name.
    run: i64,
    count: AtomicU64,
    /// Directories that are known to be on disk.
    made: Mutex<HashSet<String>>,
}

/// A file that no row names yet. Dropped like that, it is removed.
pub(super) struct NewFile {
    path: PathBuf,
    /// Below `blobs/`.
    pub name: String,
    named: bool,
}

impl NewFile {
    /// Whether a row names the file now (or may, if a commit is in doubt: then the sweep decides).
    pub fn set_named(&mut self, named: bool) {
        self.named = named;
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.named {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Files {
    pub fn new(data_dir: &Path, run: i64) -> Result<Files> {
        let root = data_dir.join("blobs");
        make_dir(&root)?;
        make_dir(&root.join("new"))?;
        Ok(Files { root, run, count: AtomicU64::new(0), made: Mutex::default() })
    }

    pub fn run(&self) -> i64 {
        self.run
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// An empty file below `new/`, to be written, synced and given its name.
    pub(super) fn create(&self) -> Result<(NewFile, File)> {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("new/{}-{n}.zst", self.run);
        let path = self.root.join(&name);
        let file = File::create_new(&path)?;
        Ok((NewFile { path, name, named: false }, file))
    }

    /// Syncs the bytes, gives the file the name of its content, and syncs the name.
    pub(super) fn finish(&self, new: &mut NewFile, file: &File, hash: &[u8; 32]) -> Result<()> {
        file.sync_all()?;
        let hash = hex(hash);
        let dir = &hash[..2];
        self.ensure_dir(dir)?;
        let unique = new.name.trim_start_matches("new/");
        let name = format!("{dir}/{hash}-{unique}");
        let path = self.root.join(&name);
        std::fs::rename(&new.path, &path)?;
        new.path = path;
        new.name = name;
        Ok(sync_dir(&self.root.join(dir))?)
    }

    fn ensure_dir(&self, dir: &str) -> Result<()> {
        // Held while syncing: nobody may count on a directory that another thread has made but not synced.
        let mut made = self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !made.contains(dir) {
            make_dir(&self.root.join(dir))?;
            sync_dir(&self.root)?;
            made.insert(dir.to_owned());
        }
        Ok(())
    }
}
