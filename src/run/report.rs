//! `report`: everything that a report is made from, each read once.

use super::{Case, read, unreached};
use crate::digest::sha256_of;
use crate::error::{Error, Finding, Result};
use crate::files;
use crate::incident::{ProviderIndex, VERIFIED_FILE};
use crate::ledger::{self, Access};
use crate::obligations;
use crate::recipients::MOVES_FILE;
use crate::report::{self, Concern, Concerns, Dossier, Input, LeftOf, Materials, REPORT_FILE, Report, Statements, hhs};
use crate::review;
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
    let portal = hhs::portal()?;
    let statements = Statements::load(&case.incident, &case.rules, &portal, latest)?.up_to(as_of);
    let out_of_reach = unreached(&case, ledger)?;
    let plan = obligations::plan_with(&case.incident, &case.rules, &case.recipients, &out_of_reach, as_of);
    let unreachable = obligations::unreachable(&case.incident, &case.rules, &case.recipients, &out_of_reach);
    let mut ledger = ledger::open_existing(folder, &case.incident.id, ledger)?;
    let record = match &mut ledger {
        Some(ledger) => {
            let status = report::status(ledger.as_mut(), case.rules.federal.substitute_public_from.value)?;
            (status, report::left(ledger.as_mut(), &concerns(&case), as_of)?, ledger.verify(&[])?.holds())
        }
        None => (None, LeftOf::new(), true),
    };
    let facts = (&case.incident, &case.rules, &plan);
    let dossier = Dossier::new(facts, &case.recipients, &statements, record, unreachable, review::stored_seal(folder)?);
    let mut materials = Materials { inputs: inputs(&case)?, ledger: ledger.as_deref_mut().map(|ledger| ledger as _) };
    let written = report::write_report(&dossier, &portal, &mut materials, out)?;
    Ok((written, case.warnings))
}

/// Whom people concern besides their own provider, and where they live, by their keys.
fn concerns(case: &Case) -> Concerns {
    let people = &case.recipients.people;
    let id = |provider: &ProviderIndex| case.incident.provider(*provider).id.clone();
    let of = |place| {
        let person = people.outline(place);
        (people.key(place).0, Concern { others: person.also_at.iter().map(id).collect(), lives: person.residence })
    };
    (0..people.len()).map(of).collect()
}

/// The files that the incident was made from, with the rows that count of each list.
fn inputs(case: &Case) -> Result<Vec<Input>> {
    let incident = &case.incident;
    let mut rows = vec![0_u64; incident.lists.len()];
    case.intake.rows.iter().for_each(|row| rows[usize::from(row.list)] += 1);
    let mut files: Vec<(&str, Option<u64>)> = ["incident.toml", "providers.csv"].map(|file| (file, None)).to_vec();
    files.extend(incident.lists.iter().zip(rows).map(|(list, rows)| (list.file.as_str(), Some(rows))));
    files.extend(incident.code_pools.iter().map(|pool| (pool.file.as_str(), None)));
    files.extend(["decisions.csv", MOVES_FILE, super::seeds::FILE, VERIFIED_FILE, REPORT_FILE].map(|file| (file, None)));
    let mut inputs = Vec::new();
    for (file, rows) in files {
        let path = incident.folder.join(file);
        let opened = match fs_err::File::open(&path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::unreadable(&path, &error)),
        };
        let (sha256, bytes) = sha256_of(opened).map_err(|error| Error::unreadable(&path, &error))?;
        inputs.push(Input { file: file.to_owned(), sha256, bytes, rows });
    }
    Ok(inputs)
}
