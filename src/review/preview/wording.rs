//! What the page of one variant shows.

use super::{Card, Material};
use crate::compose::{CheckedRule, Quote, Verdict};
use crate::error::Result;
use crate::review::{Fate, Form, Passage, Span, Wording, changed, language_in_words, role_in_words, sealed_passages};
use serde::Serialize;

/// One variant.
#[derive(Debug, Clone, Serialize)]
pub struct ShownWording {
    /// As in the overview.
    pub card: Card,
    /// Why its letters differ from others: paragraphs that not every letter has.
    pub grounds: Vec<ShownGround>,
    /// Provider, or providers, with how many notices, in words.
    pub providers: Vec<Counted>,
    /// Where recipients live, with how many.
    pub states: Vec<Counted>,
    /// The text of the letter.
    pub passages: Vec<ShownPassage>,
    /// What the law asks for, and where it stands.
    pub checklist: Vec<ShownRule>,
    /// What differs inside the variant.
    pub slots: Vec<Slot>,
    /// Pages of the letter in large print; 0 when nobody asked for that.
    pub large_pages: usize,
    /// What reads otherwise than what was sealed; absent when nothing of the kind was.
    pub compared: Option<Vec<ShownChange>>,
}

/// Files of one variant.
pub struct ProofFiles {
    /// The letter.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// The letter in large print; absent when nobody asked for that.
    pub large_pdf: Option<Vec<u8>>,
    /// The e-mail notice, as HTML.
    pub email_html: String,
    /// The same as text.
    pub email_text: String,
}

/// A paragraph that not every letter has.
#[derive(Debug, Clone, Serialize)]
pub struct ShownGround {
    /// Its id.
    pub paragraph: String,
    /// What it is there for; empty when no rule asks for it.
    pub what: String,
    /// Where that is asked for.
    pub clauses: String,
}

/// Something with how many notices it has.
#[derive(Debug, Clone, Serialize)]
pub struct Counted {
    /// In words.
    pub name: String,
    /// How many.
    pub notices: u64,
}

/// A passage of the letter.
#[derive(Debug, Clone, Serialize)]
pub struct ShownPassage {
    /// 1-based place in the letter.
    pub number: usize,
    /// Id of its paragraph.
    pub paragraph: String,
    /// Whether it begins the paragraph.
    pub begins: bool,
    /// Whether it is the paragraph's last.
    pub ends: bool,
    /// Where the paragraph stands in the templates; empty for what no template holds.
    pub place: String,
    /// Page on which the paragraph begins.
    pub page: usize,
    /// What it is to a reader.
    pub form: Form,
    /// Its lines.
    pub lines: Vec<String>,
}

/// A rule and what the letter shows of it.
#[derive(Debug, Clone, Serialize)]
pub struct ShownRule {
    /// What waivers name.
    pub rule: &'static str,
    /// What is asked for.
    pub what: String,
    /// Where.
    pub clause: String,
    /// `holds`, `lacks`, `advised` or `waived`.
    pub verdict: &'static str,
    /// Who set it aside; empty when nobody did.
    pub waiver: String,
    /// Whether it is found by other means than a passage.
    pub computed: bool,
    /// The passages that show it.
    pub excerpts: Vec<Excerpt>,
}

/// A few words of a passage.
#[derive(Debug, Clone, Serialize)]
pub struct Excerpt {
    /// The passage's number.
    pub passage: usize,
    /// Before what is marked.
    pub before: String,
    /// The very words.
    pub marked: String,
    /// After it.
    pub after: String,
}

/// A slot and what fills it.
#[derive(Debug, Clone, Serialize)]
pub struct Slot {
    /// Dotted name, as templates write it.
    pub name: String,
    /// Each value with whose it is.
    pub values: Vec<SlotValue>,
}

/// A value of a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlotValue {
    /// Providers, in words.
    pub whose: String,
    /// The value.
    pub value: String,
}

/// A passage that reads otherwise than the sealed one.
#[derive(Debug, Clone, Serialize)]
pub struct ShownChange {
    /// Id of its paragraph.
    pub paragraph: String,
    /// Words with their fate: `kept`, `removed`, `added`.
    pub spans: Vec<(&'static str, String)>,
}

/// Folder of a variant's page.
pub(super) fn folder(number: usize) -> String {
    format!("wording-{number:02}")
}

pub(super) fn shown(material: &Material<'_>, wording: &Wording) -> Result<(ShownWording, ProofFiles)> {
    let Material { incident, composer, .. } = material;
    let proof = &wording.proof;
    let passages = passages(material, wording);
    let checked = composer.checklist(incident, &proof.person)?;
    let checklist: Vec<ShownRule> = checked.into_iter().map(|rule| shown_rule(rule, &proof.passages)).collect();
    let (compared, since_seal) = compared(material, wording)?;
    let card = Card { lacking: checklist.iter().filter(|rule| rule.verdict == "lacks").count(), since_seal, ..card(material, wording) };
    let files = ProofFiles {
        pdf: proof.pdf.clone(),
        pages: proof.pages.len(),
        large_pdf: wording.large_print.as_ref().map(|(pdf, _)| pdf.clone()),
        email_html: proof.letter.to_html(),
        email_text: proof.letter.to_text(),
    };
    let shown = ShownWording {
        card,
        grounds: grounds(material, wording),
        providers: by_provider(material, wording),
        states: by_state(material, wording),
        passages,
        checklist,
        slots: slots(material, wording),
        large_pages: wording.large_print.as_ref().map_or(0, |(_, pages)| *pages),
        compared,
    };
    Ok((shown, files))
}

fn card(material: &Material<'_>, wording: &Wording) -> Card {
    let variant = wording.variant();
    let role = wording.proof.kind.role;
    let apart = wording.apart(material.wordings);
    let ids = |paragraphs: &Vec<&std::sync::Arc<str>>| paragraphs.iter().map(|paragraph| paragraph.replace('_', " ")).collect();
    let states = wording.readers.by_state().into_iter().filter_map(|(lives, _)| Some(lives?.code().to_owned()));
    Card {
        number: wording.number,
        folder: folder(wording.number),
        name: wording.name(material.incident, material.rules),
        with: apart.as_ref().map(|[with, _]| ids(with)).unwrap_or_default(),
        without: apart.as_ref().map(|[_, without]| ids(without)).unwrap_or_default(),
        is_usual: apart.is_none(),
        language: variant.language.tag().to_owned(),
        language_in_words: language_in_words(variant.language),
        role: role.id().to_owned(),
        role_in_words: role_in_words(role),
        states: states.collect(),
        notices: wording.ways.all(),
        letters: wording.ways.letters,
        emails: wording.ways.emails,
        pages: wording.proof.pages.len(),
        lacking: 0,
        since_seal: "",
    }
}

fn grounds(material: &Material<'_>, wording: &Wording) -> Vec<ShownGround> {
    let grounds = wording.grounds(material.wordings, &material.rules.content).into_iter();
    grounds
        .map(|ground| ShownGround {
            paragraph: ground.paragraph.to_string(),
            what: ground.what.unwrap_or_default(),
            clauses: ground.clauses.join("; "),
        })
        .collect()
}

fn by_provider(material: &Material<'_>, wording: &Wording) -> Vec<Counted> {
    let name = |providers: &[crate::incident::ProviderIndex]| {
        providers.iter().map(|index| material.incident.provider(*index).legal_name.as_str()).collect::<Vec<_>>().join(" and ")
    };
    wording.readers.by_provider().map(|(providers, ways)| Counted { name: name(providers), notices: ways.all() }).collect()
}

fn by_state(material: &Material<'_>, wording: &Wording) -> Vec<Counted> {
    let name = |lives: Option<crate::rules::Jurisdiction>| match lives {
        Some(code) => material.rules.jurisdiction(code).map_or_else(|| code.code().to_owned(), |rule| rule.name.clone()),
        None => "abroad, with the forces, or not known".to_owned(),
    };
    wording.readers.by_state().into_iter().map(|(lives, notices)| Counted { name: name(lives), notices }).collect()
}

fn passages(material: &Material<'_>, wording: &Wording) -> Vec<ShownPassage> {
    let proof = &wording.proof;
    let page_of = |paragraph: &str| proof.pages.iter().position(|page| page.iter().any(|id| **id == *paragraph)).map_or(1, |page| page + 1);
    let mut last = "";
    let shown = proof.passages.iter().enumerate().map(|(index, passage)| {
        let begins = last != passage.paragraph;
        last = &passage.paragraph;
        let place = material.composer.place_of(wording.variant().language, &passage.paragraph);
        ShownPassage {
            number: index + 1,
            paragraph: passage.paragraph.clone(),
            begins,
            ends: proof.passages.get(index + 1).is_none_or(|next| next.paragraph != passage.paragraph),
            place: place.map(ToString::to_string).unwrap_or_default(),
            page: page_of(&passage.paragraph),
            form: passage.form,
            lines: passage
                .text
                .replace("{page}", "1")
                .replace("{pages}", &proof.pages.len().to_string())
                .lines()
                .map(str::to_owned)
                .collect(),
        }
    });
    shown.collect()
}

fn shown_rule(rule: CheckedRule, passages: &[Passage]) -> ShownRule {
    let (verdict, waiver) = match rule.verdict {
        Verdict::Holds => ("holds", String::new()),
        Verdict::Lacks => ("lacks", String::new()),
        Verdict::Advised => ("advised", String::new()),
        Verdict::SetAside(words) => ("waived", words),
    };
    let computed = verdict == "holds" && rule.quotes.is_empty();
    let excerpts = rule.quotes.iter().filter_map(|quote| excerpt(quote, passages)).collect();
    ShownRule { rule: rule.rule, what: rule.what, clause: rule.clause, verdict, waiver, computed, excerpts }
}

/// Words around what is quoted.
const AROUND: usize = 8;

fn excerpt(quote: &Quote, passages: &[Passage]) -> Option<Excerpt> {
    let of_paragraph = || passages.iter().enumerate().filter(|(_, passage)| passage.paragraph == *quote.paragraph);
    if quote.words.is_empty() {
        let (index, passage) = of_paragraph().find(|(_, passage)| passage.form != Form::Heading).or_else(|| of_paragraph().next())?;
        let words: Vec<&str> = passage.text.split_whitespace().collect();
        let (marked, more) = (words.iter().take(2 * AROUND).copied().collect::<Vec<_>>().join(" "), words.len() > 2 * AROUND);
        return Some(Excerpt {
            passage: index + 1,
            before: String::new(),
            marked,
            after: if more { " …".to_owned() } else { String::new() },
        });
    }
    let (index, passage, at) = of_paragraph().find_map(|(index, passage)| Some((index, passage, passage.text.find(&quote.words)?)))?;
    let (before, after) = (&passage.text[..at], &passage.text[at + quote.words.len()..]);
    Some(Excerpt { passage: index + 1, before: last_words(before), marked: quote.words.clone(), after: first_words(after) })
}

fn last_words(text: &str) -> String {
    let start = text.char_indices().rev().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).nth(AROUND);
    start.map_or_else(|| text.to_owned(), |start| format!("…{}", &text[start..]))
}

fn first_words(text: &str) -> String {
    let end = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).nth(AROUND);
    end.map_or_else(|| text.to_owned(), |end| format!("{} …", &text[..end]))
}

/// What fills each slot that the variant prints, values that several providers share together.
fn slots(material: &Material<'_>, wording: &Wording) -> Vec<Slot> {
    let Material { incident, composer, .. } = material;
    let variant = wording.variant();
    let sets: Vec<&[crate::incident::ProviderIndex]> = wording.readers.by_provider().map(|(providers, _)| providers).collect();
    let of_slot = |name: &str| {
        let mut values: Vec<(String, Vec<String>)> = Vec::new();
        for providers in &sets {
            let mut person = wording.proof.person.clone();
            (person.provider, person.also_at) = (providers.first().copied(), providers[1..].to_vec());
            let value = composer.slot_value(incident, &person, name).unwrap_or_else(|| own(name));
            let whose = providers.iter().map(|index| incident.provider(*index).id.as_str()).collect::<Vec<_>>().join(" + ");
            match values.iter_mut().find(|(known, _)| *known == value) {
                Some((_, providers)) => providers.push(whose),
                None => values.push((value, vec![whose])),
            }
        }
        values
    };
    let shown = composer.slots_printed(variant.language, &variant.paragraphs).into_iter().map(|name| {
        let values = of_slot(name).into_iter().map(|(value, whose)| SlotValue {
            whose: if whose.len() == sets.len() { "every provider".to_owned() } else { whose.join(", ") },
            value: if value.is_empty() { "(empty)".to_owned() } else { value },
        });
        Slot { name: name.to_owned(), values: values.collect() }
    });
    shown.collect()
}

/// What fills a slot that is each person's own.
fn own(name: &str) -> String {
    let what = match name {
        "patient.name" => "the patient's name",
        "salutation" => "the greeting, with the name of who is addressed",
        "person" => "who the letter is about: \u{201c}you\u{201d}, or the patient's name",
        "representative" => "the name of who acts for the patient",
        "code" => "the person's activation code",
        "elements" => "the types of information that were involved for the patient",
        "affected_residents" => "how many of the provider's patients live in the state",
        _ => "each person's own",
    };
    what.to_owned()
}

/// What reads otherwise than in the sealed proof of the same invented person, or else of the same variant; and how the variant stands.
fn compared(material: &Material<'_>, wording: &Wording) -> Result<(Option<Vec<ShownChange>>, &'static str)> {
    let Some((seal, again)) = material.sealed else { return Ok((None, "")) };
    let same = |at: &usize| seal.variants[*at].is(wording.variant());
    let was = |at: &usize| seal.variants[*at].was_made_for(&wording.proof.kind, material.incident);
    let places = 0..seal.variants.len();
    let Some(place) = places.clone().find(was).or_else(|| places.clone().find(same)) else { return Ok((None, "new")) };
    let Some(before) = sealed_passages(&material.incident.folder, seal, place)? else { return Ok((None, "changed")) };
    let after = match again.get(place) {
        Some(Ok(again)) => &again.passages,
        _ => &wording.proof.passages,
    };
    let changes: Vec<ShownChange> = changed(&before, after)
        .into_iter()
        .map(|change| ShownChange { paragraph: change.paragraph, spans: change.spans.into_iter().map(span).collect() })
        .collect();
    let unchanged =
        changes.is_empty() && again.get(place).is_some_and(|again| again.as_ref().is_ok_and(|again| seal.variants[place].is_again(again)));
    Ok((Some(changes), if unchanged { "same" } else { "changed" }))
}

fn span(span: Span) -> (&'static str, String) {
    let fate = match span.fate {
        Fate::Kept => "kept",
        Fate::Removed => "removed",
        Fate::Added => "added",
    };
    (fate, span.text)
}
