//! What to know of each kind of notice, as data.

use crate::compose::NoticeKind;
use crate::error::{Error, Result};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

const KNOWN: &str = include_str!("notices.toml");

/// By id of the kind.
pub(super) struct Known(BTreeMap<String, Entry>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    know: Vec<String>,
}

impl Known {
    /// What comes with the program.
    ///
    /// # Errors
    /// A bug of ours when it cannot be read.
    pub(super) fn built_in() -> Result<Known> {
        toml::from_str(KNOWN).map(Known).map_err(|error| Error::bug(format!("notices.toml: {error}")))
    }

    /// Title and what to know of a notice.
    pub(super) fn of(&self, kind: NoticeKind, state: &str, from: Date, until: Date) -> (String, Vec<String>) {
        let fill = |text: &str| {
            let text = text.replace("{state}", state);
            text.replace("{from}", &from.to_string()).replace("{until}", &until.to_string())
        };
        let entry = self.0.get(kind.id());
        entry.map(|entry| (fill(&entry.title), entry.know.iter().map(|line| fill(line)).collect())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_and_no_other() {
        let known = Known::built_in().unwrap();
        let mut ids = NoticeKind::ALL.map(|kind| kind.id().to_owned()).to_vec();
        ids.sort();
        assert_eq!(known.0.keys().cloned().collect::<Vec<_>>(), ids);
        assert!(known.0.values().all(|entry| !entry.know.is_empty()));
    }
}
