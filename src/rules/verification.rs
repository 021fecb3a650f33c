//! verification.toml -> how long a person's check counts.

use super::Confidence;
use super::fault::{Fault, Key, printable};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationFile {
    days: RawDays,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDays {
    value: u16,
    why: String,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
    source: String,
}

/// Days after a check on which it still counts.
pub(super) fn days(raw: &VerificationFile, key: &Key) -> Result<u16, Fault> {
    let key = key.part("days");
    printable(&key, &[&raw.days.why, &raw.days.source])?;
    // Longer than a year is no check of what is printed now.
    if !(1..=366).contains(&raw.days.value) {
        return Err(key.part("value").broken("is out of range: 1 to 366"));
    }
    Ok(raw.days.value)
}
