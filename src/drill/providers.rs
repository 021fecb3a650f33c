//! The providers of a drill and their providers.csv.

use super::calendar::{Calendar, after, before};
use super::folder::NewFile;
use super::lists::{Lists, ProviderModel};
use super::random::Random;
use crate::error::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use std::path::Path;

/// A drill has at least so many providers …
const FEWEST: u64 = 3;
/// … and at most so many.
pub(super) const MOST: u64 = 6;

/// The columns of providers.csv.
const HEADER: [&str; 25] = [
    "provider_id",
    "legal_name",
    "kind",
    "return_name",
    "address1",
    "address2",
    "city",
    "state",
    "postal_code",
    "phone",
    "email",
    "website",
    "signatory_name",
    "signatory_title",
    "logo",
    "logo_alt",
    "ca_licensed_facility",
    "part2_program",
    "breach_began",
    "breach_ended",
    "discovered",
    "informed",
    "list_received",
    "determined",
    "mail_date",
];

/// A provider with the dates of its own clock.
#[derive(Debug, Clone)]
pub(super) struct DrillProvider {
    pub(super) model: ProviderModel,
    informed: Date,
    list_received: Date,
}

/// Three to six of the built-in providers, in the order of the built-in file.
pub(super) fn choose(random: &mut Random, lists: &Lists, calendar: &Calendar) -> Vec<DrillProvider> {
    let count = random.between(FEWEST, MOST) as usize;
    let mut left: Vec<usize> = (0..lists.providers.len()).collect();
    let mut chosen: Vec<usize> = (0..count).map(|_| left.swap_remove(random.below(left.len() as u64) as usize)).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|index| with_dates(random, calendar, &lists.providers[index])).collect()
}

/// Every provider was told so late that its letters are in time: a licensed California facility has 15 business days
/// (Cal. Health & Safety Code 1280.15), the strictest states have 30 days.
fn with_dates(random: &mut Random, calendar: &Calendar, model: &ProviderModel) -> DrillProvider {
    let days = if model.ca_licensed_facility == "yes" { random.between(12, 16) } else { random.between(20, 29) };
    let informed = before(calendar.mail_date, (days as i64).days());
    let list_received = after(informed, (random.between(2, 8) as i64).days());
    DrillProvider { model: model.clone(), informed, list_received }
}

/// Writes providers.csv.
pub(super) fn write(folder: &Path, providers: &[DrillProvider]) -> Result<()> {
    let mut file = NewFile::start(folder, "providers.csv")?;
    file.record(HEADER)?;
    for DrillProvider { model, informed, list_received } in providers {
        file.record([
            model.provider_id.as_str(),
            &model.legal_name,
            &model.kind,
            &model.return_name,
            &model.address1,
            "",
            &model.city,
            &model.state,
            &model.postal_code,
            &model.phone,
            &model.email,
            &model.website,
            &model.signatory_name,
            &model.signatory_title,
            "",
            "",
            &model.ca_licensed_facility,
            "no",
            "",
            "",
            "",
            &informed.to_string(),
            &list_received.to_string(),
            "",
            "",
        ])?;
    }
    file.finish()
}
