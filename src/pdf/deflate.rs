//! Deflate (RFC 1950), by far the dearest work on a letter: what was compressed before is not compressed again.

use libdeflater::{CompressionLvl, Compressor};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Texts kept: far above what an incident needs, small enough for any machine.
const KEPT: usize = 8192;

/// Compresses, and remembers what is likely to come again.
pub(super) struct Deflater {
    compressor: Compressor,
    scratch: Vec<u8>,
    kept: HashMap<Box<[u8]>, Arc<[u8]>>,
}

impl Default for Deflater {
    fn default() -> Self {
        Deflater { compressor: Compressor::new(CompressionLvl::default()), scratch: Vec::new(), kept: HashMap::new() }
    }
}

impl Deflater {
    /// Compresses bytes that are one letter's own.
    pub(super) fn once(&mut self, bytes: &[u8]) -> io::Result<&[u8]> {
        let room = self.compressor.zlib_compress_bound(bytes.len());
        if self.scratch.len() < room {
            self.scratch.resize(room, 0);
        }
        let written = self.compressor.zlib_compress(bytes, &mut self.scratch).map_err(io::Error::other)?;
        Ok(&self.scratch[..written])
    }

    /// Compresses bytes that other letters may have as well.
    pub(super) fn kept(&mut self, bytes: &[u8]) -> io::Result<Arc<[u8]>> {
        if let Some(known) = self.kept.get(bytes) {
            return Ok(Arc::clone(known));
        }
        let deflated: Arc<[u8]> = self.once(bytes)?.into();
        if self.kept.len() < KEPT {
            self.kept.insert(bytes.into(), Arc::clone(&deflated));
        }
        Ok(deflated)
    }
}
