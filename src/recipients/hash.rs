//! Short hashes, by which millions of keys are sorted before the few that are alike are compared themselves.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Half of [`hash`]: for lists of everybody that stand beside everybody. Some unequal values have it in common.
pub(super) fn short_hash(value: &(impl Hash + ?Sized)) -> u32 {
    hash(value) as u32
}

/// The same for equal values, in every run.
pub(super) fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
