//! `verify`: check by itself what was approved, what left, and the ledger.

use super::Outcome;
use super::approve::accepted_by;
use super::ui::{Ui, count, number};
use crate::deliver::mailhouse::VerifiedPackage;
use crate::error::{Error, Finding, Result};
use crate::ledger::Access;
use crate::report::{Changed, VerifiedEvidence};
use crate::review::{AllowedSigners, VerifiedApproval, VerifiedSeal};
use crate::run::{self, CheckedLedger, Verification, VerifyOptions};
use std::path::{Path, PathBuf};

/// Check an incident folder, a package or an evidence pack offline: that it is what was approved, what left, what was recorded
///
/// Of an incident folder the seal is checked and every event of the ledger. Of a package every file, and with --incident or
/// --ledger that the pieces in it are those that left. Of an evidence pack every file, the seal, every event of the ledger in it,
/// and that the counts close.
#[derive(clap::Args)]
pub(super) struct VerifyArguments {
    /// Incident folder, a copy of it that has its seal, the folder of a package or its NAME.done, a report or its evidence pack
    path: PathBuf,
    /// File that ties keys to roles, in OpenSSH's `allowed_signers` format; every approval must then be signed
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
    /// A NAME.done or release.json: the ledger must have what it had when this was made; may be given several times
    #[arg(long, value_name = "FILE")]
    stamp: Vec<PathBuf>,
    /// Incident folder that a package left from
    #[arg(long, value_name = "DIR")]
    incident: Option<PathBuf>,
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    verification: &'a Verification,
    findings: Vec<ShownFinding<'a>>,
}

#[derive(serde::Serialize)]
struct ShownFinding<'a> {
    code: &'static str,
    place: String,
    reason: &'a str,
    hint: &'a str,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: VerifyArguments) -> Result<Outcome> {
    let VerifyArguments { path, allowed_signers, stamp, incident } = arguments;
    let signers = allowed_signers.map(|file| AllowedSigners::read(Path::new("."), &file.display().to_string())).transpose()?;
    let options = VerifyOptions { signers, stamps: stamp, ledger: ledger.cloned(), incident };
    let mut verification = run::verify(&path, &options)?;
    let findings = std::mem::take(&mut verification.findings);
    let shown = Shown { verification: &verification, findings: findings.iter().map(shown).collect() };
    ui.result(&shown, &told(&verification, &findings))?;
    for line in not_there(&verification) {
        ui.say(line);
    }
    if findings.is_empty() { Ok(Outcome::Done) } else { Err(Error::refused_all(findings)) }
}

fn shown(finding: &Finding) -> ShownFinding<'_> {
    let Finding { code, place, reason, hint, .. } = finding;
    ShownFinding { code, place: place.to_string(), reason, hint }
}

fn told(verification: &Verification, findings: &[Finding]) -> String {
    let Verification { seal, package, evidence, ledger, .. } = verification;
    let seal = seal.as_ref().or(evidence.as_ref().and_then(|evidence| evidence.seal.as_ref()));
    let earlier = verification.earlier_seals + evidence.as_ref().map_or(0, |evidence| evidence.earlier_seals);
    let earlier = (earlier > 0).then(|| format!("{} and what was released under each", count(earlier, "earlier seal")));
    let lines =
        [seal.map(of_seal), earlier, package.as_ref().map(of_package), evidence.as_ref().map(of_evidence), ledger.as_ref().map(of_ledger)];
    let verdict = match findings.len() {
        0 => "everything that was checked holds".to_owned(),
        1 => "1 thing does not hold".to_owned(),
        found => format!("{} things do not hold", number(found as u64)),
    };
    lines.into_iter().flatten().chain([verdict]).collect::<Vec<_>>().join("\n")
}

fn of_package(package: &VerifiedPackage) -> String {
    let VerifiedPackage { package, files, pieces, encrypted, in_ledger, .. } = package;
    let encrypted = if *encrypted { ", the encrypted file" } else { "" };
    let compared = if *in_ledger { ", compared with the ledger" } else { "" };
    format!("{package}: {}, {}{encrypted}{compared}", count(*files, "file"), count(*pieces, "piece"))
}

fn of_evidence(evidence: &VerifiedEvidence) -> String {
    let VerifiedEvidence { incident, as_of, files, sha256, people, events, links, rows_now, changed, closes, .. } = evidence;
    let people = format!("{} {}", number(*people), if *people == 1 { "person" } else { "people" });
    let files = count(*files, "file");
    let chains = format!("{} in {}", count(*events, "event"), count(*links, "link"));
    let counts = match (closes, rows_now) {
        (Some(true), None) if *changed == Changed::default() => "the counts close".to_owned(),
        (Some(true), None) => {
            let Changed { added, dropped } = *changed;
            format!("the counts of the last job close, and the lists had changed since: {added} to be told in no job, {dropped} no more")
        }
        (Some(true), Some(rows)) => {
            format!("the counts of the last job close, and the lists had changed since: {} that are not all counted", count(*rows, "row"))
        }
        (Some(false), _) => "the counts do not close".to_owned(),
        (None, _) => "there are no counts yet".to_owned(),
    };
    format!("{incident} as of {as_of}: {files}, {people}, {chains}; {counts}\nSHA-256 of SHA256SUMS {sha256}")
}

fn of_ledger(ledger: &CheckedLedger) -> String {
    let CheckedLedger { events, links, workers, stamps } = *ledger;
    format!("ledger: {} in {} of {}, {}", count(events, "event"), count(links, "link"), count(workers, "worker"), count(stamps, "stamp"))
}

/// What was not checked because it is not there.
fn not_there(verification: &Verification) -> Vec<&'static str> {
    let Verification { seal, package, evidence, ledger, ledger_unread, .. } = verification;
    if let Some(evidence) = evidence {
        let lines = [
            (evidence.in_report, "only the evidence pack was checked: the pages around it can be made again from the incident folder"),
            (evidence.seal.is_none(), "no seal that holds is in it: what was approved was not checked"),
            (evidence.events == 0, "no ledger is in it: what was recorded was not checked"),
        ];
        return lines.into_iter().filter(|(holds, _)| *holds).map(|(_, line)| line).collect();
    }
    let lines = match package {
        Some(package) => [(!package.in_ledger, "not compared with a ledger: name the incident folder with --incident DIR"), (false, "")],
        None => [
            (seal.is_none(), "no seal that holds is here: what was approved was not checked"),
            (ledger.is_none() && !ledger_unread, "no ledger is here: what was recorded was not checked"),
        ],
    };
    lines.into_iter().filter(|(holds, _)| *holds).map(|(_, line)| line).collect()
}

fn of_seal(verified: &VerifiedSeal) -> String {
    let VerifiedSeal { incident, engine, digest, texts, variants, approvals } = verified;
    let first = format!(
        "{incident}: what lies here is what was approved, under breachnotice {engine}: {}, {}, {}\nseal {digest}",
        count(*texts as u64, "text"),
        count(*variants as u64, "wording"),
        count(approvals.len() as u64, "approval"),
    );
    let approvals = approvals.iter().map(|approval| {
        let VerifiedApproval { by, role, on, verified, accepted_stale, key, tied_to_role } = approval;
        let signed = match key {
            None => "unsigned: whoever could write the folder could write this".to_owned(),
            Some(key) if *tied_to_role => format!("signed by {key}, a key of this role"),
            Some(key) => format!("signed by {key}; give --allowed-signers to see whose key it is"),
        };
        let whose = if key.is_some() { "" } else { " (unsigned)" };
        let checked = format!("{} of letters verified{whose}", count(verified.len() as u64, "contact block"));
        let accepted = accepted_stale.iter().map(|accepted| format!("\n{}{whose}", accepted_by(by, accepted)));
        format!("\napproved by {by} as {role} on {on}: {signed}\n{checked}{}", accepted.collect::<String>())
    });
    std::iter::once(first).chain(approvals).collect()
}
