//! Answers to a form's questions.

use super::questions::Form;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What is known of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::report) struct Answer {
    /// What is typed; absent when nothing is known.
    pub(in crate::report) text: Option<String>,
    /// Options that are chosen.
    pub(in crate::report) chosen: Vec<String>,
    /// What to do so that it is known, or known in full.
    pub(in crate::report) missing: Option<String>,
    /// What a person should know of it.
    pub(in crate::report) note: Option<String>,
}

impl Answer {
    pub(in crate::report) fn text(text: impl Into<String>) -> Answer {
        let text = text.into();
        Answer { text: (!text.is_empty()).then_some(text), ..Answer::default() }
    }

    pub(in crate::report) fn date(day: Date) -> Answer {
        Answer::text(day.strftime("%m/%d/%Y").to_string())
    }

    pub(in crate::report) fn option(option: &str) -> Answer {
        Answer { chosen: vec![option.to_owned()], ..Answer::default() }
    }

    pub(in crate::report) fn missing(what: impl Into<String>) -> Answer {
        Answer { missing: Some(what.into()), ..Answer::default() }
    }

    pub(in crate::report) fn or_missing(self, what: impl Into<String>) -> Answer {
        if self.text.is_none() && self.chosen.is_empty() { Answer { missing: Some(what.into()), ..self } } else { self }
    }

    pub(in crate::report) fn noted(self, note: impl Into<String>) -> Answer {
        Answer { note: Some(note.into()), ..self }
    }
}

/// Question -> answer. A question of a form that is not among them has none.
pub(in crate::report) type Answers = BTreeMap<&'static str, Answer>;

/// The options that our ids stand for, each once, in the order of the pick-list; and the ids that have none.
pub(in crate::report) fn picked<'i>(form: &Form, question: &str, ids: impl Iterator<Item = &'i str>) -> (Vec<String>, Vec<&'i str>) {
    let Some(question) = form.question(question) else { return (Vec::new(), ids.collect()) };
    let (known, unknown): (Vec<&str>, Vec<&str>) = ids.partition(|id| question.answers.contains_key(*id));
    let has = |option: &&String| known.iter().any(|id| question.answers.get(*id) == Some(*option));
    (question.options.iter().filter(has).cloned().collect(), unknown)
}
