//! `[routes]`, `[regimens]`, `[perturbations]` and `[events]`: what is done to the model.
//!
//! Doses are read by `dosing`, which alone knows what they mean; here TOML becomes its fields.

use super::compile::{Expect, Literals, Want, compile, constant_of, declared_in};
use super::context::Context;
use super::evidence::UnnamedChange;
use super::figures::known;
use super::parameters::read_source;
use super::reader::{Log, Section, Text, text_of};
use super::types::{Event, Model, Perturbation, Route, Target};
use super::value::{Kind, Value};
use crate::diagnostics::{Code, Diagnostic, Place, Report, did_you_mean};
use crate::dosing::{self, Dose, DoseFields, Field, Regimen};
use crate::expression::{Symbol, Tree};
use crate::numerics::float_text::number_text;
use crate::units::{Dimension, Unit};

/// The tables of a section whose keys are names, with their names.
fn named<'a>(top: &Section<'a>, section: &'static str) -> Vec<(&'a str, Section<'a>)> {
    let Some(table) = top.table(section) else { return Vec::new() };
    table
        .entries()
        .filter_map(|(name, place, value)| match &value.kind {
            Kind::Table(inner) => Some((name, Section::new(inner, place, format!("{section}.{name}"), top.log))),
            _ => {
                top.log.push(
                    Diagnostic::error(Code::WrongType, format!("`{section}.{name}` must be a table"))
                        .at(&value.place, format!("this is {}", value.type_name())),
                );
                None
            }
        })
        .collect()
}

/// Reads where each route leads, so that expressions may say `input(route)`; its properties are read later.
pub fn declare_routes(top: &Section<'_>, context: &mut Context<'_>, model: &mut Model) {
    for (name, entry) in named(top, "routes") {
        let into = read_into(&entry, context);
        let first = into.first().map(|(_, unit)| unit.clone());
        let Some(target_unit) = first else { continue };
        let molar_mass = entry.has("molar_mass");
        for (state, unit) in &into {
            if !unit.compatible(&target_unit) {
                let known = context.names.iter().find(|(_, known)| known.symbol == Symbol::State(state.0));
                context.log.push(
                    Diagnostic::error(Code::BadRoute, format!("route `{name}` leads into states of different kinds"))
                        .at(
                            &entry.key_place("into"),
                            known.map_or(String::new(), |(name, _)| format!("`{name}` is in {}", unit.text())),
                        ),
                );
            }
        }
        let number = model.routes.len();
        if let Some(rate_unit) = target_unit.over(&context.time_unit) {
            context.routes.insert(name.to_string(), (number, rate_unit));
        }
        let cmt = entry.number("cmt").and_then(|(cmt, place)| {
            if cmt >= 1.0 && cmt.fract() == 0.0 && cmt <= f64::from(u32::MAX) {
                return Some(cmt as usize);
            }
            context.log.push(
                Diagnostic::error(Code::BadRoute, "`cmt` is a whole number from 1")
                    .at(&place, "not a compartment number"),
            );
            None
        });
        if let Some(other) = model.routes.iter().find(|other| cmt.is_some() && other.cmt == cmt) {
            context.log.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("routes `{}` and `{name}` have the same `cmt`", other.name),
                )
                .at(&entry.key_place("cmt"), "again here")
                .related(&other.place, "first here"),
            );
        }
        model.routes.push(Route {
            name: name.to_string(),
            into: into.iter().map(|(target, _)| *target).collect(),
            unit: target_unit,
            fraction: None,
            lag: None,
            duration: None,
            rate: None,
            molar_mass: molar_mass.then_some(Tree::Constant(1.0)),
            cmt,
            about: entry.words("about"),
            place: entry.place().clone(),
        });
    }
}

/// The states of `into` with their shares and units.
fn read_into(entry: &Section<'_>, context: &Context<'_>) -> Vec<((usize, f64), Unit)> {
    let state = |text: &Text| match context.names.get(&text.text) {
        Some(known) => match known.symbol {
            Symbol::State(state) => Some((state, known.unit.clone())),
            _ => {
                context.log.push(
                    Diagnostic::error(Code::BadRoute, format!("a dose cannot go into `{}`", text.text))
                        .at(&text.place, "this is no state"),
                );
                None
            }
        },
        None => {
            context.log.push(
                Diagnostic::error(Code::BadRoute, format!("there is no state `{}` for a dose to go into", text.text))
                    .at(&text.place, "unknown state")
                    .hint_if(context.near_name(&text.text).map(|near| format!("did you mean `{near}`?"))),
            );
            None
        }
    };
    let Some(value) = entry.value("into") else {
        entry.missing("into");
        return Vec::new();
    };
    match &value.kind {
        Kind::Text(_) => {
            text_of(value).and_then(|text| state(&text)).map(|(index, unit)| ((index, 1.0), unit)).into_iter().collect()
        }
        Kind::Table(table) => {
            let mut into = Vec::new();
            for (name, share) in &table.entries {
                let text = Text { text: name.clone(), place: share.key.clone(), exact: true };
                let Kind::Number(part) = share.value.kind else {
                    context.log.push(
                        Diagnostic::error(Code::BadRoute, format!("the share of `{name}` must be a number"))
                            .at(&share.value.place, format!("this is {}", share.value.type_name())),
                    );
                    continue;
                };
                if part < 0.0 {
                    context.log.push(
                        Diagnostic::error(Code::BadRoute, "a share cannot be negative").at(&share.value.place, ""),
                    );
                }
                into.extend(state(&text).map(|(index, unit)| ((index, part), unit)));
            }
            into
        }
        _ => {
            context.log.push(
                Diagnostic::error(Code::BadRoute, "`into` names a state, or a table of states with their shares")
                    .at(&value.place, format!("this is {}", value.type_name()))
                    .hint("write `into = \"Ac\"` or `into = { S = 0.5, R = 0.5 }`"),
            );
            Vec::new()
        }
    }
}

/// Reads what routes do to doses, once parameters and quantities are known.
pub fn read_routes(top: &Section<'_>, context: &Context<'_>, model: &mut Model) {
    for (name, entry) in named(top, "routes") {
        entry.value("into");
        entry.value("cmt");
        entry.value("about");
        let Some(number) = model.route(name) else {
            continue;
        };
        let unit = model.routes[number].unit.clone();
        let per_time = unit.over(&context.time_unit).unwrap_or_else(Unit::none);
        let property = |key, unit: &Unit| constant(&entry, key, unit, context, model).map(|(tree, _)| tree);
        let fraction = property("fraction", &Unit::none());
        let lag = property("lag", &context.time_unit);
        let duration = property("duration", &context.time_unit);
        let rate = property("rate", &per_time);
        let molar_mass = Unit::parse("g/mol").ok().and_then(|unit| property("molar_mass", &unit));
        if entry.has("molar_mass") && *unit.dimension() != Dimension::AMOUNT {
            context.log.push(
                Diagnostic::error(
                    Code::BadRoute,
                    format!("route `{name}` has a molar mass, but leads into {}", unit.text()),
                )
                .at(&entry.key_place("molar_mass"), "only a mass that becomes an amount needs one"),
            );
        }
        let route = &mut model.routes[number];
        (route.fraction, route.lag, route.duration, route.rate, route.molar_mass) =
            (fraction, lag, duration, rate, molar_mass);
        entry.text("note");
        read_source(&entry, &model.sources, context);
        entry.text("assumed");
        entry.done();
    }
}

/// A number or an expression of parameters under a key, with its text.
pub fn constant(
    entry: &Section<'_>,
    key: &'static str,
    unit: &Unit,
    context: &Context<'_>,
    model: &Model,
) -> Option<(Tree, String)> {
    let value = entry.value(key)?;
    constant_of(value, unit, &format!("{}.{key}", entry.path()), Literals::Unconverted, context, model)
}

/// What dosing is told of the routes.
pub fn dosing_routes(model: &Model) -> Vec<dosing::Route> {
    model
        .routes
        .iter()
        .map(|route| dosing::Route {
            name: route.name.clone(),
            unit: route.unit.clone(),
            molar_mass: route.molar_mass.is_some(),
            has_duration: route.duration.is_some(),
            has_rate: route.rate.is_some(),
            compartment: route.cmt.and_then(|cmt| u32::try_from(cmt).ok()),
        })
        .collect()
}

/// Reads `[regimens]`.
pub fn read_regimens(top: &Section<'_>, context: &Context<'_>, model: &mut Model) {
    let routes = dosing_routes(model);
    for (name, entry) in named(top, "regimens") {
        let perturbations: Vec<String> = {
            let declared: Vec<&str> = model.perturbations.iter().map(|one| one.name.as_str()).collect();
            let texts = entry.texts("perturbations");
            texts
                .into_iter()
                .filter(|text| known(text, "perturbation", Code::UnknownPerturbation, &declared, context))
                .map(|text| text.text)
                .collect()
        };
        let mut doses = Vec::new();
        for dose in entry.tables("doses") {
            doses.extend(read_dose(&dose, &routes, context, model));
            dose.done();
        }
        let title = entry.words("title");
        model.regimens.push(Regimen {
            title: if title.is_empty() { name.to_string() } else { title },
            name: name.to_string(),
            doses,
            perturbations,
        });
        entry.text("about");
        entry.text("source");
        entry.text("note");
        entry.done();
    }
}

fn read_dose(dose: &Section<'_>, routes: &[dosing::Route], context: &Context<'_>, model: &Model) -> Option<Dose> {
    let field = |key: &'static str| dose.value(key).and_then(|value| field_of(key, value, context));
    let flag = |key: &'static str| dose.boolean(key).unwrap_or(false);
    let fields = DoseFields {
        route: field("route"),
        amount: field("amount"),
        over: field("over"),
        rate: field("rate"),
        bolus: flag("bolus"),
        at: field("at"),
        every: field("every"),
        times: field("times"),
        until: field("until"),
        steady: flag("steady"),
        place: Some(dose.place().clone()),
    };
    if !dose.has("route") {
        dose.missing("route");
        return None;
    }
    match dosing::read_dose(&fields, routes, &context.time_unit) {
        Ok(read) => {
            check_weight(&read, &fields, context, model);
            Some(read)
        }
        Err(error) => {
            context.log.push(error.diagnostic());
            None
        }
    }
}

fn field_of(key: &str, value: &Value, context: &Context<'_>) -> Option<Field> {
    match &value.kind {
        Kind::Number(number) => Some(Field { text: number_text(*number), place: Some(value.place.clone()) }),
        Kind::Text(_) => text_of(value).map(|text| Field { text: text.text, place: Some(text.place) }),
        _ => {
            context.log.push(
                Diagnostic::error(
                    Code::WrongType,
                    format!("`{key}` of a dose must be a number, or a text with a unit"),
                )
                .at(&value.place, format!("this is {}", value.type_name())),
            );
            None
        }
    }
}

/// A dose per kilogram needs the weight it is per.
fn check_weight(dose: &Dose, fields: &DoseFields, context: &Context<'_>, model: &Model) {
    if !dose.is_per_weight() {
        return;
    }
    let field = if dose.amount.per_weight { &fields.amount } else { &fields.rate };
    let place = field.as_ref().and_then(|field| field.place.clone());
    let complain = |text: String| {
        let diagnostic = Diagnostic::error(Code::NoWeight, text).hint(
            "declare `weight = { value = 70, unit = \"kg\", about = \"body weight\", covariate = true }` under `[parameters]`",
        );
        context.log.push(match &place {
            Some(place) => diagnostic.at(place, "per kilogram of what?"),
            None => diagnostic,
        });
    };
    match model.parameter("weight") {
        None => complain("a dose per kilogram needs a parameter `weight`, and the model has none".to_string()),
        Some(weight) if *model.parameters[weight].unit.dimension() != Dimension::MASS => {
            complain(format!("`weight` is in {}, not a mass", model.parameters[weight].unit.text()));
        }
        Some(_) => {}
    }
}

/// Reads `[perturbations]`.
pub fn read_perturbations(top: &Section<'_>, context: &Context<'_>, model: &mut Model) {
    for (name, entry) in named(top, "perturbations") {
        let from = context.time(&entry, "from");
        let until = context.time(&entry, "until");
        if let (Some((from, _)), Some((until, place))) = (&from, &until)
            && from >= until
        {
            context.log.push(
                Diagnostic::error(Code::BadValue, format!("perturbation `{name}` ends before it begins"))
                    .at(place, "not after `from`"),
            );
        }
        let mut set = Vec::new();
        let mut clamp = Vec::new();
        for (key, list, want_state) in [("set", &mut set, false), ("clamp", &mut clamp, true)] {
            let Some(table) = entry.table(key) else { continue };
            for (target, place, value) in table.entries() {
                let Some(known) = context.names.get(target) else {
                    unknown_target(target, place, if want_state { is_state } else { is_parameter }, context);
                    continue;
                };
                let index = match (known.symbol, want_state) {
                    (Symbol::Parameter(index), false) | (Symbol::State(index), true) => index,
                    (Symbol::State(_), false) => {
                        context.log.push(
                            Diagnostic::error(
                                Code::UnknownTarget,
                                format!("`{target}` is a state; a perturbation sets parameters"),
                            )
                            .at(place, "not a parameter")
                            .hint(format!("hold the state still with `clamp = {{ {target} = ... }}`")),
                        );
                        continue;
                    }
                    _ => {
                        let kind = if want_state { "state" } else { "parameter" };
                        context.log.push(
                            Diagnostic::error(Code::UnknownTarget, format!("`{target}` is no {kind}"))
                                .at(place, format!("not a {kind}")),
                        );
                        continue;
                    }
                };
                let what = format!("perturbations.{name}.{key}.{target}");
                if let Some((tree, _)) = constant_of(value, &known.unit, &what, Literals::Free, context, model) {
                    list.push((index, tree));
                }
            }
        }
        if set.is_empty() && clamp.is_empty() && !entry.has("set") && !entry.has("clamp") {
            context.log.push(
                Diagnostic::error(Code::MissingKey, format!("perturbation `{name}` changes nothing"))
                    .at(entry.place(), "")
                    .hint("give it `set = { parameter = value }` or `clamp = { state = value }`"),
            );
        }
        let title = entry.words("title");
        model.perturbations.push(Perturbation {
            title: if title.is_empty() { name.to_string() } else { title },
            name: name.to_string(),
            about: entry.words("about"),
            from: from.map(|(time, _)| time),
            until: until.map(|(time, _)| time),
            set,
            clamp,
            place: entry.place().clone(),
        });
        entry.text("source");
        entry.text("note");
        entry.done();
    }
}

impl Model {
    /// Reads a perturbation without a name against this model.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn unnamed_perturbation(&self, change: &UnnamedChange, place: &Place) -> Result<Perturbation, Report> {
        let log = Log::default();
        let context = self.context(&log);
        let time = |text: &Option<Text>| {
            text.as_ref().and_then(|text| match crate::units::parse_quantity_as(&text.text, &self.time_unit) {
                Ok(quantity) => Some(quantity.internal()),
                Err(error) => {
                    log.push(super::context::quantity_error(&error, text));
                    None
                }
            })
        };
        let assign = |list: &[(String, String)], want_state: bool| {
            let mut read = Vec::new();
            for (name, value) in list {
                let Some(known) = context.names.get(name) else {
                    unknown_target(name, place, if want_state { is_state } else { is_parameter }, &context);
                    continue;
                };
                let index = match (known.symbol, want_state) {
                    (Symbol::Parameter(index), false) | (Symbol::State(index), true) => index,
                    _ => {
                        let kind = if want_state { "state" } else { "parameter" };
                        log.push(
                            Diagnostic::error(Code::UnknownTarget, format!("`{name}` is no {kind}")).at(place, ""),
                        );
                        continue;
                    }
                };
                let value = match value.parse::<f64>() {
                    Ok(number) => Kind::Number(number),
                    Err(_) => Kind::Text(value.clone()),
                };
                let value = Value { kind: value, place: place.clone() };
                if let Some((tree, _)) = constant_of(&value, &known.unit, name, Literals::Free, &context, self) {
                    read.push((index, tree));
                }
            }
            read
        };
        let perturbation = Perturbation {
            name: String::new(),
            title: String::new(),
            about: String::new(),
            from: time(&change.from),
            until: time(&change.until),
            set: assign(&change.set, false),
            clamp: assign(&change.clamp, true),
            place: place.clone(),
        };
        let report = log.into_report();
        if report.has_errors() { Err(report) } else { Ok(perturbation) }
    }
}

/// Complains about a name that nothing can be set by; a name that is declared wrongly has had its complaint.
fn unknown_target(target: &str, place: &Place, wanted: fn(Symbol) -> bool, context: &Context<'_>) {
    if context.broken.contains(target) {
        return;
    }
    let mut known: Vec<&str> =
        context.names.iter().filter(|(_, known)| wanted(known.symbol)).map(|(name, _)| name.as_str()).collect();
    known.sort_unstable();
    context.log.push(
        Diagnostic::error(Code::UnknownName, format!("the model has no `{target}` to set"))
            .at(place, "unknown name")
            .hint_if(did_you_mean(target, known).map(|near| format!("did you mean `{near}`?"))),
    );
}

/// What a perturbation can set.
fn is_parameter(symbol: Symbol) -> bool {
    matches!(symbol, Symbol::Parameter(_))
}

/// What it can hold.
fn is_state(symbol: Symbol) -> bool {
    matches!(symbol, Symbol::State(_))
}

/// Reads `[events]`.
pub fn read_events(top: &Section<'_>, context: &Context<'_>, model: &mut Model) {
    for (name, entry) in named(top, "events") {
        let when = entry.required_text("when");
        let want = Want::of(Expect::Condition, format!("event `{name}` needs a condition"));
        let want = want.literals(Literals::Unconverted);
        let tree = when.as_ref().and_then(|text| compile(text, &want, context));
        let mut set = Vec::new();
        match entry.table("set") {
            None => entry.missing("set"),
            Some(table) => {
                for (target, place, value) in table.entries() {
                    let Some(known) = context.names.get(target) else {
                        unknown_target(target, place, |one| is_state(one) || is_parameter(one), context);
                        continue;
                    };
                    let index = match known.symbol {
                        Symbol::State(index) => Target::State(index),
                        Symbol::Parameter(index) => Target::Parameter(index),
                        _ => {
                            context.log.push(
                                Diagnostic::error(
                                    Code::UnknownTarget,
                                    format!("`{target}` is computed and cannot be set"),
                                )
                                .at(place, "not a state or a parameter"),
                            );
                            continue;
                        }
                    };
                    if let Some(tree) = assigned(value, target, &known.unit, context) {
                        set.push((index, tree));
                    }
                }
            }
        }
        if let (Some(tree), Some(text)) = (tree, when) {
            if !super::check::can_change(&tree, model) {
                context.log.push(
                    Diagnostic::error(Code::EventNeverFires, format!("event `{name}` can never fire"))
                        .at(&text.place, "nothing in this condition ever changes")
                        .hint("compare a state, a quantity or `time`"),
                );
            }
            model.events.push(Event {
                name: name.to_string(),
                when: tree,
                when_text: text.text,
                set,
                about: entry.words("about"),
                place: entry.place().clone(),
            });
        }
        entry.value("about");
        entry.text("note");
        entry.text("title");
        entry.done();
    }
}

/// What an event sets: a number in the declared unit, a quantity, or an expression of anything.
fn assigned(value: &Value, target: &str, unit: &Unit, context: &Context<'_>) -> Option<Tree> {
    match &value.kind {
        Kind::Text(_) => {
            let text = text_of(value)?;
            if let Ok(quantity) = crate::units::parse_quantity_as(&text.text, unit) {
                return Some(Tree::Constant(quantity.internal()));
            }
            let because = format!("`{target}` is declared {}", declared_in(unit));
            let want = Want::of(Expect::Unit(unit.clone()), because).literals(Literals::Unconverted);
            compile(&text, &want, context)
        }
        _ => context.quantity_of(value, unit, target).map(|(number, _)| Tree::Constant(number)),
    }
}
