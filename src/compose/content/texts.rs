//! What is checked in the running text of a letter: plain language, and words that must not stand there.

use super::piece::holds_social_security_number;
use super::{Block, BlockKind, Verdicts, each_text};
use crate::compose::prose;
use crate::compose::readability::Readability;
use crate::error::{Finding, Place};
use crate::incident::{Incident, Language};
use crate::rules::Jurisdiction;

/// Paragraphs whose words are a statute's or nobody's choice: names, addresses, dates, what a state prescribes.
const STATUTORY: [&str; 9] =
    ["date", "title", "salutation", "activation", "bureaus", "bureaus_deceased", "provider_contact", "provider_contacts", "signature"];
/// How paragraphs for residents of one state begin.
const OF_A_STATE: &str = "residents_";

/// Grade of school above which the text is advised against (HHS asks for plain language and gives no number; the project's own).
const ADVISED_GRADE: f64 = 10.0;
/// Grade above which it needs a waiver.
const HIGHEST_GRADE: f64 = 12.0;

/// States whose law forbids to tell how many people are affected.
const NUMBERS_FORBIDDEN: [&str; 2] = ["IL", "MA"];
/// What is counted when people are, in both languages.
const PEOPLE: [&str; 10] =
    ["people", "patients", "individuals", "residents", "persons", "customers", "personas", "pacientes", "residentes", "individuos"];

/// A whole letter with the incident's own prose.
pub(in crate::compose) struct Texts<'a> {
    pub(in crate::compose) language: Language,
    pub(in crate::compose) incident: &'a Incident,
    pub(in crate::compose) blocks: &'a [Block],
    /// Where a paragraph of the templates begins.
    pub(in crate::compose) marker: &'a dyn Fn(&str) -> Place,
}

/// One run of text with its paragraph.
struct Passage {
    paragraph: String,
    text: String,
}

impl Texts<'_> {
    /// Every finding on the text; `residences` are those that letters go to.
    pub(in crate::compose) fn check(
        &self,
        readability: &Readability,
        verdicts: &Verdicts<'_>,
        residences: &[Jurisdiction],
    ) -> Vec<Finding> {
        let passages = self.passages();
        let mut findings: Vec<Finding> = Vec::new();
        findings.extend(self.syntax_left(&passages, verdicts));
        findings.extend(self.identifier(&passages, verdicts));
        findings.extend(self.number_of_people(&passages, verdicts, residences));
        let plain: Vec<&Passage> = passages.iter().filter(|passage| !is_statutory(&passage.paragraph)).collect();
        let texts: Vec<&str> = plain.iter().map(|passage| passage.text.as_str()).collect();
        if self.language == Language::English {
            findings.extend(self.grade(readability, &texts, verdicts));
            findings.extend(self.long_sentences(readability, &plain, &texts, verdicts));
            findings.extend(self.abbreviations(readability, &plain, &texts, verdicts));
        }
        findings.extend(self.hedges(readability, &plain, &texts, verdicts));
        findings
    }

    /// The running text: no headings, which are no sentences, and no tables.
    fn passages(&self) -> Vec<Passage> {
        let mut passages = Vec::new();
        for block in self.blocks {
            if matches!(block.kind, BlockKind::Title(_) | BlockKind::Heading(_) | BlockKind::Table { .. }) {
                continue;
            }
            each_text(std::slice::from_ref(block), &mut |inlines| {
                let text = inlines.iter().map(|inline| inline.text.as_str()).collect();
                passages.push(Passage { paragraph: block.paragraph.to_string(), text });
            });
        }
        passages
    }

    /// The key of incident.toml that a text was written under, else the paragraph of the templates.
    fn place(&self, passage: &Passage, part: &str) -> Place {
        prose::place_of(self.incident, self.language, part).unwrap_or_else(|| (self.marker)(&passage.paragraph))
    }

    fn syntax_left(&self, passages: &[Passage], verdicts: &Verdicts<'_>) -> Option<Finding> {
        let signs = ["{{", "}}", "{%", "%}", "{#", "#}"];
        let (passage, sign) =
            passages.iter().find_map(|passage| Some((passage, signs.into_iter().find(|sign| passage.text.contains(sign))?)))?;
        let reason = format!("the finished letter holds `{sign}`, a sign of the template");
        verdicts.tell("template-syntax-left", self.place(passage, sign), &reason, "correct the tag: it was not understood as one")
    }

    fn identifier(&self, passages: &[Passage], verdicts: &Verdicts<'_>) -> Option<Finding> {
        let passage = passages.iter().find(|passage| holds_social_security_number(&passage.text))?;
        let reason = format!("every letter would print a Social Security number, in the paragraph `{}`", passage.paragraph);
        verdicts.tell(
            "identifier-printed",
            self.place(passage, &passage.text),
            &reason,
            "take the number out: letters name types, never values",
        )
    }

    fn number_of_people(&self, passages: &[Passage], verdicts: &Verdicts<'_>, residences: &[Jurisdiction]) -> Option<Finding> {
        let state = residences.iter().find(|state| NUMBERS_FORBIDDEN.contains(&state.code()))?;
        let told = |passage: &Passage| !passage.paragraph.starts_with(OF_A_STATE) && tells_number_of_people(&passage.text);
        let passage = passages.iter().find(|passage| told(passage))?;
        let reason = format!("the letter tells how many people are affected, and goes to residents of {state}, whose law forbids it");
        let hint = "take the number out of the prose; the law of Rhode Island, which wants it, is met by a paragraph of its own";
        verdicts.tell("number-of-people", self.place(passage, &passage.text), &reason, hint)
    }

    fn grade(&self, readability: &Readability, texts: &[&str], verdicts: &Verdicts<'_>) -> Option<Finding> {
        let grade = readability.measure(texts)?.grade;
        let hint = "write shorter sentences and shorter words; a waiver under [[waivers]] needs a name and a reason";
        let place = Place::file("templates/en/letter.md");
        if grade > HIGHEST_GRADE {
            let reason = format!("the letter reads at grade {grade:.1} (Flesch-Kincaid), above {HIGHEST_GRADE}");
            return verdicts.tell("reading-level", place, &reason, hint);
        }
        let reason = format!("the letter reads at grade {grade:.1} (Flesch-Kincaid), above {ADVISED_GRADE}");
        (grade > ADVISED_GRADE).then(|| verdicts.tell("reading-level-advice", place, &reason, hint)).flatten()
    }

    fn long_sentences(&self, readability: &Readability, passages: &[&Passage], texts: &[&str], verdicts: &Verdicts<'_>) -> Vec<Finding> {
        let limit = readability.long_sentence_words();
        let told = |sentence: crate::compose::readability::LongSentence| {
            let passage = passages.get(sentence.paragraph)?;
            let place = self.place(passage, passage.text.get(sentence.bytes)?.trim());
            let reason = format!("a sentence of {} words in the paragraph `{}`: more than {limit}", sentence.words, passage.paragraph);
            verdicts.tell("long-sentence", place, &reason, "make two sentences of it")
        };
        readability.long_sentences(texts).into_iter().filter_map(told).collect()
    }

    fn abbreviations(&self, readability: &Readability, passages: &[&Passage], texts: &[&str], verdicts: &Verdicts<'_>) -> Vec<Finding> {
        let Incident { providers, business_associate, identity_service, call_center, .. } = self.incident;
        let mut names: Vec<&str> =
            providers.iter().flat_map(|provider| [provider.legal_name.as_str(), &provider.signatory_title]).collect();
        names.extend(business_associate.iter().map(|associate| associate.name.as_str()));
        names.extend(identity_service.iter().flat_map(|service| [service.vendor.as_str(), &service.product]));
        names.push(&call_center.hours);
        let told = |found: crate::compose::readability::Abbreviation| {
            let passage = passages.get(found.paragraph)?;
            let reason = format!("the abbreviation {} is not spelled out in the paragraph `{}`", found.letters, passage.paragraph);
            let hint = format!("write it in full at its first place, as in \"… ({})\"", found.letters);
            verdicts.tell("undefined-abbreviation", self.place(passage, &found.letters), &reason, hint)
        };
        readability.undefined_abbreviations(texts, &names).into_iter().filter_map(told).collect()
    }

    fn hedges(&self, readability: &Readability, passages: &[&Passage], texts: &[&str], verdicts: &Verdicts<'_>) -> Vec<Finding> {
        let told = |hedge: crate::compose::readability::Hedge<'_>| {
            let passage = passages.get(hedge.paragraph)?;
            let reason = format!("\"{}\" in the paragraph `{}`: {}", hedge.phrase, passage.paragraph, hedge.reason);
            verdicts.tell("hedge", self.place(passage, hedge.phrase), &reason, "say what is known, plainly, or take it out")
        };
        readability.hedges(texts, self.language.tag()).into_iter().filter_map(told).collect()
    }
}

fn is_statutory(paragraph: &str) -> bool {
    STATUTORY.contains(&paragraph) || paragraph.starts_with(OF_A_STATE)
}

/// Whether a number stands within three words before a word for people.
fn tells_number_of_people(text: &str) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || "()\u{2013}\u{2014}".contains(c)).filter(|word| !word.is_empty()).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is_number = |word: &&str| {
        let bare = bare(word);
        // A year is no number of people.
        let year = bare.len() == 4 && (bare.starts_with("19") || bare.starts_with("20"));
        !year && bare.starts_with(|c: char| c.is_ascii_digit()) && bare.chars().all(|c| c.is_ascii_digit() || ",.".contains(c))
    };
    let counted = |at: usize| words[at.saturating_sub(3)..at].iter().any(is_number);
    (1..words.len()).any(|at| PEOPLE.contains(&bare(words[at]).as_str()) && counted(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_people_is_told_from_other_numbers() {
        for text in [
            "It involved 12,345 patients.",
            "about 500 people",
            "the records of 2,400 of our patients",
            "de 1,200 pacientes",
            "(77 Massachusetts residents)",
        ] {
            assert!(tells_number_of_people(text), "{text}");
        }
        for text in ["In 2024 patients were told.", "Call 1-800-555-0100. People answer.", "It kept records of our patients.", "24 months"]
        {
            assert!(!tells_number_of_people(text), "{text}");
        }
    }
}
