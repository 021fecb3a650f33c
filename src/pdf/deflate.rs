//! Deflate (RFC 1950), by far the dearest work on a letter: what was compressed before is not compressed again.

use hashbrown::HashMap;
use libdeflater::{CompressionLvl, Compressor};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The least level that compresses at all.
const QUICK: i32 = 1;
/// Texts kept: far above what an incident needs, small enough for any machine.
const KEPT: usize = 8192;

/// What was compressed and is likely to come again, by what it was.
pub(super) type Kept = Arc<Mutex<HashMap<Box<[u8]>, Arc<[u8]>>>>;

/// Compresses, and remembers what is likely to come again.
pub(super) struct Deflater {
    quick: Compressor,
    thorough: Compressor,
    scratch: Vec<u8>,
    kept: Kept,
}

impl Deflater {
    /// One that shares with others what it remembers.
    pub(super) fn new(kept: &Kept) -> Self {
        let (quick, thorough) =
            (Compressor::new(CompressionLvl::new(QUICK).unwrap_or_default()), Compressor::new(CompressionLvl::default()));
        Deflater { quick, thorough, scratch: Vec::new(), kept: Arc::clone(kept) }
    }

    /// Compresses bytes that are one letter's own: quickly, for a few bytes more.
    pub(super) fn once(&mut self, bytes: &[u8]) -> io::Result<&[u8]> {
        deflate(&mut self.quick, bytes, &mut self.scratch)
    }

    /// Compresses bytes that other letters may have as well.
    pub(super) fn kept(&mut self, bytes: &[u8]) -> io::Result<Arc<[u8]>> {
        if let Some(known) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(bytes) {
            return Ok(Arc::clone(known));
        }
        let deflated: Arc<[u8]> = deflate(&mut self.thorough, bytes, &mut self.scratch)?.into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.insert(bytes.into(), Arc::clone(&deflated));
        }
        Ok(deflated)
    }
}

fn deflate<'s>(compressor: &mut Compressor, bytes: &[u8], scratch: &'s mut Vec<u8>) -> io::Result<&'s [u8]> {
    let room = compressor.zlib_compress_bound(bytes.len());
    if scratch.len() < room {
        scratch.resize(room, 0);
    }
    let written = compressor.zlib_compress(bytes, scratch).map_err(io::Error::other)?;
    Ok(&scratch[..written])
}
