//! `report`: the forms, and when each duty was met.

use super::ui::{Ui, count, number};
use super::{Outcome, clock};
use crate::error::{Finding, Result};
use crate::ledger::Access;
use crate::report::{Evidence, Lookup, Report};
use crate::run::{self, ReportOptions, Reported};
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
    /// Write the call center's list as well: piece number, name and status of everybody who is told. It is patient data
    #[arg(long, value_name = "FILE")]
    lookup: Option<PathBuf>,
    /// Write the evidence pack as one file as well: a tar file that `verify` reads
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// Encrypt that file to a public key: age recipients or an OpenPGP key (built with --features age or openpgp)
    #[arg(long, value_name = "KEY", requires = "pack")]
    encrypt: Option<PathBuf>,
    /// Day to judge by instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: ReportArguments) -> Result<Outcome> {
    let ReportArguments { dir, out, lookup, pack, encrypt, as_of } = arguments;
    let as_of = as_of.unwrap_or_else(clock::today);
    let options = ReportOptions { out, lookup, pack, encrypt, as_of, latest: as_of.max(clock::today()) };
    let Reported { report, lookup, pack, warnings } = run::report(&dir, ledger, &options)?;
    ui.result(&report, &draw(&report))?;
    ui.findings(&warnings.iter().collect::<Vec<&Finding>>());
    if let (Some(lookup), Some(file)) = (lookup, &options.lookup) {
        ui.say(&told(lookup, &file.display().to_string()));
    }
    if let (Some(sha256), Some(file)) = (pack, &options.pack) {
        ui.say(&format!("{} is the evidence pack as one file; its SHA-256: {sha256}", file.display()));
    }
    ui.say(&format!("open {} in a browser", options.out.join("index.html").display()));
    Ok(if report.overview.open.is_empty() { Outcome::Done } else { Outcome::SomeOpen })
}

fn told(lookup: Lookup, file: &str) -> String {
    let people = |count: u64| format!("{} {}", number(count), if count == 1 { "person" } else { "people" });
    let mut text = format!("{file} has names of {}: hand it to the call center as you hand over a patient list", people(lookup.people));
    if lookup.under_hold > 0 {
        text.push_str(&format!("\n{} left out of it: a law-enforcement hold forbids to tell them", people(lookup.under_hold)));
    }
    text
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
