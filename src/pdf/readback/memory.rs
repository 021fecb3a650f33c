//! What was made of a stream before, by its stored bytes.
//!
//! The letters of a job have most of their streams byte by byte in common. Equal bytes say equal things, so what they say
//! is worked out once; every file's own bytes are still compared in full, never a name or a digest of them.

use hashbrown::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Streams that are remembered at most, and their stored bytes: a job has some hundred common ones.
const MOST: usize = 4096;
const MOST_BYTES: usize = 16 << 20;
/// Streams that share a hash; of more, the oldest is forgotten.
const MOST_ALIKE: usize = 8;
/// Hashes of which it is known whether they were met before.
const MET: usize = 1 << 12;

/// A stream as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'f> {
    pub(super) dictionary: &'f [u8],
    pub(super) bytes: &'f [u8],
}

impl Stored<'_> {
    fn size(self) -> usize {
        self.bytes.len() + self.dictionary.len()
    }

    /// Length and last bytes, which are a checksum where the stream is compressed (RFC 1950). Never 0.
    fn hash(self) -> u32 {
        let end = self.bytes.last_chunk().map_or(0, |end| u32::from_be_bytes(*end));
        (end ^ (self.bytes.len() as u32).wrapping_mul(0x9E37_79B1)).max(1)
    }
}

struct Known<T> {
    dictionary: Box<[u8]>,
    bytes: Box<[u8]>,
    made: Arc<T>,
}

impl<T> Known<T> {
    fn size(&self) -> usize {
        self.bytes.len() + self.dictionary.len()
    }
}

struct Shelf<T> {
    by_hash: HashMap<u32, Vec<Known<T>>>,
    count: usize,
    bytes: usize,
}

/// Remembers what comes a second time, up to a bound.
pub(super) struct Memory<T> {
    met: Box<[AtomicU32]>,
    shelf: RwLock<Shelf<T>>,
}

impl<T> Default for Memory<T> {
    fn default() -> Memory<T> {
        let met = (0..MET).map(|_| AtomicU32::new(0)).collect();
        Memory { met, shelf: RwLock::new(Shelf { by_hash: HashMap::new(), count: 0, bytes: 0 }) }
    }
}

impl<T> Memory<T> {
    /// What was made of an equal stream, if that still holds.
    pub(super) fn recall(&self, stored: Stored<'_>, holds: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let alike = shelf.by_hash.get(&stored.hash())?;
        let known =
            alike.iter().find(|known| *known.bytes == *stored.bytes && *known.dictionary == *stored.dictionary && holds(&known.made));
        known.map(|known| Arc::clone(&known.made))
    }

    /// Remembers what was made of a stream when it, or one that looks like it, was met before.
    pub(super) fn keep(&self, stored: Stored<'_>, made: impl FnOnce() -> Arc<T>) {
        let hash = stored.hash();
        // A recipient's own stream never comes again, and most are that.
        if self.met[hash as usize % MET].swap(hash, Ordering::Relaxed) != hash {
            return;
        }
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let size = stored.size();
        if shelf.count == MOST || shelf.bytes + size > MOST_BYTES {
            *shelf = Shelf { by_hash: HashMap::new(), count: 0, bytes: 0 };
        }
        let alike = shelf.by_hash.entry(hash).or_default();
        let forgotten = (alike.len() == MOST_ALIKE).then(|| alike.remove(0));
        alike.push(Known { dictionary: stored.dictionary.into(), bytes: stored.bytes.into(), made: made() });
        let freed = forgotten.map(|known| known.size());
        shelf.count += usize::from(freed.is_none());
        shelf.bytes += size;
        shelf.bytes -= freed.unwrap_or_default();
    }

    /// How many streams are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).count
    }
}
