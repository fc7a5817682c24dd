//! The examples of docs/doses.md: each is read, expanded, and gives what stands behind its arrow.

use kascade::diagnostics::{Code, Diagnostic, SourceText};
use kascade::dosing::{
    Covariates, Fate, Given, Repeat, Route, Rows, Rule, Setup, TableSetup, Timeline, expand, expand_individual,
    parse_doses,
};
use kascade::formats::nonmem::read_event_table;
use kascade::model::{Model, dosing_routes, load};
use kascade::simulation::DoseExpressions;

const PAGE: &str = include_str!("../../docs/doses.md");

/// The blocks of one kind.
fn blocks(kind: &str) -> impl Iterator<Item = &'static str> {
    PAGE.split("```").skip(1).step_by(2).filter_map(move |block| block.strip_prefix(kind)?.strip_prefix('\n'))
}

fn model() -> Model {
    let source = SourceText::new("docs/doses.md", blocks("model").next().expect("the model"));
    let loaded = load(&source, &|name, _| Err(Diagnostic::error(Code::ModelNotFound, name)))
        .unwrap_or_else(|report| panic!("{report:?}"));
    assert!(loaded.report.list.is_empty(), "{:?}", loaded.report);
    loaded.model
}

/// Four digits, as on the page.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".into() } else { short.into() }
}

fn line(given: &Given, routes: &[Route]) -> String {
    let unit = routes[given.route].unit.text();
    let what = match (given.repeat, given.infusion) {
        (Repeat::Forever, Some((rate, _))) if given.rule == Rule::Endless => {
            format!("steady at {} {unit}/h", number(rate))
        }
        (Repeat::Forever, _) => format!("steady every {} h", number(given.interval.unwrap_or(f64::NAN))),
        (_, Some((rate, duration))) => format!("{} {unit}/h for {} h", number(rate), number(duration)),
        (_, None) => format!("{} {unit}", number(given.amount)),
    };
    let fate = match given.fate {
        Fate::Given => String::new(),
        Fate::CutShort { at } => format!(", cut short at {} h", number(at)),
        Fate::Dropped { at, .. } => format!(", dropped at {} h", number(at)),
        Fate::AfterEnd => ", after the end".into(),
    };
    format!("{} h: {what}{fate}", number(given.arrives))
}

fn given(timeline: &Timeline, routes: &[Route]) -> String {
    timeline.given.iter().map(|given| line(given, routes)).collect::<Vec<_>>().join("; ")
}

#[test]
fn doses_of_the_page_give_what_it_says() {
    let model = model();
    let (routes, parameters) = (dosing_routes(&model), model.parameter_values());
    let expressions = DoseExpressions { model: &model, settings: Vec::new() };
    let weight = model.parameter("weight");
    let setup = Setup { routes: &routes, parameters: &parameters, weight, perturbations: &[], model: &expressions };
    let mut count = 0;
    for example in blocks("doses").flat_map(str::lines) {
        let (text, want) = example.split_once("=>").expect(example);
        let doses = parse_doses(&SourceText::new("--dose", text.trim()), &routes, &model.time_unit);
        let doses = doses.unwrap_or_else(|error| panic!("{example}: {error}"));
        let timeline = expand(&doses, &setup, 168.0, &[]).unwrap_or_else(|error| panic!("{example}: {error}"));
        assert_eq!(given(&timeline, &routes), want.trim(), "{example}");
        count += 1;
    }
    assert!(count > 20);
}

#[test]
fn tables_of_the_page_give_what_it_says() {
    let model = model();
    let (routes, parameters) = (dosing_routes(&model), model.parameter_values());
    let names: Vec<_> = model.parameters.iter().map(|one| (one.name.clone(), one.unit.clone())).collect();
    let expressions = DoseExpressions { model: &model, settings: Vec::new() };
    let weight = model.parameter("weight");
    let setup = Setup { routes: &routes, parameters: &parameters, weight, perturbations: &[], model: &expressions };
    let reading = TableSetup { routes: &routes, time: &model.time_unit, parameters: &names, ranges: &[] };
    let mut count = 0;
    for block in blocks("events") {
        let (text, want) = block.split_once("=>").expect(block);
        let table = read_event_table(&SourceText::new("table.csv", text), &reading)
            .unwrap_or_else(|errors| panic!("{block}\n{errors:?}"));
        let timeline = expand_individual(&table, &table.individuals[0], &setup, Covariates::Nocb, Rows::Observations)
            .unwrap_or_else(|error| panic!("{block}\n{error}"));
        assert_eq!(given(&timeline, &routes), want.trim(), "{block}");
        count += 1;
    }
    assert!(count > 5);
}
