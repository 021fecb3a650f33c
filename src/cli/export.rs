//! `export`: a package for the mail house, or a list for the address vendor.

use super::progress::Bar;
use super::ui::{Ui, count};
use super::{Outcome, clock};
use crate::error::{Error, Place, Result};
use crate::ledger::Access;
use crate::run::{self, ExportOptions, Exported};
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
    /// Export once more what left already, and why
    #[arg(long, value_name = "REASON")]
    reprint: Option<String>,
    /// Write the names and addresses that an address vendor looks up, and nothing else; the answer comes back with `receive`
    #[arg(long, value_name = "F", conflicts_with_all = ["out", "reprint"])]
    addresses: Option<PathBuf>,
}

/// People below whom the post's licensees refuse a list.
const FEWEST: usize = 100;

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: ExportArguments) -> Result<Outcome> {
    let ExportArguments { dir, out, reprint, addresses } = arguments;
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
    let exported = run::export(&mut job, &ExportOptions { out, reprint, today: clock::today() }, &bar)?;
    let (Exported::Package { by_email, .. } | Exported::Nothing { by_email, .. }) = &exported;
    match &exported {
        Exported::Package { folder, pieces, sheets, left_before, stood_before, .. } => {
            let text = format!("{} on {} in {}", count(*pieces, "letter"), count(*sheets, "sheet"), folder.display());
            let json = serde_json::json!({ "package": folder, "pieces": pieces, "sheets": sheets, "left_before": left_before, "by_email": by_email, "stood_before": stood_before });
            ui.result(&json, &text)?;
            if *stood_before {
                ui.say("this package was there already; nothing was changed");
            }
            if *left_before > 0 {
                ui.say(&format!("{} left in earlier packages and are not in this one", count(*left_before, "letter")));
            }
        }
        Exported::Nothing { left_before, .. } => {
            let text = format!("nothing to export: all {} left already (see --reprint)", count(*left_before, "letter"));
            ui.result(
                &serde_json::json!({ "package": null, "pieces": 0, "sheets": 0, "left_before": left_before, "by_email": by_email }),
                &text,
            )?;
        }
    }
    if *by_email > 0 {
        let told = format!("{} left out: the notice went, or is going, by e-mail", count(*by_email, "letter"));
        ui.say(&format!("{told}; see `status`, and rule on uncertain ones with `send --resolve`"));
    }
    Ok(Outcome::of_held(job.proofed.case.counts().held))
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
