//! Streets that somebody wrote in several lines of one cell (Alt-Enter in a spreadsheet).

use super::cells::clean;

/// Why lines are no street that can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreetFault {
    /// More lines than an address has.
    TooMany,
    /// A line repeats the postal code: the cell holds the whole address.
    WholeAddress,
}

impl StreetFault {
    /// Stable code for findings.
    pub(super) fn code(self) -> &'static str {
        match self {
            StreetFault::TooMany => "street-lines",
            StreetFault::WholeAddress => "address-in-one-cell",
        }
    }

    /// What is wrong.
    pub(super) fn reason(self) -> &'static str {
        match self {
            StreetFault::TooMany => "the street has more than two lines",
            StreetFault::WholeAddress => "the cell holds more than the street: one of its lines has the postal code",
        }
    }

    /// What to do.
    pub(super) fn hint(self) -> &'static str {
        match self {
            StreetFault::TooMany => "write it in two lines at most: the street, and the apartment or unit",
            StreetFault::WholeAddress => "keep only the street there; city, state and postal code have columns of their own",
        }
    }
}

/// Whether a cell has several lines.
pub(super) fn has_break(cell: &str) -> bool {
    cell.contains(is_break)
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The two lines of a street from its cells as the file has them; the second is empty when there is one.
///
/// # Errors
/// The fault that holds the row.
pub(super) fn in_lines(address1: &str, address2: &str, postal_code: &str) -> Result<[String; 2], StreetFault> {
    let lines = address1.split(is_break).chain(address2.split(is_break));
    let mut lines = lines.map(|line| clean(line).into_owned()).filter(|line| !line.is_empty());
    let (one, two, more) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next());
    let zip = postal_code.get(..5).unwrap_or(postal_code);
    if !zip.is_empty() && [Some(&two), more.as_ref()].into_iter().flatten().any(|line| line.ends_with(postal_code) || line.ends_with(zip)) {
        return Err(StreetFault::WholeAddress);
    }
    if more.is_some() { Err(StreetFault::TooMany) } else { Ok([one, two]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_a_street() {
        let both = |one: &str, two: &str| Ok([one.to_owned(), two.to_owned()]);
        for (address1, address2, lines) in [
            ("12 Main St\r\nApt 4", "", both("12 Main St", "Apt 4")),
            ("12 Main St\n\n", " Apt 4", both("12 Main St", "Apt 4")),
            ("", "12 Main St\n Apt 4 ", both("12 Main St", "Apt 4")),
            ("12 Main St\nBldg 2", "Apt 4", Err(StreetFault::TooMany)),
            ("12 Main St\nApt 4\nrear", "", Err(StreetFault::TooMany)),
            ("12 Main St\nSpringfield IL 62701", "", Err(StreetFault::WholeAddress)),
            ("12 Main St\nApt 4\nSpringfield IL 62701-1234", "", Err(StreetFault::WholeAddress)),
        ] {
            assert_eq!(in_lines(address1, address2, "62701-1234"), lines, "{address1:?} {address2:?}");
        }
        assert_eq!(in_lines("12 Main St\nApt 4", "", ""), both("12 Main St", "Apt 4"));
    }

    proptest! {
        #[test]
        fn no_line_is_lost(address1 in "[a-z \n]{0,12}", address2 in "[a-z \n]{0,12}") {
            if let Ok(lines) = in_lines(&address1, &address2, "") {
                let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                prop_assert_eq!(words(&lines.join(" ")), words(&format!("{address1} {address2}")));
            }
        }
    }
}
