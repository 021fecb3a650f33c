//! ZIP codes and the states they belong to.

use super::vocabulary::POST;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What is known of a three-digit prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Prefix {
    Unassigned,
    /// Retired, or known to one source only.
    Doubtful,
    Assigned {
        state: String,
        /// Other states that the prefix also serves.
        others: Vec<String>,
    },
}

static PREFIXES: LazyLock<Vec<Prefix>> = LazyLock::new(|| {
    let mut prefixes = vec![Prefix::Unassigned; 1000];
    let mut table = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(include_bytes!("zip3.csv").as_slice());
    for record in table.records().flatten() {
        let cell = |column: usize| record.get(column).unwrap_or_default();
        let Some(slot) = cell(0).parse::<usize>().ok().and_then(|number| prefixes.get_mut(number)) else { continue };
        *slot = match cell(2) {
            "assigned" => Prefix::Assigned {
                state: cell(1).to_owned(),
                others: cell(3).split('|').filter(|other| !other.is_empty()).map(str::to_owned).collect(),
            },
            "doubtful" => Prefix::Doubtful,
            _ => Prefix::Unassigned,
        };
    }
    prefixes
});

/// What is wrong with a ZIP code in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ZipFault {
    Missing,
    /// One or two digits short, in a state whose codes begin with zeros.
    LostZero,
    NotAZip,
    Unassigned,
    Doubtful,
    OtherState,
}

/// `12345`, `12345-6789`; nine digits in a row or parted by a blank get their hyphen. Anything else stays as written.
pub(super) fn zip_form(written: &str) -> Cow<'_, str> {
    let digits: String = written.chars().filter(|c| !matches!(c, ' ' | '-' | '–')).collect();
    let apart = written.split([' ', '-', '–']).filter(|part| !part.is_empty()).map(str::len);
    let lengths: Vec<usize> = apart.collect();
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    match (digits.len(), lengths.as_slice()) {
        (5, [5]) if is_digits => Cow::Owned(digits),
        (9, [9] | [5, 4]) if is_digits => Cow::Owned(format!("{}-{}", &digits[..5], &digits[5..])),
        _ => Cow::Borrowed(written),
    }
}

/// Judges a ZIP code in its print form against a state code.
pub(super) fn judge_zip(zip: &str, state: &str) -> Option<ZipFault> {
    let bytes = zip.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let well_formed = matches!(bytes.len(), 5 | 10) && digits(&bytes[..5]) && (bytes.len() == 5 || bytes[5] == b'-' && digits(&bytes[6..]));
    if zip.is_empty() {
        return Some(ZipFault::Missing);
    }
    if !well_formed {
        let bare = zip.replace('-', "");
        let lost = matches!(bare.len(), 3 | 4 | 7 | 8) && digits(bare.as_bytes()) && POST.leading_zero.contains(state);
        return Some(if lost { ZipFault::LostZero } else { ZipFault::NotAZip });
    }
    if POST.placeholder_zips.contains(&zip[..5]) {
        return Some(ZipFault::Unassigned);
    }
    match zip[..3].parse::<usize>().ok().and_then(|number| PREFIXES.get(number)) {
        None | Some(Prefix::Unassigned) => Some(ZipFault::Unassigned),
        Some(Prefix::Doubtful) => Some(ZipFault::Doubtful),
        Some(Prefix::Assigned { state: home, others }) => {
            let serves = home == state || others.iter().any(|other| other == state);
            (!serves).then_some(ZipFault::OtherState)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip_codes_get_their_hyphen() {
        let cases = [
            ("12345", "12345"),
            ("123456789", "12345-6789"),
            ("12345 6789", "12345-6789"),
            ("12345-6789", "12345-6789"),
            ("12345-", "12345"),
            ("1234-5", "1234-5"),
            ("2139", "2139"),
            ("K1A 0B1", "K1A 0B1"),
            ("90210.0", "90210.0"),
        ];
        for (written, printed) in cases {
            assert_eq!(zip_form(written), printed);
        }
    }

    #[test]
    fn zip_codes_are_judged_with_their_state() {
        let cases = [
            ("02139", "MA", None),
            ("02139-1234", "MA", None),
            ("06390", "NY", None),
            ("96950", "MP", None),
            ("09012", "AE", None),
            ("02139", "CA", Some(ZipFault::OtherState)),
            ("", "MA", Some(ZipFault::Missing)),
            ("2139", "MA", Some(ZipFault::LostZero)),
            ("2139-1234", "MA", Some(ZipFault::LostZero)),
            ("926-1234", "PR", Some(ZipFault::LostZero)),
            ("2139", "CA", Some(ZipFault::NotAZip)),
            ("021390", "MA", Some(ZipFault::NotAZip)),
            ("00000", "MA", Some(ZipFault::Unassigned)),
            ("99999", "AK", Some(ZipFault::Unassigned)),
            ("00312", "PR", Some(ZipFault::Unassigned)),
            ("00212", "NH", Some(ZipFault::Doubtful)),
            ("0213é", "MA", Some(ZipFault::NotAZip)),
        ];
        for (zip, state, fault) in cases {
            assert_eq!(judge_zip(zip, state), fault, "{zip} {state}");
        }
    }
}
