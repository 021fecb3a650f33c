//! The file `NAME.done`: that a package may be fetched, and where the ledger was when the package had left.
//!
//! A comment for `sha256sum` with the ledger's stamp, then the checksum of `SHA256SUMS`, then that of the encrypted file if there
//! is one.

use super::encrypted::EncryptedFile;
use super::package::CHECKSUMS;
use crate::ledger::Stamp;

/// Begins the line with the stamp; then the link's number, its digest and the worker whose chain it is.
const STAMP: &str = "# ledger link ";

/// The text of the file.
pub(super) fn text(name: &str, stamp: &Stamp, checksums: &str, encrypted: Option<&EncryptedFile>) -> String {
    let Stamp { worker, link, sha256 } = stamp;
    let encrypted = encrypted.map(|file| format!("{}  {}\n", file.sha256, file.name)).unwrap_or_default();
    format!("{STAMP}{link} {sha256} {worker}\n{checksums}  {name}/{CHECKSUMS}\n{encrypted}")
}

/// What could be read in such a file, whatever was done to it.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Where the ledger was.
    pub(super) stamp: Option<Stamp>,
    /// Digest of `SHA256SUMS`, with its line.
    pub(super) checksums: Option<(u64, String)>,
    /// The encrypted file, with its line.
    pub(super) encrypted: Option<(u64, EncryptedFile)>,
    /// Lines that are not as they are written, and what they are not.
    pub(super) faults: Vec<(u64, &'static str)>,
}

impl Done {
    /// Reads the file of a package.
    pub(super) fn read(name: &str, content: &str) -> Done {
        let mut done = Done::default();
        for (line, text) in (1..).zip(content.lines()) {
            done.line(name, line, text);
        }
        let Done { stamp, checksums, encrypted, faults } = &done;
        let lines = content.lines().count() as u64;
        let fault = match (stamp, checksums) {
            _ if !faults.is_empty() => None,
            (None, _) => Some((1, "there is no line that says where the ledger was")),
            (_, None) => Some((lines, "there is no line with the checksum of SHA256SUMS")),
            (Some(stamp), Some((_, checksums))) => {
                let written = text(name, stamp, checksums, encrypted.as_ref().map(|(_, file)| file));
                (written != content).then_some((lines, "the lines are not as they were written"))
            }
        };
        done.faults.extend(fault);
        done
    }

    fn line(&mut self, name: &str, line: u64, text: &str) {
        if text.starts_with('#') {
            match stamp(text) {
                Some(stamp) if self.stamp.is_none() => self.stamp = Some(stamp),
                _ => self.faults.push((line, "the line does not say where the ledger was")),
            }
            return;
        }
        let endings = [".tar.age", ".tar.gpg"];
        match text.split_once("  ").filter(|(sha256, _)| is_digest(sha256)) {
            Some((sha256, file)) if file.strip_prefix(name) == Some("/SHA256SUMS") && self.checksums.is_none() => {
                self.checksums = Some((line, sha256.to_owned()));
            }
            Some((sha256, file)) if file.strip_prefix(name).is_some_and(|rest| endings.contains(&rest)) && self.encrypted.is_none() => {
                self.encrypted = Some((line, EncryptedFile { name: file.to_owned(), sha256: sha256.to_owned() }));
            }
            _ => self.faults.push((line, "the line is no checksum of this package")),
        }
    }
}

/// The stamp in the text of a file of any package; `None` when there is none.
pub fn stamp_in_done(content: &str) -> Option<Stamp> {
    content.lines().find_map(stamp)
}

fn stamp(line: &str) -> Option<Stamp> {
    let (link, rest) = line.strip_prefix(STAMP)?.split_once(' ')?;
    let (sha256, worker) = rest.split_once(' ')?;
    (is_digest(sha256) && !worker.is_empty()).then_some(())?;
    Some(Stamp { worker: worker.to_owned(), link: link.parse().ok()?, sha256: sha256.to_owned() })
}

/// Whether a text is a SHA-256 as we write it.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_whatever_is_changed_is_told() {
        let stamp = Stamp { worker: "night shift".into(), link: 3, sha256: "3a".repeat(32) };
        let file = EncryptedFile { name: "p_0001.tar.gpg".into(), sha256: "4b".repeat(32) };
        let content = text("p_0001", &stamp, &"5c".repeat(32), Some(&file));
        let done = Done::read("p_0001", &content);
        assert_eq!((done.faults.len(), done.stamp.as_ref(), stamp_in_done(&content)), (0, Some(&stamp), Some(stamp.clone())));
        assert_eq!((done.checksums, done.encrypted), (Some((2, "5c".repeat(32))), Some((3, file))));
        // A digit that is changed is still a digit: the ledger and the files tell.
        let faults = |content: &str| Done::read("p_0001", content).faults.iter().map(|(line, _)| *line).collect::<Vec<_>>();
        for (from, to, line) in [
            ("# ledger", "#  ledger", 1),
            ("# ledger", "ledger", 1),
            (" 3 ", " x ", 1),
            (" 3 ", " 03 ", 3),
            ("3a3a", "3A3A", 1),
            ("5c  p", "5c p", 2),
            ("p_0001/", "p_0002/", 2),
            ("tar.gpg", "tar.gpq", 3),
            ("gpg\n", "gpg", 3),
            ("gpg\n", "gpg\n\n", 4),
        ] {
            assert_eq!(faults(&content.replacen(from, to, 1)), [line], "{from:?} {to:?}");
        }
        for line in 1..=2 {
            let without: String = (1..).zip(content.split_inclusive('\n')).filter(|(at, _)| *at != line).map(|(_, text)| text).collect();
            assert_eq!(faults(&without).len(), 1, "without line {line}");
        }
        assert_eq!(faults("").len(), 1);
    }
}
