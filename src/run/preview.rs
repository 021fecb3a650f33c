//! `preview`: what reviewers look at, made of an incident folder, once or again and again.

use super::bound::Bound;
use super::press::{Press, Purpose};
use super::proofs::{sums, tally, wordings_of};
use super::{ANY_NUMBER, Case, Progress, advice, fonts, judge_proofs, layout, read};
use crate::compose::Composer;
use crate::error::{Error, Finding, Result};
use crate::incident::Incident;
use crate::obligations;
use crate::recipients::{Counts, MOVES_FILE, Recipients};
use crate::report::{self, Dossier, LeftOf, NoticeSheet, Statements};
use crate::review::preview::{Material, Preview, ShownNotice};
use crate::review::{self, Tally};
use crate::rules::Rules;
use crate::typeset::Fonts;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Makes previews of one incident folder. What templates have no part in is read again only when one of its files changed.
pub struct Previewer {
    folder: PathBuf,
    known: Option<Known>,
}

/// Everything that does not hang on templates. Of the rows nothing: a preview shows no value of theirs, and there may be a million.
struct Known {
    stamps: Vec<Stamp>,
    rules: Rules,
    incident: Incident,
    recipients: Recipients,
    warnings: Vec<Finding>,
    counts: Counts,
    tally: Tally,
    fonts: Fonts,
}

/// A file as it was when it was read: its path, length and time of change.
type Stamp = (PathBuf, Option<(u64, SystemTime)>);

impl Previewer {
    /// A previewer that has read nothing.
    pub fn new(folder: &Path) -> Previewer {
        Previewer { folder: folder.to_owned(), known: None }
    }

    /// The preview of what lies in the folder now.
    ///
    /// # Errors
    /// Refused when the incident, a list or a template cannot be used, but not for what the law asks letters to hold: that is shown.
    pub fn preview(&mut self, progress: &dyn Progress) -> Result<Preview> {
        if self.known.as_ref().is_none_or(|known| stamps(&known.incident) != known.stamps) {
            self.known = None;
            self.known = Some(Known::read(&self.folder, progress)?);
        }
        match &self.known {
            Some(known) => known.preview(),
            None => Err(Error::bug("a folder was read and is not known")),
        }
    }
}

impl Known {
    /// Reads everything. Where letters hold what they must, each is set once, so that those who are held are not counted.
    fn read(folder: &Path, progress: &dyn Progress) -> Result<Known> {
        let mut case = read(folder)?;
        let stamps = stamps(&case.incident);
        let (layout, fonts) = (layout(&case.incident)?, fonts(&case.incident)?);
        let composer = Composer::load_for_review(&case.incident, &case.rules, &case.recipients)?;
        if composer.faults().next().is_none() {
            let mut proofs = Press::new(None)?.proof(&case, &composer, &layout, &fonts, (Purpose::Check, ANY_NUMBER), progress)?;
            judge_proofs(&mut case, &mut proofs);
        }
        let (tally, counts) = (tally(&case), case.counts());
        let Case { rules, incident, recipients, warnings, .. } = case;
        Ok(Known { stamps, rules, incident, recipients, warnings, counts, tally, fonts })
    }

    fn preview(&self) -> Result<Preview> {
        let Known { rules, incident, recipients, warnings, counts, tally, fonts, .. } = self;
        let layout = layout(incident)?;
        let composer = Composer::load_for_review(incident, rules, recipients)?;
        let wordings = wordings_of(incident, tally, &composer, fonts, &layout)?;
        let bound = Bound::read(incident, rules, &composer, fonts, &layout)?;
        let mut findings: Vec<Finding> = composer.faults().cloned().chain(composer.hidden()).chain(warnings.iter().cloned()).collect();
        findings.extend(composer.warnings().cloned());
        findings.extend(advice::language_sheet(incident, &composer));
        findings.dedup();
        let statements = Statements::default();
        let plan = obligations::plan(incident, rules, recipients, incident.mail_date);
        let nothing_left = (None, LeftOf::default());
        let dossier = Dossier::new((incident, rules, &plan), recipients, &statements, nothing_left, Vec::new(), (Vec::new(), Vec::new()));
        Preview::new(&Material {
            incident,
            rules,
            composer: &composer,
            wordings: &wordings,
            counts: *counts,
            findings,
            standing: &bound.standing_for(incident, &sums(&wordings))?,
            sealed: bound.stored(),
            must_sign: bound.signers.is_some(),
            version: review::wording_digest(incident, &bound.texts, &bound.fonts, &wordings),
            clocks: &report::clocks(&dossier)?,
            notices: shown_notices(&dossier, &composer)?,
        })
    }
}

/// The notices that go to nobody by name, as they stand before anything has left.
fn shown_notices(dossier: &Dossier<'_>, composer: &Composer) -> Result<Vec<ShownNotice>> {
    let (sheets, published) = report::notices(dossier, Some(composer))?;
    let of_sheet = |sheet: NoticeSheet| {
        let NoticeSheet { title, provider, files, .. } = sheet;
        files.into_iter().map(move |file| (format!("{title}: {provider} ({})", file.language), file.page))
    };
    let mut pages: BTreeMap<String, String> = published.into_iter().collect();
    let shown = sheets.into_iter().flat_map(of_sheet).filter_map(|(title, file)| {
        let html = pages.remove(&file)?;
        Some(ShownNotice { title, file, html })
    });
    Ok(shown.collect())
}

/// The files that everything but templates was read from.
fn stamps(incident: &Incident) -> Vec<Stamp> {
    let folder = &incident.folder;
    let mut files: Vec<PathBuf> =
        ["incident.toml", "providers.csv", "decisions.csv", MOVES_FILE].iter().map(|name| folder.join(name)).collect();
    files.extend(incident.lists.iter().map(|list| folder.join(&list.file)));
    files.extend(incident.code_pools.iter().map(|pool| folder.join(&pool.file)));
    files.extend(incident.providers.iter().filter_map(|provider| provider.logo.as_ref()).map(|logo| folder.join(&logo.file)));
    let below = |name: &Path| fs_err::read_dir(folder.join(name)).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    files.extend(below(Path::new("rules")));
    files.extend(incident.print.fonts.iter().flat_map(|fonts| below(fonts)));
    files.sort();
    let stamp = |file: PathBuf| {
        let found = fs_err::metadata(&file).ok().and_then(|found| Some((found.len(), found.modified().ok()?)));
        (file, found)
    };
    files.into_iter().map(stamp).collect()
}

/// Writes the preview of an incident folder into a folder; gives what it shows.
///
/// # Errors
/// As [`Previewer::preview`]; refused when something else lies in the folder; failed when it cannot be written.
pub fn write_preview(folder: &Path, out: &Path, progress: &dyn Progress) -> Result<Preview> {
    crate::files::refuse_inputs(out, folder)?;
    let preview = Previewer::new(folder).preview(progress)?;
    review::preview::write_folder(&preview, out)?;
    Ok(preview)
}
