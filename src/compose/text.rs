//! A letter as plain text, folded so that every mail program shows it as meant.

use super::{BlockKind, BodyBlock, Inline, Letter};

/// Longest line, in characters; a longer word (an address on the web) stands alone.
const WIDTH: usize = 72;

/// The body of a letter as plain text.
pub(super) fn document(letter: &Letter) -> String {
    let mut lines = Vec::new();
    blocks(&letter.blocks, WIDTH, &mut lines);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.push(String::new());
    lines.join("\n")
}

fn blocks(all: &[BodyBlock], width: usize, lines: &mut Vec<String>) {
    for block in all {
        match &block.kind {
            BlockKind::Title(text) => underlined(text, '=', width, lines),
            BlockKind::Heading(text) => underlined(text, '-', width, lines),
            BlockKind::Paragraph(text) => lines.extend(fold(&plain(text), width)),
            BlockKind::List { start, items } => list(*start, items, width, lines),
            BlockKind::Table { header, rows } => table(header, rows, width, lines),
            BlockKind::Framed(inside) => framed(inside, width, lines),
            BlockKind::Together(inside) => blocks(inside, width, lines),
        }
        if lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
    }
}

fn underlined(text: &[Inline], mark: char, width: usize, lines: &mut Vec<String>) {
    let folded = fold(&plain(text), width);
    let length = folded.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    lines.extend(folded);
    lines.push(String::from(mark).repeat(length));
}

fn list(start: Option<u64>, items: &[Vec<BodyBlock>], width: usize, lines: &mut Vec<String>) {
    for (item, index) in items.iter().zip(0u64..) {
        let mark = start.map_or_else(|| "- ".to_owned(), |start| format!("{}. ", start.saturating_add(index)));
        let mut inside = Vec::new();
        blocks(item, width.saturating_sub(mark.len()), &mut inside);
        while inside.last().is_some_and(String::is_empty) {
            inside.pop();
        }
        indented(&mark, &inside, width, lines);
    }
}

/// Lines set in by the width of a mark that stands before the first of them.
fn indented(mark: &str, inside: &[String], width: usize, lines: &mut Vec<String>) {
    let blanks = " ".repeat(mark.chars().count());
    for (index, line) in inside.join("\n").split('\n').enumerate() {
        for (part, text) in fold(line, width.saturating_sub(blanks.len())).into_iter().enumerate() {
            let before = if index + part == 0 { mark } else { &blanks };
            lines.push(format!("{before}{text}").trim_end().to_owned());
        }
    }
}

/// One column after the other: its header, then its cells.
fn table(header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], width: usize, lines: &mut Vec<String>) {
    for (column, head) in header.iter().enumerate() {
        lines.extend(fold(&format!("{}:", plain(head)), width));
        for cell in rows.iter().filter_map(|row| row.get(column)) {
            indented("  ", &plain(cell).lines().map(str::to_owned).collect::<Vec<_>>(), width, lines);
        }
        lines.push(String::new());
    }
}

fn framed(inside: &[BodyBlock], width: usize, lines: &mut Vec<String>) {
    lines.push("-".repeat(width));
    let start = lines.len();
    blocks(inside, width, lines);
    while lines.len() > start && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.push("-".repeat(width));
}

/// Text without styles: a code stands on its own line.
fn plain(text: &[Inline]) -> String {
    let mut plain = String::new();
    for (index, inline) in text.iter().enumerate() {
        if inline.code {
            if !plain.is_empty() && !plain.ends_with('\n') {
                plain = plain.trim_end().to_owned() + "\n";
            }
            plain.push_str("    ");
            plain.push_str(&inline.text);
            if index + 1 < text.len() {
                plain.push('\n');
            }
            continue;
        }
        let shown = if plain.ends_with('\n') { inline.text.trim_start_matches(' ') } else { &inline.text };
        plain.push_str(shown);
    }
    plain
}

/// Breaks text at blanks into lines no longer than the width; blanks at the start of a line stay.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut folded = Vec::new();
    for line in text.split('\n') {
        let indent: String = line.chars().take_while(|character| *character == ' ').collect();
        let mut current = indent.clone();
        let mut length = indent.len();
        for word in line[indent.len()..].split(' ') {
            let word_length = word.chars().count();
            if length > indent.len() && length + 1 + word_length > width {
                folded.push(std::mem::replace(&mut current, indent.clone()));
                length = indent.len();
            }
            if length > indent.len() {
                current.push(' ');
                length += 1;
            }
            current.push_str(word);
            length += word_length;
        }
        folded.push(current.trim_end().to_owned());
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_stands_on_its_own_line() {
        let word = |text: &str, code| Inline { text: text.into(), code, ..Inline::default() };
        assert_eq!(plain(&[word("Code: ", false), word("A1", true), word(" is yours", false)]), "Code:\n    A1\nis yours");
    }

    proptest! {
        #[test]
        fn folding_loses_no_word_and_keeps_the_width(text in "[a-zé]{0,9}( [a-zé]{1,90}){0,30}") {
            let folded = fold(&text, WIDTH);
            let joined = folded.join(" ");
            prop_assert_eq!(joined.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
            prop_assert!(folded.iter().all(|line| line.chars().count() <= WIDTH || !line.trim_start().contains(' ')));
        }
    }
}
