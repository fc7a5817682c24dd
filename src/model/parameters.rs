//! `[sources]` and `[parameters]`: numbers, and where they come from.

use super::context::Context;
use super::reader::{Section, Text, listed};
use super::types::{Origin, Parameter, Source, Variation};
use super::value::Kind;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::units::Unit;
use indexmap::IndexMap;

/// Reads `[sources]`.
pub fn read_sources(root: &Section<'_>) -> IndexMap<String, Source> {
    let mut sources = IndexMap::new();
    let Some(section) = root.table("sources") else { return sources };
    for (name, place, value) in section.entries() {
        let source = match &value.kind {
            Kind::Text(cite) => Source { cite: cite.clone(), doi: None, url: None },
            Kind::Table(table) => {
                let entry = Section::new(table, place, format!("sources.{name}"), root.log);
                let source = Source {
                    cite: entry.required_text("cite").map(|text| text.text).unwrap_or_default(),
                    doi: entry.text("doi").map(|text| text.text),
                    url: entry.text("url").map(|text| text.text),
                };
                entry.text("note");
                entry.done();
                source
            }
            _ => {
                root.log.push(
                    Diagnostic::error(Code::WrongType, format!("`sources.{name}` must be a table with `cite`"))
                        .at(&value.place, format!("this is {}", value.type_name())),
                );
                continue;
            }
        };
        sources.insert(name.to_string(), source);
    }
    sources
}

/// Reads one entry of `[parameters]`.
pub fn read_parameter(
    entry: Section<'_>,
    name: &str,
    context: &Context<'_>,
    sources: &IndexMap<String, Source>,
) -> Option<Parameter> {
    let unit = context.required_unit(&entry, "unit");
    let known_unit = unit.clone().unwrap_or_else(Unit::none);
    if !entry.has("value") {
        entry.missing("value");
    }
    let value = context.quantity(&entry, "value", &known_unit);
    let range = read_range(&entry, &known_unit, context);
    let parameter = Parameter {
        name: name.to_string(),
        value: value.as_ref().map_or(0.0, |(value, _)| *value),
        about: entry.words("about"),
        origin: read_origin(&entry, context, sources),
        vary: entry.table("vary").and_then(|vary| read_variation(vary, &known_unit, context)),
        covariate: entry.boolean("covariate").unwrap_or(false),
        range,
        unit: known_unit,
        place: entry.place().clone(),
    };
    entry.text("note");
    if let (Some((value, place)), Some((low, high))) = (value, range)
        && !(low..=high).contains(&value)
    {
        context.log.push(out_of_range(&parameter, value, &place));
    }
    entry.done();
    unit.map(|_| parameter)
}

/// The complaint about a value outside the declared range.
pub fn out_of_range(parameter: &Parameter, value: f64, place: &Place) -> Diagnostic {
    let (low, high) = parameter.range.unwrap_or((value, value));
    let unit = &parameter.unit;
    let show = |value: f64| unit.from_internal_shortest(value);
    let side = if value < low { "below" } else { "above" };
    Diagnostic::error(
        Code::OutOfRange,
        format!(
            "`{}` = {} {} is {side} its range, {} to {} {}",
            parameter.name,
            show(value),
            unit.text(),
            show(low),
            show(high),
            unit.text()
        ),
    )
    .at(place, format!("{side} the range"))
    .hint("a value outside needs a wider `range`, and a source for it")
}

fn read_origin(entry: &Section<'_>, context: &Context<'_>, sources: &IndexMap<String, Source>) -> Origin {
    let source = entry.text("source");
    let assumed = entry.text("assumed");
    if let (Some(_), Some(assumed)) = (&source, &assumed) {
        context.log.push(
            Diagnostic::error(Code::BadValue, format!("`{}` has both a source and an assumption", entry.path()))
                .at(&assumed.place, "one of the two is too many")
                .hint("put a remark about the source under `note`"),
        );
    }
    match (source, assumed) {
        (Some(source), _) => {
            known_source(&source, sources, context);
            Origin::Source(source.text)
        }
        (None, Some(assumed)) => Origin::Assumed(assumed.text),
        (None, None) => Origin::Missing,
    }
}

/// Complains if no source bears this name.
fn known_source(source: &Text, sources: &IndexMap<String, Source>, context: &Context<'_>) {
    if sources.contains_key(&source.text) {
        return;
    }
    let known: Vec<&str> = sources.keys().map(String::as_str).collect();
    let hint = match did_you_mean(&source.text, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => {
            format!("declare it: `[sources.{}]` with `cite = \"...\"`", source.text)
        }
        None if known.len() <= 12 => format!("the sources here are {}", listed(&known)),
        None => format!("declare it: `[sources.{}]` with `cite = \"...\"`", source.text),
    };
    context.log.push(
        Diagnostic::error(Code::UnknownSource, format!("there is no source `{}`", source.text))
            .at(&source.place, "unknown source")
            .hint(hint),
    );
}

/// Reads the `source` of an entry that needs none.
pub fn read_source(entry: &Section<'_>, sources: &IndexMap<String, Source>, context: &Context<'_>) {
    if let Some(source) = entry.text("source") {
        known_source(&source, sources, context);
    }
}

fn read_range(entry: &Section<'_>, unit: &Unit, context: &Context<'_>) -> Option<(f64, f64)> {
    let items = entry.list("range")?;
    if let [low, high] = items {
        let low = context.quantity_of(low, unit, "range")?.0;
        let high = context.quantity_of(high, unit, "range")?.0;
        if low <= high {
            return Some((low, high));
        }
    }
    context.log.push(
        Diagnostic::error(Code::BadValue, "`range` is a list of two numbers, the lower one first")
            .at(&entry.key_place("range"), "not a range"),
    );
    None
}

fn read_variation(vary: Section<'_>, unit: &Unit, context: &Context<'_>) -> Option<Variation> {
    let lognormal = vary.number("lognormal");
    let normal = context.quantity(&vary, "normal", unit);
    let uniform = vary.list("uniform");
    let variation = match (lognormal, normal, uniform) {
        (Some((spread, _)), None, None) if spread >= 0.0 => Some(Variation::LogNormal(spread)),
        (None, Some((spread, _)), None) if spread >= 0.0 => Some(Variation::Normal(spread)),
        (None, None, Some([low, high])) => {
            let low = context.quantity_of(low, unit, "uniform")?.0;
            let high = context.quantity_of(high, unit, "uniform")?.0;
            (low <= high).then_some(Variation::Uniform(low, high))
        }
        _ => None,
    };
    if variation.is_none() {
        context.log.push(
            Diagnostic::error(Code::BadValue, "`vary` takes one of `lognormal`, `normal` or `uniform`")
                .at(vary.place(), "not a spread")
                .hint("write `vary = { lognormal = 0.3 }`, `{ normal = 2 }` or `{ uniform = [1, 3] }`"),
        );
    }
    vary.done();
    variation
}
