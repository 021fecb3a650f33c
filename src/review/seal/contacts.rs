//! Evidence of an approval about the contact blocks that letters print: who had checked them, and what was let through unchecked.

use super::names;
use crate::error::Result;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A contact block that a person had checked when the wording was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedBlock {
    /// Id of the block, such as `federal.ftc`.
    pub block: String,
    /// Who checked it.
    pub by: String,
    /// Day of the check.
    pub on: Date,
    /// Against what.
    pub source: String,
}

/// A contact block that no check counted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaleBlock {
    /// Id of the block.
    pub block: String,
    /// Day from which its latest check did not count; absent when nobody had checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
}

/// Contact blocks that an approver let through, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedBlocks {
    /// The blocks, sorted.
    pub blocks: Vec<StaleBlock>,
    /// Why.
    pub reason: String,
}

/// What one approval found: every contact block that letters print is in one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Those with a check that counts, sorted.
    pub verified: Vec<VerifiedBlock>,
    /// Those without, sorted.
    pub stale: Vec<StaleBlock>,
    /// Why the approver goes on without; empty when there are none.
    pub reason: String,
}

impl Contacts {
    /// What the approver lets through; nothing when every block is verified.
    pub(super) fn accepted(&self) -> Result<Option<AcceptedBlocks>> {
        for VerifiedBlock { by, source, .. } in &self.verified {
            names::check_name("name of who checked a contact block", by)?;
            names::check_reason("source of a check", source)?;
        }
        if self.stale.is_empty() {
            return Ok(None);
        }
        names::check_reason("reason", &self.reason)?;
        Ok(Some(AcceptedBlocks { blocks: self.stale.clone(), reason: self.reason.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Incident, sample};
    use crate::review::{Approver, Present, Seal, Sealing, Signing, Standing, prepare, seal_standing, stored_seal};
    use jiff::civil::date;
    use tempfile::TempDir;

    fn verified(block: &str, on: Date) -> VerifiedBlock {
        VerifiedBlock { block: block.to_owned(), by: "Mo".to_owned(), on, source: "called".to_owned() }
    }

    /// A folder, and approvals of one text in it.
    struct Folder {
        home: TempDir,
        incident: Incident,
        texts: [(String, String); 1],
    }

    impl Folder {
        fn new() -> Folder {
            let home = tempfile::tempdir().unwrap();
            let incident = Incident { folder: home.path().to_path_buf(), ..sample::incident() };
            Folder { home, incident, texts: [("templates/en/letter.md".to_owned(), "Dear\n".to_owned())] }
        }

        fn approve(&self, role: &str, verified: &[VerifiedBlock], stale: &[&str], reason: &str) -> Result<Seal> {
            let stale = stale.iter().map(|block| StaleBlock { block: (*block).to_owned(), since: None }).collect();
            let sealing = Sealing {
                incident: &self.incident,
                texts: &self.texts,
                fonts: &[],
                wordings: &[],
                earlier: stored_seal(self.home.path()).unwrap(),
                contacts: Contacts { verified: verified.to_vec(), stale, reason: reason.to_owned() },
                approver: Approver { by: "Ann".to_owned(), role: role.to_owned(), on: date(2026, 11, 28) },
            };
            prepare(sealing)?.seal(Signing::Unsigned, None)
        }

        fn standing(&self) -> Standing<Seal> {
            let present = Present {
                folder: self.home.path(),
                incident_id: &self.incident.id,
                texts: &self.texts,
                fonts: &[],
                proofs: &[],
                require: &[],
                signers: None,
            };
            seal_standing(stored_seal(self.home.path()).unwrap(), &present).unwrap()
        }
    }

    #[test]
    fn each_approval_keeps_what_was_checked_and_what_was_let_through() {
        let folder = Folder::new();
        let (old, new) = (verified("federal.ftc", date(2026, 6, 1)), verified("federal.ftc", date(2026, 11, 20)));
        let first = folder.approve("counsel", std::slice::from_ref(&old), &["state.MD"], "office closed").unwrap();
        assert_eq!(first.approvals[0].verified, std::slice::from_ref(&old));
        let accepted = first.approvals[0].accepted_stale.as_ref().unwrap();
        assert_eq!((accepted.blocks[0].block.as_str(), accepted.reason.as_str()), ("state.MD", "office closed"));

        let both = folder.approve("privacy officer", std::slice::from_ref(&new), &["state.RI"], "on leave").unwrap();
        assert_eq!(both.approvals.iter().map(|approval| &approval.verified[0]).collect::<Vec<_>>(), [&old, &new], "each its own");
        assert!(both.approvals.iter().all(|approval| approval.accepted_stale.is_some()));

        let again = folder.approve("Counsel", &[verified("state.MD", date(2026, 11, 27))], &[], "").unwrap();
        assert_eq!(again.approvals[0].accepted_stale, None, "the counsel's new approval needs no excuse");
        assert_eq!(again.approvals[0].verified, [verified("state.MD", date(2026, 11, 27))]);
        assert_eq!(folder.standing(), Standing::InForce(again), "it reads as it was written");
    }

    #[test]
    fn a_seal_of_before_still_reads() {
        let folder = Folder::new();
        let sealed = folder.approve("counsel", &[], &[], "").unwrap();
        let text = fs_err::read_to_string(folder.home.path().join("seal/seal.json")).unwrap();
        assert!(!text.contains("verified") && !text.contains("accepted"), "{text}");
        assert_eq!(folder.standing(), Standing::InForce(sealed));
    }

    #[test]
    fn nothing_is_let_through_without_a_reason() {
        let folder = Folder::new();
        for reason in ["", " ", "a\nb"] {
            let error = folder.approve("counsel", &[], &["state.MD"], reason).unwrap_err();
            assert_eq!(error.findings[0].code, "name-unusable", "{reason:?}");
        }
        assert!(!folder.home.path().join("seal").exists());
    }
}
