//! The preview: every variant as pages for a browser, in a folder for outside counsel or behind a server for reviewers.
//!
//! ```text
//! Material (wordings, checks, seal) -> Preview (what pages show) -> pages (HTML by Tera) -> folder
//!                                                            pictures (PNG of proofs) --'-> server
//! ```
//!
//! Addresses of pages are relative and the same in both, so a folder is a copy of what the server shows. No page holds a patient's value:
//! proofs are of invented people, everything else is counts.

mod coverage;
mod folder;
mod model;
mod pages;
mod pictures;
mod wording;

pub use coverage::Coverage;
pub use folder::write_folder;
pub use model::{Card, Preview, ProofText, ShownFinding, ShownNotice, State};
pub use pages::{Around, Message, Pages, SCRIPT, STYLE, Viewer};
pub use pictures::pictures;
pub use wording::{ProofFiles, ShownWording};

use super::{Again, Seal, Standing, Wording};
use crate::compose::Composer;
use crate::error::Finding;
use crate::incident::Incident;
use crate::recipients::Counts;
use crate::rules::Rules;

/// What a preview is made of.
pub struct Material<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The law.
    pub rules: &'a Rules,
    /// The templates, loaded for review.
    pub composer: &'a Composer,
    /// Every variant that recipients need, with its proof.
    pub wordings: &'a [Wording],
    /// Where everybody is.
    pub counts: Counts,
    /// What was found on the way; what refuses a run is shown first.
    pub findings: Vec<Finding>,
    /// Where the stored seal stands.
    pub standing: &'a Standing<Seal>,
    /// The stored seal in force or not, with its proofs made again.
    pub sealed: Option<(&'a Seal, &'a [Result<Again, Finding>])>,
    /// Whether signers are listed, so that an approval must be signed.
    pub must_sign: bool,
    /// Digest of everything that a seal would bind now.
    pub version: String,
    /// The clocks of the providers, as a picture (SVG).
    pub clocks: &'a str,
    /// Notices that go to nobody by name, made from the same templates.
    pub notices: Vec<ShownNotice>,
}
