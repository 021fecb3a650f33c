//! Encryption to age recipients (age-encryption.org/v1): of age's own kind, or the public keys of OpenSSH.

use super::unusable;
use crate::error::{Error, Place, Result};
use ::age::ssh::{self, ParseRecipientKeyError};
use ::age::{Encryptor, Recipient, x25519};
use std::fmt;
use std::io::{self, Read, Write};

/// The recipients of a file; each of them alone can decrypt.
pub(super) struct Recipients(Vec<Box<dyn Recipient>>);

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} recipients", self.0.len())
    }
}

impl Recipients {
    /// One recipient a line; empty lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// Refused when a line is no recipient, or when there is none.
    pub(super) fn read(file: &str, text: &str) -> Result<Recipients> {
        let lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let recipients = lines.map(|(number, line)| recipient(line).map_err(|reason| no_recipient(file, number, reason)));
        let recipients: Vec<Box<dyn Recipient>> = recipients.collect::<Result<_>>()?;
        if recipients.is_empty() {
            return Err(unusable(Place::file(file), "the file names no recipient", "ask its owner for its age recipient (age1...)"));
        }
        Ok(Recipients(recipients))
    }

    /// Encrypts what is read.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub(super) fn encrypt(&self, plain: &mut impl Read, encrypted: &mut impl Write) -> io::Result<()> {
        let encryptor = Encryptor::with_recipients(self.0.iter().map(Box::as_ref)).map_err(io::Error::other)?;
        let mut writer = encryptor.wrap_output(encrypted)?;
        io::copy(plain, &mut writer)?;
        // Without this the last chunk is missing, and the file does not decrypt.
        writer.finish()?;
        Ok(())
    }
}

/// A line as a recipient, or why it is none.
fn recipient(line: &str) -> Result<Box<dyn Recipient>, &'static str> {
    if line.starts_with("age1") {
        return match line.parse::<x25519::Recipient>() {
            Ok(recipient) => Ok(Box::new(recipient)),
            Err(_) => Err("this age recipient is cut off, mistyped or of a kind that is not known here"),
        };
    }
    match line.parse::<ssh::Recipient>() {
        Ok(recipient) => Ok(Box::new(recipient)),
        Err(ParseRecipientKeyError::RsaModulusTooSmall) => Err("this RSA key is shorter than 2048 bits"),
        Err(ParseRecipientKeyError::RsaModulusTooLarge) => Err("this RSA key is longer than 4096 bits"),
        Err(ParseRecipientKeyError::Unsupported(_)) => {
            Err("one cannot encrypt to this OpenSSH key: it is of another kind than ed25519 and RSA, or cut off")
        }
        Err(_) => Err("this line is no recipient"),
    }
}

fn no_recipient(file: &str, line: u64, reason: &'static str) -> Error {
    unusable(Place::line(file, line), reason, "write one recipient a line, as the house gave it: age1..., ssh-ed25519 ... or ssh-rsa ...")
}

#[cfg(test)]
mod tests {
    use super::super::archive::Archive;
    use super::super::tests::{assert_holds, check_by_hand, package, refuses_a_changed_package, run};
    use super::super::{EncryptedFile, HouseKey, Key};
    use super::*;
    use ::age::Decryptor;
    use jiff::civil::date;

    #[test]
    fn every_recipient_can_decrypt_and_nobody_else() {
        let out = tempfile::tempdir().unwrap();
        let folder = package(out.path());
        let (house, branch, other) = (x25519::Identity::generate(), x25519::Identity::generate(), x25519::Identity::generate());
        let text = format!("# the house\r\n\r\n{}\r\n  {}  \r\n", house.to_public(), branch.to_public());
        let mut encrypted = Vec::new();
        let mut archive = Archive::of(&folder, "lakeside_0001").unwrap();
        Recipients::read("house.age.pub", &text).unwrap().encrypt(&mut archive, &mut encrypted).unwrap();
        for identity in [house, branch] {
            let mut tar = Vec::new();
            let decryptor = Decryptor::new_buffered(encrypted.as_slice()).unwrap();
            decryptor.decrypt(std::iter::once(&identity as _)).unwrap().read_to_end(&mut tar).unwrap();
            assert_holds(&tar, &folder);
        }
        assert!(Decryptor::new_buffered(encrypted.as_slice()).unwrap().decrypt(std::iter::once(&other as _)).is_err());
        let key = HouseKey(Key::Age(Recipients::read("house.age.pub", &text).unwrap()));
        refuses_a_changed_package(&key, out.path());
    }

    #[test]
    fn a_line_that_is_no_recipient_is_refused_with_its_number_and_not_quoted() {
        let good = x25519::Identity::generate().to_public().to_string();
        let cut = &good[..40];
        let cut_rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDCdFWK";
        for (text, place, reason) in [
            ("# only a remark\n", "house.pub", "names no recipient"),
            (&format!("{good}\n{cut}\n"), "house.pub:2", "cut off"),
            (&format!("{good}\n\nhouse@example.org\n"), "house.pub:3", "no recipient"),
            (cut_rsa, "house.pub:1", "cut off"),
        ] {
            let error = Recipients::read("house.pub", text).unwrap_err();
            let finding = &error.findings[0];
            assert_eq!((finding.code, finding.place.to_string().as_str()), ("house-key-unusable", place), "{text}");
            assert!(finding.reason.contains(reason) && !finding.to_string().contains("example.org"), "{finding}");
        }
    }

    #[test]
    fn age_and_openssh_keys_decrypt_with_the_tool_itself() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        let folder = package(&out);
        let made = [
            (vec!["age-keygen", "-o", "native.key"], "native.key", vec!["age-keygen", "-y", "native.key"]),
            (vec!["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "ed"], "ed", vec!["cat", "ed.pub"]),
            (vec!["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "rsa"], "rsa", vec!["cat", "rsa.pub"]),
        ];
        for (make, private, public) in made {
            run(home.path(), &make);
            fs_err::write(home.path().join("house.age.pub"), run(home.path(), &public)).unwrap();
            let key = HouseKey::load(home.path(), "house.age.pub", date(2026, 12, 1)).unwrap();
            let EncryptedFile { name, .. } = key.encrypt(&folder, "lakeside_0001", &out).unwrap();
            assert_eq!(name, "lakeside_0001.tar.age");
            let encrypted = out.join(&name);
            run(home.path(), &["age", "-d", "-i", private, "-o", "there.tar", encrypted.to_str().unwrap()]);
            check_by_hand(home.path(), "there.tar");
        }
    }
}
