//! What a reading hands on.

use crate::error::Finding;

/// The rows of a file that could be read, and what is to be told of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<T> {
    /// In file order.
    pub rows: Vec<T>,
    /// In file order; all of them warn. A line that a finding says was left out is not among the rows.
    pub findings: Vec<Finding>,
}
