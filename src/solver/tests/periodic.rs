//! Periodic states against closed forms, and systems that have none.

use super::{equations, problem};
use crate::numerics::elementary::exp;
use crate::solver::{Change, FailureKind, Problem, Recording, Stop, periodic_state, solve};
use std::sync::Arc;

#[test]
fn one_compartment_accumulates_as_the_textbook_says() {
    // A bolus of 100 every 12 h into a compartment with rate constant 0.05: the trough is 100 q / (1 - q), q = exp(-k tau).
    let equations = equations("x: a area\n a' = 0 - 0.05*a\n area' = a");
    let period = Problem {
        stops: vec![Stop { time: 0.0, change: Change::AddToState { state: 0, amount: 100.0 } }],
        ..problem(&equations, &[0.0, 7.0], 12.0, 1e-6, 1e-3)
    };
    let found = periodic_state(&period, &[1]).expect("a periodic state");
    let q = exp(-0.6);
    let truth = 100.0 * q / (1.0 - q);
    assert!((found.states[0] / truth - 1.0).abs() < 1e-7, "{found:?}");
    assert_eq!(found.states[1], 7.0);
    assert!(found.periods < 8, "{found:?}");
}

#[test]
fn slow_and_nonlinear_states_settle_too() {
    // Infusion into two compartments, saturable elimination, and an effect that forgets with a half-life of 300 periods.
    let equations = equations(
        "u: rate
        x: a b e
        a' = rate - 2*a/(1 + a) - 0.5*a + 0.1*b
        b' = 0.5*a - 0.1*b
        e' = 0.0001*(a*a - e)",
    );
    let mut period = problem(&equations, &[0.0, 0.0, 0.0], 24.0, 1e-6, 1e-3);
    period.nonnegative = Arc::new([0, 1, 2]);
    period.stops = vec![
        Stop { time: 0.0, change: Change::SetInput { input: 0, value: 5.0 } },
        Stop { time: 2.0, change: Change::SetInput { input: 0, value: 0.0 } },
    ];
    let found = periodic_state(&period, &[]).expect("a periodic state");
    assert!(found.periods < 30, "{found:?}");
    // A thousand periods from there lead nowhere else.
    let mut states = found.states.clone();
    for _ in 0..1000 {
        states =
            solve(Problem { start: states, ..period.clone() }, &mut Recording::of_rows()).expect("a period").states;
    }
    for (now, then) in states.iter().zip(&found.states) {
        assert!((now / then - 1.0).abs() < 1e-5, "{states:?} {found:?}");
    }
}

#[test]
fn what_is_never_eliminated_has_none() {
    let equations = equations("x: a\n a' = 0*a");
    let period = Problem {
        stops: vec![Stop { time: 0.0, change: Change::AddToState { state: 0, amount: 1.0 } }],
        ..problem(&equations, &[0.0], 1.0, 1e-6, 1e-3)
    };
    let failure = periodic_state(&period, &[]).expect_err("none");
    assert!(matches!(failure.kind, FailureKind::NoPeriodicState { state: 0, .. }), "{failure:?}");
}

#[test]
fn what_is_eliminated_slower_than_it_is_given_has_none() {
    // A loss of at most 5 an hour, so of 60 in a period. Just below that there is a steady state, and it is large.
    let equations = equations("x: a\n a' = 0 - 5*a/(20 + a)");
    let given = |amount: f64| {
        let stops = vec![Stop { time: 0.0, change: Change::AddToState { state: 0, amount } }];
        let period = Problem { stops, nonnegative: Arc::new([0]), ..problem(&equations, &[0.0], 12.0, 1e-6, 1e-3) };
        periodic_state(&period, &[])
    };
    for amount in [60.0, 61.0, 120.0, 1e4] {
        let failure = given(amount).expect_err("none");
        assert!(matches!(failure.kind, FailureKind::NoPeriodicState { state: 0, .. }), "{amount}: {failure:?}");
    }
    // x + 20 ln x falls by 60 - given over a period of nothing but loss: x0 + g to x0.
    for amount in [30.0, 50.0, 59.0] {
        let x = given(amount).expect("one").states[0];
        let loss = amount + 20.0 * crate::numerics::elementary::ln((x + amount) / x);
        assert!((loss / 60.0 - 1.0).abs() < 1e-6, "{amount}: {loss}");
    }
}

#[test]
fn an_infusion_that_nothing_removes_has_none() {
    // A depot that empties, and a body that keeps all.
    let equations = equations("u: rate\n x: depot body\n depot' = rate - depot\n body' = depot");
    let stops = vec![
        Stop { time: 0.0, change: Change::SetInput { input: 0, value: 3.0 } },
        Stop { time: 3.0, change: Change::SetInput { input: 0, value: 0.0 } },
    ];
    let period = Problem { stops, ..problem(&equations, &[0.0, 0.0], 12.0, 1e-6, 1e-3) };
    let failure = periodic_state(&period, &[]).expect_err("none");
    assert!(matches!(failure.kind, FailureKind::NoPeriodicState { state: 1, .. }), "{failure:?}");
}

#[test]
fn a_guess_beyond_where_the_equations_hold_is_taken_back() {
    // Above 1 it runs away; below, each period adds to what is forgotten over forty.
    let equations = equations("u: rate\n x: a t\n a' = rate - a\n t' = 0.3*a*(1 - t)*(1 - t) - 0.001*t");
    let stops = vec![
        Stop { time: 0.0, change: Change::SetInput { input: 0, value: 5.0 } },
        Stop { time: 2.0, change: Change::SetInput { input: 0, value: 0.0 } },
    ];
    let period = Problem { stops, ..problem(&equations, &[0.0, 0.0], 24.0, 1e-6, 1e-3) };
    let found = periodic_state(&period, &[]).expect("a periodic state");
    let again = solve(Problem { start: found.states.clone(), ..period }, &mut Recording::of_rows()).expect("a period");
    assert!((again.states[1] / found.states[1] - 1.0).abs() < 1e-7 && found.states[1] < 1.0, "{found:?}");
}
