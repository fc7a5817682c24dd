//! Doses from the command line: what is said about steady states, what is refused, and which rows there are.

use kascade::numerics::elementary::exp;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A loss of first order with a factor that may be held, a loss that saturates, and none.
const MODEL: &str = r#"
kascade = 1

[model]
name  = "removal"
title = "Three ways to be removed, and one not to be"
about = "For tests."
time  = "h"
until = "6 h"
every = "1 h"
start = "steady"

[parameters]
k    = { value = 0.1, unit = "1/h", about = "rate constant", assumed = "a test" }
Vmax = { value = 5, unit = "mg/h", about = "largest rate", assumed = "a test" }
Km   = { value = 20, unit = "mg", about = "amount at half of it", assumed = "a test" }

[states]
enzyme    = { start = 1, unit = "1", about = "a factor of the loss" }
drug      = { start = 0, unit = "mg", about = "removed by the enzyme" }
saturable = { start = 0, unit = "mg", about = "removed no faster than Vmax" }
kept      = { start = 0, unit = "mg", about = "not removed" }

[derivatives]
enzyme    = "1 [1/h] - 1 [1/h] * enzyme"
drug      = "-k * enzyme * drug"
saturable = "-Vmax * saturable / (Km + saturable)"
kept      = "0 [mg/h]"

[routes]
iv   = { into = "drug", cmt = 1 }
slow = { into = "saturable", cmt = 2 }
keep = { into = "kept", cmt = 3 }

[perturbations.induced]
title = "three times the enzyme, always"
clamp = { enzyme = 3 }

[perturbations.induced_from_the_dose_on]
title = "three times the enzyme, from 0 on"
from  = "0 h"
clamp = { enzyme = 3 }

[perturbations.fast]
title = "three times the constant, from 0 on"
from  = "0 h"
set   = { k = "3 * k" }
"#;

struct Folder(PathBuf);

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("doses").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        fs::write(path.join("removal.toml"), MODEL).expect("a file");
        Folder(path)
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.kascade(&[&["run", "removal.toml"], arguments].concat())
    }

    fn kascade(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_kascade"))
            .args(arguments)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .output()
            .expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn events(&self, table: &str, arguments: &[&str]) -> Ended {
        fs::write(self.0.join("table.csv"), table).expect("a file");
        self.run(&[&["--events", "table.csv"], arguments].concat())
    }
}

impl Ended {
    /// Rows of numbers without the header.
    fn rows(&self) -> Vec<Vec<f64>> {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
            .lines()
            .skip(1)
            .map(|line| line.split(',').map(|cell| cell.parse().expect("a number")).collect())
            .collect()
    }
}

/// The amount before a bolus of 10 mg every 12 h since forever.
fn trough(rate_constant: f64) -> f64 {
    let left = exp(-rate_constant * 12.0);
    10.0 * left / (1.0 - left)
}

#[test]
fn a_steady_state_says_how_it_was_found() {
    let folder = Folder::new("stats");
    let ended = folder.run(&["--dose", "iv 10 mg every 12 h steady", "--at", "0", "--columns", "drug", "--stats"]);
    assert!((ended.rows()[0][1] / (10.0 + trough(0.1)) - 1.0).abs() < 1e-6, "{}", ended.out);
    let line = ended.err.lines().find(|line| line.starts_with("steady state of `iv` every 12 h: ")).expect(&ended.err);
    let (periods, drift) =
        line.rsplit_once(": ").and_then(|(_, found)| found.split_once(" periods, remaining drift ")).expect(line);
    assert!(periods.parse::<u32>().expect(line) < 10, "{line}");
    assert!(drift.parse::<f64>().expect(line).abs() < 1e-7, "{line}");
    let endless = folder.run(&["--dose", "iv rate 2 mg/h steady", "--at", "0", "--columns", "drug", "--stats"]);
    assert!((endless.rows()[0][1] / 20.0 - 1.0).abs() < 1e-6);
    assert!(endless.err.contains("steady state of an endless infusion by `iv`: solved"), "{}", endless.err);
}

#[test]
fn the_cascade_has_steady_states_of_its_doses() {
    let folder = Folder::new("ketamine");
    for dose in ["nasal 84 mg every 84 h times 1 steady", "iv 0.5 mg/kg over 40 min every 48 h times 1 steady"] {
        let every = if dose.starts_with("nasal") { "84" } else { "48" };
        let at = format!("0,{every}");
        let run = folder.kascade(&["run", "ketamine", "--dose", dose, "--at", &at, "--columns", "bdnf,synapses,madrs"]);
        let rows = run.rows();
        for (then, now) in rows[0].iter().zip(&rows[1]).skip(1) {
            assert!((now / then - 1.0).abs() < 1e-5, "{dose}: {rows:?}");
        }
    }
}

#[test]
fn where_there_is_no_steady_state_it_says_so_and_writes_nothing() {
    let folder = Folder::new("none");
    let cases = [
        (
            "keep 10 mg every 12 h steady",
            "`keep` every 12 h leads to no steady state: after 300 periods `kept` still changes by 10 mg a period",
        ),
        (
            "keep 10 mg over 3 h every 12 h steady",
            "`keep` every 12 h leads to no steady state: after 300 periods `kept` still changes by 10 mg a period",
        ),
        (
            "keep rate 5 mg/h steady",
            "an endless infusion by `keep` leads to no steady state: `kept` still changes by 5 mg per h",
        ),
        // At most 5 mg/h are removed, so 60 mg in 12 h.
        ("slow 61 mg every 12 h steady", "`slow` every 12 h leads to no steady state"),
        ("slow 600 mg over 6 h every 12 h steady", "`slow` every 12 h leads to no steady state"),
        (
            "slow rate 6 mg/h steady",
            "an endless infusion by `slow` leads to no steady state: `saturable` still changes by 1 mg per h",
        ),
    ];
    for (dose, says) in cases {
        let ended = folder.run(&["--dose", dose, "-o", "out.csv"]);
        assert_eq!(ended.code, Some(3), "{dose}: {}", ended.err);
        assert!(ended.err.contains(says), "{dose}: {}", ended.err);
        assert!(ended.err.contains("hint: what is given must be removed as fast"), "{dose}: {}", ended.err);
        assert!(!folder.0.join("out.csv").exists(), "{dose}");
    }
    // A little less than what can be removed has one, far up.
    assert_eq!(folder.run(&["--dose", "slow 59 mg every 12 h steady"]).code, Some(0));
}

#[test]
fn what_holds_at_a_steady_state_has_held_since_forever() {
    let folder = Folder::new("held");
    let dose = ["--dose", "iv 10 mg every 12 h steady", "--at", "0", "--columns", "drug,enzyme", "--perturb"];
    for perturbation in ["induced", "induced_from_the_dose_on", "fast"] {
        let ended = folder.run(&[&dose[..], &[perturbation]].concat());
        let row = &ended.rows()[0];
        assert!((row[1] / (10.0 + trough(0.3)) - 1.0).abs() < 1e-6, "{perturbation}: {row:?}");
        assert_eq!(row[2], if perturbation == "fast" { 1.0 } else { 3.0 }, "{perturbation}");
    }
    // Added to what is there, and after a reset to the undosed steady state.
    let added = "TIME,EVID,AMT,CMT,II,SS\n0,1,7,1,.,.\n0,1,10,1,12,2\n0,0,.,.,.,.\n2,3,.,.,.,.\n2,0,.,.,.,.\n";
    for perturbation in ["induced", "induced_from_the_dose_on"] {
        let rows = folder.events(added, &["--columns", "drug,enzyme", "--perturb", perturbation]).rows();
        assert!((rows[0][1] / (17.0 + trough(0.3)) - 1.0).abs() < 1e-6, "{perturbation}: {rows:?}");
        assert_eq!(rows[1][1..], [0.0, 3.0], "{perturbation}");
    }
}

#[test]
fn a_table_with_an_error_in_its_last_line_is_refused_before_anything_is_solved() {
    let folder = Folder::new("last_line");
    // The first individual cannot be solved at all, which nobody gets to know.
    let mut table = "ID,TIME,AMT,CMT,Km\n1,0,10,2,-10\n1,9,.,.,-10\n".to_string();
    for id in 2..500 {
        table.push_str(&format!("{id},0,10,1,20\n{id},9,.,.,20\n"));
    }
    table.push_str("500,0,-1,1,20\n");
    let ended = folder.events(&table, &["-o", "out.csv"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("AMT -1 is negative") && ended.err.contains("table.csv:1000:7"), "{}", ended.err);
    assert!(ended.err.contains("hint: ") && !ended.err.contains("individual"), "{}", ended.err);
    assert!(!folder.0.join("out.csv").exists() && ended.out.is_empty());
    // A dose that cannot be given is found as early.
    let many = "TIME,AMT,CMT,II,ADDL\n0,10,1,1e-9,4000000000\n9,.,.,.,.\n";
    let ended = folder.events(many, &["-o", "out.csv"]);
    assert!(ended.code == Some(1) && ended.err.contains("table.csv:2:1"), "{}", ended.err);
}

#[test]
fn rows_outside_of_an_individuals_run_are_left_out_and_counted() {
    let folder = Folder::new("outside");
    let table = "ID,TIME,AMT,CMT\n1,2,10,1\n1,12,.,.\n2,0,10,1\n2,6,.,.\n";
    let times = |ended: &Ended| ended.rows().iter().map(|row| (row[0], row[1])).collect::<Vec<_>>();
    let at = folder.events(table, &["--at", "0,6,12,20", "--columns", "drug"]);
    assert_eq!(times(&at), [(1.0, 6.0), (1.0, 12.0), (2.0, 0.0), (2.0, 6.0)]);
    assert!(at.err.contains("note: 4 of 8 rows lie outside of the individuals' runs"), "{}", at.err);
    // Rows at an interval go on to the last record, though the model's own horizon is shorter.
    let every = folder.events(table, &["--every", "4h", "--columns", "drug"]);
    assert_eq!(times(&every), [(1.0, 4.0), (1.0, 8.0), (1.0, 12.0), (2.0, 0.0), (2.0, 4.0)]);
    assert!(!every.err.contains("outside"), "{}", every.err);
    let until = folder.events(table, &["--until", "20h"]);
    assert!(until.code == Some(2) && until.err.contains("a run ends at the last record"), "{}", until.err);
}

#[test]
fn a_column_in_another_case_than_its_parameter_is_pointed_out() {
    let folder = Folder::new("case");
    let ended = folder.events("TIME,AMT,CMT,vmax,DV\n0,10,1,3,.\n9,.,.,3,1\n", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("a column `Vmax` would set the parameter `Vmax`; `vmax` does not"), "{}", ended.err);
}
