//! Digests as they stand in tables, seals and manifests.

use sha2::{Digest as _, Sha256};

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of so many hexadecimal digits; `None` for anything else.
pub fn unhex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// SHA-256 of bytes (FIPS 180-4) in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The same of everything that can be read, and how many bytes it was: a list may be larger than what is to be held in memory.
///
/// # Errors
/// That of the reading.
pub fn sha256_of(mut from: impl std::io::Read) -> std::io::Result<(String, u64)> {
    let (mut digest, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 256 * 1024]);
    loop {
        match from.read(&mut piece)? {
            0 => return Ok((hex(&digest.finalize()), bytes)),
            length => {
                digest.update(&piece[..length]);
                bytes += length as u64;
            }
        }
    }
}

/// The first bytes of the SHA-256 of some parts, each with its length before it.
pub(crate) fn first_bytes<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut first = [0; N];
    first.iter_mut().zip(digest.finalize()).for_each(|(byte, from)| *byte = from);
    first
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_digest_of_nothing_is_the_standards() {
        assert_eq!(super::sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
