//! `plot --watch`: a change of the model, or of what it extends, changes the figure; a fault is shown and outlived.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BASE: &str = "kascade = 1\n[model]\nname = \"base\"\ntime = \"h\"\nuntil = \"12 h\"\n\
    [parameters]\nk = { value = 1, unit = \"1/h\", about = \"rate\", assumed = \"an example\" }\n\
    [states]\nA = { start = 1, unit = \"mg\", about = \"drug\" }\n[derivatives]\nA = \"-k * A\"\n\
    [figures.one]\ntitle = \"first\"\npanels = [ { series = [\"A\"] } ]\n";
const OVER: &str = "kascade = 1\n[model]\nname = \"over\"\nextends = \"base.toml\"\n";

/// The program while it watches; ended when it is dropped.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("watch").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn watch(folder: &Path) -> Watching {
    let child = Command::new(env!("CARGO_BIN_EXE_kascade"))
        .args(["plot", "over.toml", "--watch", "-o", "x.svg"])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Watching(child)
}

/// Waits until the figure says something, for a minute at most.
fn wait_for(folder: &Path, wanted: &str) {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(folder.join("x.svg")).unwrap_or_default();
        if text.contains(wanted) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the figure never said `{wanted}`");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_change_of_the_file_or_of_its_base_is_drawn_and_a_fault_is_outlived() {
    let folder = folder("changes");
    fs::write(folder.join("base.toml"), BASE).unwrap();
    fs::write(folder.join("over.toml"), OVER).unwrap();
    let mut watching = watch(&folder);
    wait_for(&folder, ">first<");
    fs::write(folder.join("base.toml"), BASE.replace("first", "second")).unwrap();
    wait_for(&folder, ">second<");
    fs::write(folder.join("over.toml"), "kascade = 1\n[model\n").unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert!(watching.0.try_wait().unwrap().is_none(), "a fault in the file ended it");
    fs::write(folder.join("over.toml"), format!("{OVER}[figures.one]\ntitle = \"third\"\n")).unwrap();
    wait_for(&folder, ">third<");
    watching.0.kill().unwrap();
    let mut told = String::new();
    watching.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("x.svg drawn; watching base.toml, over.toml"), "{told}");
    assert!(told.contains("error[") && told.contains("not drawn"), "{told}");
}

#[test]
fn what_cannot_change_or_has_no_name_is_not_watched() {
    let folder = folder("refused");
    let run = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_kascade")).args(words).current_dir(&folder).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, told) = run(&["plot", "ketamine", "--watch", "-o", "x.svg"]);
    assert!(code == Some(2) && told.contains("built-in model has no file"), "{told}");
    let (code, told) = run(&["plot", "x.toml", "--watch"]);
    assert!(code == Some(2) && told.contains("--output"), "{told}");
}
