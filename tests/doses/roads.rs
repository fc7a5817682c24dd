//! Random schedules: the same through an event table, through the text of a regimen, and by superposition.

use crate::carry_out::carry_out;
use crate::model::{MATRIX, PARAMETERS, routes, setup, unit};
use crate::pairs::{Code, Line, assert_agree, epochs, table, timeline_of};
use crate::superposition::{Dose, Input, Record, superpose};
use kascade::diagnostics::SourceText;
use kascade::dosing::{Covariates, Kind, expand, parse_doses};
use proptest::prelude::*;
use std::fmt::Write;

/// Times on a coarse grid, so that things often happen at once, or anywhere.
fn time(longest: u32) -> impl Strategy<Value = f64> {
    prop_oneof![3 => (0..=2 * longest).prop_map(|half| f64::from(half) * 0.5), 1 => 0.0..f64::from(longest)]
}

fn lag() -> impl Strategy<Value = f64> {
    prop_oneof![2 => Just(0.0), 2 => time(10), 1 => time(40)]
}

fn interval() -> impl Strategy<Value = f64> {
    prop_oneof![Just(12.0), Just(8.0), 3.0..30.0]
}

fn dose() -> impl Strategy<Value = (Dose, Code)> {
    let input = prop_oneof![
        3 => Just((None, Code::Plain)),
        3 => prop_oneof![Just(10.0), Just(2.0), 1.0..60.0].prop_map(|rate| (Some(Input::Rate(rate)), Code::Plain)),
        1 => Just((Some(Input::Rate(PARAMETERS[4])), Code::MinusOne)),
        1 => Just((Some(Input::Duration(PARAMETERS[3])), Code::MinusTwo)),
    ];
    let repeats = (
        interval(),
        prop_oneof![2 => Just(0_u32), 1 => 1..6_u32],
        prop_oneof![4 => Just(0_u8), 2 => Just(1), 1 => Just(2)],
    );
    let fraction = prop_oneof![Just(1.0), Just(0.5), Just(0.0), 0.01..1.5];
    (0..2_usize, 1.0..100.0, input, fraction, lag(), repeats).prop_map(
        |(route, amount, (input, code), fraction, lag, (interval, additional, steady))| {
            // Only the route `oral` declares a rate and a duration.
            let (input, code) = if route == 1 && code != Code::Plain { (None, Code::Plain) } else { (input, code) };
            let input = input.unwrap_or(Input::Bolus);
            (Dose { route, amount, input, fraction, lag, interval, additional, steady }, code)
        },
    )
}

fn record() -> impl Strategy<Value = (Record, Code)> {
    prop_oneof![
        8 => dose().prop_map(|(dose, code)| (Record::Dose(dose), code)),
        6 => Just((Record::Observation, Code::Plain)),
        1 => Just((Record::Reset, Code::Plain)),
        1 => dose().prop_map(|(dose, code)| (Record::ResetAndDose(dose), code)),
        1 => (0..2_usize, 1.0..20.0).prop_map(|(route, rate)| (Record::Endless { route, rate }, Code::Plain)),
    ]
}

/// Records of one clock in order, with observations to the end.
fn clock() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((time(30), record()), 1..7).prop_map(|drawn| {
        let mut lines: Vec<Line> =
            drawn.into_iter().map(|(time, (record, code))| Line { time, record, code }).collect();
        lines.extend((0..12).map(|step| Line::observation(f64::from(step) * 4.0)));
        lines.sort_by(|a, b| a.time.total_cmp(&b.time));
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever a table says, with lag and fraction changing from record to record and time beginning anew.
    #[test]
    fn tables_agree_with_superposition(first in clock(), second in prop::option::of(clock()), locf in any::<bool>()) {
        let mut lines = first;
        if let Some(mut second) = second {
            // Only a reset may set time back.
            second.retain(|line| line.time < 40.0);
            second.insert(0, Line { time: 0.0, record: Record::Reset, code: Code::Plain });
            lines.extend(second);
        }
        let text = table(&lines);
        // A dose uses the covariates of its own record under either rule.
        let timeline = timeline_of(&text, if locf { Covariates::Locf } else { Covariates::Nocb });
        assert_agree(&carry_out(&timeline), &epochs(&MATRIX, &lines), &timeline.outputs, &text);
    }

    /// Steady doses of one regimen share one steady state: in a linear model the sum of their own.
    #[test]
    fn steady_doses_share_one_steady_state(
        doses in prop::collection::vec((dose(), prop_oneof![Just(6.0), Just(8.0), Just(12.0), Just(24.0)], time(5)), 2..4),
        lags in (lag(), lag()),
    ) {
        let mut text = String::new();
        let mut records = Vec::new();
        for (index, ((dose, _), interval, at)) in doses.into_iter().enumerate() {
            let lag = if dose.route == 0 { lags.0 } else { lags.1 };
            let at = if index == 0 { 0.0 } else { at };
            let (way, input) = match dose.input {
                Input::Rate(rate) => (format!(" rate {rate} mg/h"), Input::Rate(rate)),
                _ => (" bolus".to_string(), Input::Bolus),
            };
            let route = ["oral", "iv"][dose.route];
            write!(text, "{route} {} mg{way} at {at} h every {interval} h times {} steady;", dose.amount, dose.additional + 1).expect("a string");
            // The sums of all trains are there from the first record on, so no dose may replace another.
            records.push((at, Record::Dose(Dose { fraction: 1.0, lag, interval, input, steady: 2, ..dose })));
        }
        let outputs: Vec<f64> = (0..40).map(f64::from).collect();
        records.extend(outputs.iter().map(|&time| (time, Record::Observation)));
        let routes = routes();
        let mut parameters = PARAMETERS;
        (parameters[2], parameters[6]) = lags;
        let written = parse_doses(&SourceText::new("--dose", text.clone()), &routes, &unit("h")).expect("doses");
        let timeline = expand(&written, &setup(&routes, &parameters), 39.0, &outputs).expect("a timeline");
        let states = timeline.actions.iter().filter(|action| matches!(action.kind, Kind::ReplaceBySteadyState(_))).count();
        prop_assert_eq!(states, 1);
        assert_agree(&carry_out(&timeline), &superpose(&MATRIX, &records), &outputs, &text);
    }

    /// A regimen means what the same table means, and both what superposition says.
    #[test]
    fn regimens_agree_with_tables_and_superposition(
        doses in prop::collection::vec((time(30), dose()), 1..5),
        fractions in (0.1..1.2, 0.1..1.2),
        lags in (lag(), lag()),
        steady in any::<bool>(),
        grid in prop_oneof![Just(0.1), Just(0.5), 0.3..2.0],
    ) {
        let mut text = String::new();
        let mut lines = Vec::new();
        for (index, (at, (dose, _))) in doses.into_iter().enumerate() {
            let (fraction, lag) = if dose.route == 0 { (fractions.0, lags.0) } else { (fractions.1, lags.1) };
            let first = index == 0 && steady;
            let dose = Dose { fraction, lag, steady: u8::from(first), ..dose };
            let at = if first { 0.0 } else { at };
            // Written with `over` the duration is kept; a table says the same by the rate that results.
            let (way, input) = match dose.input {
                Input::Bolus => (" bolus".to_string(), Input::Bolus),
                Input::Rate(rate) => (format!(" rate {rate} mg/h"), Input::Rate(rate)),
                Input::Duration(over) => (format!(" over {over} h"), Input::Rate(dose.amount * fraction / over)),
            };
            let dose = Dose { input, ..dose };
            let route = ["oral", "iv"][dose.route];
            write!(text, "{route} {} mg{way} at {at} h every {} h times {}", dose.amount, dose.interval, dose.additional + 1).expect("a string");
            text.push_str(if first { " steady;" } else { ";" });
            lines.push(Line { time: at, record: Record::Dose(dose), code: Code::Plain });
        }
        let outputs: Vec<f64> = (0..40).map(|step| f64::from(step) * grid).collect();
        let until = outputs[39];
        lines.retain(|line| line.time <= until);
        lines.extend(outputs.iter().map(|&time| Line::observation(time)));
        lines.sort_by(|a, b| a.time.total_cmp(&b.time));

        let routes = routes();
        let mut parameters = PARAMETERS;
        (parameters[1], parameters[2], parameters[5], parameters[6]) = (fractions.0, lags.0, fractions.1, lags.1);
        let written = parse_doses(&SourceText::new("--dose", text.clone()), &routes, &unit("h")).expect("doses");
        let regimen = expand(&written, &setup(&routes, &parameters), until, &outputs).expect("a timeline");
        let records: Vec<(f64, Record)> = lines.iter().map(|line| (line.time, line.record)).collect();
        let want = superpose(&MATRIX, &records);
        assert_agree(&carry_out(&regimen), &want, &outputs, &text);
        let table = table(&lines);
        let from_table = timeline_of(&table, Covariates::Nocb);
        assert_agree(&carry_out(&from_table), &want, &outputs, &table);
    }
}
