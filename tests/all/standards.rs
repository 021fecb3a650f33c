//! Every letter keeps PDF/UA-1, every archive copy PDF/A-2a besides: one of each variant, by a validator that is not ours.

use crate::harness::{Home, rows};
use page_validation::{ValidationOptions, ValidationProfile, validate_pdf};
use std::collections::BTreeSet;

/// The rules of a standard that a file breaks.
pub(crate) fn broken(home: &Home, file: &str, profile: ValidationProfile) -> Vec<String> {
    let report = validate_pdf(home.path(file), &ValidationOptions::default().profile(profile)).unwrap();
    assert!(report.is_compliant || !report.failures.is_empty());
    report.failures.iter().map(|failure| format!("{file}: {failure:?}")).collect()
}

#[test]
fn one_letter_of_each_kind_keeps_the_standards() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out out --archive").exits(0);
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for row in rows(&home.read("out/pieces.csv")) {
        if !seen.insert((row["template_id"].clone(), row["pages"].clone())) {
            continue;
        }
        faults.extend(broken(&home, &format!("out/{}", row["file"]), ValidationProfile::PdfUa1));
        let archive = format!("out/{}", row["file"].replacen("letters", "archive", 1));
        faults.extend(broken(&home, &archive, ValidationProfile::PdfUa1));
        faults.extend(broken(&home, &archive, ValidationProfile::PdfA2a));
    }
    assert!(seen.len() >= 8, "four roles in two languages at the least: {seen:?}");
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_validator_sees_what_is_missing() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out out --as both --limit 3").exits(0);
    let part = rows(&home.read("out/pieces.csv"))[0]["file"].clone();
    assert!(!broken(&home, &format!("out/{part}"), ValidationProfile::PdfUa1).is_empty(), "the print stream carries no tags");
}
