//! Every pair of features against superposition: through an event table whose timeline is carried out exactly, and
//! through the solver in models of one and two compartments with doses by mouth and into the vein (`integrated`).

use crate::carry_out::carry_out;
use crate::integrated;
use crate::model::{MATRIX, Matrix, NAMES, PARAMETERS, routes, setup, unit};
use crate::superposition::{Dose, Input, Record, superpose};
use kascade::diagnostics::SourceText;
use kascade::dosing::{Covariates, Rows, TableSetup, Timeline, expand_individual};
use kascade::formats::nonmem::read_event_table;
use std::fmt::Write;

/// A record, and the code of RATE it is written with.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub time: f64,
    pub record: Record,
    pub code: Code,
}

impl Line {
    pub fn observation(time: f64) -> Line {
        Line { time, record: Record::Observation, code: Code::Plain }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Code {
    Plain,
    MinusOne,
    MinusTwo,
}

/// Two doses and what the features make of them.
struct Scenario {
    doses: [Line; 2],
    /// Records between and after them.
    further: Vec<Line>,
    /// Records after time began anew.
    anew: Vec<Line>,
}

const PLAIN: Dose = Dose {
    route: 0,
    amount: 100.0,
    input: Input::Bolus,
    fraction: 1.0,
    lag: 0.0,
    interval: 0.0,
    additional: 0,
    steady: 0,
};

impl Scenario {
    fn new() -> Scenario {
        let line = |time, amount| Line { time, record: Record::Dose(Dose { amount, ..PLAIN }), code: Code::Plain };
        Scenario { doses: [line(0.0, 100.0), line(9.0, 70.0)], further: Vec::new(), anew: Vec::new() }
    }

    fn dose(&mut self, index: usize) -> &mut Dose {
        match &mut self.doses[index].record {
            Record::Dose(dose) | Record::ResetAndDose(dose) => dose,
            _ => unreachable!("the two doses stay doses"),
        }
    }

    /// The first dose that no other feature has given a way to enter.
    fn free(&mut self) -> usize {
        usize::from(self.dose(0).input != Input::Bolus)
    }

    fn enter(&mut self, input: Input, code: Code) {
        let index = self.free();
        self.dose(index).input = input;
        self.doses[index].code = code;
    }

    fn repeat(&mut self, index: usize, interval: f64) {
        if self.dose(index).interval == 0.0 {
            self.dose(index).interval = interval;
        }
    }

    /// Records in order, with observations at, between and after everything that happens, before and behind the
    /// records at the same time.
    fn lines(&self) -> Vec<Line> {
        let observe = Line::observation;
        let mut all = Vec::new();
        for (epoch, events) in [self.doses.iter().chain(&self.further).collect::<Vec<_>>(), self.anew.iter().collect()]
            .into_iter()
            .enumerate()
        {
            let mut lines: Vec<Line> = Vec::new();
            let grid = || (0..40).map(|step| f64::from(step) * 1.5);
            let arrivals = events.iter().filter_map(|line| match line.record {
                Record::Dose(dose) | Record::ResetAndDose(dose) => Some(line.time + dose.lag),
                _ => None,
            });
            if epoch == 0 || !events.is_empty() {
                lines.extend(events.iter().map(|line| observe(line.time)).filter(|_| epoch == 0));
                lines.extend(events.iter().copied());
                lines.extend(grid().chain(arrivals).map(observe));
            }
            lines.sort_by(|a, b| a.time.total_cmp(&b.time));
            all.extend(lines);
        }
        all
    }
}

/// The table that says the same. Covariates of a dose stand on its own record only.
pub fn table(lines: &[Line]) -> String {
    let mut text = String::from("TIME,EVID,AMT,RATE,II,ADDL,SS,CMT,F_oral,lag_oral,F_iv,lag_iv\n");
    for line in lines {
        let time = line.time;
        match line.record {
            Record::Observation => writeln!(text, "{time},0,.,.,.,.,.,.,.,.,.,."),
            Record::Reset => writeln!(text, "{time},3,.,.,.,.,.,.,.,.,.,."),
            Record::Endless { route, rate } => {
                writeln!(text, "{time},1,0,{rate},.,.,1,{},.,.,.,.", route + 1)
            }
            Record::Dose(dose) | Record::ResetAndDose(dose) => {
                let event = if matches!(line.record, Record::Dose(_)) { 1 } else { 4 };
                let rate = match (line.code, dose.input) {
                    (Code::MinusOne, _) => -1.0,
                    (Code::MinusTwo, _) => -2.0,
                    (Code::Plain, Input::Rate(rate)) => rate,
                    _ => 0.0,
                };
                let Dose { amount, interval, additional, steady, fraction, lag, route, .. } = dose;
                let own = format!("{fraction},{lag}");
                let properties = if route == 0 { format!("{own},.,.") } else { format!(".,.,{own}") };
                writeln!(
                    text,
                    "{time},{event},{amount},{rate},{interval},{additional},{steady},{},{properties}",
                    route + 1
                )
            }
        }
        .expect("a string");
    }
    text
}

/// The timeline of a table of one individual.
pub fn timeline_of(text: &str, rule: Covariates) -> Timeline {
    let routes = routes();
    let names: Vec<_> =
        NAMES.iter().map(|name| (name.to_string(), unit(if *name == "weight" { "kg" } else { "1" }))).collect();
    let reading = TableSetup { routes: &routes, time: &unit("h"), parameters: &names, ranges: &[] };
    let table = read_event_table(&SourceText::new("table.csv", text), &reading)
        .unwrap_or_else(|errors| panic!("{text}\n{:?}", errors.iter().map(|error| &error.message).collect::<Vec<_>>()));
    let setup = setup(&routes, &PARAMETERS);
    expand_individual(&table, &table.individuals[0], &setup, rule, Rows::Observations).expect("a timeline")
}

/// Rows agree to 1e-10 of the largest value of their state, and none is negative.
pub fn assert_agree(got: &[[f64; 3]], want: &[[f64; 3]], times: &[f64], about: &str) {
    assert_eq!(got.len(), want.len(), "{about}");
    for state in 0..3 {
        let scale = want.iter().map(|row| row[state].abs()).fold(1.0, f64::max);
        for ((got, want), time) in got.iter().zip(want).zip(times) {
            let (got, want) = (got[state], want[state]);
            assert!((got - want).abs() <= 1e-10 * scale, "{about}\nstate {state} at {time}: {got} for {want}");
            assert!(got >= -1e-12 * scale, "{about}\nstate {state} at {time} is negative: {got}");
        }
    }
}

fn check(pair: &str, features: [fn(&mut Scenario); 2]) {
    let mut scenario = Scenario::new();
    features[0](&mut scenario);
    features[1](&mut scenario);
    let lines = scenario.lines();
    let text = table(&lines);
    let timeline = timeline_of(&text, Covariates::Nocb);
    let want = epochs(&MATRIX, &lines);
    assert_agree(&carry_out(&timeline), &want, &timeline.outputs, &text);
    integrated::assert_closed_form(&lines, pair);
}

/// Superposition knows one clock: what was before time began anew is over.
pub fn epochs(matrix: &Matrix, lines: &[Line]) -> Vec<[f64; 3]> {
    let mut rows = Vec::new();
    let mut epoch: Vec<(f64, Record)> = Vec::new();
    for line in lines {
        if epoch.last().is_some_and(|(before, _)| line.time < *before) {
            rows.extend(superpose(matrix, &epoch));
            epoch.clear();
        }
        epoch.push((line.time, line.record));
    }
    rows.extend(superpose(matrix, &epoch));
    rows
}

mod features {
    use super::*;

    pub fn lag(scenario: &mut Scenario) {
        scenario.dose(0).lag = 3.7;
        scenario.dose(1).lag = 3.7;
    }

    pub fn lag_longer_than_the_interval(scenario: &mut Scenario) {
        scenario.dose(0).lag = 29.3;
    }

    pub fn lag_of_two_intervals(scenario: &mut Scenario) {
        scenario.dose(0).lag = 24.0;
    }

    pub fn fraction(scenario: &mut Scenario) {
        scenario.dose(0).fraction = 0.6;
        scenario.dose(1).fraction = 0.6;
    }

    pub fn changing_lag_and_fraction(scenario: &mut Scenario) {
        let second = scenario.dose(1);
        second.lag += 1.9;
        second.fraction *= 0.35;
    }

    pub fn infusion(scenario: &mut Scenario) {
        scenario.enter(Input::Rate(31.0), Code::Plain);
    }

    pub fn infusion_longer_than_the_interval(scenario: &mut Scenario) {
        scenario.enter(Input::Rate(3.1), Code::Plain);
    }

    pub fn infusion_as_long_as_the_interval(scenario: &mut Scenario) {
        let index = scenario.free();
        let dose = *scenario.dose(index);
        scenario.enter(Input::Rate(dose.amount * dose.fraction / 12.0), Code::Plain);
    }

    pub fn rate_of_the_route(scenario: &mut Scenario) {
        scenario.enter(Input::Rate(PARAMETERS[4]), Code::MinusOne);
    }

    pub fn duration_of_the_route(scenario: &mut Scenario) {
        scenario.enter(Input::Duration(PARAMETERS[3]), Code::MinusTwo);
    }

    pub fn additional_doses(scenario: &mut Scenario) {
        scenario.repeat(0, 12.0);
        scenario.dose(0).additional = 3;
    }

    pub fn steady_state(scenario: &mut Scenario) {
        scenario.repeat(0, 12.0);
        scenario.dose(0).steady = 1;
    }

    pub fn steady_state_later(scenario: &mut Scenario) {
        scenario.repeat(1, 8.0);
        scenario.dose(1).steady = 1;
    }

    pub fn steady_state_added(scenario: &mut Scenario) {
        scenario.repeat(1, 10.0);
        scenario.dose(1).steady = 2;
    }

    pub fn endless_infusion(scenario: &mut Scenario) {
        let record = Record::Endless { route: 1, rate: 6.0 };
        scenario.further.push(Line { time: 4.0, record, code: Code::Plain });
    }

    pub fn reset(scenario: &mut Scenario) {
        scenario.further.push(Line { time: 15.0, record: Record::Reset, code: Code::Plain });
    }

    pub fn reset_and_dose(scenario: &mut Scenario) {
        let dose = *scenario.dose(1);
        scenario.doses[1].record = Record::ResetAndDose(dose);
    }

    pub fn time_begun_anew(scenario: &mut Scenario) {
        let dose = *scenario.dose(0);
        let again = Line { time: 0.0, record: Record::ResetAndDose(dose), ..scenario.doses[0] };
        scenario.anew = vec![again];
    }

    pub fn second_route(scenario: &mut Scenario) {
        let dose = Dose { route: 1, amount: 40.0, input: Input::Rate(8.0), fraction: 0.9, lag: 0.5, ..PLAIN };
        scenario.further.push(Line { time: 3.0, record: Record::Dose(dose), code: Code::Plain });
    }
}

/// One test for each pair, titled by it.
macro_rules! pairs {
    ($($first:ident: $($second:ident)*;)*) => {$(
        mod $first {
            $(
                #[test]
                fn $second() {
                    let pair = concat!(stringify!($first), " x ", stringify!($second));
                    super::check(pair, [super::features::$first, super::features::$second]);
                }
            )*
        }
    )*};
}

pairs! {
    lag: fraction changing_lag_and_fraction infusion infusion_longer_than_the_interval
        infusion_as_long_as_the_interval rate_of_the_route duration_of_the_route additional_doses steady_state
        steady_state_later steady_state_added endless_infusion reset reset_and_dose time_begun_anew second_route;
    lag_longer_than_the_interval: fraction changing_lag_and_fraction infusion infusion_longer_than_the_interval
        infusion_as_long_as_the_interval rate_of_the_route duration_of_the_route additional_doses steady_state
        steady_state_later steady_state_added endless_infusion reset reset_and_dose time_begun_anew second_route;
    lag_of_two_intervals: fraction changing_lag_and_fraction infusion infusion_longer_than_the_interval
        infusion_as_long_as_the_interval rate_of_the_route duration_of_the_route additional_doses steady_state
        steady_state_later steady_state_added endless_infusion reset reset_and_dose time_begun_anew second_route;
    fraction: changing_lag_and_fraction infusion infusion_longer_than_the_interval infusion_as_long_as_the_interval
        rate_of_the_route duration_of_the_route additional_doses steady_state steady_state_later steady_state_added
        endless_infusion reset reset_and_dose time_begun_anew second_route;
    changing_lag_and_fraction: infusion infusion_longer_than_the_interval infusion_as_long_as_the_interval
        rate_of_the_route duration_of_the_route additional_doses steady_state steady_state_later steady_state_added
        endless_infusion reset reset_and_dose time_begun_anew second_route;
    infusion: infusion_longer_than_the_interval infusion_as_long_as_the_interval rate_of_the_route
        duration_of_the_route additional_doses steady_state steady_state_later steady_state_added endless_infusion
        reset reset_and_dose time_begun_anew second_route;
    infusion_longer_than_the_interval: infusion_as_long_as_the_interval rate_of_the_route duration_of_the_route
        additional_doses steady_state steady_state_later steady_state_added endless_infusion reset reset_and_dose
        time_begun_anew second_route;
    infusion_as_long_as_the_interval: rate_of_the_route duration_of_the_route additional_doses steady_state
        steady_state_later steady_state_added endless_infusion reset reset_and_dose time_begun_anew second_route;
    rate_of_the_route: duration_of_the_route additional_doses steady_state steady_state_later steady_state_added
        endless_infusion reset reset_and_dose time_begun_anew second_route;
    duration_of_the_route: additional_doses steady_state steady_state_later steady_state_added endless_infusion reset
        reset_and_dose time_begun_anew second_route;
    additional_doses: steady_state steady_state_later steady_state_added endless_infusion reset reset_and_dose
        time_begun_anew second_route;
    steady_state: steady_state_later steady_state_added endless_infusion reset reset_and_dose time_begun_anew
        second_route;
    steady_state_later: endless_infusion reset reset_and_dose time_begun_anew second_route;
    steady_state_added: endless_infusion reset reset_and_dose time_begun_anew second_route;
    endless_infusion: reset reset_and_dose time_begun_anew second_route;
    reset: reset_and_dose time_begun_anew second_route;
    reset_and_dose: time_begun_anew second_route;
    time_begun_anew: second_route;
}
