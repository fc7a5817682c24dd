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
            assert!(entry.is_finite() && difference.is_finite(), "row {row}, column {column}: {entry}, {difference}");
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
         x: x y z
         c = x * y / (a + z)
         x' = exp(-x) * ln(y + a) + sqrt(z) - abs(x - y)
         y' = max(x, y * z) - min(a * x, z) + pow(x, 3) * pow(y, 0.5) + pow(z, b)
         z' = tanh(c) - c * c + pow(y, 1.7) / (1.0 + pow(y, 1.7)) + pow(x, y) + log10(x + t) + sin(x * y) * cos(z + t) + tan(0.3 * y) + logistic(x - 2 * z) * normal_cdf(z - y) + max(t * y, 0 - x)",
    );
    for point in [[0.3, 0.7, 1.9], [1.3, 0.2, 0.4], [2.0, 1.5, 0.1]] {
        let worst = deviation(&system, &[0.8, 2.4], &point, 0.7);
        assert!(worst < 1e-6, "{worst} at {point:?}");
    }
}

#[test]
fn powers_below_one_have_no_endless_slopes() {
    let system = sketch("p: n one\n x: x\n x' = sqrt(x) + pow(x, 0.8) + pow(x, n) + pow(x, 1.5) + 3 * pow(x, one)");
    let evaluator = Evaluator::<1>::new(&system);
    let mut frame = evaluator.frame();
    frame.as_flattened_mut()[system.layout.parameters.clone()].copy_from_slice(&[0.8, 1.0]);
    evaluator.prepare(&mut frame);
    evaluator.rhs_and_jacobian(&mut frame);
    // The limit of the last is kept.
    assert_eq!(frame[system.layout.jacobian.start], [3.0]);
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
}
