//! `kascade explain K0203`: more about a diagnostic code.

use super::arguments::Explain;
use super::{Failure, Session};
use crate::diagnostics::{Code, Diagnostic};

/// Prints the explanation of one code, or the list of all.
pub fn run(arguments: &Explain, session: &Session) -> Result<(), Failure> {
    let Some(text) = &arguments.code else {
        let list: String = Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect();
        return session.print(&list);
    };
    let code: Code = text.parse().map_err(|_| {
        Failure::usage(
            Diagnostic::error(Code::BadArgument, format!("there is no diagnostic code `{text}`"))
                .hint("codes look like K0203; `kascade explain` lists them all"),
        )
    })?;
    session.print(&format!("{code}: {}\n\n{}\n", code.title(), code.explanation()))
}
