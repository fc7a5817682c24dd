//! `kascade diff`: what a variant changes, in text.

use super::arguments::Diff;
use super::models::load_with_report;
use super::{Failure, Session};
use crate::analysis::difference::{Change, difference};

/// Prints the differences between two models, one line each, grouped by section.
pub fn run(arguments: &Diff, session: &Session) -> Result<(), Failure> {
    let base = load_with_report(&arguments.base)?.model;
    let variant = load_with_report(&arguments.variant)?.model;
    let changes = difference(&base, &variant);
    if changes.is_empty() {
        return session.print("no differences\n");
    }
    let mut text = String::new();
    let mut section = "";
    for Change { section: of, name, before, after } in &changes {
        if *of != section {
            text.push_str(&format!("{}[{of}]\n", if section.is_empty() { "" } else { "\n" }));
            section = of;
        }
        match (before, after) {
            (Some(before), Some(after)) => text.push_str(&format!("~ {name}\n    - {before}\n    + {after}\n")),
            (Some(before), None) => text.push_str(&format!("- {name}: {before}\n")),
            (None, Some(after)) => text.push_str(&format!("+ {name}: {after}\n")),
            (None, None) => {}
        }
    }
    session.print(&text)
}
