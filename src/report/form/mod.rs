//! A regulator's form: its questions as data, answers by question, and the screens that a person fills in from.
//!
//! ```text
//! *.toml -> Form + Answers -> screens, and what is missing
//! ```

mod answer;
mod questions;
mod screens;

pub(super) use answer::{Answer, Answers, picked};
pub use questions::Form;
pub(super) use questions::Question;
#[cfg(test)]
pub(super) use questions::assert_sound;

pub(super) use screens::{Missing, Screen, screens};
