//! `status`: where every recipient stands.

use super::Outcome;
use super::ui::{Ui, count, number, table};
use crate::error::{Error, Place, Result};
use crate::ledger::{Access, EventKind, Ledger, Sha};
use crate::recipients::{moves_by_effect, rulings_by_kind};
use crate::report::{Channel, Loose, OutOfReach, Purge, Status};
use crate::{ledger, report, rules};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Show where every recipient stands; the counts close or it says where not
#[derive(clap::Args)]
pub(super) struct StatusArguments {
    /// Incident folder
    dir: PathBuf,
    /// Day to judge by instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &StatusArguments) -> Result<Outcome> {
    let rules = rules::Rules::load_for(&arguments.dir)?;
    let (incident, _) = crate::incident::load_kept(&arguments.dir, &rules)?;
    let mut ledger = ledger::open_existing(&arguments.dir, &incident.id, ledger)?;
    let purged =
        Purge::read(&arguments.dir)?.map(|(purge, digest)| Removed::of(&purge, &digest, ledger.as_deref_mut().map(|ledger| ledger as _)));
    let public_from = rules.federal.substitute_public_from.value;
    let status = ledger.map(|mut ledger| report::status(ledger.as_mut(), public_from)).transpose()?.flatten();
    let folder = Folder { rulings: rulings_by_kind(&arguments.dir)?, moves: moves_by_effect(&arguments.dir)?, purged: purged.transpose()? };
    let Some(status) = status else {
        if crate::review::stored_release(&arguments.dir)?.is_some() {
            let reason = "the letters were released, and the ledger knows nothing of it: it is lost, or another one";
            let hint = "put the old ledger back: it is the only record of what left";
            return Err(Error::refused("ledger-lost", Place::file("release.json"), reason, hint));
        }
        let text = format!("nothing has been rendered or released yet{}", folder.draw());
        ui.result(&Shown { status: serde_json::json!({ "job": null }), folder: &folder }, &text)?;
        return Ok(Outcome::Done);
    };
    ui.result(&Shown { status: &status, folder: &folder }, &format!("{}{}", draw(&status), folder.draw()))?;
    if !status.closes {
        return Err(Error::bug("the counts in the ledger do not close"));
    }
    let today = arguments.as_of.unwrap_or_else(super::clock::today);
    // Where nothing can leave any more, no day is due.
    if !is_under_way(&status) || folder.purged.is_some() {
        return Ok(Outcome::of_held(status.held_total()));
    }
    let days = (incident.mail_date - today).get_days();
    ui.say(&match days {
        0 => "the letters are due to be mailed today".to_owned(),
        1.. => format!("the letters are due to be mailed on {}, in {}", incident.mail_date, count(days.unsigned_abs().into(), "day")),
        _ => format!("the letters were due to be mailed on {}, {} ago", incident.mail_date, count(days.unsigned_abs().into(), "day")),
    });
    Ok(Outcome::of_held(status.held_total()))
}

/// Whether anything still has to leave: a letter that is not with the post, or an e-mail.
fn is_under_way(status: &Status) -> bool {
    let words =
        ["waiting", "exported", "exported again", "printed", "spoiled", "destroyed, to be reprinted", "queued", "being sent", "deferred"];
    status.letters.states.keys().chain(status.emails.states.keys()).any(|word| words.contains(word))
}

/// What people ruled and the address vendor answered, as the incident folder has it.
#[derive(Serialize)]
struct Folder {
    /// Decision -> rulings.
    rulings: BTreeMap<String, u64>,
    /// What answers did when they came in -> people; absent when none came.
    moves: Option<BTreeMap<String, u64>>,
    /// Absent while patient data is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    purged: Option<Removed>,
}

/// Who had patient data removed, and when.
#[derive(Serialize)]
struct Removed {
    on: Date,
    by: String,
    /// Whether everything is gone: a purge can be broken off.
    ended: bool,
}

impl Removed {
    fn of(purge: &Purge, digest: &Sha, ledger: Option<&mut dyn Ledger>) -> Result<Removed> {
        let ended = ledger.map(|ledger| ledger.knows(EventKind::PurgeEnded, digest)).transpose()?.unwrap_or_default();
        Ok(Removed { on: purge.on, by: purge.by.clone(), ended })
    }
}

/// The whole of `--json`.
#[derive(Serialize)]
struct Shown<'a, S> {
    #[serde(flatten)]
    status: S,
    #[serde(flatten)]
    folder: &'a Folder,
}

impl Folder {
    /// Lines below the table; none when nothing was ruled or answered.
    fn draw(&self) -> String {
        let mut text = String::new();
        if !self.rulings.is_empty() {
            text.push_str(&format!("\nrulings: {}", reasons(&self.rulings)));
        }
        if let Some(moves) = &self.moves {
            let all = if moves.is_empty() { "none".to_owned() } else { reasons(moves) };
            text.push_str(&format!("\nmoves, as the address vendor's answer came in: {all}"));
        }
        match &self.purged {
            None => {}
            Some(Removed { on, by, ended: true }) => {
                text.push_str(&format!(
                    "\npatient data was removed on {on} by {by}: records and people are named no more, the counts stay"
                ));
            }
            Some(Removed { on, by, ended: false }) => {
                let what = "is not ended: patient data may still be here; run purge again, which ends it";
                text.push_str(&format!("\nA PURGE that was begun on {on} by {by} {what}"));
            }
        }
        text
    }
}

fn draw(status: &Status) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |label: &str, value: u64, note: String| rows.push(vec![label.to_owned(), format!("{:>9}", number(value)), note]);
    row("rows", status.rows, String::new());
    row("merged", status.merged, "into another row of the same person".to_owned());
    row("recipients", status.recipients, String::new());
    row("  letters", status.letters.total, states(&status.letters));
    row("  e-mails", status.emails.total, states(&status.emails));
    row("  held", status.held_total(), reasons(&status.held));
    row("  excluded", status.excluded_total(), reasons(&status.excluded));
    if status.seeds.total > 0 {
        row("seeds", status.seeds.total, states(&status.seeds));
    }
    if !status.gone.is_empty() {
        row("no longer listed", status.gone.values().sum(), by_word(&status.gone));
    }
    let mut text = table(&rows);
    loose(&mut text, "uncertain: see whether it arrived, then send --resolve PIECE sent|resend", &status.uncertain);
    let way_on = "failed for good: it goes by mail with the next export";
    loose(&mut text, way_on, &status.failed);
    text.extend(status.unreachable.iter().map(|of_provider| format!("\n{}", out_of_reach(of_provider))));
    text.push_str(if status.closes { "\nthe counts close" } else { "\nTHE COUNTS DO NOT CLOSE" });
    text
}

/// Whom no piece of a provider reached, and since when.
fn out_of_reach(of_provider: &OutOfReach) -> String {
    let OutOfReach { provider, people, told, first, public_since } = of_provider;
    let who = if *people == 1 { "1 person".to_owned() } else { format!("{} people", number(*people)) };
    let told = if *told > 0 { format!(", {} told by substitute notice", number(*told)) } else { String::new() };
    let first = first.map(|day| format!("; the first known on {day}")).unwrap_or_default();
    let since =
        public_since.map(|day| format!(", so many, the dead among them, that a public notice may be owed since {day}")).unwrap_or_default();
    format!("{provider}: nothing reached {who}{told}{first}{since}; see `plan`")
}

/// Pieces that need a person: the first of them, then how many more.
fn loose(text: &mut String, what: &str, pieces: &[Loose]) {
    const SHOWN: usize = 20;
    for piece in pieces.iter().take(SHOWN) {
        text.push_str(&format!("\npiece {} ({}) {what} ({})", piece.piece, piece.record, piece.detail));
    }
    if pieces.len() > SHOWN {
        text.push_str(&format!("\nand {} more, see --json", pieces.len() - SHOWN));
    }
}

fn states(channel: &Channel) -> String {
    by_word(&channel.states)
}

fn by_word(counts: &BTreeMap<&'static str, u64>) -> String {
    counts.iter().map(|(word, count)| format!("{} {word}", number(*count))).collect::<Vec<_>>().join(", ")
}

fn reasons(reasons: &BTreeMap<String, u64>) -> String {
    reasons.iter().map(|(reason, count)| format!("{} {reason}", number(*count))).collect::<Vec<_>>().join(", ")
}
