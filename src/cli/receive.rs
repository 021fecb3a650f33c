//! `receive`: what came back.

use super::ui::{Ui, count, number};
use super::{Outcome, clock};
use crate::error::{Finding, Result};
use crate::ledger::Access;
use crate::recipients::Effect;
use crate::run::{self, Received, ReceivedKind, TakenIn};
use std::path::{Path, PathBuf};

/// Take in what came back: reports, returned letters, bounces, proofs, and what was done for those whom no letter reached
///
/// Every file can be taken in twice: the second time changes nothing.
#[derive(clap::Args)]
pub(super) struct ReceiveArguments {
    /// Incident folder
    dir: PathBuf,
    /// What it is
    kind: Kind,
    /// The file that came back
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// The answer of an address vendor to the list of `export --addresses`
    Ncoa,
    /// The mail house's report on each piece: printed, spoiled, destroyed, pulled, undeliverable, mailed
    Production,
    /// Returned letters, as they were scanned, or the post's address corrections (ACS)
    Returns,
    /// Reports that e-mails could not be delivered: an mbox file, a Maildir folder or one message
    Bounces,
    /// A postage statement or receipt: its digest is recorded; keep the document
    Proof,
    /// A TOML file of postings on the web or in media, and of people told by telephone or otherwise
    Substitute,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &ReceiveArguments) -> Result<Outcome> {
    let ReceiveArguments { dir, kind, file } = arguments;
    let kind = match kind {
        Kind::Ncoa => return ncoa(ui, ledger, dir, file),
        Kind::Production => ReceivedKind::Production,
        Kind::Returns => ReceivedKind::Returns,
        Kind::Bounces => ReceivedKind::Bounces,
        Kind::Proof => ReceivedKind::Proof,
        Kind::Substitute => ReceivedKind::Substitute,
    };
    let taken = run::receive(dir, ledger, kind, file, clock::now(), clock::today())?;
    ui.findings(&taken.findings.iter().collect::<Vec<&Finding>>());
    ui.result(&Shown { taken: &taken, findings: taken.findings.len() }, &told(&taken))?;
    for line in advice(&taken) {
        ui.say(line);
    }
    Ok(Outcome::of_held(taken.findings.len() as u64))
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    taken: &'a TakenIn,
    findings: usize,
}

fn told(taken: &TakenIn) -> String {
    let TakenIn { rows, recorded, known, others, before, findings } = taken;
    let mut parts: Vec<String> = recorded.iter().map(|(what, pieces)| format!("{} {}", number(*pieces), what.replace('_', " "))).collect();
    let rest = [(*known, "told nothing new"), (*others, "about something else"), (findings.len() as u64, "to be looked at")];
    parts.extend(rest.into_iter().filter(|(rows, _)| *rows > 0).map(|(rows, what)| format!("{} {what}", number(rows))));
    if parts.is_empty() {
        parts.push("nothing in it".to_owned());
    }
    let before = if *before { "this file was taken in before; " } else { "" };
    format!("{before}{}: {}", count(*rows, "entry").replace("entrys", "entries"), parts.join(", "))
}

/// What to do next.
fn advice(taken: &TakenIn) -> Vec<&'static str> {
    let lines = [
        ("returned_moved", "the new addresses are in moves.csv: look at them, release again, then export: those letters go once more"),
        (
            "returned_deceased",
            "of the deceased: add next of kin or the executor, with status, in a mended list; without a known address nothing more is owed",
        ),
        (
            "unreachable",
            "people whom no letter reached count for substitute notice: see `plan`, and `receive DIR substitute FILE` when it is done",
        ),
        ("bounced", "what bounced goes by mail with the next export"),
        ("destroyed", "what was destroyed is printed again by `export DIR --out OUT --reprint REASON`"),
    ];
    lines.into_iter().filter(|(what, _)| taken.recorded.contains_key(what)).map(|(_, line)| line).collect()
}

fn ncoa(ui: &Ui, ledger: Option<&Access>, dir: &Path, file: &Path) -> Result<Outcome> {
    let received = run::receive_ncoa(dir, ledger, file)?;
    ui.result(&received, &sentence(&received))?;
    let waiting = |effect: Effect| received.effects.contains_key(effect.id());
    if waiting(Effect::NeedsRuling) {
        ui.say("moves that need a ruling are in moves.csv: rule use_address with ncoa or home in decisions.csv");
    }
    ui.say("when a list's ncoa_on is in incident.toml, set it to the day of this answer; a release made before holds no more if a letter moved");
    Ok(Outcome::of_held(received.held))
}

fn sentence(received: &Received) -> String {
    let of = |effect: Effect| number(received.effects.get(effect.id()).copied().unwrap_or_default());
    let parts = [
        format!("{} to a new address", count(received.moved, "letter")),
        format!("{} wait for a ruling", of(Effect::NeedsRuling)),
        format!("{} moved and left no address", of(Effect::Gone)),
        format!("{} are not known to the post", of(Effect::NotConfirmed)),
        format!("{} of firms", of(Effect::Business)),
        format!("{} later than the mail date", of(Effect::Later)),
        format!("{} without a move", of(Effect::None)),
    ];
    format!("{} of set {}: {}", count(received.records as u64, "record"), received.set, parts.join(", "))
}
