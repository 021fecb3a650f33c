//! `approve`: seal the wording.

use super::progress::Bar;
use super::ui::{Ui, count};
use super::{Outcome, clock};
use crate::error::{Error, Place, Result};
use crate::ledger::Access;
use crate::review::{self, AcceptedBlocks, Approval, Approver, Seal, Signing};
use crate::run::{self, Approving};
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
    /// Go on although contact blocks that letters print are not verified, and why; kept with the seal
    #[arg(long, value_name = "REASON")]
    accept_stale: Option<String>,
    /// Sign with an SSH key: a private key file, or a public key whose private half an ssh-agent holds
    #[arg(long, value_name = "K")]
    key: Option<PathBuf>,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: ApproveArguments) -> Result<Outcome> {
    let ApproveArguments { dir, by, role, accept_stale, key } = arguments;
    let reason = accept_stale.as_deref().map(str::trim);
    if reason.is_some_and(str::is_empty) {
        return Err(Error::refused(
            "reason-missing",
            Place::file("--accept-stale"),
            "contact blocks that are not verified need a reason to be accepted",
            "say in a few words why, for the record",
        ));
    }
    if reason.is_some_and(|reason| reason.chars().any(char::is_control)) {
        let why = "the reason has a line break or another control character";
        return Err(Error::refused("reason-unusable", Place::file("--accept-stale"), why, "say why in one line, for the record"));
    }
    let approver = Approver { by: by.clone(), role: role.clone(), on: clock::today() };
    let signing = key.as_deref().map_or(Signing::Unsigned, Signing::Key);
    let approving = Approving { approver, accept_stale: reason, signing, seen: None, ledger, moment: clock::now() };
    let earlier = review::stored_seal(&dir).ok().flatten();
    let (seal, checked) = run::approve(&dir, &approving, &Bar::new(ui))?;
    let case = &checked.case;
    let covered: u64 = checked.variants.values().sum();
    let text = format!(
        "sealed by {by} as {role}{}: {} for {}, from {}\n{}",
        if key.is_some() { ", signed" } else { " (unsigned)" },
        count(checked.variants.len() as u64, "wording"),
        count(covered, "recipient"),
        count(seal.files.len() as u64, "text"),
        seal.approval_of(&role).map(contacts).unwrap_or_default(),
    );
    ui.result(&seal, &text)?;
    earlier.iter().flat_map(|earlier| replaced(earlier, &seal)).for_each(|told| ui.say(&told));
    let missing = case.incident.require_approvals.iter().filter(|role| seal.approval_of(role).is_none());
    for role in missing {
        ui.say(&format!("still needed: the approval of {role}"));
    }
    Ok(Outcome::of_held(case.counts().held))
}

/// The approvals that count no more because a new seal took the place of theirs.
fn replaced(earlier: &Seal, seal: &Seal) -> Vec<String> {
    let stays =
        |old: &Approval| seal.approvals.iter().any(|new| new.role == old.role && (new.by == old.by || earlier.digest == seal.digest));
    let why = if earlier.digest == seal.digest { "whose stored wording was no longer whole" } else { "given to other wording" };
    let gone = earlier.approvals.iter().filter(|old| !stays(old));
    gone.map(|Approval { by, role, .. }| format!("this replaces the approval of {by} as {role}, {why}")).collect()
}

/// What an approval keeps of the contact blocks that letters print.
fn contacts(approval: &Approval) -> String {
    let verified = format!("{} of letters verified by you", count(approval.verified.len() as u64, "contact block"));
    let accepted = approval.accepted_stale.iter().map(|accepted| format!("\n{}", accepted_by(&approval.by, accepted)));
    std::iter::once(verified).chain(accepted).collect()
}

/// What an approver let through without a check.
pub(super) fn accepted_by(by: &str, accepted: &AcceptedBlocks) -> String {
    let blocks = accepted.blocks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!("accepted without a check by {by}: {blocks}, because \"{}\"", accepted.reason)
}
