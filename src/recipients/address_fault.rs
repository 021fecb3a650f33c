//! What is wrong with an address: what cannot be mailed at all, and what a person should look at first.

use super::PostalAddress;
use super::address_form::{Written, ends_in_suffix, form, is_placeholder, is_unit};
use super::box_line::is_route_without_box;
use super::hold::{Fault, Remedy};
use super::vocabulary::{POST, VALUES};
use super::zip::{ZipFault, judge_zip};
use crate::intake::{Field, Row, RowIndex};

/// Whether the home address of a row could be mailed to as it stands.
pub(super) fn is_full_home(row: Row<'_>, index: RowIndex) -> bool {
    let written = Written::home(row, index);
    judge(&written, &form(&written), std::iter::empty()).iter().all(|fault| fault.remedy == Remedy::Ruling)
}

/// Every fault of an address, gravest first. `providers` are the providers' own addresses in print form.
pub(super) fn judge<'a>(written: &Written, address: &PostalAddress, mut providers: impl Iterator<Item = &'a PostalAddress>) -> Vec<Fault> {
    let judge = Judge { written, address };
    if written.is_blank() {
        let hint = "add the last known address, or exclude the record with the clause that applies";
        return vec![judge.lack(0, "address-missing", "there is no address", hint)];
    }
    let mut faults = Vec::new();
    faults.extend(judge.street());
    faults.extend(if address.is_foreign() { judge.foreign() } else { judge.domestic() });
    faults.extend(providers.find_map(|provider| judge.provider(provider)));
    if faults.is_empty() {
        faults.extend(judge.number());
    }
    faults.sort_by_key(|fault| fault.remedy == Remedy::Ruling);
    faults
}

struct Judge<'a> {
    written: &'a Written<'a>,
    address: &'a PostalAddress,
}

impl Judge<'_> {
    fn field(&self, part: usize) -> Field {
        self.written.fields[part]
    }

    fn lack(&self, part: usize, code: &'static str, reason: &'static str, hint: &'static str) -> Fault {
        Fault::lack(self.written.row, self.field(part), code, reason, hint)
    }

    fn doubt(&self, part: usize, code: &'static str, reason: &'static str, hint: &'static str) -> Fault {
        Fault::doubt(self.written.row, self.field(part), code, reason, hint)
    }

    fn street(&self) -> Option<Fault> {
        let PostalAddress { address1, address2, city, .. } = self.address;
        let says_something = |line: &str| line.chars().any(char::is_alphanumeric);
        if !says_something(address1) && !says_something(address2) {
            let hint = "add the street and number, or the box";
            return Some(self.lack(0, "address-no-street", "there is neither a street nor a box", hint));
        }
        for (part, line) in [(0, address1), (1, address2), (2, city)] {
            let capitals = line.to_uppercase();
            if is_placeholder(&capitals) {
                let hint = "look for the last known address; without one the person counts for substitute notice";
                return Some(self.lack(part, "address-placeholder", "the entry says that there is no address", hint));
            }
            if line.contains('\u{FFFD}') {
                let hint = "export the list again as UTF-8";
                return Some(self.lack(
                    part,
                    "address-damaged",
                    "the address holds a character that was lost in an earlier conversion",
                    hint,
                ));
            }
            if VALUES.find(&capitals.split(' ').collect::<Vec<_>>()).is_some() || is_ssn(line) {
                let hint = "take it out of the list: it would show through the envelope's window";
                return Some(self.lack(part, "address-holds-value", "a line of the address holds what belongs into another column", hint));
            }
            let hint = "look whether columns were shifted, and put the street here";
            if line.contains('@') {
                return Some(self.lack(part, "address-is-email", "an e-mail address stands in the place of the street or city", hint));
            }
            if is_phone(line) {
                return Some(self.lack(part, "address-is-phone", "a telephone number stands in the place of the street or city", hint));
            }
        }
        None
    }

    fn foreign(&self) -> Vec<Fault> {
        let PostalAddress { city, state, postal_code, country, .. } = self.address;
        let mut faults = Vec::new();
        if country.chars().filter(|letter| letter.is_alphabetic()).count() < 4 {
            let hint = "write the country's full name in English, or leave it empty for the United States";
            faults.push(self.lack(5, "country-unknown", "the country is none that is known", hint));
        }
        if city.is_empty() && postal_code.is_empty() {
            faults.push(self.lack(2, "address-no-city", "there is neither a city nor a postal code", "add the city"));
        }
        let looks_domestic =
            POST.state_code(&state.to_uppercase()).is_some() && judge_zip(&super::zip::zip_form(postal_code), "").is_some_and(is_zip);
        if looks_domestic {
            let hint = "leave the country empty for the United States, or correct state and postal code";
            faults.push(self.doubt(5, "country-doubtful", "the country is foreign, but state and ZIP are American", hint));
        }
        faults
    }

    fn domestic(&self) -> Vec<Fault> {
        let PostalAddress { city, state, postal_code, .. } = self.address;
        let mut faults = Vec::new();
        if !city.chars().any(char::is_alphabetic) {
            faults.push(self.lack(2, "address-no-city", "there is no city", "add the city"));
        }
        if state.is_empty() {
            faults.push(self.lack(3, "address-no-state", "there is no state", "add the two-letter code of the state"));
        } else if POST.state_code(state).is_none() {
            let hint = "write the two-letter code; for an address abroad fill in the country";
            faults.push(self.lack(3, "state-unknown", "the state is none that the post knows", hint));
        }
        faults.extend(self.military());
        if let Some(fault) = judge_zip(postal_code, state)
            && (fault != ZipFault::OtherState || faults.is_empty())
        {
            faults.push(self.zip(fault));
        }
        faults
    }

    fn military(&self) -> Option<Fault> {
        let military_city = POST.military_cities.contains(&self.address.city);
        let military_state = POST.military.contains_key(&self.address.state);
        if military_state && !military_city {
            let hint = "write APO, FPO or DPO as the city; a foreign city or country must not stand on military mail";
            return Some(self.lack(2, "military-city", "the city of a military address is not APO, FPO or DPO", hint));
        }
        let hint = "write AA, AE or AP as the state";
        (military_city && !military_state)
            .then(|| self.lack(3, "military-state", "the state of a military address is not AA, AE or AP", hint))
    }

    fn zip(&self, fault: ZipFault) -> Fault {
        let look = "look the address up and correct state or ZIP, or release the person when it is right";
        match fault {
            ZipFault::Missing => self.lack(4, "zip-missing", "there is no ZIP code", "add the ZIP code"),
            ZipFault::LostZero => {
                let hint = "a spreadsheet may have dropped the zeros at the front: export the column as text, or put them back";
                self.lack(4, "zip-lost-zero", "the ZIP code is short of digits", hint)
            }
            ZipFault::NotAZip => {
                self.lack(4, "zip-malformed", "the ZIP code has neither 5 nor 9 digits", "write 5 digits, or 5 and 4 with a hyphen")
            }
            ZipFault::Unassigned => {
                self.lack(4, "zip-unassigned", "no place in the United States has this ZIP code", "look the ZIP code up and correct it")
            }
            ZipFault::Doubtful => self.doubt(4, "zip-doubtful", "the post no longer uses ZIP codes that begin so", look),
            ZipFault::OtherState => self.doubt(4, "zip-state-mismatch", "the ZIP code belongs to another state", look),
        }
    }

    fn provider(&self, provider: &PostalAddress) -> Option<Fault> {
        // The same street in the next ZIP code, or with a unit, is the provider's all the same.
        let region = |address: &PostalAddress| address.postal_code.chars().take(3).collect::<String>();
        let own = provider.address1.as_str();
        let is_own = |line: &String| line == own || line.strip_prefix(own).is_some_and(|unit| unit.starts_with(' '));
        let lines = [&self.address.address1, &self.address.address2];
        let same = !own.is_empty() && lines.into_iter().any(is_own) && region(self.address) == region(provider);
        let hint = "a list often has the provider's address where none is known: look for the patient's own";
        same.then(|| self.lack(0, "address-is-providers", "the address is the provider's own", hint))
    }

    fn number(&self) -> Option<Fault> {
        let PostalAddress { address1, address2, .. } = self.address;
        let has_digit = |line: &str| line.chars().any(char::is_numeric);
        let counted = address1.split(' ').next().is_some_and(|word| POST.number_words.contains(word) || POST.care_of.contains(word));
        if !self.address.is_foreign() && [address1, address2].into_iter().any(|line| is_route_without_box(line)) {
            let hint = "add the box, or release the person when the carrier knows the name";
            return Some(self.doubt(0, "address-no-box", "the route has no box", hint));
        }
        let only_digits = |line: &str| line.bytes().all(|byte| byte.is_ascii_digit());
        if !self.address.is_foreign() && !address1.is_empty() && only_digits(address1) && (address2.is_empty() || is_unit(address2)) {
            let hint = "add the street, or release the person when the number is all there is";
            return Some(self.doubt(0, "address-only-number", "the line has a number, but no street", hint));
        }
        let lacks = !self.address.is_foreign() && ends_in_suffix(address1) && !counted && !has_digit(address1) && !has_digit(address2);
        let hint = "add the number, or release the person when the street has none";
        lacks.then(|| self.doubt(0, "address-no-number", "the street has no number", hint))
    }
}

/// A ZIP code that is well formed, whatever its state.
fn is_zip(fault: ZipFault) -> bool {
    matches!(fault, ZipFault::Doubtful | ZipFault::OtherState)
}

/// A social security number, in its usual form.
fn is_ssn(line: &str) -> bool {
    line.contains('-')
        && line.split(' ').any(|word| {
            let lengths: Vec<usize> = word.split('-').map(str::len).collect();
            lengths == [3, 2, 4] && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        })
}

fn is_phone(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    matches!(digits, 10 | 11) && line.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Rows;

    fn codes(values: [&str; 6]) -> Vec<&'static str> {
        let fields = [Field::Address1, Field::Address2, Field::City, Field::State, Field::PostalCode, Field::Country];
        let values: Vec<(Field, &str)> = fields.into_iter().zip(values).collect();
        let rows = Rows::of_one(&values);
        let written = Written::home(rows.get(0), RowIndex(0));
        let provider =
            PostalAddress { address1: "500 HOSPITAL DR".to_owned(), postal_code: "02139".to_owned(), ..PostalAddress::default() };
        judge(&written, &form(&written), std::iter::once(&provider)).iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn every_fault_of_an_address_is_found() {
        let cases: [([&str; 6], &[&str]); 72] = [
            (["1 Elm St", "", "Boston", "MA", "02139", ""], &[]),
            (["PO Box 5", "", "Boston", "MA", "02139", "US"], &[]),
            (["", "PO Box 5", "Boston", "MA", "02139", ""], &[]),
            (["General Delivery", "", "Boston", "MA", "02139", ""], &[]),
            (["12 Test Rd", "", "Boston", "MA", "02139", ""], &[]),
            (["One Elm St", "", "Boston", "MA", "02139", ""], &[]),
            (["Elm St", "", "Boston", "MA", "02139", ""], &["address-no-number"]),
            (["", "", "", "", "", ""], &["address-missing"]),
            (["", "", "Boston", "MA", "02139", ""], &["address-no-street"]),
            (["--", ".", "Boston", "MA", "02139", ""], &["address-no-street"]),
            (["Unknown", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Homeless", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["1 Elm St", "RETURNED MAIL", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["N/A", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Same", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["TEST", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Testing", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["SAME AS PATIENT", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["See notes.", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["None given", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["No address on file", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Not provided", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Patient refused", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Unable to obtain", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["RTS", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Moved away", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Deceased", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["On the streets", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Unhoused", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["No permanent address", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["123 Test St", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Sin dirección", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Desconocido", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["XXXXX", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["1 Elm St", "Bad addr - mail retd", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["1 Elm St", "", "Anytown", "MA", "02139", ""], &["address-placeholder"]),
            (["RR 2", "", "Boston", "MA", "02139", ""], &["address-no-box"]),
            (["HC 68 Box 23", "", "Boston", "MA", "02139", ""], &[]),
            (["1 Elm St", "jo@example.com", "Boston", "MA", "02139", ""], &["address-is-email"]),
            (["1 Elm St", "", "Unknown", "MA", "02139", ""], &["address-placeholder"]),
            (["jo@example.com", "", "Boston", "MA", "02139", ""], &["address-is-email"]),
            (["(617) 555-0100", "", "Boston", "MA", "02139", ""], &["address-is-phone"]),
            (["500 Hospital Drive", "", "Boston", "MA", "02139-0001", ""], &["address-is-providers"]),
            (["1 Elm St", "", "", "MA", "02139", ""], &["address-no-city"]),
            (["1 Elm St", "", "Boston", "", "02139", ""], &["address-no-state"]),
            (["1 Elm St", "", "Boston", "CZ", "02139", ""], &["state-unknown"]),
            (["1 Elm St", "", "Boston", "MA", "", ""], &["zip-missing"]),
            (["1 Elm St", "", "Boston", "MA", "2139", ""], &["zip-lost-zero"]),
            (["1 Elm St", "", "Boston", "MA", "21390000000", ""], &["zip-malformed"]),
            (["1 Elm St", "", "Boston", "MA", "00312", ""], &["zip-unassigned"]),
            (["1 Elm St", "", "Boston", "MA", "90210", ""], &["zip-state-mismatch"]),
            (["1 Elm St", "", "Keene", "NH", "00212", ""], &["zip-doubtful"]),
            (["PSC 3 Box 7", "", "Ramstein", "AE", "09012", ""], &["military-city"]),
            (["PSC 3 Box 7", "", "APO", "NY", "09012", ""], &["military-state"]),
            (["PSC 3 Box 7", "", "APO", "AE", "09012", ""], &[]),
            (["1 Elm St", "", "Boston", "MA", "02139", "UNTIED STATES"], &["country-doubtful"]),
            (["1 Elm St", "", "Boston", "MA", "02139", "ZQ"], &["country-unknown", "country-doubtful"]),
            (["1 King St", "", "Ottawa", "ON", "K1A 0B1", "Canada"], &[]),
            (["1 King St", "", "", "", "", "Canada"], &["address-no-city"]),
            (["PO Box", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["Incarcerated", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["12 Jail Rd", "", "Boston", "MA", "02139", ""], &[]),
            (["DECEASED 1 Elm St", "", "Boston", "MA", "02139", ""], &["address-placeholder"]),
            (["123", "", "Boston", "MA", "02139", ""], &["address-only-number"]),
            (["PSC 41", "", "APO", "AE", "09012", ""], &["address-no-box"]),
            (["500 Hospital Drive #3", "", "Boston", "MA", "02140", ""], &["address-is-providers"]),
            (["1 Elm St", "MRN 12345", "Boston", "MA", "02139", ""], &["address-holds-value"]),
            (["1 Elm St", "DOB 1970-12-25", "Boston", "MA", "02139", ""], &["address-holds-value"]),
            (["1 Elm St", "123-45-6789", "Boston", "MA", "02139", ""], &["address-holds-value"]),
            (["1 Elm St", "N/A", "Boston", "MA", "02139", ""], &[]),
            (["1 Elm St", "NULL", "Boston", "MA", "02139", ""], &[]),
            (["1 Elm\u{FFFD} St", "", "Boston", "MA", "02139", ""], &["address-damaged"]),
        ];
        for (values, expected) in cases {
            assert_eq!(codes(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_doubt_may_be_ruled_away_but_a_lack_may_not() {
        let rows = Rows::of_one(&[(Field::Address1, "1 Elm St"), (Field::State, "MA"), (Field::PostalCode, "90210")]);
        let written = Written::home(rows.get(0), RowIndex(0));
        let remedies: Vec<Remedy> = judge(&written, &form(&written), std::iter::empty()).iter().map(|fault| fault.remedy).collect();
        assert_eq!(remedies, [Remedy::Correction]);
        assert!(!is_full_home(rows.get(0), RowIndex(0)));
    }
}
