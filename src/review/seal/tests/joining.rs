//! Approvals that join others of the same wording, replace one of the same role, or start over.

use super::letters::{again, desk as letters_desk, needs};
use super::{Desk, Seal};
use crate::recipients::Role;
use crate::review::Standing;

/// Name and role of each approval.
fn given(seal: &Seal) -> Vec<(&str, &str)> {
    seal.approvals.iter().map(|approval| (approval.by.as_str(), approval.role.as_str())).collect()
}

#[test]
fn roles_are_needed_and_a_second_approval_joins_or_replaces() {
    let mut desk = Desk::new();
    desk.require(&["counsel", "privacy officer"]);
    desk.approve("Ann", "COUNSEL");
    let expected = ["approval-missing seal/seal.json: the approval of role privacy officer is missing; approved so far: counsel"];
    assert_eq!(desk.broken(), expected);
    desk.approve("Pat", "privacy officer");
    let sealed = desk.approve("Bob", "counsel");
    assert_eq!(given(&sealed), [("Bob", "counsel"), ("Pat", "privacy officer")]);
    desk.require(&["Counsel", "privacy officer"]);
    assert_eq!(desk.standing(), Standing::InForce(sealed));
    desk.require(&["board"]);
    let expected = ["approval-missing seal/seal.json: the approval of role board is missing; approved so far: counsel, privacy officer"];
    assert_eq!(desk.broken(), expected);
}

#[test]
fn an_approval_of_other_texts_fonts_or_of_another_incident_starts_over() {
    let changes: [fn(&mut Desk); 3] =
        [|desk| desk.texts[0].1.push('x'), |desk| desk.fonts[0].sha256.push('x'), |desk| desk.incident.id = "hillside".to_owned()];
    for change in changes {
        let mut desk = Desk::new();
        let first = desk.approve("Ann", "counsel");
        change(&mut desk);
        let second = desk.approve("Pat", "privacy officer");
        assert_eq!(given(&second), [("Pat", "privacy officer")]);
        assert_ne!(second.digest, first.digest);
        assert_eq!(desk.standing(), Standing::InForce(second));
    }
}

#[test]
fn an_approval_of_the_same_wording_keeps_variants_and_proofs_that_are_not_needed_now() {
    let desk = letters_desk();
    let first = desk.approve("Ann", "counsel");
    let mut desk = again(desk);
    needs(&mut desk, &[(Role::Adult, 8)]);
    let second = desk.approve("Pat", "privacy officer");
    assert_eq!((given(&second).len(), second.digest == first.digest), (2, true));
    let counts: Vec<(&str, u64)> = second.variants.iter().map(|variant| (variant.role.as_str(), variant.count)).collect();
    assert_eq!(counts, [("adult", 8), ("minor", 0)]);
    assert!(desk.path("seal/proofs/002.pdf").exists());
    let mut desk = again(desk);
    assert_eq!(desk.standing(), Standing::InForce(second));

    // A wording that was not before them is.
    needs(&mut desk, &[(Role::Adult, 8), (Role::Deceased, 1)]);
    let third = desk.approve("Pat", "privacy officer");
    let roles: Vec<&str> = third.variants.iter().map(|variant| variant.role.as_str()).collect();
    assert_eq!((given(&third), roles), (vec![("Pat", "privacy officer")], vec!["adult", "deceased"]));
    needs(&mut desk, &[(Role::Adult, 8)]);
    desk.texts[0].1.push('x');
    assert_eq!(desk.approve("Ann", "counsel").variants.len(), 1);
    assert!(!desk.path("seal/proofs/002.pdf").exists(), "proofs of another seal do not stay");
}
