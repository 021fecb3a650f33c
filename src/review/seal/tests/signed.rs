//! Signed approvals: which key signed, in which role, and what was changed since.

use super::{Desk, Sealing, Signing, contacts, told};
use crate::error::Finding;
use crate::review::signature::test_keys::Keys;
use crate::review::{AllowedSigners, Seal, Standing, prepare};
use std::path::Path;

/// Ann's key is tied to the role of counsel, Pat's to that of the privacy officer, and nobody knows Eve's.
fn desk(keys: &Keys) -> Desk {
    ["ann", "pat", "eve"].iter().for_each(|name| _ = keys.key(name, "ed25519"));
    let lines = format!("counsel {}\n\"privacy officer\" {}\n", keys.public("ann"), keys.public("pat"));
    keys.file("allowed_signers", lines);
    let signers = AllowedSigners::read(keys.home.path(), "allowed_signers").unwrap();
    let mut desk = Desk { signers: Some(signers), ..Desk::new() };
    desk.require(&["counsel"]);
    desk
}

fn sign(desk: &Desk, role: &str, key: &Path) -> Result<Seal, Vec<Finding>> {
    desk.try_approve("Ann", role, Signing::Key(key)).map_err(|error| error.findings)
}

#[test]
fn a_signed_approval_is_in_force() {
    let keys = Keys::new();
    let mut desk = desk(&keys);
    let sealed = sign(&desk, "Counsel", &keys.path("ann")).unwrap();
    assert!(sealed.approvals[0].signature.is_some());
    assert_eq!(desk.standing(), Standing::InForce(sealed.clone()));
    desk.signers = None;
    assert_eq!(desk.standing(), Standing::InForce(sealed), "where no signers are listed the signature is of the approval nonetheless");
}

#[test]
fn a_signature_that_the_approver_made_elsewhere_counts_as_well() {
    let keys = Keys::new();
    let desk = desk(&keys);
    let prepared = prepare(Sealing { contacts: contacts(), ..desk.sealing("Ann", "counsel") }).unwrap();
    let statement = keys.file("statement", prepared.statement());
    let lines = [
        "breachnotice approval",
        "incident: lakeside",
        &format!("seal: {}", prepared.statement().split("seal: ").nth(1).unwrap().lines().next().unwrap()),
        "role: counsel",
        "by: Ann",
        "on: 2026-01-05",
        "checked: federal.ftc by Mo on 2026-01-05, called",
        "accepted without a check: state.MD (stale since 2026-01-05)",
        "accepted without a check: state.RI (never verified)",
        "because: office closed",
    ];
    assert_eq!(prepared.statement().lines().collect::<Vec<_>>(), lines);
    let (key, statement) = (keys.path("ann"), statement.to_str().unwrap().to_owned());
    let args = ["-q", "-Y", "sign", "-n", crate::review::NAMESPACE, "-f", key.to_str().unwrap(), &statement];
    assert!(std::process::Command::new("ssh-keygen").args(args).status().unwrap().success());
    let armored = std::fs::read_to_string(format!("{statement}.sig")).unwrap();
    let sealed = prepared.seal(Signing::Given(&armored), desk.signers.as_ref()).unwrap();
    assert_eq!(desk.standing(), Standing::InForce(sealed));
    let other = prepare(desk.sealing("Bob", "counsel")).unwrap().seal(Signing::Given(&armored), desk.signers.as_ref()).unwrap_err();
    assert_eq!(other.findings[0].code, "signature-edited");
}

#[test]
fn where_signers_are_listed_only_their_signatures_seal() {
    let keys = Keys::new();
    let desk = desk(&keys);
    let unsigned = desk.try_approve("Ann", "counsel", Signing::Unsigned).unwrap_err();
    let expected = "signature-missing incident.toml:approvals.allowed_signers: the approval of counsel must be signed, because incident.toml names allowed_signers";
    assert_eq!(told(&unsigned.findings), [expected]);
    for (key, expected) in [("pat", "may sign as privacy officer, not as counsel"), ("eve", "signed by an unknown key")] {
        let refused = told(&sign(&desk, "counsel", &keys.path(key)).unwrap_err());
        assert!(refused.len() == 1 && refused[0].contains(expected), "{refused:?}");
    }
    assert!(!desk.path("seal").exists(), "a refusal writes nothing");
    sign(&desk, "privacy officer", &keys.path("pat")).unwrap();
    assert!(desk.broken()[0].contains("the approval of role counsel is missing"));
}

#[test]
fn where_signers_are_listed_only_their_signatures_hold() {
    let keys = Keys::new();
    let mut desk = desk(&keys);
    let signers = desk.signers.take();
    for (signing, role, expected) in [
        (
            Signing::Unsigned,
            "counsel",
            "seal-broken seal/seal.json: the approval of counsel by Ann is unsigned, and incident.toml names allowed_signers".to_owned(),
        ),
        (
            Signing::Key(&keys.path("pat")),
            "counsel",
            format!(
                "signature-role seal/seal.json: signed by key {}, which may sign as privacy officer, not as counsel",
                keys.fingerprint("pat")
            ),
        ),
        (
            Signing::Key(&keys.path("eve")),
            "counsel",
            format!(
                "signature-unknown-key seal/seal.json: signed by an unknown key {}: the file of allowed signers does not have it",
                keys.fingerprint("eve")
            ),
        ),
    ] {
        desk.signers = None;
        let sealed = desk.try_approve("Ann", role, signing).unwrap();
        assert_eq!(desk.standing(), Standing::InForce(sealed));
        desk.signers.clone_from(&signers);
        assert_eq!(desk.broken(), [expected]);
    }
    // The right key in the place of the wrong one.
    let sealed = sign(&desk, "counsel", &keys.path("ann")).unwrap();
    assert_eq!((sealed.approvals.len(), desk.standing()), (1, Standing::InForce(sealed)));
}

#[test]
fn whatever_is_edited_after_it_was_signed_shows() {
    const EDITED: &str = "signature-edited seal/seal.json: the signature is not of this approval: the approval or the signature was changed after it was signed";
    let keys = Keys::new();
    let desk = desk(&keys);
    let prepared = prepare(Sealing { contacts: contacts(), ..desk.sealing("Ann", "counsel") }).unwrap();
    let sealed = prepared.seal(Signing::Key(&keys.path("ann")), desk.signers.as_ref()).unwrap();
    let text = fs_err::read_to_string(desk.path("seal/seal.json")).unwrap();
    let armored = sealed.approvals[0].signature.clone().unwrap();
    let (head, body) = armored.split_once('\n').unwrap();
    let forged = format!("{head}\\n{}", body.replace('\n', "\\n").replacen(&body[200..204], "AAAA", 1));
    for (from, to, expected) in [
        ("\"by\": \"Ann\"", "\"by\": \"Eve\"", EDITED),
        ("\"on\": \"2026-01-05\"", "\"on\": \"2026-01-04\"", EDITED),
        ("\"role\": \"counsel\"", "\"role\": \"Counsel\"", EDITED),
        ("\"by\": \"Mo\"", "\"by\": \"Eve\"", EDITED),
        ("\"block\": \"federal.ftc\"", "\"block\": \"state.MD\"", EDITED),
        ("\"source\": \"called\"", "\"source\": \"wrote\"", EDITED),
        ("\"since\": \"2026-01-05\"", "\"since\": \"2026-01-06\"", EDITED),
        ("\"reason\": \"office closed\"", "\"reason\": \"office open\"", EDITED),
        ("\"statement_sha256\": \"", "\"statement_sha256\": \"0", "seal-broken seal/seal.json: the approval of counsel by Ann was edited"),
        (armored.replace('\n', "\\n").as_str(), forged.as_str(), EDITED),
        (
            armored.replace('\n', "\\n").as_str(),
            "none",
            "signature-unreadable seal/seal.json: the signature cannot be understood: it is damaged, or of a kind that is not supported",
        ),
    ] {
        desk.edit(from, to);
        assert_eq!(desk.broken(), [expected], "{to}");
        fs_err::write(desk.path("seal/seal.json"), &text).unwrap();
    }

    // Other wording, and a digest that was made to fit: unsigned it would pass.
    let mut forged = Seal { files: Vec::new(), ..sealed.clone() };
    forged.digest = forged.digest_of_named();
    fs_err::remove_dir_all(desk.path("seal/texts")).unwrap();
    let present = super::Present { texts: &[], ..desk.present() };
    assert_eq!(super::broken(super::seal_standing(Some(forged.clone()), &present).unwrap()), [EDITED]);
    forged.approvals[0].signature = None;
    forged.approvals[0].statement_sha256 = crate::digest::sha256(forged.approvals[0].statement(&forged).as_bytes());
    let unsigned = super::Present { signers: None, ..present };
    assert!(matches!(super::seal_standing(Some(forged), &unsigned).unwrap(), Standing::InForce(_)));
}
