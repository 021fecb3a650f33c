//! `render`: letters, print stream and tables.

use super::Outcome;
use super::check::sentence;
use super::clock;
use super::progress::Bar;
use super::ui::{Ui, count};
use crate::error::{Finding, Result, Severity};
use crate::ledger::Access;
use crate::run::{self, Form, RenderOptions, Shard};
use clap::ValueEnum;
use std::path::PathBuf;

/// Write the letters, with a DRAFT watermark until the wording is approved
#[derive(clap::Args)]
pub(super) struct RenderArguments {
    /// Incident folder
    dir: PathBuf,
    /// Output folder
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// One file a letter, print files of many letters, or both
    #[arg(long = "as", value_name = "FORM", default_value = "letters")]
    form: FormArgument,
    /// Only this record, as `list:record_id` or `record_id`
    #[arg(long, value_name = "RECORD")]
    only: Option<String>,
    /// At most so many letters
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only part I of N
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<Shard>,
    /// Write an archive copy (PDF/A-2a) of each letter as well
    #[arg(long)]
    archive: bool,
    /// Cores to use; all of them when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormArgument {
    Letters,
    Stream,
    Both,
}

fn shard(text: &str) -> Result<Shard, String> {
    let parsed = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match parsed {
        Some((part, of)) if (1..=of).contains(&part) => Ok(Shard { part, of }),
        _ => Err("write it as I/N with I from 1 to N, such as 2/4".to_owned()),
    }
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: RenderArguments) -> Result<Outcome> {
    let RenderArguments { dir, out, form, only, limit, shard, archive, jobs } = arguments;
    let form = match form {
        FormArgument::Letters => Form::Letters,
        FormArgument::Stream => Form::Stream,
        FormArgument::Both => Form::Both,
    };
    let bar = Bar::new(ui);
    let mut job = run::open(&dir, ledger, jobs.map(usize::from), &bar)?;
    job.ledger.set_moment(clock::now());
    let summary = run::render(&mut job, &RenderOptions { out: out.clone(), form, only: only.clone(), limit, shard, archive }, &bar)?;
    let case = &job.proofed.case;
    let findings: Vec<&Finding> = case.held().chain(&case.warnings).collect();
    ui.findings(&findings);
    let folders = [("letters", form != Form::Stream), ("stream", form != Form::Letters), ("archive", archive)];
    let folders: Vec<String> = folders.iter().filter(|(_, is)| *is).map(|(name, _)| out.join(name).display().to_string()).collect();
    let written = format!("wrote {} with {} to {}", count(summary.written, "letter"), count(summary.pages, "page"), folders.join(" and "));
    ui.result(&summary, &format!("{}\n{written}", sentence(&summary.counts)))?;
    if let Some(record) = &only
        && run::is_told_by_email(&job, record)?
    {
        ui.say("this recipient is told by e-mail: the letter need not be mailed unless the e-mail fails");
    }
    if job.draft() {
        draft_note(ui, &job);
    }
    Ok(Outcome::of_held(summary.counts.held))
}

fn draft_note(ui: &Ui, job: &run::Job) {
    match &job.seal {
        crate::review::Standing::Broken(findings) => {
            // The drafts were written: what stands in the way of more is a note beside them.
            let notes: Vec<Finding> = findings.iter().map(|finding| Finding { severity: Severity::Warns, ..finding.clone() }).collect();
            ui.findings(&notes.iter().collect::<Vec<_>>());
            ui.say("every page says DRAFT: what was approved is not what is here now");
        }
        _ => ui.say("every page says DRAFT: the wording has not been approved (see `breachnotice approve`)"),
    }
}
