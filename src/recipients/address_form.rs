//! Addresses as lists write them -> addresses as the post prefers them (USPS Publication 28), every change told.
//!
//! Only the form is changed, never what may be meaning: capitals, punctuation, blanks, the last street suffix, state codes, ZIP hyphens.

use super::box_line;
use super::vocabulary::{Forms, NO_ADDRESS, POST, SUFFIXES, country_name};
use super::zip::zip_form;
use super::{Change, PostalAddress};
use crate::intake::{Field, Row, RowIndex};
use crate::privacy::Private;

/// What a change of an address's form is recorded under.
pub(super) const RULE: &str = "address-form";

/// One of the addresses of a row, as the list has it.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) row: RowIndex,
    pub(super) fields: [Field; 6],
    values: [&'a str; 6],
}

impl<'a> Written<'a> {
    /// Where the patient lives.
    pub(super) fn home(row: Row<'a>, index: RowIndex) -> Written<'a> {
        Self::of(row, index, Field::HOME)
    }

    /// Where the representative is written to.
    pub(super) fn representative(row: Row<'a>, index: RowIndex) -> Written<'a> {
        Self::of(row, index, Field::REPRESENTATIVE)
    }

    /// Where alone the patient asked to be written to (45 CFR 164.522(b)).
    pub(super) fn confidential(row: Row<'a>, index: RowIndex) -> Written<'a> {
        Self::of(row, index, Field::CONFIDENTIAL)
    }

    /// What an address vendor gave in place of a home address.
    pub(super) fn answered(index: RowIndex, values: [&'a str; 6]) -> Written<'a> {
        Written { row: index, fields: Field::HOME, values }
    }

    fn of(row: Row<'a>, index: RowIndex, fields: [Field; 6]) -> Written<'a> {
        Written { row: index, fields, values: fields.map(|field| row.get(field)) }
    }

    /// Whether nothing is written; a country alone is what forms fill in by themselves.
    pub(super) fn is_blank(&self) -> bool {
        self.values[..5].iter().all(|value| value.is_empty())
    }

    /// Whether a street or box line says anything.
    pub(super) fn has_street(&self) -> bool {
        self.values[..2].iter().any(|line| line.chars().any(char::is_alphanumeric) && !is_placeholder(&line_form(line)))
    }

    fn region(&self) -> Region {
        // Nearly every address.
        if self.values[5].is_empty()
            && let Some((code, _)) = POST.states.get_key_value(self.values[3])
        {
            return Region::Domestic(Some(code));
        }
        let (state, country) = (line_form(self.values[3]), line_form(self.values[5]));
        if country.is_empty() || POST.domestic.names.contains(&country) {
            return Region::Domestic(POST.state_code(&state));
        }
        match POST.territory_code(&country) {
            Some(territory) if state.is_empty() || POST.state_code(&state) == Some(territory) => Region::Domestic(Some(territory)),
            _ => Region::Foreign(country_name(&country).map_or(country, str::to_owned)),
        }
    }
}

enum Region {
    /// With the state's code when it is one.
    Domestic(Option<&'static str>),
    /// With the country's name.
    Foreign(String),
}

/// The state code of a domestic address; `None` when unknown or foreign.
pub(super) fn domestic_state(written: &Written) -> Option<&'static str> {
    match written.region() {
        Region::Domestic(state) => state,
        Region::Foreign(_) => None,
    }
}

/// The address in print form. Foreign addresses are kept as typed, but for the country.
pub(super) fn form(written: &Written) -> PostalAddress {
    let [address1, address2, city, state, postal_code, _] = written.values;
    match written.region() {
        Region::Foreign(country) => PostalAddress {
            address1: address1.to_owned(),
            address2: address2.to_owned(),
            city: city.to_owned(),
            state: state.to_owned(),
            postal_code: postal_code.to_owned(),
            country,
        },
        Region::Domestic(code) => PostalAddress {
            address1: street_form(address1),
            address2: second_line_form(address2),
            city: line_form(city),
            state: code.map_or_else(|| line_form(state), str::to_owned),
            postal_code: zip_form(postal_code).into_owned(),
            country: String::new(),
        },
    }
}

/// Every value that the print form changed.
pub(super) fn changes(written: &Written, address: &PostalAddress) -> Vec<Change> {
    let printed = [&address.address1, &address.address2, &address.city, &address.state, &address.postal_code, &address.country];
    let all = written.fields.iter().zip(written.values).zip(printed);
    let changed = all.filter(|((_, from), to)| from != to);
    changed.map(|((field, _), to)| Change { row: written.row, field: *field, rule: RULE, to: Private::new(to.clone()) }).collect()
}

/// Whether a line in print form says nothing: a placeholder of post.toml.
pub(super) fn is_placeholder(line: &str) -> bool {
    POST.placeholders.whole.contains(line) || NO_ADDRESS.find(&line.split(' ').collect::<Vec<_>>()).is_some()
}

/// A street line in print form: [`line_form`], boxes and routes in one way, the abbreviation of the last street suffix, of what
/// stands behind it, and of units. Directions before a street's name stay as written: they may belong to it (`NORTH SHORE DR`).
pub(super) fn street_form(text: &str) -> String {
    let line = line_form(text);
    let mut words: Vec<&str> = line.split(' ').collect();
    if let Some(words) = box_line::form(&words) {
        return words.join(" ");
    }
    let end = street_end(&words);
    if let Some((place, abbreviation)) = suffix(&words) {
        words[place] = abbreviation;
        // Behind a word that is a unit as well, a letter would be read as the unit's number.
        let is_street = place + 1 < end && !POST.units.contains(abbreviation);
        if let Some(direction) = words.get_mut(place + 1).filter(|_| is_street) {
            *direction = shorter(&POST.direction_forms, direction);
        }
    }
    for unit in &mut words[end..] {
        *unit = shorter(&POST.unit_forms, unit);
    }
    let line = words.join(" ");
    box_line::urbanization(&line).unwrap_or(line)
}

/// A line below the street in print form: as a street line, and a unit that begins it abbreviated.
fn second_line_form(text: &str) -> String {
    let line = street_form(text);
    if POST.placeholders.nothing.contains(&line) {
        return String::new();
    }
    match line.split_once(' ') {
        Some((unit, rest)) if is_unit(&line) => format!("{} {rest}", shorter(&POST.unit_forms, unit)),
        None if is_unit(&line) => shorter(&POST.unit_forms, &line).to_owned(),
        _ => line,
    }
}

fn shorter<'a>(forms: &'a Forms, word: &'a str) -> &'a str {
    forms.get(word).map_or(word, String::as_str)
}

/// The place of the suffix of a numbered street, and its abbreviation: the last word before units and a direction.
fn suffix(words: &[&str]) -> Option<(usize, &'static str)> {
    let numbered = words.first().is_some_and(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    let mut end = street_end(words);
    if end > 3 && POST.directions.contains(words[end - 1]) {
        end -= 1;
    }
    let (word, before) = (words.get(end.checked_sub(1)?)?, words.get(end.checked_sub(2)?)?);
    let is_name = end < 3 || !numbered || *before == "THE" || POST.highways.contains(*before);
    let abbreviation = SUFFIXES.get(*word)?;
    (!is_name).then_some((end - 1, abbreviation.as_str()))
}

/// Where the street ends and units begin: `12 OAK ST APT 5` -> 3.
fn street_end(words: &[&str]) -> usize {
    let mut end = words.len();
    loop {
        match &words[..end] {
            [_, _, .., "#", _] => end -= 2,
            [_, _, .., unit, value] if POST.units.contains(*unit) && is_unit_value(value) => end -= 2,
            [_, _, .., unit] if end < words.len() && words[end] == "#" && POST.units.contains(*unit) => end -= 1,
            [_, _, .., unit] if POST.lone_units.contains(*unit) => end -= 1,
            _ => return end,
        }
    }
}

fn is_unit_value(word: &str) -> bool {
    word.len() == 1 || word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a line in print form names a unit of a building: `APT 5`, `# 12`, `REAR`.
pub(super) fn is_unit(line: &str) -> bool {
    let mut words = line.split([' ', '#']);
    let first = words.next().unwrap_or_default();
    line.starts_with('#') || POST.units.contains(first) && words.next().is_some() || POST.lone_units.contains(line)
}

/// Whether a line in print form ends like a street: `MAIN ST`.
pub(super) fn ends_in_suffix(line: &str) -> bool {
    line.split(' ').count() > 1 && line.split(' ').next_back().is_some_and(|word| SUFFIXES.contains_key(word))
}

/// Capitals without punctuation that the post does not want; hyphens, slashes and decimal points stay.
pub(super) fn line_form(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if text.bytes().all(plain) {
        return text.to_owned();
    }
    let upper = text.to_uppercase();
    let mut letters = upper.chars().peekable();
    let mut line = String::with_capacity(text.len() + 2);
    let (mut before, mut letters_before) = (' ', 0);
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied().unwrap_or(' ');
        match letter {
            '.' if before.is_ascii_digit() && after.is_ascii_digit() => line.push('.'),
            '.' if before.is_alphabetic() && after.is_alphabetic() && letters_before == 1 => {}
            '\'' | '’' | '‘' | '`' if before.is_alphabetic() && letters_before > 1 && !after.is_numeric() => {}
            '.' | ',' | ';' | ':' | '"' | '“' | '”' | '(' | ')' | '[' | ']' | '_' | '*' | '!' | '?' | '\'' | '’' | '‘' | '`' => {
                line.push(' ');
            }
            '–' | '—' | '‐' | '‑' => line.push('-'),
            '#' => line.push_str(" # "),
            other => line.push(other),
        }
        letters_before = if letter.is_alphabetic() { letters_before + 1 } else { 0 };
        before = letter;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let speaks = |word: &str| !word.chars().all(|letter| matches!(letter, '-' | '#'));
    let first = words.iter().position(|word| word.chars().any(|letter| letter != '-')).unwrap_or(words.len());
    let last = words.iter().rposition(|word| speaks(word)).map_or(first, |place| place + 1);
    words[first.min(last)..last].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Rows;
    use proptest::prelude::*;

    #[test]
    fn street_lines_take_the_form_of_the_post() {
        let cases = [
            ("123 Main Street", "123 MAIN ST"),
            ("123 Main Street, Apt. 5", "123 MAIN ST APT 5"),
            ("123 main street apt.5", "123 MAIN ST APT 5"),
            ("123 Main Street #5", "123 MAIN ST # 5"),
            ("123 Main Street Apt #5", "123 MAIN ST APT # 5"),
            ("123 Main Street N.W.", "123 MAIN ST NW"),
            ("12 Avenue Road", "12 AVENUE RD"),
            ("12 North Avenue", "12 NORTH AVE"),
            ("12 St. Paul's Street", "12 ST PAULS ST"),
            ("12 Avenue of the Americas", "12 AVENUE OF THE AMERICAS"),
            ("100 The Circle", "100 THE CIRCLE"),
            ("100 Broadway", "100 BROADWAY"),
            ("100 Park", "100 PARK"),
            ("4100 County Road 12", "4100 COUNTY ROAD 12"),
            ("4100 County Road", "4100 COUNTY ROAD"),
            ("100 Oak Cr", "100 OAK CR"),
            ("P.O. Box 12", "PO BOX 12"),
            ("P. O. Box 12", "PO BOX 12"),
            ("P.O.Box 12", "PO BOX 12"),
            ("c/o Sarah Lake", "C/O SARAH LAKE"),
            ("Hope Harbor Center", "HOPE HARBOR CENTER"),
            ("112-10 Bronx Road", "112-10 BRONX RD"),
            ("123 1/2 Elm Street", "123 1/2 ELM ST"),
            ("39.2 Road", "39.2 ROAD"),
            ("112 - 10 Bronx Road", "112 - 10 BRONX RD"),
            ("5 O'Brien Lane", "5 O BRIEN LN"),
            ("5 Peñón Drive -", "5 PEÑÓN DR"),
            ("Unit 2050 Box 4190", "UNIT 2050 BOX 4190"),
            ("RR 2 Box 152", "RR 2 BOX 152"),
            ("R.R. #2, Box #152", "RR 2 BOX 152"),
            ("RR2 Box 18", "RR 2 BOX 18"),
            ("Rural Route 2 Box 18", "RR 2 BOX 18"),
            ("RFD Route 4 #87A", "RR 4 BOX 87A"),
            ("RD 3 Box 9", "RR 3 BOX 9"),
            ("Rte. 5, Box 10", "RR 5 BOX 10"),
            ("Route 5", "ROUTE 5"),
            ("Rd 3", "RD 3"),
            ("HC 68 Box 23", "HC 68 BOX 23"),
            ("HCR 68 Box 23A", "HC 68 BOX 23A"),
            ("Highway Contract Route 68 Box 23", "HC 68 BOX 23"),
            ("Star Route 12 Box 45", "HC 12 BOX 45"),
            ("Star Route Box 45", "STAR ROUTE BOX 45"),
            ("PSC 3, Box #7", "PSC 3 BOX 7"),
            ("CMR 1250 Box 100", "CMR 1250 BOX 100"),
            ("USS Sulaco", "USS SULACO"),
            ("Unit 5", "UNIT 5"),
            ("Post Office Box 12", "PO BOX 12"),
            ("PO Box #12", "PO BOX 12"),
            ("P.O. Drawer L", "PO BOX L"),
            ("Drawer 7", "PO BOX 7"),
            ("Lockbox 44", "PO BOX 44"),
            ("Caller 4", "PO BOX 4"),
            ("Bin Street 5", "BIN STREET 5"),
            ("PO Box", "PO BOX"),
            ("Gen. Delivery", "GENERAL DELIVERY"),
            ("General Delivery", "GENERAL DELIVERY"),
            ("Urb. Las Gladiolas", "URB LAS GLADIOLAS"),
            ("Urbanización Las Gladiolas", "URB LAS GLADIOLAS"),
            ("150 Calle A", "150 CALLE A"),
            ("1234 Ave Ashford Apto 1A", "1234 AVE ASHFORD APTO 1A"),
            ("123 Main Street Suite 200", "123 MAIN ST STE 200"),
            ("123 Main Street Building 4 Apartment 5", "123 MAIN ST BLDG 4 APT 5"),
            ("123 Main Street Basement", "123 MAIN ST BSMT"),
            ("123 Main Street South", "123 MAIN ST S"),
            ("123 Main Street Northwest Apt 5", "123 MAIN ST NW APT 5"),
            ("123 North Shore Drive", "123 NORTH SHORE DR"),
            ("123 N Main Street", "123 N MAIN ST"),
            ("123 East West Highway", "123 EAST WEST HWY"),
            ("4100 US Highway 50", "4100 US HIGHWAY 50"),
            ("4100 State Route 39", "4100 STATE ROUTE 39"),
            ("4100 Farm to Market Road 1200", "4100 FARM TO MARKET ROAD 1200"),
            ("4100 FM 1200", "4100 FM 1200"),
            ("4100 Interstate 10", "4100 INTERSTATE 10"),
            ("", ""),
            ("#", ""),
        ];
        for (from, to) in cases {
            assert_eq!(street_form(from), to, "{from}");
        }
    }

    #[test]
    fn second_lines_take_the_form_of_the_post() {
        let cases = [
            ("Apartment 5", "APT 5"),
            ("Suite #200", "STE # 200"),
            ("Floor 2", "FL 2"),
            ("Rear", "REAR"),
            ("Penthouse", "PH"),
            ("Building", "BUILDING"),
            ("P.O. Box 9", "PO BOX 9"),
            ("urb. Sabanera", "URB SABANERA"),
            ("c/o Ann Lee", "C/O ANN LEE"),
            ("12 Oak Street", "12 OAK ST"),
            ("n/a", ""),
            ("NULL", ""),
            ("", ""),
        ];
        for (from, to) in cases {
            assert_eq!(second_line_form(from), to, "{from}");
        }
    }

    fn formed(values: [&str; 6]) -> (PostalAddress, usize) {
        let fields = [Field::Address1, Field::Address2, Field::City, Field::State, Field::PostalCode, Field::Country];
        let values: Vec<(Field, &str)> = fields.into_iter().zip(values).collect();
        let rows = Rows::of_one(&values);
        let written = Written::home(rows.get(0), RowIndex(0));
        let address = form(&written);
        let changed = changes(&written, &address).len();
        (address, changed)
    }

    #[test]
    fn states_and_countries_take_their_code_or_name() {
        let cases = [
            (["1 ELM ST", "", "BOSTON", "MA", "02139", ""], ("MA", "02139", "", 0)),
            (["1 Elm Street", "", "Boston", "Massachusetts", "021391234", "USA"], ("MA", "02139-1234", "", 5)),
            (["1 ELM ST", "", "BOSTON", "M.A.", "02139", "U.S."], ("MA", "02139", "", 2)),
            (["1 CALLE SOL", "", "PONCE", "", "00730", "Puerto Rico"], ("PR", "00730", "", 2)),
            (["PSC 3 BOX 7", "", "APO", "AE", "09012", ""], ("AE", "09012", "", 0)),
            (["10 Rue de la Paix", "", "Paris", "", "75002", "fr"], ("", "75002", "FRANCE", 1)),
            (["1 King St", "", "Ottawa", "ON", "K1A 0B1", "Canada"], ("ON", "K1A 0B1", "CANADA", 1)),
            (["1 ELM ST", "", "BOSTON", "XX", "02139", ""], ("XX", "02139", "", 0)),
            (["Hauptstr. 5", "", "Berlin", "", "10115", "Deutschland"], ("", "10115", "GERMANY", 1)),
            (["Av. Reforma 1", "", "Puebla", "PUE", "72000", "México"], ("PUE", "72000", "MEXICO", 1)),
            (["Av. Reforma 1", "", "Puebla", "PUE", "72000", "MEXICO"], ("PUE", "72000", "MEXICO", 0)),
            (["Via Roma 1", "", "Roma", "RM", "00118", "Italia"], ("RM", "00118", "ITALY", 1)),
            (["1-1 Chiyoda", "", "Tokyo", "", "100-0001", "日本"], ("", "100-0001", "JAPAN", 1)),
            (["1 Rue X", "", "Abidjan", "", "", "Côte d’Ivoire"], ("", "", "IVORY COAST", 1)),
            (["1 High St", "", "Leeds", "", "LS1 1AA", "U.K."], ("", "LS1 1AA", "UNITED KINGDOM", 1)),
            (["1 High St", "", "Leeds", "", "LS1 1AA", "England"], ("", "LS1 1AA", "ENGLAND", 1)),
            (["1 Main St", "", "Erewhon", "", "1", "Ruritania"], ("", "1", "RURITANIA", 1)),
            (["1 ELM ST", "", "BOSTON", "MA", "02139", "Estados Unidos"], ("MA", "02139", "", 1)),
            (["1 KING ST", "", "CHRISTIANSTED", "", "00820", "U.S. Virgin Islands"], ("VI", "00820", "", 2)),
            (["1 KING ST", "", "CHRISTIANSTED", "USVI", "00820", ""], ("VI", "00820", "", 1)),
            (["1 ROUTE 4", "", "HAGATNA", "GU", "96910", "GUM"], ("GU", "96910", "", 1)),
            (["PO BOX 5", "", "KOROR", "PW", "96940", "Palau"], ("PW", "96940", "", 1)),
        ];
        for (values, (state, zip, country, changed)) in cases {
            let (address, changes) = formed(values);
            assert_eq!(
                (address.state.as_str(), address.postal_code.as_str(), address.country.as_str(), changes),
                (state, zip, country, changed)
            );
        }
        assert_eq!(formed(["10 Rue de la Paix", "", "Paris", "", "75002", "FR"]).0.address1, "10 Rue de la Paix");
    }

    proptest! {
        #[test]
        fn forms_are_idempotent(text in "[ -~àñ’–#]{0,40}", street in "[0-9]{1,4}( (MAIN|OLD|KEY|TRAILER|FLAT|STREET|AVENUE|N|APT|#|5|B|REAR|Lake|NORTH|SUITE|BASEMENT)){0,6}", boxed in "(RR|RR2|HC|HC7|RFD|RD|ROUTE|STAR ROUTE|PO|P.O.|POB|PSC|UNIT|DRAWER|BIN|URB|GEN|GENERAL|#|Suite)( (BOX|BX|#|5|12A|B|L|ROUTE|DELIVERY|DEL|Lake|URB|FLOOR)){0,5}") {
            for text in [text, street, boxed] {
                let once = street_form(&text);
                prop_assert_eq!(street_form(&once), once.clone());
                let line = line_form(&text);
                prop_assert_eq!(line_form(&line), line.clone());
                let second = second_line_form(&text);
                prop_assert_eq!(second_line_form(&second), second.clone());
            }
        }

        #[test]
        fn digits_of_an_address_never_change(text in "[A-Za-z0-9 .,'#-]{0,40}") {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            prop_assert_eq!(digits(&street_form(&text)), digits(&text));
        }
    }
}
