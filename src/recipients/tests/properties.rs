//! What must hold for any list.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Few values for every cell, so that rows collide in every way.
fn any_person() -> impl Strategy<Value = Person> {
    let first = prop::sample::select(vec!["Ann", "Anne", "A", "Bea", "", "Nancy"]);
    let last = prop::sample::select(vec!["Lee", "Leee", "Miller"]);
    let birth = prop::sample::select(vec!["1980-05-17", "1980-05-18", ""]);
    let patient_id = prop::sample::select(vec!["P1", "P2", ""]);
    let street = prop::sample::select(vec!["1 ELM ST", "8 BAY RD", ""]);
    let suffix = prop::sample::select(vec!["", "", "Jr", "Sr"]);
    let provider = prop::sample::select(vec!["H1", "H1", "H2", "H9"]);
    (first, last, birth, patient_id, street, suffix, provider).prop_map(|(first, last, birth, patient_id, street, suffix, provider)| {
        person("x").named(first, last).all(&[
            (Field::BirthDate, birth),
            (Field::PatientId, patient_id),
            (Field::Address1, street),
            (Field::Suffix, suffix),
            (Field::ProviderId, provider),
        ])
    })
}

fn any_rows() -> impl Strategy<Value = Vec<Person>> {
    prop::collection::vec(any_person(), 0..14)
        .prop_map(|people| people.into_iter().enumerate().map(|(row, person)| person.with(Field::RecordId, &row.to_string())).collect())
}

/// The record ids of every group, whatever the order of rows.
fn grouping(people: &[Person]) -> BTreeSet<BTreeSet<String>> {
    let gathered = case(people.to_vec()).gather();
    let id = |row: &RowIndex| people[row.0 as usize].cells[&Field::RecordId].clone();
    gathered.people.iter().map(|recipient| recipient.rows.iter().map(id).collect()).collect()
}

proptest! {
    #[test]
    fn every_row_ends_in_exactly_one_recipient(people in any_rows()) {
        let count = people.len();
        let gathered = case(people).gather();
        let mut rows: Vec<u32> = gathered.people.iter().flat_map(|recipient| recipient.rows.iter().map(|row| row.0)).collect();
        rows.sort_unstable();
        prop_assert_eq!(rows, (0..count as u32).collect::<Vec<_>>());
        prop_assert_eq!(count, gathered.people.len() + gathered.merges.len());
        let keys: BTreeSet<&PersonKey> = gathered.people.iter().map(|recipient| &recipient.key).collect();
        prop_assert_eq!(keys.len(), gathered.people.len());
        let firsts: Vec<RowIndex> = gathered.people.iter().map(|recipient| recipient.rows[0]).collect();
        prop_assert!(firsts.is_sorted());
    }

    #[test]
    fn the_order_of_rows_does_not_change_who_is_one(people in any_rows(), seed in any::<u64>()) {
        let mut shuffled = people.clone();
        shuffled.sort_by_key(|person| {
            let id: u64 = person.cells[&Field::RecordId].parse().unwrap();
            (id + 1).wrapping_mul(seed | 1) >> 7
        });
        prop_assert_eq!(grouping(&people), grouping(&shuffled));
    }

    #[test]
    fn nobody_has_two_birth_dates_two_suffixes_or_two_providers(people in any_rows()) {
        let gathered = case(people.clone()).gather();
        for recipient in &gathered.people {
            for field in [Field::BirthDate, Field::Suffix, Field::ProviderId] {
                let cells = recipient.rows.iter().map(|row| people[row.0 as usize].cells[&field].as_str());
                let known: BTreeSet<&str> = cells.filter(|cell| !cell.is_empty()).collect();
                prop_assert!(known.len() <= 1);
            }
        }
    }
}
