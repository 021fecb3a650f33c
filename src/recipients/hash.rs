//! Short hashes, by which millions of values are sorted before the few that are alike are compared themselves.

use rayon::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The same for equal values, in every run.
pub(super) fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Finds which of many places may have a value in common, without keeping the values: half a hash of each. What it holds is used
/// again by the next question: a list of everybody for each would be the most memory that is ever needed.
#[derive(Default)]
pub(super) struct Sieve(Vec<Hashed>);

/// Half a hash, and whose it is.
type Hashed = (u32, u32);

/// A place that has no value.
const NOTHING: Hashed = (u32::MAX, u32::MAX);

impl Sieve {
    /// Asks every place below `count` for its value.
    pub(super) fn sift<V: Hash>(&mut self, count: usize, value: impl Fn(u32) -> Option<V> + Sync) -> Sifted<'_> {
        let hashed = |place: u32| value(place).map_or(NOTHING, |value| (hash(&value) as u32, place));
        (0..count as u32).into_par_iter().map(hashed).collect_into_vec(&mut self.0);
        self.0.retain(|hashed| *hashed != NOTHING);
        self.0.par_sort_unstable();
        Sifted(&self.0)
    }
}

/// Places by the hash of their values.
#[derive(Clone, Copy)]
pub(super) struct Sifted<'a>(&'a [Hashed]);

impl<'a> Sifted<'a> {
    /// Places that have a hash in common with enough others, so many with them; some of unequal values are among them.
    pub(super) fn shared_by(self, least: usize) -> impl Iterator<Item = u32> + 'a {
        let alike = self.0.chunk_by(|one, two| one.0 == two.0).filter(move |alike| alike.len() >= least);
        alike.flatten().map(|(_, place)| *place)
    }

    /// Places by hash, ascending; some of unequal values are together.
    pub(super) fn together(self) -> impl ParallelIterator<Item = Vec<u32>> + 'a {
        let alike = self.0.par_chunk_by(|one, two| one.0 == two.0).filter(|alike| alike.len() > 1);
        alike.map(|alike| alike.iter().map(|(_, place)| *place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_equal_values_are_found_and_those_without_one_are_not() {
        let values = [Some("a"), None, Some("b"), Some("a"), None, Some("c"), Some("a"), Some("b")];
        let mut sieve = Sieve::default();
        for (least, mut expected) in [(3, vec![0, 3, 6]), (2, vec![0, 2, 3, 6, 7]), (1, vec![0, 2, 3, 5, 6, 7])] {
            let mut found: Vec<u32> = sieve.sift(values.len(), |place| values[place as usize]).shared_by(least).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
        let mut together: Vec<Vec<u32>> = sieve.sift(values.len(), |place| values[place as usize]).together().collect();
        together.sort_unstable();
        assert_eq!(together, [vec![0, 3, 6], vec![2, 7]]);
    }
}
