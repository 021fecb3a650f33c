//! What became of the letters since somebody looked at them, in words.

use crate::review::changed;
use crate::review::compare::in_words;
use crate::review::preview::{Preview, ProofText};
use jiff::Timestamp;
use std::sync::Arc;

/// What was shown once.
pub(super) struct Version {
    /// Digest of everything that a seal would bind.
    pub(super) digest: String,
    since: Timestamp,
    texts: Arc<[ProofText]>,
}

impl Version {
    pub(super) fn of(preview: &Preview, since: Timestamp) -> Version {
        Version { digest: preview.version.clone(), since, texts: preview.texts.clone().into() }
    }
}

/// What changed since a version was shown: `the letter changed at 14:03 UTC: page 2, first paragraph …`.
pub(super) fn since(versions: &[Version], seen: &str) -> String {
    let Some(at) = versions.iter().rposition(|version| version.digest == seen) else {
        return "the page is of an earlier run of the server, or too old to tell what changed since".to_owned();
    };
    let (Some(next), Some(last)) = (versions.get(at + 1), versions.last()) else { return "nothing changed".to_owned() };
    let when = next.since.strftime("%H:%M UTC");
    match first_change(&versions[at].texts, &last.texts) {
        Some(place) => format!("the letter changed at {when}: {place}"),
        None => format!("a sealed file changed at {when}; no wording reads otherwise"),
    }
}

/// The first passage that reads otherwise: wording, page, place on the page, and the words.
fn first_change(before: &[ProofText], after: &[ProofText]) -> Option<String> {
    if before.len() != after.len() {
        return Some(format!("there are {} wordings, and there were {}", after.len(), before.len()));
    }
    let (number, old, new) =
        before.iter().zip(after).enumerate().find_map(|(index, (old, new))| (old != new).then_some((index + 1, old, new)))?;
    let change = changed(&old.passages, &new.passages).into_iter().next();
    let Some(change) = change else { return Some(format!("the pages of wording {number} are broken otherwise")) };
    let on_page = |text: &ProofText| {
        text.pages.iter().enumerate().find_map(|(page, ids)| Some((page + 1, ids.iter().position(|id| **id == *change.paragraph)? + 1)))
    };
    let place = match on_page(new).or_else(|| on_page(old)) {
        Some((page, paragraph)) => format!("page {page}, {} paragraph", ordinal(paragraph)),
        None => "what stands around the text".to_owned(),
    };
    let words = in_words(&change.spans).map(|words| format!(": {words}")).unwrap_or_default();
    Some(format!("{place} of wording {number} (`{}`){words}", change.paragraph))
}

/// `first`, `second`, … `11th`.
fn ordinal(number: usize) -> String {
    const WORDS: [&str; 10] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let ending = match (number % 10, number % 100) {
        (1, hundred) if hundred != 11 => "st",
        (2, hundred) if hundred != 12 => "nd",
        (3, hundred) if hundred != 13 => "rd",
        _ => "th",
    };
    WORDS.get(number.wrapping_sub(1)).map_or_else(|| format!("{number}{ending}"), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{Form, Passage};

    fn version(digest: &str, at: &str, texts: &[&str]) -> Version {
        let passage = |(index, text): (usize, &&str)| Passage { paragraph: format!("p{index}"), form: Form::Text, text: (*text).into() };
        let passages: Vec<Passage> = texts.iter().enumerate().map(passage).collect();
        let ids = |range: std::ops::Range<usize>| range.map(|index| format!("p{index}").into()).collect::<Vec<Arc<str>>>();
        let text = ProofText { passages, pages: vec![ids(0..1), ids(1..texts.len())] };
        Version { digest: digest.into(), since: format!("2026-11-28T{at}:00Z").parse().unwrap(), texts: [text].into() }
    }

    #[test]
    fn the_first_change_is_told_with_its_time_and_place() {
        let versions = [
            version("a", "13:00", &["One.", "It is free.", "Three."]),
            version("b", "14:03", &["One.", "It is gratis.", "Three."]),
            version("c", "14:09", &["One.", "It is gratis.", "Four."]),
        ];
        assert_eq!(
            since(&versions, "a"),
            "the letter changed at 14:03 UTC: page 2, first paragraph of wording 1 (`p1`): \"free.\" became \"gratis.\" in \"It is free.\""
        );
        assert!(since(&versions, "b").starts_with("the letter changed at 14:09 UTC: page 2, second paragraph"));
        assert!(since(&versions, "x").contains("earlier run"));
        assert_eq!(since(&versions, "c"), "nothing changed");
        assert_eq!([1, 10, 11, 12, 21, 22, 103].map(ordinal).join(" "), "first tenth 11th 12th 21st 22nd 103rd");
    }
}
