//! One table of a TOML file: asks for values by key, checks each, and refuses the keys that nobody asked for.

use super::nearest::suggestion;
use super::toml_file::{TomlFile, is_direction_control};
use crate::error::{Place, Sentence};
use jiff::civil::Date;
use std::cell::RefCell;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One table of the file.
pub(crate) struct Section<'f, 't> {
    file: &'f TomlFile<'t>,
    path: String,
    place: Place,
    table: &'f DeTable<'t>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'f, 't> Section<'f, 't> {
    /// A table that begins at a place; `path` is its full name, empty for the whole file.
    pub(crate) fn new(file: &'f TomlFile<'t>, path: String, place: Place, table: &'f DeTable<'t>) -> Self {
        Section { file, path, place, table, asked: RefCell::default() }
    }

    /// Where the table begins.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The full name of a key of this table.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A value that must be there, read by one of the other functions.
    pub(crate) fn required<T>(&self, key: &'static str, read: impl Fn(&Self, &'static str) -> Option<T>) -> Option<T> {
        let value = read(self, key);
        if value.is_none() {
            match self.table.get(key).map(Spanned::get_ref) {
                None => {
                    let kind = if self.path.is_empty() { "table" } else { "key" };
                    let hint = format!("add `{key}`; the manual tells what belongs there");
                    self.file.refuse("missing-key", self.place.clone(), format!("the {kind} `{}` is missing", self.path(key)), hint);
                }
                Some(DeValue::String(text)) if text.trim().is_empty() => {
                    self.refuse(key, "empty-value", format!("`{}` is empty", self.path(key)), "fill it in");
                }
                Some(_) => {}
            }
        }
        value
    }

    /// Text on one line, trimmed; `None` when absent or empty.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        let text = self.string(key)?;
        self.note(key);
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || is_direction_control(c)) {
            let hint = "write it on one line, without tabs or hidden characters";
            self.refuse(key, "control-character", format!("`{}` holds a line break or another control character", self.path(key)), hint);
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Markdown over any number of lines; `None` when absent or empty.
    pub(crate) fn prose(&self, key: &'static str) -> Option<String> {
        let text = self.string(key)?;
        self.note(key);
        let text = text.replace("\r\n", "\n");
        if text.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || is_direction_control(c)) {
            let hint = "retype the text around it; hidden characters often come in with text copied from a PDF";
            self.refuse(key, "control-character", format!("`{}` holds a hidden control character", self.path(key)), hint);
            return None;
        }
        if text.contains(char::REPLACEMENT_CHARACTER) {
            let reason = format!("`{}` holds a character that was lost in an earlier conversion", self.path(key));
            self.refuse(key, "lost-character", reason, "write it again: it would stand in every letter");
            return None;
        }
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A day: a TOML date or the text `YYYY-MM-DD`.
    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        let date = match self.value(key)?.get_ref() {
            DeValue::Datetime(toml::value::Datetime { date: Some(day), time: None, offset: None }) => {
                Date::new(i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
            }
            DeValue::Datetime(_) => {
                self.refuse(key, "wrong-type", format!("`{}` must be a day without a time", self.path(key)), "write YYYY-MM-DD only");
                return None;
            }
            DeValue::String(text) => iso_day(text.trim()),
            other => {
                self.wrong_type(key, "a date, YYYY-MM-DD", other);
                return None;
            }
        };
        let plausible = date.filter(|date| (1990..2100).contains(&date.year()));
        match plausible {
            Some(_) => self.note(key),
            None => {
                let hint = "write a day of the calendar as YYYY-MM-DD";
                self.refuse(key, "impossible-date", format!("`{}` is no possible date", self.path(key)), hint);
            }
        }
        plausible
    }

    /// One of several words.
    pub(crate) fn choice<T: Copy>(&self, key: &'static str, allowed: &[(&'static str, T)]) -> Option<T> {
        let written = self.text(key)?;
        if let Some((_, meaning)) = allowed.iter().find(|(word, _)| *word == written) {
            return Some(*meaning);
        }
        let words: Vec<&str> = allowed.iter().map(|(word, _)| *word).collect();
        let reason =
            format!("`{}` may be {}", self.path(key), words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "));
        self.refuse(key, "unknown-choice", reason, suggestion(&written, words));
        None
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        match self.value(key)?.get_ref() {
            DeValue::Boolean(flag) => {
                self.note(key);
                Some(*flag)
            }
            other => {
                self.wrong_type(key, "true or false, without quotes", other);
                None
            }
        }
    }

    /// A whole number within bounds.
    pub(crate) fn whole_number(&self, key: &'static str, bounds: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let value = self.value(key)?.get_ref();
        let DeValue::Integer(number) = value else {
            self.wrong_type(key, "a whole number, without quotes", value);
            return None;
        };
        let number = u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| bounds.contains(number));
        match number {
            Some(_) => self.note(key),
            None => {
                let reason = format!("`{}` must lie between {} and {}", self.path(key), bounds.start(), bounds.end());
                self.refuse(key, "out-of-range", reason, "correct the number");
            }
        }
        number
    }

    /// An array of one-line texts.
    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let value = self.value(key)?.get_ref();
        let DeValue::Array(array) = value else {
            self.wrong_type(key, "a list of texts, [\"…\", \"…\"]", value);
            return None;
        };
        let mut texts = Vec::new();
        for item in array {
            match item.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() && !text.chars().any(|c| c.is_control() || is_direction_control(c)) => {
                    texts.push(text.trim().to_owned());
                }
                DeValue::String(_) => {
                    let reason = format!("`{}` holds an empty text or a control character", self.path(key));
                    self.file.refuse("control-character", self.file.place_at(item.span().start), reason, "correct or remove this entry");
                    return None;
                }
                other => {
                    self.wrong_type(key, "a list of texts, [\"…\", \"…\"]", other);
                    return None;
                }
            }
        }
        self.note(key);
        Some(texts)
    }

    /// A table of texts with keys of the user's choice, in the order of the file.
    pub(crate) fn pairs(&self, key: &'static str) -> Option<Vec<(String, String)>> {
        let value = self.value(key)?.get_ref();
        let DeValue::Table(table) = value else {
            self.wrong_type(key, "a table, { ours = \"theirs\" }", value);
            return None;
        };
        let mut pairs: Vec<(usize, String, String)> = Vec::new();
        for (name, value) in table {
            match value.get_ref() {
                DeValue::String(text) => pairs.push((name.span().start, name.get_ref().to_string(), text.trim().to_owned())),
                other => {
                    self.wrong_type(key, "a table of texts, { ours = \"theirs\" }", other);
                    return None;
                }
            }
        }
        pairs.sort();
        self.note(key);
        Some(pairs.into_iter().map(|(_, ours, theirs)| (ours, theirs)).collect())
    }

    /// A table inside this one.
    pub(crate) fn table(&self, key: &'static str) -> Option<Section<'f, 't>> {
        let value = self.value(key)?.get_ref();
        let DeValue::Table(table) = value else {
            self.wrong_type(key, &format!("a table: write [{}]", self.path(key)), value);
            return None;
        };
        Some(Section::new(self.file, self.path(key), self.place_of(key), table))
    }

    /// The tables of an array of tables, `[[key]]`, in file order; none when absent.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Section<'f, 't>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, &format!("tables: write [[{}]] with two brackets", self.path(key)), value.get_ref());
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in array.iter().enumerate() {
            let DeValue::Table(table) = item.get_ref() else {
                self.wrong_type(key, &format!("tables: write [[{}]] with two brackets", self.path(key)), item.get_ref());
                continue;
            };
            let path = format!("{}[{index}]", self.path(key));
            let place = self.file.place_at(item.span().start);
            sections.push(Section::new(self.file, path, place, table));
        }
        sections
    }

    /// Refuses every key that nobody asked for. To be called once, after the last key was read.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(&key.get_ref().as_ref())) {
            let place = self.file.place_at(key.span().start);
            let reason = format!("`{}` is not a known key", self.path(key.get_ref()));
            self.file.refuse("unknown-key", place, reason, suggestion(key.get_ref(), asked.iter().copied()));
        }
    }

    /// Refuses a value of this table.
    pub(crate) fn refuse(&self, key: &str, code: &'static str, reason: impl Into<Sentence>, hint: impl Into<Sentence>) {
        self.file.refuse(code, self.place_of(key), reason, hint);
    }

    /// Warns about a value of this table.
    pub(crate) fn warn(&self, key: &str, code: &'static str, reason: impl Into<Sentence>, hint: impl Into<Sentence>) {
        self.file.warn(code, self.place_of(key), reason, hint);
    }

    /// Whether the table has the key at all.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the file gave a value, well read, at a full path.
    pub(crate) fn says(&self, path: &str) -> bool {
        self.file.read_at(path).is_some()
    }

    fn value(&self, key: &'static str) -> Option<&'f Spanned<DeValue<'t>>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.table.get(key)
    }

    fn string(&self, key: &'static str) -> Option<&'f str> {
        match self.value(key)?.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            other => {
                self.wrong_type(key, "text in \"quotes\"", other);
                None
            }
        }
    }

    fn wrong_type(&self, key: &str, wanted: &str, found: &DeValue<'_>) {
        let found = match found {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(key, "wrong-type", format!("`{}` must be {wanted}, not {found}", self.path(key)), format!("write {wanted}"));
    }

    fn note(&self, key: &str) {
        self.file.note(self.path(key), self.place_of(key));
    }

    fn place_of(&self, key: &str) -> Place {
        match self.table.get_key_value(key) {
            Some((key, _)) => self.file.place_at(key.span().start),
            None => self.place.clone(),
        }
    }
}

/// Strictly `YYYY-MM-DD`.
fn iso_day(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    shape.then(|| text.parse().ok()).flatten()
}
