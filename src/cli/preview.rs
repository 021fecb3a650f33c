//! `preview`: what counsel looks at before approving.

use super::Outcome;
use super::progress::Bar;
use super::ui::{Ui, count};
use crate::error::Result;
use crate::run;
use std::path::PathBuf;

/// Show one proof of every wording, for legal review
#[derive(clap::Args)]
pub(super) struct PreviewArguments {
    /// Incident folder
    dir: PathBuf,
    /// Folder for pages that open in any browser without a server
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
}

pub(super) fn run(ui: &Ui, arguments: &PreviewArguments) -> Result<Outcome> {
    let PreviewArguments { dir, out } = arguments;
    let preview = run::write_preview(dir, out, &Bar::new(ui))?;
    let state = &preview.state;
    let text = format!(
        "{} cover {}: open {}",
        count(state.cards.len() as u64, "wording"),
        count(state.notices, "notice"),
        out.join("index.html").display()
    );
    ui.result(state, &text)?;
    Ok(Outcome::of_held(state.held))
}
