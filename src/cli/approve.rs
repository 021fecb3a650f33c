//! `approve`: seal the wording.

use super::progress::Bar;
use super::ui::{Ui, count};
use super::{Outcome, clock};
use crate::error::Result;
use crate::ledger::{self, EventKind, NewEvent};
use crate::review::Approver;
use crate::run;
use std::path::PathBuf;

/// Seal the wording of every letter, so that any later change shows
#[derive(clap::Args)]
pub(super) struct ApproveArguments {
    /// Incident folder
    dir: PathBuf,
    /// Who approves
    #[arg(long, value_name = "NAME")]
    by: String,
    /// In which role, such as counsel
    #[arg(long)]
    role: String,
}

pub(super) fn run(ui: &Ui, ledger: Option<&str>, arguments: ApproveArguments) -> Result<Outcome> {
    let ApproveArguments { dir, by, role } = arguments;
    let approver = Approver { by: by.clone(), role: role.clone(), on: clock::today() };
    let (seal, checked) = run::approve(&dir, approver, &Bar::new(ui))?;
    let case = &checked.case;
    let mut ledger = ledger::open(&dir, &case.incident.id, ledger)?;
    ledger.set_moment(clock::now());
    let detail = format!("{role}: {by}");
    ledger.append(&[NewEvent { kind: EventKind::Sealed, piece: None, attempt: 0, job: 0, detail }])?;
    let covered: u64 = checked.variants.values().sum();
    let text = format!(
        "sealed by {by} as {role}: {} in {}, for {}",
        count(seal.files.len() as u64, "text"),
        count(checked.variants.len() as u64, "wording"),
        count(covered, "recipient"),
    );
    ui.result(&seal, &text)?;
    let missing: Vec<&String> =
        case.incident.require_approvals.iter().filter(|role| !seal.approvals.iter().any(|approval| approval.role == **role)).collect();
    for role in missing {
        ui.say(&format!("still needed: the approval of {role}"));
    }
    Ok(Outcome::of_held(case.counts().held))
}
