//! `kascade completions bash`: completions for a shell.

use super::arguments::{Arguments, Completions};
use super::{Failure, Session};
use clap::CommandFactory;

/// Prints the completion script of a shell.
pub fn run(arguments: &Completions, session: &Session) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "kascade", &mut script);
    session.print(&String::from_utf8_lossy(&script))
}
