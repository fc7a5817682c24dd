//! What the pages promise is run: every command in a block of `sh` or `console` in `README.md` and below `docs`, in the
//! order of the page, in an empty folder of its own.
//!
//! - ```` ```sh ````: one command a line; each must end well. `cargo run --release --` stands for the program. What stands
//!   behind `# gives` is compared with the last line that it writes, number by number, to the digits shown.
//! - ```` ```console ````: `$ kascade ...` and below it what it answers, compared to the letter (standard output, unless it
//!   is redirected, and then standard error). It must fail where an error is shown and only there.
//! - ```` ```toml ```` with `# NAME.toml` in its first line, and `csv` likewise: the file that the commands after it read.
//!
//! Links between pages lead somewhere, and every command that a page names exists.

use kascade::numerics::elementary::pow_integer;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Commands of the shell that pages may show beside those of the program; they are not run here.
const NOT_RUN: [&str; 6] =
    ["cargo test", "cargo install --path .", "cargo bench", "cargo run --example", "git clone", ".ci/run"];

/// A page, its path below the root.
struct Page {
    path: String,
    text: String,
}

/// A block of code: its language, the line it begins in, its lines.
struct Block<'a> {
    language: &'a str,
    line: usize,
    lines: Vec<&'a str>,
}

fn pages() -> Vec<Page> {
    let mut paths: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|name| Path::new(ROOT).join(name)).into();
    let mut folders = vec![Path::new(ROOT).join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| Page {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_string(),
        })
        .collect()
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), open) {
            (Some(language), false) => {
                blocks.push(Block { language: language.trim(), line: number + 1, lines: Vec::new() });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => blocks.last_mut().unwrap().lines.push(line),
            (None, false) => {}
        }
    }
    assert!(!open, "a block is not closed");
    blocks
}

/// The words of a command as a shell splits them: quotes hold together, `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quote, mut inside) = (None, false);
    for letter in line.chars() {
        match (letter, quote) {
            ('#', None) if !inside => break,
            ('"' | '\'', None) => {
                quote = Some(letter);
                inside = true;
            }
            (letter, Some(open)) if letter == open => quote = None,
            (' ', None) => {
                if inside {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            (letter, _) => {
                word.push(letter);
                inside = true;
            }
        }
    }
    if inside {
        words.push(word);
    }
    words
}

/// The arguments of the program in a command line, if it calls the program.
fn arguments(words: &[String]) -> Option<&[String]> {
    let cargo = ["cargo", "run", "--release", "--"];
    match words {
        [first, rest @ ..] if first == "kascade" => Some(rest),
        [a, b, c, d, rest @ ..] if [a, b, c, d].iter().zip(cargo).all(|(word, wanted)| *word == wanted) => Some(rest),
        _ => None,
    }
}

fn run(arguments: &[String], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kascade"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// Runs a page from top to bottom and gives back what was not as written.
fn run_page(page: &Page) -> (usize, Vec<String>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documentation").join(page.path.replace('/', "-"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut faults = Vec::new();
    let mut count = 0;
    for block in blocks(&page.text) {
        match block.language {
            "toml" | "csv" => {
                let ending = format!(".{}", block.language);
                let named = block.lines.first().and_then(|line| line.strip_prefix("# "));
                if let Some(name) = named.filter(|name| name.ends_with(&ending)) {
                    fs::write(folder.join(name), block.lines.join("\n") + "\n").unwrap();
                }
            }
            "sh" => {
                for line in &block.lines {
                    let words = words(line);
                    let Some(arguments) = arguments(&words) else {
                        if !words.is_empty() && !NOT_RUN.iter().any(|known| line.starts_with(known)) {
                            faults.push(format!("{}:{}: not a command of the program: {line}", page.path, block.line));
                        }
                        continue;
                    };
                    count += 1;
                    let output = run(arguments, &folder);
                    if !output.status.success() {
                        let told = String::from_utf8_lossy(&output.stderr);
                        faults.push(format!("{}:{}: {line}\n{}\n{told}", page.path, block.line, output.status));
                    }
                    if let Some((_, promised)) = line.split_once("# gives ") {
                        let said = String::from_utf8_lossy(&output.stdout).into_owned();
                        let last = said.lines().last().unwrap_or_default();
                        if !agrees(promised, last) {
                            faults.push(format!("{}:{}: {line}\n+++ said {last}", page.path, block.line));
                        }
                    }
                }
            }
            "console" => {
                let mut lines = block.lines.iter().peekable();
                while let Some(command) = lines.next() {
                    let mut expected = String::new();
                    while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                        expected.push_str(line);
                        expected.push('\n');
                    }
                    count += 1;
                    let words = words(command.strip_prefix("$ ").unwrap_or(command));
                    let (command_words, target) = match words.iter().position(|word| word == ">") {
                        Some(at) => (&words[..at], words.get(at + 1)),
                        None => (&words[..], None),
                    };
                    let Some(arguments) = arguments(command_words) else {
                        faults.push(format!("{}:{}: not a command of the program: {command}", page.path, block.line));
                        continue;
                    };
                    let output = run(arguments, &folder);
                    let mut told = String::from_utf8_lossy(&output.stderr).into_owned();
                    match target {
                        Some(name) => fs::write(folder.join(name), &output.stdout).unwrap(),
                        None => told.insert_str(0, &String::from_utf8_lossy(&output.stdout)),
                    }
                    if told != expected || output.status.success() == expected.contains("error[") {
                        faults.push(format!(
                            "{}:{}: {command}\n{}\n--- on the page\n{expected}+++ said\n{told}",
                            page.path, block.line, output.status
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    (count, faults)
}

/// Whether rounded numbers, each with or without a unit behind it and separated by commas, are those of a row.
fn agrees(promised: &str, row: &str) -> bool {
    let wanted: Vec<&str> = promised.split(',').map(|one| one.split_whitespace().next().unwrap_or_default()).collect();
    let got: Vec<&str> = row.split(',').collect();
    wanted.len() == got.len()
        && wanted.iter().zip(got).all(|(wanted, got)| {
            let decimals = wanted.split_once('.').map_or(0, |(_, behind)| behind.len());
            match (wanted.parse::<f64>(), got.trim().parse::<f64>()) {
                (Ok(number), Ok(said)) => (number - said).abs() <= 0.51 * pow_integer(10.0, -(decimals as i32)),
                _ => false,
            }
        })
}

#[test]
fn rounded_numbers_agree_and_others_do_not() {
    assert!(agrees("197 ng/mL, 1.30", "197.407,1.2969"));
    assert!(!agrees("196", "197.407") && !agrees("1.31", "1.2969") && !agrees("1.3, 2", "1.3") && !agrees("", "1"));
}

#[test]
fn every_command_on_every_page_runs() {
    let pages = pages();
    let results: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(move || run_page(page))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let count: usize = results.iter().map(|(count, _)| count).sum();
    let faults: Vec<&String> = results.iter().flat_map(|(_, faults)| faults).collect();
    assert!(count > 40, "only {count} commands were found");
    assert!(
        faults.is_empty(),
        "{} of {count} commands are not as written:\n\n{}",
        faults.len(),
        faults.into_iter().cloned().collect::<Vec<_>>().join("\n\n")
    );
}

/// The commands that `--help` lists.
fn commands() -> BTreeSet<String> {
    let help = run(&["--help".to_string()], Path::new(ROOT));
    let help = String::from_utf8(help.stdout).unwrap();
    let section = help.split("Commands:").nth(1).expect("a list of commands");
    let listed: BTreeSet<String> = section
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next().map(str::to_string))
        .collect();
    assert!(listed.len() > 8, "{help}");
    listed
}

#[test]
fn pages_name_only_commands_that_exist() {
    let commands = commands();
    let mut faults = Vec::new();
    for page in pages() {
        for (number, line) in page.text.lines().enumerate() {
            for code in line.split('`').skip(1).step_by(2) {
                let words = words(code);
                let named = arguments(&words).and_then(|arguments| arguments.first());
                if let Some(name) = named.filter(|name| name.chars().all(|letter| letter.is_ascii_lowercase()))
                    && !commands.contains(name.as_str())
                {
                    faults.push(format!("{}:{}: `kascade {name}` does not exist", page.path, number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A heading as it stands behind `#` in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for page in pages() {
        let folder = Path::new(ROOT).join(&page.path).parent().unwrap().to_path_buf();
        for (at, _) in page.text.match_indices("](") {
            let target = page.text[at + 2..].split(')').next().unwrap_or_default();
            if target.contains("://") || target.is_empty() {
                continue;
            }
            count += 1;
            let (file, heading) =
                target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
            let path = if file.is_empty() { Path::new(ROOT).join(&page.path) } else { folder.join(file) };
            let found = match (path.exists(), heading) {
                (true, Some(heading)) => fs::read_to_string(&path).is_ok_and(|text| {
                    text.lines()
                        .filter(|line| line.starts_with('#'))
                        .any(|line| anchor(line.trim_start_matches('#')) == heading)
                }),
                (exists, _) => exists,
            };
            if !found {
                faults.push(format!("{}: {target}", page.path));
            }
        }
    }
    assert!(count > 10, "only {count} links were found");
    assert!(faults.is_empty(), "links that lead nowhere:\n{}", faults.join("\n"));
}

/// What the first screen of the README promises is what `.ci/run` runs.
#[test]
fn the_two_commands_of_the_readme_are_checked_by_ci() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let ci = fs::read_to_string(Path::new(ROOT).join(".ci/run")).unwrap();
    let first = blocks(&readme).into_iter().find(|block| block.language == "sh").expect("two commands");
    let commands: Vec<&str> = first.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        commands,
        ["cargo run --release -- compare ketamine -r subanesthetic -r anesthetic -o comparison.svg", "cargo test"]
    );
    for command in commands {
        assert!(ci.contains(command), ".ci/run does not run `{command}`");
    }
}
