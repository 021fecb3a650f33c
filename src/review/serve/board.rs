//! What is shown now, and what was shown before: the state that all requests share.

use super::access::Reviewers;
use super::changes::Version;
use super::{Clock, Desk};
use crate::error::{Error, Result};
use crate::review::preview::{Pages, Preview, ShownFinding, pictures};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;
use tokio::sync::watch;

/// Versions that are remembered, so that a page of long ago can be told what changed.
const REMEMBERED: usize = 200;

/// Everything that requests share.
pub(super) struct Board {
    pub(super) folder: PathBuf,
    pub(super) reviewers: Reviewers,
    pub(super) desk: Box<dyn Desk>,
    pub(super) clock: Clock,
    pub(super) pages: Pages,
    shown: RwLock<Shown>,
    /// Versions that were shown, the newest last.
    versions: Mutex<Vec<Version>>,
    /// Grows whenever a page would look otherwise.
    moment: watch::Sender<u64>,
    /// The comments as they were told last.
    said: Mutex<Option<Stamp>>,
    /// Held while the preview is made, so that two changes make it one after the other.
    making: Mutex<()>,
}

/// Pictures that were drawn, by variant and page, both from 0.
type Pictures = Mutex<HashMap<(usize, usize), Arc<[u8]>>>;

/// Length and time of change of a file.
type Stamp = (u64, SystemTime);

/// The log of comments as it is; absent while there is none.
fn stamp(folder: &Path) -> Option<Stamp> {
    let found = fs_err::metadata(folder.join("review").join("comments.jsonl")).ok()?;
    Some((found.len(), found.modified().ok()?))
}

/// What is shown.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) preview: Arc<Preview>,
    /// Why the files on disk cannot be rendered; none when they are what is shown.
    pub(super) trouble: Arc<[ShownFinding]>,
    pictures: Arc<Pictures>,
}

impl Shown {
    /// What pages hang on, besides comments.
    fn look(&self) -> (&str, String, &[ShownFinding]) {
        // A state that cannot be written is told as if it were another.
        (&self.preview.version, serde_json::to_string(&self.preview.state).unwrap_or_default(), &self.trouble)
    }
}

impl Board {
    pub(super) fn new(folder: &Path, reviewers: Reviewers, desk: Box<dyn Desk>, clock: Clock) -> Result<Board> {
        let preview = desk.preview()?;
        let versions = vec![Version::of(&preview, (clock.now)())];
        let shown = Shown { preview: Arc::new(preview), trouble: [].into(), pictures: Arc::default() };
        Ok(Board {
            folder: folder.to_owned(),
            reviewers,
            desk,
            clock,
            pages: Pages::new()?,
            shown: RwLock::new(shown),
            versions: Mutex::new(versions),
            moment: watch::Sender::new(0),
            said: Mutex::new(stamp(folder)),
            making: Mutex::new(()),
        })
    }

    /// What is shown now.
    pub(super) fn shown(&self) -> Shown {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the preview again; what cannot be rendered leaves the last one standing, and is told on every page.
    pub(super) fn remake(&self) {
        let _one_at_a_time = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.shown();
        let after = match self.desk.preview() {
            Ok(preview) => {
                self.remember(&preview);
                Shown { preview: Arc::new(preview), trouble: [].into(), pictures: Arc::default() }
            }
            Err(error) => Shown { trouble: error.findings.iter().map(ShownFinding::from).collect(), ..before.clone() },
        };
        let looks_otherwise = before.look() != after.look();
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = after;
        let said = stamp(&self.folder);
        let before = std::mem::replace(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner), said);
        if looks_otherwise || before != said {
            self.tell();
        }
    }

    /// Tells waiting pages that something changed.
    pub(super) fn tell(&self) {
        self.moment.send_modify(|moment| *moment += 1);
    }

    /// The moment, and what waits for the next one.
    pub(super) fn moment(&self) -> watch::Receiver<u64> {
        self.moment.subscribe()
    }

    fn remember(&self, preview: &Preview) {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        if versions.last().is_some_and(|last| last.digest == preview.version) {
            return;
        }
        if versions.len() == REMEMBERED {
            versions.remove(0);
        }
        versions.push(Version::of(preview, (self.clock.now)()));
    }

    /// In words what changed since somebody looked: when first, and where.
    pub(super) fn changed_since(&self, seen: &str) -> String {
        let versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        super::changes::since(&versions, seen)
    }

    /// The picture of a page, both from 0; absent when there is none.
    pub(super) fn picture(&self, wording: usize, page: usize) -> Result<Option<Arc<[u8]>>> {
        let shown = self.shown();
        let known = || shown.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(picture) = known().get(&(wording, page)) {
            return Ok(Some(Arc::clone(picture)));
        }
        let Some(files) = shown.preview.files.get(wording).filter(|files| page < files.pages) else { return Ok(None) };
        let drawn: Arc<[u8]> = pictures(&files.pdf, [page])?.into_iter().next().ok_or_else(|| Error::bug("a page is not drawn"))?.into();
        known().insert((wording, page), Arc::clone(&drawn));
        Ok(Some(drawn))
    }
}
