//! The figures that are shown: those of `docs/figures.md`, each made from the text above it, and those of every built-in
//! model in `docs/gallery.md`. Both pages are compared with what is drawn now, and every shipped figure is proofread in
//! every theme: no words on words or on curves, none outside, none too faint.
//!
//! `KASCADE_UPDATE=1 cargo test --test gallery` writes pictures and gallery anew; look at them before committing.

use kascade::model::{self, library};
use resvg::{tiny_skia, usvg};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const THEMES: [&str; 4] = ["slide", "dark", "paper", "paper-wide"];

/// An empty folder of that name.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn kascade(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kascade")).args(words).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

/// Draws, and gives back what was said if that failed.
fn draw(folder: &Path, words: &[&str]) -> Result<(), String> {
    let output = kascade(folder, words);
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\n{}", words.join(" "), String::from_utf8_lossy(&output.stderr)))
}

/// Columns and rows of blocks in which two pictures are compared, and how much their mean lightness may differ (of 255).
const BLOCKS: (usize, usize) = (48, 27);
const TOLERANCE: f64 = 6.0;

/// Mean lightness of blocks of the picture without its words, which are compared as words.
fn blocks(svg: &str) -> Vec<f64> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let scale = 480.0 / tree.size().width();
    let (width, height) = (480, (tree.size().height() * scale).ceil() as u32);
    let mut picture = tiny_skia::Pixmap::new(width, height).unwrap();
    picture.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut picture.as_mut());
    let mut sums = vec![(0.0, 0.0); BLOCKS.0 * BLOCKS.1];
    for (index, pixel) in picture.data().chunks_exact(4).enumerate() {
        let (row, column) = (index / width as usize, index % width as usize);
        let block = (row * BLOCKS.1 / height as usize) * BLOCKS.0 + column * BLOCKS.0 / width as usize;
        sums[block].0 += pixel[..3].iter().map(|channel| f64::from(*channel)).sum::<f64>() / 3.0;
        sums[block].1 += 1.0;
    }
    sums.into_iter().map(|(sum, count)| sum / f64::max(count, 1.0)).collect()
}

/// The words of a picture in their order, without the hash of the model, which changes with every remark in its file.
fn words(svg: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find("<text") {
        let Some(open) = rest[start..].find('>') else { break };
        let Some(end) = rest[start..].find("</text>") else { break };
        let text = rest[start + open + 1..start + end].trim();
        if !text.starts_with("kascade ") {
            words.push(text.to_string());
        }
        rest = &rest[start + end + 7..];
    }
    words
}

/// What differs between a committed picture and one drawn now; with `KASCADE_UPDATE` the new one is committed.
fn compare(committed: &Path, drawn: &Path) -> Option<String> {
    let new = fs::read_to_string(drawn).unwrap();
    if std::env::var_os("KASCADE_UPDATE").is_some() {
        fs::create_dir_all(committed.parent().unwrap()).unwrap();
        fs::write(committed, new).unwrap();
        return None;
    }
    let name = committed.strip_prefix(ROOT).unwrap().display();
    let Ok(old) = fs::read_to_string(committed) else { return Some(format!("{name} is not there")) };
    let (before, now) = (words(&old), words(&new));
    if before != now {
        let missing: Vec<&String> = before.iter().filter(|word| !now.contains(word)).collect();
        let added: Vec<&String> = now.iter().filter(|word| !before.contains(word)).collect();
        return Some(format!("{name}: words are gone {missing:?} and new {added:?}"));
    }
    let most = blocks(&old).iter().zip(blocks(&new)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    (most > TOLERANCE).then(|| format!("{name} differs by {most:.1} of 255"))
}

#[test]
fn every_picture_of_the_page_is_what_its_text_draws() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/figures.md")).unwrap();
    let folder = folder("page");
    let mut parts = page.split("```toml\n").skip(1).map(|part| part.split("```").next().unwrap());
    let base = parts.next().unwrap();
    let mut faults = Vec::new();
    let mut shown = 0;
    for part in parts {
        let name = part.lines().find_map(|line| line.strip_prefix("[figures.")?.strip_suffix(']')).unwrap();
        fs::write(folder.join("drug.toml"), format!("{base}\n{part}")).unwrap();
        let picture = format!("images/figures/{name}.svg");
        assert!(page.contains(&format!("({picture})")), "{name} is declared and not shown");
        let file = format!("{name}.svg");
        let mut pictures = vec![(vec!["plot", "drug.toml", "-f", name, "--proofread", "-o", &file], picture)];
        if name == "cascade" {
            let film = vec!["plot", "drug.toml", "-f", name, "--animate", "-o", "cascade-film.svg"];
            pictures.push((film, "images/figures/cascade-film.svg".to_string()));
        }
        for (command, picture) in pictures {
            shown += 1;
            match draw(&folder, &command) {
                Err(told) => faults.push(told),
                Ok(()) => {
                    let drawn = folder.join(command.last().unwrap());
                    faults.extend(compare(&Path::new(ROOT).join("docs").join(&picture), &drawn));
                }
            }
        }
    }
    assert!(shown >= 13, "{shown}");
    assert_eq!(page.matches("](images/figures/").count(), shown, "a picture of the page is not made from it");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The figures that each built-in model declares itself: model, figure, title.
fn shipped() -> Vec<(String, String, String)> {
    let find = |name: &str, _: &_| library::find(name).ok_or_else(|| library::not_found(name));
    let mut shipped = Vec::new();
    for name in library::names() {
        let source = library::find(name).unwrap();
        let Ok(loaded) = model::load(&source, &find) else { panic!("{name} cannot be read") };
        let own = loaded.model.figures.iter().filter(|figure| figure.place.source.name == source.name);
        shipped.extend(own.map(|figure| (name.to_string(), figure.name.clone(), figure.title.clone())));
    }
    shipped
}

/// The page of all figures.
fn gallery(shipped: &[(String, String, String)]) -> String {
    let mut page = "# Gallery\n\nEvery figure of every built-in model, as `kascade plot MODEL -f FIGURE -o x.svg` draws it.\n\
         Pictures and page are written by `KASCADE_UPDATE=1 cargo test --test gallery`, and compared by the same test.\n\
         [Figures](figures.md) tells how they are declared.\n"
        .to_string();
    let mut last = "";
    for (model, figure, title) in shipped {
        if model != last {
            page.push_str(&format!("\n## {model}\n"));
            last = model;
        }
        let picture = picture_name(model, figure);
        page.push_str(&format!("\n### {title}\n\n`kascade plot {model} -f {figure}`\n\n"));
        page.push_str(&format!("![{title}](images/gallery/{picture}.svg)\n"));
    }
    page
}

fn picture_name(model: &str, figure: &str) -> String {
    format!("{}-{figure}", model.replace('/', "-"))
}

#[test]
fn the_gallery_shows_every_shipped_figure_and_none_has_a_fault_in_any_theme() {
    let folder = folder("shipped");
    let shipped = shipped();
    assert!(shipped.len() >= 20, "{}", shipped.len());
    let mut faults = Vec::new();
    for (model, figure, _) in &shipped {
        let name = picture_name(model, figure);
        for theme in THEMES {
            let file = format!("{name}-{theme}.svg");
            let command = ["plot", model, "-f", figure, "--theme", theme, "--proofread", "-o", &file];
            if let Err(told) = draw(&folder, &command) {
                faults.push(told);
            }
        }
        let drawn = folder.join(format!("{name}-slide.svg"));
        if drawn.is_file() {
            faults.extend(compare(&Path::new(ROOT).join(format!("docs/images/gallery/{name}.svg")), &drawn));
        }
    }
    let path = Path::new(ROOT).join("docs/gallery.md");
    if std::env::var_os("KASCADE_UPDATE").is_some() {
        fs::write(&path, gallery(&shipped)).unwrap();
    }
    if fs::read_to_string(&path).unwrap_or_default() != gallery(&shipped) {
        faults.push("docs/gallery.md is not the page of the shipped figures".to_string());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_changed_picture_would_be_seen() {
    let folder = folder("changed");
    let picture = |file: &str, further: &[&str]| {
        let mut command = vec!["plot", "clements_1981", "-o", file];
        command.extend(further);
        draw(&folder, &command).unwrap();
        fs::read_to_string(folder.join(file)).unwrap()
    };
    let (one, other) = (picture("one.svg", &[]), picture("other.svg", &["--until", "1 h"]));
    assert_ne!(words(&one), words(&other));
    let most = blocks(&one).iter().zip(blocks(&other)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(most > TOLERANCE, "{most}");
}
