//! Dates of patient lists, one cell at a time.
//!
//! The reading itself stands beside providers.csv, which needs it first.

pub use crate::incident::dates::{DateFault, parse_date};
