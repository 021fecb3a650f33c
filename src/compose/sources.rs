//! The template files: the built-in ones, and over them those of the incident's own `templates/` folder.

use super::builtin::FILES;
use super::{nearest, tags};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::{Language, is_direction_control};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The largest template file that is read, in bytes.
const LARGEST: u64 = 256 * 1024;

/// Every template file by its name under `templates/`, such as `en/parts/signature.md`.
#[derive(Debug, Clone)]
pub(super) struct Sources {
    files: BTreeMap<String, String>,
}

impl Sources {
    /// The templates that come with the program.
    pub(super) fn built_in() -> Sources {
        let files = FILES.iter().map(|(language, name, text)| (format!("{language}/{name}"), (*text).to_owned())).collect();
        Sources { files }
    }

    /// The built-in templates with one file replaced.
    #[cfg(test)]
    pub(super) fn with(language: Language, name: &str, text: &str) -> Sources {
        let mut sources = Sources::built_in();
        sources.files.insert(format!("{}/{name}", language.tag()), text.to_owned());
        sources
    }

    /// The built-in templates, file by file replaced by those in the incident folder.
    ///
    /// # Errors
    /// Refused for a file that is no template, leads out of the folder, is too large or is not UTF-8.
    pub(super) fn load(incident_folder: &Path) -> Result<Sources> {
        let mut sources = Sources::built_in();
        let folder = incident_folder.join("templates");
        if fs_err::symlink_metadata(&folder).is_err() {
            return if_nothing_is_meant(incident_folder).map(|()| sources);
        }
        let home = canonical(incident_folder, incident_folder)?;
        let root = canonical(&folder, incident_folder)?;
        if !root.starts_with(&home) {
            return Err(leads_out("templates"));
        }
        let mut found = BTreeMap::new();
        for path in walk(&folder)? {
            let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if !canonical(&path, incident_folder)?.starts_with(&root) {
                return Err(leads_out(&format!("templates/{name}")));
            }
            found.insert(name.clone(), read(&path, &name)?);
        }
        let names: Vec<String> = found.keys().cloned().collect();
        sources.files.extend(found);
        let findings: Vec<Finding> = names.iter().filter_map(|name| sources.unknown(name)).collect();
        if findings.is_empty() { Ok(sources) } else { Err(Error::refused_all(findings)) }
    }

    /// Every file with its text, in name order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The Markdown templates of a language by their names inside its folder.
    pub(super) fn of(&self, language: Language) -> impl Iterator<Item = (&str, &str)> {
        let prefix = format!("{}/", language.tag());
        self.all()
            .filter_map(move |(name, text)| name.strip_prefix(&prefix).map(|name| (name, text)))
            .filter(|(name, _)| name.ends_with(".md"))
    }

    /// The text of one file; empty when there is none.
    pub(super) fn text(&self, language: Language, name: &str) -> &str {
        self.files.get(&format!("{}/{name}", language.tag())).map_or("", String::as_str)
    }

    /// The file as it is named in findings.
    pub(super) fn shown(&self, language: Language, name: &str) -> String {
        format!("templates/{}/{name}", language.tag())
    }

    /// The place of a byte offset in a file.
    pub(super) fn place(&self, language: Language, name: &str, offset: usize) -> Place {
        let (line, column) = tags::line_and_column(self.text(language, name), offset);
        Place::line(self.shown(language, name), line).column(column)
    }

    /// A finding when a user's file replaces nothing and no template includes it: it would silently do nothing.
    fn unknown(&self, name: &str) -> Option<Finding> {
        let built_in = FILES.iter().map(|(language, name, _)| format!("{language}/{name}")).collect::<Vec<_>>();
        if built_in.iter().any(|known| known == name) {
            return None;
        }
        let included = Language::ALL.iter().filter(|language| name.ends_with(".md") && name.starts_with(&format!("{}/", language.tag())));
        for language in included {
            let inside = &name[language.tag().len() + 1..];
            if self.of(*language).any(|(_, text)| tags::read(text).includes.iter().any(|include| include.text == inside)) {
                return None;
            }
        }
        let place = Place::file(format!("templates/{name}"));
        let reason = "this file replaces no built-in template and no template includes it";
        Some(Finding::refuses("unknown-template", place, reason, nearest::hint(name, built_in.iter().map(String::as_str))))
    }
}

/// Refuses a folder whose name is ours but for capitals: it would silently do nothing.
fn if_nothing_is_meant(incident_folder: &Path) -> Result<()> {
    let entries = fs_err::read_dir(incident_folder).into_iter().flatten().filter_map(std::io::Result::ok);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match names.into_iter().find(|name| name.eq_ignore_ascii_case("templates")) {
        None => Ok(()),
        Some(name) => {
            let reason = "templates are looked for in a folder named `templates`, in small letters";
            Err(Error::refused("unknown-template", Place::file(name), reason, "rename the folder"))
        }
    }
}

fn leads_out(name: &str) -> Error {
    let hint = "copy the file into the folder instead of linking to it";
    Error::refused("template-outside", Place::file(name), "this link leads out of the templates folder", hint)
}

fn canonical(path: &Path, incident_folder: &Path) -> Result<PathBuf> {
    fs_err::canonicalize(path).map_err(|error| Error::unreadable(path.strip_prefix(incident_folder).unwrap_or(path), &error))
}

/// Every file below a folder in name order; hidden files of editors and systems are passed over.
fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = fs_err::read_dir(&folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| Error::unreadable(&folder, &error))?;
        for entry in entries.into_iter().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
            let path = entry.path();
            if path.is_dir() && depth < 4 {
                folders.push((path, depth + 1));
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads one file: UTF-8, without byte order mark, lines ended by `\n`.
fn read(path: &Path, name: &str) -> Result<String> {
    let shown = format!("templates/{name}");
    let size = fs_err::metadata(path).map_err(|error| Error::unreadable(Path::new(&shown), &error))?.len();
    if size > LARGEST {
        let hint = "a letter is a few pages of text; check that this is the right file";
        return Err(Error::refused("template-too-large", Place::file(shown), "the file is larger than 256 KB", hint));
    }
    let bytes = fs_err::read(path).map_err(|error| Error::unreadable(Path::new(&shown), &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        Error::refused("template-not-utf8", Place::line(&shown, line), "the file is not UTF-8 text", "save it as UTF-8")
    })?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let found = text.char_indices().find_map(|(offset, character)| Some((offset, fault(character)?)));
    match found {
        None => Ok(text),
        Some((offset, (code, reason, hint))) => {
            let (line, column) = tags::line_and_column(&text, offset);
            Err(Error::refused(code, Place::line(&shown, line).column(column), reason, hint))
        }
    }
}

/// What is wrong with a character of a template, if anything: code, reason, hint.
fn fault(character: char) -> Option<(&'static str, &'static str, &'static str)> {
    if character == char::REPLACEMENT_CHARACTER {
        return Some(("lost-character", "a character was lost in an earlier conversion", "write it again"));
    }
    // Line ends and tabs are seen; what else steers text is not.
    let hidden = character.is_control() && !matches!(character, '\n' | '\t') || is_direction_control(character);
    let hint = "delete it and retype the text around it; hidden characters often come in with text copied from a PDF";
    hidden.then_some(("control-character", "the file has a hidden control character", hint))
}
