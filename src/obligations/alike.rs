//! Duties that say the same: forty states below one threshold are one line to read.

use super::{Duty, Obligation};
use crate::rules::{Jurisdiction, Rules};

/// Stands for the place in a sentence that is about several.
const PLACE: &str = "that place";
/// Stands for a number of people while sentences are compared; no sentence has it.
const NUMBER: &str = "\u{FFFC}";

/// Obligations of one duty that say the same but for their places and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike<'a> {
    /// At least one, in the order of the plan.
    pub members: Vec<&'a Obligation>,
    /// Their basis: as it stands when it is the same for all, else with the range of their numbers, and words for their places.
    pub basis: String,
    /// Their note, likewise.
    pub note: String,
}

/// Groups obligations, each group where its first one stands.
pub fn alike<'a>(obligations: impl IntoIterator<Item = &'a Obligation>, rules: &Rules) -> Vec<Alike<'a>> {
    let mut groups: Vec<(Key<'a>, Alike<'a>)> = Vec::new();
    for obligation in obligations {
        let key = Key::of(obligation, rules);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((key, group)) => group.add(obligation, key),
            None => groups.push((key, Alike::of(obligation))),
        }
    }
    groups.into_iter().map(|(_, group)| group.settled()).collect()
}

/// What is equal for all of a group.
#[derive(PartialEq, Eq)]
struct Key<'a> {
    provider_id: &'a str,
    duty: Duty,
    confidence: &'a str,
    required: bool,
    basis: String,
    note: String,
}

impl<'a> Key<'a> {
    fn of(obligation: &'a Obligation, rules: &Rules) -> Key<'a> {
        let rule = Jurisdiction::from_code(&obligation.jurisdiction).and_then(|code| rules.jurisdiction(code));
        let place = rule.map_or("", |rule| rule.name.as_str());
        let pattern = |text: &str| pattern(text, obligation.count, place);
        let Obligation { provider_id, duty, confidence, required, .. } = obligation;
        let (basis, note) = (pattern(&obligation.basis), pattern(&obligation.note));
        Key { provider_id, duty: *duty, confidence, required: *required, basis, note }
    }
}

impl<'a> Alike<'a> {
    fn of(first: &'a Obligation) -> Alike<'a> {
        Alike { members: vec![first], basis: first.basis.clone(), note: first.note.clone() }
    }

    fn add(&mut self, obligation: &'a Obligation, key: &Key<'_>) {
        if self.basis != obligation.basis {
            self.basis.clone_from(&key.basis);
        }
        if self.note != obligation.note {
            self.note.clone_from(&key.note);
        }
        self.members.push(obligation);
    }

    /// Without what stood for numbers: the least of them to the most.
    fn settled(mut self) -> Alike<'a> {
        let counts = || self.members.iter().map(|member| member.count);
        let (least, most) = (counts().min().unwrap_or_default(), counts().max().unwrap_or_default());
        let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
        for text in [&mut self.basis, &mut self.note] {
            *text = text.replace(NUMBER, &range);
        }
        self
    }

    /// The first of the group; what the key holds is the same for all.
    pub fn first(&self) -> &'a Obligation {
        self.members[0]
    }

    /// The clause, when it is the same for all.
    pub fn clause(&self) -> Option<&'a str> {
        let clause = self.first().clause.as_str();
        self.members.iter().all(|member| member.clause == clause).then_some(clause)
    }

    /// Where each member belongs and how many people it counts, with its clause where that is its own: `AZ 3`.
    pub fn places(&self) -> Vec<String> {
        let shared = self.clause();
        let place = |member: &&Obligation| match shared {
            Some(_) => format!("{} {}", member.jurisdiction, member.count),
            None => format!("{} {} ({})", member.jurisdiction, member.count, member.clause),
        };
        self.members.iter().map(place).collect()
    }
}

/// A sentence with words in place of its own number of people and its own place's name.
fn pattern(text: &str, count: u64, place: &str) -> String {
    let text = if place.is_empty() { text.to_owned() } else { replace_words(text, place, PLACE) };
    replace_words(&text, &count.to_string(), NUMBER)
}

/// Replaces words where they stand by themselves: no part of a longer word, a date or a clause.
fn replace_words(text: &str, words: &str, by: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(words) {
        let after = &rest[at + words.len()..];
        let before = if at == 0 { replaced.chars().next_back() } else { rest[..at].chars().next_back() };
        let begins = before.is_none_or(|before| before == ' ' || before == '(');
        let ends = after.chars().next().is_none_or(|next| " ,;:)".contains(next));
        replaced.push_str(&rest[..at]);
        replaced.push_str(if begins && ends { by } else { words });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::super::sample::obligation;
    use super::*;
    use crate::incident::sample::rules;

    fn media(state: &str, count: u64, basis: &str) -> Obligation {
        let owed = obligation(Duty::MediaNotice, "LAKE", state, count);
        Obligation { required: false, deadline: None, basis: basis.to_owned(), ..owed }
    }

    #[test]
    fn states_below_one_threshold_are_one_group() {
        let plan = [
            media("AZ", 3, "3 of its residents: not more than 500"),
            media("GU", 1, "Guam is special"),
            media("CA", 12, "12 of its residents: not more than 500"),
            media("TX", 499, "499 of its residents: not more than 500"),
        ];
        let groups = alike(&plan, &rules());
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].basis, "3 to 499 of its residents: not more than 500");
        assert_eq!(groups[0].places(), ["AZ 3", "CA 12", "TX 499"]);
        assert_eq!(groups[0].clause(), Some("45 CFR 164.400"));
        assert_eq!(groups[1].basis, "Guam is special", "alone, it says what it says");
    }

    #[test]
    fn a_place_of_its_own_is_told_by_a_word_and_a_clause_of_its_own_beside_it() {
        let texas = media("TX", 7, "Texas asks from 250 on");
        let california = Obligation { clause: "Civ. 1798.82".to_owned(), ..media("CA", 7, "California asks from 250 on") };
        let plan = [texas, california];
        let groups = alike(&plan, &rules());
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].basis, "that place asks from 250 on");
        assert_eq!(groups[0].clause(), None);
        assert_eq!(groups[0].places(), ["TX 7 (45 CFR 164.400)", "CA 7 (Civ. 1798.82)"]);
    }

    #[test]
    fn only_words_by_themselves_are_replaced() {
        assert_eq!(replace_words("20 of 2026-11-20, 20; 120 (20) 20.5", "20", "n"), "n of 2026-11-20, n; 120 (n) 20.5");
        assert_eq!(replace_words("20", "20", "n"), "n");
        assert_eq!(replace_words("2020 20", "20", "n"), "2020 n");
    }

    #[test]
    fn what_differs_in_kind_stands_apart() {
        let plan = [
            media("AZ", 3, "few"),
            Obligation { confidence: "low".to_owned(), ..media("CA", 3, "few") },
            Obligation { provider_id: "HILL".to_owned(), ..media("NV", 3, "few") },
            Obligation { note: "ask counsel".to_owned(), ..media("UT", 3, "few") },
            Obligation { duty: Duty::HhsNotice, ..media("US", 3, "few") },
        ];
        assert_eq!(alike(&plan, &rules()).len(), 5);
    }
}
