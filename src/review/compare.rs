//! Two texts word by word: what a reviewer must read again, and the words that a refusal names.

use super::Passage;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};

/// A stretch of words of one fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What became of it.
    pub fate: Fate,
    /// The words, with the blanks between them.
    pub text: String,
}

/// What became of words between two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// In both.
    Kept,
    /// In the earlier one alone.
    Removed,
    /// In the later one alone.
    Added,
}

/// A passage that reads otherwise, or is in one of the texts alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPassage {
    /// Id of its paragraph.
    pub paragraph: String,
    /// Its words.
    pub spans: Vec<Span>,
}

/// What became of each word, neighbours of one fate together.
pub fn words(before: &str, after: &str) -> Vec<Span> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_words(before, after);
    let mut spans: Vec<Span> = Vec::new();
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Kept,
            ChangeTag::Delete => Fate::Removed,
            ChangeTag::Insert => Fate::Added,
        };
        match spans.last_mut() {
            Some(last) if last.fate == fate => last.text.push_str(change.value()),
            _ => spans.push(Span { fate, text: change.value().to_owned() }),
        }
    }
    spans
}

/// The passages that read otherwise in the later letter, in its order.
pub fn changed(before: &[Passage], after: &[Passage]) -> Vec<ChangedPassage> {
    let key = |passage: &Passage| (passage.paragraph.clone(), passage.text.clone());
    let (old, new): (Vec<_>, Vec<_>) = (before.iter().map(key).collect(), after.iter().map(key).collect());
    let mut found = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
        let DiffOp::Equal { .. } = op else {
            pair(&before[op.old_range()], &after[op.new_range()], &mut found);
            continue;
        };
    }
    found
}

/// Sets passages of one paragraph against each other; what has no counterpart was removed or added.
fn pair(before: &[Passage], after: &[Passage], found: &mut Vec<ChangedPassage>) {
    let mut left: Vec<&Passage> = before.iter().collect();
    for new in after {
        let counterpart = left.iter().position(|old| old.paragraph == new.paragraph);
        let spans = match counterpart.map(|at| left.remove(at)) {
            Some(old) => words(&old.text, &new.text),
            None => vec![Span { fate: Fate::Added, text: new.text.clone() }],
        };
        found.push(ChangedPassage { paragraph: new.paragraph.clone(), spans });
    }
    found.extend(
        left.into_iter().map(|old| ChangedPassage {
            paragraph: old.paragraph.clone(),
            spans: vec![Span { fate: Fate::Removed, text: old.text.clone() }],
        }),
    );
}

/// Words before and after a change that are quoted with it.
const AROUND: usize = 5;

/// The first change of a text in words, such as `"copied" became "took" in "… someone copied files from …"`; absent without one, and
/// when only blanks and line ends changed.
pub(super) fn in_words(spans: &[Span]) -> Option<String> {
    let changes = spans.iter().enumerate().filter(|(_, span)| span.fate != Fate::Kept);
    let (at, _) = changes.into_iter().find(|(_, span)| !span.text.trim().is_empty())?;
    // What became of a blank may stand between the words before and the change.
    let start = spans[..at].iter().rposition(|span| span.fate == Fate::Kept).map_or(0, |kept| kept + 1);
    let end = spans[at..].iter().position(|span| span.fate == Fate::Kept).map_or(spans.len(), |kept| at + kept);
    let words_of = |fate: Fate| {
        let text: String = spans[start..end].iter().filter(|span| span.fate == fate).map(|span| span.text.as_str()).collect();
        Some(text).filter(|text| !text.trim().is_empty())
    };
    let kept = |index: Option<usize>| index.and_then(|index| spans.get(index)).map(|span| span.text.as_str()).unwrap_or_default();
    let (before, after) = (kept(start.checked_sub(1)), kept(Some(end)));
    let alone = before.trim().is_empty() && after.trim().is_empty();
    let short = |text: &str| shortened(text, 2 * AROUND);
    Some(match (words_of(Fate::Removed), words_of(Fate::Added)) {
        (Some(old), Some(new)) => {
            format!("\"{}\" became \"{}\" in \"{}\"", short(&old), short(&new), context(before, &old, after))
        }
        (Some(old), None) if alone => format!("\"{}\" was taken out", short(&old)),
        (Some(old), None) => format!("\"{}\" was taken out of \"{}\"", short(&old), context(before, &old, after)),
        (None, new) if alone => format!("\"{}\" was put in", short(&new.unwrap_or_default())),
        (None, new) => format!("\"{}\" was put into \"{}\"", short(&new.unwrap_or_default()), context(before, "", after)),
    })
}

/// A few words around a change.
fn context(before: &str, changed: &str, after: &str) -> String {
    let left: Vec<&str> = before.split_whitespace().collect();
    let right: Vec<&str> = after.split_whitespace().collect();
    let start = left.len().saturating_sub(AROUND);
    let end = right.len().min(AROUND);
    let mut words = Vec::new();
    words.extend((start > 0).then_some("…"));
    words.extend(&left[start..]);
    let changed = shortened(changed, 2 * AROUND);
    words.extend(changed.split_whitespace());
    words.extend(&right[..end]);
    words.extend((end < right.len()).then_some("…"));
    words.join(" ")
}

/// So many words of a text on one line.
fn shortened(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= most { words.join(" ") } else { format!("{} …", words[..most].join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Form;

    #[test]
    fn the_changed_word_is_named_with_its_sentence() {
        let told = |before: &str, after: &str| in_words(&words(before, after));
        let before = "Someone used a stolen password to get into those servers and copied files from them.";
        assert_eq!(
            told(before, &before.replace("copied", "took")).unwrap(),
            "\"copied\" became \"took\" in \"… get into those servers and copied files from them.\""
        );
        assert_eq!(told("We are very sorry.", "We are sorry.").unwrap(), "\"very\" was taken out of \"We are very sorry.\"");
        assert_eq!(told("We are sorry.", "We are very sorry.").unwrap(), "\"very\" was put into \"We are sorry.\"");
        assert_eq!(told("", "We are sorry.").unwrap(), "\"We are sorry.\" was put in");
        assert_eq!(told("We are sorry.", "").unwrap(), "\"We are sorry.\" was taken out");
        for (before, after) in [("same", "same"), ("one\ntwo", "one\r\ntwo"), ("one two", "one  two")] {
            assert_eq!(told(before, after), None, "{after:?}");
        }
        assert_eq!(told("one\ntwo three", "one\r\ntwo four").unwrap(), "\"three\" became \"four\" in \"two three\"");
    }

    #[test]
    fn passages_are_set_against_those_of_their_paragraph() {
        let passage = |paragraph: &str, text: &str| Passage { paragraph: paragraph.into(), form: Form::Text, text: text.into() };
        let before = [passage("a", "One."), passage("b", "Two here."), passage("c", "Three.")];
        let after = [passage("a", "One."), passage("b", "Two there."), passage("d", "Four.")];
        let found = changed(&before, &after);
        let names: Vec<&str> = found.iter().map(|changed| changed.paragraph.as_str()).collect();
        assert_eq!(names, ["b", "d", "c"]);
        assert_eq!(found[2].spans, [Span { fate: Fate::Removed, text: "Three.".into() }]);
        assert!(changed(&before, &before).is_empty());
    }
}
