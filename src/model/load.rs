//! From text to a checked model: the one entrance.
//!
//! The order is: syntax, overlays, version, names, then each section with its expressions and units, then
//! checks of the whole. Faults are gathered and come back together; a model comes back only without errors.
//! This file must never read files: what an overlay extends is brought by the caller.

use super::check;
use super::compile::{Expect, Want, compile, compile_any, declared_in};
use super::context::{Context, Name, quantity_error};
use super::doses;
use super::evidence;
use super::figures;
use super::overlay;
use super::parameters::{read_parameter, read_source, read_sources};
use super::reactions;
use super::reader::{Log, Section, Text};
use super::types::{Model, Parameter, Quantity, Reaction, StartRule, State};
use super::value::{self, Kind, Table};
use crate::diagnostics::{Code, Diagnostic, Place, Report, SourceText};
use crate::expression::{Arithmetic, ExprKind, Mode, Operator, Symbol, Tree, UnaryOperator, parse};
use crate::units::{Unit, parse_quantity_as};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A model and what was noticed while reading it (warnings only).
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The model.
    pub model: Model,
    /// Warnings.
    pub report: Report,
}

/// Brings the text that `extends` (or a list of evidence files) names, as seen from the file that names it.
pub type Find<'a> = &'a dyn Fn(&str, &SourceText) -> Result<Arc<SourceText>, Diagnostic>;

/// How long a chain of overlays may be.
const LONGEST_CHAIN: usize = 16;
/// How large a file may be, in bytes.
const LARGEST_FILE: usize = 4 << 20;
/// How many states, parameters or quantities a model may have.
const LARGEST_SECTION: usize = 20_000;

/// What is read of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether the statements of `[[evidence]]` and of the files that `[model] evidence` names are read and checked. A
    /// run needs none of them, and a large model has more text in its evidence than in its equations.
    pub evidence: bool,
}

/// Reads a model with its evidence.
///
/// # Errors
/// All faults that were found, with warnings among them.
pub fn load(source: &Arc<SourceText>, find: Find<'_>) -> Result<Loaded, Report> {
    load_with(source, find, LoadOptions { evidence: true })
}

/// Reads of a model what is asked for; the rest of it is not even checked.
///
/// # Errors
/// As [`load`].
pub fn load_with(source: &Arc<SourceText>, find: Find<'_>, options: LoadOptions) -> Result<Loaded, Report> {
    let mut report = Report::default();
    let Some(chain) = read_chain(source, find, &mut report) else { return Err(report) };
    let hash = fingerprint(&chain);
    let extends = chain.iter().rev().skip(1).map(|(text, _)| text.name.clone()).collect();
    let mut root: Option<Table> = None;
    let mut evidence_texts = Vec::new();
    let mut evidence_files: Vec<String> = Vec::new();
    for (text, table) in chain {
        if options.evidence {
            // An overlay's list of statements replaces the list, as every list does.
            if table.table("model").is_some_and(|model| model.get("evidence").is_some()) {
                evidence_texts.clear();
                evidence_files.clear();
            }
            for (name, table) in evidence_of(&table, &text, find, &mut report) {
                evidence_texts.push(table);
                if !evidence_files.contains(&name) {
                    evidence_files.push(name);
                }
            }
        }
        root = Some(match root {
            None => table,
            Some(base) => overlay::merge(base, table, &mut report),
        });
    }
    let mut root = root.unwrap_or_default();
    for table in evidence_texts {
        // What the model itself says about a statement wins over the shared file.
        let own = Table { entries: root.entries.shift_remove_entry("evidence").into_iter().collect() };
        root = overlay::merge(Table { entries: root.entries }, table, &mut report);
        root = overlay::merge(root, own, &mut report);
    }
    let log = Log::new(report);
    let model = read_model(&root, source, hash, extends, options, &log);
    let mut report = log.into_report();
    let model = model.filter(|_| !report.has_errors()).map(|model| Model { evidence_files, ..model });
    if let Some(model) = &model {
        check::whole(model, &mut report);
    }
    report.sort_by_place();
    match model {
        Some(model) if !report.has_errors() => Ok(Loaded { model, report }),
        _ => Err(report),
    }
}

/// The files from the base to the one asked for, each parsed and of a known version.
fn read_chain(source: &Arc<SourceText>, find: Find<'_>, report: &mut Report) -> Option<Vec<(Arc<SourceText>, Table)>> {
    let mut chain: Vec<(Arc<SourceText>, Table)> = Vec::new();
    let mut next = Some(source.clone());
    let mut named_at: Option<Place> = None;
    while let Some(text) = next.take() {
        if chain.iter().any(|(seen, _)| seen.name == text.name) || chain.len() >= LONGEST_CHAIN {
            let diagnostic = Diagnostic::error(Code::ExtendsCycle, "the overlays extend each other in a circle");
            report.push(match &named_at {
                Some(place) => diagnostic.at(place, "leads back to where it began"),
                None => diagnostic,
            });
            return None;
        }
        if text.text.len() > LARGEST_FILE {
            report.push(Diagnostic::error(Code::TooLarge, format!("`{}` is larger than 4 MB", text.name)));
            return None;
        }
        let (table, syntax) = value::parse(&text);
        // Where the syntax is broken the rest would be guesswork; other faults of single values are not in the way.
        let broken = syntax.list.iter().any(|one| matches!(one.code, Code::TomlSyntax | Code::DuplicateName));
        report.list.extend(syntax.list);
        if broken {
            return None;
        }
        check_version(&table, &text, report);
        if let Some((name, place)) = extends_of(&table) {
            match find(&name, &text) {
                Ok(base) => next = Some(base),
                Err(diagnostic) => {
                    report.push(if diagnostic.place.is_none() {
                        diagnostic.at(&place, "extended here")
                    } else {
                        diagnostic
                    });
                    return None;
                }
            }
            named_at = Some(place);
        }
        chain.push((text, table));
    }
    chain.reverse();
    Some(chain)
}

/// What a table extends: `extends` at the top or under `[model]`.
fn extends_of(table: &Table) -> Option<(String, Place)> {
    let value = table.get("extends").or_else(|| table.table("model").and_then(|model| model.get("extends")))?;
    match &value.kind {
        Kind::Text(name) => Some((name.clone(), value.place.clone())),
        _ => None,
    }
}

/// The statements in the files that `[model] evidence = ["..."]` names, with the names of these texts.
fn evidence_of(table: &Table, text: &Arc<SourceText>, find: Find<'_>, report: &mut Report) -> Vec<(String, Table)> {
    let Some(value) = table.table("model").and_then(|model| model.get("evidence")) else { return Vec::new() };
    let Kind::List(items) = &value.kind else { return Vec::new() };
    let mut tables = Vec::new();
    for item in items {
        let Kind::Text(name) = &item.kind else { continue };
        match find(name, text) {
            Ok(found) => {
                let (mut table, syntax) = value::parse(&found);
                report.list.extend(syntax.list);
                // A file of statements is no model and may do without the version.
                if table.get("kascade").is_some() {
                    check_version(&table, &found, report);
                }
                table.entries.retain(|key, _| key == "evidence");
                tables.push((found.name.clone(), table));
            }
            Err(diagnostic) => report.push(diagnostic.at(&item.place, "named here")),
        }
    }
    tables
}

fn check_version(table: &Table, text: &Arc<SourceText>, report: &mut Report) {
    let top = Place::new(text, 0..0);
    match table.get("kascade") {
        Some(value) if value.kind == Kind::Number(1.0) => {}
        Some(value) => report.push(
            Diagnostic::error(Code::UnknownVersion, "this version of the model format is not known")
                .at(&value.place, "this program reads version 1")
                .hint("write `kascade = 1`, or use a newer program"),
        ),
        None => report.push(
            Diagnostic::error(
                Code::MissingKey,
                format!("`{}` does not say which version of the format it is in", text.name),
            )
            .at(&top, "")
            .hint("begin the file with `kascade = 1`"),
        ),
    }
}

/// FNV-1a over all texts of the chain: it tells models apart, it does not guard against forgery.
fn fingerprint(chain: &[(Arc<SourceText>, Table)]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in chain.iter().flat_map(|(text, _)| text.text.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

fn read_model(
    root: &Table,
    source: &Arc<SourceText>,
    hash: String,
    extends: Vec<String>,
    options: LoadOptions,
    log: &Log,
) -> Option<Model> {
    let top_place = root.entries.get("model").map_or_else(|| Place::new(source, 0..0), |entry| entry.key.clone());
    let top = Section::new(root, &Place::new(source, 0..0), "", log);
    top.value("kascade");
    top.value("extends");
    let Some(header) = top.table("model") else {
        top.missing("model");
        return None;
    };
    let mut context =
        Context { log, time_unit: Unit::none(), names: HashMap::new(), broken: HashSet::new(), routes: HashMap::new() };
    let name = header.required_text("name").map(|text| text.text).unwrap_or_default();
    context.time_unit = context.required_unit(&header, "time").unwrap_or_else(Unit::none);
    let start = header
        .choice("start", &[("given", StartRule::Given), ("steady", StartRule::Steady)])
        .unwrap_or(StartRule::Given);
    header.value("extends");
    header.texts("evidence");
    let mut model = Model {
        title: header.words("title"),
        about: header.words("about"),
        time_unit: context.time_unit.clone(),
        until: context.positive_time(&header, "until"),
        every: context.positive_time(&header, "every"),
        species: header.words("species"),
        condition: header.words("condition"),
        sources: read_sources(&top),
        name,
        hash,
        start,
        extends,
        parameters: Vec::new(),
        states: Vec::new(),
        quantities: Vec::new(),
        reactions: Vec::new(),
        routes: Vec::new(),
        regimens: Vec::new(),
        perturbations: Vec::new(),
        events: Vec::new(),
        figures: Vec::new(),
        evidence: Vec::new(),
        evidence_files: Vec::new(),
        predictions: evidence::read_predictions(&top),
    };
    header.done();

    declare_names(&top, &mut context, &mut model);
    doses::declare_routes(&top, &mut context, &mut model);
    // Starts may use quantities that depend on parameters only.
    read_quantities(&top, &context, &mut model);
    read_states(&top, &context, &mut model);
    let changes = read_changes(&top, &context, &mut model);
    check::cycles(&model, log);
    doses::read_routes(&top, &context, &mut model);
    compose_derivatives(changes, &mut model);
    doses::read_perturbations(&top, &context, &mut model);
    doses::read_regimens(&top, &context, &mut model);
    doses::read_events(&top, &context, &mut model);
    if let Some(section) = top.table("figures") {
        let regimens: Vec<&str> = model.regimens.iter().map(|one| one.name.as_str()).collect();
        let perturbations: Vec<&str> = model.perturbations.iter().map(|one| one.name.as_str()).collect();
        model.figures = figures::read(&section, &context, &regimens, &perturbations);
    }
    if options.evidence {
        model.evidence = evidence::read(&top, &context);
    } else {
        top.value("evidence");
    }
    top.value("remove");
    top.done();
    if model.states.is_empty() {
        log.push(
            Diagnostic::error(Code::NoStates, "the model has no states")
                .at(&top_place, "")
                .hint("declare one under `[states]`, or say what it `extends`"),
        );
    }
    Some(model)
}

/// Names and units of parameters, states and quantities, before any expression is read.
fn declare_names(top: &Section<'_>, context: &mut Context<'_>, model: &mut Model) {
    let mut parameters: Vec<Parameter> = Vec::new();
    for entry in entries(top, "parameters") {
        let name = entry.0;
        if let Some(parameter) = read_parameter(entry.1, entry.0, context, &model.sources) {
            declare(context, entry.0, Symbol::Parameter(parameters.len()), &parameter.unit, &parameter.place);
            parameters.push(parameter);
        } else {
            context.broken.insert(name.to_string());
        }
    }
    model.parameters = parameters;
    for (number, (name, entry)) in entries(top, "states").into_iter().enumerate() {
        let unit = declared_unit(context, name, &entry);
        declare(context, name, Symbol::State(number), &unit, entry.place());
    }
    for (number, (name, entry)) in entries(top, "quantities").into_iter().enumerate() {
        let unit = declared_unit(context, name, &entry);
        declare(context, name, Symbol::Quantity(number), &unit, entry.place());
    }
}

/// The unit of an entry; without one the name counts as broken.
fn declared_unit(context: &mut Context<'_>, name: &str, entry: &Section<'_>) -> Unit {
    context.required_unit(entry, "unit").unwrap_or_else(|| {
        context.broken.insert(name.to_string());
        Unit::none()
    })
}

/// The tables of a section whose keys are names.
fn entries<'a>(top: &Section<'a>, section: &'static str) -> Vec<(&'a str, Section<'a>)> {
    let Some(table) = top.table(section) else { return Vec::new() };
    let mut list = Vec::new();
    for (name, place, value) in table.entries() {
        match &value.kind {
            Kind::Table(inner) => list.push((name, Section::new(inner, place, format!("{section}.{name}"), top.log))),
            _ => top.log.push(
                Diagnostic::error(Code::WrongType, format!("`{section}.{name}` must be a table"))
                    .at(&value.place, format!("this is {}", value.type_name()))
                    .hint(format!("write `{name} = {{ ... }}`")),
            ),
        }
        if list.len() > LARGEST_SECTION {
            top.log.push(Diagnostic::error(
                Code::TooLarge,
                format!("`{section}` has more than {LARGEST_SECTION} entries"),
            ));
            break;
        }
    }
    list
}

/// Adds a name that expressions see.
fn declare(context: &mut Context<'_>, name: &str, symbol: Symbol, unit: &Unit, place: &Place) {
    if let Some(reason) = check::bad_name(name) {
        context.log.push(Diagnostic::error(Code::BadName, format!("`{name}` cannot be a name")).at(place, reason));
    }
    if let Some(first) = context.names.get(name) {
        context.log.push(
            Diagnostic::error(Code::DuplicateName, format!("`{name}` is declared twice"))
                .at(place, "again here")
                .related(&first.place, "first here")
                .hint("states, parameters and quantities share one set of names"),
        );
        return;
    }
    context.names.insert(name.to_string(), Name { symbol, unit: unit.clone(), place: place.clone() });
}

fn read_states(top: &Section<'_>, context: &Context<'_>, model: &mut Model) {
    for (name, entry) in entries(top, "states") {
        let unit = entry.text("unit").and_then(|text| Unit::parse(&text.text).ok()).unwrap_or_else(Unit::none);
        if !entry.has("start") {
            entry.missing("start");
        }
        let (start, start_text) =
            doses::constant(&entry, "start", &unit, context, model).unwrap_or((Tree::Constant(0.0), "0".into()));
        let size = check::constant_value(&start, model).map_or(0.0, f64::abs).max(unit.to_internal(1.0));
        let scale = match context.quantity(&entry, "scale", &unit) {
            Some((scale, _)) if scale > 0.0 => scale,
            Some((_, place)) => {
                context
                    .log
                    .push(Diagnostic::error(Code::BadValue, "`scale` must be above zero").at(&place, "not above zero"));
                1e-3 * size
            }
            None => 1e-3 * size,
        };
        model.states.push(State {
            name: name.to_string(),
            about: entry.words("about"),
            steady: entry.boolean("steady").unwrap_or(true),
            molar_mass: read_molar_mass(&entry, context),
            derivative: Tree::Constant(0.0),
            equation: "0".to_string(),
            place: entry.place().clone(),
            start,
            start_text,
            scale,
            unit,
        });
        entry.text("note");
        entry.done();
    }
}

/// The molar mass of a state's substance: the name of a parameter or quantity, or a number with a unit.
fn read_molar_mass(entry: &Section<'_>, context: &Context<'_>) -> Option<String> {
    let text = entry.text("molar_mass")?;
    let wanted = Unit::parse("g/mol").ok()?;
    match context.names.get(&text.text) {
        Some(known) if known.unit.compatible(&wanted) => return Some(text.text),
        Some(known) => {
            let message = format!("`{}` is in {}, and no molar mass", text.text, known.unit.text());
            context.log.push(Diagnostic::error(Code::UnitMismatch, message).at(&text.place, "not mass per amount"));
        }
        None => match parse_quantity_as(&text.text, &wanted) {
            Ok(_) => return Some(text.text),
            Err(error) if text.text.starts_with(|letter: char| letter.is_ascii_digit()) => {
                context.log.push(quantity_error(&error, &text));
            }
            Err(_) => context.log.push(
                Diagnostic::error(Code::UnknownName, format!("the model has no `{}`", text.text))
                    .at(&text.place, "neither a parameter nor a number with a unit, as `237.7 g/mol`")
                    .hint_if(context.near_name(&text.text).map(|near| format!("did you mean `{near}`?"))),
            ),
        },
    }
    None
}

fn read_quantities(top: &Section<'_>, context: &Context<'_>, model: &mut Model) {
    for (name, entry) in entries(top, "quantities") {
        let unit = entry.text("unit").and_then(|text| Unit::parse(&text.text).ok()).unwrap_or_else(Unit::none);
        let text = entry.required_text("is");
        let want = Want::of(Expect::Unit(unit.clone()), format!("`{name}` is declared {}", declared_in(&unit)));
        // Without a declared unit nothing can be said about the expression.
        let broken = context.broken.contains(name);
        let tree = text.as_ref().filter(|_| !broken).and_then(|text| compile(text, &want, context));
        model.quantities.push(Quantity {
            name: name.to_string(),
            tree: tree.unwrap_or(Tree::Constant(0.0)),
            text: text.map(|text| text.text).unwrap_or_default(),
            about: entry.words("about"),
            place: entry.place().clone(),
            unit,
        });
        entry.text("note");
        read_source(&entry, &model.sources, context);
        entry.done();
    }
}

/// How each state changes, before doses: terms with coefficients and their texts.
type Changes = Vec<Vec<(f64, Tree, String)>>;

fn read_changes(top: &Section<'_>, context: &Context<'_>, model: &mut Model) -> Changes {
    let mut changes: Changes = vec![Vec::new(); model.states.len()];
    let mut by_reaction: Vec<Option<Place>> = vec![None; model.states.len()];
    for (name, entry) in entries(top, "reactions") {
        let equation = entry.required_text("equation");
        let rate = entry.required_text("rate");
        let sides = equation.as_ref().and_then(|text| reactions::read_equation(text, context));
        let place = entry.place().clone();
        let about = reactions::finish(entry);
        let (Some(equation), Some(rate), Some((reactants, products))) = (equation, rate, sides) else { continue };
        let species: Vec<usize> = reactants.iter().chain(&products).map(|(state, _)| *state).collect();
        let Some(first) = species.first().copied() else { continue };
        check::reaction_units(&species, &equation, context.log, model);
        let unit = &model.states[first].unit;
        let want = Want::of(
            Expect::Rate(unit.clone()),
            format!("reaction `{name}` changes `{}`, which is in {}", model.states[first].name, unit.text()),
        );
        let Some(tree) = compile(&rate, &want, context) else { continue };
        for (state, coefficient) in reactions::net(&reactants, &products) {
            let text = if needs_parentheses(&rate) { format!("({})", rate.text) } else { rate.text.clone() };
            changes[state].push((coefficient, tree.clone(), text));
            by_reaction[state].get_or_insert_with(|| place.clone());
        }
        for state in species {
            by_reaction[state].get_or_insert_with(|| place.clone());
        }
        model.reactions.push(Reaction {
            name: name.to_string(),
            reactants,
            products,
            rate: tree,
            equation_text: equation.text,
            rate_text: rate.text,
            about,
        });
    }
    if let Some(section) = top.table("derivatives") {
        for (name, place, value) in section.entries() {
            let Some(text) = super::reader::text_of(value) else {
                context.log.push(
                    Diagnostic::error(Code::WrongType, format!("`derivatives.{name}` must be an expression in quotes"))
                        .at(&value.place, format!("this is {}", value.type_name())),
                );
                continue;
            };
            let Some(Symbol::State(state)) = context.names.get(name).map(|known| known.symbol) else {
                let states: Vec<&str> = model.states.iter().map(|state| state.name.as_str()).collect();
                context.log.push(
                    Diagnostic::error(Code::UnknownName, format!("there is no state `{name}` to have a derivative"))
                        .at(place, "no such state")
                        .hint_if(
                            crate::diagnostics::did_you_mean(name, states)
                                .map(|near| format!("did you mean `{near}`?")),
                        ),
                );
                continue;
            };
            if let Some(reaction) = &by_reaction[state] {
                context.log.push(
                    Diagnostic::error(
                        Code::TwoRates,
                        format!("`{name}` stands both in a reaction and in `[derivatives]`"),
                    )
                    .at(place, "written out here")
                    .related(reaction, "and changed by this reaction")
                    .hint("write the derivative as reactions `-> A` and `A ->`, or take the state out of the reaction"),
                );
                continue;
            }
            let unit = &model.states[state].unit;
            let want = Want::of(
                Expect::Rate(unit.clone()),
                format!("`{name}` is in {}, and this is its rate of change", unit.text()),
            );
            if let Some(tree) = compile(&text, &want, context) {
                changes[state].push((1.0, tree, text.text));
            }
        }
    }
    changes
}

/// Whether a rate must stand in parentheses to be subtracted or multiplied as text: it is a sum, or negative.
fn needs_parentheses(rate: &Text) -> bool {
    parse(&rate.text, Mode::Model).is_ok_and(|expr| match expr.kind {
        ExprKind::Binary(Operator::Arithmetic(operator), ..) => {
            matches!(operator, Arithmetic::Add | Arithmetic::Subtract)
        }
        ExprKind::Unary(UnaryOperator::Negate, _) => true,
        _ => false,
    })
}

/// Sums the terms of each state and adds what doses bring.
fn compose_derivatives(changes: Changes, model: &mut Model) {
    for (state, terms) in changes.into_iter().enumerate() {
        let texts: Vec<(f64, String)> =
            terms.iter().map(|(coefficient, _, text)| (*coefficient, text.clone())).collect();
        model.states[state].equation = reactions::sum_text(&texts);
        let mut sum: Option<Tree> = None;
        for (coefficient, tree, _) in terms {
            sum = Some(match sum {
                None => scaled(coefficient, tree),
                Some(sum) if coefficient < 0.0 => sum.minus(scaled(-coefficient, tree)),
                Some(sum) => sum.plus(scaled(coefficient, tree)),
            });
        }
        for (route, declared) in model.routes.iter().enumerate() {
            for (_, share) in declared.into.iter().filter(|(target, _)| *target == state) {
                // Dosing has turned masses into amounts, so what enters is already in the state's unit.
                let input = scaled(*share, Tree::Symbol(Symbol::Input(route)));
                sum = Some(match sum {
                    None => input,
                    Some(sum) => sum.plus(input),
                });
            }
        }
        model.states[state].derivative = sum.unwrap_or(Tree::Constant(0.0));
    }
}

/// A tree times a number; nothing is multiplied by 1.
fn scaled(factor: f64, tree: Tree) -> Tree {
    if factor == 1.0 {
        tree
    } else if factor == -1.0 {
        tree.negated()
    } else {
        Tree::Constant(factor).times(tree)
    }
}

impl Model {
    /// Reads an expression written outside of the model file (`--measure`, a figure's caption) against this model: a
    /// number of any unit, or a condition.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn expression(&self, source: &Arc<SourceText>, condition: bool) -> Result<(Tree, Unit), Report> {
        let log = Log::default();
        let context = self.context(&log);
        let text = Text { text: source.text.clone(), place: Place::new(source, 0..source.text.len()), exact: true };
        let compiled = compile_any(&text, condition, &context);
        let report = log.into_report();
        match compiled {
            Some(compiled) if !report.has_errors() => Ok(compiled),
            _ => Err(report),
        }
    }

    /// The names that expressions see, for reading further expressions.
    pub(super) fn context<'a>(&self, log: &'a Log) -> Context<'a> {
        let mut names = HashMap::new();
        let mut add = |name: &str, symbol, unit: &Unit, place: &Place| {
            names.insert(name.to_string(), Name { symbol, unit: unit.clone(), place: place.clone() });
        };
        for (number, one) in self.parameters.iter().enumerate() {
            add(&one.name, Symbol::Parameter(number), &one.unit, &one.place);
        }
        for (number, one) in self.states.iter().enumerate() {
            add(&one.name, Symbol::State(number), &one.unit, &one.place);
        }
        for (number, one) in self.quantities.iter().enumerate() {
            add(&one.name, Symbol::Quantity(number), &one.unit, &one.place);
        }
        let routes = self
            .routes
            .iter()
            .enumerate()
            .filter_map(|(number, route)| Some((route.name.clone(), (number, route.unit.over(&self.time_unit)?))))
            .collect();
        Context { log, time_unit: self.time_unit.clone(), names, broken: HashSet::new(), routes }
    }
}

#[cfg(test)]
mod tests {
    use super::super::library;
    use super::*;

    fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
        library::find(name).ok_or_else(|| library::not_found(name))
    }

    #[test]
    fn built_in_models_load_without_errors() {
        for name in library::names() {
            let source = library::find(name).unwrap();
            let loaded = load(&source, &find);
            if let Err(report) = &loaded {
                let list: Vec<String> = report
                    .list
                    .iter()
                    .map(|one| {
                        format!(
                            "{} {} {:?} {:?}",
                            one.code,
                            one.message,
                            one.place.as_ref().map(|p| p.line()),
                            one.hints
                        )
                    })
                    .collect();
                panic!("{name}:\n{}", list.join("\n"));
            }
        }
    }

    const BINDING: &str = r#"
kascade = 1
[model]
name = "binding"
time = "h"
[sources.known]
cite = "Known"
[parameters]
kon = { value = 1, unit = "1/h", assumed = "a test" }
koff = { value = 2, unit = "1/h", assumed = "a test" }
MW = { value = 237, unit = "g/mol", assumed = "a test" }
[states]
Ue = { start = 1, unit = "umol", molar_mass = "MW" }
B = { start = 0, unit = "umol" }
[quantities]
half = { is = "0.5 * B", unit = "umol", source = "known" }
[reactions]
bind = { equation = "Ue -> 2 B", rate = "kon*Ue-koff*B" }
[routes]
iv = { into = "Ue", molar_mass = "MW", source = "known" }
"#;

    fn codes(text: &str) -> Vec<&'static str> {
        match load(&SourceText::new("m.toml", text), &find) {
            Ok(_) => Vec::new(),
            Err(report) => report.list.iter().filter(|one| one.is_error()).map(|one| one.code.number()).collect(),
        }
    }

    #[test]
    fn a_rate_that_is_a_sum_is_subtracted_whole() {
        let model = load(&SourceText::new("m.toml", BINDING), &find).unwrap().model;
        // The name before the minus sign ends in `e`, as the exponent of a number does.
        assert_eq!(model.states[0].equation, "-(kon*Ue-koff*B)");
        assert_eq!(model.states[1].equation, "2 * (kon*Ue-koff*B)");
    }

    #[test]
    fn a_source_or_molar_mass_that_is_not_there_is_told() {
        assert_eq!(codes(BINDING), [""; 0]);
        let with = |from: &str, to: &str| {
            assert!(BINDING.contains(from));
            codes(&BINDING.replacen(from, to, 1))
        };
        assert_eq!(with("unit = \"umol\", source = \"known\"", "unit = \"umol\", source = \"unknown\""), ["K0503"]);
        assert_eq!(with("\"MW\", source = \"known\"", "\"MW\", source = \"unknown\""), ["K0503"]);
        assert_eq!(
            with(
                "start = 1, unit = \"umol\", molar_mass = \"MW\"",
                "start = 1, unit = \"umol\", molar_mass = \"banana\""
            ),
            ["K0102"]
        );
        assert_eq!(
            with("start = 1, unit = \"umol\", molar_mass = \"MW\"", "start = 1, unit = \"umol\", molar_mass = \"kon\""),
            ["K0202"]
        );
        assert_eq!(
            with(
                "start = 1, unit = \"umol\", molar_mass = \"MW\"",
                "start = 1, unit = \"umol\", molar_mass = \"237 g/mol\""
            ),
            [""; 0]
        );
    }
}
