//! `release`: approve who gets it.

use super::check::sentence;
use super::progress::Bar;
use super::ui::{self, Ui, table};
use super::{Outcome, clock};
use crate::error::{Finding, Result};
use crate::ledger::Access;
use crate::recipients::{Group, breakdown};
use crate::review::{Approver, Release};
use crate::run;
use std::path::PathBuf;

/// Approve who gets the sealed letters: the recipient set and its counts
#[derive(clap::Args)]
pub(super) struct ReleaseArguments {
    /// Incident folder
    dir: PathBuf,
    /// Who releases
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Released<'a> {
    #[serde(flatten)]
    release: &'a Release,
    groups: &'a [Group],
}

/// A line for each group, with a gap between the kinds of groups.
fn rows(groups: &[Group]) -> Vec<Vec<String>> {
    let header = ["", "", "letters", "large print", "e-mails", "held", "owed none"].map(str::to_owned).to_vec();
    let mut rows = vec![header];
    for (index, group) in groups.iter().enumerate() {
        let Group { by, name, letters, large_print, emails, held, excluded } = group;
        let first = index == 0 || groups[index - 1].by != *by;
        let by = if first { (*by).to_owned() } else { String::new() };
        let counts =
            [letters, large_print, emails, held, excluded].map(|count| if *count == 0 { "-".to_owned() } else { ui::number(*count) });
        rows.push([by, name.clone()].into_iter().chain(counts).collect());
    }
    rows
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: ReleaseArguments) -> Result<Outcome> {
    let ReleaseArguments { dir, by } = arguments;
    let mut job = run::open(&dir, ledger, None, &Bar::new(ui))?;
    job.ledger.set_moment(clock::now());
    let approver = Approver { by: by.clone(), role: "release".to_owned(), on: clock::today() };
    let release = run::release(&mut job, &approver)?;
    let case = &job.proofed.case;
    let held: Vec<&Finding> = case.held().collect();
    ui.findings(&held);
    let counts = case.counts();
    let groups = breakdown(&case.incident, &case.recipients);
    let text = format!("{}\n\nreleased by {by}: {}", table(&rows(&groups)), sentence(&counts));
    ui.result(&Released { release: &release, groups: &groups }, &text)?;
    Ok(Outcome::of_held(counts.held))
}
