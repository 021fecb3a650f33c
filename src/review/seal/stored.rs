//! What is stored beside a seal, held against what the seal names.

use super::{SEAL_NAME, Seal, seal_path, store};
use crate::digest::sha256;
use crate::error::{Finding, Place, Result};
use crate::files;
use std::path::Path;

/// What people are told to do about a file that is not what was approved.
pub(super) const PUT_BACK: &str = "put back what was approved, from a backup, or approve again";

/// What is stored beside the seal and is not what it names. A link is none of it: a copy of the folder would lack what it leads to.
pub(super) fn stored_findings(folder: &Path, seal: &Seal) -> Result<Vec<Finding>> {
    let top = folder.join("seal");
    if top.is_symlink() {
        return Ok(vec![link("seal".to_owned())]);
    }
    let mut stored: Vec<(String, &str)> = seal.files.iter().map(|file| (format!("texts/{}", file.name), file.sha256.as_str())).collect();
    for (place, variant) in seal.variants.iter().enumerate() {
        stored.push((format!("proofs/{:03}.txt", place + 1), &variant.text_sha256));
        stored.push((format!("proofs/{:03}.pdf", place + 1), &variant.pdf_sha256));
    }
    let is_named = |file: &Path| file == seal_path(folder) || stored.iter().any(|(name, _)| file == top.join(name));
    let mut findings = Vec::new();
    for file in files::files_below(&top)? {
        let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        if file.is_symlink() {
            findings.push(link(name));
        } else if !is_named(&file) {
            let hint = "take it out: whoever looks into the folder must see nothing but what was approved";
            findings.push(broken(name, "was not approved: the seal does not name it", hint));
        }
    }
    for (name, hash) in stored {
        let reason = match store::read(&top.join(&name))? {
            None => "is gone: it was approved",
            Some(bytes) if sha256(&bytes) != hash => "is not what was approved",
            Some(_) => continue,
        };
        findings.push(broken(format!("seal/{name}"), reason, PUT_BACK));
    }
    Ok(findings)
}

/// The seal as it names things, and not as they are stored, was edited.
pub(super) fn edited(reason: &'static str) -> Finding {
    broken(SEAL_NAME.to_owned(), reason, PUT_BACK)
}

fn link(name: String) -> Finding {
    broken(name, "is a link: a copy of the folder would not have what was approved", "put the file or folder itself in its place")
}

fn broken(name: String, reason: &'static str, hint: &'static str) -> Finding {
    Finding::refuses("seal-broken", Place::file(name), reason, hint)
}
