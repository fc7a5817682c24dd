//! `kascade new`: a commented model that runs.

use super::arguments::New;
use super::output::Destination;
use super::{Failure, Session};
use crate::diagnostics::{Code, Diagnostic};

/// The model that is written; a test checks that it is without complaints.
pub const TEMPLATE: &str = include_str!("new_model.toml");

/// Writes the starting model under a name that is still free.
pub fn run(arguments: &New, session: &Session) -> Result<(), Failure> {
    // A model is found by its path only if that ends in `.toml`.
    let mut path = arguments.file.clone();
    if path.extension().is_none_or(|ending| ending != "toml") {
        path.as_mut_os_string().push(".toml");
    }
    if path.exists() {
        return Err(Failure::model(
            Diagnostic::error(Code::CannotWrite, format!("`{}` exists, and is not overwritten", path.display()))
                .hint("choose another name"),
        ));
    }
    let name: String = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or("my_model")
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    let shown = path.display().to_string();
    let text =
        TEMPLATE.replace("name  = \"my_model\"", &format!("name  = \"{name}\"")).replace("FILE ", &format!("{shown} "));
    let destination = Destination::new(Some(&path));
    destination.check().map_err(Failure::model)?;
    destination.write(text.as_bytes())?;
    session.say(&format!("wrote {shown}; try `kascade plot {shown} -o first.svg`"));
    Ok(())
}
