//! What every question about a row needs at hand.

use super::PostalAddress;
use super::hold::Fault;
use crate::error::{Finding, Place, Sentence};
use crate::incident::{Incident, ProviderIndex};
use crate::intake::{Field, Intake, Row, RowIndex};
use crate::rules::Rules;
use jiff::civil::Date;

/// The three inputs of the stage.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) incident: &'a Incident,
    pub(super) rules: &'a Rules,
    pub(super) intake: &'a Intake,
    /// The providers' own addresses in print form, by provider index.
    pub(super) provider_addresses: &'a [PostalAddress],
}

impl<'a> Context<'a> {
    pub(super) fn row(&self, row: RowIndex) -> Row<'a> {
        self.intake.row(row)
    }

    /// The provider that a row concerns; `None` when it names none that exists.
    pub(super) fn provider_of_row(&self, row: RowIndex) -> Option<ProviderIndex> {
        self.intake.provider(self.incident, row)
    }

    /// The providers that the rows of one person concern, in their order: the first, and those beside it.
    pub(super) fn providers_of(&self, rows: &[RowIndex]) -> (Option<ProviderIndex>, Vec<ProviderIndex>) {
        if let [row] = rows {
            return (self.provider_of_row(*row), Vec::new());
        }
        let mut all: Vec<ProviderIndex> = rows.iter().filter_map(|row| self.provider_of_row(*row)).collect();
        all.sort_unstable();
        all.dedup();
        let others = if all.len() > 1 { all.split_off(1) } else { Vec::new() };
        (all.first().copied(), others)
    }

    /// The day at which ages and agreements are judged.
    pub(super) fn mail_date(&self, provider: Option<ProviderIndex>) -> Date {
        provider.map_or(self.incident.mail_date, |index| self.incident.provider(index).mail_date)
    }

    /// Day on which the list of a row came in.
    pub(super) fn received(&self, row: RowIndex) -> Option<Date> {
        self.incident.lists[usize::from(self.row(row).list)].received
    }

    pub(super) fn place(&self, row: RowIndex, field: Option<Field>) -> Place {
        match field {
            Some(field) => self.intake.place(row, field),
            None => self.intake.row_place(row),
        }
    }

    pub(super) fn record_key(&self, row: RowIndex) -> String {
        self.intake.record_key(self.incident, row)
    }

    /// The finding of a fault, with its place.
    pub(super) fn finding(&self, fault: &Fault) -> Finding {
        let place = fault.place.clone().unwrap_or_else(|| self.place(fault.row, fault.field));
        Finding::holds(fault.code, place, fault.reason.clone(), fault.hint.clone()).record(self.record_key(fault.row))
    }

    /// A warning about one cell.
    pub(super) fn warning(
        &self,
        row: RowIndex,
        field: Field,
        code: &'static str,
        reason: impl Into<Sentence>,
        hint: &'static str,
    ) -> Finding {
        Finding::warns(code, self.place(row, Some(field)), reason, hint).record(self.record_key(row))
    }
}
