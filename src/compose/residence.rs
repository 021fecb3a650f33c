//! What the law of a residence does to a letter: which paragraphs it has, and whether the reader comes under that law.

use super::slots::map;
use crate::incident::ProviderIndex;
use crate::intake::Elements;
use crate::obligations::ResidentCounts;
use crate::rules::{Jurisdiction, Rules};
use std::collections::BTreeMap;
use tera::Value;

/// Paragraphs that stand only where credit is at risk, or the law of the residence asks for them.
const CREDIT_PARAGRAPHS: [&str; 3] = ["bureaus", "credit_freeze", "check_statements"];

/// How one person's residence shows in the letter. Equal when their letters read the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Residence {
    /// The jurisdiction; absent abroad, where unknown, and where no law asks for anything in letters.
    pub(super) code: Option<Jurisdiction>,
    /// Whether what was involved brings the person under its law.
    pub(super) covered: bool,
    /// Whether that law asks for advice on credit.
    pub(super) credit: bool,
}

/// The laws that ask for something in letters, as templates and checks need them.
pub(super) struct Laws {
    by_code: BTreeMap<Jurisdiction, Law>,
    /// Slot `residents` of nobody in particular.
    nowhere: Value,
    counts: ResidentCounts,
}

struct Law {
    /// Types of information that bring a resident under it.
    covers: Elements,
    /// Asks for advice on credit whatever was involved.
    credit: bool,
    /// Wants the number of residents told.
    counts: bool,
    /// Slot `residents`: true for this jurisdiction alone.
    flags: Value,
}

impl Laws {
    pub(super) fn new(rules: &Rules, counts: ResidentCounts) -> Laws {
        let flags = |code: Option<Jurisdiction>| {
            let flag = |other: &Jurisdiction| (other.code().to_owned(), Value::from(Some(*other) == code));
            Value::from(rules.jurisdictions.keys().map(flag).collect::<BTreeMap<_, _>>())
        };
        let mut by_code = BTreeMap::new();
        for (code, rule) in rules.jurisdictions.iter().filter(|(_, rule)| rule.letter.is_some()) {
            let own = || rules.content.iter().filter(|rule| rule.residents == Some(*code));
            let credit = own()
                .filter(|rule| rule.elements.is_empty())
                .any(|rule| rule.paragraphs.iter().any(|paragraph| CREDIT_PARAGRAPHS.contains(&paragraph.as_str())));
            let covers = rule.law.as_ref().map_or_else(Elements::default, |law| Elements::of_ids(&law.elements));
            let counts = own().any(|rule| rule.id.ends_with("-count"));
            by_code.insert(*code, Law { covers, credit, counts, flags: flags(Some(*code)) });
        }
        Laws { by_code, nowhere: flags(None), counts }
    }

    /// Everywhere that patients live and a letter can read differently, and nowhere in particular.
    pub(super) fn present(&self) -> impl Iterator<Item = Option<Jurisdiction>> {
        std::iter::once(None).chain(self.by_code.keys().copied().filter(|code| self.counts.has(*code)).map(Some))
    }

    /// The residences of patients, covered and not, that fit.
    pub(super) fn alike(&self, fits: impl Fn(Residence) -> bool) -> Vec<Residence> {
        let covered = |code: Option<Jurisdiction>| {
            let law = code.and_then(|code| self.by_code.get(&code));
            [false, true].map(|covered| Residence { code, covered, credit: covered && law.is_some_and(|law| law.credit) })
        };
        self.present().flat_map(covered).filter(|residence| fits(*residence)).collect()
    }

    /// How a person's residence shows in the letter.
    pub(super) fn residence(&self, code: Option<Jurisdiction>, elements: Elements) -> Residence {
        match code.and_then(|code| Some((code, self.by_code.get(&code)?))) {
            Some((code, law)) => {
                let covered = elements.meets(law.covers);
                Residence { code: Some(code), covered, credit: covered && law.credit }
            }
            None => Residence::default(),
        }
    }

    /// Slot `residents`: whether the person lives in each jurisdiction.
    pub(super) fn flags(&self, residence: Residence) -> Value {
        residence.code.and_then(|code| self.by_code.get(&code)).map_or(&self.nowhere, |law| &law.flags).clone()
    }

    /// How many of a provider's patients live where the person does; absent where the law does not want it told.
    pub(super) fn affected(&self, residence: Residence, provider: ProviderIndex) -> Option<String> {
        let code = residence.code.filter(|code| self.by_code.get(code).is_some_and(|law| law.counts))?;
        Some(with_separators(self.counts.of(provider, code)))
    }
}

/// `12,345`, as both languages write it in the United States.
pub fn with_separators(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Slot `advice`: what the reader is to be advised on.
pub(super) fn advice(credit_at_risk: bool, residence: Residence) -> Value {
    map([("credit", Value::from(credit_at_risk || residence.credit))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_with_separators() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(with_separators(number), text);
        }
    }
}
