//! What one model changes against another, entry by entry.

use crate::dosing::describe;
use crate::model::{Event, Model, Origin, Variation, dosing_routes, with_unit};
use crate::numerics::float_text::number_text;

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
    let sections: [(&'static str, Describe); 10] = [
        ("model", header),
        ("parameters", parameters),
        ("states", states),
        ("quantities", quantities),
        ("reactions", reactions),
        ("derivatives", derivatives),
        ("routes", routes),
        ("perturbations", perturbations),
        ("events", events),
        ("regimens", regimens),
    ];
    for (section, describe) in sections {
        compare(section, &describe(base), &describe(variant), &mut changes);
    }
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

fn header(model: &Model) -> Vec<(String, String)> {
    let time = |time: Option<f64>| time.map_or("not given".to_string(), |time| with_unit(time, &model.time_unit));
    vec![
        ("time".to_string(), model.time_unit.text().to_string()),
        ("start".to_string(), format!("{:?}", model.start).to_lowercase()),
        ("until".to_string(), time(model.until)),
        ("every".to_string(), time(model.every)),
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
        .map(|one| {
            let mut text = with_unit(one.value, &one.unit);
            let between = |low, high| format!("{} to {}", with_unit(low, &one.unit), with_unit(high, &one.unit));
            text.push_str(&one.range.map_or(String::new(), |(low, high)| format!(", range {}", between(low, high))));
            text.push_str(&match one.vary {
                Some(Variation::LogNormal(spread)) => format!(", varies lognormal {}", number_text(spread)),
                Some(Variation::Normal(spread)) => format!(", varies normal {}", with_unit(spread, &one.unit)),
                Some(Variation::Uniform(low, high)) => format!(", varies {}", between(low, high)),
                None => String::new(),
            });
            text.push_str(if one.covariate { ", covariate" } else { "" });
            (one.name.clone(), text + &origin(&one.origin))
        })
        .collect()
}

fn states(model: &Model) -> Vec<(String, String)> {
    model
        .states
        .iter()
        .map(|one| {
            let mut text = format!("starts at {} [{}]", one.start_text, one.unit.text());
            text.push_str(&format!(", scale {}", with_unit(one.scale, &one.unit)));
            text.push_str(if one.steady { "" } else { ", keeps its start" });
            text.push_str(&one.molar_mass.as_ref().map_or(String::new(), |mass| format!(", molar mass {mass}")));
            (one.name.clone(), text)
        })
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
                ("molar mass", &route.molar_mass),
            ] {
                if let Some(tree) = tree {
                    text.push_str(&format!(", {word} {}", model.tree_text(tree)));
                }
            }
            text.push_str(&route.cmt.map_or(String::new(), |cmt| format!(", CMT {cmt}")));
            (route.name.clone(), text)
        })
        .collect()
}

fn regimens(model: &Model) -> Vec<(String, String)> {
    let routes = dosing_routes(model);
    model
        .regimens
        .iter()
        .map(|one| {
            let mut text = format!("{}: {}", one.title, describe(&one.doses, &routes, &model.time_unit));
            if !one.perturbations.is_empty() {
                text.push_str(&format!("; perturbed by {}", one.perturbations.join(", ")));
            }
            (one.name.clone(), text)
        })
        .collect()
}

fn perturbations(model: &Model) -> Vec<(String, String)> {
    model.perturbations.iter().map(|one| (one.name.clone(), model.perturbation_text(one))).collect()
}

fn events(model: &Model) -> Vec<(String, String)> {
    let text = |one: &Event| format!("when {}: {}", one.when_text, model.event_text(one));
    model.events.iter().map(|one| (one.name.clone(), text(one))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceText;
    use crate::model::load;

    const BASE: &str = r#"
kascade = 1
[model]
name = "base"
time = "h"
until = "1 d"
[parameters]
CL = { value = 5, unit = "L/h", range = [1, 9], vary = { lognormal = 0.2 }, assumed = "a test" }
V = { value = 20, unit = "L", assumed = "a test" }
MW = { value = 200, unit = "g/mol", assumed = "a test" }
[states]
A = { start = 0, unit = "umol" }
done = { start = 0, unit = "1", scale = 0.1, steady = false }
[derivatives]
A = "-CL / V * A"
[routes]
iv = { into = "A", molar_mass = "MW", cmt = 1 }
[regimens.one]
title = "one"
doses = [ { route = "iv", amount = "120 umol", rate = "2 umol/min" } ]
[perturbations.slow]
set = { CL = 2 }
[events.ends]
when = "A < 1 [umol]"
set = { done = 1 }
"#;

    fn model(text: &str) -> Model {
        let read = load(&SourceText::new("m.toml", text), &|_, _| panic!("it extends nothing"));
        read.unwrap_or_else(|report| panic!("{:?}", report.list)).model
    }

    #[test]
    fn whatever_changes_a_run_is_told() {
        let base = model(BASE);
        assert_eq!(difference(&base, &base), []);
        for (from, to, section, says) in [
            ("until = \"1 d\"", "until = \"2 d\"", "model", "48 h"),
            ("[model]", "[model]\nevery = \"1 h\"", "model", "1 h"),
            ("range = [1, 9]", "range = [1, 8]", "parameters", "range 1 L/h to 8 L/h"),
            ("lognormal = 0.2", "lognormal = 0.3", "parameters", "varies lognormal 0.3"),
            ("scale = 0.1", "scale = 0.2", "states", "scale 0.2"),
            (", steady = false", "", "states", "scale 0.1"),
            ("molar_mass = \"MW\"", "molar_mass = \"2 * MW\"", "routes", "molar mass 2 * MW"),
            ("cmt = 1", "cmt = 2", "routes", "CMT 2"),
            ("set = { done = 1 }", "set = { done = 2 }", "events", "done = 2"),
            ("set = { CL = 2 }", "set = { CL = 3 }", "perturbations", "CL = 3 L/h"),
            ("2 umol/min", "3 umol/min", "regimens", "iv 120 umol rate 180 umol/h"),
            ("title = \"one\"", "title = \"one\"\nperturbations = [\"slow\"]", "regimens", "perturbed by slow"),
        ] {
            assert!(BASE.contains(from), "{from}");
            let changes = difference(&base, &model(&BASE.replacen(from, to, 1)));
            let [change] = changes.as_slice() else { panic!("{from} -> {to}: {changes:?}") };
            let after = change.after.as_deref().unwrap_or_default();
            assert!(change.section == section && after.contains(says), "{from} -> {to}: {change:?}");
        }
    }
}
