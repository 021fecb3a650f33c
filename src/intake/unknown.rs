//! Columns that are not known: told, and watched where one sounds as if it decided something.

use super::columns::ColumnNames;
use super::decisive::Watch;
use crate::error::{Finding, Place};

/// So many are told one by one.
const TOLD: usize = 200;

/// The columns of one list that are not known.
pub(super) struct Unknown<'a> {
    names: &'a ColumnNames,
    /// The header line.
    place: Place,
    count: usize,
    told: Vec<Finding>,
    /// Positions of all, with what is watched for.
    pub(super) watched: Vec<(usize, Watch)>,
}

impl Unknown<'_> {
    pub(super) fn new(names: &ColumnNames, place: Place) -> Unknown<'_> {
        Unknown { names, place, count: 0, told: Vec::new(), watched: Vec::new() }
    }

    /// Notes one.
    pub(super) fn note(&mut self, position: usize, header: &str) {
        let watch = self.names.others.watch(header);
        self.watched.push((position, watch));
        self.count += 1;
        if self.count <= TOLD {
            let hint = match self.names.nearest_key(header) {
                _ if watch != Watch::Telling => {
                    format!(
                        "it may decide whether or to whom a letter goes, so whoever has an entry in it that may speak against a letter is held: say which of ours it is, columns = {{ ours = \"{header}\" }}, or, when it decides nothing, unread = [\"{header}\"]"
                    )
                }
                Some(name) => format!("if it is `{name}`, say so: columns = {{ {name} = \"{header}\" }}"),
                None => "nothing needs to be done if the letters do not need it".to_owned(),
            };
            let place = self.place.clone().column(header);
            self.told.push(Finding::warns("unknown-column", place, "the column is not known and is not read", hint));
        }
    }

    /// What there is to tell of them.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.told);
        if self.count > TOLD {
            let reason = format!("{} more columns are not known and are not read", self.count - TOLD);
            let hint = "check that the list is the one that was meant";
            findings.push(Finding::warns("unknown-column", self.place.clone(), reason, hint));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::super::tests::{HEADER, assert_starts, describe, held, incident_with};

    #[test]
    fn an_entry_in_a_decisive_column_holds_its_row_until_the_column_is_named() {
        let entries = ["Y", "", "N", "send to work"];
        let rows = entries.iter().zip(1..).map(|(entry, id)| format!("{id},LAKE,Lee,1 Elm,Fair,IL,62701,name,{entry}\n"));
        let text = format!("{HEADER},Do Not Mail\n{}", rows.collect::<String>());
        let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
        let intake = read(&incident).unwrap();
        let told: Vec<String> = intake.findings.iter().map(describe).collect();
        assert_starts(&told, &["patients.csv:1:Do Not Mail unknown-column | it may decide"]);
        let found: Vec<String> = held(&intake).map(|(_, finding)| describe(finding)).collect();
        assert_starts(&found, &["patients.csv:2:Do Not Mail decisive-column", "patients.csv:5:Do Not Mail decisive-column"]);
        incident.lists[0].unread = vec!["do_not_mail".to_owned()];
        let intake = read(&incident).unwrap();
        assert!(intake.findings.is_empty() && held(&intake).next().is_none());
        incident.lists[0].unread = vec!["Do Not Post".to_owned(), "last_name".to_owned()];
        let refused: Vec<String> = read(&incident).unwrap_err().findings.iter().map(describe).collect();
        assert_starts(
            &refused,
            &[
                "incident.toml:29:unread unknown-header",
                "incident.toml:29:unread column-not-read",
                "patients.csv:1:Do Not Mail unknown-column",
                "patients.csv:1:last_name missing-column",
            ],
        );
    }
}
