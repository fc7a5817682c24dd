//! `plot --watch`: the figure is drawn again when a file of the model changes.
//!
//! The system tells that something happened in a folder; whether it concerns us is decided by the contents of the files,
//! since editors write in many ways and reading is an event too.

use super::{Failure, Session};
use crate::diagnostics::{Code, Diagnostic};
use notify::{RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// How long an editor may take between its first and its last touch of a file.
const SETTLE: Duration = Duration::from_millis(60);
/// How often the contents are looked at where the system tells nothing (some network folders).
const PATIENCE: Duration = Duration::from_secs(1);

/// Draws, and draws again whenever one of the files changes; faults are shown and wait for the next change. It returns
/// only if nothing can be watched.
///
/// # Errors
/// No file to watch, or a system that cannot watch.
pub fn watch(
    files: &dyn Fn() -> Vec<PathBuf>,
    draw: &dyn Fn() -> Result<(), Failure>,
    drawn: &Path,
    session: &Session,
) -> Result<(), Failure> {
    let mut known: BTreeSet<PathBuf> = files().into_iter().collect();
    if known.is_empty() {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, "a built-in model has no file that could change")
                .hint("lay a file over it (`extends = \"...\"` under `[model]`) and plot that"),
        ));
    }
    let (events, happened) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(events).map_err(|error| refused(&error))?;
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    loop {
        // Before drawing, so that what changes meanwhile is not missed.
        let seen = contents(&known);
        match draw() {
            Ok(()) => session.say(&format!("{} drawn; watching {}", drawn.display(), names(&known))),
            Err(Failure::ClosedPipe) => return Ok(()),
            Err(Failure::Model(report) | Failure::Usage(report) | Failure::Solver(report)) => {
                session.complain(&report);
                session.say(&format!("not drawn; watching {}", names(&known)));
            }
        }
        // A file that cannot be read now may still name others that were read before.
        let before = known.len();
        known.extend(files());
        let seen = if known.len() == before { seen } else { contents(&known) };
        for file in &known {
            let folder = match file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
                _ => PathBuf::from("."),
            };
            if folders.insert(folder.clone()) {
                watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| refused(&error))?;
            }
        }
        while contents(&known) == seen {
            let _ = happened.recv_timeout(PATIENCE);
            std::thread::sleep(SETTLE);
            while happened.try_recv().is_ok() {}
        }
    }
}

/// What is in the files; none where one cannot be read.
fn contents(files: &BTreeSet<PathBuf>) -> Vec<Option<Vec<u8>>> {
    files.iter().map(|file| std::fs::read(file).ok()).collect()
}

fn names(files: &BTreeSet<PathBuf>) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn refused(error: &notify::Error) -> Failure {
    Failure::model(Diagnostic::error(Code::CannotRead, format!("the system cannot watch for changes: {error}")))
}
