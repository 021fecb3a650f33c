//! What shows on the outside of a letter: nothing there may tell of an illness.

use super::Verdicts;
use crate::compose::address;
use crate::compose::readability::SensitiveWords;
use crate::error::{Finding, Place};
use crate::incident::Incident;

/// Findings on the names of programs under 42 CFR part 2: their letters may not tell, inside either, that somebody was in one.
pub(in crate::compose) fn part2_names(incident: &Incident, words: &SensitiveWords, verdicts: &Verdicts<'_>) -> Vec<Finding> {
    let told = incident.providers.iter().filter(|provider| provider.part2_program).filter_map(|provider| {
        let found = words.find(&provider.legal_name)?;
        let place = Place::line("providers.csv", provider.line).column("legal_name");
        let reason = format!("letters of a 42 CFR part 2 program name it, and its name says \"{}\"", found.word);
        let hint = "give the name of the organization that the program belongs to; or have counsel set the rule aside under [[waivers]]";
        verdicts.tell("part2-name", place, &reason, hint)
    });
    told.collect()
}

/// A finding on the subject of e-mails, which shows in a list of messages to whoever looks on.
pub(in crate::compose) fn email_subject(incident: &Incident, words: &SensitiveWords, verdicts: &Verdicts<'_>) -> Option<Finding> {
    let found = words.find(&incident.email.as_ref()?.subject)?;
    let reason = format!("the subject of e-mails says \"{}\", which tells of {}", found.word, found.reveals);
    let place = Place::file("incident.toml").column("email.subject");
    verdicts.tell("sensitive-word", place, &reason, "write a neutral subject, such as \"An important notice about your information\"")
}

/// Findings on the return addresses, one a provider.
pub(in crate::compose) fn return_addresses(incident: &Incident, words: &SensitiveWords, verdicts: &Verdicts<'_>) -> Vec<Finding> {
    let told = incident.providers.iter().filter_map(|provider| {
        let found = address::return_lines(provider).iter().find_map(|line| words.find(line))?;
        let place = Place::line("providers.csv", provider.line).column("return_name");
        let reason = format!("the return address shows \"{}\", which tells of {}", found.word, found.reveals);
        verdicts.tell("sensitive-word", place, &reason, "put a neutral name into `return_name`, and a neutral line into the address")
    });
    told.collect()
}
