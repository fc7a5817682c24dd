//! The house stands as `ARCHITECTURE.md` says: a module imports only from the floors below it, or on its own floor from
//! those that stand under it in the table here; and nothing below `cli` prints, reads the clock or touches files.
//!
//! Read from the source text: every path that begins with `crate::`, in `use` lines and in the middle of code, and every
//! `super` that climbs out of its module. Tests inside `src` are held to the same imports.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the bottom up, floor by floor, and what each may import on its own floor.
const HOUSE: [(u8, &str, &[&str]); 13] = [
    (0, "numerics", &[]),
    (0, "diagnostics", &[]),
    (1, "units", &[]),
    (2, "expression", &[]),
    (2, "dosing", &[]),
    (3, "model", &[]),
    (3, "program", &[]),
    (4, "solver", &[]),
    (5, "simulation", &[]),
    (6, "formats", &[]),
    (6, "analysis", &["formats"]),
    (6, "figure", &["analysis"]),
    (8, "cli", &[]),
];

/// What only `cli` may do, as it stands in the text, with the reason.
const ONLY_CLI: [(&str, &str); 14] = [
    ("print!", "prints"),
    ("println!", "prints"),
    ("eprint!", "prints"),
    ("eprintln!", "prints"),
    ("dbg!", "prints"),
    ("stdout(", "prints"),
    ("stderr(", "prints"),
    ("Instant", "reads the clock"),
    ("SystemTime", "reads the clock"),
    ("std::fs", "touches files"),
    ("File::", "touches files"),
    ("std::env::", "reads the environment"),
    ("std::net", "talks to the network"),
    ("std::process", "ends or starts processes"),
];

/// A line of code, comments left out.
struct Line {
    path: PathBuf,
    number: usize,
    code: String,
}

impl Line {
    fn place(&self) -> String {
        format!("{}:{}: {}", self.path.display(), self.number, self.code.trim())
    }
}

/// The module at the top of the house that a file belongs to; `lib.rs` and `main.rs` are the house itself.
fn top_module(path: &Path) -> Option<String> {
    let below = path.strip_prefix("src").ok()?;
    let name = Path::new(below.components().next()?.as_os_str()).file_stem()?.to_str()?.to_string();
    (name != "lib" && name != "main").then_some(name)
}

/// How many modules a file lies deep: 1 for `model/mod.rs`, 2 for `model/load.rs`.
fn depth(path: &Path) -> usize {
    let parts = path.components().count() - 1;
    if path.file_name().is_some_and(|name| name == "mod.rs") { parts - 1 } else { parts }
}

/// Whether a file holds nothing but tests of its module.
fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
        || path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .is_some_and(|stem| stem == "tests" || stem.ends_with("_tests"))
}

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// All lines of code of the crate, without comments. `code_only` also ends each file where its unit tests begin and
/// leaves out files of tests.
fn lines(code_only: bool) -> Vec<Line> {
    let mut files = Vec::new();
    source_files(Path::new("src"), &mut files);
    assert!(files.len() > 100, "the source was not found");
    let mut lines = Vec::new();
    for path in files.iter().filter(|path| !(code_only && is_test_file(path))) {
        let text = fs::read_to_string(path).unwrap();
        for (index, line) in text.lines().enumerate() {
            if code_only
                && line.trim() == "#[cfg(test)]"
                && text.lines().nth(index + 1).is_some_and(|l| l.ends_with('{'))
            {
                break;
            }
            let code = line.split("// ").next().unwrap_or_default();
            if !code.trim_start().starts_with("//") && !code.trim().is_empty() {
                lines.push(Line { path: path.clone(), number: index + 1, code: code.to_string() });
            }
        }
    }
    lines
}

/// The names that follow `crate::` in a line, `crate::{a, b}` included.
fn imported(code: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split(',').map(|one| name(one.trim())).filter(|one| !one.is_empty())),
            None => names.push(name(rest)),
        }
    }
    names
}

/// How often a path climbs: `super::super::x` twice.
fn climbs(code: &str) -> usize {
    code.split(|c: char| c.is_whitespace() || c == '(' || c == '{')
        .map(|word| word.split("::").take_while(|part| *part == "super").count())
        .max()
        .unwrap_or(0)
}

fn floor(module: &str) -> Option<(usize, u8, &'static [&'static str])> {
    let place = HOUSE.iter().position(|(_, name, _)| *name == module)?;
    let (floor, _, same) = HOUSE[place];
    Some((place, floor, same))
}

#[test]
fn every_module_has_a_floor() {
    let text = fs::read_to_string("src/lib.rs").unwrap();
    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ").or_else(|| line.trim().strip_prefix("mod ")))
        .map(|name| name.trim_end_matches(';'))
        .collect();
    assert!(declared.len() > 10, "src/lib.rs was not read");
    let homeless: Vec<&&str> = declared.iter().filter(|name| floor(name).is_none()).collect();
    assert!(homeless.is_empty(), "{homeless:?} stand on no floor: give them one in HOUSE and in ARCHITECTURE.md");
}

#[test]
fn modules_import_from_below() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for line in lines(false) {
        let Some(own) = top_module(&line.path) else { continue };
        let Some((_, own_floor, same_floor)) = floor(&own) else {
            faults.push(format!("{}: `{own}` stands on no floor", line.place()));
            continue;
        };
        for name in imported(&line.code) {
            // Macros exported at the root of the crate belong to no module.
            let Some((_, other_floor, _)) = floor(&name) else { continue };
            seen += 1;
            let allowed = name == own || other_floor < own_floor || same_floor.contains(&name.as_str());
            if !allowed {
                faults.push(format!("{}: `{own}` must not know `{name}`", line.place()));
            }
        }
        // Code indented in a file may stand in a module of its own there, which is one deeper.
        let inner = usize::from(line.code.starts_with(' '));
        if climbs(&line.code) >= depth(&line.path) + inner {
            faults.push(format!("{}: climbs out of its module; write `crate::`", line.place()));
        }
    }
    assert!(seen > 300, "only {seen} imports were seen: the test reads the wrong thing");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_the_table_allows_is_used() {
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for line in lines(false) {
        let Some(own) = top_module(&line.path) else { continue };
        used.extend(imported(&line.code).into_iter().map(|name| (own.clone(), name)));
    }
    for (_, own, same_floor) in HOUSE {
        assert!(Path::new("src").join(own).exists(), "there is no module `{own}`");
        for other in same_floor {
            let edge = (own.to_string(), other.to_string());
            assert!(used.contains(&edge), "`{own}` may import `{other}`, and does not");
        }
    }
}

#[test]
fn the_house_has_no_stairs_up() {
    // The table itself: what a module may import on its own floor stands under it.
    for (place, (own_floor, name, same)) in HOUSE.iter().enumerate() {
        for other in *same {
            let (other_place, other_floor, _) = floor(other).unwrap();
            assert!(other_floor == *own_floor && other_place < place, "`{name}` imports `{other}` against the table");
        }
    }
    assert!(HOUSE.is_sorted_by_key(|(floor, _, _)| *floor));
}

#[test]
fn only_the_command_line_touches_the_world() {
    let mut faults = Vec::new();
    let mut cli = 0;
    for line in lines(true) {
        let Some(own) = top_module(&line.path) else { continue };
        for (word, what) in ONLY_CLI {
            let in_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let stands = line.code.match_indices(word).any(|(at, _)| {
                let after = line.code[at + word.len()..].chars().next();
                let before = in_name(line.code[..at].chars().next_back());
                !(before || word.ends_with(char::is_alphanumeric) && in_name(after))
            });
            match (stands, own.as_str()) {
                (true, "cli") => cli += 1,
                (true, _) => faults.push(format!("{}: `{own}` {what}", line.place())),
                (false, _) => {}
            }
        }
    }
    assert!(cli > 5, "the words were not even found in `cli`: the test reads the wrong thing");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
