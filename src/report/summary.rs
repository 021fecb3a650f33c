//! summary.json.

use crate::recipients::Counts;
use serde::Serialize;

/// `summary.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Over the whole incident.
    #[serde(flatten)]
    pub counts: Counts,
    /// Letters that this call wrote.
    pub written: u64,
    /// Pages of the letters that this call wrote.
    pub pages: u64,
    /// Distinct wordings over the whole incident.
    pub variants: u64,
    /// Whether the letters carry the watermark.
    pub draft: bool,
}
