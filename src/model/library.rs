//! The built-in models: their files travel inside the binary.
//!
//! This file must never know what is in them.

use crate::diagnostics::{Code, Diagnostic, SourceText, did_you_mean};
use std::sync::Arc;

/// One built-in file.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
}

/// Declares the files once: the name under which they are found is the path below `models` without its ending.
macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        &[$( BuiltIn { name: $name, text: include_str!(concat!("../../models/", $name, ".toml")) } ),*]
    };
}

const MODELS: &[BuiltIn] = built_in![
    "ketamine",
    "domino_1984",
    "clements_1981",
    "hijazi_2003",
    "perez_ruixo_2021",
    "simons_2022",
    "ssri",
    "rat",
    "mouse",
    "variants/disinhibition",
    "variants/resting_receptors",
    "variants/metabolite",
    "variants/extrasynaptic",
    "variants/trkb_binding",
    "variants/opioid",
    "variants/habenula",
    "variants/combined",
    "variants/disinhibition_resting",
    "variants/combined_metabolite",
    "benchmark/ket",
    "benchmark/pk",
    "benchmark/hires",
];

/// Statements of evidence that models pull in; no models themselves.
const STATEMENTS: &[BuiltIn] =
    built_in!["evidence/statements_pk", "evidence/statements_cascade", "evidence/statements_held_back"];

/// The tables of published numbers, by name: CSV, one row a number.
pub const EVIDENCE_TABLES: [(&str, &str); 2] = [
    ("pk_acute.csv", include_str!("../../models/evidence/pk_acute.csv")),
    ("cascade_clinical.csv", include_str!("../../models/evidence/cascade_clinical.csv")),
];

/// The grid of competing hypotheses and what was observed.
pub const GRID: &str = include_str!("../../models/evidence/grid.toml");

/// A text that numbers the statements which a model that draws on a file of statements must reproduce.
pub struct EvidenceText {
    /// The file of statements.
    pub statements: &'static str,
    /// What its numbers are called: `pk` for `pk1`, `pk2`, ...
    pub prefix: &'static str,
    /// The text.
    pub text: &'static str,
}

/// The texts that number the statements of the built-in files.
pub const EVIDENCE_TEXTS: [EvidenceText; 2] = [
    EvidenceText {
        statements: "evidence/statements_pk",
        prefix: "pk",
        text: include_str!("../../models/evidence/pk_acute.md"),
    },
    EvidenceText {
        statements: "evidence/statements_cascade",
        prefix: "cc",
        text: include_str!("../../models/evidence/cascade_clinical.md"),
    },
];

/// The names of the built-in models, in the order in which they are listed.
pub fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|one| one.name)
}

/// The text of a built-in model, whose last part is enough of a name (`ket` for `benchmark/ket`), or of a file that
/// models pull in.
pub fn find(name: &str) -> Option<Arc<SourceText>> {
    let whole = |one: &&BuiltIn| one.name == name;
    let last = |one: &&BuiltIn| one.name.rsplit('/').next() == Some(name);
    let found =
        MODELS.iter().find(whole).or_else(|| MODELS.iter().find(last)).or_else(|| STATEMENTS.iter().find(whole))?;
    Some(SourceText::new(format!("models/{}.toml", found.name), found.text))
}

/// What to say when there is no model of that name.
pub fn not_found(name: &str) -> Diagnostic {
    Diagnostic::error(Code::ModelNotFound, format!("there is no built-in model `{name}`")).hint(
        match did_you_mean(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("`kascade list` prints the built-in models; a file is named by its path, as `./{name}.toml`")
            }
        },
    )
}
