use super::super::archive::Archive;
use super::super::tests::{assert_holds, check_by_hand, package, refuses_a_changed_package, run};
use super::super::{EncryptedFile, HouseKey, Key};
use super::*;
use jiff::civil::date;
use pgp::composed::{Message, SignedSecretKey};
use std::path::Path;

const TODAY: Date = date(2026, 12, 1);

/// A house with GnuPG: its keyring lies in a folder of its own, which is also where its files go.
struct House(tempfile::TempDir);

impl House {
    fn new() -> House {
        House(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Runs GnuPG on a day.
    #[track_caller]
    fn gpg_on(&self, day: &str, words: &[&str]) -> Vec<u8> {
        let home = self.folder().to_str().unwrap();
        let time = format!("--faked-system-time={day}T120000!");
        let fixed =
            ["gpg", "--homedir", home, "--batch", "--yes", "--quiet", "--no-tty", "--pinentry-mode=loopback", "--passphrase=", &time];
        run(self.folder(), &[&fixed, words].concat())
    }

    #[track_caller]
    fn gpg(&self, words: &[&str]) -> Vec<u8> {
        self.gpg_on("20261101", words)
    }

    /// A key of a name, which is also its address; good until the given day or `never`.
    fn key(&self, name: &str, kind: &str, usage: &str, until: &str) {
        self.gpg(&["--quick-generate-key", name, kind, usage, until]);
    }

    fn fingerprint(&self, name: &str) -> String {
        let listed = String::from_utf8(self.gpg(&["--with-colons", "--list-keys", name])).unwrap();
        listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':').to_owned()
    }

    /// Reads what the house would give us.
    fn certificates(&self, name: &str) -> Result<Certificates> {
        Certificates::read("house.asc", &self.gpg(&["--armor", "--export", name]), TODAY)
    }

    /// Code and reason of the refusal.
    #[track_caller]
    fn refusal(&self, name: &str) -> String {
        refusal(self.certificates(name))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::process::Command::new("gpgconf").arg("--homedir").arg(self.folder()).args(["--kill", "all"]).status();
    }
}

#[track_caller]
fn refusal(read: Result<Certificates>) -> String {
    let error = read.unwrap_err();
    assert_eq!((error.kind.exit_code(), error.findings[0].code), (3, "house-key-unusable"));
    error.findings[0].reason.to_string()
}

#[test]
fn gnupg_decrypts_what_was_encrypted_to_a_key_of_any_kind() {
    let house = House::new();
    let out = house.folder().join("out");
    let folder = package(&out);
    house.key("curve@house", "future-default", "default", "never");
    house.key("rsa@house", "default", "default", "2027-06-30");
    house.key("nist@house", "nistp384", "cert", "never");
    house.gpg(&["--quick-add-key", &house.fingerprint("nist@house"), "nistp384", "encr", "never"]);
    house.key("whole@house", "rsa3072", "cert,sign,encr", "never");
    for (name, armor) in [("curve@house", true), ("curve@house", false), ("rsa@house", true), ("nist@house", false), ("whole@house", true)]
    {
        let export: &[&str] = if armor { &["--armor", "--export", name] } else { &["--export", name] };
        fs_err::write(house.folder().join("house.asc"), house.gpg(export)).unwrap();
        let key = HouseKey::load(house.folder(), "house.asc", TODAY).unwrap();
        let EncryptedFile { name, sha256 } = key.encrypt(&folder, "lakeside_0001", &out).unwrap();
        assert_eq!((name.as_str(), sha256.len()), ("lakeside_0001.tar.gpg", 64));
        let encrypted = out.join(name);
        house.gpg(&["--output", "there.tar", "--decrypt", encrypted.to_str().unwrap()]);
        check_by_hand(house.folder(), "there.tar");
        let packets = String::from_utf8(house.gpg(&["--list-packets", encrypted.to_str().unwrap()])).unwrap();
        assert!(packets.contains("mdc_method: 2") && packets.contains("version 3"), "{packets}");
    }
}

#[test]
fn each_key_of_a_file_decrypts_alone() {
    let house = House::new();
    let folder = package(house.folder());
    house.key("one@house", "future-default", "default", "never");
    house.key("two@house", "future-default", "default", "never");
    let certificates = Certificates::read("house.gpg", &house.gpg(&["--export"]), TODAY).unwrap();
    let mut encrypted = Vec::new();
    certificates.encrypt(&mut Archive::of(&folder, "lakeside_0001").unwrap(), &mut encrypted).unwrap();
    for name in ["one@house", "two@house"] {
        let private = SignedSecretKey::from_bytes(house.gpg(&["--export-secret-keys", name]).as_slice()).unwrap();
        let message = Message::from_bytes(encrypted.as_slice()).unwrap();
        let tar = message.decrypt(&pgp::types::Password::empty(), &private).unwrap().as_data_vec().unwrap();
        assert_holds(&tar, &folder);
    }
    refuses_a_changed_package(&HouseKey(Key::OpenPgp(certificates)), &house.folder().join("out"));
}

#[test]
fn a_key_that_is_not_good_any_more_is_refused() {
    let house = House::new();
    house.key("expired@house", "future-default", "default", "2026-11-30");
    house.key("today@house", "future-default", "default", "2026-12-01");
    house.key("tomorrow@house", "future-default", "default", "2026-12-02");
    house.key("revoked@house", "future-default", "default", "never");
    let fingerprint = house.fingerprint("revoked@house");
    let revocation = fs_err::read_to_string(house.folder().join(format!("openpgp-revocs.d/{fingerprint}.rev"))).unwrap();
    fs_err::write(house.folder().join("revocation"), revocation.replace(":-----BEGIN", "-----BEGIN")).unwrap();
    house.gpg(&["--import", "revocation"]);

    assert!(house.refusal("expired@house").ends_with("is good until 2026-11-30 only"));
    assert!(house.refusal("today@house").ends_with("is good until 2026-12-01 only"));
    house.certificates("tomorrow@house").unwrap();
    assert_eq!(house.refusal("revoked@house"), format!("key {fingerprint} is revoked"));
    house.gpg_on("20261102", &["--quick-set-expire", &house.fingerprint("expired@house"), "2027-12-01"]);
    house.certificates("expired@house").unwrap();
}

#[test]
fn of_the_parts_for_encryption_the_newest_good_one_is_taken() {
    let house = House::new();
    house.key("house", "ed25519", "cert", "never");
    let fingerprint = house.fingerprint("house");
    assert!(house.refusal("house").ends_with("has no part that one may encrypt to"));
    let add = |day: &str, kind: &str, usage: &str, until: &str| house.gpg_on(day, &["--quick-add-key", &fingerprint, kind, usage, until]);
    add("20261102", "cv25519", "encr", "2026-11-20");
    assert!(house.refusal("house").ends_with("is good until 2026-11-20 only"));

    let taken = || match house.certificates("house").unwrap().0.remove(0) {
        Part::Subkey(key) => TimeZone::UTC.to_datetime(jiff::Timestamp::from_second(key.created_at().as_secs().into()).unwrap()).date(),
        Part::Primary(_) => TODAY,
    };
    add("20261103", "cv25519", "encr", "never");
    assert_eq!(taken(), date(2026, 11, 3));
    add("20261104", "cv25519", "encr", "never");
    assert_eq!(taken(), date(2026, 11, 4));
    add("20261105", "cv25519", "encr", "2026-11-30");
    add("20261106", "ed25519", "sign", "never");
    assert_eq!(taken(), date(2026, 11, 4), "what has expired or only signs is passed over");
    fs_err::write(house.folder().join("revoke"), "key 3\nrevkey\ny\n0\n\ny\nsave\n").unwrap();
    house.gpg_on("20261107", &["--command-file=revoke", "--edit-key", &fingerprint]);
    assert_eq!(taken(), date(2026, 11, 3), "and what is revoked");
}

#[test]
fn keys_that_cannot_be_read_or_are_too_weak_are_refused() {
    let house = House::new();
    house.key("weak@house", "rsa1024", "cert,sign,encr", "never");
    assert!(house.refusal("weak@house").ends_with("is an RSA key of fewer than 2048 bits"));
    house.key("house", "future-default", "default", "never");
    let binary = house.gpg(&["--export", "house"]);
    let read = |bytes: &[u8]| refusal(Certificates::read("house.asc", bytes, TODAY));
    for length in [1, 20, 60, binary.len() / 2, binary.len() - 1] {
        read(&binary[..length]);
    }
    let name = binary.windows(5).position(|bytes| bytes == b"house").unwrap();
    let mut forged = binary.clone();
    forged[name] = b'H';
    assert!(read(&forged).ends_with("carries no valid signature of its own"));
    let armored = String::from_utf8(house.gpg(&["--armor", "--export", "house"])).unwrap();
    read(&armored.as_bytes()[..armored.len() / 2]);

    // A private key never gets as far as here.
    fs_err::write(house.folder().join("house.asc"), house.gpg(&["--armor", "--export-secret-keys", "house"])).unwrap();
    let error = HouseKey::load(house.folder(), "house.asc", TODAY).unwrap_err();
    assert_eq!(error.findings[0].code, "house-key-private");
    read(&house.gpg(&["--export-secret-keys", "house"]));
}
