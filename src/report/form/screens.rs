//! Answers in the order of a form's screens: what a person pastes from.

use super::answer::{Answer, Answers};
use super::questions::{Form, Kind, Question, When};
use crate::compose::with_separators;
use serde::Serialize;

/// A question that cannot be answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The question.
    pub label: String,
    /// What to do.
    pub hint: String,
    /// Where on the page it stands.
    pub anchor: String,
}

/// What one screen asks.
#[derive(Debug, Clone, Serialize)]
pub struct Screen {
    title: String,
    questions: Vec<Asked>,
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize)]
struct Asked {
    anchor: String,
    label: String,
    required: bool,
    /// How it is answered, in words.
    how: &'static str,
    /// What is typed; absent for a choice, and when nothing is known.
    text: Option<String>,
    /// The pick-list.
    options: Vec<Choice>,
    /// Characters of the answer and what the form takes, in words; absent when no limit is known.
    length: Option<String>,
    missing: Option<String>,
    note: Option<String>,
}

/// An option of a pick-list.
#[derive(Debug, Clone, Serialize)]
struct Choice {
    label: String,
    chosen: bool,
}

/// The screens that are asked of whoever gives these answers, and what is missing.
pub(in crate::report) fn screens(form: &Form, answers: &Answers) -> (Vec<Screen>, Vec<Missing>) {
    let mut missing = Vec::new();
    let mut shown = Vec::new();
    for screen in &form.screens {
        let questions = screen.questions.iter().filter(|question| is_asked(question, answers));
        let questions: Vec<Asked> = questions.map(|question| asked(question, answers.get(question.id.as_str()))).collect();
        for question in &questions {
            if let Some(hint) = &question.missing {
                let (label, anchor) = (question.label.clone(), question.anchor.clone());
                missing.push(Missing { label, hint: hint.clone(), anchor });
            }
        }
        shown.push(Screen { title: screen.title.clone(), questions });
    }
    (shown, missing)
}

fn is_asked(question: &Question, answers: &Answers) -> bool {
    let Some(When { question, option, not }) = &question.when else { return true };
    let chosen = answers.get(question.as_str()).map(|answer| answer.chosen.as_slice()).unwrap_or_default();
    option.as_ref().is_none_or(|option| chosen.contains(option)) && not.as_ref().is_none_or(|not| !chosen.contains(not))
}

fn asked(question: &Question, answer: Option<&Answer>) -> Asked {
    let none = Answer::default();
    let Answer { text, chosen, missing, note } = answer.unwrap_or(&none);
    let options = question.options.iter().map(|label| Choice { label: label.clone(), chosen: chosen.contains(label) });
    let characters = text.as_ref().map_or(0, |text| text.chars().count());
    let length =
        question.limit.map(|limit| format!("{} of {} characters", with_separators(characters as u64), with_separators(limit as u64)));
    let too_long = question.limit.filter(|limit| characters > *limit).map(|_| "it is longer than the form takes: shorten it".to_owned());
    let unanswered = question.required && text.is_none() && chosen.is_empty() && note.is_none();
    let missing = missing.clone().or(too_long).or_else(|| unanswered.then(|| "answer it on the form".to_owned()));
    Asked {
        anchor: question.id.replace('_', "-"),
        label: question.label.clone(),
        required: question.required,
        how: match question.kind {
            Kind::Text => "type or paste",
            Kind::Number => "a number",
            Kind::Date => "a date",
            Kind::One => "choose one",
            Kind::Several => "check all that apply",
        },
        text: text.clone(),
        options: options.collect(),
        length,
        missing,
        note: note.clone(),
    }
}
