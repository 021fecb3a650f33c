//! `release`: approve who gets it.

use super::check::sentence;
use super::progress::Bar;
use super::ui::Ui;
use super::{Outcome, clock};
use crate::error::{Finding, Result};
use crate::review::Approver;
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

pub(super) fn run(ui: &Ui, ledger: Option<&str>, arguments: ReleaseArguments) -> Result<Outcome> {
    let ReleaseArguments { dir, by } = arguments;
    let mut job = run::open(&dir, ledger, None, &Bar::new(ui))?;
    job.ledger.set_moment(clock::now());
    let approver = Approver { by: by.clone(), role: "release".to_owned(), on: clock::today() };
    let release = run::release(&mut job, approver)?;
    let case = &job.proofed.case;
    let held: Vec<&Finding> = case.held().collect();
    ui.findings(&held);
    let counts = case.counts();
    ui.result(&release, &format!("released by {by}: {}", sentence(&counts)))?;
    Ok(Outcome::of_held(counts.held))
}
