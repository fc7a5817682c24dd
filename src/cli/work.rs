//! Long work on all cores: a number of threads, and a bar that tells how far it has come.

use super::Failure;
use crate::diagnostics::{Code, Diagnostic};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// Does the work on `threads` threads, or on all there are.
///
/// # Errors
/// No thread at all, or more than the system gives.
pub fn on_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let Some(threads) = threads else { return Ok(work()) };
    if threads == 0 {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, "`--threads 0` leaves nobody to do the work")
                .hint("leave it out to use all cores"),
        ));
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => Ok(pool.install(work)),
        Err(error) => Err(Failure::usage(Diagnostic::error(
            Code::BadArgument,
            format!("the system does not give {threads} threads: {error}"),
        ))),
    }
}

/// A bar on stderr, if that is a terminal; it is gone when the work is done.
pub fn progress(count: usize, what: &'static str) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(count as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}
