//! The content check of one letter as a list for a person: each rule with its clause, the verdict and the passage that shows it.

use super::{Subject, Verdicts, headings, line, shown, text_of, titles};
use crate::compose::{Block, BlockKind};
use crate::error::{Finding, Severity};
use crate::rules::{ContentRule, Evidence, Jurisdiction};
use std::sync::Arc;

/// What one letter shows of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRule {
    /// What waivers name, such as `hipaa-breach-date`.
    pub rule: &'static str,
    /// What is asked for.
    pub what: String,
    /// Where it is asked for.
    pub clause: String,
    /// Whose residents it is for; absent when for everybody.
    pub residents: Option<Jurisdiction>,
    /// What was found.
    pub verdict: Verdict,
    /// The passages that show it, in print order; none when nothing does.
    pub quotes: Vec<Quote>,
}

/// What was found of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there.
    Holds,
    /// It is not there: the letter must not go out.
    Lacks,
    /// It is not there, and only advised.
    Advised,
    /// It is not there, and counsel set the rule aside: in words.
    SetAside(String),
}

/// A passage of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Id of its paragraph.
    pub paragraph: Arc<str>,
    /// The very words; empty for the paragraph as a whole.
    pub words: String,
}

/// Every rule that the letter comes under and that what is printed can show, in the order of the rules.
pub(in crate::compose) fn checklist(verdicts: &Verdicts<'_>, subject: &Subject<'_>) -> Vec<CheckedRule> {
    let text = text_of(subject.blocks);
    let under = |rule: &&ContentRule| rule.evidence != Evidence::Computed && subject.comes_under(rule);
    let checked = verdicts.rules.iter().filter(under).map(|rule| {
        let holds = subject.holds(rule, &text);
        let verdict = if holds { Verdict::Holds } else { lacking(verdicts, rule) };
        let quotes = if holds { quotes(rule, subject) } else { Vec::new() };
        CheckedRule { rule: rule.id, what: rule.what.clone(), clause: rule.clause.clone(), residents: rule.residents, verdict, quotes }
    });
    checked.collect()
}

/// The rules that are found by other means than what is printed, with what was found in letters of one language or on the whole.
pub(in crate::compose) fn computed<'f>(rules: &[ContentRule], findings: &(impl Iterator<Item = &'f Finding> + Clone)) -> Vec<CheckedRule> {
    let checked = rules.iter().filter(|rule| rule.evidence == Evidence::Computed).map(|rule| {
        let found = findings.clone().find(|finding| finding.code == rule.id);
        let verdict = match found {
            None => Verdict::Holds,
            Some(finding) if finding.severity == Severity::Refuses => Verdict::Lacks,
            Some(finding) if finding.reason.contains("set aside by") => Verdict::SetAside(finding.reason.to_string()),
            Some(_) => Verdict::Advised,
        };
        let what = found.map_or_else(|| rule.what.clone(), |finding| finding.reason.to_string());
        CheckedRule { rule: rule.id, what, clause: rule.clause.clone(), residents: rule.residents, verdict, quotes: Vec::new() }
    });
    checked.collect()
}

fn lacking(verdicts: &Verdicts<'_>, rule: &ContentRule) -> Verdict {
    match verdicts.waivers.iter().find(|waiver| rule.waivable && waiver.rule == rule.id) {
        Some(waiver) => Verdict::SetAside(waiver.in_words()),
        None if rule.severity == Severity::Refuses => Verdict::Lacks,
        None => Verdict::Advised,
    }
}

fn quotes(rule: &ContentRule, subject: &Subject<'_>) -> Vec<Quote> {
    match &rule.evidence {
        Evidence::Any(slots) => {
            let printed = slots.iter().map(|slot| of_slot(slot, subject)).find(|quotes| !quotes.is_empty());
            printed.unwrap_or_default()
        }
        Evidence::All(slots) => unique(slots.iter().flat_map(|slot| of_slot(slot, subject))),
        Evidence::Paragraph => {
            let here = subject.blocks.iter().filter(|block| rule.paragraphs.iter().any(|id| **id == *block.paragraph));
            unique(here.map(|block| Quote { paragraph: Arc::clone(&block.paragraph), words: String::new() }))
        }
        Evidence::Sections(_) => of_headings(subject.blocks, &headings(subject.blocks).collect::<Vec<_>>()),
        Evidence::Headings(wanted) => of_headings(subject.blocks, wanted),
        Evidence::Title(_) => of_headings(subject.blocks, &titles(subject.blocks).collect::<Vec<_>>()),
        Evidence::Computed => Vec::new(),
    }
}

/// Where the values of a slot are printed, each at its first place.
fn of_slot(slot: &str, subject: &Subject<'_>) -> Vec<Quote> {
    let texts: Vec<(&Block, String)> = subject.blocks.iter().map(|block| (block, text_of(std::slice::from_ref(block)))).collect();
    let first = |value: &String| {
        texts.iter().find_map(|(block, text)| {
            let words = [value.as_str(), shown(value)].into_iter().find(|words| text.contains(words))?;
            Some(Quote { paragraph: Arc::clone(&block.paragraph), words: words.to_owned() })
        })
    };
    unique(subject.printable(slot).iter().filter_map(first))
}

fn of_headings(blocks: &[Block], wanted: &[String]) -> Vec<Quote> {
    let found = blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Heading(inlines) | BlockKind::Title(inlines) if wanted.contains(&line(inlines)) => {
            Some(Quote { paragraph: Arc::clone(&block.paragraph), words: line(inlines) })
        }
        _ => None,
    });
    unique(found)
}

fn unique(quotes: impl Iterator<Item = Quote>) -> Vec<Quote> {
    let mut kept: Vec<Quote> = Vec::new();
    for quote in quotes {
        if !kept.contains(&quote) {
            kept.push(quote);
        }
    }
    kept
}
