//! Tables that a person reads: what came in, what was owed and when it was met, and what delayed it.

use super::manifest::Input;
use crate::error::Result;
use crate::incident::{Hold, Incident};
use crate::report::dossier::Dossier;
use crate::report::met::{Met, met};
use crate::report::overview::early_or_late;
use crate::report::table::Table;
use std::path::Path;

pub(super) const INPUTS: &str = "inputs.csv";
pub(super) const MERGED: &str = "merged.csv";
pub(super) const OBLIGATIONS: &str = "obligations.csv";
pub(super) const DELAYS: &str = "delays.csv";
pub(super) const WAIVERS: &str = "waivers.csv";

pub(super) fn inputs(folder: &Path, inputs: &[Input]) -> Result<()> {
    let mut table = Table::begin(folder.join(INPUTS), &["file", "sha256", "bytes", "rows"])?;
    for Input { file, sha256, bytes, rows } in inputs {
        table.row(&[file, sha256, &bytes.to_string(), &rows.map(|rows| rows.to_string()).unwrap_or_default()])?;
    }
    table.finish()
}

/// Rows of the lists as they are that went into others.
pub(super) fn merged(folder: &Path, merged: &[[String; 4]]) -> Result<()> {
    let mut table = Table::begin(folder.join(MERGED), &["record", "into_record", "rule", "reason"])?;
    for row in merged {
        table.row(&row.each_ref().map(String::as_str))?;
    }
    table.finish()
}

/// What is required, and when it was met.
pub(super) fn obligations(folder: &Path, dossier: &Dossier<'_>) -> Result<()> {
    let header = ["provider", "duty", "to", "jurisdiction", "clause", "people", "last_day", "met_on", "early_or_late", "how"];
    let mut table = Table::begin(folder.join(OBLIGATIONS), &header)?;
    for obligation in dossier.plan.obligations.iter().filter(|obligation| obligation.required) {
        let (on, late, how) = match met(dossier, obligation) {
            Met::On { day, by, late } => (day.to_string(), early_or_late(late), by),
            Met::Open { hint } => (String::new(), String::new(), format!("open: {hint}")),
        };
        table.row(&[
            &obligation.provider_id,
            &obligation.title(),
            &obligation.to,
            &obligation.jurisdiction,
            &obligation.clause,
            &obligation.count.to_string(),
            &obligation.deadline.map(|day| day.to_string()).unwrap_or_default(),
            &on,
            &late,
            &how,
        ])?;
    }
    table.finish()
}

/// Law-enforcement holds (45 CFR 164.412), and what a person set aside, with the reason.
pub(super) fn delays(folder: &Path, incident: &Incident) -> Result<()> {
    let mut table = Table::begin(folder.join(DELAYS), &["kind", "agency", "official", "received", "until", "providers"])?;
    for Hold { written, agency, official, received, until, providers } in &incident.holds {
        let until = until.map(|until| until.to_string()).unwrap_or_default();
        let kind = if *written { "written" } else { "oral" };
        let providers = providers.as_ref().map_or_else(|| "all".to_owned(), |providers| providers.join(" "));
        table.row(&[kind, agency, official, &received.to_string(), &until, &providers])?;
    }
    table.finish()?;
    let mut table = Table::begin(folder.join(WAIVERS), &["rule", "by", "on", "reason"])?;
    for waiver in &incident.waivers {
        table.row(&[&waiver.rule, &waiver.by, &waiver.on.to_string(), &waiver.reason])?;
    }
    table.finish()
}
