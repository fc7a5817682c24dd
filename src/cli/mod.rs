//! The command line: arguments, one file a command, rendering of diagnostics and tables.
//!
//! The only floor that prints, reads files and the clock. It must never hold science: a command reads what was
//! typed, calls the floors below, and writes what comes back.

pub mod arguments;
mod bench;
mod bench_output;
mod check;
mod compare;
mod completions;
mod diff;
mod doses;
mod drawing;
mod evidence;
mod explain;
mod grid;
mod individuals;
mod list;
mod models;
mod new;
mod output;
mod plot;
mod population;
mod render;
mod results;
mod run;
mod scenario;
mod schema;
mod show;
mod sweep;
mod table;
mod watch;
mod work;

use crate::diagnostics::{Diagnostic, Report};
use crate::units::Unit;
use arguments::{Arguments, Color, Command};
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use output::{Destination, WriteError};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// Why a command ended without its result; decides the exit code.
#[derive(Debug)]
pub enum Failure {
    /// The model, the data or a file is wrong: exit code 1.
    Model(Report),
    /// The command line is wrong: exit code 2.
    Usage(Report),
    /// The solver failed: exit code 3.
    Solver(Report),
    /// The reader of our output has gone: exit code 0.
    ClosedPipe,
}

impl Failure {
    /// The model, the data or a file is wrong.
    pub fn model(what: impl Into<Report>) -> Failure {
        Failure::Model(what.into())
    }

    /// The command line is wrong.
    pub fn usage(what: impl Into<Report>) -> Failure {
        Failure::Usage(what.into())
    }

    /// The solver failed.
    pub fn solver(what: impl Into<Report>) -> Failure {
        Failure::Solver(what.into())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        match error {
            WriteError::ClosedPipe => Failure::ClosedPipe,
            WriteError::Refused(diagnostic) => Failure::model(diagnostic),
        }
    }
}

/// What all commands share: how to speak on stderr.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    styled: bool,
}

impl Session {
    fn new(color: Color) -> Session {
        let styled = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Session { styled }
    }

    /// A line for the user on stderr. A closed stderr is nobody's fault.
    pub fn say(&self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// Complaints on stderr.
    pub fn complain(&self, report: &Report) {
        let _ = write!(std::io::stderr().lock(), "{}", render::report(report, self.styled));
    }

    /// One warning on stderr.
    pub fn warn(&self, diagnostic: Diagnostic) {
        self.complain(&Report::from(diagnostic));
    }

    /// Text to stdout.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        Destination::Stdout.write(text.as_bytes()).map_err(Failure::from)
    }
}

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors and go to stdout; clap knows which is which.
            let _ = error.print();
            if let Some(hint) = torn(&error, std::env::args()) {
                let _ = writeln!(std::io::stderr().lock(), "hint: {hint}");
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let session = Session::new(arguments.color);
    match dispatch(arguments.command, &session) {
        Ok(()) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(Failure::Model(report)) => ended(&session, &report, 1),
        Err(Failure::Usage(report)) => ended(&session, &report, 2),
        Err(Failure::Solver(report)) => ended(&session, &report, 3),
    }
}

/// What to write where a value was torn from its unit, as in `--until 4 h`.
fn torn(error: &clap::Error, typed: impl Iterator<Item = String>) -> Option<String> {
    let unit = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unit))) if Unit::parse(unit).is_ok() => unit,
        _ => return None,
    };
    let typed: Vec<String> = typed.collect();
    let words = typed.windows(3).find(|words| &words[2] == unit && words[1].parse::<f64>().is_ok())?;
    let [option, number, _] = words else { return None };
    Some(format!("write `{option} {number}{unit}`, or quote it: `{option} \"{number} {unit}\"`"))
}

fn ended(session: &Session, report: &Report, code: u8) -> ExitCode {
    session.complain(report);
    ExitCode::from(code)
}

fn dispatch(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::List(arguments) => list::run(&arguments, session),
        Command::Check(arguments) => check::run(&arguments, session),
        Command::Explain(arguments) => explain::run(&arguments, session),
        Command::Show(arguments) => show::run(&arguments, session),
        Command::Diff(arguments) => diff::run(&arguments, session),
        Command::Doses(arguments) => doses::run(&arguments, session),
        Command::Run(arguments) => run::run(&arguments, session),
        Command::Plot(arguments) => plot::run(&arguments, session),
        Command::Compare(arguments) => compare::run(&arguments, session),
        Command::Evidence(arguments) => evidence::run(&arguments, session),
        Command::Bench(arguments) => bench::run(&arguments, session),
        Command::Population(arguments) => population::run(&arguments, session),
        Command::Sweep(arguments) => sweep::run(&arguments, session),
        Command::New(arguments) => new::run(&arguments, session),
        Command::Completions(arguments) => completions::run(&arguments, session),
        Command::Schema(arguments) => schema::run(&arguments, session),
    }
}
