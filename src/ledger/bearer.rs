//! Who bears a piece number: what tells a corrected list from an id that now is somebody else's.

/// A person as the ledger knows them. Digests: no value of a list can be read from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// Opaque person key.
    pub person: String,
    /// What is compared beside it.
    pub marks: Marks,
}

#[cfg(test)]
impl Bearer {
    /// Somebody of whom nothing but the key is known.
    pub(crate) fn nameless(person: impl Into<String>) -> Bearer {
        Bearer { person: person.into(), marks: Marks::default() }
    }
}

/// Digests of a provider's patient: given name, family name, birth date; zeros for what is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks {
    /// Of provider and given name.
    pub first: [u8; 8],
    /// Of provider and family name.
    pub last: [u8; 8],
    /// Of the birth date.
    pub birth: [u8; 8],
}

impl Marks {
    /// Whether somebody else has come under the same key: another birth date and another name, or, where a birth date is not
    /// known, another given name and another family name. A marriage or a corrected birth date alone is no other person.
    pub fn are_anothers(&self, other: &Marks) -> bool {
        let same_name = self.first == other.first && self.last == other.last;
        if self.birth != UNKNOWN && other.birth != UNKNOWN {
            self.birth != other.birth && !same_name
        } else {
            self.first != other.first && self.last != other.last
        }
    }

    /// Whether they are enough to find somebody whose key has changed.
    pub(super) fn tell_apart(&self) -> bool {
        ![self.first, self.last, self.birth].contains(&UNKNOWN)
    }

    pub(super) fn bytes(&self) -> [u8; 24] {
        let mut bytes = [0; 24];
        for (part, from) in bytes.chunks_exact_mut(8).zip([self.first, self.last, self.birth]) {
            part.copy_from_slice(&from);
        }
        bytes
    }

    pub(super) fn of(bytes: [u8; 24]) -> Marks {
        let mut parts = [[0; 8]; 3];
        for (part, from) in parts.iter_mut().zip(bytes.chunks_exact(8)) {
            part.copy_from_slice(from);
        }
        let [first, last, birth] = parts;
        Marks { first, last, birth }
    }

    /// The key of somebody who came under a key that is another's.
    pub(super) fn own_key(&self, taken: &str) -> String {
        format!("{taken}:{}", crate::digest::hex(&self.bytes()))
    }
}

/// Nothing is known.
const UNKNOWN: [u8; 8] = [0; 8];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_no_other_person() {
        let marks = |first: u8, last: u8, birth: u8| Marks { first: [first; 8], last: [last; 8], birth: [birth; 8] };
        let known = marks(1, 1, 1);
        for (other, another) in [
            (marks(1, 1, 1), false),
            (marks(1, 2, 1), false),
            (marks(2, 2, 1), false),
            (marks(1, 1, 2), false),
            (marks(1, 2, 2), true),
            (marks(2, 2, 2), true),
            (marks(1, 2, 0), false),
            (marks(2, 2, 0), true),
        ] {
            assert_eq!((known.are_anothers(&other), other.are_anothers(&known)), (another, another), "{other:?}");
        }
        assert_eq!(Marks::of(known.bytes()), known);
    }
}
