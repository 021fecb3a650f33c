//! A duty before its last day is known, and the obligation it becomes.

use super::clock::LastDay;
use super::{Duty, Obligation};
use crate::rules::Confidence;

/// A duty before its last day is known.
pub(super) struct Draft {
    pub(super) duty: Duty,
    pub(super) jurisdiction: String,
    /// Tells duties of one kind and jurisdiction apart; empty for the only one.
    pub(super) key: String,
    pub(super) to: String,
    pub(super) clause: String,
    pub(super) confidence: Confidence,
    pub(super) count: u64,
    pub(super) threshold: Option<u64>,
    pub(super) notes: Vec<String>,
}

impl Draft {
    /// It applies, by a last day.
    pub(super) fn required(mut self, provider: &str, last_day: LastDay) -> Obligation {
        self.notes.extend(last_day.notes);
        self.confidence = self.confidence.min(last_day.confidence);
        Obligation { deadline: Some(last_day.day), mail_by: Some(last_day.mail_by), ..self.obligation(provider, true, last_day.basis) }
    }

    /// It applies, but the law gives no number of days.
    pub(super) fn without_a_day(self, provider: &str, basis: &str) -> Obligation {
        self.obligation(provider, true, basis.to_owned())
    }

    /// It was considered and does not apply.
    pub(super) fn not_required(self, provider: &str, why: &str) -> Obligation {
        self.obligation(provider, false, why.to_owned())
    }

    fn obligation(self, provider: &str, required: bool, basis: String) -> Obligation {
        let mut id = format!("{}:{provider}:{}", self.duty.id(), self.jurisdiction);
        if !self.key.is_empty() {
            id = format!("{id}:{}", self.key);
        }
        Obligation {
            id,
            duty: self.duty,
            to: self.to,
            provider_id: provider.to_owned(),
            jurisdiction: self.jurisdiction,
            clause: self.clause,
            count: self.count,
            threshold: self.threshold,
            required,
            deadline: None,
            mail_by: None,
            basis,
            confidence: self.confidence.id().to_owned(),
            note: self.notes.join("; "),
        }
    }
}
