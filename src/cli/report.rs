//! `report`: the forms, and when each duty was met.

use super::ui::{Ui, count};
use super::{Outcome, clock};
use crate::error::{Finding, Result};
use crate::ledger::Access;
use crate::report::{Evidence, Report};
use crate::run;
use jiff::civil::Date;
use std::path::PathBuf;

/// Write what closes the incident: sheets for the HHS breach portal and the regulators of states, every duty with the day on
/// which it was met, the evidence pack
#[derive(clap::Args)]
pub(super) struct ReportArguments {
    /// Incident folder
    dir: PathBuf,
    /// Folder to write into
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Day to judge by instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &ReportArguments) -> Result<Outcome> {
    let day = arguments.as_of.unwrap_or_else(clock::today);
    let days = (day, day.max(clock::today()));
    let (report, warnings) = run::report(&arguments.dir, ledger, &arguments.out, days)?;
    ui.result(&report, &draw(&report))?;
    ui.findings(&warnings.iter().collect::<Vec<&Finding>>());
    ui.say(&format!("open {} in a browser", arguments.out.join("index.html").display()));
    Ok(if report.overview.open.is_empty() { Outcome::Done } else { Outcome::SomeOpen })
}

fn draw(report: &Report) -> String {
    let open = &report.overview.open;
    let Evidence { files, sha256 } = &report.evidence;
    let sheets = |sheets: usize| count(sheets as u64, "sheet");
    let mut text =
        format!("{} for the HHS breach portal, {} for regulators of states", sheets(report.hhs.len()), sheets(report.states.len()));
    text.push_str(&format!("\nevidence pack: {}; SHA-256 of its SHA256SUMS:\n{sha256}", count(*files, "file")));
    if open.is_empty() {
        text.push_str("\nnothing is open");
        return text;
    }
    text.push_str(&format!("\nopen: {}", open.len()));
    for item in open {
        text.push_str(&format!("\n  {}: {}", item.what, item.hint));
    }
    text
}
