//! Standing type: what is the same in many letters, set once per job and kept.

use super::block::{SetBlock, SharedText};
use super::passage::Passage;
use super::unit::Pt;
use crate::compose::Block;
use hashbrown::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// A block by its place in memory and its scale. The block is kept alive beside it, so no other can take its place.
type BlockKey = (usize, u32);
/// A paragraph within a letter's own block: by its place in memory, scale, type size, width, and whether it has a bullet.
type TextKey = (usize, u32, u32, u32, bool);

/// What was set of blocks, by key; each block is kept alive beside it.
type Kept<K, V> = HashMap<K, (Arc<Block>, V)>;

/// What stands around the body of many letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Furniture {
    /// A provider's return address.
    ReturnAddress(Arc<[String]>),
    /// A line in the lower right corner: which page it is, of how many.
    Counter(String),
    /// Across the page.
    Watermark,
}

/// What was set once for all threads of a job; each takes copies for itself.
#[derive(Default)]
pub struct StandingType {
    blocks: Mutex<Kept<BlockKey, Arc<SetBlock>>>,
    texts: Mutex<Kept<TextKey, Option<Arc<SharedText>>>>,
    furniture: Mutex<HashMap<Furniture, Arc<Passage>>>,
}

/// One thread's view of the standing type.
pub(super) struct Desk {
    shared: Arc<StandingType>,
    blocks: Kept<BlockKey, Arc<SetBlock>>,
    texts: Kept<TextKey, Option<Arc<SharedText>>>,
    furniture: HashMap<Furniture, Arc<Passage>>,
}

/// How a paragraph stands within a letter's own block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) scale: f32,
    pub(super) size: f32,
    pub(super) width: Pt,
    /// It is a list item, with a bullet.
    pub(super) bullet: bool,
}

impl Desk {
    pub(super) fn new(shared: &Arc<StandingType>) -> Desk {
        Desk { shared: Arc::clone(shared), blocks: Kept::new(), texts: Kept::new(), furniture: HashMap::new() }
    }

    /// A fixed block as it was set, or as `set` sets it now.
    pub(super) fn block(&mut self, block: &Arc<Block>, scale: f32, set: impl FnOnce() -> SetBlock) -> Arc<SetBlock> {
        let key = (Arc::as_ptr(block) as usize, scale.to_bits());
        take(&mut self.blocks, &self.shared.blocks, key, block, || Arc::new(set()), |block| block.copy())
    }

    /// A fixed paragraph within letters' own blocks as it was set, or as `set` sets it now; absent when each letter must set
    /// it for itself.
    pub(super) fn text(
        &mut self,
        block: &Arc<Block>,
        setting: Setting,
        set: impl FnOnce() -> Option<SharedText>,
    ) -> Option<Arc<SharedText>> {
        let Setting { scale, size, width, bullet } = setting;
        let key = (Arc::as_ptr(block) as usize, scale.to_bits(), size.to_bits(), width.0.to_bits(), bullet);
        take(&mut self.texts, &self.shared.texts, key, block, || set().map(Arc::new), |text| text.as_ref().map(|text| text.copy()))
    }

    /// Furniture as it was set for another letter.
    pub(super) fn furniture(&self, which: &Furniture) -> Option<Arc<Passage>> {
        self.furniture.get(which).cloned()
    }

    /// Keeps furniture, and gives the one copy of it.
    pub(super) fn keep_furniture(&mut self, which: Furniture, passage: Passage) -> Arc<Passage> {
        let mut kept = self.shared.furniture.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.entry(which.clone()).or_insert_with(|| Arc::new(passage)).copy();
        self.furniture.insert(which, Arc::clone(&known));
        known
    }
}

fn take<K: Hash + Eq + Copy, V: Clone>(
    at_hand: &mut Kept<K, V>,
    shared: &Mutex<Kept<K, V>>,
    key: K,
    block: &Arc<Block>,
    set: impl FnOnce() -> V,
    copy: impl FnOnce(&V) -> V,
) -> V {
    if let Some((_, known)) = at_hand.get(&key) {
        return known.clone();
    }
    let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, known) = kept.entry(key).or_insert_with(|| (Arc::clone(block), set()));
    let own = copy(known);
    at_hand.insert(key, (Arc::clone(block), own.clone()));
    own
}
