//! Panels of figures: their curves, bands, ribbons, words and points.

use super::super::context::Context;
use super::super::reader::{Section, Text, text_of};
use super::super::value::Kind;
use super::axis::read_axis;
use super::read::whole;
use super::{AnnotationSpec, BandSpec, FigureKind, PanelSpec, RibbonSpec, SeriesSpec};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::expression::Symbol;
use crate::units::Unit;

/// Reads one panel of a figure of that kind.
pub fn read_panel(panel: Section<'_>, kind: FigureKind, context: &Context<'_>) -> PanelSpec {
    let series = read_series(&panel, "series", !kind.sweeps(), context);
    let against = panel.text("against").filter(|text| column(text, context).is_some()).map(|text| text.text);
    // What an outcome is counted in is known when it is worked out.
    let unit_of = |right: bool| match kind.sweeps() {
        true => None,
        false => Some(series.iter().find(|one| one.right == right).map_or_else(Unit::none, |one| {
            context.names.get(&one.show.text).map_or_else(Unit::none, |name| name.unit.clone())
        })),
    };
    let (left, right) = (unit_of(false), unit_of(true));
    for one in &series {
        let unit = if one.right { &right } else { &left };
        one_unit(unit.as_ref(), &one.show.text, &one.show.place, context);
    }
    let y = panel.table("y").map(|axis| read_axis(axis, context, left.as_ref(), "the panel")).unwrap_or_default();
    let shown = y.unit.clone().or(left.clone()).unwrap_or_else(Unit::none);
    let abscissa = match &against {
        Some(name) => context.names.get(name).map_or_else(Unit::none, |name| name.unit.clone()),
        None => context.time_unit.clone(),
    };
    let spec = PanelSpec {
        title: panel.words("title"),
        span: panel.number("span").and_then(|(number, place)| whole(number, &place, context)).unwrap_or(1),
        right: panel.table("right").map(|axis| read_axis(axis, context, right.as_ref(), "the panel")),
        x: panel.table("x").map(|axis| {
            let what = if against.is_some() { "the horizontal axis" } else { "time" };
            read_axis(axis, context, Some(&abscissa), what)
        }),
        bands: panel.tables("bands").into_iter().filter_map(|band| read_band(band, context, &shown)).collect(),
        ribbons: panel
            .tables("ribbons")
            .into_iter()
            .filter_map(|ribbon| read_ribbon(ribbon, left.as_ref(), context))
            .collect(),
        annotations: panel
            .tables("annotations")
            .into_iter()
            .filter_map(|one| read_annotation(one, against.is_some(), context, &shown))
            .collect(),
        evidence: panel.texts("evidence"),
        place: panel.place().clone(),
        series,
        against,
        y,
    };
    check(&spec, &panel, kind, context);
    panel.done();
    spec
}

/// What the kind of figure asks of a panel.
fn check(spec: &PanelSpec, panel: &Section<'_>, kind: FigureKind, context: &Context<'_>) {
    match kind {
        FigureKind::Evidence if spec.evidence.is_empty() => panel.missing("evidence"),
        FigureKind::Evidence => {}
        _ if !panel.has("series") && spec.ribbons.is_empty() => panel.missing("series"),
        FigureKind::Phase if spec.against.is_none() && !panel.has("against") => panel.missing("against"),
        _ => {}
    }
    if let (true, None) = (panel.has("right"), spec.series.iter().find(|one| one.right)) {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "nothing is measured on the right axis")
                .at(&panel.key_place("right"), "")
                .hint("give a series `axis = \"right\"`"),
        );
    }
    let useless: &[&str] = match kind {
        FigureKind::DoseResponse => &["against", "ribbons", "annotations", "evidence", "x"],
        FigureKind::HeatMap => &["against", "ribbons", "annotations", "evidence", "x", "bands", "right"],
        FigureKind::Evidence => &["series", "against", "ribbons", "annotations", "x", "y", "bands", "right"],
        _ => &[],
    };
    for key in useless.iter().filter(|key| panel.has(key)) {
        means_nothing(panel, key, kind, context);
    }
}

/// Complains about a key that a figure of this kind does not use.
pub fn means_nothing(section: &Section<'_>, key: &str, kind: FigureKind, context: &Context<'_>) {
    context.log.push(
        Diagnostic::error(Code::BadFigure, format!("`{key}` means nothing in a figure of kind `{}`", kind.word()))
            .at(&section.key_place(key), "not used")
            .hint("leave it out, or choose another `kind`"),
    );
}

/// Reads curves, or the nodes of a cascade: names, or tables with `show`. Where `columns`, they name states and
/// quantities; else they are outcomes, which are read when they are worked out.
pub fn read_series(section: &Section<'_>, key: &'static str, columns: bool, context: &Context<'_>) -> Vec<SeriesSpec> {
    let mut series = Vec::new();
    let known = |text: &Text| !columns || column(text, context).is_some();
    for (number, value) in section.list(key).unwrap_or_default().iter().enumerate() {
        match &value.kind {
            Kind::Text(_) => {
                if let Some(show) = text_of(value).filter(|text| known(text)) {
                    series.push(SeriesSpec { show, label: None, style: None, right: false, only: None });
                }
            }
            Kind::Table(table) => {
                let path = format!("{}.{key}[{}]", section.path(), number + 1);
                let one = Section::new(table, &value.place, path, context.log);
                let show = one.required_text("show");
                let label = one.text("label").map(|text| text.text);
                let style = one
                    .choice("style", &["solid", "dashed", "dotted", "dashdot", "longdash"].map(|word| (word, word)))
                    .map(str::to_string);
                let right = one.choice("axis", &[("left", false), ("right", true)]).unwrap_or(false);
                let only = one.text("only").map(|text| text.text);
                if !columns && only.is_some() {
                    context.log.push(
                        Diagnostic::error(Code::BadFigure, "`only` means nothing where something is varied")
                            .at(&one.key_place("only"), "not used"),
                    );
                }
                one.done();
                if let Some(show) = show.filter(|text| known(text)) {
                    series.push(SeriesSpec { show, label, style, right, only });
                }
            }
            _ => context.log.push(
                Diagnostic::error(Code::WrongType, "a series is a name, or a table with `show`")
                    .at(&value.place, format!("this is {}", value.type_name())),
            ),
        }
    }
    series
}

/// Complains when a name is counted in something else than its axis.
fn one_unit(axis: Option<&Unit>, name: &str, place: &Place, context: &Context<'_>) {
    if let (Some(first), Some(own)) = (axis, context.names.get(name))
        && !first.compatible(&own.unit)
    {
        context.log.push(
            Diagnostic::error(
                Code::BadFigure,
                format!("one axis cannot show both {} and {} (`{name}`)", first.text(), own.unit.text()),
            )
            .at(place, "two units on one axis")
            .hint("move one to the right axis with `{ show = \"...\", axis = \"right\" }`, or to a panel of its own"),
        );
    }
}

fn column(text: &Text, context: &Context<'_>) -> Option<Symbol> {
    match context.names.get(&text.text) {
        Some(name) if matches!(name.symbol, Symbol::State(_) | Symbol::Quantity(_)) => Some(name.symbol),
        Some(_) => {
            context.log.push(
                Diagnostic::error(Code::BadFigure, format!("`{}` is a parameter and has no curve", text.text))
                    .at(&text.place, "states and quantities can be drawn"),
            );
            None
        }
        None => {
            context.log.push(
                Diagnostic::error(Code::UnknownName, format!("the model has no `{}` to draw", text.text))
                    .at(&text.place, "unknown name")
                    .hint_if(context.near_name(&text.text).map(|near| format!("did you mean `{near}`?"))),
            );
            None
        }
    }
}

fn read_band(band: Section<'_>, context: &Context<'_>, unit: &Unit) -> Option<BandSpec> {
    let along_time = band.choice("along", &[("y", false), ("time", true)]).unwrap_or(false);
    let unit = if along_time { &context.time_unit } else { unit };
    let at = context.quantity(&band, "at", unit).map(|(value, _)| value);
    let from = context.quantity(&band, "from", unit).map(|(value, _)| value);
    let until = context.quantity(&band, "until", unit).map(|(value, _)| value);
    let label = band.words("label");
    let spec = match (at, from, until) {
        (Some(at), None, None) => Some(BandSpec { from: at, until: at, label, along_time }),
        (None, Some(from), Some(until)) if from < until => Some(BandSpec { from, until, label, along_time }),
        (None, Some(_), Some(_)) => {
            context.log.push(
                Diagnostic::error(Code::BadFigure, "the band is empty")
                    .at(&band.key_place("until"), "not above `from`"),
            );
            None
        }
        _ => {
            context.log.push(
                Diagnostic::error(Code::BadFigure, "a band has `from` and `until`, a line has `at`")
                    .at(band.place(), "neither is complete"),
            );
            None
        }
    };
    band.done();
    spec
}

fn read_ribbon(ribbon: Section<'_>, axis: Option<&Unit>, context: &Context<'_>) -> Option<RibbonSpec> {
    let edge = |key| {
        let text: Text = ribbon.required_text(key)?;
        column(&text, context)?;
        one_unit(axis, &text.text, &text.place, context);
        Some(text.text)
    };
    let (low, high) = (edge("low"), edge("high"));
    let label = ribbon.words("label");
    ribbon.done();
    Some(RibbonSpec { low: low?, high: high?, label })
}

/// Words at a time; in a phase portrait (`at_curve`) the first curve tells how high.
fn read_annotation(one: Section<'_>, at_curve: bool, context: &Context<'_>, unit: &Unit) -> Option<AnnotationSpec> {
    let at = context.time(&one, "at");
    let y = context.quantity(&one, "y", unit).map(|(y, _)| y);
    let text = one.required_text("text");
    if at.is_none() && !one.has("at") {
        one.missing("at");
    }
    if at_curve && one.has("y") {
        means_nothing(&one, "y", FigureKind::Phase, context);
    }
    one.done();
    Some(AnnotationSpec { at: at?.0, y, text: text?.text })
}
