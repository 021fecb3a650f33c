//! What a house says became of a piece, and in which order that can be.

/// What a mail house reports of one attempt at a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductionStatus {
    /// Printed, and good as far as the house saw.
    Printed,
    /// Came out damaged; the original may still exist.
    Spoiled,
    /// The original is destroyed.
    Destroyed,
    /// Taken out at our word.
    Pulled,
    /// The house could not mail it.
    Undeliverable,
    /// Given to the post.
    Mailed,
}

impl ProductionStatus {
    /// Whether a report can go on to another status: the same sheets are printed, then spoiled, pulled or mailed; what was mailed or
    /// destroyed is gone.
    pub fn may_become(self, next: ProductionStatus) -> bool {
        use ProductionStatus::{Destroyed, Mailed, Printed, Pulled, Spoiled, Undeliverable};
        match self {
            Printed => next != Printed,
            Spoiled | Pulled => next == Destroyed,
            Undeliverable => matches!(next, Destroyed | Pulled),
            Mailed | Destroyed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProductionStatus::{self, Destroyed, Mailed, Printed, Pulled, Spoiled, Undeliverable};

    #[test]
    fn what_can_follow_what() {
        let all = [Printed, Spoiled, Destroyed, Pulled, Undeliverable, Mailed];
        let table: [(ProductionStatus, &[ProductionStatus]); 6] = [
            (Printed, &[Spoiled, Destroyed, Pulled, Undeliverable, Mailed]),
            (Spoiled, &[Destroyed]),
            (Destroyed, &[]),
            (Pulled, &[Destroyed]),
            (Undeliverable, &[Destroyed, Pulled]),
            (Mailed, &[]),
        ];
        for (before, after) in table {
            let found: Vec<_> = all.into_iter().filter(|next| before.may_become(*next)).collect();
            assert_eq!(found, after, "{before:?}");
        }
    }
}
