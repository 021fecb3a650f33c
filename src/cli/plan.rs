//! `plan`: who must be told, by which clause, by when, in which way.

mod changed;
mod draw;

use super::ui::{self, Ui};
use super::{Outcome, clock};
use crate::error::{Finding, Result};
use crate::ledger::Access;
use crate::obligations::{Changes, Plan};
use crate::run::{self, Planned};
use jiff::civil::Date;
use std::path::PathBuf;

/// Show who must be told, by which clause, by when, in which way, and what has changed
#[derive(clap::Args)]
pub(super) struct PlanArguments {
    /// Incident folder
    dir: PathBuf,
    /// Day to judge by instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// File for the last days, as a calendar (iCalendar)
    #[arg(long, value_name = "F.ics")]
    ics: Option<PathBuf>,
    /// File for a memo to counsel: it is written twice, as F.md and F.pdf
    #[arg(long, value_name = "F")]
    memo: Option<PathBuf>,
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    #[serde(flatten)]
    changes: &'a Changes,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &PlanArguments) -> Result<Outcome> {
    let day = arguments.as_of.unwrap_or_else(clock::today);
    let verified = run::read_verified(&arguments.dir, day.max(clock::today()))?;
    let planned = run::plan(&arguments.dir, ledger, day)?;
    let Planned { case, plan, changes, warnings } = &planned;
    // The plan is shown first: whatever cannot be written, it stands.
    ui.result(&Shown { plan, changes }, &draw::draw(&planned, ui::width()))?;
    let unverified = run::unverified_rules(case, &verified, day);
    ui.findings(&warnings.iter().chain(&unverified).collect::<Vec<&Finding>>());
    if let Some(file) = &arguments.ics {
        run::write_calendar(case, plan, file)?;
        ui.say(&format!("wrote the last days as a calendar to {}", file.display()));
    }
    if let Some(file) = &arguments.memo {
        let [markdown, pdf] = run::write_memo(case, plan, file)?;
        ui.say(&format!("wrote the memo to {} and {}", markdown.display(), pdf.display()));
    }
    ui.say("the tool computes, counsel decides: src/rules/COMPLIANCE.md says what is covered and what is not");
    Ok(Outcome::Done)
}
