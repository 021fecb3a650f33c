//! A package on its way to being whole: built beside its final place, moved there in one step, declared done last.

use super::done::{self, Done};
use super::encrypted::{EncryptedFile, HouseKey};
use super::ticket::Ticket;
use crate::digest;
use crate::error::{Error, Kind, Place, Result};
use crate::files::{self, Writing};
use crate::ledger::Stamp;
use fs_err::File;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub(super) const TICKET: &str = "ticket.json";
pub(super) const CHECKSUMS: &str = "SHA256SUMS";

/// A package under construction. Dropped before [`PackageBuilder::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct PackageBuilder {
    out: PathBuf,
    name: String,
    folder: PathBuf,
    key: Option<HouseKey>,
    /// Held while the package is built: another process that builds the same one is refused, a dead one's rest is cleared.
    _lock: File,
}

impl PackageBuilder {
    /// Begins a package in a temporary folder inside `out` (made when absent).
    ///
    /// # Errors
    /// Refused when the name is not plain or another process builds the same package; failed when a folder cannot be made.
    pub fn begin(out: &Path, name: &str) -> Result<PackageBuilder> {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Err(Error::bug("the name of a package is not plain"));
        }
        files::create_folder(out)?;
        let folder = out.join(format!(".{name}.partial"));
        let unwritable = |error: std::io::Error| Error::unwritable(&folder, &error);
        if folder.exists() {
            let _rest = locked(&folder)?;
            fs_err::remove_dir_all(&folder).map_err(unwritable)?;
        }
        clear_rests(out, name).map_err(|error| Error::unwritable(out, &error))?;
        files::create_own_folder(&folder)?;
        let lock = locked(&folder)?;
        Ok(PackageBuilder { out: out.to_owned(), name: name.to_owned(), folder, key: None, _lock: lock })
    }

    /// The package is also to be written as one file that is encrypted to a key; `None` leaves it as it is.
    #[must_use]
    pub fn encrypted_to(mut self, key: Option<HouseKey>) -> PackageBuilder {
        self.key = key;
        self
    }

    /// The folder to put the package's files into.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Completes the package: the ticket, the checksums of everything as it is read back from disk, the move to its place, the
    /// encrypted file when there is a key, then `record` (which tells the ledger of what stands there), and last the file `NAME.done`, with the
    /// checksums of `SHA256SUMS` and of the encrypted file. Returns the package's folder.
    ///
    /// A package of that name that is there already is left as it is: with the same content it is the same package and only
    /// what was missing is done, so a call that was broken off can be repeated. Only the encrypted file is made anew then.
    ///
    /// # Errors
    /// Refused when another package has the name, or the ticket may not leave; failed when something cannot be written; what
    /// `record` returns.
    pub fn finish(self, mut ticket: Ticket, record: impl FnOnce(&Path) -> Result<Stamp>) -> Result<PathBuf> {
        if !self.folder.join("pieces.csv").is_file() {
            return Err(Error::bug("a package without an index was to be finished"));
        }
        ticket.package.clone_from(&self.name);
        let mut digests = digests(&self.folder)?;
        ticket.files.clone_from(&digests);
        let path = self.folder.join(TICKET);
        files::write(&path, &ticket.to_json()?)?;
        digests.insert(TICKET.to_owned(), digest(&path)?);
        let checksums = checksums(&digests);
        files::write(&self.folder.join(CHECKSUMS), checksums.as_bytes())?;
        files::sync_folder(&self.folder)?;

        let place = self.out.join(&self.name);
        let stood = place.exists();
        let _held = if stood {
            let there = fs_err::read(place.join(CHECKSUMS)).unwrap_or_default();
            if there != checksums.as_bytes() {
                return Err(taken(&self.name));
            }
            // Whoever moved it here holds it until it is declared done: two may not encrypt it at once.
            let held = locked(&place)?;
            if !is_whole(&place)? {
                return Err(damaged(&self.name));
            }
            Some(held)
        } else {
            fs_err::rename(&self.folder, &place).map_err(|error| Error::unwritable(&place, &error))?;
            files::sync_folder(&self.out)?;
            None
        };
        let encrypted = self.key.as_ref().map(|key| key.encrypt(&place, &self.name, &self.out)).transpose()?;
        let stamp = record(&place).inspect_err(|error| {
            // Its letters leave with another package: whoever finds this one, or repeats the call, would take it for theirs.
            if !stood && error.kind == Kind::Refused {
                let _ = fs_err::remove_dir_all(&place);
                encrypted.iter().for_each(|file| drop(fs_err::remove_file(self.out.join(&file.name))));
            }
        })?;
        declare_done(&self.out, &self.name, &stamp, &checksums, encrypted.as_ref())?;
        Ok(place)
    }
}

/// Under a fixed temporary name: the lock on the package keeps others away, and what a killed call leaves of it is replaced.
fn declare_done(out: &Path, name: &str, stamp: &Stamp, checksums: &str, encrypted: Option<&EncryptedFile>) -> Result<()> {
    let done = done::text(name, stamp, &digest::sha256(checksums.as_bytes()), encrypted);
    let path = out.join(format!("{name}.done"));
    let mut file = Writing::begin_anew(&path)?;
    file.write_all(done.as_bytes()).map_err(|error| Error::unwritable(&path, &error))?;
    file.finish()?;
    files::sync_folder(out)
}

/// Declares a package done that stands in `out` and that the ledger knows, when the call that wrote it was broken off before that.
/// `record` compares it with the ledger and gives the stamp.
///
/// # Errors
/// Refused when it is not whole; failed when it cannot be read, or the done-file cannot be written; what `record` returns.
pub fn complete(out: &Path, name: &str, key: Option<&HouseKey>, record: impl FnOnce(&Path) -> Result<Stamp>) -> Result<()> {
    let place = out.join(name);
    let _held = locked(&place)?;
    if !is_whole(&place)? {
        return Err(damaged(name));
    }
    let checksums = fs_err::read_to_string(place.join(CHECKSUMS)).map_err(|error| Error::unreadable(&place, &error))?;
    let encrypted = key.map(|key| key.encrypt(&place, name, out)).transpose()?;
    let stamp = record(&place)?;
    declare_done(out, name, &stamp, &checksums, encrypted.as_ref())
}

/// Whether every file of a package has the checksum that its list says, and none is gone or too many. A link is no package: what it points
/// at is somebody's, and would be made private.
fn is_whole(place: &Path) -> Result<bool> {
    if place.is_symlink() {
        return Ok(false);
    }
    let mut digests = digests(place)?;
    digests.remove(CHECKSUMS);
    Ok(fs_err::read(place.join(CHECKSUMS)).is_ok_and(|there| there == checksums(&digests).as_bytes()))
}

fn damaged(name: &str) -> Error {
    Error::refused(
        "package-damaged",
        Place::file(name),
        "this package was never declared done, and its files are not what they were when it was written",
        "move its folder away; when the house has not got it, report its letters as destroyed, and print them again with --reprint",
    )
}

impl Drop for PackageBuilder {
    fn drop(&mut self) {
        if self.folder.exists() {
            // What cannot be removed now is cleared when the package is begun again.
            let _ = fs_err::remove_dir_all(&self.folder);
        }
    }
}

/// The ticket of a package that is declared done; `None` when there is none.
///
/// # Errors
/// Refused when it is declared done but its ticket cannot be read.
pub fn finished(out: &Path, name: &str) -> Result<Option<Ticket>> {
    if !out.join(format!("{name}.done")).is_file() {
        return Ok(None);
    }
    let path = out.join(name).join(TICKET);
    let text = fs_err::read(&path).map_err(|error| Error::unreadable(&path, &error))?;
    serde_json::from_slice(&text).map(Some).map_err(|_| {
        Error::refused(
            "package-ticket",
            Place::file(format!("{name}/{TICKET}")),
            "the ticket of a finished package cannot be read",
            "verify the package; if it was changed, put the original back",
        )
    })
}

/// The encrypted file of a package that is declared done; `None` when it was not encrypted.
pub fn encrypted_file(out: &Path, name: &str) -> Option<PathBuf> {
    let done = fs_err::read_to_string(out.join(format!("{name}.done"))).ok()?;
    let (_, EncryptedFile { name, .. }) = Done::read(name, &done).encrypted?;
    Some(out.join(name))
}

/// The digests of every file below a folder, by path, read back from disk; each file is made private and durable on the way.
fn digests(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        private(&folder, 0o700)?;
        for entry in fs_err::read_dir(&folder).map_err(|error| Error::unwritable(&folder, &error))? {
            let entry = entry.map_err(|error| Error::unwritable(&folder, &error))?;
            let path = entry.path();
            let Some(name) = entry.file_name().to_str().filter(|name| is_plain(name)).map(str::to_owned) else {
                return Err(Error::bug("a file in a package has a name that is not plain"));
            };
            let name = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(|error| Error::unwritable(&path, &error))?;
            if kind.is_dir() {
                folders.push((path, format!("{name}/")));
            } else if kind.is_file() {
                private(&path, 0o600)?;
                digests.insert(name, digest(&path)?);
            } else {
                return Err(Error::bug("a package holds something that is neither a file nor a folder"));
            }
        }
        files::sync_folder(&folder)?;
    }
    Ok(digests)
}

pub(super) fn digest(path: &Path) -> Result<String> {
    let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
    let mut file = File::open(path).map_err(unwritable)?;
    file.sync_all().map_err(unwritable)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut block).map_err(unwritable)?;
        match block.get(..read) {
            Some(bytes) if read > 0 => hasher.update(bytes),
            _ => return Ok(digest::hex(&hasher.finalize())),
        }
    }
}

fn private(path: &Path, mode: u32) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
    if fs_err::symlink_metadata(path).map_err(unwritable)?.permissions().mode() & 0o777 != mode {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(unwritable)?;
    }
    Ok(())
}

/// The format of `sha256sum`, so that a house can check with its own tools.
fn checksums(digests: &BTreeMap<String, String>) -> String {
    digests.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Clears what killed calls left of other packages of the incident: after a change of the lists the next package has another name,
/// and nobody would come back for the letters in the old one's folder.
fn clear_rests(out: &Path, name: &str) -> std::io::Result<()> {
    let stem = name.split_once('_').map_or(name, |(stem, _)| stem);
    for entry in fs_err::read_dir(out)? {
        let entry = entry?;
        let is_rest = |name: &str| name.strip_prefix(&format!(".{stem}_")).is_some_and(|rest| rest.ends_with(".partial"));
        if entry.file_type()?.is_dir() && entry.file_name().to_str().is_some_and(is_rest) {
            // One that is locked is being built.
            let Ok(_rest) = locked(&entry.path()) else { continue };
            fs_err::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn locked(folder: &Path) -> Result<File> {
    let file = File::open(folder).map_err(|error| Error::unwritable(folder, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::refused(
            "export-in-progress",
            Place::file(folder.display().to_string()),
            "another export builds the same package",
            "wait until it has ended, then run the command again",
        )),
        Err(std::fs::TryLockError::Error(error)) => Err(Error::unwritable(folder, &error)),
    }
}

fn taken(name: &str) -> Error {
    Error::refused(
        "package-exists",
        Place::file(name),
        "a package with this name and other content is there already",
        "export to another folder; remove the old package only if nobody has fetched it",
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::house::{House, IndexFormat};
    use super::super::index::{IndexWriter, tests::row};
    use super::super::ticket::Contact;
    use super::*;
    use crate::error::Kind;
    use std::cell::Cell;

    pub(in crate::deliver::mailhouse) fn ticket() -> Ticket {
        Ticket {
            package: String::new(),
            job: 1,
            reprint_reason: None,
            tool: "breachnotice 0.1.0".into(),
            mail_by: jiff::civil::date(2025, 4, 1),
            baa_reference: "BAA-7".into(),
            house: String::new(),
            stock: String::new(),
            duplex: true,
            envelope: "lob-10-double".into(),
            fold: String::new(),
            inserts: vec![],
            mail_classes: vec!["first-class".into()],
            instructions: String::new(),
            contact: Contact { name: "Notice desk".into(), phone: String::new(), email: String::new() },
            seal_sha256: "11".repeat(32),
            release_sha256: "22".repeat(32),
            totals: super::super::StreamTotals::default(),
            streams: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Builds a package of two pieces and finishes it.
    fn export(out: &Path, print: &[u8], record: impl FnOnce() -> Result<()>) -> Result<PathBuf> {
        export_to(out, print, None, record)
    }

    fn export_to(out: &Path, print: &[u8], key: Option<HouseKey>, record: impl FnOnce() -> Result<()>) -> Result<PathBuf> {
        let package = PackageBuilder::begin(out, "lakeside_0001")?.encrypted_to(key);
        files::create_folder(&package.path().join("stream")).unwrap();
        fs_err::write(package.path().join("stream/one.pdf"), print).unwrap();
        let mut index = IndexWriter::create(package.path(), &[IndexFormat::Csv]).unwrap();
        index.push(&row("one", 1, 1)).unwrap();
        index.push(&row("one", 2, 2)).unwrap();
        let house = House::load(out, "generic").unwrap();
        let stamp = || Stamp { worker: "desk".into(), link: 3, sha256: "33".repeat(32) };
        package.finish(ticket().with(&house, index.finish().unwrap()), |_| record().map(|()| stamp()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_finished_package_is_whole_private_and_can_be_checked_by_sha256sum() {
        let out = tempfile::tempdir().unwrap();
        let recorded = Cell::new(false);
        let record = || {
            assert!(!out.path().join("lakeside_0001.done").exists(), "the ledger knows first");
            assert!(out.path().join("lakeside_0001/SHA256SUMS").exists(), "but not before the package is whole");
            recorded.set(true);
            Ok(())
        };
        let place = export(out.path(), b"%PDF-1.7", record).unwrap();
        assert!(recorded.get());
        assert_eq!(names(out.path()), ["lakeside_0001", "lakeside_0001.done"]);
        assert_eq!(names(&place), ["SHA256SUMS", "pieces.csv", "stream", "ticket.json"]);
        for (path, mode) in [("", 0o700), ("stream", 0o700), ("stream/one.pdf", 0o600), ("pieces.csv", 0o600), ("SHA256SUMS", 0o600)] {
            assert_eq!(fs_err::metadata(place.join(path)).unwrap().permissions().mode() & 0o777, mode, "{path}");
        }
        for (folder, file) in [(place.as_path(), "SHA256SUMS"), (out.path(), "lakeside_0001.done")] {
            let check = std::process::Command::new("sha256sum").args(["--strict", "-c", file]).current_dir(folder).output().unwrap();
            assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
        }
        let ticket = finished(out.path(), "lakeside_0001").unwrap().unwrap();
        assert_eq!((ticket.totals.pieces, ticket.totals.sheets, ticket.stock.as_str()), (2, 2, "white 24 lb, US Letter"));
        assert_eq!(ticket.files.keys().collect::<Vec<_>>(), ["pieces.csv", "stream/one.pdf"]);
    }

    #[test]
    fn the_same_package_again_is_left_alone_and_another_one_refused() {
        let out = tempfile::tempdir().unwrap();
        let place = export(out.path(), b"one", || Ok(())).unwrap();
        let first = fs_err::read(place.join("SHA256SUMS")).unwrap();
        assert_eq!(export(out.path(), b"one", || Ok(())).unwrap(), place);
        let error = export(out.path(), b"two", || panic!("not to be recorded")).unwrap_err();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "package-exists"));
        assert_eq!(fs_err::read(place.join("SHA256SUMS")).unwrap(), first);
        assert_eq!(names(out.path()), ["lakeside_0001", "lakeside_0001.done"], "nothing temporary stays");
    }

    #[test]
    fn a_ledger_that_fails_leaves_the_package_not_done_and_a_repeated_call_completes_it() {
        let out = tempfile::tempdir().unwrap();
        let full = || Err(Error::failed("ledger-unwritable", Place::file("ledger.sqlite"), "the disk is full", "free some space"));
        assert!(export(out.path(), b"one", full).is_err());
        assert_eq!(names(out.path()), ["lakeside_0001"]);
        assert_eq!(finished(out.path(), "lakeside_0001").unwrap(), None);
        export(out.path(), b"one", || Ok(())).unwrap();
        assert_eq!(names(out.path()), ["lakeside_0001", "lakeside_0001.done"]);
    }

    #[test]
    #[cfg(feature = "age")]
    fn an_encrypted_package_is_made_again_until_it_is_done_and_then_never() {
        let out = tempfile::tempdir().unwrap();
        fs_err::write(out.path().join("house.pub"), ::age::x25519::Identity::generate().to_public().to_string()).unwrap();
        let encrypt = |record: &dyn Fn() -> Result<()>| {
            let key = HouseKey::load(out.path(), "house.pub", jiff::civil::date(2025, 4, 1)).unwrap();
            export_to(out.path(), b"one", Some(key), record)
        };
        let archive = out.path().join("lakeside_0001.tar.age");
        let full = || Err(Error::failed("ledger-unwritable", Place::file("ledger.sqlite"), "the disk is full", "free some space"));
        assert!(encrypt(&full).is_err());
        assert_eq!(names(out.path()), ["house.pub", "lakeside_0001", "lakeside_0001.tar.age"]);
        assert_eq!(encrypted_file(out.path(), "lakeside_0001"), None);
        for rest in [Some("cut off"), None] {
            fs_err::write(out.path().join(".lakeside_0001.tar.age.partial"), "of a killed process").unwrap();
            match rest {
                Some(bytes) => fs_err::write(&archive, bytes).unwrap(),
                None => fs_err::remove_file(&archive).unwrap(),
            }
            assert!(encrypt(&full).is_err());
        }
        let other = locked(&out.path().join("lakeside_0001")).unwrap();
        assert_eq!(encrypt(&|| Ok(())).unwrap_err().findings[0].code, "export-in-progress");
        drop(other);

        encrypt(&|| Ok(())).unwrap();
        assert_eq!(names(out.path()), ["house.pub", "lakeside_0001", "lakeside_0001.done", "lakeside_0001.tar.age"]);
        assert_eq!(encrypted_file(out.path(), "lakeside_0001"), Some(archive.clone()));
        assert_eq!(fs_err::metadata(&archive).unwrap().permissions().mode() & 0o777, 0o600);
        let check = ["--strict", "-c", "lakeside_0001.done"];
        let check = std::process::Command::new("sha256sum").args(check).current_dir(out.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&check.stdout), "lakeside_0001/SHA256SUMS: OK\nlakeside_0001.tar.age: OK\n");
    }

    #[test]
    fn what_is_not_finished_leaves_nothing_and_a_dead_rest_is_cleared() {
        let out = tempfile::tempdir().unwrap();
        let package = PackageBuilder::begin(out.path(), "lakeside_0001").unwrap();
        fs_err::write(package.path().join("half.pdf"), b"x").unwrap();
        let error = PackageBuilder::begin(out.path(), "lakeside_0001").unwrap_err();
        assert_eq!(error.findings[0].code, "export-in-progress");
        drop(package);
        assert!(names(out.path()).is_empty());

        fs_err::create_dir(out.path().join(".lakeside_0001.partial")).unwrap();
        fs_err::write(out.path().join(".lakeside_0001.partial/half.pdf"), b"x").unwrap();
        let package = PackageBuilder::begin(out.path(), "lakeside_0001").unwrap();
        assert!(names(package.path()).is_empty());

        // What is left of a package that nobody builds any more goes; one that is being built, and another incident's, stay.
        for name in [".lakeside_0003_2.partial", ".seaside_0001.partial"] {
            fs_err::create_dir(out.path().join(name)).unwrap();
        }
        let other = PackageBuilder::begin(out.path(), "lakeside_0002").unwrap();
        assert_eq!(names(out.path()), [".lakeside_0001.partial", ".lakeside_0002.partial", ".seaside_0001.partial"]);
        drop((package, other));
    }

    #[test]
    fn nothing_odd_and_nothing_without_an_agreement_leaves() {
        let out = tempfile::tempdir().unwrap();
        type Spoil = fn(&Path, &mut Ticket);
        let cases: [(&str, Spoil); 4] = [
            ("bug", |folder, _| std::os::unix::fs::symlink("/etc/hosts", folder.join("link")).unwrap()),
            ("bug", |folder, _| fs_err::write(folder.join("Ann Smith.pdf"), b"x").unwrap()),
            ("baa-missing", |_, ticket| ticket.baa_reference = " ".into()),
            ("bug", |_, ticket| ticket.totals.pieces = 3),
        ];
        for (code, spoil) in cases {
            let package = PackageBuilder::begin(out.path(), "lakeside_0001").unwrap();
            IndexWriter::create(package.path(), &[]).unwrap().finish().unwrap();
            let mut ticket = ticket();
            spoil(package.path(), &mut ticket);
            let error = package.finish(ticket, |_| panic!("not to be recorded")).unwrap_err();
            assert_eq!(error.findings[0].code, code);
            assert!(names(out.path()).is_empty());
        }
    }
}
