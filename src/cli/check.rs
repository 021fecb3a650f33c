//! `check`: read and judge everything.

use super::progress::Bar;
use super::ui::{self, Ui, count};
use super::{Outcome, clock};
use crate::error::{Error, Finding, Result};
use crate::ledger::Access;
use crate::obligations::{self, Unreachable};
use crate::recipients::Counts;
use crate::report::{Summary, write_tables};
use crate::{files, run};
use jiff::civil::Date;
use std::path::PathBuf;

/// Read and judge everything: lists, templates, letters; write nothing but tables
#[derive(clap::Args)]
pub(super) struct CheckArguments {
    /// Incident folder
    dir: PathBuf,
    /// Folder for held.csv, mend.csv, merged.csv, possible.csv and summary.json
    #[arg(long, value_name = "OUT")]
    out: Option<PathBuf>,
    /// File for all findings, as CSV
    #[arg(long, value_name = "F.csv")]
    findings: Option<PathBuf>,
    /// Day to judge by instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &CheckArguments) -> Result<Outcome> {
    if let Some(out) = &arguments.out {
        files::refuse_inputs(out, &arguments.dir)?;
    }
    let day = arguments.as_of.unwrap_or_else(clock::today);
    let verified = run::read_verified(&arguments.dir, day.max(clock::today()))?;
    let checked = run::check(&arguments.dir, None, &Bar::new(ui))?;
    let case = &checked.case;
    let counts = case.counts();
    if !counts.close() {
        return Err(Error::bug("the counts do not close"));
    }
    let late = past_mailing(case, day);
    let unverified = run::unverified_contacts(&checked, &verified, day);
    let broken = run::approvals_broken(&checked)?;
    let findings: Vec<&Finding> = case.held().chain(&case.warnings).chain(&late).chain(&unverified).chain(&broken).collect();
    ui.findings(&findings);
    if let Some(path) = &arguments.findings {
        ui::write_findings(path, &findings)?;
    }
    let variants = checked.variants.len() as u64;
    let summary = Summary { counts, written: 0, pages: 0, variants, draft: true };
    if let Some(out) = &arguments.out {
        files::create_folder(out)?;
        write_tables(out, &case.incident, &case.intake, &case.recipients)?;
        run::write_summary(out, &summary)?;
    }
    let unreachable = obligations::unreachable(&case.incident, &case.rules, &case.recipients, &run::unreached(case, ledger)?);
    ui.result(&Judged { summary, unreachable: &unreachable }, &sentence(&counts))?;
    unreachable.iter().for_each(|of_provider| ui.say(&no_address(of_provider)));
    Ok(Outcome::of_held(counts.held))
}

/// The whole of `--json`.
#[derive(serde::Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    summary: Summary,
    /// By provider.
    unreachable: &'a [Unreachable],
}

/// Who needs another notice than a letter, and of which kind, as it stands.
fn no_address(of_provider: &Unreachable) -> String {
    let Unreachable { provider_id, count: people, told, by_state, public_from, .. } = of_provider;
    let states = by_state.iter().map(|(state, people)| format!("{state} {}", ui::number(*people))).collect::<Vec<_>>().join(", ");
    let owed = if of_provider.is_public() {
        format!("{public_from} or more: a public notice and a toll-free number are owed")
    } else {
        format!("fewer than {public_from}: each is told in another way")
    };
    let who = if *people == 1 { "1 person".to_owned() } else { format!("{} people", ui::number(*people)) };
    let told = if *told > 0 { format!("{} of them told by substitute notice; ", ui::number(*told)) } else { String::new() };
    format!("{provider_id}: no letter can reach {who} ({states}); {told}{owed} (45 CFR 164.404(d)(2), see `plan`)")
}

/// The counts in words, in which they close.
pub(super) fn sentence(counts: &Counts) -> String {
    format!(
        "{} - {} merged = {}: {}, {}, {} held, {} owed no letter",
        count(counts.rows, "row"),
        ui::number(counts.merged),
        count(counts.recipients, "recipient"),
        count(counts.letters, "letter"),
        count(counts.emails, "e-mail"),
        ui::number(counts.held),
        ui::number(counts.excluded),
    )
}

/// Mail dates that lie behind the day: a letter must not bear a date on which it was not mailed.
fn past_mailing(case: &run::Case, as_of: Date) -> Vec<Finding> {
    let past = case.incident.providers.iter().filter(|provider| provider.mail_date < as_of);
    past.map(|provider| {
        let place = crate::error::Place::line("providers.csv", provider.line).column("mail_date");
        let reason = format!("the mail date {} of {} has passed", provider.mail_date, provider.id);
        Finding::warns(
            "mail-date-past",
            place,
            reason,
            "set a mail date to come before you approve, unless this is a replay of an old incident",
        )
    })
    .collect()
}
