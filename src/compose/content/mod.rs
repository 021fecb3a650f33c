//! The content check: what the law asks of a letter is looked for in its composed blocks.

mod checklist;
mod offers;
mod outside;
mod piece;
mod texts;

pub use checklist::{CheckedRule, Quote, Verdict};
pub(super) use checklist::{checklist, computed};
pub(super) use offers::offers;
pub(super) use outside::{email_subject, part2_names, return_addresses};
pub use piece::PieceFault;
pub(super) use piece::fault as piece_fault;
pub(super) use texts::Texts;

use super::check::{Markers, part_of};
use super::prose;
use super::residence::Residence;
use super::sources::Sources;
use super::{Block, BlockKind, Inline};
use crate::error::{Finding, Place};
use crate::incident::{Language, Waiver, is_toll_free};
use crate::intake::Elements;
use crate::recipients::Role;
use crate::rules::{ContentRule, Evidence, Jurisdiction, When};
use tera::Value;

/// A composed letter under check.
pub(super) struct Subject<'a> {
    pub(super) language: Language,
    pub(super) blocks: &'a [Block],
    pub(super) role: Role,
    /// What was involved; for a letter of many, what can have been.
    pub(super) elements: Elements,
    /// Where its readers live.
    pub(super) residences: &'a [Residence],
    /// The value of a slot by its root.
    pub(super) slot: &'a dyn Fn(&str) -> Option<&'a Value>,
}

/// The rules that a letter breaks, in their order.
pub(super) fn broken<'r>(rules: &'r [ContentRule], subject: &Subject<'_>) -> Vec<&'r ContentRule> {
    let text = text_of(subject.blocks);
    let applies = |rule: &&ContentRule| rule.evidence != Evidence::Computed && subject.comes_under(rule);
    // States ask for the same parts: each is looked for once.
    let mut seen: Vec<(&ContentRule, bool)> = Vec::new();
    let alike = |one: &ContentRule, other: &ContentRule| {
        one.evidence == other.evidence && one.paragraphs == other.paragraphs && one.when == other.when
    };
    let mut holds = |rule: &'r ContentRule| match seen.iter().find(|(known, _)| alike(known, rule)) {
        Some((_, holds)) => *holds,
        None => {
            seen.push((rule, subject.holds(rule, &text)));
            seen.last().is_some_and(|(_, holds)| *holds)
        }
    };
    rules.iter().filter(applies).filter(|rule| !holds(rule)).collect()
}

/// The rules with what counsel set aside.
#[derive(Clone, Copy)]
pub(super) struct Verdicts<'a> {
    pub(super) rules: &'a [ContentRule],
    pub(super) waivers: &'a [Waiver],
}

impl Verdicts<'_> {
    /// What a letter without something that a rule asks for does to the run.
    pub(super) fn lacking(&self, rule: &ContentRule, place: Place, who: &str) -> Finding {
        let hint = match rule.paragraphs.as_slice() {
            [] => "put the part back; the built-in templates hold everything that is asked for".to_owned(),
            ids => format!("put the paragraph back ({}); the built-in templates hold everything that is asked for", ids.join(" or ")),
        };
        self.judged(rule, place, format!("a letter to {who} does not hold {} ({})", rule.what, rule.clause), hint)
    }

    /// What was found by a rule that is computed; absent when there is no such rule any more.
    pub(super) fn tell(&self, id: &str, place: Place, reason: &str, hint: impl Into<String>) -> Option<Finding> {
        let rule = self.rules.iter().find(|rule| rule.id == id)?;
        Some(self.judged(rule, place, format!("{reason} ({})", rule.clause), hint.into()))
    }

    /// A waiver of counsel turns a refusal into advice.
    fn judged(&self, rule: &ContentRule, place: Place, reason: String, hint: String) -> Finding {
        match self.waivers.iter().find(|waiver| rule.waivable && waiver.rule == rule.id) {
            Some(waiver) => Finding::warns(rule.id, place, format!("{reason}; {}", waiver.in_words()), "the waiver is kept as evidence"),
            None => Finding::new(rule.severity, rule.id, place, reason, hint),
        }
    }
}

/// For whom a letter was composed, without telling who it is.
pub(super) fn who(role: Role, lives: Option<Jurisdiction>) -> String {
    let place = lives.map(|code| format!(", resident of {code},")).unwrap_or_default();
    format!("a recipient of the role {}{place}", role.id())
}

/// Where a rule's paragraph stands, else the letter as a whole.
pub(super) fn place(rule: &ContentRule, language: Language, sources: &Sources, markers: &Markers) -> Place {
    let marker = rule.paragraphs.iter().find_map(|id| markers.get(id.as_str()));
    marker.cloned().unwrap_or_else(|| Place::file(sources.shown(language, "letter.md")))
}

impl<'a> Subject<'a> {
    fn comes_under(&self, rule: &ContentRule) -> bool {
        let resident =
            rule.residents.is_none_or(|code| self.residences.iter().any(|residence| residence.covered && residence.code == Some(code)));
        let involved = rule.elements.is_empty() || self.elements.meets(Elements::of_ids(&rule.elements));
        let in_role = rule.roles.is_empty() || rule.roles.iter().any(|role| role == self.role.id());
        resident && involved && in_role && self.is_when(rule)
    }

    fn is_when(&self, rule: &ContentRule) -> bool {
        match rule.when {
            None | Some(When::TollFree) => true,
            Some(When::Service) => self.flag("service", "offered"),
            Some(When::Delayed) => self.flag("breach", "delayed"),
            Some(When::Known) => match &rule.evidence {
                Evidence::Any(slots) => slots.iter().any(|slot| self.is_known(slot)),
                Evidence::All(slots) => slots.iter().all(|slot| self.is_known(slot)),
                _ => true,
            },
        }
    }

    fn flag(&self, root: &str, part: &str) -> bool {
        (self.slot)(root).and_then(|value| part_of(value, part)).and_then(Value::as_bool).unwrap_or(false)
    }

    fn is_known(&self, slot: &str) -> bool {
        self.values(slot).iter().any(|value| !value.is_empty())
    }

    fn holds(&self, rule: &ContentRule, text: &str) -> bool {
        let english = self.language == Language::English;
        match &rule.evidence {
            Evidence::Any(slots) => slots.iter().any(|slot| self.is_printed(slot, text)),
            Evidence::All(slots) => {
                let toll_free =
                    rule.when != Some(When::TollFree) || slots.iter().all(|slot| self.values(slot).iter().all(|phone| is_toll_free(phone)));
                toll_free && slots.iter().all(|slot| self.is_printed(slot, text))
            }
            Evidence::Paragraph => self.blocks.iter().any(|block| rule.paragraphs.iter().any(|id| **id == *block.paragraph)),
            Evidence::Sections(count) => sections(self.blocks) >= *count,
            Evidence::Headings(_) if !english => true,
            Evidence::Headings(wanted) => wanted.iter().all(|heading| headings(self.blocks).any(|found| found == *heading)),
            Evidence::Title(_) if !english => titles(self.blocks).next().is_some(),
            Evidence::Title(wanted) => titles(self.blocks).any(|found| found == *wanted),
            Evidence::Computed => true,
        }
    }

    fn is_printed(&self, slot: &str, text: &str) -> bool {
        let values = self.printable(slot);
        !values.is_empty() && values.iter().all(|value| text.contains(value) || text.contains(shown(value)))
    }

    /// What of a slot can be looked for in a letter: of several providers one may have no web site, what there is must be printed. The
    /// incident's prose is Markdown, of which each text is looked for.
    fn printable(&self, slot: &str) -> Vec<String> {
        let mut values = self.values(slot);
        if slot.starts_with("incident.") {
            values = values.iter().flat_map(|value| prose::texts(value)).collect();
        }
        values.retain(|value| !value.is_empty());
        values
    }

    /// The values of a slot: those of a list are all of them.
    fn values(&self, slot: &str) -> Vec<String> {
        let mut parts = slot.split('.');
        let mut found: Vec<&Value> = parts.next().and_then(|root| (self.slot)(root)).into_iter().flat_map(items).collect();
        for part in parts {
            found = found.into_iter().filter_map(|value| part_of(value, part)).flat_map(items).collect();
        }
        found.into_iter().map(ToString::to_string).collect()
    }
}

/// The items of a list, or the value alone.
fn items(value: &Value) -> &[Value] {
    value.as_array().unwrap_or(std::slice::from_ref(value))
}

/// A web address as the filter `link` shows it.
fn shown(value: &str) -> &str {
    value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or(value).trim_end_matches('/')
}

/// Headings with something below them.
fn sections(blocks: &[Block]) -> usize {
    let heading = |block: &Block| matches!(block.kind, BlockKind::Heading(_));
    blocks.windows(2).filter(|pair| heading(&pair[0]) && !heading(&pair[1])).count()
}

fn headings(blocks: &[Block]) -> impl Iterator<Item = String> {
    blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Heading(inlines) => Some(line(inlines)),
        _ => None,
    })
}

fn titles(blocks: &[Block]) -> impl Iterator<Item = String> {
    blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Title(inlines) => Some(line(inlines)),
        _ => None,
    })
}

/// All texts, one a line.
pub(super) fn text_of(blocks: &[Block]) -> String {
    let mut text = String::new();
    each_text(blocks, &mut |inlines| {
        inlines.iter().for_each(|inline| text.push_str(&inline.text));
        text.push('\n');
    });
    text
}

/// Every run of text in blocks, in reading order.
pub(super) fn each_text(blocks: &[Block], see: &mut dyn FnMut(&[Inline])) {
    let mut waiting: Vec<&Block> = blocks.iter().rev().collect();
    while let Some(block) = waiting.pop() {
        match &block.kind {
            BlockKind::Title(inlines) | BlockKind::Heading(inlines) | BlockKind::Paragraph(inlines) => see(inlines),
            BlockKind::List { items, .. } => waiting.extend(items.iter().flatten().rev().map(|block| &**block)),
            BlockKind::Table { header, rows } => header.iter().chain(rows.iter().flatten()).for_each(|cell| see(cell)),
            BlockKind::Framed(inner) | BlockKind::Together(inner) => waiting.extend(inner.iter().rev().map(|block| &**block)),
        }
    }
}

fn line(inlines: &[Inline]) -> String {
    inlines.iter().map(|inline| inline.text.as_str()).collect()
}
