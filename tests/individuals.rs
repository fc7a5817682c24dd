//! Individuals that fail, each in its own way, beside others whose results are kept; and the bits of each, whatever the
//! neighbors and threads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A model with one parameter for each way to fail.
const MODEL: &str = r#"
kascade = 1
[model]
name  = "trouble"
time  = "h"
until = "4 h"
every = "1 h"
[parameters]
V      = { value = 10, unit = "L",   assumed = "test", vary = { lognormal = 0.3 } }
k      = { value = 0.5, unit = "1/h", assumed = "test" }
explode = { value = 0, unit = "1/h", assumed = "test" }
share  = { value = 1, unit = "1",    assumed = "test" }
wild   = { value = 0, unit = "1",    assumed = "test" }
[states]
A = { start = 0, unit = "mg" }
B = { start = 1, unit = "1" }
D = { start = 0, unit = "1" }
E = { start = 0, unit = "1" }
[quantities]
C = { is = "A / V", unit = "mg/L" }
[derivatives]
A = "-k * A * sqrt(share)"
B = "explode * B^2"
D = "wild / 1 [h]"
E = "0 / 1 [h]"
[routes]
iv = { into = "A" }
[events.ping]
when = "D > 0.5 and E < 0.5"
set = { E = 1 }
[events.pong]
when = "D > 0.5 and E >= 0.5"
set = { E = 0 }
[regimens.one]
doses = [ { route = "iv", amount = "70 mg", at = "0 h" } ]
"#;

/// In this order: fine, a solution that runs away, a rate that is no number, an event without end, fine.
const EVENTS: &str = "ID,TIME,AMT,EVID,explode,share,wild\n\
    11,0,70,1,0,1,0\n11,4,0,0,0,1,0\n\
    12,0,70,1,1,1,0\n12,4,0,0,1,1,0\n\
    13,0,70,1,0,-1,0\n13,4,0,0,0,-1,0\n\
    14,0,70,1,0,1,1\n14,4,0,0,0,1,1\n\
    15,0,35,1,0,1,0\n15,4,0,0,0,1,0\n";

struct Folder(PathBuf);

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("individuals").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("trouble.toml"), MODEL).unwrap();
        fs::write(path.join("events.csv"), EVENTS).unwrap();
        Folder(path)
    }

    fn run(&self, line: &str) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_kascade"))
            .args(line.split_whitespace())
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// How often a text says something.
fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

#[test]
fn each_failure_of_an_event_table_is_one_message_and_the_others_are_kept() {
    let folder = Folder::new("events");
    let ended = folder.run("run trouble.toml --events events.csv");
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    for (id, says) in [(12, "runs away"), (13, "NaN"), (14, "event `p")] {
        assert_eq!(count(&ended.err, &format!("individual {id}: ")), 1, "{}", ended.err);
        let message = ended.err.split(&format!("individual {id}: ")).nth(1).unwrap_or_default();
        let message = message.lines().next().unwrap_or_default();
        assert!(message.to_lowercase().contains(&says.to_lowercase()), "{id}: {message}");
    }
    assert!(ended.err.contains("3 of 5 individuals failed; the results of the others are kept"), "{}", ended.err);
    let ids: Vec<&str> = ended.out.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["11", "15"]);
}

#[test]
fn a_step_budget_that_is_spent_is_told_of_each_individual() {
    let folder = Folder::new("budget");
    let ended = folder.run("run trouble.toml --events events.csv --rtol 1e-10 --max-steps 3");
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""), "{}", ended.err);
    assert_eq!(count(&ended.err, "spent all of its 3 steps"), 5, "{}", ended.err);
    assert!(ended.err.contains("5 of 5 individuals failed"), "{}", ended.err);
}

#[test]
fn those_who_fail_in_a_population_are_told_by_id_and_parameters() {
    let folder = Folder::new("population");
    let rows: Vec<String> =
        (1..=20).map(|id| format!("{},{},{}", 100 + id, if id % 3 == 0 { 1 } else { 0 }, 0.5)).collect();
    fs::write(folder.0.join("subjects.csv"), format!("id,explode,k\n{}\n", rows.join("\n"))).unwrap();
    let line = "population trouble.toml -r one --subjects subjects.csv --columns A";
    let ended = folder.run(line);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert!(ended.err.contains("6 of 20 individuals failed; the results of the others are kept; the first 5:"));
    assert_eq!(count(&ended.err, "error"), 5, "{}", ended.err);
    assert!(ended.err.contains("individual 103: the solution runs away"), "{}", ended.err);
    assert_eq!(count(&ended.err, "explode = 1 1/h"), 5, "{}", ended.err);
    assert!(ended.err.contains("SD "), "{}", ended.err);
    let last: Vec<f64> = ended.out.lines().last().unwrap().split(',').map(|cell| cell.parse().unwrap()).collect();
    let truth = 70.0 * kascade::numerics::elementary::exp(-0.5 * 4.0);
    assert!((last[1] / truth - 1.0).abs() < 1e-5 && last[2].abs() < 1e-9 * truth, "{last:?}");
}

#[test]
fn a_population_has_the_same_bytes_on_one_thread_and_on_two() {
    let folder = Folder::new("threads");
    let on = |threads: usize| {
        let line = format!("population trouble.toml -r one -n 300 --seed 5 --threads {threads}");
        let ended = folder.run(&line);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out
    };
    assert_eq!(on(1), on(2));
}

#[test]
fn an_individual_of_a_table_has_the_bytes_that_it_has_alone() {
    let folder = Folder::new("alone");
    let mut whole = "ID,TIME,AMT,EVID,V\n".to_string();
    let one = |id: usize| format!("{id},0,{},1,{}\n{id},3,0,0,10\n{id},4,0,0,10\n", 10 * id, 4 + id);
    (1..=30).for_each(|id| whole.push_str(&one(id)));
    fs::write(folder.0.join("whole.csv"), &whole).unwrap();
    let all = folder.run("run trouble.toml --events whole.csv");
    assert_eq!(all.code, Some(0), "{}", all.err);
    for id in [1, 17, 30] {
        fs::write(folder.0.join("one.csv"), format!("ID,TIME,AMT,EVID,V\n{}", one(id))).unwrap();
        let alone = folder.run("run trouble.toml --events one.csv");
        let rows = |text: &str| -> Vec<String> {
            text.lines().filter(|line| line.starts_with(&format!("{id},"))).map(str::to_string).collect()
        };
        assert_eq!(rows(&all.out), rows(&alone.out));
        assert_eq!(rows(&all.out).len(), 2);
    }
}

#[test]
fn a_table_shows_what_the_models_figure_shows() {
    let folder = Folder::new("columns");
    let ended = folder.run("population ketamine -r subanesthetic -n 3 --until 1h --every 1h");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let heads: Vec<&str> = ended.out.lines().next().unwrap_or_default().split(',').collect();
    assert_eq!(heads[..3], ["time", "C_venous_mean", "C_venous_sd"]);
    assert!(heads.contains(&"madrs_q95") && (heads.len() - 1).is_multiple_of(7) && heads.len() < 100, "{heads:?}");
    assert!(!ended.err.contains("good to"), "three individuals are kept exactly: {}", ended.err);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let folder = Folder::new("refused");
    for (line, code, says) in [
        ("population trouble.toml -r one", 2, "how many"),
        ("population trouble.toml -r one -n 0", 2, "nobody"),
        ("population trouble.toml -r one -n 5 --measure peak(C) -o x.svg", 2, "not a figure"),
        ("population hires -n 5", 1, "nothing varies"),
    ] {
        let ended = folder.run(line);
        assert_eq!(ended.code, Some(code), "{line}: {}", ended.err);
        assert!(ended.err.contains(says), "{line}: {}", ended.err);
        assert_eq!(ended.out, "");
    }
}
