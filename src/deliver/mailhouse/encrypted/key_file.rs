//! The file with the house's key: read with care, and told apart by what is in it.

use super::unusable;
use crate::error::{Error, Place, Result};
use std::io::Read as _;
use std::path::Path;

/// Keys with many names and signatures are large; larger than this is something else.
const MOST_BYTES: u64 = 1024 * 1024;

const ASK: &str = "ask its owner for its public key: age recipients (age1...), or what `gpg --armor --export` prints";

/// What a key file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// Age recipients, as text.
    Age(#[cfg_attr(not(feature = "age"), allow(dead_code, reason = "read by the feature only"))] &'t str),
    /// OpenPGP keys, armored or binary.
    OpenPgp,
}

/// The bytes of a key file below a folder.
///
/// # Errors
/// Refused when it is no file, is too large for a key, or cannot be read.
pub(super) fn read(folder: &Path, file: &str) -> Result<Vec<u8>> {
    let path = folder.join(file);
    let unreadable = |error: std::io::Error| Error::unreadable(&path, &error);
    // Before it is opened: a pipe would wait for its other end.
    if !fs_err::metadata(&path).map_err(unreadable)?.is_file() {
        return Err(unusable(Place::file(file), "this is no file", ASK));
    }
    let mut bytes = Vec::new();
    fs_err::File::open(&path).map_err(unreadable)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unusable(Place::file(file), "the file is too large for a key", ASK));
    }
    Ok(bytes)
}

/// Tells what a key file holds.
///
/// # Errors
/// Refused when it holds a private key, whose contents are not repeated, or nothing that is known.
pub(super) fn kind<'t>(file: &str, bytes: &'t [u8]) -> Result<Kind<'t>> {
    let text = str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{feff}');
    let holds = |words: &str| text.contains(words);
    let first = packet(bytes);
    if holds("PRIVATE KEY") || text.to_ascii_uppercase().contains("AGE-SECRET-KEY-") || first == Some(SECRET_KEY) {
        let hint = "remove it from the incident folder and treat it as seen by others: the house keeps its private key to itself, \
                    only its public key belongs here";
        return Err(Error::refused("house-key-private", Place::file(file), "this is a private key", hint));
    }
    if holds("-----BEGIN PGP PUBLIC KEY BLOCK-----") || first == Some(PUBLIC_KEY) {
        return Ok(Kind::OpenPgp);
    }
    let is_recipient = |line: &str| ["age1", "ssh-", "ecdsa-", "sk-"].iter().any(|begin| line.trim_start().starts_with(begin));
    if text.lines().any(is_recipient) {
        return Ok(Kind::Age(text));
    }
    let reason = if bytes.is_empty() { "the file is empty" } else { "the file holds no key that is known" };
    Err(unusable(Place::file(file), reason, ASK))
}

/// Tags of packets (RFC 9580, 5).
const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;

/// The tag of the first packet of binary OpenPGP data (RFC 9580, 4.2); `None` when there is none.
fn packet(bytes: &[u8]) -> Option<u8> {
    let first = *bytes.first()?;
    match first >> 6 {
        0b11 => Some(first & 0b11_1111),
        0b10 => Some(first >> 2 & 0b1111),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_contents_not_by_names() {
        let armored = "Comment: ours\r\n\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n";
        for (bytes, expected) in [
            ("\u{feff}# house\nage1qqq\n".as_bytes(), Kind::Age("# house\nage1qqq\n")),
            (b"ssh-ed25519 AAAA house", Kind::Age("ssh-ed25519 AAAA house")),
            (armored.as_bytes(), Kind::OpenPgp),
            (b"\x99\x01\x0d\x04", Kind::OpenPgp),
            (b"\xc6\x33\x04", Kind::OpenPgp),
        ] {
            assert_eq!(kind("house.key", bytes).unwrap(), expected);
        }
        let public_and_private = format!("{armored}=abcd\n-----BEGIN PGP PRIVATE KEY BLOCK-----\n");
        for bytes in [
            b"# public key: age1qqq\nAGE-SECRET-KEY-1QQQ\n".as_slice(),
            b"age-secret-key-1qqq",
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nQQQ",
            public_and_private.as_bytes(),
            b"\x95\x03\x98\x04QQQ",
            b"\xc5\x58\x04QQQ",
        ] {
            let error = kind("house.key", bytes).unwrap_err();
            assert_eq!(error.findings[0].code, "house-key-private");
            assert!(!format!("{error:?}").to_lowercase().contains("qqq"), "what the key says stays unsaid");
        }
        for bytes in [b"".as_slice(), b"record_id,name\n1,Ann\n", b"\xff\xfea\0g\0e\x001\0", b"%PDF-1.7"] {
            let error = kind("house.key", bytes).unwrap_err();
            assert_eq!(error.findings[0].code, "house-key-unusable");
            assert!(!format!("{error:?}").contains("Ann"));
        }
    }

    #[test]
    fn only_files_of_a_keys_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir(folder.path().join("keys")).unwrap();
        fs_err::write(folder.path().join("large"), vec![b'a'; MOST_BYTES as usize + 1]).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
        assert!(pipe.success());
        for (file, code) in
            [("keys", "house-key-unusable"), ("large", "house-key-unusable"), ("pipe", "house-key-unusable"), ("none", "unreadable")]
        {
            assert_eq!(read(folder.path(), file).unwrap_err().findings[0].code, code, "{file}");
        }
    }
}
