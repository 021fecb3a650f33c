//! federal.toml -> [`Federal`], checked.

use super::fault::{Fault, Key, printable};
use super::{Clause, Confidence, Federal, Limit, Part2};
use jiff::civil::Date;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FederalFile {
    individual_days: RawLimit,
    discovery: RawClause,
    unknown_agency: RawClause,
    hhs_at_once_from: RawLimit,
    hhs_log_days: RawLimit,
    media_above: RawLimit,
    media_days: RawLimit,
    substitute_other_means_from: RawLimit,
    substitute_public_from: RawLimit,
    substitute_posting_days: RawLimit,
    written_hold: RawClause,
    oral_hold_days: RawLimit,
    hold_effect: RawClause,
    deceased_without_next_of_kin: RawClause,
    deceased_without_substitute_notice: RawClause,
    email_agreement: RawClause,
    unsecured: RawClause,
    business_associate_days: RawLimit,
    part2_program: RawPart2,
    retention_years: RawLimit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimit {
    value: u32,
    clause: String,
    confidence: Confidence,
    source: String,
}

impl RawLimit {
    fn check(self, key: &Key) -> Result<Limit, Fault> {
        // No federal number of days or people comes near a thousand; a typing error would.
        if !(1..=1000).contains(&self.value) {
            return Err(key.part("value").broken("is out of range: 1 to 1000"));
        }
        printable(key, &[&self.clause, &self.source])?;
        Ok(Limit { value: self.value, clause: self.clause, confidence: self.confidence })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClause {
    clause: String,
    confidence: Confidence,
    source: String,
}

impl RawClause {
    fn check(self, key: &Key) -> Result<Clause, Fault> {
        printable(key, &[&self.clause, &self.source])?;
        Ok(Clause { clause: self.clause, confidence: self.confidence })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart2 {
    clause: String,
    from: Date,
    confidence: Confidence,
    source: String,
}

impl RawPart2 {
    fn check(self, key: &Key) -> Result<Part2, Fault> {
        printable(key, &[&self.clause, &self.source])?;
        Ok(Part2 { clause: self.clause, from: self.from, confidence: self.confidence })
    }
}

/// The federal limits.
pub(super) fn federal(raw: FederalFile, key: &Key) -> Result<Federal, Fault> {
    let federal = Federal {
        individual_days: raw.individual_days.check(&key.part("individual_days"))?,
        discovery: raw.discovery.check(&key.part("discovery"))?,
        unknown_agency: raw.unknown_agency.check(&key.part("unknown_agency"))?,
        hhs_at_once_from: raw.hhs_at_once_from.check(&key.part("hhs_at_once_from"))?,
        hhs_log_days: raw.hhs_log_days.check(&key.part("hhs_log_days"))?,
        media_above: raw.media_above.check(&key.part("media_above"))?,
        media_days: raw.media_days.check(&key.part("media_days"))?,
        substitute_other_means_from: raw.substitute_other_means_from.check(&key.part("substitute_other_means_from"))?,
        substitute_public_from: raw.substitute_public_from.check(&key.part("substitute_public_from"))?,
        substitute_posting_days: raw.substitute_posting_days.check(&key.part("substitute_posting_days"))?,
        written_hold: raw.written_hold.check(&key.part("written_hold"))?,
        oral_hold_days: raw.oral_hold_days.check(&key.part("oral_hold_days"))?,
        hold_effect: raw.hold_effect.check(&key.part("hold_effect"))?,
        deceased_without_next_of_kin: raw.deceased_without_next_of_kin.check(&key.part("deceased_without_next_of_kin"))?.clause,
        deceased_without_substitute_notice: raw
            .deceased_without_substitute_notice
            .check(&key.part("deceased_without_substitute_notice"))?
            .clause,
        email_agreement: raw.email_agreement.check(&key.part("email_agreement"))?.clause,
        unsecured: raw.unsecured.check(&key.part("unsecured"))?,
        business_associate_days: raw.business_associate_days.check(&key.part("business_associate_days"))?,
        part2_program: raw.part2_program.check(&key.part("part2_program"))?,
        retention_years: raw.retention_years.check(&key.part("retention_years"))?,
    };
    if federal.substitute_other_means_from.value >= federal.substitute_public_from.value {
        return Err(key.part("substitute_public_from").broken("is not above substitute_other_means_from"));
    }
    Ok(federal)
}
