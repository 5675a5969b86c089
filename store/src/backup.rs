//! A copy of the store that can be opened like the store, made while it is in use.
//!
//! The database first, as it is at one moment (`VACUUM INTO` reads one snapshot, and nobody waits for it), then the files
//! that its rows name: each was on disk before its row. The database gets its name last, so that a copy that was broken off
//! is not taken for one.

use crate::disk::{make_dir, sync_dir};
use crate::writer::writing;
use crate::{Result, Store, StoreError};
use sqlx::{ConnectOptions, Connection};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What a copy holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    pub messages: i64,
    /// Files of large messages.
    pub files: usize,
    /// Large messages that their owners destroyed while the copy was made: their rows are in it, their bytes are not.
    pub destroyed: usize,
}

impl Store {
    /// Copies all into `to`, which is made, or is there and empty (`NotEmpty`). When this returns it is on disk.
    pub async fn backup(&self, to: &Path) -> Result<Backup> {
        std::fs::create_dir_all(to)?;
        if std::fs::read_dir(to)?.next().is_some() {
            return Err(StoreError::NotEmpty);
        }
        let unfinished = to.join("restante.db.unfinished");
        let name = unfinished.to_str().ok_or_else(|| StoreError::Broken("the path is not text".into()))?;
        let mut source = writing(&self.database()).connect().await?;
        sqlx::query("VACUUM INTO $1").bind(name).execute(&mut source).await?;
        source.close().await?;
        let (messages, named) = contents(&unfinished).await?;
        let (from, root, wanted) = (self.files.root().to_owned(), to.to_owned(), named.len());
        let files = tokio::task::spawn_blocking(move || {
            let files = copy(&from, &root.join("blobs"), &named)?;
            File::open(&unfinished)?.sync_all()?;
            std::fs::rename(&unfinished, root.join("restante.db"))?;
            sync_dir(&root)?;
            Ok::<_, StoreError>(files)
        });
        let files = files.await.map_err(|error| StoreError::Broken(error.to_string()))??;
        Ok(Backup { messages, files, destroyed: wanted - files })
    }
}

/// How many messages a copied database has, and which files it names.
async fn contents(database: &Path) -> Result<(i64, Vec<String>)> {
    let mut copy = sqlx::sqlite::SqliteConnectOptions::new().filename(database).read_only(true).connect().await?;
    let messages = sqlx::query_scalar("SELECT count(*) FROM message").fetch_one(&mut copy).await?;
    let files = sqlx::query_scalar("SELECT file FROM blob WHERE file IS NOT NULL").fetch_all(&mut copy).await?;
    copy.close().await?;
    Ok((messages, files))
}

/// Answers how many files were there. One that is not has been destroyed since.
fn copy(from: &Path, to: &Path, names: &[String]) -> Result<usize> {
    make_dir(to)?;
    let mut copied = 0;
    let mut dirs: std::collections::BTreeSet<PathBuf> = [to.to_owned()].into();
    for name in names {
        let target = to.join(name);
        let dir = target.parent().unwrap_or(to).to_owned();
        if dirs.insert(dir.clone()) {
            make_dir(&dir)?;
        }
        match std::fs::copy(from.join(name), &target) {
            Ok(_) => File::open(&target)?.sync_all()?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        }
        copied += 1;
    }
    dirs.iter().try_for_each(|dir| sync_dir(dir))?;
    Ok(copied)
}
