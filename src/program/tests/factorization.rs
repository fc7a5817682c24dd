//! The sparse factorization against dense arithmetic.

use super::sketch::sketch;
use crate::program::Evaluator;

#[test]
fn solution_satisfies_the_equations() {
    let system = sketch(include_str!("ket.txt"));
    let values: Vec<Vec<f64>> = include_str!("ket_values.txt")
        .lines()
        .map(|line| line.split_whitespace().map(|v| v.parse().unwrap()).collect())
        .collect();
    let evaluator = Evaluator::<1>::new(&system);
    let layout = &system.layout;
    let mut frame = evaluator.frame();
    frame.as_flattened_mut()[layout.parameters.clone()].copy_from_slice(&values[0]);
    frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(&values[1]);
    evaluator.prepare(&mut frame);
    evaluator.rhs_and_jacobian(&mut frame);
    for shift in [1e-2, 1.0, 1e3, 1e6] {
        frame[layout.shift] = [shift];
        evaluator.factor(&mut frame);
        let n = system.states();
        let side: Vec<f64> = (0..n).map(|k| 1.0 + (k as f64 * 0.7).fract()).collect();
        frame.as_flattened_mut()[layout.vector.clone()].copy_from_slice(&side);
        evaluator.solve(&mut frame);
        let solution = frame.as_flattened()[layout.vector.clone()].to_vec();
        let mut residual: Vec<f64> = (0..n).map(|k| shift * solution[k] - side[k]).collect();
        let mut size: Vec<f64> = (0..n).map(|k| (shift * solution[k]).abs() + side[k].abs()).collect();
        for (slot, &(row, column)) in layout.jacobian.clone().zip(&system.pattern) {
            residual[row] -= frame[slot][0] * solution[column];
            size[row] += (frame[slot][0] * solution[column]).abs();
        }
        for k in 0..n {
            assert!(residual[k].abs() <= 1e-13 * size[k], "{k}: {} of {} at {shift}", residual[k], size[k]);
        }
        assert!(frame[layout.pivot][0] < crate::program::PIVOT_LIMIT, "{:?}", frame[layout.pivot]);
    }
}
