//! Watches the incident folder: what is saved there is shown.

use super::board::Board;
use crate::error::{Error, Place, Result};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Editors write a file in several steps: so long must nothing happen before the preview is made again.
const QUIET: Duration = Duration::from_millis(30);

/// Folders whose files letters and their review hang on; files of the incident folder itself count as well.
const WATCHED: [&str; 4] = ["templates", "rules", "review", "seal"];

/// Watches until what it gives is dropped.
///
/// # Errors
/// Failed when the folder cannot be watched.
pub(super) fn watch(folder: &Path, board: Arc<Board>) -> Result<RecommendedWatcher> {
    let failed = |error: notify::Error| {
        let place = Place::file(folder.display().to_string());
        Error::failed("watch-failed", place, format!("cannot be watched for changes: {error}"), "start the server again")
    };
    let folder = folder.canonicalize().map_err(|error| Error::unreadable(folder, &error))?;
    let top = folder.clone();
    let (tell, told) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| concerns(&top, &event)) {
            // The thread that waits ends with the process.
            let _ = tell.send(());
        }
    })
    .map_err(failed)?;
    watcher.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
    std::thread::spawn(move || remake(&told, &board));
    Ok(watcher)
}

fn remake(told: &Receiver<()>, board: &Board) {
    while told.recv().is_ok() {
        while told.recv_timeout(QUIET).is_ok() {}
        board.remake();
    }
}

fn concerns(top: &Path, event: &Event) -> bool {
    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| is_ours(top, path))
}

fn is_ours(top: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(top) else { return false };
    let mut parts = below.components().map(|part| part.as_os_str().to_string_lossy());
    let Some(first) = parts.next() else { return false };
    match parts.next() {
        Some(_) => WATCHED.contains(&&*first),
        None => !first.starts_with('.') && !first.starts_with("ledger."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_letters_hang_on_is_watched_and_no_more() {
        let top = Path::new("/incident");
        for path in ["templates/en/letter.md", "rules/federal.toml", "incident.toml", "patients.csv", "review/comments.jsonl", "templates"]
        {
            assert!(is_ours(top, &top.join(path)), "{path}");
        }
        for path in ["ledger.sqlite-wal", ".breachnotice-x", "out/letters/00/0000100.pdf", "dry-run/1.eml"] {
            assert!(!is_ours(top, &top.join(path)), "{path}");
        }
        assert!(!is_ours(top, Path::new("/elsewhere/incident.toml")));
    }
}
