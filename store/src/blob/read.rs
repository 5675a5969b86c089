//! Bytes on their way out, never without a look at their checksum.

use super::prepare::AT_WORK;
use super::{Files, INLINE_MAX, coding, hex};
use crate::{Result, Store, StoreError};
use bytes::Bytes;
use sqlx::SqlitePool;
use std::io::Read;

const CHUNK: usize = 64 * 1024;

/// A row of `blob`, as it is read: `hash, size, coding, file, data`.
#[derive(sqlx::FromRow)]
pub(crate) struct Stored {
    pub(super) hash: Vec<u8>,
    pub(super) size: i64,
    pub(super) coding: i64,
    pub(super) file: Option<String>,
    pub(super) data: Option<Vec<u8>>,
}

impl Store {
    /// The bytes as they came, checked against their checksum. `Corrupt` when they do not match.
    pub async fn blob(&self, blob: i64) -> Result<Bytes> {
        let row: Stored = sqlx::query_as("SELECT hash, size, coding, file, data FROM blob WHERE id = $1")
            .bind(blob)
            .fetch_one(&self.reads)
            .await?;
        self.open_blob(row).await
    }

    /// The first bytes of what a row holds, at most `limit`. All of it is read and held against the checksum, but never
    /// held in memory.
    pub(crate) async fn head_of_blob(&self, row: Stored, limit: usize) -> Result<Bytes> {
        let path = row.file.as_ref().map(|name| self.files.path(name));
        let _turn = AT_WORK.acquire().await.map_err(|error| StoreError::Broken(error.to_string()))?;
        blocking(move || match path {
            Some(path) => head(&row, std::fs::File::open(path)?, limit),
            None => head(&row, row.data.as_deref().unwrap_or_default(), limit),
        })
        .await
    }

    /// What a row holds, as it came.
    pub(crate) async fn open_blob(&self, row: Stored) -> Result<Bytes> {
        open(&self.reads, &self.files, row).await
    }
}

pub(crate) async fn open(reads: &SqlitePool, files: &Files, row: Stored) -> Result<Bytes> {
    let Some(name) = row.file.clone() else {
        // A small message is unpacked in less time than it takes to hand it to another thread.
        if row.size <= 4 * INLINE_MAX as i64 {
            return unpack(&row, row.data.as_deref().unwrap_or_default());
        }
        return blocking(move || unpack(&row, row.data.as_deref().unwrap_or_default())).await;
    };
    let path = files.path(&name);
    let hash = row.hash.clone();
    let read = blocking(move || unpack(&row, &std::fs::read(&path).map_err(gone)?)).await;
    unless_destroyed(reads, &hash, &name, read).await
}

pub(super) fn gone(error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::NotFound => StoreError::NotFound,
        _ => error.into(),
    }
}

/// A file that is not there: destroyed since its row was read, or lost? The row tells.
pub(super) async fn unless_destroyed<T>(reads: &SqlitePool, hash: &[u8], name: &str, read: Result<T>) -> Result<T> {
    if !matches!(read, Err(StoreError::NotFound)) {
        return read;
    }
    let named: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM blob WHERE hash = $1 AND file = $2)")
        .bind(hash)
        .bind(name)
        .fetch_one(reads)
        .await?;
    Err(if named { StoreError::Corrupt(hex(hash)) } else { StoreError::NotFound })
}

pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Broken(error.to_string()))?
}

pub(super) fn head(row: &Stored, source: impl Read, limit: usize) -> Result<Bytes> {
    let corrupt = || StoreError::Corrupt(hex(&row.hash));
    coding::is_known(row.coding)?;
    let mut decoder = zstd::Decoder::new(source)?;
    let (mut hasher, mut head, mut chunk) = (blake3::Hasher::new(), Vec::new(), vec![0; CHUNK]);
    let mut size = 0;
    loop {
        let read = decoder.read(&mut chunk).map_err(|_| corrupt())?;
        if read == 0 {
            break;
        }
        hasher.update(&chunk[..read]);
        size += read as i64;
        let wanted = limit.saturating_sub(head.len()).min(read);
        head.extend_from_slice(&chunk[..wanted]);
    }
    if size != row.size || hasher.finalize().as_bytes()[..] != row.hash[..] {
        return Err(corrupt());
    }
    Ok(Bytes::from(head))
}

fn unpack(row: &Stored, data: &[u8]) -> Result<Bytes> {
    let corrupt = || StoreError::Corrupt(hex(&row.hash));
    let raw = coding::decompress(row.coding, data, row.size).map_err(|error| match error {
        StoreError::Broken(_) if coding::is_known(row.coding).is_ok() => corrupt(),
        other => other,
    })?;
    if raw.len() as i64 != row.size || blake3::hash(&raw).as_bytes()[..] != row.hash[..] {
        return Err(corrupt());
    }
    Ok(Bytes::from(raw))
}
