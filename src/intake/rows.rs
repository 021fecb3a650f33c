//! Rows, a hundred-odd bytes each: what tells one from another, and its values packed.

use super::texts::{At, SLOTS, Texts};
use super::{Elements, Field};
use crate::privacy::Private;
use hashbrown::DefaultHashBuilder;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

const _: () = assert!(Field::ALL.len() <= SLOTS, "a row has a slot for each field");

/// One row of a list. Values are trimmed, whitespace collapsed, invisible characters removed, NFC as typed; dates are year-month-day
/// when the form of their column could be told.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Index into [`crate::incident::Incident::lists`].
    pub list: u16,
    /// 1-based line in the file where the row starts.
    pub line: u64,
    /// SHA-256 of the raw row bytes as read (after decoding), for proof.
    pub digest: &'a [u8; 32],
    /// The types of information involved for this row.
    pub elements: Elements,
    binding: u32,
    at: At,
    texts: Private<&'a Texts>,
    binder: &'a DefaultHashBuilder,
}

impl<'a> Row<'a> {
    /// The value of a field; empty when the row has none. The column `elements` is in [`Row::elements`].
    pub fn get(&self, field: Field) -> &'a str {
        self.texts.reveal().get(self.at, field as usize)
    }

    /// Whether values and elements are still those that were read with this digest: nothing changed or swapped them since.
    pub fn is_intact(&self) -> bool {
        let texts = self.texts.reveal();
        self.binding
            == binding(
                self.binder,
                self.list,
                self.line,
                self.digest,
                self.elements,
                (0..Field::ALL.len()).map(|slot| texts.get(self.at, slot)),
            )
    }
}

/// Binds values and elements to the digest of the row that they were read from.
fn binding<'t>(
    binder: &DefaultHashBuilder,
    list: u16,
    line: u64,
    digest: &[u8; 32],
    elements: Elements,
    texts: impl Iterator<Item = &'t str>,
) -> u32 {
    let mut hasher = binder.build_hasher();
    (list, line, digest, elements).hash(&mut hasher);
    texts.for_each(|text| text.hash(&mut hasher));
    hasher.finish() as u32
}

/// All rows, in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    entries: Vec<Entry>,
    texts: Private<Texts>,
    /// Of this run of the program alone: nothing it gives is written anywhere.
    binder: DefaultHashBuilder,
}

/// What is kept of a row beside its values. There are a million of them: a new field is weighed below.
#[derive(Debug, Clone)]
struct Entry {
    digest: [u8; 32],
    list: u16,
    at: ShortAt,
    line: u32,
    elements: Elements,
    /// See [`Row::is_intact`].
    binding: u32,
}

const _: () = assert!(size_of::<Entry>() == 52, "a row takes 52 bytes beside its values");

/// [`At`] in six bytes: values of more than 256 TB do not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ShortAt([u16; 3]);

impl ShortAt {
    fn of(at: At) -> ShortAt {
        ShortAt([(at >> 32) as u16, (at >> 16) as u16, at as u16])
    }

    fn at(self) -> At {
        self.0.into_iter().fold(0, |at, part| at << 16 | At::from(part))
    }
}

impl Rows {
    /// Adds a row by its values; of two for one field the first counts.
    pub fn push(&mut self, list: u16, line: u64, digest: [u8; 32], elements: Elements, values: &[(Field, impl AsRef<str>)]) {
        let mut texts = [""; Field::ALL.len()];
        for (field, value) in values {
            let text = &mut texts[*field as usize];
            if text.is_empty() && *field != Field::Elements {
                *text = value.as_ref();
            }
        }
        let at = self.texts.reveal_mut().push(&texts);
        // More lines than this do not fit into the rows that an index can tell apart.
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let binding = binding(&self.binder, list, u64::from(line), &digest, elements, texts.iter().copied());
        self.entries.push(Entry { digest, list, at: ShortAt::of(at), line, elements, binding });
    }

    /// Makes room for so many more: what grows by itself is held twice while it grows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.entries.reserve_exact(rows);
    }

    /// Forgets the rows behind the first so many. Their values stay in memory: that happens seldom.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.entries.truncate(rows);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The row at a place below [`Rows::len`].
    pub fn get(&self, place: usize) -> Row<'_> {
        self.view(&self.entries[place])
    }

    /// Every row in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.entries.iter().map(|entry| self.view(entry))
    }

    fn view<'a>(&'a self, entry: &'a Entry) -> Row<'a> {
        let Entry { digest, list, at, line, elements, binding } = entry;
        let texts = Private::new(self.texts.reveal());
        let (list, line, at) = (*list, u64::from(*line), at.at());
        Row { list, line, digest, elements: *elements, binding: *binding, at, texts, binder: &self.binder }
    }

    /// The place of the row of a list that starts on a line; rows stand in list order, then line order.
    pub(super) fn find(&self, (list, line): (u16, u64)) -> Option<usize> {
        self.entries.binary_search_by_key(&(list, line), |entry| (entry.list, u64::from(entry.line))).ok()
    }

    /// Takes out the rows whose place is marked.
    pub(super) fn remove(&mut self, left_out: &[bool]) {
        let mut out = left_out.iter();
        self.entries.retain(|_| !out.next().is_some_and(|out| *out));
    }

    /// Lets go of what is only needed to add rows.
    pub(super) fn finish(&mut self) {
        self.texts.reveal_mut().finish();
        self.entries.shrink_to_fit();
    }
}

#[cfg(test)]
impl Rows {
    /// Swaps the values of two rows, but not where they were read.
    pub(crate) fn swap_values(&mut self, one: usize, other: usize) {
        let at = self.entries[one].at;
        self.entries[one].at = std::mem::replace(&mut self.entries[other].at, at);
    }

    /// Swaps two rows whole.
    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        self.entries.swap(one, other);
    }

    /// A single row of the first list.
    pub(crate) fn of_one(values: &[(Field, &str)]) -> Rows {
        let mut rows = Rows::default();
        rows.push(0, 2, [0; 32], Elements::default(), values);
        rows
    }
}
