//! The order of accuracy is what the paper says, with fixed steps.

use super::equations;
use crate::numerics::elementary::ln;
use crate::program::Instructions;
use crate::solver::Equations;
use crate::solver::block::Block;

/// Errors of the first state: at the end, and of the dense output in the middle of the last step.
fn errors(equations: &Equations, start: &[f64], end: f64, steps: u32, truth: impl Fn(f64) -> f64) -> [f64; 2] {
    let mut block: Block<1> = Block::new(equations.system(), equations.one(), Instructions::detect());
    equations.one().prepare(&mut block.frame);
    block.states.as_flattened_mut().copy_from_slice(start);
    let step = end / f64::from(steps);
    let mut middle = f64::NAN;
    for at in 0..steps {
        block.time = [step * f64::from(at)];
        block.step = [step];
        block.linearize();
        block.attempt();
        block.make_dense();
        let piece = block.piece(0, block.time[0] + step);
        middle = (piece.value(0, block.time[0] + 0.5 * step) - truth(block.time[0] + 0.5 * step)).abs();
        block.advance(&[true]);
    }
    [(block.states[0][0] - truth(end)).abs(), middle]
}

/// The exponents with which errors fall from `steps` to twice as many.
fn orders(text: &str, start: &[f64], end: f64, steps: u32, truth: impl Fn(f64) -> f64) -> [f64; 2] {
    let equations = equations(text);
    let coarse = errors(&equations, start, end, steps, &truth);
    let fine = errors(&equations, start, end, 2 * steps, &truth);
    [0, 1].map(|at| ln(coarse[at] / fine[at]) / ln(2.0))
}

#[test]
fn autonomous() {
    // y' = -y^2 with y = 1 / (1 + t)
    let [end, middle] = orders("x: y\n y' = -y*y", &[1.0], 2.0, 40, |time| 1.0 / (1.0 + time));
    assert!((end - 5.0).abs() < 0.3, "{end}");
    // An output of order 4 has an error of order 5 within a step.
    assert!(middle > 4.7, "{middle}");
}

#[test]
fn with_time_in_the_rate() {
    // y' = 2 t y^2 with y = 1 / (3 - t^2)
    let [end, middle] = orders("x: y\n y' = 2*t*y*y", &[1.0 / 3.0], 1.0, 20, |time| 1.0 / (3.0 - time * time));
    assert!((end - 5.0).abs() < 0.3, "{end}");
    assert!(middle > 4.7, "{middle}");
}

#[test]
fn stiff_and_driven() {
    // Prothero and Robinson's problem y' = lambda (g - y) + g' with g = 1 / (1 + t), where methods lose orders as
    // lambda grows: here the ends of steps keep an error that falls with lambda, and the middles order 4.
    let truth = |time: f64| 1.0 / (1.0 + time);
    for (lambda, size) in [("1000", 1e3), ("100000", 1e5), ("1000000000", 1e9)] {
        let equations = equations(&format!("x: y\n y' = -{lambda}*(y - 1/(1+t)) - 1/((1+t)*(1+t))"));
        let coarse = errors(&equations, &[1.0], 2.0, 20, truth);
        let fine = errors(&equations, &[1.0], 2.0, 40, truth);
        let middle = ln(coarse[1] / fine[1]) / ln(2.0);
        assert!(middle > 3.9, "{lambda}: {middle}");
        assert!(coarse[0] * size < 1e-6, "{lambda}: {}", coarse[0]);
    }
}
