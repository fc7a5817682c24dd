//! A model's equations as a document: Markdown, or LaTeX.
//!
//! What it cannot carry: figures, and evidence; in LaTeX also reactions, routes, regimens and perturbations. Numbers stand in their declared units; the equations hold in any
//! coherent system, since units are converted for the author.

use crate::dosing::describe;
use crate::expression::{Mode, latex_name, latex_unit, parse, print_latex, print_unicode};
use crate::model::{Model, Origin, Parameter, dosing_routes};
use crate::numerics::float_text::number_text;

/// The text of an expression in plain Unicode.
fn unicode(text: &str) -> String {
    parse(text, Mode::Model).map_or_else(|_| text.to_string(), |expr| print_unicode(&expr))
}

/// The text of an expression in LaTeX.
fn latex(text: &str) -> String {
    parse(text, Mode::Model).map_or_else(|_| text.to_string(), |expr| print_latex(&expr))
}

fn value(parameter: &Parameter) -> String {
    number_text(parameter.unit.from_internal_shortest(parameter.value))
}

fn origin(model: &Model, parameter: &Parameter) -> String {
    match &parameter.origin {
        Origin::Source(key) => model.sources.get(key).map_or_else(|| key.clone(), |source| source.cite.clone()),
        Origin::Assumed(why) => format!("assumed: {why}"),
        Origin::Missing if parameter.covariate => "the individual".to_string(),
        Origin::Missing => "no source".to_string(),
    }
}

/// The model as Markdown: equations, then states and parameters with units and sources.
pub fn markdown(model: &Model) -> String {
    let mut text = format!("# {}\n\n", if model.title.is_empty() { &model.name } else { &model.title });
    if !model.about.is_empty() {
        text.push_str(&format!("{}\n\n", model.about));
    }
    let cell = |text: &str| text.replace('|', "\\|");
    if !model.quantities.is_empty() {
        text.push_str("## Quantities\n\n| name | is | unit | about |\n|---|---|---|---|\n");
        for one in &model.quantities {
            text.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                one.name,
                cell(&unicode(&one.text)),
                one.unit.text(),
                cell(&one.about)
            ));
        }
        text.push('\n');
    }
    if !model.reactions.is_empty() {
        text.push_str("## Reactions\n\n| name | equation | rate | about |\n|---|---|---|---|\n");
        for one in &model.reactions {
            text.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                one.name,
                cell(&one.equation_text.replace("->", "→")),
                cell(&unicode(&one.rate_text)),
                cell(&one.about)
            ));
        }
        text.push('\n');
    }
    text.push_str("## Rates of change\n\n| state | rate | start | unit | about |\n|---|---|---|---|---|\n");
    for one in &model.states {
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            one.name,
            cell(&unicode(&one.equation)),
            cell(&unicode(&one.start_text)),
            one.unit.text(),
            cell(&one.about)
        ));
    }
    if !model.routes.is_empty() {
        text.push_str("\n## Routes\n\n| name | into | fraction | lag | about |\n|---|---|---|---|---|\n");
        for route in &model.routes {
            let into: Vec<String> = route
                .into
                .iter()
                .map(|(state, share)| {
                    let name = &model.states[*state].name;
                    if *share == 1.0 { name.clone() } else { format!("{} {name}", number_text(*share)) }
                })
                .collect();
            let tree = |tree: &Option<crate::expression::Tree>| {
                tree.as_ref().map_or(String::new(), |tree| model.tree_text(tree))
            };
            text.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                route.name,
                into.join(", "),
                cell(&tree(&route.fraction)),
                cell(&tree(&route.lag)),
                cell(&route.about)
            ));
        }
    }
    text.push_str(&changes(model));
    text.push_str("\n## Parameters\n\n| name | value | unit | about | source |\n|---|---|---|---|---|\n");
    for one in &model.parameters {
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            one.name,
            value(one),
            one.unit.text(),
            cell(&one.about),
            cell(&origin(model, one))
        ));
    }
    if !model.sources.is_empty() {
        text.push_str("\n## Sources\n\n");
        for (key, source) in &model.sources {
            let link = source
                .doi
                .as_ref()
                .map(|doi| format!(" https://doi.org/{doi}"))
                .or(source.url.as_ref().map(|url| format!(" {url}")));
            text.push_str(&format!("- `{key}`: {}{}\n", source.cite, link.unwrap_or_default()));
        }
    }
    text.push_str("\nFor teaching and research; not medical advice.\n");
    text
}

/// Events, regimens and perturbations: what is done to the equations.
fn changes(model: &Model) -> String {
    let mut text = String::new();
    let cell = |text: &str| text.replace('|', "\\|");
    let mut section = |title: &str, heads: &str, rows: Vec<[String; 3]>| {
        if !rows.is_empty() {
            text.push_str(&format!("\n## {title}\n\n| {heads} |\n|---|---|---|\n"));
            for row in rows {
                text.push_str(&format!("| {} |\n", row.map(|one| cell(&one)).join(" | ")));
            }
        }
    };
    let events = model.events.iter().map(|one| [one.name.clone(), unicode(&one.when_text), model.event_text(one)]);
    section("Events", "name | when | sets", events.collect());
    let routes = dosing_routes(model);
    let regimens = model.regimens.iter().map(|one| {
        let mut doses = describe(&one.doses, &routes, &model.time_unit);
        if !one.perturbations.is_empty() {
            doses.push_str(&format!("; perturbed by {}", one.perturbations.join(", ")));
        }
        [one.name.clone(), doses, one.title.clone()]
    });
    section("Regimens", "name | doses | title", regimens.collect());
    let perturbations =
        model.perturbations.iter().map(|one| [one.name.clone(), model.perturbation_text(one), one.title.clone()]);
    section("Perturbations", "name | changes | title", perturbations.collect());
    text
}

/// Text in LaTeX, its special characters escaped.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(letter);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '\\' => out.push_str("\\textbackslash{}"),
            _ => out.push(letter),
        }
    }
    out
}

/// The model as a LaTeX document that compiles with the packages of any distribution.
pub fn tex(model: &Model) -> String {
    let mut text = String::from(
        "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage{amsmath,longtable}\n\\begin{document}\n",
    );
    text.push_str(&format!("\\section*{{{}}}\n{}\n", escaped(&model.title), escaped(&model.about)));
    if !model.quantities.is_empty() {
        text.push_str("\\subsection*{Quantities}\n\\allowdisplaybreaks\n\\begin{align*}\n");
        let rows: Vec<String> = model
            .quantities
            .iter()
            .map(|one| format!("{} &= {} && [{}]", latex_name(&one.name), latex(&one.text), latex_unit(&one.unit)))
            .collect();
        text.push_str(&format!("{}\n\\end{{align*}}\n", rows.join(" \\\\\n")));
    }
    text.push_str("\\subsection*{Rates of change}\n\\begin{align*}\n");
    let rows: Vec<String> = model
        .states
        .iter()
        .map(|one| {
            format!(
                "\\frac{{d {}}}{{dt}} &= {} && [{}]",
                latex_name(&one.name),
                latex(&one.equation),
                latex_unit(&one.unit)
            )
        })
        .collect();
    text.push_str(&format!("{}\n\\end{{align*}}\n", rows.join(" \\\\\n")));
    if !model.events.is_empty() {
        text.push_str("\\subsection*{Events}\n\\begin{itemize}\n");
        for one in &model.events {
            let (name, sets) = (escaped(&one.name), escaped(&model.event_text(one)));
            text.push_str(&format!("\\item {name}: when ${}$, then {sets}\n", latex(&one.when_text)));
        }
        text.push_str("\\end{itemize}\n");
    }
    text.push_str("\\subsection*{Parameters}\n\\begin{longtable}{lrlp{0.4\\textwidth}}\n");
    for one in &model.parameters {
        text.push_str(&format!(
            "${}$ & {} & ${}$ & {} ({}) \\\\\n",
            latex_name(&one.name),
            value(one),
            latex_unit(&one.unit),
            escaped(&one.about),
            escaped(&origin(model, one))
        ));
    }
    text.push_str("\\end{longtable}\n\\noindent For teaching and research; not medical advice.\n\\end{document}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceText;
    use crate::model::load;

    #[test]
    fn what_is_done_to_the_equations_is_shown_with_them() {
        let text = r#"
kascade = 1
[model]
name = "wakes"
time = "h"
[parameters]
k = { value = 1, unit = "1/h", assumed = "a test" }
[states]
A = { start = 1, unit = "mg" }
awake = { start = 0, unit = "1" }
[derivatives]
A = "-k * A"
[routes]
iv = { into = "A" }
[events.wakes]
when = "A < 0.5 [mg]"
set = { awake = 1, A = "2 * A" }
[regimens.twice]
title = "two doses"
doses = [ { route = "iv", amount = "5 mg", every = "8 h", times = 2 } ]
[perturbations.slow]
title = "slower"
from = "1 h"
set = { k = "0.5 * k" }
"#;
        let none = |_: &str, _: &SourceText| panic!("it extends nothing");
        let model =
            load(&SourceText::new("m.toml", text), &none).unwrap_or_else(|report| panic!("{:?}", report.list)).model;
        let shown = markdown(&model);
        for line in [
            "| wakes | A < 0.5 mg | awake = 1, A = 2 * A |",
            "| twice | iv 5 mg every 8 h times 2 | two doses |",
            "| slow | from 1 h, k = 0.5 * k | slower |",
        ] {
            assert!(shown.lines().any(|one| one == line), "{line}\n{shown}");
        }
        assert!(tex(&model).contains("wakes: when $"));
    }
}
