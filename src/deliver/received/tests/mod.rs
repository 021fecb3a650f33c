//! Every reading, each on files as houses, the post and servers write them, and on broken ones.

mod bounces;
mod broken;
mod production;
mod profiles;
mod returns;
mod substitute;

use crate::error::{Error, Finding};
use std::fmt::Debug;
use std::path::PathBuf;
use tempfile::TempDir;

/// How the name of a folder begins.
const FOLDER: &str = ".received-";

/// A folder with files in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::Builder::new().prefix(FOLDER).tempdir().unwrap())
    }

    /// Writes a file; gives its path.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, bytes).unwrap();
        path
    }
}

/// What is shown of a reading for debugging, without its folder, whose random name may spell what is looked for.
fn shown(read: &impl Debug) -> String {
    let shown = format!("{read:?}");
    let outside = |part: &str| part.split_once('/').map_or(String::new(), |(_, within)| within.to_owned());
    let mut parts = shown.split(FOLDER);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, part| told + &outside(part))
}

/// `line:column code` of each finding.
fn told(findings: &[Finding]) -> Vec<String> {
    let column = |finding: &Finding| finding.place.column.as_ref().map(|column| format!(":{column}")).unwrap_or_default();
    findings.iter().map(|finding| format!("{}{} {}", finding.place.line.unwrap_or_default(), column(finding), finding.code)).collect()
}

/// The same of a refusal; an empty list when there is none.
fn refusal<T>(read: Result<T, Error>) -> Vec<String> {
    read.err().map(|error| told(&error.findings)).unwrap_or_default()
}
