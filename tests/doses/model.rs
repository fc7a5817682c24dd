//! A linear model with two compartments and a depot, and routes whose properties are parameters.

use kascade::dosing::{DoseModel, Route, Setup};
use kascade::numerics::{dense, matrix_exponential::matrix_exponential};
use kascade::units::Unit;

/// Depot, central, peripheral.
pub const STATES: usize = 3;

/// Rates of change, row by row.
pub type Matrix = [f64; STATES * STATES];

/// Absorption 0.7/h, elimination 0.3/h, exchange 0.4/h and 0.2/h.
pub const MATRIX: Matrix = [-0.7, 0.0, 0.0, 0.7, -0.7, 0.2, 0.0, 0.4, -0.2];

/// Route `oral` (CMT 1) goes into the depot, route `iv` (CMT 2) into the central compartment.
pub fn target(route: usize) -> usize {
    route
}

/// Names of the parameters, in order.
pub const NAMES: [&str; 7] = ["weight", "F_oral", "lag_oral", "D_oral", "R_oral", "F_iv", "lag_iv"];

/// Their values where nothing sets them.
pub const PARAMETERS: [f64; 7] = [70e6, 1.0, 0.0, 5.0, 20.0, 1.0, 0.0];

pub struct Linear;

impl DoseModel for Linear {
    fn fraction(&self, route: usize, parameters: &[f64]) -> f64 {
        parameters[if route == 0 { 1 } else { 5 }]
    }
    fn lag(&self, route: usize, parameters: &[f64]) -> f64 {
        parameters[if route == 0 { 2 } else { 6 }]
    }
    fn duration(&self, _route: usize, parameters: &[f64]) -> f64 {
        parameters[3]
    }
    fn rate(&self, _route: usize, parameters: &[f64]) -> f64 {
        parameters[4]
    }
}

pub fn unit(text: &str) -> Unit {
    Unit::parse(text).expect(text)
}

pub fn routes() -> Vec<Route> {
    let route = |name: &str, compartment, zero_order| Route {
        name: name.into(),
        unit: unit("mg"),
        molar_mass: false,
        has_duration: zero_order,
        has_rate: zero_order,
        compartment: Some(compartment),
    };
    vec![route("oral", 1, true), route("iv", 2, false)]
}

pub fn setup<'a>(routes: &'a [Route], parameters: &'a [f64]) -> Setup<'a> {
    Setup { routes, parameters, weight: Some(0), perturbations: &[], model: &Linear }
}

/// `exp(A t) x`.
pub fn decay(matrix: &Matrix, time: f64, x: &[f64; STATES]) -> [f64; STATES] {
    let scaled: Vec<f64> = matrix.iter().map(|entry| entry * time).collect();
    let power = matrix_exponential(STATES, &scaled).expect("finite");
    std::array::from_fn(|row| (0..STATES).map(|column| power[row * STATES + column] * x[column]).sum())
}

/// The solution of `M y = b`.
pub fn solve(matrix: &Matrix, b: &[f64; STATES]) -> [f64; STATES] {
    let (mut lu, mut pivots, mut y) = (*matrix, [0; STATES], *b);
    dense::factor(STATES, &mut lu, &mut pivots).expect("regular");
    dense::solve(STATES, &lu, &pivots, &mut y);
    y
}
