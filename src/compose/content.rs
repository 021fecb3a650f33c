//! The content check: a template that leaves out what the law asks of every letter is refused, with the clause.

use super::check::part_of;
use super::slots::Slots;
use super::{Block, BlockKind, Inline};
use crate::error::{Error, Finding, Place, Result};
use serde::Deserialize;
use tera::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    required: Vec<Required>,
    sections: Sections,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Required {
    slots: Vec<String>,
    what: String,
    clause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sections {
    count: usize,
    what: String,
    clause: String,
}

/// A finding for the first thing that an invented person's letter lacks; `who` tells for whom it was composed.
///
/// # Errors
/// A bug of ours when the built-in table cannot be read.
pub(super) fn lacking(blocks: &[Block], slots: &Slots, who: &str, place: Place) -> Result<Option<Finding>> {
    let content: Content =
        toml::from_str(include_str!("content.toml")).map_err(|error| Error::bug(format!("content.toml: {}", error.message())))?;
    let text = text_of(blocks);
    let printed = |slot: &String| {
        let values = values(slot, slots);
        !values.is_empty() && values.iter().all(|value| !value.is_empty() && text.contains(value))
    };
    let missing = content.required.iter().find(|required| !required.slots.iter().any(printed));
    let missing = missing.map(|required| (&required.what, &required.clause));
    let too_few = sections(blocks) < content.sections.count;
    let missing = missing.or_else(|| too_few.then_some((&content.sections.what, &content.sections.clause)));
    Ok(missing.map(|(what, clause)| {
        let reason = format!("a letter to {who} does not hold {what} ({clause})");
        Finding::refuses("content-missing", place, reason, "put the part back; the built-in templates hold everything that is asked for")
    }))
}

/// The values of a slot: those of a list are all of them.
fn values(slot: &str, slots: &Slots) -> Vec<String> {
    let mut parts = slot.split('.');
    let Some(mut value) = parts.next().and_then(|root| slots.get(root)) else { return Vec::new() };
    for part in parts {
        let Some(next) = part_of(value, part) else { return Vec::new() };
        value = next;
    }
    match value.as_array() {
        Some(items) => items.iter().map(Value::to_string).collect(),
        None => vec![value.to_string()],
    }
}

/// Headings with something below them.
fn sections(blocks: &[Block]) -> usize {
    let heading = |block: &Block| matches!(block.kind, BlockKind::Heading(_));
    blocks.windows(2).filter(|pair| heading(&pair[0]) && !heading(&pair[1])).count()
}

/// All texts, one a line.
pub(super) fn text_of(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut waiting: Vec<&Block> = blocks.iter().rev().collect();
    while let Some(block) = waiting.pop() {
        match &block.kind {
            BlockKind::Title(inlines) | BlockKind::Heading(inlines) | BlockKind::Paragraph(inlines) => push(inlines, &mut text),
            BlockKind::List { items, .. } => waiting.extend(items.iter().flatten().rev().map(|block| &**block)),
            BlockKind::Table { header, rows } => header.iter().chain(rows.iter().flatten()).for_each(|cell| push(cell, &mut text)),
            BlockKind::Framed(inner) | BlockKind::Together(inner) => waiting.extend(inner.iter().rev().map(|block| &**block)),
        }
    }
    text
}

fn push(inlines: &[Inline], text: &mut String) {
    inlines.iter().for_each(|inline| text.push_str(&inline.text));
    text.push('\n');
}
