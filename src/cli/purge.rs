//! `purge`: patient data goes once it need not be kept any more.

use super::secret::variable;
use super::ui::{Ui, count, folded, number, printable, table, width};
use super::{Outcome, clock};
use crate::error::{Error, Place, Result};
use crate::ledger::{Access, OfPeople};
use crate::report::{Counted, Holding, Purge};
use crate::run::{self, Prepared, PurgeOptions, Purging};
use jiff::civil::Date;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

/// Remove patient data six years on, and keep hashes and counts
///
/// Everything of the incident has to lie before the day, and the day six years back (45 CFR 164.530(j)(2)); a later one needs a
/// reason. Lists, codes, rulings, new addresses and what was rendered below the folder go, and so does what the ledger holds of people.
/// Approvals, settings, counts, digests and every event stay: `status` and `verify` still work. What is out of reach is named.
/// A purge that was broken off is ended by running it again.
#[derive(clap::Args)]
pub(super) struct PurgeArguments {
    /// Incident folder
    dir: PathBuf,
    /// The day before which everything of the incident lies
    #[arg(long, value_name = "DATE")]
    before: Date,
    /// Who has it done; by default the name you are logged in with
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Why it goes before six years are over, or although a notice is not finished; kept in the record
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// The incident's id, where nobody can be asked for it
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// Show what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Shown<'a> {
    /// Whether everything is gone.
    ended: bool,
    #[serde(flatten)]
    purge: &'a Purge,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &PurgeArguments) -> Result<Outcome> {
    let PurgeArguments { dir, before, by, reason, incident, dry_run } = arguments;
    // Who only looks need not say who they are.
    let looks = || dry_run.then(|| "not told".to_owned());
    let by = by.clone().or_else(|| variable("USER")).or_else(|| variable("LOGNAME")).or_else(looks).ok_or_else(nobody)?;
    let (today, moment) = (clock::today(), clock::now());
    let options = PurgeOptions { before: *before, by: &by, reason: reason.as_deref(), today, moment };
    let prepared = match run::purge(dir, ledger, &options)? {
        Purging::Ended { purge, came_back } => return ended(ui, &purge, &came_back),
        Purging::Ready(prepared) => prepared,
    };
    let shown = draw(&prepared);
    if *dry_run {
        ui.result(&Shown { ended: false, purge: prepared.record() }, &format!("{shown}\nnothing was removed (--dry-run)"))?;
        return Ok(Outcome::Done);
    }
    let was_shown = confirm(&shown, &prepared.record().incident, incident.as_deref())?;
    let purge = prepared.purge(ledger, moment)?;
    let told = format!(
        "{} and {} of the ledger are gone; purged.json is the record, and the ledger tells of it",
        count(purge.removed.len() as u64, "file"),
        entries(purge.ledger.removed.total())
    );
    ui.result(&Shown { ended: true, purge: &purge }, &told)?;
    if !was_shown {
        ui.say(&beyond(&purge));
    }
    Ok(Outcome::Done)
}

fn nobody() -> Error {
    Error::refused("purge-by-nobody", Place::file("--by"), "it is not known who you are", "say with --by NAME who has it done")
}

/// Everything was removed before: what is there again is for a person to see to.
fn ended(ui: &Ui, purge: &Purge, came_back: &[String]) -> Result<Outcome> {
    let Purge { incident, on, by, .. } = purge;
    ui.result(&Shown { ended: true, purge }, &format!("{incident}: patient data was removed on {on} by {by}; nothing is left to do"))?;
    if came_back.is_empty() {
        return Ok(Outcome::Done);
    }
    ui.say(&format!("there again since: {}; remove what should not be here by hand", printable(&came_back.join(", "))));
    Ok(Outcome::SomeOpen)
}

/// Asks for the incident's id at a terminal; elsewhere it has to be given. Returns whether somebody was shown what goes.
fn confirm(shown: &str, id: &str, given: Option<&str>) -> Result<bool> {
    let typed = match given {
        Some(given) => given.to_owned(),
        None if std::io::stdin().is_terminal() => ask(shown),
        None => {
            let reason = "nobody can be asked for the incident's id here";
            return Err(Error::refused(
                "purge-not-confirmed",
                Place::file("--incident"),
                reason,
                "look with --dry-run, then give --incident ID",
            ));
        }
    };
    if typed.trim() == id {
        return Ok(given.is_none());
    }
    let reason = "this is not the id of the incident in this folder; nothing was removed";
    Err(Error::refused("purge-not-confirmed", Place::file("--incident"), reason, "look whether this is the folder that you mean"))
}

fn ask(shown: &str) -> String {
    let mut typed = String::new();
    let mut terminal = anstream::stderr();
    // Who cannot be asked types nothing, and nothing is removed.
    let _ = write!(terminal, "{shown}\n\nType the incident id to remove it: ").and_then(|()| terminal.flush());
    let _ = std::io::stdin().lock().read_line(&mut typed);
    typed
}

fn draw(prepared: &Prepared) -> String {
    let purge = prepared.record();
    let mut lines = vec![if prepared.is_resumed() {
        format!("{}: goes on with the purge of {} by {}", purge.incident, purge.on, purge.by)
    } else {
        format!("{}: what is removed", purge.incident)
    }];
    let mut rows: Vec<Vec<String>> = files(&purge.removed);
    rows.push(vec!["the ledger".to_owned(), entries(purge.ledger.removed.total()), of_ledger(&purge.ledger.removed)]);
    if let Some(counts) = &purge.counts {
        rows.push(vec!["people".to_owned(), number(counts.people), of_people(counts)]);
    }
    lines.push(table(&rows.into_iter().map(|row| [vec![String::new()], row].concat()).collect::<Vec<_>>()));
    lines.push(format!("last in effect on {}: {}", purge.last_in_effect.day, purge.last_in_effect.what));
    lines.extend(purge.unfinished.iter().map(|what| format!("not finished: {what}")));
    lines.extend(purge.reason.iter().map(|reason| format!("reason: {reason}")));
    lines.push(
        "stays: settings, providers, approvals, report.toml, templates; numbers, events and chains of the ledger; purged.json tells of it"
            .to_owned(),
    );
    lines.push(beyond(purge));
    lines.join("\n")
}

/// Files by kind, once there are many of one.
fn files(removed: &[Holding]) -> Vec<Vec<String>> {
    const SHOWN: usize = 5;
    let mut rows = Vec::new();
    let mut kinds: Vec<&str> = removed.iter().map(|holding| holding.what.as_str()).collect();
    // Alphabetical, but lists come first.
    kinds.sort_unstable_by_key(|kind| (*kind != "patient list", *kind));
    kinds.dedup();
    for kind in kinds {
        let of_kind: Vec<&Holding> = removed.iter().filter(|holding| holding.what == kind).collect();
        if of_kind.len() > SHOWN {
            let bytes = of_kind.iter().filter_map(|holding| holding.bytes).sum();
            rows.push(vec![kind.to_owned(), count(of_kind.len() as u64, "file"), format!("{} bytes", number(bytes))]);
            continue;
        }
        rows.extend(of_kind.into_iter().map(|holding| vec![printable(&holding.file), kind.to_owned(), size(holding)]));
    }
    rows
}

fn size(holding: &Holding) -> String {
    let rows = holding.rows.map(|rows| count(rows, "row"));
    let bytes = holding.bytes.map(|bytes| format!("{} bytes", number(bytes)));
    let link = holding.link_to.as_ref().map(|_| "a link: what it leads to stays".to_owned());
    rows.into_iter().chain(bytes).chain(link).collect::<Vec<_>>().join(", ")
}

fn of_ledger(removed: &OfPeople) -> String {
    let OfPeople { keys, marks, aliases, codes, records, outbox } = *removed;
    let parts = [
        (keys, "keys of people"),
        (marks, "digests of name and birth date"),
        (aliases, "keys of before"),
        (codes, "digests of codes"),
        (records, "record ids"),
        (outbox, "e-mails that wait"),
    ];
    parts
        .into_iter()
        .filter(|(entries, _)| *entries > 0)
        .map(|(entries, what)| format!("{} {what}", number(entries)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn of_people(counts: &Counted) -> String {
    let Counted { letters, emails, held, excluded, .. } = *counts;
    let parts = [(letters, "letter"), (emails, "e-mail")].map(|(people, what)| count(people, what));
    format!("{}, {} held, {} owed none", parts.join(", "), number(held), number(excluded))
}

/// What is out of reach, a line for each with its hint below.
fn beyond(purge: &Purge) -> String {
    let folded = |text: &str| folded(text, width().saturating_sub(4)).iter().map(|line| format!("\n    {line}")).collect::<String>();
    let told = purge.out_of_reach.iter().map(|beyond| format!("\n  {}{}", printable(&beyond.what), folded(&beyond.why)));
    format!("out of reach, for you to see to:{}", told.collect::<String>())
}

fn entries(number_of: u64) -> String {
    format!("{} {}", number(number_of), if number_of == 1 { "entry" } else { "entries" })
}
