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
    let mut text = String::new();
    for name in library::names() {
        let model = load_with_report(name)?.model;
        text.push_str(&format!("{name}\n  {}\n", model.title));
        for (head, names) in [
            ("regimens", model.regimens.iter().map(|one| one.name.as_str()).collect::<Vec<_>>()),
            ("perturbations", model.perturbations.iter().map(|one| one.name.as_str()).collect()),
            ("figures", model.figures.iter().map(|one| one.name.as_str()).collect()),
        ] {
            if !names.is_empty() {
                text.push_str(&wrapped(&format!("  {head}: "), &names));
            }
        }
    }
    session.print(&text)
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
