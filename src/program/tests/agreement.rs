//! All evaluators against each other, bit by bit.

use super::sketch::{point, sketch};
use crate::program::{Evaluator, Instructions, Program, System};

/// The frame's public part, lane by lane, after every program ran on `L` individuals around a point.
fn everything<const L: usize>(
    evaluator: &Evaluator<L>,
    system: &System,
    parameters: &[f64],
    states: &[f64],
) -> Vec<Vec<u64>> {
    let layout = &system.layout;
    let mut frame = evaluator.frame();
    for lane in 0..L {
        let vary = |k: usize, value: f64| value * (1.0 + 0.01 * lane as f64 * ((k % 7) as f64 - 3.0));
        for (k, slot) in layout.parameters.clone().enumerate() {
            frame[slot][lane] = vary(k, parameters[k]);
        }
        for (k, slot) in layout.states.clone().enumerate() {
            frame[slot][lane] = vary(k + 2, states[k]);
        }
        for (k, slot) in layout.vector.clone().enumerate() {
            frame[slot][lane] = vary(k, 1.0);
        }
        frame[layout.shift][lane] = 10.0 + lane as f64;
        frame[layout.time][lane] = 1.5;
    }
    for program in Program::ALL {
        evaluator.run(program, &mut frame);
    }
    (0..L).map(|lane| frame[..layout.length].iter().map(|slot| bits(slot[lane])).collect()).collect()
}

/// The bits of a number; those of NaN are all the same.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn assert_all_agree(system: &System, parameters: &[f64], states: &[f64]) {
    let truth = everything(&Evaluator::<16>::interpreter(system, Instructions::Baseline), system, parameters, states);
    let check = |found: Vec<Vec<u64>>, what: String| {
        for (lane, (found, truth)) in found.iter().zip(&truth).enumerate() {
            for (slot, (found, truth)) in found.iter().zip(truth).enumerate() {
                assert_eq!(
                    found,
                    truth,
                    "slot {slot} of lane {lane}, {what}: {} is not {}",
                    f64::from_bits(*found),
                    f64::from_bits(*truth)
                );
            }
        }
    };
    for set in Instructions::available() {
        check(everything(&Evaluator::<1>::interpreter(system, set), system, parameters, states), format!("1 {set:?}"));
        check(everything(&Evaluator::<4>::interpreter(system, set), system, parameters, states), format!("4 {set:?}"));
        check(everything(&Evaluator::<8>::interpreter(system, set), system, parameters, states), format!("8 {set:?}"));
        if let Some(machine) = Evaluator::<1>::machine(system, set) {
            check(everything(&machine, system, parameters, states), format!("1 machine {set:?}"));
        }
        if let Some(machine) = Evaluator::<2>::machine(system, set) {
            check(everything(&machine, system, parameters, states), format!("2 machine {set:?}"));
        }
        if let Some(machine) = Evaluator::<4>::machine(system, set) {
            check(everything(&machine, system, parameters, states), format!("4 machine {set:?}"));
        }
        if let Some(machine) = Evaluator::<8>::machine(system, set) {
            check(everything(&machine, system, parameters, states), format!("8 machine {set:?}"));
        }
        if let Some(machine) = Evaluator::<16>::machine(system, set) {
            check(everything(&machine, system, parameters, states), format!("16 machine {set:?}"));
        }
    }
}

#[test]
fn benchmark_cascade_has_the_same_bits_everywhere() {
    let system = sketch(include_str!("ket.txt"));
    let (parameters, mut states) = point(include_str!("ket_values.txt"));
    for state in &mut states {
        *state += 0.125;
    }
    assert_all_agree(&system, &parameters, &states);
}

#[test]
fn every_operation_has_the_same_bits_everywhere() {
    let system = sketch(
        "p: a b
         x: x y z
         c = x * y / (a + z)
         d = ln(abs(x - 2.0)) + tanh(y) + sin(z) * cos(x) - tan(y)
         e = logistic(y - z) + normal_cdf(x - 1.0) + log10(z) + floor(10.0 * x) + ceil(3.0 * y)
         x' = exp(-x) * ln(y + a) + sqrt(z) - abs(x - y)
         y' = max(x, y * z) - min(a * x, z) + pow(x, 3) * pow(y, 0.5) + pow(z, b)
         z' = tanh(c) - c * c + pow(y, 1.7) / (1.0 + pow(y, 1.7)) + pow(x, y) + sin(t)",
    );
    for states in [[0.3, 0.7, 1.9], [-1.3, 0.0, 0.4], [1e300, -1.5, f64::INFINITY], [f64::NAN, 1e-310, -0.0]] {
        assert_all_agree(&system, &[0.8, 2.4], &states);
    }
}
