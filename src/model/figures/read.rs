//! Figures and their runs, and what each kind of figure asks for.

use super::super::context::Context;
use super::super::influence::Sign;
use super::super::reader::{Section, Text};
use super::super::value::Kind;
use super::axis::read_axis;
use super::panel::{means_nothing, read_panel, read_series};
use super::{ArrowSpec, FigureKind, FigureSpec, RunSpec, SeriesSpec, THEMES};
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};

/// Reads all figures.
pub fn read(
    section: &Section<'_>,
    context: &Context<'_>,
    regimens: &[&str],
    perturbations: &[&str],
) -> Vec<FigureSpec> {
    let mut figures = Vec::new();
    for (name, place, value) in section.entries() {
        let Kind::Table(table) = &value.kind else {
            context.log.push(
                Diagnostic::error(Code::WrongType, format!("`figures.{name}` must be a table"))
                    .at(&value.place, value.type_name()),
            );
            continue;
        };
        let figure = Section::new(table, place, format!("figures.{name}"), context.log);
        figures.push(read_figure(name, place, &figure, context, regimens, perturbations));
        figure.done();
    }
    figures
}

fn read_figure(
    name: &str,
    place: &Place,
    figure: &Section<'_>,
    context: &Context<'_>,
    regimens: &[&str],
    perturbations: &[&str],
) -> FigureSpec {
    let kind = figure.choice("kind", &FigureKind::WORDS).unwrap_or(FigureKind::Time);
    let mut runs: Vec<RunSpec> = figure
        .texts("regimens")
        .into_iter()
        .filter(|text| known(text, "regimen", Code::UnknownRegimen, regimens, context))
        .map(|text| RunSpec { regimen: Some(text.text), place: Some(text.place), ..RunSpec::default() })
        .collect();
    runs.extend(figure.tables("runs").into_iter().map(|run| read_run(run, context, regimens, perturbations)));
    let time_unit = context.time_unit.clone();
    // What a sweep varies has a unit of its own.
    let abscissa = (!kind.sweeps()).then_some(&time_unit);
    let times = figure
        .list("times")
        .unwrap_or_default()
        .iter()
        .filter_map(|value| context.quantity_of(value, &time_unit, "times").map(|(time, _)| time))
        .collect();
    let nodes = read_series(figure, "nodes", true, context);
    let spec = FigureSpec {
        name: name.to_string(),
        title: figure.words("title"),
        subtitle: figure.words("subtitle"),
        caption: figure.text("caption"),
        kind,
        runs,
        columns: figure.number("columns").and_then(|(number, place)| whole(number, &place, context)),
        theme: figure.choice("theme", &THEMES.map(|word| (word, word))).map(str::to_string),
        from: context.time(figure, "from").map(|(time, _)| time),
        until: context.positive_time(figure, "until"),
        x: figure.table("x").map(|axis| read_axis(axis, context, abscissa, "time")).unwrap_or_default(),
        doses: figure.boolean("doses").unwrap_or(true),
        letters: figure.boolean("letters").unwrap_or(false),
        panels: figure.tables("panels").into_iter().map(|panel| read_panel(panel, kind, context)).collect(),
        vary: figure.texts("vary"),
        measure: figure.texts("measure"),
        times,
        arrows: figure.texts("arrows").iter().filter_map(|text| arrow(text, &nodes, context)).collect(),
        nodes,
        place: place.clone(),
    };
    check(&spec, figure, context);
    spec
}

/// What the kind of figure asks for, and an empty range of time.
fn check(spec: &FigureSpec, figure: &Section<'_>, context: &Context<'_>) {
    if let (Some(from), Some(until)) = (spec.from, spec.until)
        && from >= until
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, format!("figure `{}` has an empty time range", spec.name))
                .at(&figure.key_place("until"), "ends before it begins")
                .hint("`until` must be later than `from`"),
        );
    }
    if let (true, Some(place)) =
        (spec.kind.sweeps() && (spec.x.from.is_some() || spec.x.until.is_some()), &spec.x.place)
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "the range of the horizontal axis is what `vary` says")
                .at(place, "a second range")
                .hint("leave out `from` and `until` of `x`"),
        );
    }
    let needs = |key: &str, there: bool, example: &str| {
        if !there && !figure.has(key) {
            context.log.push(
                Diagnostic::error(
                    Code::MissingKey,
                    format!("figure `{}` of kind `{}` needs `{key}`", spec.name, spec.kind.word()),
                )
                .at(&spec.place, format!("`{key}` is missing"))
                .hint(format!("add `{example}`")),
            );
        }
    };
    let useless: &[&str] = match spec.kind {
        FigureKind::Time | FigureKind::Phase => {
            needs("panels", !spec.panels.is_empty(), "panels = [ { series = [\"...\"] } ]");
            &["vary", "measure", "times", "nodes", "arrows"]
        }
        FigureKind::DoseResponse | FigureKind::HeatMap => {
            needs("vary", false, "vary = \"dose.amount = 0.1..2 mg/kg:20\"");
            needs("measure", !spec.panels.is_empty(), "measure = [\"peak(...)\"]");
            wanted_ranges(spec, figure, context);
            &["times", "nodes", "arrows", "from", "doses"]
        }
        FigureKind::Evidence => {
            &["vary", "measure", "times", "nodes", "arrows", "from", "until", "doses", "x", "regimens"]
        }
        FigureKind::Cascade => {
            needs("nodes", false, "nodes = [\"...\", \"...\"]");
            needs("times", false, "times = [\"0 h\", \"1 h\", \"24 h\"]");
            &["vary", "measure", "panels", "doses"]
        }
    };
    for key in useless.iter().filter(|key| figure.has(key)) {
        means_nothing(figure, key, spec.kind, context);
    }
}

/// One thing is varied for curves, two for a map.
fn wanted_ranges(spec: &FigureSpec, figure: &Section<'_>, context: &Context<'_>) {
    let (wanted, words) = if spec.kind == FigureKind::HeatMap { (2, "two things") } else { (1, "one thing") };
    if figure.has("vary") && spec.vary.len() != wanted {
        let other = if spec.kind == FigureKind::HeatMap { "dose-response" } else { "heat-map" };
        context.log.push(
            Diagnostic::error(
                Code::BadFigure,
                format!("a figure of kind `{}` varies {words}, not {}", spec.kind.word(), spec.vary.len()),
            )
            .at(&figure.key_place("vary"), "")
            .hint(format!("`vary` takes {words} as `NAME=FROM..TO:N`; `kind = \"{other}\"` takes the other number")),
        );
    }
}

fn read_run(run: Section<'_>, context: &Context<'_>, regimens: &[&str], perturbations: &[&str]) -> RunSpec {
    let model = run.text("model");
    let regimen = run
        .text("regimen")
        .filter(|text| model.is_some() || known(text, "regimen", Code::UnknownRegimen, regimens, context));
    let perturbed = run.texts("perturbations");
    let spec = RunSpec {
        label: run.text("label").map(|text| text.text),
        dose: run.texts("dose").into_iter().map(|text| text.text).collect(),
        set: run.table("set").map(|set| read_set(&set)).unwrap_or_default(),
        regimen: regimen.map(|text| text.text),
        perturbations: perturbed
            .into_iter()
            .filter(|text| {
                model.is_some() || known(text, "perturbation", Code::UnknownPerturbation, perturbations, context)
            })
            .map(|text| text.text)
            .collect(),
        model,
        place: Some(run.place().clone()),
    };
    run.done();
    spec
}

/// `set = { CL = 30, V = "20 L" }` as names and values in text; looked up when the run is made.
pub fn read_set(set: &Section<'_>) -> Vec<(String, String)> {
    set.entries()
        .filter_map(|(name, _, value)| match &value.kind {
            Kind::Number(number) => Some((name.to_string(), number.to_string())),
            Kind::Text(text) => Some((name.to_string(), text.clone())),
            _ => {
                set.log.push(
                    Diagnostic::error(Code::WrongType, format!("`{name}` is set to a number, or a text with a unit"))
                        .at(&value.place, format!("this is {}", value.type_name())),
                );
                None
            }
        })
        .collect()
}

/// Whether a text names one of `known`; complains if not.
pub fn known(text: &Text, what: &str, code: Code, known: &[&str], context: &Context<'_>) -> bool {
    if known.contains(&text.text.as_str()) {
        return true;
    }
    context.log.push(
        Diagnostic::error(code, format!("there is no {what} `{}`", text.text))
            .at(&text.place, "unknown")
            .hint_if(did_you_mean(&text.text, known.iter().copied()).map(|near| format!("did you mean `{near}`?"))),
    );
    false
}

/// An arrow as written: `A -> B` raises, `A -| B` lowers, `A -o B` acts.
fn arrow(text: &Text, nodes: &[SeriesSpec], context: &Context<'_>) -> Option<ArrowSpec> {
    let signs = [(" -> ", Sign::Raises), (" -| ", Sign::Lowers), (" -o ", Sign::Acts)];
    let found = signs.iter().find_map(|(mark, sign)| Some((text.text.split_once(mark)?, *sign)));
    let Some(((from, to), sign)) = found else {
        context.log.push(
            Diagnostic::error(Code::BadFigure, format!("`{}` is not an arrow", text.text))
                .at(&text.place, "")
                .hint("write `A -> B` where A raises B, `A -| B` where it lowers it, `A -o B` where it does either"),
        );
        return None;
    };
    let place = |name: &str| {
        let found = nodes.iter().position(|node| node.show.text == name.trim());
        if found.is_none() {
            let near = did_you_mean(name.trim(), nodes.iter().map(|node| node.show.text.as_str()));
            context.log.push(
                Diagnostic::error(Code::UnknownName, format!("`{}` is not among the nodes", name.trim()))
                    .at(&text.place, "")
                    .hint_if(near.map(|near| format!("did you mean `{near}`?"))),
            );
        }
        found
    };
    let (from, to) = (place(from), place(to));
    Some(ArrowSpec { from: from?, to: to?, sign })
}

/// A count under a key.
pub fn whole(number: f64, place: &Place, context: &Context<'_>) -> Option<usize> {
    if (1.0..=1000.0).contains(&number) && number.fract() == 0.0 {
        return Some(number as usize);
    }
    context
        .log
        .push(Diagnostic::error(Code::BadValue, "a count is a whole number above zero").at(place, "not a count"));
    None
}
