//! What the pages of a piece show: paragraphs, list items, lines in the windows.

use super::normal::{Wanted, normal};
use super::wording::{Area, Phrase};
use crate::pdf::readback::{ReadPage, ReadText};

/// Texts whose baselines differ by less stand on one line.
const ONE_LINE: f32 = 0.5;

fn on_one_line(one: &ReadText, other: &ReadText) -> bool {
    (one.y - other.y).abs() < ONE_LINE
}

/// Whether a paragraph that begins with a text is a wanted one, from its first word to its last.
fn is_paragraph(texts: &[ReadText], wanted: &Wanted) -> bool {
    let Some(first) = texts.first().filter(|first| wanted.may_begin(&first.text)) else { return false };
    let (mut raw, mut last) = (String::with_capacity(wanted.len() + 16), first);
    for text in texts {
        if !on_one_line(last, text) {
            let so_far = normal(&raw);
            if wanted.is(&so_far) {
                return true;
            }
            if !wanted.may_become(&so_far) {
                return false;
            }
            raw.push(' ');
        }
        raw.push_str(&text.text);
        last = text;
    }
    wanted.is(&normal(&raw))
}

/// Whether a paragraph of a page is the wanted one.
pub(super) fn shows_paragraph(pages: &[ReadPage], wanted: &Wanted) -> bool {
    pages.iter().any(|page| {
        (0..page.texts.len()).any(|at| {
            let begins_line = at == 0 || !on_one_line(&page.texts[at - 1], &page.texts[at]);
            begins_line && is_paragraph(&page.texts[at..], wanted)
        })
    })
}

/// Whether a text is what stands before a list item: a bullet or a number.
fn is_label(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.len() <= 5 && !text.chars().any(char::is_alphabetic)
}

/// Calls for each list item with the texts from its first on.
pub(super) fn each_item<'r>(pages: &'r [ReadPage], mut item: impl FnMut(&'r [ReadText])) {
    for page in pages {
        for (at, pair) in page.texts.windows(2).enumerate() {
            let [label, first] = pair else { continue };
            let begins_line = at == 0 || !on_one_line(&page.texts[at - 1], label);
            if begins_line && on_one_line(label, first) && is_label(&label.text) {
                item(&page.texts[at + 1..]);
            }
        }
    }
}

/// Which of some wanted texts a list item is; the longest, when one begins with another.
pub(super) fn which_item<T: Copy>(texts: &[ReadText], wanted: &[(T, Phrase)]) -> Option<T> {
    // Most are one text to the letter, and no other goes on from it.
    if let [first, rest @ ..] = texts
        && rest.first().is_none_or(|next| !on_one_line(first, next))
        && let Some((which, phrase)) = wanted.iter().find(|(_, phrase)| *phrase.text == *first.text)
        && !wanted.iter().any(|(_, other)| other.wanted.goes_beyond(&phrase.wanted))
    {
        return Some(*which);
    }
    let line = texts.chunk_by(on_one_line).next().unwrap_or_default();
    let line = normal(&line.iter().map(|text| &*text.text).collect::<String>());
    // Most are told by their first line.
    let fits = |wanted: &Wanted| wanted.is(&line) || wanted.may_become(&line) && is_paragraph(texts, wanted);
    let fits = wanted.iter().filter(|(_, phrase)| fits(&phrase.wanted));
    fits.max_by_key(|(_, phrase)| phrase.wanted.len()).map(|(which, _)| *which)
}

/// Whether the words of a text stand anywhere in the letter, over line and page ends.
pub(super) fn shows_words(pages: &[ReadPage], phrase: &Phrase) -> bool {
    let Phrase { text, wanted } = phrase;
    let Some(first) = text.split_whitespace().next().filter(|_| !wanted.is_empty()) else { return true };
    let texts = || pages.iter().flat_map(|page| &page.texts);
    let finder = memchr::memmem::Finder::new(first);
    let mut index = 0;
    let quickly = texts().any(|start| {
        index += 1;
        finder.find_iter(start.text.as_bytes()).any(|at| {
            if start.text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
                return false;
            }
            let mut raw = start.text[at..].to_owned();
            let mut last = start;
            for text in texts().skip(index) {
                if raw.len() > text_room(wanted) {
                    break;
                }
                if !on_one_line(last, text) {
                    raw.push(' ');
                }
                raw.push_str(&text.text);
                last = text;
            }
            wanted.begins(&normal(&raw))
        })
    });
    quickly || wanted.is_within(&normal(&whole(pages)))
}

/// Bytes of raw text that hold a wanted one with its punctuation.
fn text_room(wanted: &Wanted) -> usize {
    wanted.len() * 2 + 32
}

/// Everything that the pages show, with blanks between lines.
pub(super) fn whole(pages: &[ReadPage]) -> String {
    let mut whole = String::new();
    for line in pages.iter().flat_map(ReadPage::lines) {
        whole.push_str(&line);
        whole.push(' ');
    }
    whole
}

/// Whether a code stands somewhere, character by character and not as a part of a longer one.
pub(super) fn shows_code(pages: &[ReadPage], code: &str) -> bool {
    let alone = |text: &str| {
        text.match_indices(code).any(|(start, _)| {
            let (before, after) = (text[..start].chars().next_back(), text[start + code.len()..].chars().next());
            ![before, after].into_iter().flatten().any(char::is_alphanumeric)
        })
    };
    let finder = memchr::memmem::Finder::new(code);
    let texts = pages.iter().flat_map(|page| &page.texts);
    let quickly = texts.filter(|text| finder.find(text.text.as_bytes()).is_some()).any(|text| alone(&text.text));
    quickly || pages.iter().flat_map(ReadPage::lines).any(|line| alone(&line))
}

/// Whether a text stands alone somewhere on a page, looked for from its end, where footers are.
pub(super) fn shows_text(page: &ReadPage, wanted: &Wanted) -> bool {
    let texts = page.texts.iter().rev().filter(|text| wanted.may_begin(&text.text));
    texts.into_iter().any(|text| wanted.is(&normal(&text.text)))
}

/// The lines of a page that reach into an area, from the top, in normal form. A watermark is no line.
pub(super) fn lines_in(page: &ReadPage, areas: &[Area]) -> Vec<String> {
    let mut texts: Vec<&ReadText> = page.texts.iter().filter(|text| text.upright && areas.iter().any(|area| reaches(text, area))).collect();
    texts.sort_by(|one, other| other.y.total_cmp(&one.y));
    let mut lines = Vec::new();
    for line in texts.chunk_by(|one, other| on_one_line(one, other)) {
        let mut line = line.to_vec();
        line.sort_by(|one, other| one.x.total_cmp(&other.x));
        let raw: String = line.iter().map(|text| &*text.text).collect();
        lines.push(normal(&raw));
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Whether letters of a text may lie in an area: from a quarter of an em below the baseline to most of one above.
fn reaches(text: &ReadText, area: &Area) -> bool {
    let (bottom, top) = (text.y - text.size * 0.25, text.y + text.size * 0.8);
    text.x < area.x1 && text.x + text.width > area.x0 && bottom < area.y1 && top > area.y0
}
