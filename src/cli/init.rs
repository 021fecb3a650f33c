//! `init`: a new incident folder, from the built-in sample.

use super::Outcome;
use super::ui::Ui;
use crate::error::{Error, Place, Result};
use crate::files;
use std::path::PathBuf;

/// Make a new incident folder, from the built-in sample
#[derive(clap::Args)]
pub(super) struct InitArguments {
    /// Folder to make; it must be absent or empty
    dir: PathBuf,
}

const SAMPLE: [(&str, &str); 5] = [
    ("incident.toml", include_str!("../../sample_data/lakeside/incident.toml")),
    ("providers.csv", include_str!("../../sample_data/lakeside/providers.csv")),
    ("patients.csv", include_str!("../../sample_data/lakeside/patients.csv")),
    ("verified.toml", include_str!("../../sample_data/lakeside/verified.toml")),
    ("report.toml", include_str!("../../sample_data/lakeside/report.toml")),
];

pub(super) fn run(ui: &Ui, arguments: &InitArguments) -> Result<Outcome> {
    let dir = &arguments.dir;
    if fs_err::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        let place = Place::file(dir.display().to_string());
        return Err(Error::refused("folder-not-empty", place, "this folder already holds files", "name a new folder"));
    }
    files::create_folder(dir)?;
    for (name, text) in SAMPLE {
        files::write(&dir.join(name), text.as_bytes())?;
    }
    let made = format!("made {} from the sample, whose people are invented", dir.display());
    ui.result(&serde_json::json!({ "folder": dir, "files": SAMPLE.map(|(name, _)| name) }), &made)?;
    ui.say("next: put your own facts into incident.toml, providers.csv and patients.csv, your own checks into verified.toml, then run");
    ui.say(&format!("  breachnotice check {}", dir.display()));
    Ok(Outcome::Done)
}
