//! Problems of the literature whose end points are known.

use super::{equations, problem};
use crate::solver::{Recording, solve};

/// Eight chemical species in the growth of plant tissue (Schäfer 1975), stiff; Hairer and Wanner II, and the Bari test
/// set.
pub const HIRES: &str = "
    x: a b c d e f g h
    r = 280 * f * h
    a' = -1.71*a + 0.43*b + 8.32*c + 0.0007
    b' = 1.71*a - 8.75*b
    c' = -10.03*c + 0.43*d + 0.035*e
    d' = 8.32*b + 1.71*c - 1.12*d
    e' = -1.745*e + 0.43*f + 0.43*g
    f' = -r + 0.69*d + 1.71*e - 0.43*f + 0.69*g
    g' = r - 1.81*g
    h' = -r + 1.81*g";
pub const HIRES_START: [f64; 8] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057];
pub const HIRES_TIME: f64 = 321.8122;
pub const HIRES_END: [f64; 8] = [
    0.0007371312573325668,
    0.0001442485726316185,
    5.888729740967575e-05,
    0.001175651343283149,
    0.002386356198831331,
    0.006238968252742796,
    0.002849998395185769,
    0.002850001604814231,
];

/// Three species of an autocatalysis (Robertson 1966), very stiff, over eleven decades of time; end point of the Bari
/// test set.
pub const ROBERTSON: &str = "
    x: a b c
    a' = -0.04*a + 10000*b*c
    b' = 0.04*a - 10000*b*c - 30000000*b*b
    c' = 30000000*b*b";

pub const ROBERTSON_END: [f64; 3] = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505];

/// Van der Pol's oscillator with mu = 1000 in the scaling of the Bari test set (epsilon = 1e-6, to t = 2).
pub const VAN_DER_POL: &str = "
    x: y z
    y' = z
    z' = 1000000*((1 - y*y)*z - y)";
pub const VAN_DER_POL_END: [f64; 2] = [0.1706167732170483e1, -0.8928097010247975];

/// The largest relative error at the end, in tolerances.
fn tolerances_missed(text: &str, start: &[f64], end: (f64, &[f64]), relative: f64, scale: f64) -> f64 {
    let equations = equations(text);
    let finish = solve(problem(&equations, start, end.0, relative, scale), &mut Recording::of_rows()).unwrap();
    let errors = finish.states.iter().zip(end.1).map(|(value, truth)| (value / truth - 1.0).abs() / relative);
    errors.fold(0.0, f64::max)
}

#[test]
fn the_literature_is_met_within_ten_tolerances() {
    for relative in [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9] {
        let hires = tolerances_missed(HIRES, &HIRES_START, (HIRES_TIME, &HIRES_END), relative, 1e-3);
        assert!(hires < 10.0, "HIRES at {relative:e}: {hires}");
        let robertson = tolerances_missed(ROBERTSON, &[1.0, 0.0, 0.0], (1e11, &ROBERTSON_END), relative, 1e-7);
        assert!(robertson < 10.0, "Robertson at {relative:e}: {robertson}");
        let van_der_pol = tolerances_missed(VAN_DER_POL, &[2.0, 0.0], (2.0, &VAN_DER_POL_END), relative, 1e-3);
        assert!(van_der_pol < 10.0, "Van der Pol at {relative:e}: {van_der_pol}");
    }
}
