//! The preview as a folder that opens in any browser without a server: what outside counsel gets.

use super::pages::{Around, SCRIPT, STYLE};
use super::{Pages, Preview, ProofFiles, Viewer, pictures};
use crate::error::{Error, Place, Result};
use crate::files;
use rayon::prelude::*;
use std::path::Path;

/// What tells a folder of ours from another.
const MARK: &str = "reviewer.js";
/// The folder of notices that go to nobody by name.
const NOTICES: &str = "notices";

/// Writes a preview into a folder: pages, pictures, letters and e-mails. What an earlier preview left there is replaced.
///
/// # Errors
/// Refused when something else lies in the folder; failed when it cannot be written.
pub fn write_folder(preview: &Preview, out: &Path) -> Result<()> {
    clear(out)?;
    files::create_folder(out)?;
    let pages = Pages::new()?;
    let around = Around { viewer: &Viewer::default(), comments: &[], trouble: &[] };
    files::write(&out.join("style.css"), STYLE.as_bytes())?;
    files::write(&out.join(MARK), SCRIPT.as_bytes())?;
    files::write(&out.join("coverage.html"), pages.coverage(preview, &around)?.as_bytes())?;
    let wordings: Vec<_> = preview.wordings.iter().zip(&preview.files).collect();
    wordings.par_iter().try_for_each(|(wording, proof)| {
        let folder = out.join(&wording.card.folder);
        files::create_own_folder(&folder)?;
        let page = pages.wording(preview, wording, &around)?;
        write_files(&folder, proof)?;
        files::write_of_many(&folder.join("index.html"), page.as_bytes())?;
        files::sync_folder(&folder)
    })?;
    for notice in &preview.notices {
        files::write(&out.join(NOTICES).join(&notice.file), notice.html.as_bytes())?;
    }
    // Last: a folder with an overview is whole.
    files::write(&out.join("index.html"), pages.overview(preview, &around)?.as_bytes())
}

fn write_files(folder: &Path, proof: &ProofFiles) -> Result<()> {
    let drawn = pictures(&proof.pdf, 0..proof.pages)?;
    for (index, picture) in drawn.iter().enumerate() {
        files::write_of_many(&folder.join(format!("page-{}.png", index + 1)), picture)?;
    }
    files::write_of_many(&folder.join("letter.pdf"), &proof.pdf)?;
    proof.large_pdf.iter().try_for_each(|pdf| files::write_of_many(&folder.join("letter-large.pdf"), pdf))?;
    files::write_of_many(&folder.join("email.html"), proof.email_html.as_bytes())?;
    files::write_of_many(&folder.join("email.txt"), proof.email_text.as_bytes())
}

/// Takes away what an earlier preview wrote, and nothing else.
fn clear(out: &Path) -> Result<()> {
    let entries = match fs_err::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::unwritable(out, &error)),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<std::io::Result<Vec<_>>>();
    let names = names.map_err(|error| Error::unwritable(out, &error))?;
    let ours = |name: &str| {
        ["index.html", "coverage.html", "style.css", MARK, NOTICES].contains(&name)
            || name.strip_prefix("wording-").is_some_and(|number| number.parse::<usize>().is_ok())
    };
    let marked = names.iter().any(|name| name == MARK);
    if let Some(other) = names.iter().find(|name| !marked || !ours(name)) {
        let place = Place::file(out.join(other).display().to_string());
        let hint = "name a new folder, or one that an earlier preview wrote";
        return Err(Error::refused("output-in-use", place, "is no part of a preview, and would stay among its pages", hint));
    }
    // The overview first: without it, no half of an old preview passes for a whole.
    let mut sorted = names;
    sorted.sort_by_key(|name| name != "index.html");
    for name in sorted {
        let path = out.join(name);
        let removed = if path.is_dir() { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) };
        removed.map_err(|error| Error::unwritable(&path, &error))?;
    }
    Ok(())
}
