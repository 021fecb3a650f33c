//! The text of a letter by passages: what reviewers comment on, what a seal keeps, what is compared word by word.

use crate::compose::{Block, BlockKind, BodyBlock, Inline, Letter};
use serde::{Deserialize, Serialize};

/// One block of a letter's text with the paragraph that it is part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Id of the paragraph.
    pub paragraph: String,
    /// What it is to a reader.
    pub form: Form,
    /// Its text; cells of a table are parted by ` | `, forced line breaks by a line end, within cells by a comma.
    pub text: String,
}

/// What a passage is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The title of the letter.
    Title,
    /// A heading.
    Heading,
    /// Running text.
    Text,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
}

/// The passages of a letter: what shows in the window, then the body, in reading order.
pub fn passages(letter: &Letter) -> Vec<Passage> {
    let mut found = Vec::new();
    let block = |paragraph: &str, lines: &[String]| Passage { paragraph: paragraph.to_owned(), form: Form::Text, text: lines.join("\n") };
    found.push(block("return_address", &letter.return_address));
    if !letter.recipient_address.is_empty() {
        found.push(block("recipient_address", &letter.recipient_address));
    }
    blocks(&letter.blocks, Form::Text, &mut found);
    found.push(block("footer", &[letter.footer.to_string()]));
    found
}

fn blocks(all: &[BodyBlock], form: Form, found: &mut Vec<Passage>) {
    all.iter().for_each(|block| one(block, form, found));
}

fn one(block: &Block, form: Form, found: &mut Vec<Passage>) {
    let mut push = |form, text| found.push(Passage { paragraph: block.paragraph.to_string(), form, text });
    match &block.kind {
        BlockKind::Title(inlines) => push(Form::Title, text(inlines)),
        BlockKind::Heading(inlines) => push(Form::Heading, text(inlines)),
        BlockKind::Paragraph(inlines) => push(form, text(inlines)),
        BlockKind::List { items, .. } => items.iter().for_each(|item| blocks(item, Form::Item, found)),
        BlockKind::Table { header, rows } => {
            for row in std::iter::once(header).chain(rows) {
                push(Form::Row, row.iter().map(|cell| text(cell).replace('\n', ", ")).collect::<Vec<_>>().join(" | "));
            }
        }
        BlockKind::Framed(inner) | BlockKind::Together(inner) => blocks(inner, form, found),
    }
}

fn text(inlines: &[Inline]) -> String {
    inlines.iter().map(|inline| inline.text.as_str()).collect()
}

/// Passages as a text that a person can read and that gives them back: what a seal stores.
pub(super) fn to_text(passages: &[Passage]) -> String {
    let mut text = String::new();
    for Passage { paragraph, form, text: words } in passages {
        text.push_str(&format!("[{paragraph}] {}\n", form.word()));
        for line in words.split('\n') {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// Reads what [`to_text`] wrote; absent when it was edited into something else.
pub(super) fn from_text(text: &str) -> Option<Vec<Passage>> {
    let mut found: Vec<(String, Form, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("  ") {
            found.last_mut()?.2.push(words);
        } else {
            let (paragraph, form) = line.strip_prefix('[')?.split_once("] ")?;
            found.push((paragraph.to_owned(), Form::of(form)?, Vec::new()));
        }
    }
    Some(found.into_iter().map(|(paragraph, form, lines)| Passage { paragraph, form, text: lines.join("\n") }).collect())
}

impl Form {
    const ALL: [Form; 5] = [Form::Title, Form::Heading, Form::Text, Form::Item, Form::Row];

    fn word(self) -> &'static str {
        match self {
            Form::Title => "title",
            Form::Heading => "heading",
            Form::Text => "text",
            Form::Item => "item",
            Form::Row => "row",
        }
    }

    fn of(word: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_come_back_as_they_were_written() {
        let passage = |paragraph: &str, form, text: &str| Passage { paragraph: paragraph.into(), form, text: text.into() };
        let all = vec![
            passage("return_address", Form::Text, "A\n[B] text\n  C"),
            passage("title", Form::Title, ""),
            passage("bureaus", Form::Row, "x | y"),
        ];
        assert_eq!(from_text(&to_text(&all)), Some(all));
        assert_eq!(from_text("no passage"), None);
        assert_eq!(from_text("[a] poem\n  x\n"), None);
    }
}
