//! How bytes are written down: zstd, with contexts that are kept (making one costs more than a small message). Large ones
//! are frames one after the other, so that they can be unpacked piece by piece with nothing held between two pieces.

use crate::{Result, StoreError};
use std::cell::RefCell;
use std::io::Read;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::get_frame_content_size;

/// One frame of zstd. A row says how it was written, so that another way can come later.
pub(super) const ZSTD: i64 = 0;
/// Frames of zstd, each of at most `FRAME` octets as they came.
pub(super) const FRAMES: i64 = 1;
pub(super) const FRAME: usize = 128 * 1024;
pub(super) const LEVEL: i32 = 3;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

pub(super) fn compress(raw: &[u8]) -> Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(LEVEL)?),
        };
        Ok(compressor.compress(raw)?)
    })
}

pub(super) fn is_known(coding: i64) -> Result<()> {
    match coding {
        ZSTD | FRAMES => Ok(()),
        _ => Err(StoreError::Broken(format!("blob written in coding {coding}, which this version does not know"))),
    }
}

/// `size` is how long the bytes must be, as the row says; a flipped bit there must not become a request for memory. So the
/// frame is asked too: small messages name their length in it, and of large ones no more is held than really comes out.
pub(super) fn decompress(coding: i64, data: &[u8], size: i64) -> Result<Vec<u8>> {
    is_known(coding)?;
    let wrong = || StoreError::Broken("the bytes are not as long as their row says".into());
    let size = usize::try_from(size).map_err(|_| wrong())?;
    match get_frame_content_size(data) {
        Ok(Some(named)) if named == size as u64 => at_once(data, size),
        Ok(Some(_)) if coding == ZSTD => Err(wrong()),
        Ok(_) => piece_by_piece(data, size),
        Err(_) => Err(wrong()),
    }
}

fn at_once(data: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut raw = Vec::new();
    raw.try_reserve_exact(size).map_err(|error| StoreError::Busy(error.to_string()))?;
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress_to_buffer(data, &mut raw)?;
        Ok(raw)
    })
}

fn piece_by_piece(data: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut raw = Vec::new();
    zstd::Decoder::with_buffer(data)?.take(size as u64).read_to_end(&mut raw)?;
    Ok(raw)
}
