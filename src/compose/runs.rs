//! Running text on its way from Markdown to typed stretches.

use super::Inline;
use super::escape::{disguise, is_reserved, reveal_text};

/// Running text as it grows: neighbours of one style are one stretch.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<Inline>,
    /// How many bold spans are open.
    pub(super) bold: u8,
    /// How many italic spans are open.
    pub(super) italic: u8,
    /// Target of the open link.
    pub(super) link: Option<String>,
}

impl Runs {
    /// Adds text in the style that is open.
    pub(super) fn push(&mut self, text: &str, code: bool) {
        let style = Inline { text: String::new(), bold: self.bold > 0, italic: self.italic > 0, code, link: self.link.clone() };
        match self.runs.last_mut() {
            Some(last) if same_style(last, &style) => last.text.push_str(text),
            _ => self.runs.push(Inline { text: text.to_owned(), ..style }),
        }
    }

    /// Collapses the template's own blanks, spares a period after a value that ends in one (`Records, Inc.`), then
    /// lifts the disguise from values.
    pub(super) fn finish(mut self) -> Vec<Inline> {
        let mut blank_before = true;
        let mut period_before = false;
        for run in &mut self.runs {
            let mut text = String::with_capacity(run.text.len());
            for character in run.text.chars() {
                let blank = character == ' ';
                if character == '\n' && text.ends_with(' ') {
                    text.pop();
                }
                if !(blank && blank_before || character == '.' && period_before) {
                    text.push(character);
                }
                period_before = character == disguise('.');
                blank_before = blank || character == '\n';
            }
            run.text = text;
        }
        for run in self.runs.iter_mut().rev() {
            run.text.truncate(run.text.trim_end_matches([' ', '\n']).len());
            if !run.text.is_empty() {
                break;
            }
        }
        self.runs.retain(|run| !run.text.is_empty());
        for run in &mut self.runs {
            if run.text.chars().any(is_reserved) {
                run.text = reveal_text(&run.text);
            }
        }
        self.runs
    }
}

fn same_style(one: &Inline, other: &Inline) -> bool {
    one.bold == other.bold && one.italic == other.italic && one.code == other.code && one.link == other.link
}
