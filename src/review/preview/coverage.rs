//! Which variant carries which paragraph.

use crate::incident::Language;
use crate::review::{Wording, language_in_words};
use serde::Serialize;
use std::sync::Arc;

/// The paragraphs of one language against its variants.
#[derive(Debug, Clone, Serialize)]
pub struct Coverage {
    /// The language in words.
    pub language: &'static str,
    /// Number and name of the role of each variant, as the columns stand.
    pub columns: Vec<Column>,
    /// In print order.
    pub rows: Vec<Row>,
}

/// A variant.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// Its number.
    pub number: usize,
    /// Folder of its page.
    pub folder: String,
}

/// A paragraph.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its id.
    pub paragraph: String,
    /// Notices that have it.
    pub notices: u64,
    /// Whether each variant has it, as the columns stand.
    pub carried: Vec<bool>,
}

pub(super) fn coverages(wordings: &[Wording]) -> Vec<Coverage> {
    Language::ALL.into_iter().filter_map(|language| coverage(language, wordings)).collect()
}

fn coverage(language: Language, wordings: &[Wording]) -> Option<Coverage> {
    let of_language: Vec<&Wording> = wordings.iter().filter(|wording| wording.variant().language == language).collect();
    of_language.first()?;
    let carries = |wording: &Wording, paragraph: &Arc<str>| wording.variant().paragraphs.contains(paragraph);
    let rows = in_print_order(&of_language).into_iter().map(|paragraph| Row {
        notices: of_language.iter().filter(|wording| carries(wording, &paragraph)).map(|wording| wording.ways.all()).sum(),
        carried: of_language.iter().map(|wording| carries(wording, &paragraph)).collect(),
        paragraph: paragraph.to_string(),
    });
    let columns = of_language.iter().map(|wording| Column { number: wording.number, folder: super::wording::folder(wording.number) });
    Some(Coverage { language: language_in_words(language), columns: columns.collect(), rows: rows.collect() })
}

/// The paragraphs of several letters in one order that keeps each letter's own.
fn in_print_order(wordings: &[&Wording]) -> Vec<Arc<str>> {
    let mut order: Vec<Arc<str>> = Vec::new();
    for wording in wordings {
        let mut after = 0;
        for paragraph in wording.variant().paragraphs.iter() {
            match order.iter().position(|known| known == paragraph) {
                Some(at) => after = at + 1,
                None => {
                    order.insert(after, Arc::clone(paragraph));
                    after += 1;
                }
            }
        }
    }
    order
}
