//! The counts of an incident, which must close.

use super::{Disposition, Recipients};
use crate::intake::Intake;
use serde::{Deserialize, Serialize};

/// Every row ends in exactly one place: `rows = merged + recipients`, `recipients = letters + emails + held + excluded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the count of the same name in design.md")]
pub struct Counts {
    pub rows: u64,
    pub merged: u64,
    pub recipients: u64,
    pub letters: u64,
    pub emails: u64,
    pub held: u64,
    pub excluded: u64,
}

impl Counts {
    /// Counts rows and dispositions, each from its own source, so that a lost row shows.
    pub fn of(intake: &Intake, recipients: &Recipients) -> Counts {
        let mut counts = Counts { rows: intake.rows.len() as u64, merged: recipients.merges.len() as u64, ..Counts::default() };
        for recipient in recipients.people.outlines() {
            counts.recipients += 1;
            match recipient.disposition {
                Disposition::Letter => counts.letters += 1,
                Disposition::Email => counts.emails += 1,
                Disposition::Held(_) => counts.held += 1,
                Disposition::Excluded { .. } => counts.excluded += 1,
            }
        }
        counts
    }

    /// Whether both equations hold.
    pub fn close(&self) -> bool {
        let sum = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        sum(&[self.merged, self.recipients]) == Some(self.rows)
            && sum(&[self.letters, self.emails, self.held, self.excluded]) == Some(self.recipients)
    }
}
