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

/// Lists, logos and fonts may lie in any folder. The ledger changes all the time, and files of a hidden name are not whole yet.
fn is_ours(top: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(top) else { return false };
    let mut parts = below.components().map(|part| part.as_os_str().to_string_lossy());
    !parts.any(|part| part.starts_with('.') || part.starts_with("ledger."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_watched_but_the_ledger_and_what_is_not_whole() {
        let top = Path::new("/incident");
        for path in
            ["templates/en/letter.md", "lists/patients.csv", "incident.toml", "fonts/Noto.ttf", "review/comments.jsonl", "templates"]
        {
            assert!(is_ours(top, &top.join(path)), "{path}");
        }
        for path in ["ledger.sqlite-wal", ".breachnotice-x", "templates/en/.letter.md.swp"] {
            assert!(!is_ours(top, &top.join(path)), "{path}");
        }
        assert!(!is_ours(top, Path::new("/elsewhere/incident.toml")));
    }
}
