//! Approval: what counsel sees is what is mailed, sealed.
//!
//! ```text
//! recipients -> kinds (no person) -> wordings: one proof per variant, for an invented person
//!                                      |-> preview: a folder or a server for reviewers; their comments
//!                                      '-> seal: texts, fonts and proofs, bound to who approved them
//!                                            '-> release: the recipient set, bound to the seal
//! ```
//!
//! Nothing leaves unless seal and release are in force. Both live in the incident folder: see [`Seal`] and [`Release`].

mod comments;
mod compare;
mod earlier;
mod invented;
mod kind;
mod names;
mod passages;
#[cfg(feature = "preview")]
pub mod preview;
mod proof;
mod readers;
mod release;
mod seal;
#[cfg(feature = "preview")]
pub mod serve;
mod signature;
mod store;
mod wordings;

pub use comments::{Comment, Event, Hand, LONGEST, Remark, comments, open_comments, record};
pub use compare::{ChangedPassage, Fate, Span, changed, words};
pub use earlier::{EARLIER_SEALS, EarlierSeal, StoredSeal, keep_seal, stored_seals, verify_earlier_seals};
pub use kind::{Kind, Tally, Ways};
pub use names::{check_name, check_reason};
pub use passages::{Form, Passage, passages};
pub use proof::{Proof, ProofPress};
pub use readers::Readers;
pub use release::{read_release, release, release_standing, stored_release};
pub use seal::{
    AcceptedBlocks, Again, Approval, Approver, Contacts, Prepared, Present, Seal, SealedFile, SealedVariant, Sealing, Signing, Specimen,
    StaleBlock, VerifiedApproval, VerifiedBlock, VerifiedSeal, changed_texts, covers, prepare, proofs_again, seal_standing,
    sealed_passages, stored_seal, verify_seal, wording_digest, wording_holds,
};
pub use signature::{AllowedSigners, NAMESPACE, SignatureFault, Signer};
pub use wordings::{Ground, Wording, language_in_words, role_in_words, wordings};

use crate::error::Finding;
use crate::ledger::Stamp;
use crate::recipients::Counts;
use jiff::civil::Date;
use seal::SEAL_NAME;
use serde::{Deserialize, Serialize};

/// Format of seal.json and release.json.
const FORMAT: u32 = 2;

/// Name of the sealed text that holds what incident.toml puts into letters, one `key: value` a line.
pub const PRINTED_VALUES: &str = "what-letters-print.txt";

/// The approval of who gets it, bound to the recipient set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Format of the file; 1.
    pub format: u32,
    /// Incident id.
    pub incident: String,
    /// [`Seal::digest`] of the seal under which it was given.
    pub seal: String,
    /// Digest of the recipient set.
    pub recipients: String,
    /// The counts that were released.
    pub counts: Counts,
    /// Name of the person.
    pub by: String,
    /// Day of the release.
    pub on: Date,
    /// Where the ledger was when it had recorded the release: one that was cut short behind it is told from a whole one.
    pub ledger: Stamp,
}

/// Where an approval stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<T> {
    /// None was given.
    Missing,
    /// One was given and does not hold: at least one finding says why.
    Broken(Vec<Finding>),
    /// It holds.
    InForce(T),
}
