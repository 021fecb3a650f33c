//! What a run tells a person: counts and tables. Forms, notices and evidence join them here.

mod out_of_reach;
mod standing;
mod summary;
mod tables;

pub use out_of_reach::{Lost, OutOfReach, lost};
pub use standing::{Channel, Loose, Status, status};
pub use summary::Summary;
pub use tables::write_tables;
