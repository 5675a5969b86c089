//! Bytes on their way in: hashed, compressed and, when large, written.

use super::{Body, Files, INLINE_MAX, PreparedBlob, Source, coding, files::NewFile};
use crate::{Result, Store, StoreError};
use bytes::Bytes;
use std::fs::File;
use std::io::{Read, Write};
use tokio::sync::Semaphore;

/// Above this the work is done where blocking is allowed. Below, moving it there would cost more than it does.
const AT_ONCE_MAX: usize = 64 * 1024;
/// Large ones compressed, or unpacked for their first bytes, at the same time: each takes some MiB, and more of them than
/// cores are no faster.
pub(super) static AT_WORK: Semaphore = Semaphore::const_new(4);

impl Store {
    /// Off the async threads when large. Memory is bounded whatever the size of a file.
    pub async fn prepare(&self, source: Source) -> Result<PreparedBlob> {
        match source {
            Source::Memory(raw) if raw.len() <= AT_ONCE_MAX => prepare_small(&raw),
            source => {
                let _turn = AT_WORK.acquire().await.map_err(|error| StoreError::Broken(error.to_string()))?;
                let files = self.files.clone();
                tokio::task::spawn_blocking(move || prepare_large(&files, source))
                    .await
                    .map_err(|error| StoreError::Broken(error.to_string()))?
            }
        }
    }
}

/// Compressed it may be a few bytes longer than it came: still kept in the database.
fn prepare_small(raw: &[u8]) -> Result<PreparedBlob> {
    Ok(PreparedBlob {
        hash: *blake3::hash(raw).as_bytes(),
        size: raw.len() as i64,
        coding: coding::ZSTD,
        body: Body::Inline(coding::compress(raw)?),
    })
}

fn prepare_large(files: &Files, source: Source) -> Result<PreparedBlob> {
    match source {
        Source::Memory(raw) => pour(files, &mut &raw[..]),
        Source::File(path) => {
            let mut file = File::open(path)?;
            if file.metadata()?.len() <= AT_ONCE_MAX as u64 {
                let mut raw = Vec::new();
                file.read_to_end(&mut raw)?;
                return prepare_small(&Bytes::from(raw));
            }
            pour(files, &mut file)
        }
    }
}

fn pour(files: &Files, source: &mut dyn Read) -> Result<PreparedBlob> {
    let mut hasher = blake3::Hasher::new();
    let mut spill = Spill { files, held: Vec::new(), file: None };
    let mut frame = Vec::with_capacity(coding::FRAME);
    let mut size = 0;
    loop {
        frame.clear();
        source.take(coding::FRAME as u64).read_to_end(&mut frame)?;
        if frame.is_empty() {
            break;
        }
        hasher.update(&frame);
        spill.write_all(&coding::compress(&frame)?)?;
        size += frame.len() as i64;
    }
    let hash = *hasher.finalize().as_bytes();
    let body = match spill.file {
        None => Body::Inline(spill.held),
        Some((mut new, file)) => {
            files.finish(&mut new, &file, &hash)?;
            Body::File(new)
        }
    };
    Ok(PreparedBlob { hash, size, coding: coding::FRAMES, body })
}

/// Holds what is written until it is too much for the database, then spills it into a file.
struct Spill<'a> {
    files: &'a Files,
    held: Vec<u8>,
    file: Option<(NewFile, File)>,
}

impl Write for Spill<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some((_, file)) = &mut self.file {
            return file.write(bytes);
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() > INLINE_MAX {
            let (new, mut file) = self.files.create().map_err(|error| match error {
                StoreError::Full => std::io::ErrorKind::StorageFull.into(),
                other => std::io::Error::other(other),
            })?;
            file.write_all(&self.held)?;
            self.held = Vec::new();
            self.file = Some((new, file));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |(_, file)| file.flush())
    }
}
