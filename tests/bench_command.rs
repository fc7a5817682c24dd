//! `kascade bench` as a shell sees it: what is in its tables, what it refuses, what it does not wait for.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const DECAY: &str = r#"
kascade = 1
[model]
name  = "NAME"
time  = "h"
until = "4 h"
every = "1 h"
[parameters]
k = { value = RATE, unit = "1/h", assumed = "test" }
[states]
A = { start = 10, unit = "mg" }
B = { start = 0, unit = "mg" }
[derivatives]
A = "-k * A"
B = "k * A - 1 [1/h] * B"
"#;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench_command").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        for (name, rate) in [("slow", "2"), ("stiff", "1e8")] {
            let text = DECAY.replace("NAME", name).replace("RATE", rate);
            fs::write(path.join(format!("{name}.toml")), text).unwrap();
        }
        Folder(path)
    }

    /// Exit code, standard output, standard error.
    fn run(&self, line: &str) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_kascade"))
            .args(line.split_whitespace())
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    fn rows(&self, name: &str) -> Vec<Vec<String>> {
        let text = fs::read_to_string(self.0.join(name)).unwrap();
        csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(|row| row.unwrap().iter().map(str::to_string).collect())
            .collect()
    }
}

#[test]
fn a_table_has_a_row_for_each_model_solver_and_tolerance() {
    let folder = Folder::new("table");
    let (code, out, err) = folder.run("bench slow.toml stiff.toml --rtol 1e-3,1e-6 --runs 3 -o costs.csv");
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    let rows = folder.rows("costs.csv");
    assert_eq!(rows.len(), 2 * 3 * 2);
    for row in &rows {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let (model, solver, rtol, failure) = (row[0].as_str(), row[1].as_str(), number(2), row[15].as_str());
        if model == "stiff" && solver != "rodas5p" {
            // An explicit method would take some 1e8 steps.
            assert!(!failure.is_empty() && number(3).is_nan(), "{row:?}");
            continue;
        }
        assert_eq!(failure, "", "{row:?}");
        let (milliseconds, low, high, error, steps) = (number(3), number(4), number(5), number(6), number(7));
        assert!(0.0 < low && low <= milliseconds && milliseconds <= high, "{row:?}");
        assert!(0.0 < error && error <= 10.0 * rtol && steps > 0.0, "{row:?}");
        assert_eq!(number(13), 3.0, "runs");
        assert_eq!(model == "slow", number(14) == 1.0, "the first model is what the others are relative to: {row:?}");
    }
}

#[test]
fn json_and_figures_carry_what_was_asked() {
    let folder = Folder::new("formats");
    let (code, _, err) = folder.run("bench slow.toml --solver rodas5p,dopri5 --runs 3 -o costs.json");
    assert_eq!(code, Some(0), "{err}");
    let json: Value = serde_json::from_str(&fs::read_to_string(folder.0.join("costs.json")).unwrap()).unwrap();
    assert_eq!(json["models"][0]["name"], "slow");
    assert_eq!(json["settings"]["reference"], "rodas5p at 1e-11");
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2 * 6);
    // A finer tolerance takes more steps and leaves a smaller error.
    let column = |name: &str| -> Vec<f64> { rows[..6].iter().map(|row| row[name].as_f64().unwrap()).collect() };
    assert!(column("steps").windows(2).all(|pair| pair[0] < pair[1]), "{:?}", column("steps"));
    assert!(column("error").windows(2).all(|pair| pair[0] > pair[1]), "{:?}", column("error"));
    let (code, _, err) = folder.run("bench slow.toml --runs 3 -o costs.svg");
    assert_eq!(code, Some(0), "{err}");
    let svg = fs::read_to_string(folder.0.join("costs.svg")).unwrap();
    assert!(["rodas5p", "dopri5", "dop853", "achieved error"].iter().all(|word| svg.contains(word)));
}

#[test]
fn a_table_for_the_eye_says_what_its_columns_are() {
    let folder = Folder::new("text");
    let (code, out, err) = folder.run("bench slow.toml stiff.toml --rtol 1e-4 --runs 3");
    assert_eq!(code, Some(0), "{err}");
    for part in ["x first", "spread", "stiff by dopri5 at 1e-4: ", "rodas5p at 1e-11"] {
        assert!(out.contains(part), "{part}: {out}");
    }
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let folder = Folder::new("refused");
    for (line, expected, says) in [
        ("bench", 2, "MODELS"),
        ("bench slow.toml --rtol 1e-12", 2, "reference"),
        ("bench slow.toml --runs 0", 2, "nothing to time"),
        ("bench slow.toml -o costs.parquet", 2, "parquet"),
        ("bench stiff.toml --solver dopri5 --rtol 1e-4", 3, ""),
    ] {
        let (code, _, err) = folder.run(line);
        assert_eq!(code, Some(expected), "{line}: {err}");
        assert!(err.contains(says), "{line}: {err}");
    }
}
