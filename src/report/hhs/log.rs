//! The yearly log: the breaches of fewer than 500 people that a provider tells HHS of together (45 CFR 164.408(c)).

use crate::error::{Error, Result};
use crate::files::{Writing, guarded};
use crate::obligations::Duty;
use crate::report::dossier::{Dossier, OfProvider};
use crate::report::statements::Filing;
use std::path::Path;

const COLUMNS: [&str; 11] = [
    "provider_id",
    "provider",
    "incident",
    "breach_began",
    "breach_ended",
    "discovered",
    "individuals",
    "type",
    "file_by",
    "filed_on",
    "tracking_number",
];

/// Writes a line for each provider that owes this breach to the log; gives how many there are. Without any no file is written.
///
/// # Errors
/// Failed when the file cannot be written.
pub fn yearly_log(dossier: &Dossier<'_>, path: &Path) -> Result<usize> {
    let small: Vec<OfProvider<'_>> =
        dossier.providers().filter(|of| of.obligations(Duty::HhsAnnualLog).any(|obligation| obligation.required)).collect();
    if small.is_empty() {
        return Ok(0);
    }
    let failed = |error: csv::Error| Error::unwritable(path, &std::io::Error::from(error));
    let mut writer = csv::Writer::from_writer(Writing::begin(path)?);
    writer.write_record(COLUMNS).map_err(failed)?;
    for of in &small {
        let cells = line(*of);
        writer.write_record(cells.iter().map(|cell| guarded(cell).into_owned())).map_err(failed)?;
    }
    let file = writer.into_inner().map_err(|error| Error::unwritable(path, error.error()))?;
    file.finish()?;
    Ok(small.len())
}

fn line(of: OfProvider<'_>) -> [String; 11] {
    let (incident, provider) = (of.dossier.incident, of.provider);
    // What was filed the other way is none of the log's.
    let filings: Vec<&Filing> =
        of.obligations(Duty::HhsAnnualLog).flat_map(|obligation| of.dossier.statements.filings(obligation)).collect();
    let file_by = of.obligations(Duty::HhsAnnualLog).find_map(|obligation| obligation.deadline);
    [
        provider.id.clone(),
        provider.legal_name.clone(),
        incident.id.clone(),
        provider.breach_began.to_string(),
        provider.breach_ended.map(|day| day.to_string()).unwrap_or_default(),
        of.discovered().to_string(),
        of.individuals().to_string(),
        incident.cause.replace('_', " "),
        file_by.map(|day| day.to_string()).unwrap_or_default(),
        filings.first().map(|filing| filing.on.to_string()).unwrap_or_default(),
        filings.iter().find_map(|filing| filing.reference.clone()).unwrap_or_default(),
    ]
}
