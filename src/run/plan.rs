//! `plan`: the duties of a day, and what has changed since the plans before it.

use super::{Case, read, unreached};
use crate::error::{Error, Finding, Place, Result};
use crate::files;
use crate::ledger::Access;
use crate::obligations::{self, CALENDAR_BEGINS, Changes, Damage, HISTORY_FILE, Happened, History, Plan};
use jiff::civil::Date;
use std::path::Path;

/// A plan with what it was made from.
pub struct Planned {
    /// What was read.
    pub case: Case,
    /// The duties.
    pub plan: Plan,
    /// What has changed; nothing when the history cannot be read.
    pub changes: Changes,
    /// Why the history cannot be read or written.
    pub warnings: Vec<Finding>,
}

/// Reads an incident folder and, when there is one, its ledger, plans and remembers the plan in the folder. A history that cannot be
/// read is left alone; it and one that cannot be written only warn, because the duties stand without it.
///
/// # Errors
/// Refused when the incident, a list or the ledger cannot be used.
pub fn plan(folder: &Path, ledger: Option<&Access>, as_of: Date) -> Result<Planned> {
    let case = read(folder)?;
    let happened = Happened { unreached: unreached(&case, ledger)?, ..Happened::default() };
    let plan = obligations::plan_with(&case.incident, &case.rules, &case.recipients, &happened, as_of);
    let (changes, warnings) = match remember(folder, &plan) {
        (changes, Ok(())) => (changes, Vec::new()),
        (changes, Err(warning)) => (changes, vec![warning]),
    };
    Ok(Planned { case, plan, changes, warnings })
}

fn remember(folder: &Path, plan: &Plan) -> (Changes, Result<(), Finding>) {
    let path = folder.join(HISTORY_FILE);
    let mut history = match fs_err::read(&path) {
        Ok(bytes) => match History::read(&String::from_utf8_lossy(&bytes)) {
            Ok(history) => history,
            Err(damage) => return (Changes::default(), Err(damaged(&damage))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => History::default(),
        Err(error) => return (Changes::default(), Err(warning(&Error::unreadable(&path, &error)))),
    };
    let changes = history.changes(plan);
    let written = if history.remember(plan) { write(&path, &history) } else { Ok(()) };
    (changes, written.map_err(|error| warning(&error)))
}

fn write(path: &Path, history: &History) -> Result<()> {
    let text = history.to_text().map_err(|error| Error::bug(error.to_string()))?;
    files::write(path, text.as_bytes())
}

/// What would end another command is a warning here.
fn warning(error: &Error) -> Finding {
    let reason = error.findings.first().map(|finding| finding.reason.clone()).unwrap_or_default();
    let reason = format!("this plan is not kept to be compared with the next: {reason}");
    let hint =
        format!("make the incident folder writable, and {HISTORY_FILE} in it a file of your own, to see what changes from plan to plan");
    Finding::warns("history-unwritable", Place::file(HISTORY_FILE), reason, hint)
}

fn damaged(damage: &Damage) -> Finding {
    let hint = "put back a copy from your backup, or move the file away: the next plan begins a new history";
    match damage {
        Damage::Later => {
            let reason = "a later version of breachnotice wrote it, so nothing is compared and this plan is not kept";
            Finding::warns("history-of-later-version", Place::file(HISTORY_FILE), reason, "plan with that version, or move the file away")
        }
        Damage::Broken { reason, line, column } => {
            let place = Place::line(HISTORY_FILE, *line).column(column);
            let reason = format!("the history of plans is damaged, so nothing is compared and this plan is not kept: {reason}");
            Finding::warns("history-damaged", place, reason, hint)
        }
    }
}

/// Writes the last days of a plan as a calendar file.
///
/// # Errors
/// Refused when another file stands under the name; failed when it cannot be written.
pub fn write_calendar(case: &Case, plan: &Plan, file: &Path) -> Result<()> {
    files::refuse_other(file, CALENDAR_BEGINS.as_bytes(), "no calendar")?;
    files::write(file, obligations::calendar(&case.incident, plan).as_bytes())
}
