//! Where results go: stdout, or a file that appears under its name only when it is whole.
//!
//! This file must never decide what is written, only where.

use crate::diagnostics::{Code, Diagnostic};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Why writing stopped.
#[derive(Debug)]
pub enum WriteError {
    /// The reader of a pipe has seen enough; not a fault.
    ClosedPipe,
    /// The operating system refused.
    Refused(Diagnostic),
}

/// Where a command's data go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl Destination {
    /// From `-o`; `-` is stdout.
    pub fn new(path: Option<&Path>) -> Destination {
        match path {
            None => Destination::Stdout,
            Some(path) if path == Path::new("-") => Destination::Stdout,
            Some(path) => Destination::File(path.to_path_buf()),
        }
    }

    /// The ending of the file, in lower case.
    pub fn ending(&self) -> Option<String> {
        match self {
            Destination::Stdout => None,
            Destination::File(path) => path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase),
        }
    }

    /// Checks early that the file can be made, before minutes are spent on what goes into it.
    pub fn check(&self) -> Result<(), Diagnostic> {
        let Destination::File(path) = self else { return Ok(()) };
        let refuse = |reason: &str| Err(cannot_write(path, reason));
        if path.is_dir() {
            return refuse("it is a folder");
        }
        match folder_of(path) {
            folder if !folder.exists() => Err(cannot_write(path, "its folder does not exist")
                .hint(format!("make it first: `mkdir -p {}`", folder.display()))),
            folder if !folder.is_dir() => refuse("the path leads through a file"),
            _ => Ok(()),
        }
    }

    /// Writes the bytes: whole, or (for a file) not at all.
    pub fn write(&self, bytes: &[u8]) -> Result<(), WriteError> {
        self.write_with(&mut |writer| writer.write_all(bytes))
    }

    /// Hands a writer to `work`, which should write in large pieces; what it writes appears whole, or (in a file) not at
    /// all.
    pub fn write_with(&self, work: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>) -> Result<(), WriteError> {
        match self {
            Destination::Stdout => {
                let mut stdout = std::io::stdout().lock();
                work(&mut stdout).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
                    std::io::ErrorKind::BrokenPipe => WriteError::ClosedPipe,
                    _ => WriteError::Refused(Diagnostic::error(
                        Code::CannotWrite,
                        format!("cannot write to standard output: {error}"),
                    )),
                })
            }
            Destination::File(path) => write_file(path, work).map_err(WriteError::Refused),
        }
    }
}

/// Writes a file beside its final name and moves it there when it is complete. What is no regular file
/// (`/dev/null`, a named pipe) is written in place.
fn write_file(path: &Path, work: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Diagnostic> {
    let refused = |error: std::io::Error| cannot_write(path, &reason(&error));
    if path.exists() && !path.is_file() {
        let mut file = std::fs::OpenOptions::new().write(true).open(path).map_err(refused)?;
        return work(&mut file).map_err(refused);
    }
    // A link stays a link: what it points to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kascade-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Like any new file: readable as the umask allows; an existing file keeps its mode.
        let mode = std::fs::metadata(&target).map_or(0o666, |old| old.permissions().mode());
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    let mut part = builder.tempfile_in(folder_of(&target)).map_err(refused)?;
    work(&mut part).and_then(|()| part.flush()).map_err(refused)?;
    part.persist(&target).map_err(|error| refused(error.error))?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The operating system's reason without the path that some errors carry along.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::StorageFull => "the disk is full".to_string(),
        _ => {
            let text = error.to_string();
            text.split(" at path ").next().unwrap_or(&text).to_string()
        }
    }
}

fn cannot_write(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::error(Code::CannotWrite, format!("cannot write `{}`: {reason}", path.display()))
}

/// Reads a text file; a file that is not UTF-8 is told apart from one that is not there.
pub fn read_text(path: &Path) -> Result<String, Diagnostic> {
    let cannot = |why: String| Diagnostic::error(Code::CannotRead, format!("cannot read `{}`: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| cannot(reason(&error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        cannot(format!("line {line} is not UTF-8 text")).hint("save the file as UTF-8")
    })
}
