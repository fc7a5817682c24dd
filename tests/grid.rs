//! The grid of hypotheses: the engine on models whose answers are known, and each variant against its own column.

use kascade::analysis::grid::{agreement, column, ranking};
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::formats::evidence_table::{self, EvidenceRow};
use kascade::model::{Grid, Model, Sign, library, load, read_grid};
use kascade::numerics::random::{Purpose, Stream};
use kascade::simulation::{Compiled, Keep, Measures, Scenario, SolverOptions, simulate, take};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Each variant, its column of the grid, and the states that carry its mechanism: held at rest, the effect is gone.
const VARIANTS: [(&str, &str, &[&str]); 10] = [
    ("disinhibition", "a", &["glutamate"]),
    ("resting_receptors", "b", &["B_P"]),
    ("metabolite", "c", &["HNK_S", "HNK_R"]),
    ("extrasynaptic", "d", &["B_E"]),
    ("trkb_binding", "e", &["trkb_occupied"]),
    ("opioid", "f", &["Ce_S", "Ce_R"]),
    ("habenula", "g", &["habenula"]),
    ("combined", "", &["glutamate", "trkb_occupied"]),
    ("disinhibition_resting", "", &["glutamate", "B_P"]),
    ("combined_metabolite", "", &["glutamate", "trkb_occupied", "HNK_S", "HNK_R"]),
];

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn built_in(name: &str) -> Model {
    let loaded = load(&library::find(name).expect("built in"), &find).expect("it loads");
    assert!(loaded.report.list.is_empty(), "{name} draws complaints: {:?}", loaded.report);
    loaded.model
}

fn rows() -> HashMap<String, EvidenceRow> {
    evidence_table::read(library::EVIDENCE_TABLES.iter().map(|(_, text)| *text)).expect("the tables")
}

fn grid() -> Grid {
    read_grid(&SourceText::new("grid.toml", library::GRID)).expect("the grid")
}

fn measured(model: &Model, scenario: &Scenario, texts: &[&str]) -> Vec<f64> {
    let mut measures = Measures::default();
    for text in texts {
        measures.add(&SourceText::new("test", *text), model, &["main"]).unwrap_or_else(|report| panic!("{report:?}"));
    }
    let compiled = Compiled::new(model, &measures.subjects);
    let trajectory = simulate(&compiled, scenario, &SolverOptions::default(), Keep::Everything).expect("the run ends");
    take(&measures, &[&trajectory])
}

/// A model whose mood is what its parameter says, and a grid over it: the answers are known without solving anything.
fn toy() -> (Model, Grid, HashMap<String, EvidenceRow>) {
    let text = r#"
kascade = 1
[model]
name = "toy"
time = "h"
[parameters]
gain = { value = 1, unit = "1", assumed = "one" }
[states]
x = { start = 0, unit = "1" }
[quantities]
madrs = { is = "10 - gain * x", unit = "1" }
[derivatives]
x = "1 [1/h]"
[perturbations.less]
set = { gain = 0.7 }
[perturbations.hardly_less]
set = { gain = 0.81 }
[perturbations.more]
set = { gain = 1.3 }
[[predictions]]
perturbation = "less"
sign = "-"
[[predictions]]
perturbation = "hardly_less"
sign = "-"
[[predictions]]
perturbation = "more"
sign = "?"
[[predictions]]
perturbation = "nowhere"
sign = "+"
"#;
    let model = load(&SourceText::new("toy.toml", text), &find).unwrap_or_else(|report| panic!("{report:?}")).model;
    let line = |id: &str, observed: &str, conflict: bool, row: &str| {
        format!(
            "[[grid]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"ratio\"\nperturbation = \"{id}\"\nobserved = \"{observed}\"\n\
             conflict = {conflict}\nrows = [\"{row}\"]\npredicted = {{ a = \"0\" }}\n"
        )
    };
    let grid = format!(
        "[hypotheses]\na = \"the only one\"\n[kinds.ratio]\nabout = \"effect with over without\"\n\
         runs.main = {{ perturbations = [\"$\"], until = \"2 h\" }}\nruns.drug = {{ until = \"2 h\" }}\n\
         measure = \"(10 - main.at(madrs, 1 h)) / (10 - drug.at(madrs, 1 h))\"\n{}{}{}{}",
        line("less", "-", false, "R1"),
        line("hardly_less", "-", false, "R2"),
        line("more", "+", true, "R1"),
        line("unheard", "0", false, "R1"),
    );
    let grid = read_grid(&SourceText::new("toy grid", grid.as_str())).unwrap_or_else(|report| panic!("{report:?}"));
    let table = "id,quantity,value,unit,low,high,source,status\nR1,q,1,sign,,,one,read\nR2,q,1,sign,,,two,recalled\n";
    (model, grid, evidence_table::read([table]).expect("a table"))
}

#[test]
fn signs_conflicts_open_cells_and_gaps_are_counted_as_they_should() {
    let (model, grid, rows) = toy();
    let got = column(&model, &grid, &rows, &SolverOptions::default());
    let signs: Vec<Option<Sign>> = got.cells.iter().map(|cell| cell.got).collect();
    // 0.81 is within a fifth of no change; the last perturbation is none of the model's.
    assert_eq!(signs, [Some(Sign::Minus), Some(Sign::Zero), Some(Sign::Plus), None]);
    assert!(got.cells[3].reason.as_ref().is_some_and(|reason| reason.contains("unheard")), "{:?}", got.cells[3]);
    // Of its own predictions one is open and one names no line; of the two left one comes out.
    assert_eq!((got.reproduced, got.predicted), (1, 2));
    assert_eq!(got.unknown, ["nowhere"]);
    // Read 1, recalled 1/2, what cannot be asked 1; the conflict decides nothing.
    assert!((got.agreement - 1.0 / 2.5).abs() < 1e-12, "{}", got.agreement);
    assert!((got.with_conflicts - 2.0 / 3.5).abs() < 1e-12, "{}", got.with_conflicts);
    let (low, high) = got.interval.expect("an interval");
    assert!(low <= got.agreement && got.agreement <= high);
}

#[test]
fn the_interval_covers_the_truth_about_as_often_as_it_says() {
    // Lines agree with a chance of 0.7, independently; a third of them weigh half. The truth is then 0.7.
    let mut stream = Stream::new(7, 0, Purpose::Test);
    let (sets, mut covered) = (300, 0);
    for set in 0..sets {
        let lines: Vec<(f64, f64)> = (0..40)
            .map(|line| (if line % 3 == 0 { 0.5 } else { 1.0 }, f64::from(u8::from(stream.uniform() < 0.7))))
            .collect();
        let (_, interval) = agreement(&lines, set);
        let (low, high) = interval.expect("an interval");
        covered += u32::from(low <= 0.7 && 0.7 <= high);
    }
    let share = f64::from(covered) / sets as f64;
    // 95 % in the limit; a percentile bootstrap of 40 lines is known to fall a little short.
    assert!((0.88..=0.98).contains(&share), "it covers {share}");
}

#[test]
fn the_ranking_does_not_hang_on_the_seed() {
    let mut lines: Vec<(f64, f64)> = (0..18).map(|line| (1.0, f64::from(u8::from(line % 3 == 0)))).collect();
    let (low, _) = agreement(&lines, 1);
    assert_eq!(agreement(&lines, 2).0, low, "the share itself is not drawn");
    let (one, other) = (agreement(&lines, 1).1.expect("one"), agreement(&lines, 2).1.expect("two"));
    assert!((one.0 - other.0).abs() <= 0.06 && (one.1 - other.1).abs() <= 0.06, "{one:?} and {other:?}");
    // Agreement everywhere leaves nothing to draw.
    lines.iter_mut().for_each(|line| line.1 = 1.0);
    assert_eq!(agreement(&lines, 1), (Some(1.0), Some((1.0, 1.0))));
    assert_eq!(agreement(&[], 1), (None, None));
}

#[test]
fn every_variant_reproduces_its_own_column() {
    let (grid, rows) = (grid(), rows());
    let text: toml::Table = library::GRID.parse().expect("the grid is TOML");
    let lines = text["grid"].as_array().expect("lines");
    let mut columns = Vec::new();
    for (name, letter, _) in VARIANTS {
        let model = built_in(&format!("variants/{name}"));
        if !letter.is_empty() {
            for line in lines {
                let id = line["id"].as_str().expect("an id");
                let own = model.predictions.iter().find(|one| one.perturbation.text == id);
                let own = own.unwrap_or_else(|| panic!("{name} says nothing about {id}"));
                assert_eq!(own.sign.text(), line["predicted"][letter].as_str().expect("a sign"), "{name}: {id}");
            }
        }
        let got = column(&model, &grid, &rows, &SolverOptions::default());
        let wrong: Vec<String> = grid
            .lines
            .iter()
            .zip(&got.cells)
            .filter(|(_, cell)| cell.predicted != Some(Sign::Open) && cell.predicted != cell.got)
            .map(|(line, cell)| format!("{} gives {:?} ({:.3})", line.id, cell.got, cell.ratio))
            .collect();
        assert!(
            wrong.is_empty() && got.unknown.is_empty(),
            "{name} against its own column: {wrong:?} {:?}",
            got.unknown
        );
        assert!(got.predicted >= 15, "{name} predicts {} lines only", got.predicted);
        columns.push(got);
    }
    // No model is told apart from the best by its share alone: an interval is there for each, and holds the share.
    let order = ranking(&columns);
    assert!(order.windows(2).all(|pair| columns[pair[0]].agreement >= columns[pair[1]].agreement));
    for one in &columns {
        let (low, high) = one.interval.expect("an interval");
        assert!(low <= one.agreement && one.agreement <= high && low < high);
    }
}

#[test]
fn the_effect_of_each_variant_follows_from_the_states_of_its_mechanism() {
    for (name, _, states) in VARIANTS {
        let model = built_in(&format!("variants/{name}"));
        let effect = |held: &[&str]| {
            let at = |regimen: &str| {
                // At rest a level is what the undosed run has.
                let names: Vec<String> = held.iter().map(|state| format!("at({state}, 0 h)")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let mut rest = Scenario::undosed(&model);
                rest.until = 1.0;
                let levels = measured(&model, &rest, &names);
                let mut text = format!(
                    "kascade = 1\n[model]\nname = \"held\"\nextends = \"variants/{name}\"\n[perturbations.held]\nfrom = \"-0.1 h\"\n"
                );
                let clamps: Vec<String> = held
                    .iter()
                    .zip(levels)
                    .map(|(state, level)| {
                        let unit = model.states.iter().find(|one| one.name == *state).expect("a state").unit.clone();
                        format!("{state} = \"{} {}\"", unit.from_internal(level), unit.text())
                    })
                    .collect();
                text += &format!("clamp = {{ {} }}\n", clamps.join(", "));
                let model = load(&SourceText::new("held.toml", text), &find).unwrap_or_else(|r| panic!("{r:?}")).model;
                let mut scenario = Scenario::undosed(&model);
                scenario.until = 25.0;
                scenario.add_regimen(&model, regimen).expect("a regimen");
                if !held.is_empty() {
                    scenario.add_perturbation(&model, "held").expect("a perturbation");
                }
                measured(&model, &scenario, &["at(madrs, 24 h)"])[0]
            };
            at("control") - at("subanesthetic")
        };
        let (whole, without) = (effect(&[]), effect(states));
        assert!(whole > 2.0, "{name}: 0.5 mg/kg takes {whole} points away");
        assert!(without.abs() < 0.2 * whole, "{name}: {without} of {whole} points are left with {states:?} at rest");
    }
}

#[test]
fn no_parameter_is_named_after_a_perturbation_and_acts_on_mood() {
    let grid = grid();
    let ids: BTreeSet<&str> = grid.lines.iter().map(|line| line.id.as_str()).collect();
    for (name, _, _) in VARIANTS {
        let model = built_in(&format!("variants/{name}"));
        for parameter in &model.parameters {
            let named = model.perturbations.iter().any(|one| one.name == parameter.name);
            assert!(!named && !ids.contains(parameter.name.as_str()), "{name}: `{}`", parameter.name);
        }
        // What mood is computed from at once, quantity by quantity, without passing through a state.
        let mut reached: BTreeSet<String> = BTreeSet::new();
        let mut open = vec!["madrs".to_string()];
        while let Some(next) = open.pop() {
            let Some(quantity) = model.quantity(&next) else { continue };
            for word in words(&model.quantities[quantity].text) {
                if reached.insert(word.clone()) {
                    open.push(word);
                }
            }
        }
        // What the perturbations of the grid set. Potentiated synapses need AMPA receptors to speak, so that their block
        // hides relief while it lasts; at 24 h that of the grid is over.
        for line in &grid.lines {
            let names = line.runs.iter().flat_map(|(_, run)| &run.run.perturbations);
            let found: Vec<_> = names.filter_map(|name| model.perturbation(name)).collect();
            for (perturbation, index) in found.iter().flat_map(|one| one.set.iter().map(|(index, _)| (*one, index))) {
                let set = &model.parameters[*index].name;
                let hidden = set == "ampa_block" && perturbation.until.is_some_and(|until| until < 24.0);
                assert!(
                    !reached.contains(set) || hidden,
                    "{name}: {} sets `{set}`, which is in mood",
                    perturbation.name
                );
            }
        }
    }
}

/// The names in an expression.
fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| word.starts_with(|letter: char| letter.is_alphabetic()))
        .map(str::to_string)
        .collect()
}

#[test]
fn undosed_nothing_moves_in_a_year_in_any_variant() {
    let names = VARIANTS.iter().map(|(name, _, _)| format!("variants/{name}"));
    for name in names.chain(["rat", "mouse", "ssri"].map(String::from)) {
        let model = built_in(&name);
        let texts: Vec<String> = model
            .states
            .iter()
            .flat_map(|state| [format!("at({}, 0 h)", state.name), format!("at({}, 8766 h)", state.name)])
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut scenario = Scenario::undosed(&model);
        scenario.until = 8766.0;
        let levels = measured(&model, &scenario, &texts);
        for (state, pair) in model.states.iter().zip(levels.chunks(2)) {
            let drift = (pair[1] - pair[0]).abs();
            let still = drift <= 1e-3 * pair[0].abs().max(state.scale);
            assert!(!state.steady || still, "{name}: {} drifts from {} to {}", state.name, pair[0], pair[1]);
        }
    }
}
