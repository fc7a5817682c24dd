//! What one model changes against another, entry by entry.

use crate::dosing::{Amount, Delivery, Dose};
use crate::model::{Model, Origin};
use crate::numerics::float_text::number_text;
use crate::units::Unit;

/// One entry that differs; `None` on a side where it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The section of the model file.
    pub section: &'static str,
    /// The entry.
    pub name: String,
    /// As the first model has it.
    pub before: Option<String>,
    /// As the second model has it.
    pub after: Option<String>,
}

/// Tells the entries of a section: name and text.
type Describe = fn(&Model) -> Vec<(String, String)>;

/// All differences that matter to a result or to where a number comes from, in the order of the sections.
pub fn difference(base: &Model, variant: &Model) -> Vec<Change> {
    let mut changes = Vec::new();
    let sections: [(&'static str, Describe); 9] = [
        ("model", header),
        ("parameters", parameters),
        ("states", states),
        ("quantities", quantities),
        ("reactions", reactions),
        ("derivatives", derivatives),
        ("routes", routes),
        ("perturbations", perturbations),
        ("events", events),
    ];
    for (section, describe) in sections {
        compare(section, &describe(base), &describe(variant), &mut changes);
    }
    compare("regimens", &regimens(base), &regimens(variant), &mut changes);
    changes
}

fn compare(section: &'static str, base: &[(String, String)], variant: &[(String, String)], changes: &mut Vec<Change>) {
    for (name, before) in base {
        let after = variant.iter().find(|(other, _)| other == name).map(|(_, text)| text.clone());
        if after.as_ref() != Some(before) {
            changes.push(Change { section, name: name.clone(), before: Some(before.clone()), after });
        }
    }
    for (name, after) in variant {
        if !base.iter().any(|(other, _)| other == name) {
            changes.push(Change { section, name: name.clone(), before: None, after: Some(after.clone()) });
        }
    }
}

fn number(value: f64, unit: &Unit) -> String {
    let text = number_text(unit.from_internal_shortest(value));
    if unit.text() == "1" { text } else { format!("{text} {}", unit.text()) }
}

fn header(model: &Model) -> Vec<(String, String)> {
    vec![
        ("time".to_string(), model.time_unit.text().to_string()),
        ("start".to_string(), format!("{:?}", model.start).to_lowercase()),
        ("species".to_string(), model.species.clone()),
        ("condition".to_string(), model.condition.clone()),
    ]
}

fn parameters(model: &Model) -> Vec<(String, String)> {
    let origin = |origin: &Origin| match origin {
        Origin::Source(source) => format!(" (source {source})"),
        Origin::Assumed(why) => format!(" (assumed: {why})"),
        Origin::Missing => String::new(),
    };
    model
        .parameters
        .iter()
        .map(|one| (one.name.clone(), format!("{}{}", number(one.value, &one.unit), origin(&one.origin))))
        .collect()
}

fn states(model: &Model) -> Vec<(String, String)> {
    model
        .states
        .iter()
        .map(|one| (one.name.clone(), format!("starts at {} [{}]", one.start_text, one.unit.text())))
        .collect()
}

fn quantities(model: &Model) -> Vec<(String, String)> {
    model.quantities.iter().map(|one| (one.name.clone(), format!("{} [{}]", one.text, one.unit.text()))).collect()
}

fn reactions(model: &Model) -> Vec<(String, String)> {
    model
        .reactions
        .iter()
        .map(|one| (one.name.clone(), format!("{} at {}", one.equation_text, one.rate_text)))
        .collect()
}

fn derivatives(model: &Model) -> Vec<(String, String)> {
    let reacting = |state: usize| {
        model
            .reactions
            .iter()
            .any(|one| one.reactants.iter().chain(&one.products).any(|(species, _)| *species == state))
    };
    model
        .states
        .iter()
        .enumerate()
        .filter(|(number, _)| !reacting(*number))
        .map(|(_, one)| (one.name.clone(), one.equation.clone()))
        .collect()
}

fn routes(model: &Model) -> Vec<(String, String)> {
    model
        .routes
        .iter()
        .map(|route| {
            let into: Vec<String> = route
                .into
                .iter()
                .map(|(state, share)| format!("{} of it into {}", number_text(*share), model.states[*state].name))
                .collect();
            let mut text = into.join(", ");
            for (word, tree) in [
                ("fraction", &route.fraction),
                ("lag", &route.lag),
                ("duration", &route.duration),
                ("rate", &route.rate),
            ] {
                if let Some(tree) = tree {
                    text.push_str(&format!(", {word} {}", model.tree_text(tree)));
                }
            }
            (route.name.clone(), text)
        })
        .collect()
}

fn regimens(model: &Model) -> Vec<(String, String)> {
    model
        .regimens
        .iter()
        .map(|one| (one.name.clone(), format!("{}: {}", one.title, doses(model, &one.doses))))
        .collect()
}

/// Doses in words.
fn doses(model: &Model, doses: &[Dose]) -> String {
    let time = |value: f64| number(value, &model.time_unit);
    let one = |dose: &Dose| {
        let unit = &model.routes[dose.route].unit;
        let amount = |amount: &Amount| {
            // Doses in mass for a route that counts an amount are shown in mg, which is the internal unit of mass.
            let (value, unit) = if amount.as_mass {
                (amount.value, "mg")
            } else {
                (unit.from_internal_shortest(amount.value), unit.text())
            };
            format!("{} {unit}{}", number_text(value), if amount.per_weight { "/kg" } else { "" })
        };
        let mut text = format!("{} {}", model.routes[dose.route].name, amount(&dose.amount));
        match &dose.delivery {
            Delivery::Over(over) => text.push_str(&format!(" over {}", time(*over))),
            Delivery::Rate(rate) => {
                text.push_str(&format!(" at the rate {} per {}", amount(rate), model.time_unit.text()))
            }
            Delivery::Endless(rate) => text.push_str(&format!(" at the rate {} since forever", amount(rate))),
            Delivery::Bolus => text.push_str(" bolus"),
            Delivery::Route => {}
        }
        text.push_str(&format!(" at {}", time(dose.at)));
        text.push_str(&dose.every.map_or(String::new(), |every| format!(" every {}", time(every))));
        text.push_str(&dose.times.map_or(String::new(), |times| format!(" times {times}")));
        text.push_str(&dose.until.map_or(String::new(), |until| format!(" until {}", time(until))));
        if dose.steady {
            text.push_str(" steady");
        }
        text
    };
    doses.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn perturbations(model: &Model) -> Vec<(String, String)> {
    model
        .perturbations
        .iter()
        .map(|one| {
            let mut parts: Vec<String> = Vec::new();
            parts.extend(one.from.map(|from| format!("from {}", number(from, &model.time_unit))));
            parts.extend(one.until.map(|until| format!("until {}", number(until, &model.time_unit))));
            parts.extend(
                one.set
                    .iter()
                    .map(|(index, tree)| format!("{} = {}", model.parameters[*index].name, model.tree_text(tree))),
            );
            parts.extend(
                one.clamp
                    .iter()
                    .map(|(index, tree)| format!("{} held at {}", model.states[*index].name, model.tree_text(tree))),
            );
            (one.name.clone(), parts.join(", "))
        })
        .collect()
}

fn events(model: &Model) -> Vec<(String, String)> {
    model.events.iter().map(|one| (one.name.clone(), format!("when {}", one.when_text))).collect()
}
