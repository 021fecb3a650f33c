//! The columns of a vendor's answer, found by their names.

use crate::error::{Error, Finding, Place, Result};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Column of ours -> names that vendors give it; columns.toml says what each is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    required: BTreeMap<String, Vec<String>>,
    optional: BTreeMap<String, Vec<String>>,
}

static NAMES: LazyLock<Names> =
    LazyLock::new(|| toml::from_str(include_str!("columns.toml")).expect("columns.toml is built in and a test reads it"));

/// Where each column of ours stands.
pub(super) struct Columns(BTreeMap<&'static str, usize>);

impl Columns {
    /// Finds the columns in a header.
    ///
    /// # Errors
    /// Refused when one is missing, or two could be the same.
    pub(super) fn find(file: &str, header: &csv::StringRecord) -> Result<Columns> {
        let mut places = BTreeMap::new();
        let mut refused = Vec::new();
        let headers: Vec<String> = header.iter().map(plain).collect();
        for (needed, names) in [(true, &NAMES.required), (false, &NAMES.optional)] {
            for (column, names) in names {
                let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
                let found: Vec<usize> = (0..headers.len()).filter(|place| names.contains(&headers[*place])).collect();
                match found.as_slice() {
                    [place] => drop(places.insert(column.as_str(), *place)),
                    [] if !needed => {}
                    [] => refused.push(fault(file, column, "is missing")),
                    [..] => refused.push(fault(file, column, "could be more than one column")),
                }
            }
        }
        if refused.is_empty() { Ok(Columns(places)) } else { Err(Error::refused_all(refused)) }
    }

    /// The cell of a column, without outer blanks; empty when the answer does not have the column.
    pub(super) fn cell<'a>(&self, record: &'a csv::StringRecord, column: &str) -> &'a str {
        self.0.get(column).and_then(|place| record.get(*place)).unwrap_or_default().trim()
    }
}

fn fault(file: &str, column: &str, what: &str) -> Finding {
    let hint = "have the vendor return our columns as they went out, with ncoa_return_code, move_type, new_address1, new_address2, \
                new_city, new_state, new_zip; the README lists the names that are known";
    Finding::refuses("answer-columns", Place::line(file, 1), format!("the column `{column}` {what}"), hint)
}

/// Letters and digits of a name, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> csv::StringRecord {
        names.split(',').collect()
    }

    #[test]
    fn columns_are_found_by_their_letters() {
        let found =
            Columns::find("a.csv", &header("Record,SET,Full Name,Other,NCOA Return Code,Move-Type,NEW_ADDR1,New City,new st,New ZIP5"));
        let found = found.unwrap();
        let row = header("P0000001,S1,Ann Lee,x,A,I, 1 ELM ST ,BOSTON,MA,02139");
        assert_eq!(found.cell(&row, "record"), "P0000001");
        assert_eq!(found.cell(&row, "new_address1"), "1 ELM ST");
        assert_eq!(found.cell(&row, "dpv"), "");
    }

    #[test]
    fn missing_and_doubtful_columns_are_named() {
        let refusal = |names: &str| Columns::find("a.csv", &header(names)).err().unwrap().findings;
        let all = "record,set,name,ncoa_return_code,move_type,new_address1,new_city,new_state,new_zip";
        assert_eq!(refusal(&all.replace("move_type,", "")).len(), 1);
        assert!(refusal(&all.replace("set,", ""))[0].reason.contains("`set` is missing"));
        assert!(refusal(&format!("{all},return_code"))[0].reason.contains("`code` could be more than one"));
    }
}
