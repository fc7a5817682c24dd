//! Every fault of a model file has a file here, and beside it, under the same name with the ending `.txt`, the exact
//! text that its author reads. The first line of the model says which command is run:
//!
//! ```text
//! # $ kascade check unit_mismatch.toml
//! ```
//!
//! After a change of wording `KASCADE_ACCEPT=1 cargo test --test diagnostics` writes the texts anew; read the difference
//! as a student would before committing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");

/// The models that have a command, in the order of their names, each with the command.
fn cases() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let command = text.lines().next()?.strip_prefix("# $ kascade ")?.to_string();
            Some((path, command))
        })
        .collect()
}

/// What the command says, and how it ends.
fn transcript(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_kascade"))
        .args(command.split_whitespace())
        .current_dir(FOLDER)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code().map_or("killed".to_string(), |code| format!("exit code {code}"));
    format!("$ kascade {command}\n{told}{}({code})\n", if told.ends_with('\n') { "" } else { "\n" })
}

#[test]
fn every_fault_is_told_as_written() {
    let accept = std::env::var_os("KASCADE_ACCEPT").is_some();
    let cases = cases();
    assert!(cases.len() >= 45, "only {} models were found", cases.len());
    let mut faults = Vec::new();
    for (path, command) in &cases {
        let expected_path = path.with_extension("txt");
        let found = transcript(command);
        if accept {
            fs::write(&expected_path, &found).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if expected != found {
            faults.push(format!("--- expected\n{expected}\n+++ found\n{found}"));
        }
    }
    assert!(faults.is_empty(), "{} texts differ:\n\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_expected_text_belongs_to_a_model() {
    for entry in fs::read_dir(FOLDER).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            assert!(path.with_extension("toml").is_file(), "{} has no model", path.display());
        }
    }
}

/// The faults that the project promises to tell apart, each by its code.
#[test]
fn every_promised_fault_is_told() {
    let told: String =
        cases().iter().map(|(path, _)| fs::read_to_string(path.with_extension("txt")).unwrap_or_default()).collect();
    for (code, what) in [
        ("K0001", "TOML syntax"),
        ("K0002", "unknown version"),
        ("K0003", "no such model"),
        ("K0004", "overlays in a circle"),
        ("K0101", "unknown key"),
        ("K0102", "unknown name"),
        ("K0103", "duplicate"),
        ("K0104", "bad name"),
        ("K0105", "wrong type"),
        ("K0106", "missing key"),
        ("K0107", "syntax of expressions"),
        ("K0108", "unknown function"),
        ("K0109", "number of arguments"),
        ("K0201", "unknown unit"),
        ("K0202", "unit mismatch"),
        ("K0203", "mass for amount"),
        ("K0204", "argument with a dimension"),
        ("K0205", "conversion by hand"),
        ("K0206", "truth for a number"),
        ("K0207", "not a quantity"),
        ("K0208", "power that is not constant"),
        ("K0301", "quantities in a circle"),
        ("K0302", "unknown species"),
        ("K0303", "bad equation"),
        ("K0304", "two rates"),
        ("K0305", "event that never fires"),
        ("K0306", "overlay of a missing entry"),
        ("K0307", "time in a steady start"),
        ("K0308", "no states"),
        ("K0309", "a state that never changes"),
        ("K0310", "unused parameter"),
        ("K0311", "masses of different substances"),
        ("K0312", "assignment to a quantity"),
        ("K0313", "a start that depends on states"),
        ("K0401", "unknown route"),
        ("K0402", "per kilogram without weight"),
        ("K0403", "negative amount"),
        ("K0405", "unknown regimen"),
        ("K0406", "unknown perturbation"),
        ("K0408", "bad route"),
        ("K0407", "dose in a wrong unit"),
        ("K0501", "outside the range"),
        ("K0502", "missing source"),
        ("K0503", "unknown source"),
        ("K0504", "not finite"),
        ("K0505", "naked literal"),
        ("K0506", "bad value"),
        ("K0601", "figure"),
    ] {
        assert!(told.contains(&format!("[{code}]")), "no text tells {code}, {what}");
    }
}

/// Several faults in one pass, and warnings beside errors.
#[test]
fn several_faults_come_together() {
    let text = fs::read_to_string(Path::new(FOLDER).join("several.txt")).unwrap();
    let codes = ["K0101", "K0102", "K0201"];
    assert!(codes.iter().all(|code| text.contains(code)), "{text}");
}
