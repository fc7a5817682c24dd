//! The program as a shell sees it: exit codes, what goes to which stream, what is left on disk when something fails.
//!
//! Each test has an empty folder of its own with the model that `kascade new` writes, or a small one of its own.

use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An empty folder.
struct Folder {
    path: PathBuf,
}

/// How a command ended.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command_line").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder { path }
    }

    /// The same, with a model in it.
    fn with_model(name: &str) -> Folder {
        let folder = Folder::new(name);
        assert_eq!(folder.run("new my_model.toml").code, Some(0));
        folder
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kascade"));
        // A blank inside of an argument is written `~`.
        command.args(line.split_whitespace().map(|word| word.replace('~', " ")));
        command.current_dir(&self.path).env("NO_COLOR", "1");
        command
    }

    fn run(&self, line: &str) -> Ended {
        let output = self.command(line).output().unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    /// The names of all files, those of temporary ones included.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Ended {
    /// Fine: data on standard output.
    #[track_caller]
    fn fine(self) -> Ended {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self
    }

    /// Failed with a code: nothing on standard output, and the complaint says this.
    #[track_caller]
    fn fails(self, code: i32, says: &str) -> Ended {
        assert_eq!(self.code, Some(code), "{}", self.err);
        assert_eq!(self.out, "", "data beside a failure");
        assert!(self.err.contains(says), "{}", self.err);
        self
    }

    /// The cells of a CSV without its header, and the header.
    fn table(&self) -> (Vec<&str>, Vec<Vec<f64>>) {
        let mut lines = self.out.lines();
        let heads = lines.next().unwrap().split(',').collect();
        (heads, lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect())
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let folder = Folder::new("help");
    let help = folder.run("--help").fine();
    assert!(help.out.contains("Usage: kascade") && help.err.is_empty());
    assert!(folder.run("--version").fine().out.starts_with("kascade "));
    assert!(folder.run("run --help").fine().out.contains("--until"));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = Folder::with_model("usage");
    folder.run("").fails(2, "Usage:");
    folder.run("rum ketamine").fails(2, "'run'");
    folder.run("run my_model.toml -r singel").fails(2, "did you mean `single`?");
    folder.run("run my_model.toml -p slow-elimination").fails(2, "K0406");
    folder.run("run my_model.toml --columns D").fails(2, "K0102");
    folder.run("run my_model.toml --columns CL").fails(2, "is a parameter, not a column");
    folder.run("run my_model.toml --set CL").fails(2, "does not say to what");
    folder.run("run my_model.toml --set Cl=3").fails(2, "did you mean `CL`?");
    folder.run("run my_model.toml --set CL=3~mg").fails(2, "K0");
    folder.run("run my_model.toml --set CL=1000").fails(2, "K0501");
    folder.run("run my_model.toml --dose orl~50~mg").fails(2, "did you mean `oral`?");
    folder.run("run my_model.toml --until 0h").fails(2, "must be longer than zero");
    folder.run("run my_model.toml --until 5~mg").fails(2, "mass");
    folder.run("run my_model.toml --every=-1h").fails(2, "must be longer than zero");
    folder.run("run my_model.toml --at=-30").fails(2, "`--at` asks for -30 h, and rows begin at 0");
    folder.run("run my_model.toml --at 1h --every 1h").fails(2, "cannot be used with");
    folder.run("run my_model.toml --rtol 0").fails(2, "must lie between 0 and 0.1");
    folder.run("run my_model.toml --rtol 1e-20").fails(2, "finer than the numbers themselves");
    folder.run("run my_model.toml --rtol nan").fails(2, "must lie between");
    folder.run("run my_model.toml --measure peek(C)").fails(2, "did you mean `peak`?");
    folder.run("run my_model.toml -o run.svg").fails(2, "a table cannot be written as `.svg`");
    folder.run("run my_model.toml -o run").fails(2, "has no ending");
    folder.run("plot my_model.toml -o figure.csv").fails(2, "a figure cannot be written as `.csv`");
    folder.run("plot my_model.toml --figure overvew").fails(2, "did you mean `overview`?");
    folder.run("plot my_model.toml --theme slid").fails(2, "did you mean `slide`?");
    folder.run("explain K9999").fails(2, "no diagnostic code");
    assert_eq!(folder.files(), ["my_model.toml"], "a failure left a file behind");
}

#[test]
fn a_wrong_model_or_file_ends_with_1() {
    let folder = Folder::with_model("model");
    folder.write("broken.toml", "kascade = 1\n[model]\nname = \"x\n");
    fs::write(folder.path.join("latin.toml"), b"kascade = 1\n# caf\xe9\n").unwrap();
    folder.run("run broken.toml").fails(1, "K0001");
    folder.run("check broken.toml").fails(1, "K0001");
    folder.run("run latin.toml").fails(1, "line 2 is not UTF-8 text");
    folder.run("run missing.toml").fails(1, "cannot read `missing.toml`: no such file or folder");
    folder.run("run ketamin").fails(1, "did you mean `ketamine`?");
    folder.run("run my_model").fails(1, "there is a file of that name here: `./my_model.toml`");
    folder.run("run .").fails(1, "cannot read");
    folder.run("run my_model.toml --events missing.csv").fails(1, "cannot read `missing.csv`");
    folder.run("new my_model.toml").fails(1, "exists, and is not overwritten");
}

#[test]
fn a_failure_of_the_solver_ends_with_3_in_the_words_of_the_model() {
    let folder = Folder::new("solver");
    folder.write(
        "runaway.toml",
        r#"
kascade = 1
[model]
name = "runaway"
time = "h"
[states]
growth = { start = 1, unit = "1", about = "something that feeds on itself" }
[derivatives]
growth = "growth ^ 2 / 1 [h]"
"#,
    );
    let ended = folder.run("run runaway.toml --until 2h -o run.csv").fails(3, "K0801");
    assert!(ended.err.contains("`growth`") && ended.err.contains("1 h"), "{}", ended.err);
    folder.run("run runaway.toml --until 0.9h --max-steps 3").fails(3, "spent all of its 3 steps");
    folder.write(
        "drift.toml",
        r#"
kascade = 1
[model]
name = "drift"
time = "h"
start = "steady"
[states]
level = { start = 1, unit = "mg", about = "something that only rises" }
[derivatives]
level = "1 [mg/h]"
"#,
    );
    folder.run("run drift.toml").fails(3, "K0802");
    assert_eq!(folder.files(), ["drift.toml", "runaway.toml"], "a failed run left a file behind");
}

#[test]
fn data_go_to_stdout_and_everything_else_to_stderr() {
    let folder = Folder::with_model("streams");
    let undosed = folder.run("run my_model.toml --until 1h --every 1h").fine();
    assert_eq!(undosed.out, "time,gut,central,C,occupancy\n0,0,0,0,0\n1,0,0,0,0\n");
    assert_eq!(undosed.err, "note: no doses (give `-r REGIMEN`, `--dose` or `--events`)\n");
    let dosed = folder.run("run my_model.toml -r single --until 1h --stats").fine();
    assert!(dosed.out.starts_with("time,") && dosed.err.contains(" steps"), "{}", dosed.err);
    assert_eq!(folder.run("run my_model.toml -r single -o run.csv").fine().out, "");
    assert!(folder.run("plot my_model.toml").fine().out.starts_with("<svg"));
    assert_eq!(folder.run("plot my_model.toml -o figure.svg").fine().out, "");
    assert!(folder.run("list").fine().err.is_empty());
}

#[test]
fn what_is_written_to_a_file_is_what_stdout_shows() {
    let folder = Folder::with_model("same");
    let shown = folder.run("run my_model.toml -r single").fine().out;
    folder.run("run my_model.toml -r single -o run.csv").fine();
    assert_eq!(folder.read("run.csv"), shown);
    assert_eq!(folder.run("run my_model.toml -r single -o -").fine().out, shown);
    folder.run("plot my_model.toml -o figure.png --width 400").fine();
    assert!(fs::read(folder.path.join("figure.png")).unwrap().starts_with(b"\x89PNG"));
    folder.run("plot my_model.toml -o figure.pdf").fine();
    assert!(fs::read(folder.path.join("figure.pdf")).unwrap().starts_with(b"%PDF"));
}

#[test]
fn columns_and_units() {
    let folder = Folder::with_model("columns");
    let all = folder.run("run my_model.toml -r single --until 2h --every 1h").fine();
    assert_eq!(all.table().0, ["time", "gut", "central", "C", "occupancy"], "states, then quantities");
    let chosen = folder.run("run my_model.toml -r single --until 2h --every 1h --columns C,gut --units").fine();
    let (heads, rows) = chosen.table();
    assert_eq!(heads, ["time [h]", "C [ng/mL]", "gut [mg]"]);
    for (row, whole) in rows.iter().zip(all.table().1) {
        assert_eq!(row, &[whole[0], whole[3], whole[1]]);
    }
}

#[test]
fn every_number_reads_back_to_the_bits_of_json() {
    let folder = Folder::with_model("numbers");
    folder.run("run my_model.toml -r course --every 1min -o run.csv").fine();
    folder.run("run my_model.toml -r course --every 1min -o run.json").fine();
    // Read as text: `serde_json` itself rounds the last digit of what it reads.
    let json = folder.read("run.json");
    let rows: Vec<&str> = json.split("\"rows\":[[").nth(1).unwrap().trim_end_matches("]]}\n").split("],[").collect();
    let csv = folder.read("run.csv");
    assert!(rows.len() > 2000, "CSV is written in many parts by two threads, JSON at once");
    assert_eq!(csv.lines().count(), rows.len() + 1);
    let bits =
        |line: &str| -> Vec<u64> { line.split(',').map(|cell| cell.parse::<f64>().unwrap().to_bits()).collect() };
    for (line, row) in csv.lines().skip(1).zip(rows) {
        assert_eq!(bits(line), bits(row), "{line}");
    }
}

#[test]
fn json_has_the_shape_that_is_promised() {
    let folder = Folder::with_model("json");
    folder.run("run my_model.toml -r single --until 2h --every 1h --rtol 1e-8 -o run.json").fine();
    let json: Value = serde_json::from_str(&folder.read("run.json")).unwrap();
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    let hash = json["model_hash"].as_str().unwrap();
    assert!(hash.len() == 16 && hash.chars().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(json["settings"]["rtol"], 1e-8);
    assert_eq!(json["settings"]["regimen"], "single");
    assert_eq!(json["columns"][3], serde_json::json!({ "name": "C", "unit": "ng/mL" }));
    assert_eq!(json["rows"].as_array().unwrap().len(), 3);
    assert_eq!(json["rows"][0].as_array().unwrap().len(), json["columns"].as_array().unwrap().len());
    // The hash tells models apart.
    folder.write("other.toml", &folder.read("my_model.toml").replace("value = 10,", "value = 11,"));
    folder.run("run other.toml -r single -o other.json").fine();
    let other: Value = serde_json::from_str(&folder.read("other.json")).unwrap();
    assert_ne!(other["model_hash"], json["model_hash"]);
}

#[test]
fn times_from_a_list_and_from_a_file() {
    let folder = Folder::with_model("times");
    folder.write("times.txt", "# when blood was drawn\n0\n40 min\n\n1.5\n1d\n");
    let listed = folder.run("run my_model.toml -r single --at 0,40min,1.5,1d").fine();
    let filed = folder.run("run my_model.toml -r single --at times.txt").fine();
    assert_eq!(listed.out, filed.out);
    let times: Vec<f64> = listed.table().1.iter().map(|row| row[0]).collect();
    assert_eq!(times, [0.0, 40.0 / 60.0, 1.5, 24.0]);
    // The rows are not where the solver steps: a run of fewer rows has the same numbers.
    let alone = folder.run("run my_model.toml -r single --at 1.5 --until 24h").fine();
    assert_eq!(alone.out.lines().nth(1), listed.out.lines().nth(3));
}

#[test]
fn british_spelling_is_accepted() {
    let folder = Folder::new("spelling");
    let run = |regimen: &str| folder.run(&format!("run domino_1984 -r {regimen} --until 1h --every 30min")).fine().out;
    assert_eq!(run("anaesthetic"), run("anesthetic"));
    assert_eq!(run("subanaesthetic"), run("subanesthetic"));
}

#[test]
fn a_bare_number_is_in_the_declared_unit() {
    let folder = Folder::with_model("bare");
    let bare = folder.run("run my_model.toml -r single --until 4 --every 0.5 --set CL=20").fine();
    let units = folder.run("run my_model.toml -r single --until 240min --every 30~min --set CL=20~L/h").fine();
    assert_eq!(bare.out, units.out);
}

#[test]
fn checks_warn_and_strict_checks_fail() {
    let folder = Folder::with_model("strict");
    folder.run("check my_model.toml --strict").fine();
    let source = folder.read("my_model.toml").replace(", assumed = \"half is lost on the way\"", "");
    folder.write("unsourced.toml", &source);
    let loose = folder.run("check unsourced.toml").fine();
    assert!(loose.err.contains("warning[K0502]") && loose.out.contains("6 parameters"));
    folder.run("check unsourced.toml --strict").fails(1, "error[K0502]");
    let run = folder.run("run unsourced.toml -r single --until 1h").fine();
    assert!(run.err.contains("1 warning in `unsourced.toml`; `kascade check unsourced.toml` prints it"), "{}", run.err);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = Folder::with_model("pipe");
    for line in ["run my_model.toml -r single --until 100d --every 1min", "plot my_model.toml", "list", "schema"] {
        let mut child = folder.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{line}");
        assert!(ended.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}

#[test]
fn a_path_that_cannot_be_written_is_told_before_anything_is_solved() {
    let folder = Folder::with_model("unwritable");
    fs::create_dir(folder.path.join("folder.csv")).unwrap();
    folder.run("run my_model.toml -o nowhere/run.csv").fails(1, "its folder does not exist");
    folder.run("run my_model.toml -o folder.csv").fails(1, "it is a folder");
    folder.run("run my_model.toml -o my_model.toml/run.csv").fails(1, "cannot write");
    folder.run("plot my_model.toml -o nowhere/figure.svg").fails(1, "its folder does not exist");
    assert_eq!(folder.files(), ["folder.csv", "my_model.toml"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = Folder::with_model("full");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = folder.command("run my_model.toml -r single").stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("cannot write to standard output"));
    std::os::unix::fs::symlink("/dev/full", folder.path.join("run.csv")).unwrap();
    folder.run("run my_model.toml -r single -o run.csv").fails(1, "the disk is full");
}

/// A file size limit stands in for a disk that fills up in the middle of the file.
#[cfg(unix)]
#[test]
fn a_file_is_whole_or_not_there() {
    let folder = Folder::with_model("whole");
    let run = |limit: &str| {
        Command::new("sh")
            .args(["-c", &format!("{limit} exec \"$0\" run my_model.toml -r single --every 1min -o run.csv")])
            .arg(env!("CARGO_BIN_EXE_kascade"))
            .current_dir(&folder.path)
            .output()
            .unwrap()
    };
    assert!(!run("ulimit -f 8;").status.success());
    assert!(!folder.path.join("run.csv").exists(), "half a file under the final name");
    assert!(run("").status.success());
    let whole = folder.read("run.csv");
    assert!(whole.len() > 8 * 1024, "the limit was not reached");
    // What was there before stays when writing fails.
    assert!(!run("ulimit -f 8;").status.success());
    assert_eq!(folder.read("run.csv"), whole);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_file() {
    let folder = Folder::with_model("interrupted");
    let line = "run my_model.toml -r single --until 400d --every 1s -o run.csv";
    let mut child = folder.command(line).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none(), "it had ended before it was interrupted");
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    assert!(!ended.success() && !folder.path.join("run.csv").exists());
}

#[test]
fn the_schema_is_json_and_knows_the_keys_of_the_first_model() {
    let folder = Folder::with_model("schema");
    let schema: Value = serde_json::from_str(&folder.run("schema").fine().out).unwrap();
    folder.run("schema -o schema.json").fine();
    assert_eq!(serde_json::from_str::<Value>(&folder.read("schema.json")).unwrap(), schema);
    let sections = schema["properties"].as_object().unwrap();
    for line in folder.read("my_model.toml").lines() {
        let section = line.strip_prefix('[').and_then(|rest| rest.split([']', '.']).next());
        assert!(section.is_none_or(|section| sections.contains_key(section)), "{line}");
    }
}

#[test]
fn every_code_is_explained() {
    let folder = Folder::new("explain");
    let list = folder.run("explain").fine().out;
    let codes: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(codes.len() > 50);
    for code in ["K0001", "K0202", "K0801"] {
        assert!(codes.contains(&code));
        assert!(folder.run(&format!("explain {code}")).fine().out.starts_with(&format!("{code}: ")));
    }
    assert_eq!(folder.run("explain k0202").fine().out, folder.run("explain K0202").fine().out);
}

#[test]
fn completions_are_printed_for_each_shell() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(folder.run(&format!("completions {shell}")).fine().out.contains("compare"), "{shell}");
    }
}

#[test]
fn a_failed_point_of_a_sweep_leaves_the_others_and_ends_with_3() {
    let folder = Folder::new("sweep");
    folder.write(
        "decay.toml",
        "kascade = 1\n[model]\nname = \"decay\"\ntime = \"h\"\nuntil = \"5 h\"\n\
         [parameters]\nV = { value = 10, unit = \"L\", assumed = \"a test\" }\n\
         [states]\nA = { start = 0, unit = \"mg\" }\n[derivatives]\nA = \"-5 [L/h] * A / V\"\n\
         [quantities]\nC = { is = \"A / V\", unit = \"mg/L\" }\n[routes]\niv = { into = \"A\" }\n",
    );
    let line = "sweep decay.toml --dose iv~100~mg --measure peak(C) --vary";
    let ended = folder.run(&format!("{line} V=0,10,20"));
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), "V,peak(C)\n0,nan\n10,10\n20,5\n"), "{}", ended.err);
    assert!(ended.err.contains("at V = 0 L: the rate of `A`"), "{}", ended.err);
    assert!(ended.err.contains("1 of 3 points failed; the others are kept"), "{}", ended.err);
    // As many points of a sequence as a grid has are no grid to draw.
    let sobol = folder.run(&format!("{line} V=10..20:8 --sobol 8 -o x.svg"));
    assert!(sobol.code == Some(2) && sobol.err.contains("a figure needs a grid"), "{}", sobol.err);
    for (vary, says) in [
        ("V=10..10:5", "its step is zero"),
        ("V=20..10:5:log", "the range is reversed"),
        ("W=10..20:5", "no parameter `W` to vary"),
        ("dose.every=1..2:3", "no dose that repeats"),
        ("dose.over=0..2:3", "must be above zero"),
    ] {
        let refused = folder.run(&format!("{line} {vary} -o x.csv")).fails(2, says);
        assert!(refused.err.contains("hint: "), "{}", refused.err);
    }
    assert_eq!(folder.files(), ["decay.toml"]);
    let rows = |threads: &str| folder.run(&format!("{line} V=1..50:37 --threads {threads}")).fine().out;
    assert!(["2", "3", "8"].iter().all(|threads| rows(threads) == rows("1")));
}

#[test]
fn a_regimen_takes_perturbations_with_a_plus_sign_where_runs_are_compared() {
    let folder = Folder::new("perturbed");
    let figure =
        "compare ketamine -f blocked --until 12h -r subanesthetic -r subanesthetic+nbqx -r none+healthy -o x.svg";
    folder.run(figure).fine();
    let svg = folder.read("x.svg");
    for label in ["0.5 mg/kg over 40 min", "AMPA receptors blocked around the dose", "no dose, a person without stress"]
    {
        assert!(svg.contains(label), "{label}");
    }
    folder.run("compare ketamine -r subanesthetic+nbqq -o y.svg").fails(2, "did you mean `nbqx`?");
    folder.run("run ketamine -r subanesthetic+nbqx").fails(2, "`-r subanesthetic -p nbqx`");
    assert_eq!(folder.files(), ["x.svg"]);
}

#[test]
fn a_cascade_moves_and_nothing_else_does() {
    let folder = Folder::new("film");
    folder.run("plot ketamine -f cascade --until 7d --animate -o film.svg").fine();
    let svg = folder.read("film.svg");
    assert!(svg.contains("<animate attributeName=\"fill\"") && !svg.contains("<script"));
    folder.run("plot ketamine -f cascade --animate -o film.png").fails(2, "only .gif and .svg can move");
    folder.run("plot ketamine -f lecture -o film.gif").fails(2, "does not move");
    assert_eq!(folder.files(), ["film.svg"]);
}

#[test]
fn a_measure_that_looks_beyond_the_end_is_told() {
    let folder = Folder::with_model("beyond");
    let ended = folder.run("run my_model.toml -r single --until 24h --measure at(C,48~h) --measure peak(C)").fine();
    let note = "note: `at(C,48 h)` looks beyond the end of the run, 24 h (give `--until 48h`)";
    assert!(ended.err.contains(note), "{}", ended.err);
    assert!(!ended.err.contains("peak(C)"), "{}", ended.err);
    assert!(ended.out.lines().nth(1).is_some_and(|row| row.starts_with("nan,")), "{}", ended.out);
    let swept = folder.run("sweep my_model.toml -r single --until 24h --vary CL=3,4 --measure at(C,48~h)").fine();
    assert!(swept.err.contains(note), "{}", swept.err);
}

#[test]
fn a_regimen_is_found_as_it_is_typed_before_it_is_respelled() {
    let folder = Folder::new("spelled");
    let small = |names: [&str; 2]| {
        let regimen = |name: &str, amount: u8| {
            format!("[regimens.{name}]\ndoses = [ {{ route = \"iv\", amount = \"{amount} mg\" }} ]\n")
        };
        format!(
            "kascade = 1\n[model]\nname = \"m\"\ntime = \"h\"\n[parameters]\nk = {{ value = 1, unit = \"1/h\", assumed = \"x\" }}\n\
             [states]\nA = {{ start = 0, unit = \"mg\" }}\n[derivatives]\nA = \"-k * A\"\n[routes]\niv = {{ into = \"A\" }}\n{}{}",
            regimen(names[0], 1),
            regimen(names[1], 2)
        )
    };
    let peak = |file: &str, name: &str| {
        let ended = folder.run(&format!("run {file} -r {name} --until 1h --measure peak(A)")).fine();
        ended.out.lines().nth(1).unwrap_or_default().to_string()
    };
    folder.write("british.toml", &small(["anaesthetic", "anesthetic"]));
    assert_eq!((peak("british.toml", "anaesthetic"), peak("british.toml", "anesthetic")), ("1".into(), "2".into()));
    folder.write("american.toml", &small(["anesthetic", "other"]));
    assert_eq!(peak("american.toml", "anaesthetic"), "1");
    folder.run("run american.toml -r anaesthetics").fails(2, "no regimen `anaesthetics`");
}

#[test]
fn a_dose_that_cannot_be_given_ends_every_command_with_1() {
    let folder = Folder::new("weightless");
    folder.write(
        "m.toml",
        "kascade = 1\n[model]\nname = \"m\"\ntime = \"h\"\n[parameters]\nk = { value = 1, unit = \"1/h\", assumed = \"x\" }\n\
         weight = { value = 70, unit = \"kg\", assumed = \"x\" }\n\
         [states]\nA = { start = 0, unit = \"mg\" }\n[derivatives]\nA = \"-k * A\"\n[routes]\niv = { into = \"A\" }\n\
         [regimens.drip]\ndoses = [ { route = \"iv\", amount = \"1 mg\", rate = \"1 mg/kg/h\" } ]\n",
    );
    folder.run("run m.toml --dose iv~1~mg/kg --set weight=0").fails(1, "weight");
    folder.run("sweep m.toml --dose iv~1~mg/kg --vary weight=0,0.0 --measure peak(A)").fails(1, "weight");
    // A rate per kilogram is a use of the weight.
    assert!(!folder.run("check m.toml").fine().err.contains("`weight`"));
}

#[test]
fn a_new_model_is_found_under_the_name_that_is_told() {
    let folder = Folder::new("named");
    let told = folder.run("new mymodel").fine().err;
    assert_eq!(folder.files(), ["mymodel.toml"]);
    assert!(told.contains("kascade plot mymodel.toml"), "{told}");
    folder.run("check mymodel.toml").fine();
}

#[test]
fn rows_before_a_clock_is_set_back_are_not_lost() {
    let folder = Folder::with_model("anew");
    // Two courses of the same person: the second is shorter.
    folder.write("e.csv", "ID,TIME,AMT,EVID,ROUTE\n1,0,100,1,oral\n1,48,.,2,.\n1,0,100,4,oral\n1,24,.,2,.\n");
    let ended = folder.run("run my_model.toml --events e.csv --every 12h --columns C").fine();
    let (_, rows) = ended.table();
    let times: Vec<f64> = rows.iter().map(|row| row[rows[0].len() - 2]).collect();
    assert_eq!(times, [0.0, 12.0, 24.0, 36.0, 48.0, 0.0, 12.0, 24.0], "{}", ended.out);
    let ended = folder.run("run my_model.toml --events e.csv --at 12,60 --columns C").fine();
    assert!(ended.err.contains("note: 1 of 2 rows lie outside"), "{}", ended.err);
    folder.run("run my_model.toml --events e.csv --measure peak(C)").fails(2, "a reset sets its clock back");
    // The horizon of the model, for which these would be too many rows, says nothing about a table.
    folder.write("short.csv", "ID,TIME,AMT,EVID,ROUTE\n1,0,100,1,oral\n1,0.001,.,2,.\n");
    let ended = folder.run("run my_model.toml --events short.csv --every 3e-3s --columns C").fine();
    assert_eq!(ended.out.lines().count(), 1202);
}

#[test]
fn a_covariate_of_an_event_table_keeps_its_range() {
    let folder = Folder::with_model("range");
    let model = folder.read("my_model.toml");
    let line = model.lines().find(|line| line.starts_with("CL ") || line.starts_with("CL=")).unwrap();
    assert!(line.contains("range"), "{line}");
    folder.write("e.csv", "ID,TIME,AMT,EVID,ROUTE,CL\n1,0,100,1,oral,1e9\n1,24,.,0,.,1e9\n");
    let ended = folder.run("run my_model.toml --events e.csv");
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("outside its range") && ended.err.contains("1e9"), "{}", ended.err);
}
