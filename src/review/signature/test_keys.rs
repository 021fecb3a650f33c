//! Keys for tests, made by `ssh-keygen`, and agents that hold them.

use super::key_file::KeyFile;
use super::sign::{Means, sign_with};
use crate::error::{Error, Place, Result};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// A statement as approvals sign it.
pub(super) const STATEMENT: &str = "breachnotice approval\nincident: lakeside\nrole: counsel\n";

/// A folder with keys.
pub(in crate::review) struct Keys {
    pub home: TempDir,
}

impl Keys {
    pub(in crate::review) fn new() -> Keys {
        Keys { home: tempfile::tempdir().unwrap() }
    }

    pub(in crate::review) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file and gives its path.
    pub(in crate::review) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// A new key of a type such as `rsa -b 2048`, without a passphrase.
    pub(in crate::review) fn key(&self, name: &str, kind: &str) -> PathBuf {
        let path = self.path(name);
        let args = ["-q", "-C", name, "-N", "", "-f", path.to_str().unwrap(), "-t"].into_iter().chain(kind.split(' '));
        assert!(ssh_keygen(&args.collect::<Vec<_>>(), "").status.success(), "{name}");
        path
    }

    /// A new key that is read from its file; see `key_file::unreadable_private`.
    pub(super) fn readable_key(&self, name: &str, kind: &str) -> PathBuf {
        while KeyFile::read(&self.key(name, kind)).is_err() {
            std::fs::remove_file(self.path(name)).unwrap();
        }
        self.path(name)
    }

    /// Gives a key a passphrase, which is cheap to try.
    pub(super) fn lock(&self, name: &str, passphrase: &str) {
        let path = self.path(name);
        let change = ["-q", "-p", "-a", "1", "-P", "", "-N", passphrase, "-f", path.to_str().unwrap()];
        assert!(ssh_keygen(&change, "").status.success());
    }

    /// The public half of a key, in one line.
    pub(in crate::review) fn public(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap().trim().to_owned()
    }

    /// The fingerprint as `ssh-keygen` tells it.
    pub(in crate::review) fn fingerprint(&self, name: &str) -> String {
        let output = ssh_keygen(&["-l", "-f", self.path(&format!("{name}.pub")).to_str().unwrap()], "");
        String::from_utf8(output.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
    }
}

/// Runs `ssh-keygen` with a text at its standard input.
pub(super) fn ssh_keygen(args: &[&str], input: &str) -> Output {
    let mut command = Command::new("ssh-keygen");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// An ssh-agent, stopped when it is dropped.
pub(super) struct Agent {
    pub socket: PathBuf,
    child: Child,
}

impl Agent {
    pub(super) fn start(keys: &Keys) -> Agent {
        let socket = keys.path("agent");
        let mut command = Command::new("ssh-agent");
        // Where it would ask a person, the answer is no.
        command.env("SSH_ASKPASS", "false").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        let child = command.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Agent { socket, child }
    }

    /// Runs `ssh-add`, such as with the path of a key that the agent is to hold.
    pub(super) fn add(&self, args: &[&str]) {
        let output = Command::new("ssh-add").args(args).env("SSH_AUTH_SOCK", &self.socket).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Signs without an agent, and with nobody to ask.
pub(super) fn sign_alone(key: &Path) -> Result<String> {
    sign_with(STATEMENT, key, &Means { agent: None, passphrase: &nobody })
}

/// Signs with an agent, and with nobody to ask.
pub(super) fn sign_by_agent(key: &Path, socket: &Path) -> Result<String> {
    sign_with(STATEMENT, key, &Means { agent: Some(socket), passphrase: &nobody })
}

/// Signs without an agent, and with somebody who types.
pub(super) fn sign_typing(key: &Path, typed: &str) -> Result<String> {
    sign_with(STATEMENT, key, &Means { agent: None, passphrase: &|_| Ok(Zeroizing::new(typed.to_owned())) })
}

fn nobody(_: &Path) -> Result<Zeroizing<String>> {
    Err(Error::refused("nobody-asked", Place::default(), "", ""))
}
