//! Where a message waits while it comes in: small ones in memory, larger ones in a file that is gone with the session.

use crate::carry::{Carry, Weight};
use bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Source;
use tempfile::TempPath;
use tokio::io::AsyncWriteExt;

/// How long one waits for its turn. The client waits as long for its 250 (RFC 5321 §4.5.3.2.6: ten minutes).
const PATIENCE: Duration = Duration::from_secs(8 * 60);

/// The room with the spool files. Clones are the same room.
#[derive(Clone)]
pub struct Spool {
    dir: PathBuf,
    memory: usize,
    reading: Carry,
}

/// A message coming in.
pub struct Filling {
    dir: PathBuf,
    memory: usize,
    held: Vec<u8>,
    file: Option<(tokio::fs::File, TempPath)>,
    size: u64,
}

/// A message that came in whole. Its file, if it has one, goes when this is dropped.
pub struct Spooled {
    place: Place,
    size: u64,
}

enum Place {
    Memory(Bytes),
    File(TempPath),
}

/// All of a message in memory, for as long as this lives.
pub struct Read {
    pub bytes: Bytes,
    _weight: Option<Weight>,
}

impl Spool {
    /// Clears what a kill left behind: none of it was acknowledged. Messages up to `memory` octets stay in memory; of larger
    /// ones `at_once` octets are read whole at the same time, whatever the number of sessions.
    pub fn open(dir: PathBuf, memory: usize, at_once: u64) -> io::Result<Spool> {
        std::fs::create_dir_all(&dir)?;
        for left in std::fs::read_dir(&dir)? {
            let left = left?.path();
            if left.is_file() {
                std::fs::remove_file(left)?;
            }
        }
        Ok(Spool { dir, memory, reading: Carry::new(u32::try_from(at_once / 1024).unwrap_or(u32::MAX)) })
    }

    /// Begins a message with `head`, the fields we put before what comes in.
    pub fn begin(&self, head: String) -> Filling {
        let size = head.len() as u64;
        Filling { dir: self.dir.clone(), memory: self.memory, held: head.into_bytes(), file: None, size }
    }

    /// Keeps a message that is in memory already.
    pub async fn keep(&self, message: Vec<u8>) -> io::Result<Spooled> {
        let mut filling = self.begin(String::new());
        if message.len() <= self.memory {
            filling.size = message.len() as u64;
            filling.held = message;
        } else {
            filling.write(&message).await?;
        }
        filling.finish().await
    }

    /// The whole message. Large ones wait for their turn, so that memory is bounded.
    pub async fn read(&self, spooled: &Spooled) -> io::Result<Read> {
        match &spooled.place {
            Place::Memory(bytes) => Ok(Read { bytes: bytes.clone(), _weight: None }),
            Place::File(path) => {
                let size = i64::try_from(spooled.size).unwrap_or(i64::MAX);
                let weight = self.reading.take(size, PATIENCE).await.ok_or(io::ErrorKind::TimedOut)?;
                let bytes = tokio::fs::read(path).await?.into();
                Ok(Read { bytes, _weight: Some(weight) })
            }
        }
    }
}

impl Filling {
    pub async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.size += chunk.len() as u64;
        if let Some((file, _)) = &mut self.file {
            return file.write_all(chunk).await;
        }
        if self.held.len() + chunk.len() <= self.memory {
            self.held.extend_from_slice(chunk);
            return Ok(());
        }
        let (mut file, path) = create(&self.dir).await?;
        file.write_all(&std::mem::take(&mut self.held)).await?;
        file.write_all(chunk).await?;
        self.file = Some((file, path));
        Ok(())
    }

    /// All has come. The file is not synced: nothing is promised before the store has it.
    pub async fn finish(self) -> io::Result<Spooled> {
        let place = match self.file {
            None => Place::Memory(self.held.into()),
            Some((mut file, path)) => {
                file.flush().await?;
                Place::File(path)
            }
        };
        Ok(Spooled { place, size: self.size })
    }
}

impl Spooled {
    /// Octets.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// For the store, which reads it and takes nothing away.
    pub fn source(&self) -> Source {
        match &self.place {
            Place::Memory(bytes) => Source::Memory(bytes.clone()),
            Place::File(path) => Source::File(path.to_path_buf()),
        }
    }
}

async fn create(dir: &Path) -> io::Result<(tokio::fs::File, TempPath)> {
    let dir = dir.to_owned();
    let made = tokio::task::spawn_blocking(move || tempfile::Builder::new().prefix("in-").tempfile_in(dir));
    let (file, path) = made.await.map_err(io::Error::other)??.into_parts();
    Ok((tokio::fs::File::from_std(file), path))
}

/// Whether the disk is full, which is for the sender to try again and not for us to lose.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(dir: &Path) -> usize {
        std::fs::read_dir(dir).unwrap().count()
    }

    #[tokio::test]
    async fn small_messages_stay_in_memory_and_large_ones_go_to_a_file_that_goes_too() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().to_owned(), 100, 1 << 20).unwrap();
        let mut small = spool.begin("Received: x\r\n".to_owned());
        small.write(b"Subject: hi\r\n\r\n").await.unwrap();
        let small = small.finish().await.unwrap();
        assert_eq!(files(dir.path()), 0);
        assert_eq!(spool.read(&small).await.unwrap().bytes, "Received: x\r\nSubject: hi\r\n\r\n");
        assert_eq!(small.size(), 28);

        let mut large = spool.begin("Received: x\r\n".to_owned());
        for _ in 0..30 {
            large.write(&[b'a'; 10]).await.unwrap();
        }
        let large = large.finish().await.unwrap();
        assert_eq!((files(dir.path()), large.size()), (1, 313));
        let read = spool.read(&large).await.unwrap();
        assert_eq!(read.bytes.len(), 313);
        assert!(read.bytes.starts_with(b"Received: x\r\naaaa"));
        drop(large);
        assert_eq!(files(dir.path()), 0);
    }

    #[tokio::test]
    async fn what_a_kill_left_is_cleared_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("in-left"), "half a message").unwrap();
        Spool::open(dir.path().to_owned(), 100, 1 << 20).unwrap();
        assert_eq!(files(dir.path()), 0);
    }

    #[tokio::test]
    async fn a_message_in_memory_is_kept_by_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().to_owned(), 100, 1 << 20).unwrap();
        let small = spool.keep(vec![b'a'; 100]).await.unwrap();
        assert_eq!((files(dir.path()), small.size()), (0, 100));
        let large = spool.keep(vec![b'a'; 101]).await.unwrap();
        assert_eq!((files(dir.path()), large.size()), (1, 101));
    }
}
