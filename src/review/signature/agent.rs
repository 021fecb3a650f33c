//! Signing by an ssh-agent, which holds private keys so that nobody else has to, also those of security keys.

use super::key_file::place;
use crate::error::Error;
use ssh_agent_client_rs::{Client, Error as AgentError, Identity};
use ssh_key::public::KeyData;
use ssh_key::{PublicKey, Signature};
use std::path::Path;

/// Why an agent gave no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSignature {
    /// No agent is known.
    NoAgent,
    /// The agent does not answer, or not in a way that is understood.
    Unreachable,
    /// The agent does not hold the key.
    NotHeld,
    /// The agent holds the key and does not sign.
    Declined,
}

impl NoSignature {
    /// The error that ends a command; `path` is the key file.
    pub(super) fn error(self, path: &Path) -> Error {
        let (code, reason, hint) = match self {
            NoSignature::NoAgent => (
                "agent-unreachable",
                "signing with this key needs an ssh-agent, and SSH_AUTH_SOCK names none",
                "start one with eval \"$(ssh-agent)\", add the key with ssh-add, and run the command again",
            ),
            NoSignature::Unreachable => (
                "agent-unreachable",
                "the ssh-agent that SSH_AUTH_SOCK names does not answer",
                "check with ssh-add -l that it runs and holds the key, and run the command again",
            ),
            NoSignature::NotHeld => (
                "key-not-in-agent",
                "the ssh-agent does not hold the private half of this key",
                "add it with ssh-add, unlock the agent if it is locked, or name the private key file itself",
            ),
            NoSignature::Declined => (
                "agent-declined",
                "the ssh-agent holds this key and did not sign",
                "run the command again, and confirm or touch the security key when the agent asks for it",
            ),
        };
        Error::refused(code, place(path), reason, hint)
    }
}

/// Has the agent at a socket sign; RSA keys sign with SHA-512.
pub(super) fn sign(socket: Option<&Path>, key: &PublicKey, data: &[u8]) -> Result<Signature, NoSignature> {
    let socket = socket.ok_or(NoSignature::NoAgent)?;
    let mut client = Client::connect(socket).map_err(|_| NoSignature::Unreachable)?;
    client.sign(key, data).map_err(|error| match error {
        AgentError::RemoteFailure if holds(&mut client, key.key_data()) => NoSignature::Declined,
        AgentError::RemoteFailure => NoSignature::NotHeld,
        _ => NoSignature::Unreachable,
    })
}

/// Whether the agent names the key among its own; one that names none that we can read is taken at its word.
fn holds(client: &mut Client, key: &KeyData) -> bool {
    let is_it = |identity: &Identity| matches!(identity, Identity::PublicKey(held) if held.key_data() == key);
    client.list_all_identities().is_ok_and(|identities| identities.iter().any(is_it))
}
