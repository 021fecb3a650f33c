//! Panics on purpose, in builds that are made to see what a panic shows: one in each stage, at a place where it holds a patient's data.

use std::fmt::Debug;

/// Panics when `BREACHNOTICE_PANIC_AT` names this stage, and tells before how the stage's own type shows what it holds.
#[cfg(feature = "panic-on-purpose")]
#[allow(clippy::panic, clippy::print_stderr, reason = "it is what this build is for")]
pub(crate) fn panic_at(stage: &str, held: &impl Debug) {
    static TOLD: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("BREACHNOTICE_PANIC_AT").ok());
    if TOLD.as_deref() == Some(stage) {
        eprintln!("{stage} holds {held:?}");
        panic!("told to at {stage}, with {held:?} at hand");
    }
}

/// Nothing: this build panics only by mistake.
#[cfg(not(feature = "panic-on-purpose"))]
#[inline(always)]
pub(crate) fn panic_at(_stage: &str, _held: &impl Debug) {}
