//! Checks of the model as a whole: circles, what is never used or never changes, numbers without a source.
//!
//! Each looks at the finished data, so an overlay is held to the same rules as a model in one file.

use super::reader::{Log, Text};
use super::types::{Model, Origin, StartRule, Target};
use crate::diagnostics::{Code, Diagnostic, Report};
use crate::dosing::Dose;
use crate::expression::{Symbol, Tree, is_reserved};
use crate::units::Dimension;
use std::collections::HashSet;

/// Why a text cannot be a name, if it cannot.
pub fn bad_name(name: &str) -> Option<String> {
    if is_reserved(name) {
        return Some("expressions use this word for something else".to_string());
    }
    let mut letters = name.chars();
    let first = letters.next();
    if !first.is_some_and(|letter| letter.is_ascii_alphabetic()) {
        return Some("a name begins with a letter".to_string());
    }
    letters
        .find(|letter| !(letter.is_ascii_alphanumeric() || *letter == '_'))
        .map(|letter| format!("`{letter}` cannot stand in a name; letters, digits and `_` can"))
}

/// The value of an expression of parameters, at the declared values.
pub fn constant_value(tree: &Tree, model: &Model) -> Option<f64> {
    match tree {
        Tree::Constant(value) => Some(*value),
        Tree::Symbol(Symbol::Parameter(index)) => model.parameters.get(*index).map(|one| one.value),
        _ => None,
    }
}

/// Whether a tree's value can change during a run: it reads a state, time or an input, itself or through quantities.
pub fn can_change(tree: &Tree, model: &Model) -> bool {
    let settable: HashSet<usize> = model
        .perturbations
        .iter()
        .flat_map(|one| one.set.iter().map(|(parameter, _)| *parameter))
        .chain(model.events.iter().flat_map(|event| {
            event.set.iter().filter_map(|(target, _)| match target {
                Target::Parameter(index) => Some(*index),
                Target::State(_) => None,
            })
        }))
        .collect();
    symbols_through(tree, model).into_iter().any(|symbol| match symbol {
        Symbol::State(_) | Symbol::Time | Symbol::Input(_) => true,
        Symbol::Parameter(index) => settable.contains(&index),
        Symbol::Quantity(_) => false,
    })
}

/// Every symbol that a tree reads, itself or through quantities, each once. Without recursion, because a chain of
/// quantities may be long.
pub fn symbols_through(tree: &Tree, model: &Model) -> HashSet<Symbol> {
    let mut seen = HashSet::new();
    let mut waiting = tree.symbols();
    while let Some(symbol) = waiting.pop() {
        if seen.insert(symbol)
            && let Symbol::Quantity(index) = symbol
            && let Some(quantity) = model.quantities.get(index)
        {
            waiting.extend(quantity.tree.symbols());
        }
    }
    seen
}

impl Model {
    /// Whether a tree depends on parameters alone, itself and through quantities: it is one number in a whole run, unless
    /// a perturbation or an event sets one of them.
    pub fn is_of_parameters(&self, tree: &Tree) -> bool {
        let moves = |symbol: &Symbol| matches!(symbol, Symbol::State(_) | Symbol::Time | Symbol::Input(_));
        !symbols_through(tree, self).iter().any(moves)
    }
}

/// Species of one reaction must be counted alike; a mass that becomes another substance's mass is a warning.
pub fn reaction_units(species: &[usize], equation: &Text, log: &Log, model: &Model) {
    let Some(first) = species.first().map(|state| &model.states[*state]) else { return };
    for state in species.iter().map(|state| &model.states[*state]) {
        if !state.unit.compatible(&first.unit) {
            log.push(
                Diagnostic::error(
                    Code::UnitMismatch,
                    format!(
                        "a reaction between `{}` in {} and `{}` in {}",
                        first.name,
                        first.unit.text(),
                        state.name,
                        state.unit.text()
                    ),
                )
                .at(&equation.place, "its species must be counted in the same kind of unit")
                .hint("write two reactions with rates of their own, `A ->` and `-> B`"),
            );
            return;
        }
        let mass = *state.unit.dimension() == Dimension::MASS;
        if mass
            && let (Some(one), Some(other)) = (&first.molar_mass, &state.molar_mass)
            && one != other
        {
            log.push(
                Diagnostic::warning(
                    Code::MixedMolarMass,
                    format!("`{}` and `{}` are counted in mass but are different substances", first.name, state.name),
                )
                .at(
                    &equation.place,
                    format!("1 mg of one becomes 1 mg of the other; their molar masses are `{one}` and `{other}`"),
                )
                .hint("count both in umol"),
            );
        }
    }
}

/// Quantities that define each other in a circle.
pub fn cycles(model: &Model, log: &Log) {
    // 0 unseen, 1 on the way, 2 done.
    let mut marks = vec![0u8; model.quantities.len()];
    for start in 0..model.quantities.len() {
        let mut way: Vec<(usize, Vec<usize>)> = vec![];
        if marks[start] == 0 {
            marks[start] = 1;
            way.push((start, references(model, start)));
        }
        while let Some((at, rest)) = way.last_mut() {
            let Some(next) = rest.pop() else {
                marks[*at] = 2;
                way.pop();
                continue;
            };
            if marks[next] == 1 {
                let circle: Vec<usize> =
                    way.iter().map(|(index, _)| *index).skip_while(|index| *index != next).chain([next]).collect();
                let names: Vec<String> =
                    circle.iter().map(|index| format!("`{}`", model.quantities[*index].name)).collect();
                let first = &model.quantities[circle[0]];
                let mut diagnostic = Diagnostic::error(
                    Code::Cycle,
                    format!("these quantities define each other in a circle: {}", names.join(" -> ")),
                )
                .at(&first.place, "needs its own value");
                for index in &circle[1..circle.len() - 1] {
                    diagnostic = diagnostic.related(&model.quantities[*index].place, "on the way");
                }
                log.push(diagnostic.hint("a value that depends on its own past is a state"));
                marks[next] = 2;
            } else if marks[next] == 0 {
                marks[next] = 1;
                way.push((next, references(model, next)));
            }
        }
    }
}

fn references(model: &Model, quantity: usize) -> Vec<usize> {
    let mut list = Vec::new();
    model.quantities[quantity].tree.for_each_symbol(&mut |symbol| {
        if let Symbol::Quantity(index) = symbol
            && index < model.quantities.len()
        {
            list.push(index);
        }
    });
    list
}

/// Warnings and errors that need the whole model.
pub fn whole(model: &Model, report: &mut Report) {
    steady_time(model, report);
    never_changing(model, report);
    unused_parameters(model, report);
    for parameter in model.parameters.iter().filter(|one| one.origin == Origin::Missing && !one.covariate) {
        report.push(
            Diagnostic::warning(
                Code::NoSource,
                format!("`{}` has neither a source nor the word `assumed`", parameter.name),
            )
            .at(&parameter.place, "where does this value come from?")
            .hint("add `source = \"...\"` (an entry of `[sources]`), or `assumed = \"why\"`")
            .hint_if((!model.extends.is_empty()).then(|| "a changed `value` drops the inherited source".to_string())),
        );
    }
}

fn steady_time(model: &Model, report: &mut Report) {
    if model.start != StartRule::Steady {
        return;
    }
    for state in model.states.iter().filter(|state| state.steady) {
        if symbols_through(&state.derivative, model).contains(&Symbol::Time) {
            report.push(
                Diagnostic::error(
                    Code::TimeInSteady,
                    format!("the rate of `{}` depends on `time`, so there is no steady start", state.name),
                )
                .at(&state.place, "its rate reads `time`, itself or through a quantity")
                .hint("use `start = \"given\"`, or give the state `steady = false`"),
            );
        }
    }
}

fn never_changing(model: &Model, report: &mut Report) {
    for (number, state) in model.states.iter().enumerate() {
        let dosed = model.routes.iter().any(|route| route.into.iter().any(|(target, _)| *target == number));
        let set = model.events.iter().any(|event| event.set.iter().any(|(target, _)| *target == Target::State(number)));
        if state.equation == "0" && !dosed && !set {
            report.push(
                Diagnostic::warning(Code::NeverChanges, format!("nothing changes the state `{}`", state.name))
                    .at(&state.place, "in no reaction, derivative, route or event")
                    .hint("if it is a constant, make it a parameter"),
            );
        }
    }
}

fn unused_parameters(model: &Model, report: &mut Report) {
    let mut used: HashSet<usize> = HashSet::new();
    let mut read = |tree: &Tree, but: Option<usize>| {
        tree.for_each_symbol(&mut |symbol| {
            if let Symbol::Parameter(index) = symbol
                && Some(index) != but
            {
                used.insert(index);
            }
        });
    };
    for state in &model.states {
        read(&state.derivative, None);
        read(&state.start, None);
    }
    for tree in model.quantities.iter().map(|one| &one.tree).chain(model.reactions.iter().map(|one| &one.rate)) {
        read(tree, None);
    }
    for route in &model.routes {
        for tree in [&route.fraction, &route.lag, &route.duration, &route.rate, &route.molar_mass].into_iter().flatten()
        {
            read(tree, None);
        }
    }
    for perturbation in &model.perturbations {
        perturbation.clamp.iter().for_each(|(_, tree)| read(tree, None));
        // `set = { k = "0.3 * k" }` reads k, but that is no use of it.
        perturbation.set.iter().for_each(|(target, tree)| read(tree, Some(*target)));
    }
    for event in &model.events {
        read(&event.when, None);
        event.set.iter().for_each(|(_, tree)| read(tree, None));
    }
    let weighed = model.regimens.iter().flat_map(|regimen| &regimen.doses).any(Dose::is_per_weight);
    for (number, parameter) in model.parameters.iter().enumerate() {
        if used.contains(&number) || parameter.covariate || (weighed && parameter.name == "weight") {
            continue;
        }
        report.push(
            Diagnostic::warning(Code::Unused, format!("nothing uses the parameter `{}`", parameter.name))
                .at(&parameter.place, "changing it changes nothing")
                .hint("remove it, or use it"),
        );
    }
}
