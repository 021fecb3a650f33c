//! The questions of a form as data.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A form that a regulator has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Where it is filled in.
    pub(in crate::report) address: String,
    /// What a person has to know before it is filled in; absent when there is nothing.
    pub(in crate::report) note: Option<String>,
    pub(super) screens: Vec<Screen>,
}

/// What one screen asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Screen {
    pub(super) title: String,
    pub(super) questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(in crate::report) id: String,
    pub(super) label: String,
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) required: bool,
    /// Characters that the portal takes; absent when none is known.
    pub(super) limit: Option<usize>,
    /// The pick-list; empty for what is typed.
    #[serde(default)]
    pub(super) options: Vec<String>,
    /// Our ids -> the option that each is.
    #[serde(default)]
    pub(in crate::report) answers: BTreeMap<String, String>,
    /// Asked only then.
    pub(super) when: Option<When>,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// One of the options.
    One,
    /// One or more of the options.
    Several,
}

/// The answer to an earlier question on which this one hangs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub(super) question: String,
    /// It has this option.
    pub(super) option: Option<String>,
    /// It has not this option.
    pub(super) not: Option<String>,
}

impl Form {
    /// Reads a form that is built in; `name` is its file's.
    ///
    /// # Errors
    /// A bug of ours when the data cannot be read.
    pub(in crate::report) fn built_in(name: &str, text: &str) -> Result<Form> {
        toml::from_str(text).map_err(|error| Error::bug(format!("{name} cannot be read: {}", error.message())))
    }

    /// A question by its id.
    pub(crate) fn question(&self, id: &str) -> Option<&Question> {
        self.screens.iter().flat_map(|screen| &screen.questions).find(|question| question.id == id)
    }
}

impl Question {
    /// Our ids that it knows.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.answers.keys().map(String::as_str)
    }
}

/// For tests: that a form's own parts fit together.
#[cfg(test)]
pub(in crate::report) fn assert_sound(form: &Form) {
    for question in form.screens.iter().flat_map(|screen| &screen.questions) {
        let choice = matches!(question.kind, Kind::One | Kind::Several);
        assert_eq!(choice, !question.options.is_empty(), "{}", question.id);
        assert!(question.answers.values().all(|option| question.options.contains(option)), "{}", question.id);
        let Some(When { question: other, option, not }) = &question.when else { continue };
        let other = form.question(other).unwrap();
        assert!(option.iter().chain(not).all(|option| other.options.contains(option)), "{}", question.id);
        assert_ne!(option.is_some(), not.is_some(), "{}", question.id);
    }
}
