//! A progress bar with rate and remaining time on a terminal, silence in a pipe.

use super::ui::Ui;
use crate::run;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::sync::{Mutex, PoisonError};

/// Draws the phases of a long work.
pub(super) struct Bar {
    draws: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bar {
    pub(super) fn new(ui: &Ui) -> Bar {
        Bar { draws: ui.draws_progress(), bar: Mutex::new(None) }
    }

    fn replace(&self, bar: Option<ProgressBar>) {
        let mut slot = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = slot.take() {
            old.finish_and_clear();
        }
        *slot = bar;
    }
}

impl run::Progress for Bar {
    fn begin(&self, phase: &str, letters: u64) {
        if !self.draws {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(letters), ProgressDrawTarget::stderr());
        let template = "{msg:>10} [{bar:32}] {human_pos} of {human_len}  {rate}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Drawing a bar that cannot be drawn is no reason to stop.
                let _ = write!(out, "{}/s", super::ui::number(state.per_sec() as u64));
            };
            bar.set_style(style.progress_chars("=> ").with_key("rate", rate));
        }
        bar.set_message(phase.to_owned());
        self.replace(Some(bar));
    }

    fn advance(&self, letters: u64) {
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(letters);
        }
    }

    fn end(&self) {
        self.replace(None);
    }
}
