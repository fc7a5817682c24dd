//! Calibration finds the truth where there is one, says what the data do not hold, and keeps what is published.

use kascade::analysis::calibrate::Calibration;
use kascade::analysis::calibration_design::{DesignError, Free, read_design};
use kascade::analysis::evidence::Models;
use kascade::analysis::identifiability::{Knowledge, identifiability};
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::formats::evidence_table::{self, EvidenceRow};
use kascade::model::{Model, Origin, library, load};
use kascade::numerics::elementary::{exp, ln};
use kascade::numerics::random::{Purpose, Stream};
use kascade::simulation::SolverOptions;
use std::collections::HashMap;
use std::sync::Arc;

const DESIGN: &str = include_str!("../models/evidence/calibration.toml");

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn read(text: &str) -> Model {
    load(&SourceText::new("test.toml", text), &find).unwrap_or_else(|report| panic!("{report:?}")).model
}

fn ketamine() -> Model {
    load(&library::find("ketamine").expect("built in"), &find).expect("it loads").model
}

fn rows() -> HashMap<String, EvidenceRow> {
    evidence_table::read(library::EVIDENCE_TABLES.iter().map(|(_, text)| *text)).expect("the tables")
}

fn ready<'a>(
    model: &'a Model,
    free: &[Free],
    rows: &'a HashMap<String, EvidenceRow>,
    topics: &[&str],
) -> Calibration<'a> {
    let mut models: Models<'a> = Models::new();
    models.insert(String::new(), Ok(model));
    let wanted = |topic: &str| topics.is_empty() || topics.contains(&topic);
    Calibration::new(&models, free.to_vec(), rows, |one| wanted(&one.topic), &SolverOptions::default())
}

/// One compartment of 20 L and 30 L/h, half absorbed at 2 per h; what it gives is known in closed form. `hidden` scales
/// nothing that is measured. The ranges of its levels are this share wide on either side.
fn one_compartment(share: f64) -> Model {
    let (v, cl, ka) = (20.0_f64, 30.0, 2.0);
    let mut text = String::from(
        "kascade = 1\n[model]\nname = \"one\"\ntime = \"h\"\nuntil = \"4 h\"\n[parameters]\n\
         V = { value = 20, unit = \"L\", assumed = \"the truth\" }\n\
         CL = { value = 30, unit = \"L/h\", assumed = \"the truth\", range = [5, 90] }\n\
         ka = { value = 2, unit = \"1/h\", assumed = \"the truth\" }\n\
         F = { value = 0.5, unit = \"1\", source = \"book\" }\n\
         hidden = { value = 1, unit = \"1\", assumed = \"nothing is measured of it\" }\n\
         [sources.book]\ncite = \"A book\"\n\
         [states]\nD = { start = 0, unit = \"mg\" }\nA = { start = 0, unit = \"mg\" }\n\
         [quantities]\nC = { is = \"A / V\", unit = \"mg/L\" }\nseen = { is = \"hidden * C\", unit = \"mg/L\" }\n\
         [derivatives]\nD = \"-ka * D\"\nA = \"ka * D - CL * C\"\n\
         [routes]\noral = { into = \"D\", fraction = \"F\" }\n\
         [regimens.dose]\ndoses = [ { route = \"oral\", amount = \"100 mg\", at = \"0 h\" } ]\n",
    );
    let k = cl / v;
    for (index, t) in [0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0].iter().enumerate() {
        let c = 50.0 * ka / (v * (ka - k)) * (exp(-k * t) - exp(-ka * t));
        text += &format!(
            "[[evidence]]\nid = \"at-{index}\"\ntopic = \"levels\"\ntitle = \"level\"\nfrom = \"text\"\n\
             runs.main = {{ regimen = \"dose\", until = \"4 h\" }}\nmeasure = \"at(C, {t} h)\"\nunit = \"mg/L\"\n\
             expected = {c}\naccept = [{}, {}]\n",
            c * (1.0 - share),
            c * (1.0 + share)
        );
    }
    read(&text)
}

const ALL: &str = "[free]\nV = [5, 80]\nCL = \"range\"\nka = [0.3, 10]\nhidden = [0.1, 10]\n";

#[test]
fn the_truth_is_found_from_afar() {
    let (model, rows) = (one_compartment(0.2), HashMap::new());
    let free = read_design(ALL, &model).expect("a design");
    let calibration = ready(&model, &free, &rows, &[]);
    assert_eq!(calibration.targets.len(), 8);
    // Absorption and elimination exchanged (2 and 1.5 per h) give the same levels from another volume: the starts lie on
    // the side of the truth.
    for start in [[35.0, 15.0, 4.0, 1.0], [14.0, 40.0, 4.0, 2.0], [30.0, 40.0, 3.0, 0.5]] {
        let fitted = calibration.fit(&start, 60, |_, _| ());
        // Every level within a hundredth of its range, where before most were outside.
        assert!(fitted.after < 1e-4 && fitted.before > 2.0, "{start:?}: {} to {}", fitted.before, fitted.after);
        for (value, truth) in fitted.values.iter().zip([20.0, 30.0, 2.0]) {
            assert!(ln(value / truth).abs() < 0.01, "{start:?}: {:?}", fitted.values);
        }
        // Nothing is measured of it, so nothing moved it.
        assert_eq!(fitted.values[3], start[3]);
    }
}

#[test]
fn at_the_truth_nothing_moves() {
    let (model, rows) = (one_compartment(1e-3), HashMap::new());
    let free = read_design(ALL, &model).expect("a design");
    let fitted = ready(&model, &free, &rows, &[]).fit(&[20.0, 30.0, 2.0, 1.0], 10, |_, _| ());
    // Solved to 1e-6, so a thousandth of the half-width, a thousandth.
    assert!(fitted.before < 1e-4 && fitted.after <= fitted.before, "{} to {}", fitted.before, fitted.after);
    for (value, truth) in fitted.values.iter().zip([20.0, 30.0, 2.0, 1.0]) {
        assert!(ln(value / truth).abs() < 1e-5, "{:?}", fitted.values);
    }
}

#[test]
fn what_was_judged_is_left_only_as_far_as_statements_demand() {
    let (model, rows) = (one_compartment(1e-3), HashMap::new());
    // The levels demand the true values against a judgment half a spread away; nothing demands anything of `hidden`.
    let design = "[free]\nV = [5, 25, 80]\nCL = [5, 24, 90]\nka = [0.3, 2, 10]\nhidden = [0.1, 3, 10]\n";
    let free = read_design(design, &model).expect("a design");
    let fitted = ready(&model, &free, &rows, &[]).fit(&[20.0, 30.0, 2.0, 1.0], 40, |_, _| ());
    for (value, truth) in fitted.values.iter().zip([20.0, 30.0, 2.0, 3.0]) {
        assert!(ln(value / truth).abs() < 0.002, "{:?}", fitted.values);
    }
}

#[test]
fn what_is_not_measured_is_told() {
    let (model, rows) = (one_compartment(1e-3), HashMap::new());
    let free = read_design(ALL, &model).expect("a design");
    let calibration = ready(&model, &free, &rows, &[]);
    let values = [20.0, 30.0, 2.0, 1.0];
    let got = calibration.evaluate(&values);
    let slopes = calibration.sensitivities(&values, &got);
    // The level halves with twice the volume at first: one half-width is a thousandth, so -1000 half-widths per factor e
    // at most, and exactly so early on. Forward differences with a step of 0.02 are one per cent off.
    assert!((slopes[2][0] - 900.0).abs() < 60.0 && slopes[0][0] < -850.0, "{} {}", slopes[2][0], slopes[0][0]);
    assert!(slopes[3].iter().all(|slope| *slope == 0.0));
    let (informed, directions) = identifiability(&slopes, &calibration.targets);
    assert_eq!(directions, 3);
    let kinds: Vec<Knowledge> = informed.iter().map(|one| one.knowledge()).collect();
    assert_eq!(kinds, [Knowledge::Known, Knowledge::Known, Knowledge::Known, Knowledge::Nothing]);
}

#[test]
fn bounds_are_kept_even_where_the_truth_is_beyond() {
    let (model, rows) = (one_compartment(0.1), HashMap::new());
    let mut free = read_design("[free]\nV = [5, 80]\nCL = [10, 40]\n", &model).expect("a design");
    free[1].high = 25.0;
    let fitted = ready(&model, &free, &rows, &[]).fit(&[40.0, 12.0], 60, |_, _| ());
    assert!((10.0..=25.0).contains(&fitted.values[1]) && fitted.values[1] > 24.9, "{:?}", fitted.values);
    assert!(fitted.after < fitted.before && fitted.after > 1.0);
}

#[test]
fn what_is_published_cannot_be_free() {
    let model = one_compartment(1e-3);
    let error = |text: &str| read_design(text, &model).expect_err("a fault");
    assert_eq!(error("[free]\nF = [0.1, 0.9]"), DesignError::Sourced("F".into()));
    assert_eq!(error("[free]\nCL = [1, 40]"), DesignError::OutsideRange("CL".into()));
    assert_eq!(error("[free]\nV = \"range\""), DesignError::NoRange("V".into()));
    assert_eq!(error("[free]\nV = [30, 40]"), DesignError::ValueOutside("V".into()));
    assert_eq!(error("[free]\nV = [40, 10]"), DesignError::BadBounds("V".into()));
    assert_eq!(error("[free]\nV = [10, 50, 40]"), DesignError::BadBounds("V".into()));
    assert_eq!(
        error("[free]\nhiden = [1, 2]"),
        DesignError::Unknown { name: "hiden".into(), hint: Some("hidden".into()) }
    );
    assert_eq!(error(""), DesignError::Nothing);
}

#[test]
fn a_published_model_is_found_again_from_its_own_levels() {
    // Nine levels of the Domino model; its rate constants are drawn away by a third and come back.
    let truth = load(&library::find("domino_1984").expect("built in"), &find).expect("it loads").model;
    let free_names: Vec<&str> =
        ["v1", "k10", "k12", "k21"].into_iter().filter(|name| truth.parameter(name).is_some()).collect();
    assert!(free_names.len() >= 3, "the parameters of the published model have other names: {free_names:?}");
    let mut text = String::from("kascade = 1\n[model]\nname = \"again\"\nextends = \"domino_1984\"\n[parameters]\n");
    let mut design = String::from("[free]\n");
    for name in &free_names {
        let one = &truth.parameters[truth.parameter(name).expect("just found")];
        let value = one.unit.from_internal(one.value);
        text += &format!("{name} = {{ value = {value:.17e}, assumed = \"to be found again\" }}\n");
        design += &format!("{name} = [{}, {}]\n", value * 0.3, value * 3.0);
    }
    let times = [2.0, 5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 120.0, 240.0];
    let mut statements = String::new();
    let rows = HashMap::new();
    for pass in 0..2 {
        // First with any range, to learn what the model gives; then with one of a twentieth around it.
        let model = read(&(text.clone() + if pass == 0 { "" } else { &statements }));
        if pass == 0 {
            let mut probe = text.clone();
            for (index, time) in times.iter().enumerate() {
                probe += &statement(index, *time, (0.0, 1e9));
            }
            let model = read(&probe);
            let free = read_design(&design, &model).expect("a design");
            let calibration = ready(&model, &free, &rows, &["again"]);
            let values: Vec<f64> = free.iter().map(|one| one.value).collect();
            for (index, (time, level)) in times.iter().zip(calibration.evaluate(&values)).enumerate() {
                statements += &statement(index, *time, (level * 0.95, level * 1.05));
            }
            continue;
        }
        let free = read_design(&design, &model).expect("a design");
        let calibration = ready(&model, &free, &rows, &["again"]);
        assert_eq!(calibration.targets.len(), times.len());
        let mut stream = Stream::new(3, 0, Purpose::Test);
        let start: Vec<f64> = free.iter().map(|one| stream.lognormal(one.value, 0.33)).collect();
        let fitted = calibration.fit(&start, 60, |_, _| ());
        assert!(fitted.before > 2.0 && fitted.after < 1e-4, "{} to {}", fitted.before, fitted.after);
        for (one, value) in free.iter().zip(&fitted.values) {
            assert!(ln(value / one.value).abs() < 0.06, "{}: {value} for {}", one.name, one.value);
        }
    }
}

fn statement(index: usize, minutes: f64, range: (f64, f64)) -> String {
    format!(
        "[[evidence]]\nid = \"again-{index}\"\ntopic = \"again\"\ntitle = \"level\"\nfrom = \"text\"\n\
         runs.main = {{ dose = [\"iv 35 mg over 40 min at 0 h\"], until = \"5 h\" }}\n\
         measure = \"at(C_venous, {minutes} min)\"\nunit = \"ng/mL\"\nexpected = {}\naccept = [{}, {}]\n",
        0.5 * (range.0 + range.1),
        range.0,
        range.1
    )
}

#[test]
fn the_design_of_ketamine_moves_nothing_that_is_published() {
    let model = ketamine();
    let free = read_design(DESIGN, &model).expect("the shipped design");
    assert!(free.len() >= 60, "{} parameters are free", free.len());
    for parameter in &model.parameters {
        // No shipped value leaves its own range, free or not.
        if let Some((low, high)) = parameter.range {
            assert!((low..=high).contains(&parameter.value), "{} is outside its range", parameter.name);
        }
        // Whatever says that it was fitted to statements is free.
        if let Origin::Assumed(reason) = &parameter.origin
            && reason.starts_with("fitted to")
        {
            assert!(free.iter().any(|one| one.name == parameter.name), "{} is fitted and not free", parameter.name);
        }
    }
}

#[test]
fn a_weaker_affinity_is_seen_in_the_receptor_statements_and_mended() {
    // The whole fit takes minutes (`examples/calibrate.rs`); one topic and four parameters show the same in seconds.
    let (model, rows) = (ketamine(), rows());
    let design = "[free]\nuse_P = [0.003, 0.03]\nK_Mg_P = [0.4, 1.6]\nK_I = [0.1, 0.35]\nx_P = [0.7, 0.92]\n";
    let free = read_design(design, &model).expect("a design");
    let calibration = ready(&model, &free, &rows, &["receptor"]);
    assert!(calibration.targets.len() >= 15, "{} statements", calibration.targets.len());
    let shipped: Vec<f64> = free.iter().map(|one| one.value).collect();
    let at_shipped = calibration.objective(&shipped, &calibration.evaluate(&shipped));
    let mut off = shipped.clone();
    off[free.iter().position(|one| one.name == "K_Mg_P").expect("free")] *= 0.5;
    let mended = calibration.fit(&off, 20, |_, _| ());
    assert!(mended.before > 1.5 * at_shipped, "{} at first, {at_shipped} as shipped", mended.before);
    assert!(mended.after <= at_shipped, "{} mended, {at_shipped} as shipped", mended.after);
}
