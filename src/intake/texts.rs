//! Many short texts in few bytes: words that come again and again are kept once, the rest stands in runs of bytes.

use hashbrown::HashMap;
use std::fmt;

/// Slots of a record; a record takes no byte for an empty one.
pub(crate) const SLOTS: usize = 48;

/// Bytes of the number of a record's shape: of which slots are filled.
const SHAPE: usize = 2;

/// The number of shapes beyond those that are numbered: which slots are filled follows in eight bytes.
const UNNUMBERED: u16 = u16::MAX;

/// Most words that are kept once for each slot: what a code of two bytes can name.
const MOST_WORDS: usize = ((LONG - WORD) as usize) << 8;

/// From so many words on, a slot whose words seldom come again is kept without a word list.
const ENOUGH_TO_TELL: usize = 4096;

/// Words come seldom again when fewer than one in so many did. The birth dates of a list are some 36,000: of its first 4,096 one in
/// sixteen has come before, of record ids none.
const SELDOM: usize = 32;

/// First byte of a code: below it, the length of the text that follows.
const WORD: u8 = 0x80;

/// First byte of a code: the length of the text follows in four bytes.
const LONG: u8 = 0xff;

/// Bytes of a run: one that grows for ever would be copied again and again, and be held twice while it is copied.
const RUN: usize = 1 << RUN_BITS;

/// Bits of [`At`] that say where in its run a record begins.
const RUN_BITS: u32 = 18;

/// Where a record stands.
pub(crate) type At = u64;

/// Records of short texts by slot. Its `Debug` shows none of them.
#[derive(Clone, Default)]
pub(crate) struct Texts {
    /// Records one behind the other, none across the end of a run; only a longer record makes a run longer than [`RUN`].
    runs: Vec<Vec<u8>>,
    /// The record that is added.
    record: Vec<u8>,
    words: Vec<Words>,
    /// Which slots are filled, one bit each, by number.
    shapes: Vec<u64>,
    shape_numbers: HashMap<u64, u16>,
}

/// The words of one slot that come more than once.
#[derive(Clone, Default)]
struct Words {
    known: Vec<Box<str>>,
    /// Number of each word; empty once nothing is added any more.
    numbers: HashMap<Box<str>, u16>,
    found: usize,
    closed: bool,
}

impl Words {
    /// The number of a word that is kept once; `None` when it is to stand in its record.
    fn number(&mut self, word: &str) -> Option<u16> {
        if self.closed {
            return None;
        }
        if let Some(number) = self.numbers.get(word) {
            self.found += 1;
            return Some(*number);
        }
        let count = self.known.len();
        if count >= ENOUGH_TO_TELL && count.is_power_of_two() && self.found < count / SELDOM {
            self.close();
            return None;
        }
        if count >= MOST_WORDS {
            return None;
        }
        let number = u16::try_from(count).ok()?;
        self.known.push(word.into());
        self.numbers.insert(word.into(), number);
        Some(number)
    }

    fn close(&mut self) {
        self.closed = true;
        self.numbers = HashMap::new();
        self.known.shrink_to_fit();
    }
}

impl Texts {
    /// Adds a record: its texts by slot, of which there are at most [`SLOTS`].
    pub(crate) fn push(&mut self, texts: &[&str]) -> At {
        self.words.resize_with(self.words.len().max(texts.len()), Words::default);
        let filled = |mask: u64, (slot, text): (usize, &&str)| if text.is_empty() { mask } else { mask | 1 << slot };
        let mask = texts.iter().enumerate().fold(0, filled);
        let shape = self.shape_number(mask);
        let mut record = std::mem::take(&mut self.record);
        record.extend_from_slice(&shape.to_le_bytes());
        if shape == UNNUMBERED {
            record.extend_from_slice(&mask.to_le_bytes());
        }
        for (slot, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            match (self.words[slot].number(text), u8::try_from(text.len())) {
                (Some(number), _) => record.extend_from_slice(&[WORD | (number >> 8) as u8, number as u8]),
                (None, Ok(length)) if length < WORD => {
                    record.push(length);
                    record.extend_from_slice(text.as_bytes());
                }
                (None, _) => {
                    record.push(LONG);
                    record.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    record.extend_from_slice(text.as_bytes());
                }
            }
        }
        let at = self.place(&record);
        record.clear();
        self.record = record;
        at
    }

    /// Puts a record behind those before it.
    fn place(&mut self, record: &[u8]) -> At {
        let has_room = |run: &Vec<u8>| run.len() + record.len() <= RUN;
        if !self.runs.last().is_some_and(has_room) {
            self.runs.push(Vec::with_capacity(RUN.max(record.len())));
        }
        let number = self.runs.len() - 1;
        let run = &mut self.runs[number];
        let at = (number << RUN_BITS | run.len()) as At;
        run.extend_from_slice(record);
        at
    }

    /// What stands from a place to the end of its run.
    fn rest_of_run(&self, at: At) -> &[u8] {
        let start = at as usize % RUN;
        self.runs.get((at >> RUN_BITS) as usize).and_then(|run| run.get(start..)).unwrap_or_default()
    }

    /// The text in a slot of a record; empty when there is none.
    pub(crate) fn get(&self, at: At, slot: usize) -> &str {
        let Some((shape, mut rest)) = self.rest_of_run(at).split_first_chunk::<SHAPE>() else { return "" };
        let shape = u16::from_le_bytes(*shape);
        let mut mask = self.shapes.get(usize::from(shape)).copied().unwrap_or_default();
        if shape == UNNUMBERED {
            let Some((unnumbered, after)) = rest.split_first_chunk() else { return "" };
            (mask, rest) = (u64::from_le_bytes(*unnumbered), after);
        }
        if mask & 1 << slot == 0 {
            return "";
        }
        for _ in 0..(mask & ((1 << slot) - 1)).count_ones() {
            rest = match rest {
                [length, ..] if *length < WORD => rest.get(usize::from(*length) + 1..).unwrap_or_default(),
                [first, ..] if *first != LONG => rest.get(2..).unwrap_or_default(),
                _ => Code::of(rest).rest,
            };
        }
        match Code::of(rest).text {
            Text::Here(bytes) => str::from_utf8(bytes).unwrap_or_default(),
            Text::Word(number) => self.words.get(slot).and_then(|words| words.known.get(usize::from(number))).map_or("", |word| word),
        }
    }

    fn shape_number(&mut self, mask: u64) -> u16 {
        if let Some(number) = self.shape_numbers.get(&mask) {
            return *number;
        }
        let number = u16::try_from(self.shapes.len()).unwrap_or(UNNUMBERED);
        if number != UNNUMBERED {
            self.shapes.push(mask);
            self.shape_numbers.insert(mask, number);
        }
        number
    }

    /// Lets go of what is only needed to add records: those added later share no words with these.
    pub(crate) fn finish(&mut self) {
        self.words.iter_mut().for_each(Words::close);
        self.runs.shrink_to_fit();
        self.record = Vec::new();
        if let Some(last) = self.runs.last_mut() {
            last.shrink_to_fit();
        }
    }
}

/// A text in a record, and what follows it.
struct Code<'a> {
    text: Text<'a>,
    rest: &'a [u8],
}

enum Text<'a> {
    Here(&'a [u8]),
    Word(u16),
}

impl<'a> Code<'a> {
    fn of(bytes: &'a [u8]) -> Code<'a> {
        let here = |(text, rest)| Code { text: Text::Here(text), rest };
        let none = Code { text: Text::Here(&[]), rest: &[] };
        match bytes {
            [LONG, one, two, three, four, rest @ ..] => {
                let length = u32::from_le_bytes([*one, *two, *three, *four]);
                rest.split_at_checked(length as usize).map_or(none, here)
            }
            [first, second, rest @ ..] if *first >= WORD => {
                Code { text: Text::Word(u16::from(*first & !WORD) << 8 | u16::from(*second)), rest }
            }
            [length, rest @ ..] => rest.split_at_checked(usize::from(*length)).map_or(none, here),
            [] => none,
        }
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn debug_shows_nothing() {
        let mut texts = Texts::default();
        texts.push(&["Ada"]);
        assert_eq!(format!("{texts:?}"), "[private]");
    }

    #[test]
    fn words_that_come_again_take_two_bytes_and_others_their_own_length() {
        let mut texts = Texts::default();
        for number in 0..5000 {
            texts.push(&["Boston", &format!("person {number:05}")]);
        }
        let each = SHAPE + 2 + 1 + "person 00000".len();
        let length: usize = texts.runs.iter().map(Vec::len).sum();
        assert!(length < 5000 * each, "{length}");
        assert_eq!((texts.words[0].known.len(), texts.words[1].known.len()), (1, ENOUGH_TO_TELL));
    }

    #[test]
    fn more_shapes_than_have_numbers_are_kept_too() {
        let mut texts = Texts::default();
        let record = |number: u32| -> Vec<&str> { (0..17).map(|slot| if number & 1 << slot == 0 { "" } else { "x" }).collect() };
        let at: Vec<At> = (0..70_000).map(|number| texts.push(&record(number))).collect();
        for number in [0, 1, 65_534, 65_535, 65_536, 69_999] {
            let back: Vec<&str> = (0..17).map(|slot| texts.get(at[number as usize], slot)).collect();
            assert_eq!(back, record(number), "{number}");
        }
    }

    #[test]
    fn a_run_ends_before_the_record_that_does_not_fit_and_a_longer_one_has_its_own() {
        let mut texts = Texts::default();
        texts.push(&[""]);
        texts.finish();
        let lengths = [RUN / 3, RUN / 3, RUN / 3, 3 * RUN, RUN / 3, RUN - 17, 7];
        let records: Vec<String> = lengths.iter().map(|length| "s".repeat(*length)).collect();
        let at: Vec<At> = records.iter().map(|text| texts.push(&[text])).collect();
        assert_eq!(at.iter().map(|at| at >> RUN_BITS).collect::<Vec<_>>(), [0, 0, 1, 2, 3, 4, 4]);
        assert!(records.iter().zip(&at).all(|(text, at)| texts.get(*at, 0) == text));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(records in prop::collection::vec(prop::collection::vec("[a-cé]{0,3}|[x]{120,140}|[y]{300}", 0..SLOTS), 1..6), early in 0_usize..6) {
            let mut texts = Texts::default();
            let mut at = Vec::new();
            for (number, record) in records.iter().enumerate() {
                if number == early {
                    texts.finish();
                }
                at.push(texts.push(&record.iter().map(String::as_str).collect::<Vec<_>>()));
            }
            for (record, at) in records.iter().zip(at) {
                for slot in 0..SLOTS {
                    prop_assert_eq!(texts.get(at, slot), record.get(slot).map_or("", String::as_str));
                }
            }
        }
    }
}
