//! Which slots a wording prints, and what fills each for a provider: what differs between letters of one variant.

use super::check::{Markers, part_of};
use super::markdown::{self, Origin};
use super::slots::Slots;
use super::sources::Sources;
use super::tags;
use crate::incident::Language;
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::Value;

/// Slots printed in each paragraph of a language, by the paragraph's id, in the order of the template.
pub(super) struct SlotSheet {
    printed: BTreeMap<Arc<str>, Vec<String>>,
}

impl SlotSheet {
    /// Reads the templates of a language, which were checked before.
    pub(super) fn read(language: Language, sources: &Sources) -> SlotSheet {
        let mut printed: BTreeMap<Arc<str>, Vec<String>> = BTreeMap::new();
        for (_, source) in sources.of(language) {
            let bare = tags::bare(source);
            let Ok(reading) = markdown::read(&bare.text, Origin::Template, &Markers::new()) else { continue };
            let markers: Vec<(usize, Arc<str>)> =
                reading.markers.into_iter().map(|marker| (bare.source_offset(marker.offset), marker.id)).collect();
            for (slot, offset) in tags::outputs(source) {
                let before = markers.partition_point(|(at, _)| *at <= offset);
                let Some((_, paragraph)) = before.checked_sub(1).and_then(|index| markers.get(index)) else { continue };
                let slots = printed.entry(Arc::clone(paragraph)).or_default();
                if !slots.contains(&slot) {
                    slots.push(slot);
                }
            }
        }
        SlotSheet { printed }
    }

    /// The slots that some paragraphs print, in print order, each once.
    pub(super) fn of(&self, paragraphs: &[Arc<str>]) -> Vec<&str> {
        let mut slots: Vec<&str> = Vec::new();
        for slot in paragraphs.iter().filter_map(|paragraph| self.printed.get(paragraph)).flatten() {
            if !slots.contains(&slot.as_str()) {
                slots.push(slot);
            }
        }
        slots
    }
}

/// The value of a slot in words; of a list, its items. Absent when the slots do not hold it: it is each person's own.
pub(super) fn value(slots: &Slots, slot: &str) -> Option<String> {
    let mut parts = slot.split('.');
    let mut found: Vec<&Value> = vec![slots.get(parts.next()?)?];
    for part in parts {
        found = found.into_iter().flat_map(items).filter_map(|value| part_of(value, part)).collect();
    }
    let texts = found.into_iter().flat_map(items).map(ToString::to_string).filter(|text| !text.is_empty());
    Some(texts.collect::<Vec<_>>().join("; "))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().unwrap_or(std::slice::from_ref(value))
}
