//! From a regimen to a timeline.

use super::error::{DoseError, DoseFault};
use super::prepare::{Input, Order};
use super::record::{Covariates, Event, Record, Span};
use super::schedule::{Delivery, Dose, Setup};
use super::sequence::play;
use super::steady::common_interval;
use super::timeline::Timeline;

/// Expands the doses of one or several regimens for a run until `until` with rows of output at `outputs` (ascending).
///
/// A dose comes before an output at the same time. Integration begins at the earliest of time 0, all doses as written
/// and all edges of perturbations; a row of output outside of the run is left out. A repeated dose uses the lag,
/// fraction, rate and duration that hold at its first dose (as additional doses do in NONMEM).
///
/// `steady` doses whose first times lie within one common interval of each other share one steady state (a morning and
/// an evening dose), at the first of these times; a later `steady` dose begins a new one, which replaces the state.
///
/// # Errors
/// A dose that cannot be given under the parameters at its time.
pub fn expand(doses: &[Dose], setup: &Setup, until: f64, outputs: &[f64]) -> Result<Timeline, DoseError> {
    let edges = || setup.perturbations.iter().flat_map(|one| [one.from, one.until]).flatten();
    let start = doses.iter().map(|dose| dose.at).chain(edges()).fold(0.0_f64.min(until), f64::min);
    let span = Span::new(start, until, doses.iter().map(|dose| dose.at).chain(edges()));

    let mut records = Vec::new();
    for group in steady_groups(doses)? {
        let first = group.iter().map(|&index| doses[index].at).fold(f64::INFINITY, f64::min);
        let orders = group.iter().map(|&index| (order(&doses[index]), index, doses[index].at - first)).collect();
        let origin = group.first().copied().unwrap_or(0);
        records.push(record(first, origin, Event::Steady { orders, adds: false }));
    }
    for (index, dose) in doses.iter().enumerate() {
        if !matches!(dose.delivery, Delivery::Endless(_)) {
            records.push(record(dose.at, index, Event::Dose(order(dose))));
        }
    }
    records.retain(|record| record.time <= until + span.tolerance);
    // Stable: at one time steady states come first, then doses in the author's order.
    records.sort_by(|a, b| a.time.total_cmp(&b.time));
    let (records, rows) = with_outputs(records, outputs, span, Covariates::Nocb);
    let mut timeline = play(&records, setup, span, Covariates::Nocb)?;
    timeline.outputs = rows;
    Ok(timeline)
}

fn record(time: f64, origin: usize, event: Event) -> Record {
    Record { time, origin, resets: false, parameters: Vec::new(), event }
}

fn order(dose: &Dose) -> Order {
    let input = match dose.delivery {
        Delivery::Route => Input::Route,
        Delivery::Bolus => Input::Bolus,
        Delivery::Over(duration) => Input::Over(duration),
        Delivery::Rate(rate) => Input::Rate(rate),
        Delivery::Endless(rate) => Input::Endless(rate),
    };
    Order {
        route: dose.route,
        amount: dose.amount,
        input,
        interval: dose.every.unwrap_or(0.0),
        additional: dose.additional().unwrap_or(u32::MAX),
        place: dose.place.clone(),
    }
}

/// The steady doses, by index, that share a steady state.
fn steady_groups(doses: &[Dose]) -> Result<Vec<Vec<usize>>, DoseError> {
    let mut steady: Vec<usize> = (0..doses.len())
        .filter(|&index| doses[index].steady || matches!(doses[index].delivery, Delivery::Endless(_)))
        .collect();
    steady.sort_by(|&a, &b| doses[a].at.total_cmp(&doses[b].at));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in steady {
        let dose = &doses[index];
        let joins = match (groups.last(), dose.every) {
            (Some(group), Some(every)) if doses[group[0]].every.is_some() => {
                let intervals = group.iter().filter_map(|&member| doses[member].every).chain([every]);
                let near = |common: f64| dose.at - doses[group[0]].at < common;
                match common_interval(intervals.clone()) {
                    Some(common) => near(common),
                    None if near(intervals.fold(0.0, f64::max)) => {
                        return Err(DoseFault::SteadyIntervals.at(dose.place.clone()));
                    }
                    None => false,
                }
            }
            _ => false,
        };
        match groups.last_mut() {
            Some(group) if joins => group.push(index),
            _ => groups.push(vec![index]),
        }
    }
    Ok(groups)
}

/// Adds rows of output at given times (ascending), after all records at the same time. At a reset where time begins anew
/// the rows begin anew with it. Returns the records and the time of each row.
pub(super) fn with_outputs(
    records: Vec<Record>,
    outputs: &[f64],
    span: Span,
    covariates: Covariates,
) -> (Vec<Record>, Vec<f64>) {
    let first_from = |time: f64| outputs.partition_point(|&output| output < time - span.tolerance);
    let mut all = Vec::with_capacity(records.len() + outputs.len());
    let mut rows = Vec::with_capacity(outputs.len());
    let mut next = first_from(span.start);
    let mut before = span.start;
    let mut push = |all: &mut Vec<Record>, times: &[f64], parameters: &[(usize, f64)]| {
        for &time in times {
            let event = Event::Output(rows.len());
            rows.push(time);
            all.push(Record { time, origin: 0, resets: false, parameters: parameters.to_vec(), event });
        }
    };
    for record in records {
        let anew = record.resets && record.time < before - span.tolerance;
        let until = if anew {
            outputs.partition_point(|&output| output <= before + span.tolerance)
        } else {
            first_from(record.time)
        };
        // A row between two records sees the covariates that hold there: under `Nocb` those of the record to come.
        let parameters = if covariates == Covariates::Nocb { record.parameters.as_slice() } else { &[] };
        push(&mut all, outputs.get(next..until).unwrap_or_default(), parameters);
        next = if anew { first_from(record.time) } else { next.max(until) };
        before = record.time;
        all.push(record);
    }
    let until = outputs.partition_point(|&output| output <= span.end + span.tolerance);
    push(&mut all, outputs.get(next..until).unwrap_or_default(), &[]);
    (all, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceText;
    use crate::dosing::{DoseModel, Fate, Kind, Perturbation, Repeat, Route, Setting, Timeline, parse_doses};
    use crate::units::Unit;

    /// Routes `iv`, and `oral` with fraction and lag; parameters `weight` (70 kg), fraction, lag.
    struct Model;

    const PARAMETERS: [f64; 3] = [70e6, 0.5, 1.5];

    impl DoseModel for Model {
        fn fraction(&self, route: usize, parameters: &[f64]) -> f64 {
            if route == 1 { parameters[1] } else { 1.0 }
        }
        fn lag(&self, route: usize, parameters: &[f64]) -> f64 {
            if route == 1 { parameters[2] } else { 0.0 }
        }
        fn expression(&self, _index: usize, parameters: &[f64]) -> f64 {
            0.5 * parameters[1]
        }
    }

    fn expanded(text: &str, until: f64, outputs: &[f64], perturbations: &[Perturbation]) -> Timeline {
        let route = |name: &str| Route {
            name: name.into(),
            unit: Unit::parse("mg").expect("mg"),
            molar_mass: false,
            has_duration: false,
            has_rate: false,
            compartment: None,
        };
        let routes = [route("iv"), route("oral")];
        let setup = Setup { routes: &routes, parameters: &PARAMETERS, weight: Some(0), perturbations, model: &Model };
        let doses = parse_doses(&SourceText::new("--dose", text), &routes, &Unit::parse("h").expect("h"));
        expand(&doses.expect(text), &setup, until, outputs).expect(text)
    }

    fn rates(timeline: &Timeline) -> Vec<(f64, f64)> {
        let rate = |action: &super::super::Action| match action.kind {
            Kind::Rate { rate, .. } => Some((action.time, rate)),
            _ => None,
        };
        timeline.actions.iter().filter_map(rate).collect()
    }

    #[test]
    fn the_course_of_the_manual() {
        let timeline = expanded("iv 0.5 mg/kg over 40 min at 0 h every 48 h times 6", 672.0, &[], &[]);
        let expected: Vec<(f64, f64)> =
            (0..6).map(|n| 48.0 * f64::from(n)).flat_map(|at| [(at, 52.5), (at + 2.0 / 3.0, 0.0)]).collect();
        for (got, want) in rates(&timeline).iter().zip(&expected) {
            assert!((got.0 - want.0).abs() < 1e-9 && (got.1 - want.1).abs() < 1e-12, "{got:?} for {want:?}");
        }
        assert_eq!(rates(&timeline).len(), 12);
        let total: f64 = timeline.given.iter().map(|given| given.amount).sum();
        assert_eq!(total, 210.0);
    }

    #[test]
    fn a_dose_comes_before_an_output_at_the_same_time() {
        let timeline = expanded("iv 5 mg at 0.3 h", 1.0, &[0.0, 0.1 + 0.2, 0.5], &[]);
        let order: Vec<String> =
            timeline.actions.iter().map(|action| format!("{} {:?}", action.time, action.kind)).collect();
        assert_eq!(
            order,
            [
                "0 Output { row: 0 }",
                "0.3 Bolus { route: 0, amount: 5.0 }",
                "0.3 Output { row: 1 }",
                "0.5 Output { row: 2 }"
            ]
        );
        assert_eq!(timeline.outputs, [0.0, 0.1 + 0.2, 0.5]);
    }

    #[test]
    fn rows_of_output_move_no_edge() {
        let text = "iv 5 mg over 0.7 h every 0.1 h times 50; oral 3 mg every 0.3 h; iv 1 mg at 0.3 h";
        let stops = |outputs: &[f64]| -> Vec<super::super::Action> {
            let timeline = expanded(text, 20.0, outputs, &[]);
            timeline.actions.into_iter().filter(|action| action.kind.is_stop()).collect()
        };
        let plain = stops(&[]);
        for step in [0.1, 0.3, 0.05, 1.0 / 3.0] {
            let grid: Vec<f64> = (0..60).map(|n| f64::from(n) * step).collect();
            assert_eq!(stops(&grid), plain);
        }
    }

    #[test]
    fn infusions_end_to_end_are_one() {
        let timeline = expanded("iv 1 mg over 0.1 h every 0.1 h times 30", 5.0, &[], &[]);
        let rates = rates(&timeline);
        assert_eq!(rates.len(), 2, "{rates:?}");
        assert_eq!(rates[1].1, 0.0);
    }

    #[test]
    fn no_residue_is_left_when_infusions_end() {
        let timeline = expanded("iv 0.1 mg over 3.3 h every 1 h times 7; iv 0.7 mg over 2 h at 0.5 h", 30.0, &[], &[]);
        assert_eq!(rates(&timeline).last().map(|last| last.1), Some(0.0));
    }

    #[test]
    fn equal_infusions_that_overlap_are_counted() {
        // Ten times 0.1 mg/h is 1 mg/h to the bit, which ten additions are not.
        let timeline = expanded("iv 1 mg over 10 h every 1 h times 30", 100.0, &[], &[]);
        let rates = rates(&timeline);
        assert!(rates.contains(&(9.0, 1.0)), "{rates:?}");
        assert_eq!(rates.last().copied(), Some((39.0, 0.0)));
        assert_eq!(rates.len(), 20, "ends and arrivals at one time are one change, and here none");
    }

    #[test]
    fn until_is_not_reached() {
        let count = |text: &str| expanded(text, 1000.0, &[], &[]).given.len();
        assert_eq!(count("iv 1 mg every 24 h until 7 d"), 7);
        assert_eq!(count("iv 1 mg every 0.1 h until 0.3 h"), 3);
        assert_eq!(count("iv 1 mg every 24 h until 7 d times 3"), 3);
        assert_eq!(count("iv 1 mg every 100 h"), 11);
    }

    #[test]
    fn perturbation_edges_come_first_and_repeated_doses_keep_their_first_fraction() {
        let perturbation = Perturbation {
            name: "food".into(),
            from: Some(0.0),
            until: Some(24.0),
            set: vec![(1, Setting::Expression(0))],
            clamp: Vec::new(),
        };
        let timeline = expanded("oral 8 mg every 24 h times 2; oral 8 mg at 24 h", 48.0, &[], &[perturbation]);
        assert_eq!(timeline.parameters, PARAMETERS, "it begins at 0, after the steady start");
        assert_eq!(timeline.actions[0].kind, Kind::SetParameter { parameter: 1, value: 0.25 });
        let fractions: Vec<f64> = timeline.given.iter().map(|given| given.fraction).collect();
        assert_eq!(fractions, [0.25, 0.25, 0.5]);
    }

    #[test]
    fn what_is_held_stays_held_through_a_steady_state() {
        let held = Perturbation {
            name: "held".into(),
            from: None,
            until: None,
            set: Vec::new(),
            clamp: vec![(1, Setting::Number(2.0))],
        };
        let timeline = expanded("iv 1 mg every 12 h steady", 1.0, &[], &[held]);
        assert_eq!(timeline.clamps, [(1, 2.0)]);
        assert!(matches!(timeline.actions[0].kind, Kind::ReplaceBySteadyState(_)));
        assert_eq!(timeline.actions[1].kind, Kind::Clamp { state: 1, value: 2.0 });
    }

    #[test]
    fn integration_begins_at_the_earliest_edge() {
        let early = Perturbation {
            name: "early".into(),
            from: Some(-0.5),
            until: None,
            set: vec![(1, Setting::Number(1.0))],
            clamp: vec![(0, Setting::Number(2.0))],
        };
        let always =
            Perturbation { from: None, set: vec![(1, Setting::Number(0.2))], clamp: Vec::new(), ..early.clone() };
        let timeline = expanded("iv 1 mg", 1.0, &[0.0], &[always.clone(), early.clone()]);
        assert_eq!((timeline.start, timeline.parameters[1]), (-0.5, 0.2));
        assert_eq!(timeline.actions[0].kind, Kind::SetParameter { parameter: 1, value: 1.0 });
        assert_eq!(timeline.actions[1].kind, Kind::Clamp { state: 0, value: 2.0 });
        // a later one wins
        let timeline = expanded("iv 1 mg", 1.0, &[0.0], &[early, always]);
        assert!(!timeline.actions.iter().any(|action| matches!(action.kind, Kind::SetParameter { .. })));
    }

    #[test]
    fn a_dose_that_arrives_after_the_end_is_listed_as_such() {
        let timeline = expanded("oral 1 mg at 1 h", 2.0, &[], &[]);
        assert_eq!(timeline.given[0].fate, Fate::AfterEnd);
        assert!(timeline.actions.is_empty());
    }

    #[test]
    fn steady_doses_within_one_interval_share_a_steady_state() {
        let timeline = expanded("iv 10 mg every 24 h steady; oral 20 mg at 10 h every 24 h steady", 48.0, &[], &[]);
        let states: Vec<&Kind> = timeline
            .actions
            .iter()
            .map(|action| &action.kind)
            .filter(|kind| matches!(kind, Kind::ReplaceBySteadyState(_)))
            .collect();
        assert_eq!(states.len(), 1);
        let own: Vec<f64> = timeline
            .given
            .iter()
            .filter(|given| !matches!(given.repeat, Repeat::Forever))
            .map(|given| given.arrives)
            .collect();
        assert_eq!(own, [0.0, 11.5, 24.0, 35.5, 48.0]);
    }
}
