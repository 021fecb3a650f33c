//! What is read, and every way in which a signature or a file is refused.

use super::test_keys::{Agent, Keys, STATEMENT, sign_alone, sign_by_agent, sign_typing, ssh_keygen};
use super::{AllowedSigners, NAMESPACE, SignatureFault, Signer, signer_of};
use crate::error::Result;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

const DAY: Date = date(2026, 1, 6);

fn read(keys: &Keys, lines: &str) -> Result<AllowedSigners> {
    keys.file("allowed_signers", lines);
    AllowedSigners::read(keys.home.path(), "allowed_signers")
}

/// What judging a signature in the role of counsel gives: the comment, or the code and the words.
fn judged(keys: &Keys, lines: &str, statement: &str, armored: &str) -> Result<String, String> {
    let found = read(keys, lines).unwrap().verify("Counsel", DAY, statement, armored);
    found.map(|signer| signer.comment).map_err(|fault| format!("{} {fault}", fault.code()))
}

#[test]
fn a_key_signs_for_its_role_on_its_days() {
    let keys = Keys::new();
    let armored = sign_alone(&keys.key("ann", "ed25519")).unwrap();
    let public = keys.public("ann");
    for before in ["counsel", "board,COUNSEL", "c*,!chief*", "\"privacy officer,counsel\"", "counsel\t namespaces=\"approval@*\" "] {
        assert_eq!(judged(&keys, &format!("{before} {public}"), STATEMENT, &armored).unwrap(), "ann", "{before}");
    }
    let before = format!("\u{feff}# people\r\n\r\nboard {public}\r\ncounsel valid-before=\"20260101\" {public}\r\n");
    let lines = format!("{before} counsel valid-after=20260106Z,Valid-Before=\"202601070000\" {public} of Ann \"A\r\n");
    assert_eq!(judged(&keys, &lines, STATEMENT, &armored).unwrap(), "ann of Ann \"A");
    let expected = Signer { fingerprint: keys.fingerprint("ann"), comment: "ann".to_owned() };
    let officer = read(&keys, &format!("\"privacy officer\" {public}")).unwrap();
    assert_eq!(officer.verify("Privacy Officer", DAY, STATEMENT, &armored), Ok(expected));
    assert_eq!(signer_of(STATEMENT, &armored), Ok(keys.fingerprint("ann")));
    assert_eq!(signer_of(STATEMENT, &armored.replace('\n', "\r\n")), Ok(keys.fingerprint("ann")));
}

#[test]
fn every_reason_is_told_apart_in_words() {
    let keys = Keys::new();
    let armored = sign_alone(&keys.key("ann", "ed25519")).unwrap();
    keys.key("bob", "ed25519");
    let (ann, bob, print) = (keys.public("ann"), keys.public("bob"), keys.fingerprint("ann"));
    let key = keys.path("ann").to_str().unwrap().to_owned();
    let elsewhere =
        |namespace: &str| String::from_utf8(ssh_keygen(&["-q", "-Y", "sign", "-n", namespace, "-f", &key], STATEMENT).stdout).unwrap();
    let right = format!("counsel {ann}");
    for (lines, statement, armored, expected) in [
        (&right, STATEMENT, "no signature", "signature-unreadable the signature cannot be understood".to_owned()),
        (&right, STATEMENT, &format!("see below\n{armored}"), "signature-unreadable".to_owned()),
        (&right, STATEMENT, &format!("{armored}{armored}"), "signature-unreadable".to_owned()),
        (&right, STATEMENT, &elsewhere("file"), "signature-namespace the signature was made for another use, `file`".to_owned()),
        (&right, STATEMENT, &elsewhere("a\u{1b}[2J"), "signature-namespace the signature was made for another use, not".to_owned()),
        (&right, "another statement", &armored, "signature-edited the signature is not of this approval".to_owned()),
        (&right, STATEMENT.trim_end(), &armored, "signature-edited".to_owned()),
        (&format!("counsel {bob}"), STATEMENT, &armored, format!("signature-unknown-key signed by an unknown key {print}: the file")),
        (
            &format!("board {ann}\ncounsel {bob}\nchief* {ann}"),
            STATEMENT,
            &armored,
            format!("signature-role signed by key {print}, which may sign as board or chief*, not as Counsel"),
        ),
        (&format!("*,!counsel {ann}"), STATEMENT, &armored, "signature-role".to_owned()),
        (
            &format!("counsel namespaces=\"file,git\" {ann}"),
            STATEMENT,
            &armored,
            format!("signature-key-use signed by key {print}, which the file of allowed signers keeps for other uses than {NAMESPACE}"),
        ),
        (
            &format!("counsel valid-before=20260106 {ann}\ncounsel valid-after=\"20260107\" {ann}"),
            STATEMENT,
            &armored,
            format!("signature-day signed by key {print}, which is valid before 2026-01-06 or from 2026-01-07, not on 2026-01-06"),
        ),
    ] {
        let reason = judged(&keys, lines, statement, armored).unwrap_err();
        assert!(reason.starts_with(&expected), "{reason}\n{expected}");
        assert!(!reason.chars().any(char::is_control), "{reason}");
    }
}

#[test]
fn a_line_that_is_not_understood_is_refused_with_its_place() {
    let keys = Keys::new();
    keys.key("ann", "ed25519");
    keys.key("small", "rsa -b 1024");
    keys.key("large", "rsa -b 5120");
    let (public, cut) = (keys.public("ann"), keys.public("ann").replace(" AAAA", " AAA"));
    for (line, expected) in [
        ("counsel".to_owned(), "neither a key type nor an option that is known"),
        ("counsel ssh-ed25519".to_owned(), "the key is missing"),
        (format!("counsel {cut}"), "the key cannot be understood"),
        (format!("counsel {}", public.replace("ssh-ed25519", "ssh-rsa")), "the key cannot be understood"),
        (format!("counsel {}", public.replace("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com")), "certificates are not supported"),
        (format!("counsel cert-authority {public}"), "`cert-authority` is not supported"),
        (format!("counsel no-touch-required {public}"), "neither a key type nor an option"),
        (format!("counsel namespaces=\"\" {public}"), "`namespaces` has an empty name"),
        (format!("counsel namespaces=\"a b {public}"), "a quotation mark is not closed"),
        (format!("counsel valid-after=2026-01-06 {public}"), "`valid-after` is no date"),
        (format!("counsel valid-before=\"20260230\" {public}"), "`valid-before` is no date"),
        (format!("counsel valid-after=20260106,valid-after=20260107 {public}"), "an option is given twice"),
        (format!("counsel valid-after=20260106,valid-before=20260106 {public}"), "`valid-before` is not after"),
        (format!("counsel,,board {public}"), "a role is empty"),
        (format!("counsel {public} \u{1b}[2J"), "the line has a control character"),
        (format!("counsel {}", keys.public("small")), "an RSA key of 1024 bits is not supported"),
        (format!("counsel {}", keys.public("large")), "an RSA key of 5120 bits is not supported"),
    ] {
        let error = read(&keys, &format!("# first\ncounsel {public}\n{line}\n")).unwrap_err();
        assert_eq!((error.findings.len(), error.findings[0].place.to_string().as_str()), (1, "allowed_signers:3"), "{line}");
        assert!(error.findings[0].reason.starts_with(expected), "{line}: {error}");
    }
    assert_eq!(read(&keys, "counsel\nboard\n").unwrap_err().findings.len(), 2);
}

#[test]
fn a_file_without_keys_or_no_file_is_refused() {
    let keys = Keys::new();
    for text in ["", "\n# nobody yet\n"] {
        assert!(read(&keys, text).unwrap_err().to_string().contains("has no key"));
    }
    keys.file("allowed_signers", b"counsel \xff");
    let not_text = AllowedSigners::read(keys.home.path(), "allowed_signers").unwrap_err();
    assert_eq!(not_text.to_string(), "allowed_signers: the file is no text in UTF-8");
    assert_eq!(AllowedSigners::read(keys.home.path(), "absent").unwrap_err().findings[0].code, "unreadable");
}

#[test]
fn a_key_that_cannot_sign_is_refused_and_nothing_of_it_is_told() {
    let keys = Keys::new();
    let ann = keys.key("ann", "ed25519");
    let locked = keys.key("locked", "ed25519");
    keys.lock("locked", "open sesame");
    let small = keys.key("small", "rsa -b 1024");
    let private = std::fs::read_to_string(&ann).unwrap();
    let damaged = keys.file("damaged", private.replacen("b3BlbnNz", "b3BlbnNa", 1));
    std::fs::set_permissions(&damaged, std::fs::Permissions::from_mode(0o600)).unwrap();
    let open = keys.file("open", &private);
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o640)).unwrap();
    let old = keys.file("old", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n");
    let agent = Agent::start(&keys);
    let silent = keys.path("silent");
    for (result, expected) in [
        (sign_alone(&keys.path("absent")), "unreadable"),
        (sign_alone(keys.home.path()), "unreadable"),
        (sign_alone(&keys.file("text", "not a key")), "key-unreadable"),
        (sign_alone(&damaged), "key-unreadable"),
        (sign_alone(&old), "key-unreadable"),
        (sign_alone(&open), "key-unprotected"),
        (sign_alone(&small), "key-unsupported"),
        (sign_alone(&keys.path("ann.pub")), "agent-unreachable"),
        (sign_by_agent(&keys.path("ann.pub"), &silent), "agent-unreachable"),
        (sign_by_agent(&keys.path("ann.pub"), &agent.socket), "key-not-in-agent"),
        (sign_alone(&locked), "nobody-asked"),
        (sign_by_agent(&locked, &agent.socket), "nobody-asked"),
        (sign_typing(&locked, "open barley"), "passphrase-wrong"),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.findings[0].code, expected, "{error}");
        let told = format!("{error:?}");
        assert!(!told.contains("sesame") && !told.contains("barley") && !told.contains(&private[40..60]), "{told}");
    }
}

static SIGNED: LazyLock<String> = LazyLock::new(|| sign_alone(&Keys::new().readable_key("ann", "ecdsa")).unwrap());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_changed_byte_never_verifies(at in 0_usize..10_000, change in 1_u8..128, in_statement in any::<bool>()) {
        prop_assert!(signer_of(STATEMENT, &SIGNED).is_ok());
        let flipped = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= change;
            String::from_utf8(bytes).unwrap()
        };
        let found = if in_statement { signer_of(&flipped(STATEMENT), &SIGNED) } else { signer_of(STATEMENT, &flipped(&SIGNED)) };
        let expected = [Err("signature-unreadable"), Err("signature-namespace"), Err("signature-edited")];
        prop_assert!(expected.contains(&found.as_ref().map(|_| ()).map_err(SignatureFault::code)));
    }
}
