//! `kascade list`: what is built in.

use super::arguments::List;
use super::models::load_with_report;
use super::table::{Align, layout};
use super::{Failure, Session};
use crate::model::{Model, library};

/// Prints the built-in models, or one model's regimens, perturbations and figures with their titles.
pub fn run(arguments: &List, session: &Session) -> Result<(), Failure> {
    if let Some(name) = &arguments.model {
        return session.print(&one(&load_with_report(name)?.model));
    }
    let models =
        library::names().map(|name| Ok(load_with_report(name)?.model)).collect::<Result<Vec<Model>, Failure>>()?;
    let mut text = String::new();
    for model in &models {
        text.push_str(&format!("{}\n  {}\n", model.name, model.title));
        let is_base =
            |base: &&Model| model.extends.first().is_some_and(|file| file.ends_with(&format!("/{}.toml", base.name)));
        let base = models.iter().find(is_base);
        for (head, names) in sections(model) {
            let inherited = base.map_or_else(Vec::new, |base| {
                sections(base).into_iter().find(|(other, _)| *other == head).map_or_else(Vec::new, |(_, names)| names)
            });
            let own: Vec<&str> = names.iter().copied().filter(|name| !inherited.contains(name)).collect();
            match base {
                // All that the base has, told once with the base.
                Some(base) if !inherited.is_empty() && own.len() + inherited.len() == names.len() => {
                    let and = if own.is_empty() { "" } else { ", and: " };
                    text.push_str(&wrapped(&format!("  {head}: as {}{and}", base.name), &own));
                }
                _ if names.is_empty() => {}
                _ => text.push_str(&wrapped(&format!("  {head}: "), &names)),
            }
        }
    }
    session.print(&text)
}

/// What a model names, by kind.
fn sections(model: &Model) -> [(&'static str, Vec<&str>); 3] {
    [
        ("regimens", model.regimens.iter().map(|one| one.name.as_str()).collect()),
        ("perturbations", model.perturbations.iter().map(|one| one.name.as_str()).collect()),
        ("figures", model.figures.iter().map(|one| one.name.as_str()).collect()),
    ]
}

/// Names after a head, broken at 100 columns with the continuation indented.
fn wrapped(head: &str, names: &[&str]) -> String {
    let mut text = head.to_string();
    let mut width = head.len();
    for (number, name) in names.iter().enumerate() {
        let comma = if number + 1 < names.len() { ", " } else { "" };
        if width + name.len() + comma.len() > 100 && number > 0 {
            text = text.trim_end().to_string();
            text.push_str("\n    ");
            width = 4;
        }
        text.push_str(name);
        text.push_str(comma);
        width += name.len() + comma.len();
    }
    text.push('\n');
    text
}

fn one(model: &Model) -> String {
    let mut text = format!("{}: {}\n", model.name, model.title);
    if !model.about.is_empty() {
        text.push_str(&format!("{}\n", model.about));
    }
    let mut section = |head: &str, rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{head}\n{}", layout(&[], &[Align::Left; 2], &rows)));
        }
    };
    let row = |name: &str, title: &str| vec![format!("  {name}"), title.to_string()];
    section("routes", model.routes.iter().map(|one| row(&one.name, &one.about)).collect());
    section("regimens", model.regimens.iter().map(|one| row(&one.name, &one.title)).collect());
    section("perturbations", model.perturbations.iter().map(|one| row(&one.name, &one.title)).collect());
    section("figures", model.figures.iter().map(|one| row(&one.name, &one.title)).collect());
    text
}
