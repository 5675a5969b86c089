//! A message on its way out to a peer that may be slow: of a large one no more is held than the piece at hand.

use super::prepare::AT_WORK;
use super::read::{Stored, blocking, gone, head, unless_destroyed};
use super::{coding, hex};
use crate::{Result, Store, StoreError};
use bytes::Bytes;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};

/// Up to this many octets a message is one piece.
const WHOLE: i64 = 2 * coding::FRAME as i64;

/// What is left of a message. It stays readable when the message is destroyed meanwhile.
pub struct Pieces {
    hash: Vec<u8>,
    /// Octets.
    left: i64,
    rest: Rest,
}

enum Rest {
    Ready(Bytes),
    Packed(Box<BufReader<Packed>>),
    /// It could not be read on.
    Broken,
}

/// The frames as they lie.
enum Packed {
    File(File),
    Row(Cursor<Vec<u8>>),
}

impl Store {
    /// Opens what a row holds. All of it is held against its checksum before the first piece is given out.
    pub(crate) async fn open_pieces(&self, mut row: Stored) -> Result<Pieces> {
        // What versions before frames wrote is one piece.
        if row.size <= WHOLE || row.coding != coding::FRAMES {
            let (hash, left) = (row.hash.clone(), row.size);
            return Ok(Pieces { hash, left, rest: Rest::Ready(self.open_blob(row).await?) });
        }
        let path = row.file.as_ref().map(|name| (self.files.path(name), name.clone()));
        let hash = row.hash.clone();
        let _turn = AT_WORK.acquire().await.map_err(|error| StoreError::Broken(error.to_string()))?;
        let Some((path, name)) = path else {
            let data = row.data.take().unwrap_or_default();
            return blocking(move || Pieces::checked(&row, Packed::Row(Cursor::new(data)))).await;
        };
        let opened = blocking(move || Pieces::checked(&row, Packed::File(File::open(path).map_err(gone)?))).await;
        unless_destroyed(&self.reads, &hash, &name, opened).await
    }
}

impl Pieces {
    fn checked(row: &Stored, mut packed: Packed) -> Result<Pieces> {
        head(row, &mut packed, 0)?;
        packed.rewind()?;
        let rest = Rest::Packed(Box::new(BufReader::new(packed)));
        Ok(Pieces { hash: row.hash.clone(), left: row.size, rest })
    }

    /// Nothing is left.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The next octets; none at the end. After an error there are no more.
    pub async fn next(&mut self) -> Result<Bytes> {
        if self.is_done() {
            return Ok(Bytes::new());
        }
        let corrupt = StoreError::Corrupt(hex(&self.hash));
        match std::mem::replace(&mut self.rest, Rest::Broken) {
            Rest::Ready(bytes) => {
                self.left = 0;
                Ok(bytes)
            }
            Rest::Packed(packed) => {
                let (piece, packed) = blocking(move || Ok(frame(*packed)?)).await?;
                self.left -= piece.len() as i64;
                if piece.is_empty() || self.left < 0 {
                    return Err(corrupt);
                }
                self.rest = Rest::Packed(Box::new(packed));
                Ok(piece)
            }
            Rest::Broken => Err(corrupt),
        }
    }
}

/// The next frame, and what is behind it.
fn frame(packed: BufReader<Packed>) -> std::io::Result<(Bytes, BufReader<Packed>)> {
    let mut decoder = zstd::Decoder::with_buffer(packed)?.single_frame();
    let mut piece = Vec::with_capacity(coding::FRAME);
    // It is as long as it was when it was checked, unless somebody writes to the file.
    decoder.by_ref().take(coding::FRAME as u64).read_to_end(&mut piece)?;
    // The frame's end, which is read only when more is asked for.
    if decoder.read(&mut [0])? > 0 {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    Ok((piece.into(), decoder.finish()))
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Packed::File(file) => file.read(buffer),
            Packed::Row(row) => row.read(buffer),
        }
    }
}

impl Seek for Packed {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        match self {
            Packed::File(file) => file.seek(to),
            Packed::Row(row) => row.seek(to),
        }
    }
}
