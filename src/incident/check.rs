//! What contradicts itself in incident.toml.

use super::nearest::suggestion;
use super::toml_file::TomlFile;
use super::{Incident, Listed, providers};
use crate::error::Place;
use jiff::civil::Date;
use std::path::{Component, Path};

/// Toll-free area codes of the North American plan.
/// Source: FCC, "What Is a Toll-Free Number and How Does it Work?", fcc.gov/consumers/guides (800, 833, 844, 855, 866, 877, 888).
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// Records what contradicts itself; values that were not read well are left alone.
pub(super) fn check(incident: &Incident, file: &TomlFile<'_>, listed: Listed) {
    check_id(incident, file);
    check_dates(incident, file);
    check_call_center(incident, file);
    check_sender(incident, file);
    check_files(incident, file, listed);
    check_provider_names(incident, file);
}

fn check_id(incident: &Incident, file: &TomlFile<'_>) {
    let fits = incident.id.len() <= 64 && incident.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !fits {
        let reason = "`incident.id` may hold letters, digits, `-` and `_` only, 64 at most: it becomes part of file names";
        file.refuse("bad-incident-id", file.place("incident.id"), reason, "shorten it to something like `lakeside-2025`");
    }
}

fn check_dates(incident: &Incident, file: &TomlFile<'_>) {
    let not_before = |later: (&str, Option<Date>), earlier: (&str, Date)| {
        let (Some(place), Some(_), Some(later_day)) = (file.read_at(later.0), file.read_at(earlier.0), later.1) else {
            return;
        };
        if later_day < earlier.1 {
            let reason = format!("`{}` ({later_day}) lies before `{}` ({})", later.0, earlier.0, earlier.1);
            file.refuse("contradictory-dates", place, reason, "one of the two dates is wrong: correct it");
        }
    };
    let began = ("incident.breach_began", incident.breach_began);
    let discovered = ("incident.discovered", incident.discovered);
    not_before(("incident.breach_ended", incident.breach_ended), began);
    not_before(("incident.discovered", Some(incident.discovered)), began);
    not_before(("incident.determined", incident.determined), discovered);
    not_before(("incident.mail_date", Some(incident.mail_date)), discovered);
    if let Some(ended) = incident.breach_ended {
        not_before(("incident.mail_date", Some(incident.mail_date)), ("incident.breach_ended", ended));
    }
    if let Some(associate) = &incident.business_associate {
        not_before(("business_associate.discovered", Some(associate.discovered)), began);
        not_before(("incident.mail_date", Some(incident.mail_date)), ("business_associate.informed", associate.informed));
        not_before(("business_associate.informed", Some(associate.informed)), ("business_associate.discovered", associate.discovered));
    }
    for (index, hold) in incident.holds.iter().enumerate() {
        let path = |key: &str| format!("law_enforcement_holds[{index}].{key}");
        not_before((&path("until"), hold.until), (&path("received"), hold.received));
    }
}

fn check_call_center(incident: &Incident, file: &TomlFile<'_>) {
    if let Some(until) = incident.call_center.open_until
        && file.read_at("incident.mail_date").is_some()
        && until < incident.mail_date
    {
        let reason = format!("the call center closes ({until}) before the letters are mailed ({})", incident.mail_date);
        file.warn(
            "call-center-closed",
            file.place("call_center.open_until"),
            reason,
            "keep it open for 90 days after the mailing at least",
        );
    }
    let phone = &incident.call_center.phone;
    if !phone.is_empty() && !is_toll_free(phone) {
        let reason = "the call center's telephone is no toll-free number of the United States";
        let hint = "substitute notice needs a toll-free number for 90 days (45 CFR 164.404(d)(2)(ii)); check the number";
        file.warn("not-toll-free", file.place("call_center.phone"), reason, hint);
    }
}

fn check_sender(incident: &Incident, file: &TomlFile<'_>) {
    if incident.sender == super::Sender::BusinessAssociate && incident.business_associate.is_none() {
        let reason = "the business associate is to send, but there is no [business_associate]";
        file.refuse("no-business-associate", file.place("sender.kind"), reason, "add [business_associate], or set kind = \"provider\"");
    }
}

fn check_files(incident: &Incident, file: &TomlFile<'_>, listed: Listed) {
    for (index, pool) in incident.code_pools.iter().enumerate() {
        let place = file.place(&format!("code_pools[{index}].file"));
        if incident.code_pools[..index].iter().any(|earlier| same_file(&earlier.file, &pool.file)) {
            let hint = "give each pool a file of its own: a code may go to one person only";
            file.refuse("duplicate-code-pool", place.clone(), format!("`{}` is named by two code pools", pool.file), hint);
        }
        check_listed(incident, file, place, (&pool.file, listed));
    }
    for (path, named) in [("print.fonts", &incident.print.fonts), ("approvals.allowed_signers", &incident.allowed_signers)] {
        if let Some(named) = named {
            check_file(incident, file, file.place(path), &named.to_string_lossy());
        }
    }
    if let Some(named) = &incident.print.encrypt_to {
        check_file(incident, file, file.place("print.encrypt_to"), named);
    }
}

/// Refuses a file that lies outside of the incident folder or does not exist.
fn check_file(incident: &Incident, file: &TomlFile<'_>, place: Place, named: &str) {
    check_listed(incident, file, place, (named, Listed::MustBeThere));
}

/// As [`check_file`], for a file with patient data, which may be gone.
pub(super) fn check_listed(incident: &Incident, file: &TomlFile<'_>, place: Place, (named, listed): (&str, Listed)) {
    if named.is_empty() {
        return;
    }
    if let Some((code, reason, hint)) = file_fault(&incident.folder, named)
        && (code != MISSING || listed == Listed::MustBeThere)
    {
        file.refuse(code, place, reason, hint);
    }
}

const MISSING: &str = "missing-file";

/// Code, reason and hint when a name leads out of a folder or to nothing.
pub(super) fn file_fault(folder: &Path, named: &str) -> Option<(&'static str, String, String)> {
    if !Path::new(named).components().all(|part| matches!(part, Component::Normal(_))) {
        let hint = "copy it into the incident folder and name it without `/` in front and without `..`";
        return Some(("outside-folder", format!("`{named}` is not inside the incident folder"), hint.to_owned()));
    }
    if !folder.join(named).exists() {
        let present = names_in(folder);
        let hint = match super::nearest::nearest(named, present.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "copy it into the incident folder, or correct the name".to_owned(),
        };
        return Some((MISSING, format!("`{named}` is not in the incident folder"), hint));
    }
    None
}

/// Whether two names mean one file.
pub(super) fn same_file(one: &str, other: &str) -> bool {
    !one.is_empty() && Path::new(one) == Path::new(other)
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Holds and lists may only name providers that exist.
fn check_provider_names(incident: &Incident, file: &TomlFile<'_>) {
    if incident.providers.is_empty() {
        return;
    }
    let named_by_holds =
        incident.holds.iter().enumerate().flat_map(|(index, hold)| {
            hold.providers.iter().flatten().map(move |id| (format!("law_enforcement_holds[{index}].providers"), id))
        });
    let named_by_lists = incident
        .lists
        .iter()
        .enumerate()
        .filter_map(|(index, list)| list.provider.as_ref().map(|id| (format!("lists[{index}].provider"), id)));
    for (path, id) in named_by_holds.chain(named_by_lists) {
        if incident.provider_by_id(id).is_none() {
            let known: Vec<&str> = incident.providers.iter().map(|provider| provider.id.as_str()).collect();
            let reason = format!("`{id}` is no provider of {}", providers::FILE);
            file.refuse("unknown-provider", file.place(&path), reason, suggestion(id, known));
        }
    }
}

/// Whether a telephone number has one of the toll-free area codes.
pub(crate) fn is_toll_free(phone: &str) -> bool {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let national = if digits.len() == 11 { digits.strip_prefix('1').unwrap_or(&digits) } else { &digits };
    national.len() == 10 && TOLL_FREE.iter().any(|code| national.starts_with(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toll_free_numbers() {
        for phone in ["1-800-555-0100", "(888) 555-0100", "+1 833 555 0100", "8445550100"] {
            assert!(is_toll_free(phone), "{phone}");
        }
        for phone in ["217-555-0100", "1-801-555-0100", "800-555-010", "+44 800 555 0100", "call us"] {
            assert!(!is_toll_free(phone), "{phone}");
        }
    }
}
