//! An obligation for tests of what is made of a plan.

use super::{Duty, Obligation};
use jiff::civil::date;

/// A required duty of the sample incident, due on Saturday, 9 January 2027.
pub(super) fn obligation(duty: Duty, provider: &str, jurisdiction: &str, count: u64) -> Obligation {
    Obligation {
        id: format!("{}:{provider}:{jurisdiction}", duty.id()),
        duty,
        to: "those to be told".to_owned(),
        provider_id: provider.to_owned(),
        jurisdiction: jurisdiction.to_owned(),
        clause: "45 CFR 164.400".to_owned(),
        count,
        threshold: None,
        required: true,
        deadline: Some(date(2027, 1, 9)),
        mail_by: Some(date(2027, 1, 8)),
        basis: "discovered 2026-11-10: 2027-01-09".to_owned(),
        confidence: "high".to_owned(),
        note: String::new(),
    }
}
