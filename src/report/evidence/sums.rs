//! SHA256SUMS: every file of a pack, in the form that `sha256sum -c` reads.

use super::Evidence;
use crate::digest::{sha256, sha256_of};
use crate::error::{Error, Result};
use crate::files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(super) const SUMS: &str = "SHA256SUMS";

/// Name, below the pack and with `/`, and digest of each file that is there; what is no regular file and the list itself are left out.
pub(super) fn of_folder(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut sums = BTreeMap::new();
    for path in files::files_below(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        if name == SUMS || !is_regular(&path) {
            continue;
        }
        let file = fs_err::File::open(&path).map_err(|error| Error::unreadable(&path, &error))?;
        let (digest, _) = sha256_of(file).map_err(|error| Error::unreadable(&path, &error))?;
        sums.insert(name, digest);
    }
    Ok(sums)
}

/// Whether it is a file and nothing else: no link, no pipe, which would be waited for.
pub(super) fn is_regular(path: &Path) -> bool {
    fs_err::symlink_metadata(path).is_ok_and(|there| there.is_file())
}

/// Writes the list, of the files as they are on the disk.
pub(super) fn write(folder: &Path) -> Result<Evidence> {
    let sums = of_folder(folder)?;
    let text = text(&sums);
    files::write(&folder.join(SUMS), text.as_bytes())?;
    Ok(Evidence { files: sums.len() as u64 + 1, sha256: sha256(text.as_bytes()) })
}

/// Files of a pack that are as its list says, the list among them; none when there is no list.
pub(in crate::report) fn unchanged_files(folder: &Path) -> Result<BTreeSet<String>> {
    let Ok(list) = fs_err::read_to_string(folder.join(SUMS)) else { return Ok(BTreeSet::new()) };
    let (listed, _) = parse(&list);
    let there = of_folder(folder)?;
    let unchanged = there.into_iter().filter(|(name, digest)| listed.get(name) == Some(digest)).map(|(name, _)| name);
    Ok(unchanged.chain([SUMS.to_owned()]).collect())
}

pub(super) fn text(sums: &BTreeMap<String, String>) -> String {
    sums.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

/// The list of a pack, and the lines that are none of it.
pub(super) fn parse(text: &str) -> (BTreeMap<String, String>, Vec<u64>) {
    let (mut sums, mut others) = (BTreeMap::new(), Vec::new());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let entry = line.strip_suffix('\n').and_then(|line| line.split_once("  "));
        let is_digest = |digest: &str| digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match entry {
            Some((digest, name)) if is_digest(digest) && !sums.contains_key(name) => {
                sums.insert(name.to_owned(), digest.to_owned());
            }
            _ => others.push(at as u64 + 1),
        }
    }
    (sums, others)
}
