//! What a purge does not reach: for a person to see to.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// Something that may hold patient data and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beyond {
    /// What it is, or its path.
    pub what: String,
    /// Why it stays, and what to do about it.
    pub why: String,
}

impl Beyond {
    pub(super) fn new(what: impl Into<String>, why: impl Into<String>) -> Beyond {
        Beyond { what: what.into(), why: why.into() }
    }
}

/// What is always out of reach, with the packages that left. `on_server`: the ledger lies on a server, and not in the folder.
pub fn out_of_reach(packages: &[String], on_server: bool, folder: &Path) -> Vec<Beyond> {
    let mut beyond = Vec::new();
    if !packages.is_empty() {
        let why = "the folders that they were written to, and the mail house's copies: ask the house to confirm that it destroyed them";
        beyond.push(Beyond::new(format!("packages: {}", packages.join(", ")), why));
    }
    beyond.extend(
        [
            ("renders, packages, reports and address lists that were written outside of this folder", "remove them where they are"),
            ("the lists where they came from, and files that came back", "with whoever sent them, in mail boxes and downloads"),
            ("the mail server's logs and sent messages, the address vendor's copy of the addresses", "ask who runs them"),
            ("backups and snapshots of this folder", "let them expire, or remove them"),
            ("what the disk keeps of removed files", "an encrypted disk whose key is destroyed, or an erased one, keeps nothing"),
            (
                "digests in the ledger's chain",
                "they stay, as proof: of letters, messages and the addresses that letters went to; whoever has a list of addresses can test a guess against them",
            ),
        ]
        .map(|(what, why)| Beyond::new(what, why)),
    );
    if on_server {
        let why = "the administrator removes or lets expire what they hold from before this day";
        beyond.push(Beyond::new("the database server's write-ahead log, its archive, replicas and dumps", why));
        beyond.push(Beyond::new("the incident folders of other machines on this ledger", "run purge there as well"));
        if folder.join("ledger.sqlite").exists() {
            let why = "another ledger than the one that --ledger names: run purge without --ledger when it was ever used, or remove it";
            beyond.push(Beyond::new("ledger.sqlite", why));
        }
    }
    beyond
}
