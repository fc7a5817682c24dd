//! The explicit methods: closed forms, dense output, jumps, and what they cannot do.

use super::problems::{HIRES, HIRES_END, HIRES_START, HIRES_TIME, ROBERTSON};
use super::{equations, problem};
use crate::numerics::elementary::{cos, exp, sin};
use crate::solver::{
    Assignment, Change, EventRule, FailureKind, Limits, Method, Recording, Side, Stop, Target, choose_method, solve_by,
};

const METHODS: [Method; 3] = [Method::Rodas5p, Method::Dopri5, Method::Dop853];

#[test]
fn every_method_follows_a_forced_oscillator() {
    // y'' = -y + input, from rest: y = input (1 - cos t).
    let equations = equations("u: force\n x: y z\n y' = z\n z' = force - y");
    for method in METHODS {
        for relative in [1e-4, 1e-6, 1e-8] {
            let mut swing = problem(&equations, &[0.0, 0.0], 20.0, relative, 1e-3);
            swing.start_time = -1.0;
            swing.stops = vec![
                Stop { time: 0.0, change: Change::SetInput { input: 0, value: 2.0 } },
                Stop { time: 10.0, change: Change::AddToState { state: 0, amount: 1.0 } },
            ];
            let mut whole = Recording::of_pieces();
            let finish = solve_by(method, swing, &mut whole).expect("a solution");
            assert_eq!(finish.method, method);
            let mut states = [0.0; 2];
            for at in 0..=2000 {
                let time = 0.01 * f64::from(at);
                assert!(whole.evaluate(time, Side::Left, &mut states));
                let kick = if time > 10.0 { cos(time - 10.0) } else { 0.0 };
                let error = (states[0] - (2.0 * (1.0 - cos(time)) + kick)).abs();
                assert!(error < 30.0 * relative, "{method:?} {relative:e} at {time}: {error:e}");
            }
        }
    }
}

#[test]
fn rates_that_read_the_clock_cost_no_order() {
    let equations = equations("x: y\n y' = cos(t)");
    for method in METHODS {
        let mut whole = Recording::of_pieces();
        let mut forced = problem(&equations, &[0.0], 20.0, 1e-8, 1e-3);
        forced.start_time = -3.0;
        let steps = solve_by(method, forced, &mut whole).expect("a solution").statistics.steps;
        assert!(steps < 2000, "{method:?}: {steps} steps");
        let mut states = [0.0];
        for at in -30..=200 {
            let time = 0.1 * f64::from(at);
            assert!(whole.evaluate(time, Side::Left, &mut states));
            let error = (states[0] - sin(time) + sin(-3.0)).abs();
            assert!(error < 1e-6, "{method:?} at {time}: {error:e}");
        }
    }
}

#[test]
fn dense_output_is_as_good_as_the_steps() {
    // y = exp(sin t): the middles of steps are compared with the ends.
    let equations = equations("x: y s c\n y' = y*c\n s' = c\n c' = 0 - s");
    for (method, orders) in [(Method::Rodas5p, 5), (Method::Dopri5, 5), (Method::Dop853, 8)] {
        let mut whole = Recording::of_pieces();
        let start = problem(&equations, &[1.0, 0.0, 1.0], 20.0, 1e-5, 1e-3);
        let steps = solve_by(method, start, &mut whole).expect("a solution").statistics.steps;
        let error = |time: f64, value: f64| (value - exp(sin(time))).abs();
        let (mut at_ends, mut between) = (0.0_f64, 0.0_f64);
        for piece in whole.pieces() {
            at_ends = at_ends.max(error(piece.until, piece.end[0]));
            for part in 1..8 {
                let time = piece.time + piece.step * 0.125 * f64::from(part);
                between = between.max(error(time, piece.value(0, time)));
            }
        }
        assert!(between < 3.0 * at_ends, "{method:?}, order {orders}, {steps} steps: {between:e} {at_ends:e}");
    }
}

#[test]
fn a_mildly_stiff_problem_is_solved_all_the_same() {
    let equations = equations(HIRES);
    for method in METHODS {
        let mut rows = Recording::of_rows();
        let relative = 1e-6;
        let finish = solve_by(method, problem(&equations, &HIRES_START, HIRES_TIME, relative, 1e-3), &mut rows);
        for (value, truth) in finish.expect("a solution").states.iter().zip(HIRES_END) {
            assert!((value / truth - 1.0).abs() < 10.0 * relative, "{method:?}: {value} {truth}");
        }
    }
}

#[test]
fn a_stiff_problem_spends_the_budget() {
    let equations = equations(ROBERTSON);
    for method in [Method::Dopri5, Method::Dop853] {
        let mut stiff = problem(&equations, &[1.0, 0.0, 0.0], 1e5, 1e-6, 1e-6);
        stiff.limits = Limits { steps: 2000, ..Limits::default() };
        let failure = solve_by(method, stiff, &mut Recording::of_rows()).expect_err("too stiff");
        assert_eq!(failure.kind, FailureKind::Stiff { limit: 2000 });
    }
    // A long oscillation spends it for accuracy.
    let swinging = self::equations("x: y z\n y' = z\n z' = 0 - y");
    for method in [Method::Dopri5, Method::Dop853] {
        let mut long = problem(&swinging, &[1.0, 0.0], 1e5, 1e-8, 1e-3);
        long.limits = Limits { steps: 100, ..Limits::default() };
        let failure = solve_by(method, long, &mut Recording::of_rows()).expect_err("too long");
        assert_eq!(failure.kind, FailureKind::TooManySteps { limit: 100 });
    }
}

#[test]
fn an_undefined_rate_is_told() {
    let equations = equations("x: y z\n y' = 0 - 1\n z' = sqrt(y)");
    for method in METHODS {
        let failure = solve_by(method, problem(&equations, &[1.0, 0.0], 3.0, 1e-6, 1e-3), &mut Recording::of_rows())
            .expect_err("a root of a negative number");
        assert!(matches!(failure.kind, FailureKind::RateNotFinite { state: 1, .. }), "{method:?}: {failure:?}");
        assert!((failure.time - 1.0).abs() < 1e-3, "{method:?}: {failure:?}");
    }
}

#[test]
fn an_event_leaves_a_held_state_alone() {
    let equations = equations("x: c d\n c' = 0 - c\n d' = 1\n when = d - 3\n set = 9");
    for method in METHODS {
        let mut clamped = problem(&equations, &[5.0, 0.0], 8.0, 1e-6, 1e-3);
        clamped.held = vec![0];
        let assignments = vec![Assignment { target: Target::State(0), setter: 0 }];
        clamped.events = vec![EventRule { condition: 0, assignments }].into();
        let finish = solve_by(method, clamped, &mut Recording::of_rows()).expect("a solution");
        assert_eq!((finish.states[0], finish.statistics.events), (5.0, 1), "{method:?}");
    }
}

#[test]
fn roots_of_nothing_can_be_followed() {
    // c rises from 0, where its powers below 1 have endless slopes.
    let equations =
        equations("p: n\n x: c e g h\n c' = 1 - c\n e' = sqrt(c) - e\n g' = pow(c, 0.8) - g\n h' = pow(c, n) - h");
    let ends = METHODS.map(|method| {
        let mut rise = problem(&equations, &[0.0; 4], 5.0, 1e-8, 1e-3);
        rise.parameters = vec![0.8];
        solve_by(method, rise, &mut Recording::of_rows()).expect("a solution").states
    });
    for states in &ends {
        assert!((states[0] - (1.0 - exp(-5.0))).abs() < 1e-6 && states[2] == states[3], "{states:?}");
        assert!(states.iter().zip(&ends[1]).all(|(value, other)| (value - other).abs() < 1e-6), "{ends:?}");
    }
}

#[test]
fn the_choice_goes_by_stiffness() {
    let stiff = equations(ROBERTSON);
    assert_eq!(choose_method(&problem(&stiff, &[1.0, 0.0, 0.0], 1e9, 1e-6, 1e-6)), Method::Rodas5p);
    let swinging = equations("x: y z\n y' = z\n z' = 0 - y");
    assert_eq!(choose_method(&problem(&swinging, &[1.0, 0.0], 1000.0, 1e-6, 1e-3)), Method::Dopri5);
    assert_eq!(choose_method(&problem(&swinging, &[1.0, 0.0], 1000.0, 1e-9, 1e-3)), Method::Dop853);
    // Short enough for any method.
    assert_eq!(choose_method(&problem(&swinging, &[1.0, 0.0], 1.0, 1e-6, 1e-3)), Method::Rodas5p);
    // A bolus at 300 h makes it stiff.
    let late = equations("x: y z d c\n y' = z\n z' = 0 - y\n d' = 0\n c' = 1000000*d*(y - c)");
    let mut late = problem(&late, &[1.0, 0.0, 0.0, 1.0], 400.0, 1e-6, 1e-3);
    assert_eq!(choose_method(&late), Method::Dopri5);
    late.stops = vec![Stop { time: 300.0, change: Change::AddToState { state: 2, amount: 1.0 } }];
    assert_eq!(choose_method(&late), Method::Rodas5p);
    let mut rows = Recording::of_rows();
    let finish = solve_by(Method::Auto, problem(&swinging, &[1.0, 0.0], 1000.0, 1e-6, 1e-3), &mut rows);
    assert_eq!(finish.expect("a solution").method, Method::Dopri5);
}
