//! Steady states with known answers, and systems that have none.

use super::{equations, problem};
use crate::solver::{FailureKind, Problem, steady_state};
use std::sync::Arc;

const KET: &str = include_str!("../../program/tests/ket.txt");
const KET_VALUES: &str = include_str!("../../program/tests/ket_values.txt");

#[test]
fn totals_are_kept() {
    // A <-> B with a ratio of 3, and C <-> D with a ratio of 1 under a catalyst that decays away very slowly.
    let equations = equations(
        "x: a b c d e
        a' = 3*b - 1*a\n b' = a - 3*b
        c' = (1 + e)*(d - c)\n d' = (1 + e)*(c - d)
        e' = 2 - 0.001*e",
    );
    let found =
        steady_state(&problem(&equations, &[8.0, 0.0, 1.0, 0.0, 0.0], 1.0, 1e-6, 1e-3)).expect("a steady state");
    for (value, truth) in found.states.iter().zip([6.0, 2.0, 0.5, 0.5, 2000.0]) {
        assert!((value / truth - 1.0).abs() < 1e-10, "{:?}", found.states);
    }
    assert_eq!(found.invariants, 2);
    assert!(found.rates.iter().all(|rate| rate.abs() < 1e-9), "{:?}", found.rates);
}

#[test]
fn held_states_stay() {
    let equations = equations("x: a b c\n a' = 1 - a\n b' = a\n c' = b - c");
    let start = [0.0, 5.0, 0.0];
    let mut with_held = problem(&equations, &start, 1.0, 1e-6, 1e-3);
    assert!(matches!(
        steady_state(&with_held).map_err(|failure| failure.kind),
        Err(FailureKind::NoSteadyState { state: 1, .. })
    ));
    with_held.held = vec![1];
    let found = steady_state(&with_held).expect("a steady state");
    assert_eq!(found.states[1], 5.0);
    assert!((found.states[2] - 5.0).abs() < 1e-10 && found.rates[1] == 0.0);
}

#[test]
fn the_stable_root_is_found() {
    // x' = x (1 - x): from 1e-3 Newton's method would go to the unstable root 0.
    let logistic = equations("x: x\n x' = x*(1 - x)");
    let found = steady_state(&problem(&logistic, &[1e-3], 1.0, 1e-6, 1e-3)).expect("a steady state");
    assert!(found.marched && (found.states[0] - 1.0).abs() < 1e-9, "{found:?}");
    // A switch with the stable states 0, 2 and the unstable one 1: each start stays on its side.
    let switch = equations("x: x\n x' = 0 - x*(x - 1)*(x - 2)");
    for (start, truth) in [(0.9, 0.0), (0.5, 0.0), (0.43, 0.0), (1.1, 2.0), (1.5, 2.0), (5.0, 2.0)] {
        let found = steady_state(&problem(&switch, &[start], 1.0, 1e-6, 1e-3)).expect("a steady state");
        assert!((found.states[0] - truth).abs() < 1e-9, "{start}: {found:?}");
    }
}

#[test]
fn equations_that_do_not_hold_beside_the_start_make_no_invariants() {
    // p has a root of a negative number above 1, and the rate of r is flat at the start without being an invariant.
    let roots = equations("x: p q r\n p' = (1 - p)*sqrt(1 - p) - 0.5*p + 0.5\n q' = 0.5 - q\n r' = q*q - q*r");
    let found = steady_state(&problem(&roots, &[1.0, 0.0, 0.0], 1.0, 1e-6, 1e-3)).expect("a steady state");
    for (value, truth) in found.states.iter().zip([1.0, 0.5, 0.5]) {
        assert!((value - truth).abs() < 1e-6, "{found:?}");
    }
    assert_eq!(found.invariants, 0);
}

#[test]
fn rest_of_the_fast_is_not_rest() {
    // Where x starts its rate is 1e-4 and does not depend on x to the last bit; the root is 1.
    let slow = equations("x: a x\n a' = 1000000*(1 - a)\n x' = 0.0001*(logistic(40*(1 - x)) - 0.5)");
    let found = steady_state(&problem(&slow, &[1.0, 0.0], 1.0, 1e-6, 1e-3)).expect("a steady state");
    assert!((found.states[1] - 1.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn an_oscillation_has_none() {
    let equations = equations("x: y z\n y' = z\n z' = (1 - y*y)*z - y");
    let failure = steady_state(&problem(&equations, &[2.0, 0.0], 1.0, 1e-6, 1e-3)).expect_err("none");
    assert!(matches!(failure.kind, FailureKind::NoSteadyState { .. }), "{failure:?}");
}

#[test]
fn the_benchmark_comes_to_rest() {
    let numbers = |line: &str| line.split_whitespace().map(|word| word.parse().unwrap()).collect::<Vec<f64>>();
    let mut lines = KET_VALUES.lines();
    let (parameters, start) = (numbers(lines.next().unwrap()), numbers(lines.next().unwrap()));
    let equations = equations(KET);
    let problem = Problem {
        parameters,
        nonnegative: Arc::new(std::array::from_fn::<usize, 24, _>(|state| state)),
        ..problem(&equations, &start, 1.0, 1e-6, 1e-3)
    };
    let found = steady_state(&problem).expect("a steady state");
    // Its rest lies beside the start, so time need not be followed.
    assert!(!found.marched, "{:?}", found.statistics);
    assert_eq!(found.invariants, 2);
    // Each receptor's states sum to one.
    for first in [6, 9] {
        assert!((found.states[first..first + 3].iter().sum::<f64>() - 1.0).abs() < 1e-14);
    }
    assert!(found.rates.iter().all(|rate| rate.abs() < 1e-8), "{:?}", found.rates);
    // Newton's method from elsewhere leads to the same place.
    let mut elsewhere = problem.clone();
    elsewhere.start = found.states.iter().map(|value| 1.3 * value).collect();
    elsewhere.start[6..12].copy_from_slice(&found.states[6..12]);
    let again = steady_state(&elsewhere).expect("a steady state");
    for (a, b) in again.states.iter().zip(&found.states) {
        assert!((a - b).abs() <= 1e-9 * b.abs() + 1e-12, "{a} {b}");
    }
}
