//! How bytes are written down: zstd, with contexts that are kept (making one costs more than a small message).

use crate::{Result, StoreError};
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};

/// Plain zstd. A row says how it was written, so that another way can come later.
pub(super) const ZSTD: i64 = 0;
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

/// `size` is how long the bytes must be: what would grow beyond is refused without being held.
pub(super) fn decompress(coding: i64, data: &[u8], size: usize) -> Result<Vec<u8>> {
    if coding != ZSTD {
        return Err(StoreError::Broken(format!("blob written in coding {coding}, which this version does not know")));
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        Ok(decompressor.decompress(data, size)?)
    })
}
