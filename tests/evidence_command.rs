//! `kascade evidence` and the evidence part of `kascade check` as a shell sees them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MODEL: &str = r#"
kascade = 1
[model]
name = "one, two"
title = "decay"
time = "h"
until = "4 h"
species = "human"
[parameters]
k = { value = 0.5, unit = "1/h", assumed = "a test" }
[states]
A = { start = 10, unit = "mg", about = "amount" }
[derivatives]
A = "-k * A"
[[evidence]]
id = "met"
topic = "a, b"
required = true
run = {}
measure = "peak(A)"
unit = "mg"
expected = 10
[[evidence]]
id = "elsewhere"
required = true
species = "rat"
run = {}
measure = "peak(A)"
unit = "mg"
expected = 10
[[evidence]]
id = "missed"
required = true
run = {}
measure = "peak(A)"
unit = "mg"
expected = 20
[[evidence]]
id = "unasked"
run = {}
measure = "peak(B)"
rows = ["no_such_row"]
"#;

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("evidence_command").join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("m.toml"), MODEL).unwrap();
    path
}

fn run(folder: &Path, line: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kascade"));
    let Output { status, stdout, stderr } =
        command.args(line.split_whitespace()).current_dir(folder).env("NO_COLOR", "1").output().unwrap();
    Ended { code: status.code(), out: String::from_utf8(stdout).unwrap(), err: String::from_utf8(stderr).unwrap() }
}

#[test]
fn a_missed_requirement_fails_whatever_is_written() {
    let folder = folder("strict");
    for line in ["", " -o x.csv", " -o x.json", " -o x.svg"] {
        assert_eq!(run(&folder, &format!("evidence m.toml{line}")).code, Some(0), "{line}");
        let strict = run(&folder, &format!("evidence m.toml --strict{line}"));
        assert_eq!(strict.code, Some(1), "{line}");
        assert!(strict.err.contains("one, two: missed"), "{}", strict.err);
    }
    assert!(folder.join("x.svg").is_file());
}

#[test]
fn what_cannot_be_written_is_refused_before_it_is_worked_out() {
    let folder = folder("format");
    for line in ["evidence m.toml -o x.xlsx", "evidence m.toml --grid -o x.svg"] {
        let ended = run(&folder, line);
        assert_eq!(ended.code, Some(2), "{line}: {}", ended.err);
        assert!(!ended.err.contains("unasked"), "scored before it was refused: {}", ended.err);
    }
}

#[test]
fn what_is_not_scored_is_told_and_what_does_not_apply_is_not_required() {
    let folder = folder("text");
    let ended = run(&folder, "evidence m.toml -v");
    assert!(ended.err.contains("unasked counts as missed: "), "{}", ended.err);
    assert!(ended.out.contains("required: 1 of 2 met; missed: missed"), "{}", ended.out);
    assert!(!ended.out.contains("~met"), "it recalls no row: {}", ended.out);
}

#[test]
fn names_with_commas_stay_in_their_cells() {
    let folder = folder("csv");
    let ended = run(&folder, "evidence m.toml -o x.csv");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let mut reader = csv::Reader::from_path(folder.join("x.csv")).unwrap();
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!((&first[0], &first[1], &first[3]), ("one, two", "met", "a, b"));
    assert_eq!(run(&folder, "evidence m.toml --grid -o grid.csv").code, Some(0));
    let mut reader = csv::Reader::from_path(folder.join("grid.csv")).unwrap();
    assert_eq!(&reader.records().next().unwrap().unwrap()[0], "one, two");
}

#[test]
fn a_json_says_how_it_was_solved() {
    let folder = folder("json");
    assert_eq!(run(&folder, "evidence m.toml --rtol 1e-5 -o x.json").code, Some(0));
    let text = std::fs::read_to_string(folder.join("x.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["settings"]["rtol"], 1e-5);
    assert_eq!(value["settings"]["solver"], "rodas5p");
    assert!(value["models"][0]["statements"][0]["status"].is_null());
}

#[test]
fn a_check_reads_the_evidence_too() {
    let folder = folder("check");
    let ended = run(&folder, "check m.toml");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("K0702") && ended.err.contains("`no_such_row`"), "{}", ended.err);
    assert!(ended.err.contains("`B`"), "{}", ended.err);
    assert_eq!(run(&folder, "check --strict m.toml").code, Some(1));
}
