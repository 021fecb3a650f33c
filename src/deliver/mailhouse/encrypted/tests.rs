//! What the tests of both ways share: a package, and the tools that a house has.

use super::super::package::CHECKSUMS;
use super::*;
use crate::digest;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
#[cfg(any(feature = "age", feature = "openpgp"))]
use std::process::Command;

/// A package `lakeside_0001` below a folder, with a file that ends with a block, one that does not, an empty one, and a large one.
pub(super) fn package(out: &Path) -> PathBuf {
    let folder = out.join("lakeside_0001");
    fs_err::create_dir_all(folder.join("stream")).unwrap();
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).take(3_000_001).collect();
    let files: [(&str, &[u8]); 4] =
        [("pieces.csv", b"piece\n1\n"), ("stream/block.pdf", &[7; 512]), ("stream/large.pdf", &large), ("empty.jsonl", b"")];
    let mut list = fs_err::File::create(folder.join(CHECKSUMS)).unwrap();
    for (file, bytes) in files {
        fs_err::write(folder.join(file), bytes).unwrap();
        writeln!(list, "{}  {file}", digest::sha256(bytes)).unwrap();
    }
    folder
}

/// What a tar file holds: path and bytes, in its order.
pub(super) fn unpacked(tar: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.mode().unwrap(), header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0o600, 0, 0, 0));
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    });
    entries.collect()
}

/// Fails unless a tar file holds the package's files as they lie on disk.
pub(super) fn assert_holds(tar: &[u8], folder: &Path) {
    let names = ["SHA256SUMS", "empty.jsonl", "pieces.csv", "stream/block.pdf", "stream/large.pdf"];
    let expected: Vec<(String, Vec<u8>)> =
        names.iter().map(|name| (format!("lakeside_0001/{name}"), fs_err::read(folder.join(name)).unwrap())).collect();
    assert!(unpacked(tar) == expected, "the archive holds other files or other bytes");
}

/// Runs a tool in a folder and returns what it printed.
#[cfg(any(feature = "age", feature = "openpgp"))]
#[track_caller]
pub(super) fn run(folder: &Path, words: &[&str]) -> Vec<u8> {
    let ended = Command::new(words[0]).args(&words[1..]).current_dir(folder).env("LC_ALL", "C").output().unwrap();
    assert!(ended.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
    ended.stdout
}

/// Unpacks a tar file in a folder and checks what it holds, as a house would.
#[cfg(any(feature = "age", feature = "openpgp"))]
#[track_caller]
pub(super) fn check_by_hand(folder: &Path, tar: &str) {
    let there = folder.join("there");
    let _ = fs_err::remove_dir_all(&there);
    fs_err::create_dir(&there).unwrap();
    run(&there, &["tar", "-xf", &format!("../{tar}")]);
    run(&there.join("lakeside_0001"), &["sha256sum", "--strict", "--quiet", "-c", CHECKSUMS]);
}

/// Fails unless a package that was changed is refused, and nothing is left of the attempt.
#[cfg(any(feature = "age", feature = "openpgp"))]
#[track_caller]
pub(super) fn refuses_a_changed_package(key: &HouseKey, out: &Path) {
    let folder = package(out);
    fs_err::write(folder.join("stream/large.pdf"), "other letters").unwrap();
    let error = key.encrypt(&folder, "lakeside_0001", out).unwrap_err();
    assert_eq!((error.kind.exit_code(), error.findings[0].code), (3, "package-changed"));
    assert_eq!(fs_err::read_dir(out).unwrap().count(), 1, "only the folder");
}
