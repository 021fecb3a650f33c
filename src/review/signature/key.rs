//! Keys: which kinds can sign and be checked, and what a key is called.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg};

/// Bits of an RSA modulus that `ssh-key` and `rsa` check: fewer are not safe, more are not supported.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2041..=4096;

/// A key's name: `SHA256:` and the unpadded base64 of its hash, as `ssh-keygen -l` shows it.
pub(super) fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Whether the private half is a security key, which signs only through an agent.
pub(super) fn is_security_key(key: &KeyData) -> bool {
    matches!(key, KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_))
}

/// Why signatures by a key cannot be checked; nothing when they can.
pub(super) fn unusable(key: &KeyData) -> Option<String> {
    match key {
        KeyData::Ed25519(_) | KeyData::Ecdsa(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => None,
        KeyData::Rsa(rsa) => {
            let bits = rsa.n.as_positive_bytes().map_or(0, bits);
            (!RSA_BITS.contains(&bits)).then(|| format!("an RSA key of {bits} bits is not supported"))
        }
        _ => Some(format!("keys of type {} are not supported", shown(&key.algorithm()))),
    }
}

/// What to do about [`unusable`].
pub(super) const USABLE: &str = "use a key of type ed25519, ecdsa, or rsa with 2048 to 4096 bits: ssh-keygen -t ed25519";

fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The name of an algorithm from a file, which may be anything.
fn shown(algorithm: &Algorithm) -> String {
    algorithm.as_str().chars().filter(char::is_ascii_graphic).collect()
}
