//! From what was typed as MODEL to a checked model: built-in names, paths, and the files that overlays extend.

use super::output::read_text;
use super::{Failure, Session};
use crate::diagnostics::{Diagnostic, Report, SourceText};
use crate::model::{self, LoadOptions, Loaded, Model, library};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The text of a model named on the command line.
pub fn source(name: &str) -> Result<Arc<SourceText>, Diagnostic> {
    if looks_like_path(name) {
        let built_in = name.strip_suffix(".toml").filter(|bare| library::find(bare).is_some());
        return match read_text(Path::new(name)) {
            Ok(text) => Ok(SourceText::new(name, text)),
            Err(missing) => {
                Err(missing.hint_if(built_in.map(|bare| format!("the built-in model is `{bare}`, without an ending"))))
            }
        };
    }
    if let Some(found) = library::find(name) {
        return Ok(found);
    }
    // `kascade run my_model` where my_model.toml lies beside: say so rather than only "not found".
    let mut missing = library::not_found(name);
    let with_ending = format!("{name}.toml");
    if Path::new(name).is_file() {
        missing.hints = vec![format!("there is a file of that name here: write `./{name}`")];
    } else if Path::new(&with_ending).is_file() {
        missing.hints = vec![format!("there is a file of that name here: `./{with_ending}`")];
    }
    Err(missing)
}

fn looks_like_path(name: &str) -> bool {
    name.ends_with(".toml")
        || name.starts_with('.')
        || name.starts_with('/')
        || (name.contains('/') && library::find(name).is_none())
}

/// The text that `extends` names in the file `from`: a built-in model, or a path relative to that file.
pub fn extended(name: &str, from: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    if !looks_like_path(name)
        && let Some(found) = library::find(name)
    {
        return Ok(found);
    }
    let folder = Path::new(&from.name).parent().unwrap_or_else(|| Path::new(""));
    let path = folder.join(name);
    if looks_like_path(name) || path.is_file() {
        return read_text(&path).map(|text| SourceText::new(path.display().to_string(), text));
    }
    Err(library::not_found(name))
}

/// The files that a model is read from: its own, those that it extends, and those that the runs of its figures name. A
/// built-in model has none. What cannot be read is left out.
pub fn files(name: &str) -> Vec<PathBuf> {
    let found = RefCell::new(Vec::new());
    let note = |path: &str| {
        let path = PathBuf::from(path);
        if path.is_file() && !found.borrow().contains(&path) {
            found.borrow_mut().push(path);
        }
    };
    if looks_like_path(name) {
        found.borrow_mut().push(PathBuf::from(name));
    }
    let find = |wanted: &str, from: &SourceText| {
        let source = extended(wanted, from)?;
        note(&source.name);
        Ok(source)
    };
    let mut waiting: Vec<Arc<SourceText>> = source(name).ok().into_iter().collect();
    let mut seen: Vec<String> = Vec::new();
    while let Some(source) = waiting.pop() {
        if seen.contains(&source.name) {
            continue;
        }
        seen.push(source.name.clone());
        let Ok(loaded) = model::load(&source, &find) else { continue };
        let runs = loaded.model.figures.iter().flat_map(|figure| &figure.runs);
        let named = runs.filter_map(|run| run.model.as_ref());
        waiting.extend(named.filter_map(|model| find(&model.text, &model.place.source).ok()));
    }
    found.into_inner()
}

/// Loads a model with its evidence; errors end the command, warnings are counted on stderr (`check` prints them in full).
pub fn load(name: &str, session: &Session) -> Result<Model, Failure> {
    Ok(counted(load_with_report(name)?, name, session))
}

/// The same without its evidence, for the commands that only run it: statements are most of a large model's text.
pub fn load_to_run(name: &str, session: &Session) -> Result<Model, Failure> {
    let source = source(name).map_err(|diagnostic| Failure::model(Report::from(diagnostic)))?;
    let loaded = model::load_with(&source, &extended, LoadOptions { evidence: false }).map_err(Failure::model)?;
    Ok(counted(loaded, name, session))
}

fn counted(loaded: Loaded, name: &str, session: &Session) -> Model {
    let (_, warnings) = loaded.report.counts();
    if warnings > 0 {
        session.say(&format!(
            "warning: {} in `{name}`; `kascade check {name}` prints {}",
            if warnings == 1 { "1 warning".to_string() } else { format!("{warnings} warnings") },
            if warnings == 1 { "it" } else { "them" }
        ));
    }
    loaded.model
}

/// Loads a model with all that was noticed.
pub fn load_with_report(name: &str) -> Result<Loaded, Failure> {
    let source = source(name).map_err(|diagnostic| Failure::model(Report::from(diagnostic)))?;
    model::load(&source, &extended).map_err(Failure::model)
}
