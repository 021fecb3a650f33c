//! Standing type: fixed blocks, set once per job and kept for every letter that has them.

use super::block::SetBlock;
use crate::compose::Block;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A block by its place in memory and its scale. The block is kept alive beside it, so no other can take its place.
type Key = (usize, u32);
type Kept = HashMap<Key, (Arc<Block>, Arc<SetBlock>)>;

/// Fixed blocks as they were set, one copy for all threads of a job, so that a passage is known by its place in memory.
#[derive(Default)]
pub struct StandingType {
    kept: Mutex<Kept>,
}

/// One thread's view of the standing type.
pub(super) struct Desk {
    shared: Arc<StandingType>,
    at_hand: Kept,
}

impl Desk {
    pub(super) fn new(shared: &Arc<StandingType>) -> Desk {
        Desk { shared: Arc::clone(shared), at_hand: Kept::new() }
    }

    /// A fixed block as it was set, or as `set` sets it now.
    pub(super) fn take(&mut self, block: &Arc<Block>, scale: f32, set: impl FnOnce() -> SetBlock) -> Arc<SetBlock> {
        let key = (Arc::as_ptr(block) as usize, scale.to_bits());
        if let Some((_, known)) = self.at_hand.get(&key) {
            return Arc::clone(known);
        }
        let mut kept = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, known) = kept.entry(key).or_insert_with(|| (Arc::clone(block), Arc::new(set())));
        self.at_hand.insert(key, (Arc::clone(block), Arc::clone(known)));
        Arc::clone(known)
    }
}
