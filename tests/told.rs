//! What the program tells somebody whose words do not mean here what they were meant to mean, and what lists and figures
//! say about themselves.
//!
//! Each case is a command line as a newcomer types it (a blank inside of an argument is written `~`) and what must be read
//! on stderr.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Folder(PathBuf);

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("told").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn run(&self, line: &str) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_kascade"))
            .args(line.split_whitespace().map(|word| word.replace('~', " ")))
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// Commands that fail with the code of a wrong command line or model, and what they say.
    #[track_caller]
    fn refuses(&self, cases: &[(&str, &str)]) {
        for (line, says) in cases {
            let ended = self.run(line);
            assert!(matches!(ended.code, Some(1..=3)), "{line}: {:?} {}", ended.code, ended.err);
            assert!(ended.err.contains(says), "{line}\nshould say: {says}\nsays: {}", ended.err);
        }
    }

    /// Commands that work, and what they note.
    #[track_caller]
    fn notes(&self, cases: &[(&str, &str)]) {
        for (line, says) in cases {
            let ended = self.run(line);
            assert_eq!(ended.code, Some(0), "{line}: {}", ended.err);
            assert!(ended.err.contains(says), "{line}\nshould note: {says}\nsays: {}", ended.err);
        }
    }
}

impl Ended {
    #[track_caller]
    fn fine(self) -> Ended {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self
    }
}

/// The rows of a dose list as the program prints it.
fn rows(ended: &Ended) -> usize {
    ended.out.lines().skip(1).filter(|line| !line.trim().is_empty()).count()
}

#[test]
fn every_dose_of_a_regimen_is_listed() {
    let folder = Folder::new("doses");
    folder.run("doses ketamine -r course -o course.csv").fine();
    let course = fs::read_to_string(folder.0.join("course.csv")).unwrap();
    assert_eq!(course.lines().filter(|line| line.contains(",iv,")).count(), 6, "{course}");
    folder.run("doses ketamine -r supervised_year -o year.csv").fine();
    let year = fs::read_to_string(folder.0.join("year.csv")).unwrap();
    let last: f64 = year.lines().last().unwrap().split(',').next().unwrap().parse().unwrap();
    assert!(last > 300.0 * 24.0, "{last}");
    // Without end: up to the model's `until`, or what is typed.
    let daily = |more: &str| rows(&folder.run(&format!("doses ketamine --dose iv~1~mg~every~24~h {more} -o -")).fine());
    assert_eq!(daily(""), 1 + 8 - 1);
    assert_eq!(daily("--until 14d"), 15);
    // The last dose is listed with its lag: nothing arrives after the end.
    let late = folder.run("doses ketamine --dose iv~1~mg~at~30~d").fine();
    assert!(late.out.contains("720") && !late.out.contains("after the end"), "{}", late.out);
    let json: Value = serde_json::from_str(&folder.run("doses ketamine -r course -o d.json").fine().out)
        .unwrap_or_else(|_| serde_json::from_str(&fs::read_to_string(folder.0.join("d.json")).unwrap()).unwrap());
    assert_eq!(json["settings"]["regimen"], "course");
    assert!(json["settings"]["until"].as_f64().unwrap() > 240.0, "{}", json["settings"]);
}

#[test]
fn doses_after_the_end_are_counted() {
    let folder = Folder::new("after");
    let note = "note: 2 of 6 doses of route `iv` fall after the end of the run, 7 d (give `--until`)";
    folder.notes(&[
        ("run ketamine -r course --columns madrs --every 1d", note),
        ("sweep ketamine -r course --vary weight=60,80 --measure peak(C_venous)", note),
        ("population ketamine -r course -n 2 --columns C_venous --every 1d", note),
        ("plot ketamine -f lecture -r course -o c.svg", "doses of route `iv` fall after the end of the run"),
    ]);
    // Visits are doses to the program only.
    let visits = folder.run("run ketamine -r course --columns madrs --every 1d").fine();
    assert!(!visits.err.contains("visit"), "{}", visits.err);
    for line in
        ["run ketamine -r course --columns madrs --every 1d --until 7d", "run ketamine -r subanesthetic --at 1h"]
    {
        let ended = folder.run(line).fine();
        assert!(!ended.err.contains("after the end"), "{line}: {}", ended.err);
    }
}

#[test]
fn suggestions_are_what_was_meant() {
    let folder = Folder::new("suggestions");
    folder.refuses(&[
        ("run ketamine -r NASAL", "did you mean `nasal`?"),
        ("run ketamine --dose intranasal~28~mg", "did you mean `nasal`?"),
        ("run ketamine -s bodyweight=60", "did you mean `weight`?"),
        ("run ketamine -p NBQX", "did you mean `nbqx`?"),
        ("run ketamine --columns MADRS", "did you mean `madrs`?"),
        ("run ketamine -s dose=50", "doses are given with `--dose` or `-r`"),
        ("run ketamine -r zzz", "`kascade list ketamine` prints the regimens"),
        ("plot ketamine --theme zzz", "the themes are `slide`"),
    ]);
}

#[test]
fn doses_in_other_words_are_told_how_to_be_written() {
    let folder = Folder::new("dose_words");
    let dose = |text: &str| format!("doses ketamine --dose {}", text.replace(' ', "~"));
    let cases = [
        ("iv 0.5 mg/kg for 40 min", "write `over 40 min`"),
        ("iv 0.5 mg/kg in 40 min every 48 h", "write `over 40 min`"),
        ("0.5 mg/kg iv", "write `iv 0.5 mg/kg`"),
        ("iv 0.5 mg/kg every 24 h x 3", "write `times 3`"),
        ("iv 0.5 mg/kg every 24 h x3", "write `times 3`"),
        ("iv 0.5 mg per kg", "write `/`"),
        ("iv 35 mg/h over 40 min", "`iv rate 35 mg/h over 40 min`"),
    ];
    for (text, says) in cases {
        folder.refuses(&[(&dose(text), says)]);
    }
}

#[test]
fn values_are_told_how_to_be_written() {
    let folder = Folder::new("values");
    folder.refuses(&[
        ("run ketamine --every 1m", "`m` is meter; minutes are `min`"),
        ("run ketamine --until 5~mg", "write a time, as `40 min`"),
        ("run ketamine --until 100y", "did you mean `yr`?"),
        ("run ketamine -s weight=154~lb", "write it in `kg`, or in another unit of mass"),
        ("run ketamine --at 1h~2~h", "separate times by commas: `1h,2h`"),
        ("run ketamine --at times.txt", "cannot read `times.txt`"),
        ("run ketamine --until 4 h", "write `--until 4h`, or quote it: `--until \"4 h\"`"),
        ("sweep ketamine --vary weight=50-90:5 --measure peak(C_venous)", "a range is written `50..90:5`"),
        ("plot ketamine --width 10 -o x.png", "100..=20000"),
        ("plot ketamine --width 99999 -o x.png", "100..=20000"),
    ]);
}

#[test]
fn words_of_another_option_are_recognized() {
    let folder = Folder::new("other_option");
    folder.write("a.txt", "");
    folder.refuses(&[
        ("compare ketamine -r subanesthetic anesthetic", "a regimen of `ketamine`: `-r anesthetic`"),
        ("plot ketamine -r subanesthetic,anesthetic", "`-r subanesthetic -r anesthetic`"),
        ("compare ketamine pk -r subanesthetic", "in `pk`"),
        ("run a.txt", "write `./a.txt`"),
        ("run ketamine.toml", "the built-in model is `ketamine`"),
    ]);
    folder.notes(&[
        ("run ketamine --measure peak(C_venous) --every 1h", "note: `--every` does nothing beside `--measure`"),
        ("plot ketamine --width 300 -o c.svg", "note: `--width` is the width of a .png"),
    ]);
}

#[test]
fn lists_and_hints_say_what_there_is() {
    let folder = Folder::new("lists");
    let list = folder.run("list").fine().out;
    assert!(list.contains("perturbations: as ketamine"), "{list}");
    assert_eq!(list.matches("control_hospital").count(), 1, "a regimen of the base is told once\n{list}");
    folder.refuses(&[("plot pk", "`kascade run pk`")]);
    assert!(folder.run("check ketamine").fine().out.contains(" of the individual, 0 without either"));
    folder.run("new my_model.toml").fine();
    folder.run("population my_model.toml -r single -n 3 --every 6h").fine();
}

#[test]
fn an_unstable_rest_is_no_drift_of_zero() {
    let folder = Folder::new("unstable");
    folder.write(
        "grows.toml",
        "kascade = 1\n[model]\nname = \"grows\"\ntitle = \"Grows\"\nabout = \"For a test.\"\ntime = \"h\"\nuntil = \"6 h\"\n\
         start = \"steady\"\n[parameters]\nk = { value = -1, unit = \"1/h\", about = \"rate constant\", assumed = \"a test\" }\n\
         [states]\nA = { start = 0, unit = \"mg\", about = \"amount\" }\n[derivatives]\nA = \"-k * A\"\n",
    );
    folder.refuses(&[
        ("run grows.toml", "the undosed system rests, but not stably: a small change grows"),
        ("run grows.toml", "a clearance or rate constant that has become negative"),
    ]);
}

#[test]
fn overlays_are_told_where_they_are_wrong() {
    let folder = Folder::new("overlay");
    let overlay = |rest: &str| format!("kascade = 1\nextends = \"ketamine\"\n{rest}");
    let named = "[model]\nname = \"mine\"\ntitle = \"Mine\"\nabout = \"For a test.\"\n";
    folder.write("changed.toml", &overlay(&format!("{named}[parameters]\nweight = {{ value = 60, unit = \"lb\" }}\n")));
    folder.write("removed.toml", &overlay(&format!("{named}remove = [\"ampa\"]\n")));
    folder.write("away.toml", &overlay(&format!("remove = [\"ampa\"]\n{named}")));
    folder.write("source.toml", &overlay(&format!("{named}[parameters]\nk_bdnf = {{ value = 2 }}\n")));
    folder.write(
        "none.toml",
        &overlay("[model]\nname = \"mine\"\ntitle = \"Mine\"\nabout = \"For a test.\"\nevidence = []\n"),
    );
    folder.write(
        "unit.toml",
        "kascade = 1\n[model]\nname = \"u\"\ntitle = \"U\"\nabout = \"For a test.\"\ntime = \"h\"\n[parameters]\n\
         CL = { value = 1, about = \"clearance\", assumed = \"a test\" }\n[states]\nA = { start = 0, unit = \"mg\", about = \"a\" }\n\
         [derivatives]\nA = \"-0.1 [1/h] * A\"\n[perturbations.slow]\nset = { CL = 2 }\n",
    );
    folder.refuses(&[
        ("check changed.toml", "changed.toml:"),
        ("check removed.toml", "`remove` stands at the top of the file"),
        ("check away.toml", "did you mean `quantities.ampa`?"),
    ]);
    let unit = folder.run("check unit.toml");
    assert!(unit.code == Some(1) && !unit.err.contains("to set"), "{}", unit.err);
    let none = folder.run("evidence none.toml");
    assert!(!none.out.contains("reproduced") || none.code != Some(0), "{} {}", none.out, none.err);
}

/// The metadata of an SVG.
fn settings(svg: &str) -> Value {
    let from = svg.find("<metadata>").expect("metadata") + "<metadata>".len();
    let text = svg[from..].split("</metadata>").next().unwrap().replace("&quot;", "\"").replace("&amp;", "&");
    let json = &text[text.find('{').expect("an object")..=text.rfind('}').unwrap()];
    serde_json::from_str::<Value>(json).expect(json)["settings"].clone()
}

#[test]
fn a_figure_says_what_is_drawn() {
    let folder = Folder::new("figures");
    let declared = folder.run("plot ketamine").fine().out;
    let changed = folder.run("plot ketamine -r subanesthetic -p nbqx -s weight=50").fine();
    assert!(changed.out.contains("weight = 50 kg"), "{}", changed.err);
    let title = |svg: &str| svg.split("<title>").nth(1).map(|rest| rest.split("</title>").next().unwrap().to_string());
    assert!(title(&declared).is_some());
    let settings = settings(&changed.out);
    assert_eq!(settings["models"], "ketamine", "{settings}");
    assert_eq!(settings["runs"], "ketamine: subanesthetic", "{settings}");
    assert_eq!(settings["perturbations"], "nbqx", "{settings}");
    assert!(settings["until"].as_str().unwrap().ends_with(" h"), "{settings}");
    let figures = folder.run("list ketamine").fine().out;
    if let Some(line) = figures.lines().find(|line| line.contains("evidence")) {
        let name = line.split_whitespace().next().unwrap();
        folder.refuses(&[(&format!("plot ketamine -f {name} -r subanesthetic"), "the statements name their own runs")]);
    }
}

#[test]
fn a_dash_has_one_meaning() {
    let folder = Folder::new("dashes");
    folder.run("new two.toml").fine();
    let text = fs::read_to_string(folder.0.join("two.toml")).unwrap();
    let text = text.replace("series = [\"C\"] }", "series = [\"C\", { show = \"occupancy\", axis = \"right\" }] }");
    folder.write("two.toml", &text);
    let svg = folder.run("plot two.toml").fine().out;
    // The second quantity of each of two runs is dashed in the first panel; no run is, in the legend or in the other panel.
    assert_eq!(svg.matches("stroke-dasharray").count(), 2);
}
