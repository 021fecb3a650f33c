//! `export`: a package for the mail house, or a list for the address vendor.

use super::progress::Bar;
use super::ui::{Ui, count, number};
use super::{Outcome, clock};
use crate::error::{Error, Place, Result};
use crate::ledger::Access;
use crate::run::{self, ExportOptions, Exported, LeftOut, Package};
use std::path::{Path, PathBuf};

/// Make the package for the mail house, or with --addresses the list that an address vendor takes
///
/// The package holds print files, piece index, job ticket and checksums.
#[derive(clap::Args)]
pub(super) struct ExportArguments {
    /// Incident folder
    dir: PathBuf,
    /// Folder that the package is put into
    #[arg(long, value_name = "OUT", required_unless_present = "addresses")]
    out: Option<PathBuf>,
    /// Print once more the letters that the house reported as destroyed, and why
    #[arg(long, value_name = "REASON")]
    reprint: Option<String>,
    /// Tell people by mail whose e-mail failed for good, however many there are
    #[arg(long)]
    mail_failed: bool,
    /// Write the names and addresses that an address vendor looks up, and nothing else; the answer comes back with `receive`
    #[arg(long, value_name = "F", conflicts_with_all = ["out", "reprint", "mail_failed"])]
    addresses: Option<PathBuf>,
}

/// People below whom the post's licensees refuse a list.
const FEWEST: usize = 100;

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: ExportArguments) -> Result<Outcome> {
    let ExportArguments { dir, out, reprint, mail_failed, addresses } = arguments;
    let out = match (out, addresses) {
        (_, Some(path)) => return addresses_to(ui, ledger, &dir, &path),
        (out, None) => out.unwrap_or_default(),
    };
    if reprint.as_ref().is_some_and(|reason| reason.trim().is_empty() || reason.chars().any(char::is_control)) {
        return Err(Error::refused(
            "reason-missing",
            Place::file("--reprint"),
            "a reprint needs a reason",
            "say in a few words why, for the record",
        ));
    }
    let bar = Bar::new(ui);
    let mut job = run::open(&dir, ledger, None, &bar)?;
    job.ledger.set_moment(clock::now());
    let exported = run::export(&mut job, &ExportOptions { out, reprint, mail_failed, today: clock::today() }, &bar)?;
    let LeftOut { left_before, by_email, came_back, not_mailed, spoiled } = exported.left_out;
    let text = match &exported.package {
        Some(Package { folder, pieces, seeds, sheets, .. }) => {
            let own =
                seeds.filter(|seeds| *seeds > 0).map(|seeds| format!(", of these {} to yourselves,", number(seeds))).unwrap_or_default();
            format!("{}{own} on {} in {}", count(*pieces, "letter"), count(*sheets, "sheet"), folder.display())
        }
        None => {
            let all = if by_email + came_back + not_mailed + spoiled == 0 { "all " } else { "" };
            format!("nothing to export: {all}{} left already", count(left_before, "letter"))
        }
    };
    ui.result(&Shown::of(&exported), &text)?;
    for line in lines(&exported) {
        ui.say(&line);
    }
    Ok(Outcome::of_held(job.proofed.case.counts().held))
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    package: Option<&'a Package>,
    #[serde(flatten)]
    nothing: Option<Nothing>,
    #[serde(flatten)]
    left_out: &'a LeftOut,
    unreachable: u64,
    completed: &'a [String],
    elsewhere: &'a [String],
}

/// What stands for the package when there is none.
#[derive(serde::Serialize)]
struct Nothing {
    package: (),
    pieces: u64,
}

impl Shown<'_> {
    fn of(exported: &Exported) -> Shown<'_> {
        let Exported { package, left_out, unreachable, completed, elsewhere } = exported;
        let nothing = package.is_none().then_some(Nothing { package: (), pieces: 0 });
        Shown { package: package.as_ref(), nothing, left_out, unreachable: *unreachable, completed, elsewhere }
    }
}

/// What there is to say beside it: what is not in the package, and what to do about it.
fn lines(exported: &Exported) -> Vec<String> {
    let Exported { package, left_out, unreachable, completed, elsewhere } = exported;
    let encrypted = package.iter().filter_map(|package| package.encrypted.as_ref());
    let encrypted = encrypted.map(|file| format!("encrypted to the house's key: {}; hand over this file, not the folder", file.display()));
    let stood_before = package.as_ref().is_some_and(|package| package.stood_before);
    let is_new = package.is_some() && !stood_before;
    let LeftOut { left_before, by_email, came_back, not_mailed, spoiled } = *left_out;
    let lines = [
        (stood_before, "this package was there already; nothing was changed".to_owned()),
        (is_new && left_before > 0, format!("{} left in earlier packages and are not in this one", count(left_before, "letter"))),
        (
            by_email > 0,
            format!(
                "{} left out: the notice went, or is going, by e-mail; see `status`, and rule on uncertain ones with `send --resolve`",
                count(by_email, "letter")
            ),
        ),
        (came_back > 0, format!("came back and have nowhere else to go, see `plan` for substitute notice: {}", count(came_back, "letter"))),
        (
            not_mailed > 0,
            format!(
                "never mailed by the house (pulled, not mailable, or destroyed): {}; correct the address, or print what was destroyed again with --reprint",
                count(not_mailed, "letter")
            ),
        ),
        (spoiled > 0, format!("damaged, and not reported as destroyed yet: {}", count(spoiled, "letter"))),
        (*unreachable > 0, format!("unreachable, because the e-mail failed and there is no address: {unreachable}")),
    ];
    let lines = lines.into_iter().filter(|(holds, _)| *holds).map(|(_, line)| line);
    let elsewhere = elsewhere.iter().map(|name| {
        format!(
            "{name} left before and is not in this folder: unless the house has it, find it; a lost one is reported as destroyed (`receive DIR production`) and printed again"
        )
    });
    let completed =
        completed.iter().map(|name| format!("{name}, whose export was broken off, is whole and declared done now: hand it over"));
    encrypted.chain(lines).chain(completed).chain(elsewhere).collect()
}

fn addresses_to(ui: &Ui, ledger: Option<&Access>, dir: &Path, path: &Path) -> Result<Outcome> {
    let asking = run::export_addresses(dir, ledger, path)?;
    let records = asking.records as u64;
    let text = format!("{} for the address vendor in {}, as set {}", count(records, "record"), path.display(), asking.set);
    ui.result(&asking, &text)?;
    if asking.left_out > 0 {
        ui.say(&format!("left out: {} abroad or at a confidential address", count(asking.left_out, "letter")));
    }
    if asking.records < FEWEST {
        ui.say(&format!("vendors take no list of fewer than {FEWEST} records for NCOALink"));
    }
    ui.say("leave lists and rulings as they are until the answer is back, then run `breachnotice receive DIR ncoa FILE`");
    Ok(Outcome::of_held(asking.held))
}
