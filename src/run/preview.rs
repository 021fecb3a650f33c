//! `preview`: what reviewers look at, made of an incident folder, once or again and again.

use super::bound::Bound;
use super::press::{Press, Purpose};
use super::proofs::{sums, tally, wordings_of};
use super::{ANY_NUMBER, Case, Progress, advice, fonts, judge_proofs, layout, read};
use crate::compose::Composer;
use crate::error::Result;
use crate::recipients::MOVES_FILE;
use crate::review::preview::{Material, Preview};
use crate::review::{self, Standing, Tally};
use crate::typeset::Fonts;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Makes previews of one incident folder. What templates have no part in is read again only when one of its files changed.
pub struct Previewer {
    folder: PathBuf,
    known: Option<Known>,
}

/// Everything that does not hang on templates.
struct Known {
    stamps: Vec<Stamp>,
    case: Case,
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
        if self.known.as_ref().is_none_or(|known| stamps(&known.case) != known.stamps) {
            self.known = None;
            self.known = Some(Known::read(&self.folder, progress)?);
        }
        match &self.known {
            Some(known) => known.preview(),
            None => Err(crate::error::Error::bug("a folder was read and is not known")),
        }
    }
}

impl Known {
    /// Reads everything. Where letters hold what they must, each is set once, so that those who are held are not counted.
    fn read(folder: &Path, progress: &dyn Progress) -> Result<Known> {
        let mut case = read(folder)?;
        let stamps = stamps(&case);
        let (layout, fonts) = (layout(&case.incident)?, fonts(&case.incident)?);
        let composer = Composer::load_for_review(&case.incident, &case.rules, &case.recipients)?;
        if composer.faults().next().is_none() {
            let mut proofs = Press::new(None)?.proof(&case, &composer, &layout, &fonts, (Purpose::Check, ANY_NUMBER), progress)?;
            judge_proofs(&mut case, &mut proofs);
        }
        let tally = tally(&case);
        Ok(Known { stamps, case, tally, fonts })
    }

    fn preview(&self) -> Result<Preview> {
        let Known { case, tally, fonts, .. } = self;
        let layout = layout(&case.incident)?;
        let composer = Composer::load_for_review(&case.incident, &case.rules, &case.recipients)?;
        let wordings = wordings_of(&case.incident, tally, &composer, fonts, &layout)?;
        let bound = Bound::read(&case.incident, &case.rules, &composer, fonts, &layout)?;
        let standing = bound.standing_for(&case.incident, &sums(&wordings))?;
        let mut findings: Vec<_> = composer.faults().cloned().chain(composer.hidden()).chain(case.warnings.iter().cloned()).collect();
        findings.extend(composer.warnings().cloned());
        findings.extend(advice::language_sheet(&case.incident, &composer));
        findings.dedup();
        let standing = match (standing, bound.stored()) {
            // Who approved another incident has approved nothing here.
            (Standing::InForce(seal), _) if seal.incident != case.incident.id => Standing::Missing,
            (standing, _) => standing,
        };
        Preview::new(&Material {
            incident: &case.incident,
            rules: &case.rules,
            composer: &composer,
            wordings: &wordings,
            counts: case.counts(),
            findings,
            standing: &standing,
            sealed: bound.stored(),
            must_sign: bound.signers.is_some(),
            version: review::wording_digest(&case.incident, &bound.texts, &bound.fonts, &wordings),
        })
    }
}

/// The files that a case was read from, apart from templates.
fn stamps(case: &Case) -> Vec<Stamp> {
    let folder = &case.incident.folder;
    let mut files: Vec<PathBuf> =
        ["incident.toml", "providers.csv", "decisions.csv", MOVES_FILE].iter().map(|name| folder.join(name)).collect();
    files.extend(case.incident.lists.iter().map(|list| folder.join(&list.file)));
    files.extend(case.incident.code_pools.iter().map(|pool| folder.join(&pool.file)));
    files.extend(case.incident.providers.iter().filter_map(|provider| provider.logo.as_ref()).map(|logo| folder.join(&logo.file)));
    let rules = fs_err::read_dir(folder.join("rules")).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    files.extend(rules);
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
