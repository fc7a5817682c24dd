//! Tables that are read, and the list of those that are refused.

use super::nonmem::read_event_table;
use crate::diagnostics::{Diagnostic, SourceText};
use crate::dosing::{
    Covariates, DoseModel, EventTable, Kind, Route, Rows, Setup, TableSetup, Timeline, expand_individual,
};
use crate::units::Unit;
use proptest::prelude::*;
use std::fmt::Write;

fn unit(text: &str) -> Unit {
    Unit::parse(text).expect(text)
}

fn routes() -> Vec<Route> {
    let route = |name: &str, compartment, zero_order| Route {
        name: name.into(),
        unit: unit("mg"),
        molar_mass: false,
        has_duration: zero_order,
        has_rate: zero_order,
        compartment: Some(compartment),
    };
    vec![route("iv", 2, false), route("oral", 1, true), route("depot", 3, false), route("depot_b", 3, false)]
}

fn parameters() -> Vec<(String, Unit)> {
    vec![("weight".into(), unit("kg")), ("CL".into(), unit("L/h"))]
}

struct Plain;
impl DoseModel for Plain {
    fn duration(&self, _route: usize, _parameters: &[f64]) -> f64 {
        2.0
    }
    fn rate(&self, _route: usize, _parameters: &[f64]) -> f64 {
        5.0
    }
}

fn read_in(text: &str, time: &str) -> Result<EventTable, Vec<Diagnostic>> {
    let setup = TableSetup { routes: &routes(), time: &unit(time), parameters: &parameters(), ranges: &[] };
    read_event_table(&SourceText::new("table.csv", text), &setup)
}

fn read(text: &str) -> EventTable {
    read_in(text, "h").unwrap_or_else(|errors| panic!("{text}\n{errors:?}"))
}

fn timeline(table: &EventTable, individual: usize, rule: Covariates) -> Timeline {
    let routes = routes();
    let setup =
        Setup { routes: &routes, parameters: &[70e6, 10.0], weight: Some(0), perturbations: &[], model: &Plain };
    expand_individual(table, &table.individuals[individual], &setup, rule, Rows::Observations).expect("a timeline")
}

fn actions(timeline: &Timeline) -> Vec<String> {
    timeline.actions.iter().map(|action| format!("{} {:?}", action.time, action.kind)).collect()
}

#[test]
fn every_table_that_means_nothing_is_refused() {
    let mut count = 0;
    let mut told = String::new();
    for case in include_str!("../../tests/event_tables/refused.txt").split("=== ").skip(1) {
        let (title, text) = case.split_once('\n').expect("a title");
        let text = text.trim_end().replace("<tab>", "\t");
        let errors = read_in(&text, "h").expect_err(title);
        writeln!(told, "=== {title}").expect("a string");
        for error in &errors {
            let place = error.place.clone().unwrap_or_else(|| panic!("{title}: no place"));
            let (line, column) = (place.line(), place.column());
            let at = &text[place.span.clone()];
            writeln!(told, "{line}:{column} `{at}`\n    {}: {}", error.code, error.message).expect("a string");
            assert!(!error.hints.is_empty(), "{title}: no hint");
            for hint in &error.hints {
                writeln!(told, "    hint: {hint}").expect("a string");
            }
        }
        count += 1;
    }
    assert!(count >= 40, "only {count}");
    insta::assert_snapshot!(told);
}

#[test]
fn clock_times_need_a_unit_of_time() {
    let errors = read_in("TIME,AMT,CMT\n8:30,100,2\n", "1").expect_err("a clock without hours");
    assert_eq!(errors[0].message, "clock times and dates need a model whose time has a unit");
}

#[test]
fn any_order_case_and_separator_read_the_same() {
    let plain = actions(&timeline(&read("ID,TIME,AMT,EVID,CMT\n1,0,100,1,2\n1,2,.,0,.\n"), 0, Covariates::Nocb));
    assert_eq!(plain, ["0 Bolus { route: 0, amount: 100.0 }", "2 Output { row: 0 }"]);
    for same in [
        "cmt;evid;amt;time;id\n2;1;100;0;1\n.;0;.;2;1",
        "\u{feff}Id\tTime\tAmt\tEvid\tRoute\r\n1\t0.0\t1e2\t1.0\tiv\r\n1\t2\tNA\t0\t\r\n",
        "\"ID\",\"TIME\",\"AMT\",\"EVID\",\"CMT\"\n\"1.0\", 0 ,\"100\",1,2.0\n\n1,2,,0,anything\n,,,,\n",
        "ID TIME AMT EVID CMT\n1   0    100 1    2\n  1 2    .   0    .  ",
        "# exported\nID,TIME,AMT,CMT,DV,MDV\n# first\n1,0,100,2,.,1\n1,2,0,0,3.3,0\n",
        "TIME,AMT,CMT\n0,100,2\n2,0,2\n",
    ] {
        assert_eq!(actions(&timeline(&read(same), 0, Covariates::Nocb)), plain, "{same}");
    }
}

#[test]
fn columns_that_are_not_read_are_reported() {
    let table = read("ID,TIME,AMT,CMT,DV,MDV,Weight,weight\n1,0,100,2,.,1,3,80\n");
    assert_eq!(table.ignored, ["DV", "MDV", "Weight"]);
    assert_eq!(table.covariates, [0]);
}

#[test]
fn clock_times_count_from_the_first_record_of_each_individual() {
    // The example of NONMEM's help on DATE, with a year.
    let table = read(
        "ID,DATE,TIME,AMT,CMT\n1,10-1-86,9:15,100,2\n1,10-1-86,14:40,.,.\n1,10-2-86,8:30,.,.\n2,10-12,8,100,2\n2,10-14,10,.,.\n",
    );
    let times = |individual| timeline(&table, individual, Covariates::Nocb).outputs;
    assert_eq!(times(0), [19_500.0 / 3600.0, 23.25]);
    assert_eq!(times(1), [50.0]);
    // The example of NONMEM's help on TIME: one clock time makes them all clock times.
    let table = read("TIME,AMT,CMT\n8:00,1,2\n14:45,.,.\n14.75,.,.\n");
    assert_eq!(timeline(&table, 0, Covariates::Nocb).outputs, [6.75, 6.75]);
    // Bare times of such a table are hours in a model of days, too.
    let table = read_in("TIME,AMT,CMT,II,ADDL\n8:00,1,2,12:00,1\n20:30,.,.,.,.\n", "d").expect("a table");
    assert_eq!(actions(&timeline(&table, 0, Covariates::Nocb))[1], "12 Bolus { route: 0, amount: 1.0 }");
}

#[test]
fn units_are_those_of_the_model() {
    let table = read_in("TIME,AMT,RATE,CMT,weight\n0.5,48,24,2,80\n3,.,.,.,80\n", "d").expect("a table");
    let timeline = timeline(&table, 0, Covariates::Nocb);
    assert_eq!(timeline.start, 12.0);
    assert_eq!(timeline.parameters[0], 80e6);
    assert_eq!(
        actions(&timeline),
        ["12 Rate { route: 0, rate: 1.0 }", "60 Rate { route: 0, rate: 0.0 }", "72 Output { row: 0 }"]
    );
}

#[test]
fn the_order_of_records_decides_at_one_time() {
    let table = read("TIME,AMT,CMT\n0,.,.\n0,5,2\n0,.,.\n0,7,2\n");
    assert_eq!(
        actions(&timeline(&table, 0, Covariates::Nocb)),
        [
            "0 Output { row: 0 }",
            "0 Bolus { route: 0, amount: 5.0 }",
            "0 Output { row: 1 }",
            "0 Bolus { route: 0, amount: 7.0 }"
        ]
    );
}

#[test]
fn an_additional_dose_at_the_time_of_a_record_counts_before_it() {
    let table = read("TIME,AMT,CMT,II,ADDL\n0.1,5,2,0.1,2\n0.2,.,.,.,.\n0.30000000000000004,.,.,.,.\n");
    assert_eq!(
        actions(&timeline(&table, 0, Covariates::Nocb)),
        [
            "0.1 Bolus { route: 0, amount: 5.0 }",
            "0.2 Bolus { route: 0, amount: 5.0 }",
            "0.2 Output { row: 0 }",
            "0.30000000000000004 Bolus { route: 0, amount: 5.0 }",
            "0.30000000000000004 Output { row: 1 }"
        ]
    );
}

#[test]
fn a_covariate_holds_over_the_interval_that_ends_at_its_record() {
    let table = read("TIME,AMT,CMT,CL\n0,5,2,1\n2,.,.,.\n4,.,.,3\n6,.,.,.\n");
    let set = |time: f64, value: f64| format!("{time} {:?}", Kind::SetParameter { parameter: 1, value });
    let nocb = timeline(&table, 0, Covariates::Nocb);
    assert_eq!(nocb.parameters[1], 1.0);
    assert_eq!(
        actions(&nocb)[..3],
        ["0 Bolus { route: 0, amount: 5.0 }".into(), set(0.0, 3.0), "2 Output { row: 0 }".into()]
    );
    let locf = timeline(&table, 0, Covariates::Locf);
    assert_eq!(
        actions(&locf)[..4],
        [
            "0 Bolus { route: 0, amount: 5.0 }".into(),
            "2 Output { row: 0 }".into(),
            set(4.0, 3.0),
            "4 Output { row: 1 }".into()
        ]
    );
}

#[test]
fn a_reset_drops_what_runs_and_time_begins_anew() {
    let table = read(
        "TIME,AMT,RATE,CMT,II,ADDL,EVID\n0,100,10,2,24,3,1\n5,.,.,.,.,.,0\n0,50,0,2,.,.,4\n1,.,.,.,.,.,0\n1,.,.,.,.,.,3\n2,.,.,.,.,.,0\n",
    );
    let timeline = timeline(&table, 0, Covariates::Nocb);
    assert_eq!(
        actions(&timeline),
        [
            "0 Rate { route: 0, rate: 10.0 }",
            "5 Output { row: 0 }",
            "5 Rate { route: 0, rate: 0.0 }",
            "0 Reset",
            "0 Bolus { route: 0, amount: 50.0 }",
            "1 Output { row: 1 }",
            "1 Reset",
            "2 Output { row: 2 }"
        ]
    );
    assert_eq!((timeline.start, timeline.end), (0.0, 2.0));
}

#[test]
fn times_may_be_asked_for_instead_of_the_observations() {
    let routes = routes();
    let setup =
        Setup { routes: &routes, parameters: &[70e6, 10.0], weight: Some(0), perturbations: &[], model: &Plain };
    let table = read("TIME,AMT,CMT,EVID\n0,100,2,1\n1,.,.,0\n3,.,.,2\n0,1,2,4\n2,.,.,0\n");
    let rows = Rows::Times(&[-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
    let timeline =
        expand_individual(&table, &table.individuals[0], &setup, Covariates::Nocb, rows).expect("a timeline");
    assert_eq!(timeline.outputs, [0.0, 1.0, 2.0, 3.0, 0.0, 1.0, 2.0]);
    assert_eq!(
        actions(&timeline)[4..8],
        ["3 Output { row: 3 }", "0 Reset", "0 Bolus { route: 0, amount: 1.0 }", "0 Output { row: 4 }"]
    );
}

#[test]
fn the_route_gives_duration_and_rate() {
    let table = read("TIME,AMT,RATE,CMT\n0,10,-2,1\n10,10,-1,1\n20,.,.,.\n");
    assert_eq!(
        actions(&timeline(&table, 0, Covariates::Nocb))[..4],
        [
            "0 Rate { route: 1, rate: 5.0 }",
            "2 Rate { route: 1, rate: 0.0 }",
            "10 Rate { route: 1, rate: 5.0 }",
            "12 Rate { route: 1, rate: 0.0 }"
        ]
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "(ID|TIME|AMT|RATE|II|ADDL|SS|EVID|CMT|DATE|weight|[0-9.:/-]{1,4}|[,;\t\"\n\r# ]|\\PC){0,60}") {
        if let Err(errors) = read_in(&text, "h") {
            prop_assert!(!errors.is_empty());
            prop_assert!(errors.iter().all(|error| error.place.is_some()));
        }
    }

    #[test]
    fn no_numbers_panic(
        rows in prop::collection::vec(
            (0..3_u8, -1..6_i8, prop::num::f64::ANY, -3..4_i8, -1..4_i8, -2..4_i8, -1..4_i8, 0..5_u8, 0..4_u8),
            1..12,
        )
    ) {
        let mut text = String::from("ID,TIME,AMT,RATE,II,ADDL,SS,EVID,CMT\n");
        for (id, time, amount, rate, interval, additional, steady, event, compartment) in rows {
            writeln!(text, "{id},{time},{amount},{rate},{interval},{additional},{steady},{event},{compartment}").expect("a string");
        }
        if let Ok(table) = read_in(&text, "h") {
            let routes = routes();
            let setup = Setup { routes: &routes, parameters: &[70e6, 10.0], weight: Some(0), perturbations: &[], model: &Plain };
            for individual in &table.individuals {
                if let Ok(timeline) = expand_individual(&table, individual, &setup, Covariates::Nocb, Rows::Observations) {
                    let mut before = timeline.start;
                    for action in &timeline.actions {
                        prop_assert!(action.time >= before || action.kind == Kind::Reset);
                        before = action.time;
                    }
                }
            }
        }
    }
}
