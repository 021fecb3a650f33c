//! `receive`: what came back.

use super::Outcome;
use super::ui::{Ui, count, number};
use crate::error::Result;
use crate::ledger::Access;
use crate::recipients::Effect;
use crate::run::{self, Received};
use std::path::PathBuf;

/// Take back what came back: the address vendor's answer
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
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &ReceiveArguments) -> Result<Outcome> {
    let ReceiveArguments { dir, kind: Kind::Ncoa, file } = arguments;
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
