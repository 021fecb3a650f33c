//! Signatures of approvals: who can be shown to have approved, by a key that only this person holds.
//!
//! A signature is OpenSSH's SSHSIG (`PROTOCOL.sshsig` of its sources), the format of `ssh-keygen -Y sign` and `-Y verify`: people
//! sign with the key they have, on disk, in an ssh-agent or on a security key, and anybody can check without this program. What is
//! signed is a statement, a text that tells all that was approved; [`NAMESPACE`] keeps signatures for other uses from passing here.
//!
//! Whose key it is, a signature cannot say: [`AllowedSigners`] ties keys to roles. Whoever can write that file decides who may sign,
//! so it is best kept outside of the incident folder.

mod agent;
mod allowed;
mod armor;
mod entry;
mod fault;
mod key;
mod key_file;
#[cfg(test)]
mod openssh_tests;
mod patterns;
mod sign;
mod span;
#[cfg(test)]
pub(super) mod test_keys;
#[cfg(test)]
mod tests;

pub use allowed::AllowedSigners;
pub use fault::SignatureFault;
pub(super) use sign::sign;

use ssh_key::{PublicKey, SshSig};

/// What signatures of approvals are made for: the namespace of `ssh-keygen -Y sign -n`.
pub const NAMESPACE: &str = "approval@breachnotice";

/// The key that a signature was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// SHA-256 of the public key as OpenSSH writes it: `SHA256:` and unpadded base64.
    pub fingerprint: String,
    /// What the file of allowed signers says beside the key, such as a name; empty when it says nothing.
    pub comment: String,
}

/// The fingerprint (`SHA256:…`) of the key that signed a statement, where no file ties keys to people.
///
/// # Errors
/// Why the signature does not count: not understood, made for something else, or not of this statement.
pub(super) fn signer_of(statement: &str, armored: &str) -> Result<String, SignatureFault> {
    checked(statement, armored).map(|signature| key::fingerprint(signature.public_key()))
}

/// The signature, once it is known to be of this statement and for approvals.
fn checked(statement: &str, armored: &str) -> Result<SshSig, SignatureFault> {
    let signature = armor::read(armored).ok_or(SignatureFault::NotUnderstood)?;
    if key::unusable(signature.public_key()).is_some() {
        return Err(SignatureFault::NotUnderstood);
    }
    if signature.namespace() != NAMESPACE {
        return Err(SignatureFault::OtherUse { namespace: signature.namespace().to_owned() });
    }
    let key = PublicKey::from(signature.public_key().clone());
    match key.verify(NAMESPACE, statement.as_bytes(), &signature) {
        Ok(()) => Ok(signature),
        Err(_) => Err(SignatureFault::OtherStatement),
    }
}
