//! What the server for reviewers asks of the other rooms: previews, and approvals of what was looked at.

use super::press::Silent;
use super::{Approving, Previewer, approve, statement, verified};
use crate::error::Result;
use crate::ledger::Access;
use crate::review::preview::Preview;
use crate::review::serve::{Asked, Desk};
use crate::review::{Approver, Signing};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The desk of an incident folder, with the ledger that approvals are noted in; absent for the folder's own.
pub fn desk(folder: &Path, ledger: Option<&Access>) -> Box<dyn Desk> {
    let previewer = Mutex::new(Previewer::new(folder));
    Box::new(FolderDesk { folder: folder.to_owned(), ledger: ledger.cloned(), previewer })
}

struct FolderDesk {
    folder: PathBuf,
    ledger: Option<Access>,
    previewer: Mutex<Previewer>,
}

impl FolderDesk {
    fn approving<'a>(&'a self, asked: &'a Asked) -> Approving<'a> {
        Approving {
            approver: Approver { by: asked.by.clone(), role: asked.role.clone(), on: asked.on },
            accept_stale: asked.accept_stale.as_deref(),
            signing: asked.signature.as_deref().map_or(Signing::Unsigned, Signing::Given),
            seen: Some(&asked.seen),
            ledger: self.ledger.as_ref(),
            moment: asked.at,
        }
    }
}

impl Desk for FolderDesk {
    fn preview(&self) -> Result<Preview> {
        self.previewer.lock().unwrap_or_else(PoisonError::into_inner).preview(&Silent)
    }

    fn stale(&self, blocks: &BTreeSet<String>, on: Date) -> Result<Vec<String>> {
        let verified = verified::read_verified(&self.folder, on)?;
        let contacts = verified::contacts(blocks.clone(), &verified, on, Some("asked"))?;
        let stale = contacts.stale.into_iter().map(|block| match block.since {
            Some(since) => format!("{} (its check is stale since {since})", block.block),
            None => format!("{} (never checked)", block.block),
        });
        Ok(stale.collect())
    }

    fn statement(&self, asked: &Asked) -> Result<String> {
        statement(&self.folder, &self.approving(asked), &Silent)
    }

    fn approve(&self, asked: &Asked) -> Result<()> {
        approve(&self.folder, &self.approving(asked), &Silent).map(|_| ())
    }
}
