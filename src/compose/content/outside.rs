//! What shows on the outside of a letter: nothing there may tell of an illness.

use super::Verdicts;
use crate::compose::address;
use crate::compose::readability::SensitiveWords;
use crate::error::{Finding, Place};
use crate::incident::Incident;

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
