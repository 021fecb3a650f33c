//! Proofs that are not what was approved, and wordings that nobody approved.

use super::super::{covers, sealed_passages};
use super::letters::{again, desk, kind, needs};
use crate::compose::Variant;
use crate::digest::sha256;
use crate::error::Finding;
use crate::incident::Language;
use crate::recipients::Role;
use crate::review::Standing;
use std::sync::Arc;

#[test]
fn a_proof_is_made_again_byte_for_byte() {
    let desk = desk();
    let sealed = desk.approve("Ann", "counsel");
    let roles: Vec<(&str, u64)> = sealed.variants.iter().map(|variant| (variant.role.as_str(), variant.count)).collect();
    assert_eq!(roles, [("adult", 3), ("minor", 2)]);
    for (place, variant) in sealed.variants.iter().enumerate() {
        let stored = |extension| fs_err::read(desk.path(&format!("seal/proofs/{:03}.{extension}", place + 1))).unwrap();
        assert_eq!((sha256(&stored("pdf")), sha256(&stored("txt"))), (variant.pdf_sha256.clone(), variant.text_sha256.clone()));
        assert_eq!(sealed_passages(desk.home.path(), &sealed, place).unwrap(), Some(desk.wordings[place].proof.passages.clone()));
    }
    assert_eq!(again(desk).standing(), Standing::InForce(sealed));
}

#[test]
fn a_proof_that_reads_otherwise_is_told_with_its_words() {
    let desk = desk();
    desk.approve("Ann", "counsel");
    super::edit(&desk.path("incident.toml"), "Someone copied data.", "Someone sold data.");
    let mut desk = again(desk);
    let words = "\"copied\" became \"sold\" in \"Someone copied data.";
    let broken = desk.broken();
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(
        broken[0].starts_with("seal-broken incident.toml:what_happened: changed since it was approved: \"copied\" became \"sold\""),
        "{broken:?}"
    );
    let expected = format!(
        "seal-broken seal/seal.json: 2 of the 2 approved wordings read otherwise now (variants 1-2): in the paragraph `what_happened` {words}"
    );
    assert!(broken[1].starts_with(&expected), "{broken:?}");

    // Also where no text tells of it.
    desk.texts.pop();
    desk.texts.push(("what-letters-print.txt".to_owned(), "what_happened: Someone copied data.".to_owned()));
    assert_eq!(desk.broken(), [broken[1].clone()]);
    // Without the text as it was approved there are no words for it, and it does not pass.
    fs_err::write(desk.path("seal/proofs/001.txt"), "edited").unwrap();
    fs_err::remove_file(desk.path("seal/proofs/002.txt")).unwrap();
    assert!(desk.broken().iter().any(|told| told.contains("2 of the 2 approved wordings")), "{:?}", desk.broken());
}

#[test]
fn a_proof_that_only_looks_otherwise_breaks_the_seal() {
    let mut desk = desk();
    super::edit(&desk.path("incident.toml"), "duplex = true", "duplex = false");
    let one_sided = again(desk);
    desk = one_sided;
    needs(&mut desk, &[(Role::Adult, 1)]);
    desk.approve("Ann", "counsel");
    super::edit(&desk.path("incident.toml"), "duplex = false", "duplex = true");
    let expected = "seal-broken seal/seal.json: 1 of the 1 approved wordings looks otherwise now (variant 1), with the same words";
    assert_eq!(again(desk).broken(), [expected]);
}

#[test]
fn a_proof_that_cannot_be_made_again_breaks_the_seal() {
    let desk = desk();
    desk.approve("Ann", "counsel");
    super::edit(&desk.path("providers.csv"), "LAKE,", "SHORE,");
    let expected = "seal-broken seal/seal.json: an approved proof cannot be made again: its provider, language or role is gone";
    assert_eq!(again(desk).broken(), [expected]);
}

#[test]
fn a_wording_that_nobody_approved_is_not_covered() {
    let desk = desk();
    let sealed = desk.approve("Ann", "counsel");
    let [adult, minor] = desk.wordings.iter().map(|wording| wording.variant().clone()).collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(covers(&sealed, [(&adult, 900)].into_iter()), Ok(()), "how many there are does not matter");
    let told = |needed: &[(&Variant, u64)]| {
        covers(&sealed, needed.iter().copied()).map_err(|finding: Finding| format!("{} {finding}", finding.code))
    };
    let with = |variant: &Variant, id: &str| {
        let paragraphs = variant.paragraphs.iter().cloned().chain([Arc::from(id)]).collect();
        Variant { paragraphs, ..variant.clone() }
    };
    let start = "seal-broken seal/seal.json: ";
    let (resident, spanish) = (with(&adult, "residents_md"), Variant { language: Language::Spanish, ..minor.clone() });
    assert_eq!(
        told(&[(&adult, 3), (&resident, 1)]).unwrap_err(),
        format!(
            "{start}1 notice has a wording that nobody approved: a letter of role adult in English, with the paragraph `residents_md` that no approved letter has"
        )
    );
    assert_eq!(
        told(&[(&spanish, 4), (&resident, 3)]).unwrap_err(),
        format!("{start}7 notices have a wording that nobody approved: 2 wordings, the first of role minor in Spanish")
    );
    let reordered = Variant { paragraphs: minor.paragraphs.iter().rev().cloned().collect(), ..minor.clone() };
    assert!(told(&[(&reordered, 2)]).is_err(), "the order of paragraphs is part of the wording");
    assert_eq!(kind(Role::Adult), desk.wordings[0].proof.kind);
}
