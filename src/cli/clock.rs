//! The one place that reads the clock.

use jiff::{Timestamp, ZonedDateTime, civil::Date};

/// Today's civil date where this machine stands.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub(super) fn today() -> Date {
    ZonedDateTime::now().date()
}

/// The moment.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
