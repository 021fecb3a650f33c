//! `report`: everything that a report is made from, each read once.

use super::{Case, read, unreached};
use crate::error::{Finding, Result};
use crate::files;
use crate::incident::ProviderIndex;
use crate::ledger::{self, Access};
use crate::obligations;
use crate::report::{self, Dossier, Joint, Report, Statements, hhs::Portal};
use jiff::civil::Date;
use std::path::Path;

/// Writes the report of an incident folder into `out`; gives what it says and what warns. `as_of` is the day to judge by, `latest` the
/// last day that a filing can have.
///
/// # Errors
/// Refused when the incident, a list, report.toml or the ledger cannot be used, or something else lies in `out`; failed when it cannot be
/// written.
pub fn report(folder: &Path, ledger: Option<&Access>, out: &Path, (as_of, latest): (Date, Date)) -> Result<(Report, Vec<Finding>)> {
    files::refuse_inputs(out, folder)?;
    let case = read(folder)?;
    let portal = Portal::built_in()?;
    let statements = Statements::load(&case.incident, &case.rules, &portal, latest)?.up_to(as_of);
    let out_of_reach = unreached(&case, ledger)?;
    let plan = obligations::plan_with(&case.incident, &case.rules, &case.recipients, &out_of_reach, as_of);
    let unreachable = obligations::unreachable(&case.incident, &case.rules, &case.recipients, &out_of_reach);
    let mut intact = true;
    let record = match ledger::open_existing(folder, &case.incident.id, ledger)? {
        Some(mut ledger) => {
            intact = ledger.verify(&[])?.holds();
            let status = report::status(ledger.as_mut(), case.rules.federal.substitute_public_from.value)?;
            (status, report::left(ledger.as_mut(), &joint(&case), as_of)?)
        }
        None => Default::default(),
    };
    let facts = (&case.incident, &case.rules, &plan);
    let dossier = Dossier::new(facts, &case.recipients, &statements, record, unreachable, intact);
    let written = report::write_report(&dossier, &portal, out)?;
    Ok((written, case.warnings))
}

/// People who concern several providers, by their keys.
fn joint(case: &Case) -> Joint {
    let people = &case.recipients.people;
    let id = |provider: &ProviderIndex| case.incident.provider(*provider).id.clone();
    let several = (0..people.len()).filter(|place| !people.outline(*place).also_at.is_empty());
    several.map(|place| (people.key(place).0, people.outline(place).also_at.iter().map(id).collect())).collect()
}
