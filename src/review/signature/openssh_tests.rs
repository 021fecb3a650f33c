//! Against OpenSSH itself: what we sign it verifies, what it signs we verify, and its agent signs for us.

use super::test_keys::{Agent, Keys, STATEMENT, sign_alone, sign_by_agent, sign_typing, ssh_keygen};
use super::{AllowedSigners, NAMESPACE, Signer, signer_of};
use jiff::civil::date;
use rsa::signature::Signer as _;
use sha2::{Digest as _, Sha256};
use ssh_key::private::Ed25519Keypair;
use ssh_key::public::{KeyData, SkEcdsaSha2NistP256, SkEd25519};
use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, EcdsaCurve, PrivateKey, PublicKey};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Every kind of key that people have.
const KINDS: [&str; 5] = ["ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 2048"];

/// Whether OpenSSH and this program both know the signer by a file of allowed signers.
fn assert_both_verify(keys: &Keys, public: &str, armored: &str) {
    let allowed = keys.file("allowed_signers", format!("counsel,board namespaces=\"{NAMESPACE}\",valid-after=\"20200101\" {public}\n"));
    let signature = keys.file("signature", armored);
    let (allowed, signature) = (allowed.to_str().unwrap(), signature.to_str().unwrap());
    let output = ssh_keygen(&["-Y", "verify", "-f", allowed, "-I", "counsel", "-n", NAMESPACE, "-s", signature], STATEMENT);
    assert!(output.status.success(), "{public}: {}", String::from_utf8_lossy(&output.stderr));
    let fingerprint = signer_of(STATEMENT, armored).unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains(&fingerprint), "{public}");
    let signer = AllowedSigners::read(keys.home.path(), "allowed_signers").unwrap();
    let signer = signer.verify("counsel", date(2026, 1, 6), STATEMENT, armored).unwrap();
    assert_eq!(signer, Signer { fingerprint, comment: public.split(' ').nth(2).unwrap_or_default().to_owned() });
}

#[test]
fn openssh_verifies_what_keys_on_disk_sign() {
    let keys = Keys::new();
    for (name, kind) in ["a", "b", "c", "d", "e"].iter().zip(KINDS) {
        let armored = sign_alone(&keys.readable_key(name, kind)).unwrap();
        assert_both_verify(&keys, &keys.public(name), &armored);
    }
    let locked = keys.key("locked", "ed25519");
    keys.lock("locked", "open sesame");
    assert_both_verify(&keys, &keys.public("locked"), &sign_typing(&locked, "open sesame").unwrap());
}

#[test]
fn what_openssh_signs_is_verified() {
    let keys = Keys::new();
    for (name, kind) in ["a", "b", "c", "d", "e"].iter().zip(KINDS) {
        let key = keys.key(name, kind);
        for hash in ["sha512", "sha256"] {
            let hash = format!("hashalg={hash}");
            let output = ssh_keygen(&["-q", "-Y", "sign", "-n", NAMESPACE, "-O", &hash, "-f", key.to_str().unwrap()], STATEMENT);
            assert_both_verify(&keys, &keys.public(name), std::str::from_utf8(&output.stdout).unwrap());
        }
    }
}

#[test]
fn an_agent_signs_for_public_keys_and_for_keys_with_a_passphrase() {
    let keys = Keys::new();
    let agent = Agent::start(&keys);
    for (name, kind) in ["a", "b", "c", "d", "e"].iter().zip(KINDS) {
        let key = keys.key(name, kind);
        agent.add(&["-q", key.to_str().unwrap()]);
        let armored = sign_by_agent(&keys.path(&format!("{name}.pub")), &agent.socket).unwrap();
        assert_both_verify(&keys, &keys.public(name), &armored);
        // Once locked, nobody is there who could type the passphrase.
        keys.lock(name, "open sesame");
        assert_both_verify(&keys, &keys.public(name), &sign_by_agent(&key, &agent.socket).unwrap());
    }
    agent.add(&["-q", "-d", keys.path("a.pub").to_str().unwrap()]);
    assert_eq!(sign_by_agent(&keys.path("a.pub"), &agent.socket).unwrap_err().findings[0].code, "key-not-in-agent");
}

#[test]
fn a_key_that_cannot_be_read_from_its_file_signs_through_an_agent() {
    let keys = Keys::new();
    let agent = Agent::start(&keys);
    // One in four is of this kind.
    let mut names = (0..).map(|number| number.to_string());
    let name = names.find(|name| sign_alone(&keys.key(name, "ecdsa -b 521")).is_err()).unwrap();
    let error = sign_alone(&keys.path(&name)).unwrap_err();
    assert_eq!(error.findings[0].code, "key-unreadable");
    assert!(error.findings[0].hint.contains("ssh-add"));
    agent.add(&["-q", keys.path(&name).to_str().unwrap()]);
    let armored = sign_by_agent(&keys.path(&format!("{name}.pub")), &agent.socket).unwrap();
    assert_both_verify(&keys, &keys.public(&name), &armored);
    keys.lock(&name, "open sesame");
    assert_eq!(sign_typing(&keys.path(&name), "open sesame").unwrap_err().findings[0].code, "key-unreadable");
    assert_both_verify(&keys, &keys.public(&name), &sign_by_agent(&keys.path(&name), &agent.socket).unwrap());
}

#[test]
fn security_keys_sign_through_their_agent() {
    let keys = Keys::new();
    let ed25519 = Ed25519Keypair::from_seed(&[7; 32]);
    let public: KeyData = SkEd25519::new(ed25519.public, "ssh:").into();
    assert_signs_as_security_key(&keys, public, "sk-ssh-ed25519@openssh.com", PrivateKey::from(ed25519));
    let ecdsa = PrivateKey::random(&mut OsRng, Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }).unwrap();
    let point = match ecdsa.public_key().key_data().ecdsa().unwrap() {
        ssh_key::public::EcdsaPublicKey::NistP256(point) => *point,
        other => panic!("{other:?}"),
    };
    let public: KeyData = SkEcdsaSha2NistP256::new(point, "ssh:").into();
    assert_signs_as_security_key(&keys, public, "sk-ecdsa-sha2-nistp256@openssh.com", ecdsa);
}

fn assert_signs_as_security_key(keys: &Keys, public: KeyData, algorithm: &'static str, key: PrivateKey) {
    let public = PublicKey::new(public, algorithm);
    let file = keys.file("sk.pub", public.to_openssh().unwrap());
    let socket = keys.path(algorithm);
    let answering = answer_once(&socket, move |data| {
        let (flags, counter) = ([1_u8], 9_u32.to_be_bytes());
        let signed = [&Sha256::digest("ssh:")[..], &flags, &counter, &Sha256::digest(data)].concat();
        let signature = key.try_sign(&signed).unwrap();
        let inner = [string(algorithm.as_bytes()), string(signature.as_bytes()), flags.to_vec(), counter.to_vec()].concat();
        [vec![14], string(&inner)].concat()
    });
    assert_both_verify(keys, &public.to_openssh().unwrap(), &sign_by_agent(&file, &socket).unwrap());
    answering.join().unwrap();
}

#[test]
fn an_agent_that_answers_nonsense_or_declines_is_told_apart() {
    let keys = Keys::new();
    keys.key("ann", "ed25519");
    let public = keys.path("ann.pub");
    for (name, answer, expected) in [
        ("empty", vec![], "agent-unreachable"),
        ("unknown", vec![99], "agent-unreachable"),
        // A signature by nobody: well formed, and of nothing.
        ("forged", [vec![14], string(&[string(b"ssh-ed25519"), string(&[1; 64])].concat())].concat(), "key-unusable"),
    ] {
        let answering = answer_once(&keys.path(name), move |_| answer.clone());
        assert_eq!(sign_by_agent(&public, &keys.path(name)).unwrap_err().findings[0].code, expected, "{name}");
        answering.join().unwrap();
    }
    // `ssh-add -c` has the agent ask a person, who says no.
    let agent = Agent::start(&keys);
    agent.add(&["-q", "-c", keys.path("ann").to_str().unwrap()]);
    assert_eq!(sign_by_agent(&public, &agent.socket).unwrap_err().findings[0].code, "agent-declined");
}

/// An agent for one question: the answer is made from the data that is to be signed.
fn answer_once(socket: &Path, answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> std::thread::JoinHandle<()> {
    let listener = UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut question = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut question).unwrap();
        // After the kind of question: the key, the data, the flags.
        let (_key, rest) = taken(&question[1..]);
        stream.write_all(&string(&answer(taken(rest).0))).unwrap();
    })
}

/// A string of the wire format: its length in four bytes, and its bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// The first string of the wire format, and what follows it.
fn taken(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_at(4);
    rest.split_at(u32::from_be_bytes(length.try_into().unwrap()) as usize)
}
