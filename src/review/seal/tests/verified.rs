//! A sealed folder checked by itself.

use super::{Desk, Signing, letters, told};
use crate::review::signature::test_keys::Keys;
use crate::review::{AllowedSigners, VerifiedSeal, verify_seal};

/// A folder that Ann signed, without a key file or a list beside it.
fn signed(keys: &Keys) -> (Desk, AllowedSigners) {
    let key = keys.key("ann", "ed25519");
    keys.file("allowed_signers", format!("counsel {}\n", keys.public("ann")));
    let desk = letters::desk();
    desk.try_approve("Ann", "counsel", Signing::Key(&key)).unwrap();
    (desk, AllowedSigners::read(keys.home.path(), "allowed_signers").unwrap())
}

#[track_caller]
fn refused(desk: &Desk, signers: Option<&AllowedSigners>) -> Vec<String> {
    told(&verify_seal(desk.home.path(), signers).unwrap_err().findings)
}

#[test]
fn a_seal_verifies_with_its_keys() {
    let keys = Keys::new();
    let (desk, signers) = signed(&keys);
    let VerifiedSeal { incident, texts, variants, approvals, .. } = verify_seal(desk.home.path(), Some(&signers)).unwrap();
    assert_eq!((incident.as_str(), texts, variants), (desk.incident.id.as_str(), desk.texts.len(), 2));
    let key = format!("{} (ann)", keys.fingerprint("ann"));
    assert_eq!((approvals[0].key.as_deref(), approvals[0].tied_to_role), (Some(key.as_str()), true));
    let unlisted = verify_seal(desk.home.path(), None).unwrap().approvals;
    assert_eq!((unlisted[0].key.as_deref(), unlisted[0].tied_to_role), (Some(keys.fingerprint("ann").as_str()), false));
    assert_eq!(
        told(&verify_seal(keys.home.path(), None).unwrap_err().findings),
        ["not-sealed seal/seal.json: there is no seal in this folder"]
    );
}

#[test]
fn an_unsigned_seal_verifies_only_where_no_signers_are_listed() {
    let keys = Keys::new();
    let (desk, signers) = signed(&keys);
    desk.approve("Bob", "board");
    let approvals = verify_seal(desk.home.path(), None).unwrap().approvals;
    assert_eq!((approvals[1].by.as_str(), approvals[1].key.is_none()), ("Bob", true));
    assert_eq!(refused(&desk, Some(&signers)), ["signature-missing seal/seal.json: the approval of board by Bob is unsigned"]);
}

#[test]
fn whatever_was_edited_is_named() {
    const EDITED: &str = "seal-broken seal/seal.json: the seal was edited: its digest is not that of what it names";
    const SIGNED: &str = "signature-edited seal/seal.json: the signature is not of this approval: the approval or the signature was changed after it was signed";
    let keys = Keys::new();
    let (desk, signers) = signed(&keys);
    let desk = letters::again(desk);
    let seal = fs_err::read(desk.path("seal/seal.json")).unwrap();
    for (from, to, expected) in [
        ("\"engine\": \"", "\"engine\": \"9.", vec![EDITED]),
        ("\"role\": \"minor\"", "\"role\": \"adult\"", vec![EDITED]),
        ("\"named\": false", "\"named\": true", vec![EDITED]),
        ("\"digest\": \"", "\"digest\": \"0", vec![EDITED, SIGNED]),
        ("\"incident\": \"", "\"incident\": \"a", vec![EDITED, SIGNED]),
        ("\"by\": \"Ann\"", "\"by\": \"Eve\"", vec![SIGNED]),
        ("\"on\": \"2026-01-05\"", "\"on\": \"2026-01-04\"", vec![SIGNED]),
    ] {
        desk.edit(from, to);
        assert_eq!(refused(&desk, Some(&signers)), expected, "{to}");
        fs_err::write(desk.path("seal/seal.json"), &seal).unwrap();
    }

    for name in ["seal/texts/templates/en/letter.md", "seal/proofs/001.pdf", "seal/proofs/002.txt"] {
        let bytes = fs_err::read(desk.path(name)).unwrap();
        fs_err::write(desk.path(name), [&bytes[..], b"x"].concat()).unwrap();
        assert_eq!(refused(&desk, None), [format!("seal-broken {name}: is not what was approved")]);
        assert_eq!(desk.broken(), refused(&desk, None), "the gate says the same");
        fs_err::remove_file(desk.path(name)).unwrap();
        assert_eq!(refused(&desk, None), [format!("seal-broken {name}: is gone: it was approved")]);
        assert_eq!(desk.broken(), refused(&desk, None));
        fs_err::write(desk.path(name), bytes).unwrap();
    }
    for name in ["seal/proofs/003.pdf", "seal/texts/templates/en/parts/more.md", "seal/note.txt"] {
        fs_err::write(desk.path(name), "x").unwrap();
        assert_eq!(refused(&desk, None), [format!("seal-broken {name}: was not approved: the seal does not name it")]);
        assert_eq!(desk.broken(), refused(&desk, None));
        fs_err::remove_file(desk.path(name)).unwrap();
    }
    assert!(verify_seal(desk.home.path(), Some(&signers)).is_ok());
}

#[test]
fn a_seal_without_an_approval_is_none() {
    let desk = letters::desk();
    desk.approve("Ann", "counsel");
    let mut seal: serde_json::Value = serde_json::from_slice(&fs_err::read(desk.path("seal/seal.json")).unwrap()).unwrap();
    seal["approvals"] = serde_json::json!([]);
    fs_err::write(desk.path("seal/seal.json"), seal.to_string()).unwrap();
    assert_eq!(refused(&desk, None), ["seal-broken seal/seal.json: nobody has approved what the seal binds"]);
    assert_eq!(letters::again(desk).broken(), ["approval-missing seal/seal.json: nobody has approved the wording"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_what_was_approved() {
    let keys = Keys::new();
    let desk = letters::again(signed(&keys).0);
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["seal/proofs/001.pdf", "seal/seal.json", "seal/texts", "seal"] {
        let (there, here) = (elsewhere.path().join("moved"), desk.path(name));
        fs_err::rename(&here, &there).unwrap();
        std::os::unix::fs::symlink(&there, &here).unwrap();
        let told = refused(&desk, None);
        let expected = format!("seal-broken {name}: is a link: a copy of the folder would not have what was approved");
        assert_eq!(told, [expected]);
        assert_eq!(desk.broken(), told, "the gate says the same");
        fs_err::remove_file(&here).unwrap();
        fs_err::rename(&there, &here).unwrap();
    }
    assert!(verify_seal(desk.home.path(), None).is_ok());
}
