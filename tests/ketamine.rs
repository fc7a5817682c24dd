//! What must hold of the built-in model `ketamine` whatever its calibration: the plasma levels that the literature
//! agrees on, the inverted U while the drug is there, a baseline at rest, and states that stay what they stand for.

use kascade::diagnostics::SourceText;
use kascade::model::{self, Model, library};
use kascade::simulation::{Compiled, Keep, Measures, Scenario, SolverOptions, simulate, spans, take};
use std::sync::Arc;

fn ketamine() -> Model {
    let source = library::find("ketamine").expect("ketamine is built in");
    let find = |name: &str, _: &SourceText| library::find(name).ok_or_else(|| library::not_found(name));
    match model::load(&source, &find) {
        Ok(loaded) => {
            assert!(loaded.report.list.is_empty(), "ketamine draws complaints: {:?}", loaded.report);
            loaded.model
        }
        Err(report) => panic!("ketamine does not load: {report:?}"),
    }
}

/// The measures of one run, in internal units; times in hours, levels in mg/L, everything else relative.
fn measured(model: &Model, regimen: Option<&str>, until: f64, texts: &[&str]) -> Vec<f64> {
    let mut measures = Measures::default();
    for text in texts {
        let source: Arc<SourceText> = SourceText::new("test", *text);
        measures.add(&source, model, &["main"]).unwrap_or_else(|report| panic!("{text}: {report:?}"));
    }
    let compiled = Compiled::new(model, &measures.subjects);
    let mut scenario = Scenario::undosed(model);
    scenario.until = until;
    if let Some(regimen) = regimen {
        scenario.add_regimen(model, regimen).expect("the regimen is declared");
    }
    let trajectory = simulate(&compiled, &scenario, &SolverOptions::default(), Keep::Everything).expect("the run ends");
    take(&measures, &[&trajectory])
}

#[test]
fn plasma_levels_are_those_of_the_literature() {
    let model = ketamine();
    let infusion = measured(&model, Some("subanesthetic"), 4.0, &["at(C_venous, 40 min)", "at(C_arterial, 39 min)"]);
    assert!((0.130..0.250).contains(&infusion[0]), "venous at the end of 0.5 mg/kg: {} mg/L", infusion[0]);
    assert!(infusion[1] > infusion[0] + 0.08, "the artery carries what is being infused");
    let bolus = measured(&model, Some("induction"), 4.0, &["time_above(C_venous, 642 ng/mL)", "at(C_venous, 1 min)"]);
    assert!((8.0 / 60.0..20.0 / 60.0).contains(&bolus[0]), "642 ng/mL is passed after {} h", bolus[0]);
    assert!(bolus[1] > 1.2, "an anesthetic level within a minute");
}

#[test]
fn a_small_dose_raises_glutamate_and_an_anesthetic_one_does_not_while_it_anesthetizes() {
    let model = ketamine();
    let small = measured(&model, Some("subanesthetic"), 4.0, &["peak(glutamate)", "mean(glutamate, 0 h, 4 h)"]);
    assert!(small[0] > 1.1 && small[1] > 1.0, "{small:?}");
    for regimen in ["induction", "anesthetic"] {
        let waking = measured(&model, Some(regimen), 12.0, &["time_above(C_venous, 642 ng/mL)"])[0];
        let text = format!("mean(glutamate, 0 h, {waking} h)");
        let mean = measured(&model, Some(regimen), 12.0, &[&text])[0];
        assert!(mean <= 1.0, "{regimen}: mean {mean} until waking at {waking} h");
    }
}

#[test]
fn undosed_nothing_but_declared_accumulators_moves_in_a_year() {
    let model = ketamine();
    let texts: Vec<String> = model
        .states
        .iter()
        .flat_map(|state| [format!("at({}, 0 h)", state.name), format!("at({}, 8766 h)", state.name)])
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let levels = measured(&model, None, 8766.0, &texts);
    for (state, pair) in model.states.iter().zip(levels.chunks(2)) {
        let drift = (pair[1] - pair[0]).abs();
        assert!(
            !state.steady || drift <= 1e-3 * pair[0].abs().max(state.scale),
            "{} drifts from {} to {}",
            state.name,
            pair[0],
            pair[1]
        );
    }
    let accumulators: Vec<&str> =
        model.states.iter().filter(|state| !state.steady).map(|state| state.name.as_str()).collect();
    assert_eq!(accumulators, ["H_relapse"]);
}

#[test]
fn no_state_falls_below_zero() {
    let model = ketamine();
    let troughs: Vec<String> = model.states.iter().map(|state| format!("trough({})", state.name)).collect();
    let texts: Vec<&str> = troughs.iter().map(String::as_str).collect();
    for regimen in ["subanesthetic", "anesthetic", "course", "nasal", "oral_single"] {
        let lowest = measured(&model, Some(regimen), 336.0, &texts);
        for (state, lowest) in model.states.iter().zip(lowest) {
            assert!(lowest >= -1e-3 * state.scale, "{regimen}: {} falls to {lowest}", state.name);
        }
    }
}

#[test]
fn the_two_forms_of_equal_parameters_are_one_drug() {
    // With one potency, one clearance and one volume the racemate must act as either form alone.
    let model = ketamine();
    let mut measures = Measures::default();
    measures.add(&SourceText::new("test", "peak(C_block)"), &model, &["main"]).expect("a measure");
    let compiled = Compiled::new(&model, &measures.subjects);
    let peak = |dose: &str| {
        let mut scenario = Scenario::undosed(&model);
        scenario.until = 4.0;
        for (name, value) in [("pot_SR", "1.2"), ("V_SR", "1"), ("CL_R", "93"), ("pot_NK", "0.14")] {
            scenario.set(&model, name, value).expect("a parameter");
        }
        scenario.add_doses(&model, &SourceText::new("test", dose)).expect("a dose");
        let trajectory =
            simulate(&compiled, &scenario, &SolverOptions::default(), Keep::Everything).expect("the run ends");
        take(&measures, &[&trajectory])[0]
    };
    let racemate = peak("iv 35 mg over 40 min at 0 h");
    let mean = (peak("iv_S 35 mg over 40 min at 0 h") + peak("iv_R 35 mg over 40 min at 0 h")) / 2.0;
    assert!((racemate / mean - 1.0).abs() < 1e-3, "{racemate} against {mean}");
}

#[test]
fn outcomes_are_the_same_when_only_their_spans_of_time_are_kept() {
    let model = ketamine();
    let groups: [&[&str]; 3] = [
        &["at(madrs, 24 h)", "at(synapses, 264 h)", "at(C_venous, 48 h)"],
        &["peak(C_venous, 1 d, 3 d)", "auc(glutamate, 0 h, 3 h)", "at(bdnf, 0 h)"],
        &["half_life(C_venous)", "first_time(madrs < 20)"],
    ];
    for texts in groups {
        let mut measures = Measures::default();
        for text in texts {
            measures
                .add(&SourceText::new("test", *text), &model, &["main"])
                .unwrap_or_else(|report| panic!("{report:?}"));
        }
        let compiled = Compiled::of_outcomes(&model, &measures.subjects);
        let mut scenario = Scenario::undosed(&model);
        scenario.until = 300.0;
        scenario.add_regimen(&model, "course").expect("the regimen is declared");
        let wanted = spans(measures.list.iter().map(|(measure, _)| (measure, 0)));
        let of = |keep| {
            let trajectory = simulate(&compiled, &scenario, &SolverOptions::default(), keep).expect("the run ends");
            (take(&measures, &[&trajectory]), trajectory.recording.piece_count())
        };
        let ((all, whole), (some, part)) = (of(Keep::Everything), of(Keep::Within(&wanted)));
        assert!(all.iter().all(|value| value.is_finite()), "{texts:?}: {all:?}");
        assert_eq!(all, some, "{texts:?}");
        assert!(part < whole || texts.contains(&"half_life(C_venous)"), "{texts:?} kept {part} of {whole}");
    }
}
