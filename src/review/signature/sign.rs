//! Signing a statement with a person's own key.

use super::agent::{self, NoSignature};
use super::key_file::{KeyFile, place, unreadable_private};
use super::{NAMESPACE, armor, key, signer_of};
use crate::error::{Error, Result};
use rsa::pkcs1v15;
use rsa::sha2::Sha512;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use ssh_key::private::{KeypairData, RsaKeypair};
use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, HashAlg, PrivateKey, PublicKey, Signature, SshSig};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const HASH: HashAlg = HashAlg::Sha512;

/// What signing may turn to beside the key file.
pub(super) struct Means<'a> {
    /// Socket of the ssh-agent; absent when there is none.
    pub agent: Option<&'a Path>,
    /// Asks for the passphrase of a key file.
    pub passphrase: &'a dyn Fn(&Path) -> Result<Zeroizing<String>>,
}

/// Signs a statement: the text of a signature, with a line end, as `ssh-keygen -Y sign` would make it.
///
/// `key` is a private key in OpenSSH's format, or a public key whose private half the ssh-agent at `SSH_AUTH_SOCK` holds. A private
/// key with a passphrase is first looked for in the agent; its passphrase is asked for at the terminal only when it is not there.
///
/// # Errors
/// Refused when the key cannot be read or used, no agent signs, or a passphrase is wrong or cannot be asked for. No finding holds
/// anything of a private key.
pub(in crate::review) fn sign(statement: &str, key: &Path) -> Result<String> {
    let agent = std::env::var_os("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty()).map(PathBuf::from);
    sign_with(statement, key, &Means { agent: agent.as_deref(), passphrase: &ask_at_terminal })
}

/// Signs with the agent and the passphrase that are given, not those of the surroundings.
pub(super) fn sign_with(statement: &str, path: &Path, means: &Means) -> Result<String> {
    let data = SshSig::signed_data(NAMESPACE, HASH, statement.as_bytes()).map_err(|_| unusable(path))?;
    let file = KeyFile::read(path)?;
    let by_agent = |key: &PublicKey| agent::sign(means.agent, key, &data);
    let signature = match &file {
        KeyFile::Public(key) => by_agent(key).map_err(|none| none.error(path))?,
        KeyFile::Private(key) if key::is_security_key(key.public_key().key_data()) => {
            by_agent(key.public_key()).map_err(|none| none.error(path))?
        }
        KeyFile::Private(key) if key.is_encrypted() => match by_agent(key.public_key()) {
            Ok(signature) => signature,
            Err(declined @ NoSignature::Declined) => return Err(declined.error(path)),
            Err(_) => by_key(&opened(key, path, means)?, &data).ok_or_else(|| unusable(path))?,
        },
        KeyFile::Private(key) => by_key(key, &data).ok_or_else(|| unusable(path))?,
    };
    let signature = SshSig::new(file.public().key_data().clone(), NAMESPACE, HASH, signature).ok();
    let armored = signature.and_then(|signature| armor::write(&signature)).ok_or_else(|| unusable(path))?;
    // A damaged key or a faulty agent would otherwise be noticed by whoever checks, when it is too late to sign again.
    match signer_of(statement, &armored) {
        Ok(signer) if signer == key::fingerprint(file.public().key_data()) => Ok(armored),
        _ => Err(unusable(path)),
    }
}

fn by_key(key: &PrivateKey, data: &[u8]) -> Option<Signature> {
    match key.key_data() {
        KeypairData::Rsa(pair) => by_rsa(pair, data),
        KeypairData::Ed25519(pair) => raw(pair, data),
        KeypairData::Ecdsa(pair) => raw(pair, data),
        _ => None,
    }
}

fn raw(key: &impl rsa::signature::Signer<Signature>, data: &[u8]) -> Option<Signature> {
    key.try_sign(data).ok()
}

/// Not by `ssh-key` 0.6, which takes the first prime twice and so refuses every RSA key. The random number hides the key from
/// whoever measures how long signing takes.
fn by_rsa(pair: &RsaKeypair, data: &[u8]) -> Option<Signature> {
    let number = |number: &ssh_key::Mpint| rsa::BigUint::try_from(number).ok();
    let primes = vec![number(&pair.private.p)?, number(&pair.private.q)?];
    let key = rsa::RsaPrivateKey::from_components(number(&pair.public.n)?, number(&pair.public.e)?, number(&pair.private.d)?, primes);
    let signature = pkcs1v15::SigningKey::<Sha512>::new(key.ok()?).try_sign_with_rng(&mut OsRng, data).ok()?;
    Signature::new(Algorithm::Rsa { hash: Some(HASH) }, signature.to_vec()).ok()
}

/// The private key without its passphrase.
fn opened(key: &PrivateKey, path: &Path, means: &Means) -> Result<PrivateKey> {
    let passphrase = (means.passphrase)(path)?;
    key.decrypt(passphrase.as_bytes()).map_err(|error| match error {
        ssh_key::Error::Crypto => {
            let reason = "the passphrase does not open this key";
            Error::refused("passphrase-wrong", place(path), reason, "run the command again and type it anew")
        }
        _ => unreadable_private(path),
    })
}

fn ask_at_terminal(path: &Path) -> Result<Zeroizing<String>> {
    let refused = |reason: &'static str| {
        let hint = "add the key to an ssh-agent with ssh-add, and run the command again where SSH_AUTH_SOCK names it";
        Error::refused("passphrase-needed", place(path), reason, hint)
    };
    if !std::io::stdin().is_terminal() {
        return Err(refused("the key has a passphrase, and there is no terminal to ask for it"));
    }
    let typed = rpassword::prompt_password(format!("passphrase of {}: ", path.display()));
    typed.map(Zeroizing::new).map_err(|_| refused("the key has a passphrase, and it could not be read from the terminal"))
}

fn unusable(path: &Path) -> Error {
    let hint = "check the key with ssh-keygen -Y sign -n test -f KEY FILE, or sign with another key";
    Error::refused("key-unusable", place(path), "signing with this key did not give a signature that holds", hint)
}
