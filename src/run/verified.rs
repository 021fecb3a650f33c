//! What a person has checked of what an incident rests on: the contact blocks that its letters print, the rules of its duties.

use super::{Case, Checked};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::{VERIFIED_FILE, Verdict, Verification, Verified};
use crate::obligations;
use crate::review::{Contacts, StaleBlock, VerifiedBlock};
use crate::rules::Rules;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::path::Path;

/// Reads what was checked, before anything long begins. `latest` is the last day that a check can have.
///
/// # Errors
/// Refused when verified.toml cannot be used or has a day after `latest`.
pub fn read_verified(folder: &Path, latest: Date) -> Result<Verified> {
    Verified::load(folder, &Rules::load_for(folder)?, latest)
}

/// Warns when contact blocks that letters print are not verified on a day.
pub fn unverified_contacts(checked: &Checked, verified: &Verified, day: Date) -> Option<Finding> {
    let used: Vec<String> = checked.composer.offices_printed().into_iter().collect();
    warning("contact blocks that letters print", &used, "with its office", verified, day)
}

/// Warns when rules that the duties come from are not verified on a day: the federal ones, and those of states with residents.
pub fn unverified_rules(case: &Case, verified: &Verified, day: Date) -> Option<Finding> {
    let residents = obligations::residents(&case.recipients);
    let of_states = case.rules.jurisdictions.keys().filter(|code| residents.has(**code));
    let used: Vec<String> = std::iter::once("rules.US".to_owned()).chain(of_states.map(|code| format!("rules.{code}"))).collect();
    warning("sets of rules that the duties come from", &used, "against the law as it is now", verified, day)
}

/// What an approval finds of the contact blocks that letters print.
///
/// # Errors
/// Refused with one finding for each block that no check counts for, unless there is a reason to go on without.
pub(super) fn contacts(blocks: BTreeSet<String>, verified: &Verified, day: Date, accept_stale: Option<&str>) -> Result<Contacts> {
    let mut contacts = Contacts { reason: accept_stale.unwrap_or_default().to_owned(), ..Contacts::default() };
    let mut refused = Vec::new();
    for block in blocks {
        match verified.verdict(&block, day) {
            Verdict::Verified(Verification { by, on, source, .. }) => {
                contacts.verified.push(VerifiedBlock { block, by: by.clone(), on: *on, source: source.clone() });
            }
            doubt => {
                refused.push(refusal(&block, doubt, verified, day));
                let since = if let Verdict::Stale { since, .. } = doubt { Some(since) } else { None };
                contacts.stale.push(StaleBlock { block, since });
            }
        }
    }
    if refused.is_empty() || accept_stale.is_some() { Ok(contacts) } else { Err(Error::refused_all(refused)) }
}

/// One block that letters print and no check counts for.
fn refusal(block: &str, doubt: Verdict<'_>, verified: &Verified, day: Date) -> Finding {
    let hint = format!(
        "approve with --accept-stale REASON, or check it with its office and add to {VERIFIED_FILE}, filled in:{}",
        toml(block, day)
    );
    match doubt {
        Verdict::Stale { last, since } => {
            let Verification { by, on, place, .. } = last;
            let reason = format!(
                "letters print the contact block {block}, whose check by {by} on {on} counted for {} days and is stale since {since}",
                verified.days()
            );
            Finding::refuses("verification-stale", place.clone(), reason, hint)
        }
        _ => {
            let reason = format!("letters print the contact block {block}, which is not verified by you");
            Finding::refuses("not-verified", Place::file(VERIFIED_FILE), reason, hint)
        }
    }
}

/// One warning for all blocks that no check counts for.
fn warning(what: &str, used: &[String], how: &str, verified: &Verified, day: Date) -> Option<Finding> {
    let doubtful = used.iter().filter_map(|block| match verified.verdict(block, day) {
        Verdict::Verified(_) => None,
        Verdict::Stale { since, .. } => Some((block, format!("{block} (stale since {since})"))),
        Verdict::Never => Some((block, block.clone())),
    });
    let doubtful: Vec<(&String, String)> = doubtful.collect();
    let (first, _) = doubtful.first()?;
    let told = doubtful.iter().map(|(_, told)| told.as_str()).collect::<Vec<_>>().join(", ");
    let reason = format!("{} of {} {what} are not verified by you: {told}", doubtful.len(), used.len());
    let (it, each) = if doubtful.len() > 1 { ("each", " for each") } else { ("it", "") };
    let hint = format!("check {it} {how} and add to {VERIFIED_FILE}{each}, filled in:{}", toml(first, day));
    Some(Finding::warns("not-verified", Place::file(VERIFIED_FILE), reason, hint))
}

/// The lines to add. What only a person can know is left empty, and refused as long as it is.
fn toml(block: &str, day: Date) -> String {
    format!("\n[[verified]]\nblock = \"{block}\"\nby = \"\"\non = {day}\nsource = \"\"")
}
