//! The Jacobian against central differences.

use super::sketch::sketch;
use crate::program::{Evaluator, System};

/// The largest relative deviation of the Jacobian from central differences at a point.
fn deviation(system: &System, parameters: &[f64], states: &[f64], time: f64) -> f64 {
    let evaluator = Evaluator::<1>::new(system);
    let layout = &system.layout;
    let mut frame = evaluator.frame();
    frame.as_flattened_mut()[layout.parameters.clone()].copy_from_slice(parameters);
    frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(states);
    frame[layout.time] = [time];
    evaluator.prepare(&mut frame);
    evaluator.rhs_and_jacobian(&mut frame);
    let n = states.len();
    let mut exact = vec![0.0; n * (n + 1)];
    for (slot, &(row, column)) in layout.jacobian.clone().zip(&system.pattern) {
        exact[row * (n + 1) + column] = frame[slot][0];
    }
    for row in 0..n {
        exact[row * (n + 1) + n] = frame[layout.time_derivatives.start + row][0];
    }
    let mut worst = 0.0f64;
    for column in 0..=n {
        let slot = if column == n { layout.time } else { layout.states.start + column };
        let center = frame[slot][0];
        let step = 1e-6 * (1.0 + center.abs());
        let mut rates = [const { Vec::new() }; 2];
        for (side, rates) in [1.0, -1.0].into_iter().zip(&mut rates) {
            frame[slot] = [center + side * step];
            evaluator.rhs(&mut frame);
            *rates = frame.as_flattened()[layout.derivatives.clone()].to_vec();
        }
        frame[slot] = [center];
        for row in 0..n {
            let difference = (rates[0][row] - rates[1][row]) / (2.0 * step);
            let entry = exact[row * (n + 1) + column];
            let size = entry.abs() + rates[0][row].abs() * 1e-4 + 1e-3;
            worst = worst.max((entry - difference).abs() / size);
        }
    }
    worst
}

#[test]
fn jacobian_of_every_kind_of_operation_agrees_with_differences() {
    let system = sketch(
        "p: a b
         u: t
         x: x y z
         c = x * y / (a + z)
         x' = exp(-x) * ln(y + a) + sqrt(z) - abs(x - y)
         y' = max(x, y * z) - min(a * x, z) + pow(x, 3) * pow(y, 0.5) + pow(z, b)
         z' = tanh(c) - c * c + pow(y, 1.7) / (1.0 + pow(y, 1.7)) + pow(x, y)",
    );
    for point in [[0.3, 0.7, 1.9], [1.3, 0.2, 0.4], [2.0, 1.5, 0.1]] {
        let worst = deviation(&system, &[0.8, 2.4], &point, 0.0);
        assert!(worst < 1e-6, "{worst} at {point:?}");
    }
}

#[test]
fn jacobian_of_the_benchmark_cascade_agrees_with_differences_and_is_sparse() {
    let system = sketch(include_str!("ket.txt"));
    let values: Vec<Vec<f64>> = include_str!("ket_values.txt")
        .lines()
        .map(|line| line.split_whitespace().map(|v| v.parse().unwrap()).collect())
        .collect();
    let mut states = values[1].clone();
    for (k, state) in states.iter_mut().enumerate() {
        *state += 0.1 + 0.01 * k as f64;
    }
    let worst = deviation(&system, &values[0], &states, 1.0);
    assert!(worst < 1e-5, "{worst}");
    assert_eq!(system.pattern.len(), 80);
    assert!(system.time_dependent.is_empty());
    let evaluator = Evaluator::<1>::new(&system);
    for program in crate::program::Program::ALL {
        println!("{program:?} {}", evaluator.count(program));
    }
    println!("{:?}", system.layout);
}
