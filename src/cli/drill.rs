//! `drill`: a synthetic incident of any size.

use super::Outcome;
use super::ui::{Ui, count};
use crate::drill;
use crate::error::Result;
use jiff::civil::Date;
use std::path::PathBuf;

/// Make a synthetic incident of any size, for rehearsals and measurements
#[derive(clap::Args)]
pub(super) struct DrillArguments {
    /// Folder to make; it must be absent or empty
    dir: PathBuf,
    /// How many people
    #[arg(long, value_name = "N")]
    people: u64,
    /// The same seed gives the same incident
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Day on which the letters are mailed; not today's by default, so that a drill does not change overnight
    #[arg(long, value_name = "DATE", default_value = "2026-12-07")]
    mail_date: Date,
}

pub(super) fn run(ui: &Ui, arguments: &DrillArguments) -> Result<Outcome> {
    let summary = drill::write(&arguments.dir, arguments.people, arguments.seed, arguments.mail_date)?;
    let json = serde_json::json!({
        "people": summary.people, "rows": summary.rows, "duplicates": summary.duplicates,
        "joinable": summary.joinable, "providers": summary.providers,
    });
    let text = format!(
        "{} in {} of {}, {} of them duplicates; who is who stands in truth.csv",
        count(summary.people, "invented person").replace("persons", "people"),
        count(summary.rows, "row"),
        count(summary.providers, "provider"),
        summary.duplicates
    );
    ui.result(&json, &text)?;
    Ok(Outcome::Done)
}
