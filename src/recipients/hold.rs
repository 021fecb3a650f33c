//! Why a person is kept back, and what lifts it.

use super::context::Context;
use crate::error::{Finding, Place, Sentence};
use crate::intake::{Doubt, Field, RowIndex};
use std::collections::BTreeSet;

/// What lifts a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// A person looks at it and rules `release`.
    Ruling,
    /// Only a corrected list: there is nothing that could be mailed.
    Correction,
}

/// One reason to keep a person back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) row: RowIndex,
    pub(super) field: Option<Field>,
    /// Set when the reason stands in another file than the list.
    pub(super) place: Option<Place>,
    pub(super) code: &'static str,
    pub(super) reason: Sentence,
    pub(super) hint: Sentence,
    pub(super) remedy: Remedy,
}

impl Fault {
    /// A fault that a person may rule away.
    pub(super) fn doubt(row: RowIndex, field: Field, code: &'static str, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Fault {
        Fault { row, field: Some(field), place: None, code, reason: reason.into(), hint: hint.into(), remedy: Remedy::Ruling }
    }

    /// A fault that was found when its row was read.
    pub(super) fn of_row(doubt: &Doubt) -> Fault {
        let Finding { code, place, reason, hint, .. } = &doubt.finding;
        let remedy = if doubt.may_be_ruled { Remedy::Ruling } else { Remedy::Correction };
        Fault { row: doubt.row, field: None, place: Some(place.clone()), code, reason: reason.clone(), hint: hint.clone(), remedy }
    }

    /// Whether it is about an entry that was found when its row was read.
    pub(super) fn is_of_entry(&self) -> bool {
        self.field.is_none() && self.place.is_some()
    }

    /// What a release calls it: its code, and the column of an entry behind it.
    pub(super) fn name(&self) -> String {
        match self.place.as_ref().and_then(|place| place.column.as_deref()).filter(|_| self.is_of_entry()) {
            Some(column) => format!("{}:{column}", self.code),
            None => self.code.to_owned(),
        }
    }

    /// A fault that only a corrected list mends.
    pub(super) fn lack(row: RowIndex, field: Field, code: &'static str, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Fault {
        Fault { remedy: Remedy::Correction, ..Fault::doubt(row, field, code, reason, hint) }
    }
}

/// One finding for all faults of a person: the place and code of the first, every reason and hint.
pub(super) fn finding(context: &Context, faults: &[Fault]) -> Option<Finding> {
    let (first, others) = faults.split_first()?;
    let mut finding = context.finding(first);
    for fault in others {
        for (text, more) in [(&mut finding.reason, &fault.reason), (&mut finding.hint, &fault.hint)] {
            if !text.contains(more.as_ref()) {
                text.to_mut().push_str("; ");
                text.to_mut().push_str(more);
            }
        }
    }
    let doubts: BTreeSet<String> = faults.iter().filter(|fault| fault.remedy == Remedy::Ruling).map(Fault::name).collect();
    if doubts.len() > 1 {
        let codes = doubts.into_iter().collect::<Vec<_>>().join(";");
        finding.hint.to_mut().push_str(&format!("; a release has to name what it lifts: `{codes}`"));
    }
    Some(finding)
}
