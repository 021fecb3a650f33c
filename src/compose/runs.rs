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

    /// Ends the open link. Paper cannot be clicked: a target that the link's text does not say is printed after it.
    pub(super) fn end_link(&mut self) {
        let Some(target) = &self.link else { return };
        let of_link: Vec<&Inline> = self.runs.iter().rev().take_while(|run| run.link == self.link).collect();
        let said: String = of_link.into_iter().rev().map(|run| reveal_text(&run.text)).collect();
        if let Some(shown) = unsaid(target, &said) {
            let shown = format!(" ({shown})");
            self.push(&shown, false);
        }
        self.link = None;
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

/// What a person needs to follow a link, as it is typed or dialled; absent when the link's text says it.
fn unsaid<'t>(target: &'t str, said: &str) -> Option<&'t str> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if let Some(number) = target.strip_prefix("tel:") {
        let (wanted, said) = (digits(number), digits(said));
        return (!said.contains(wanted.trim_start_matches('1'))).then_some(number);
    }
    let shown = ["https://", "http://", "mailto:"].iter().find_map(|scheme| target.strip_prefix(scheme)).unwrap_or(target);
    let shown = shown.trim_end_matches('/');
    (!said.to_lowercase().contains(&shown.to_lowercase())).then_some(shown)
}

fn same_style(one: &Inline, other: &Inline) -> bool {
    one.bold == other.bold && one.italic == other.italic && one.code == other.code && one.link == other.link
}
