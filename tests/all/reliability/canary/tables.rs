//! Every table of a ledger and every value in it: none is a patient's, and one that were would be named by its table and column.

use super::super::ledgers::Place;
use super::holds;
use postgres::NoTls;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::BTreeSet;
use std::path::Path;

/// Tables without which a ledger is none.
const KNOWN: [&str; 4] = ["event", "ledger", "outbox", "standing"];

/// What was looked at, by table.
#[derive(Default)]
struct Values {
    tables: BTreeSet<String>,
    count: usize,
}

impl Values {
    #[track_caller]
    fn look(&mut self, table: &str, column: &str, value: &[u8]) {
        assert!(!holds(value), "table {table}, column {column} holds patient data");
        self.count += 1;
    }

    #[track_caller]
    fn counted(self) -> (usize, usize) {
        for known in KNOWN {
            assert!(self.tables.contains(known), "there is no table {known} in {:?}", self.tables);
        }
        assert!(self.count > 500, "only {} values", self.count);
        (self.tables.len(), self.count)
    }
}

/// Looks through an SQLite file; how many tables it has, and values.
#[track_caller]
pub(super) fn of_file(path: &Path) -> (usize, usize) {
    let ledger = Connection::open(path).unwrap();
    let mut values = Values::default();
    let mut query = ledger.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    values.tables = query.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for table in values.tables.clone() {
        let mut query = ledger.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
        let mut rows = query.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (index, column) in columns.iter().enumerate() {
                match row.get_ref(index).unwrap() {
                    ValueRef::Null => {}
                    ValueRef::Integer(number) => values.look(&table, column, number.to_string().as_bytes()),
                    ValueRef::Real(number) => values.look(&table, column, number.to_string().as_bytes()),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => values.look(&table, column, bytes),
                }
            }
        }
    }
    values.counted()
}

/// The same of a schema of PostgreSQL.
#[track_caller]
pub(super) fn of_schema(place: &Place) -> (usize, usize) {
    let mut client = postgres::Client::connect(place.option.trim_start_matches(" --ledger "), NoTls).unwrap();
    let columns = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
        WHERE table_schema = current_schema()";
    let mut values = Values::default();
    for column in client.query(columns, &[]).unwrap() {
        let [table, column, kind] = [0, 1, 2].map(|index| column.get::<_, String>(index));
        let bytes = if kind == "bytea" { format!("\"{column}\"") } else { format!("convert_to(\"{column}\"::text, 'UTF8')") };
        for row in client.query(&format!("SELECT {bytes} FROM \"{table}\""), &[]).unwrap() {
            row.get::<_, Option<Vec<u8>>>(0).iter().for_each(|value| values.look(&table, &column, value));
        }
        values.tables.insert(table);
    }
    values.counted()
}

#[test]
fn a_value_of_a_patient_is_named_by_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE event (detail); INSERT INTO event VALUES (x'5a6171766978')").unwrap();
    let found = std::panic::catch_unwind(|| of_file(&path)).unwrap_err();
    assert!(found.downcast::<String>().unwrap().starts_with("table event, column detail"));
}
