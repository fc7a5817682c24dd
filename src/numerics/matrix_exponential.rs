//! The exponential of a small dense matrix, as an independent oracle for linear models.
//!
//! A linear compartment model has the solution `exp(A t) y0`; the tests of solvers and dosing compare with it. No
//! command computes with it, so it is written for clarity and allocates freely.

use crate::numerics::dense::{self, FactorError};

/// Numerator of the diagonal Padé approximant of order 13, from Higham (2005, SIAM J. Matrix Anal. Appl. 26:1179).
const PADE: [f64; 14] = [
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
];

/// The 1-norm up to which the approximant is accurate to the last bit of a double; same paper, table 2.3.
const THETA: f64 = 5.371920351148152;

/// `exp(A)` of the `n` by `n` row-major matrix `a`, by scaling and squaring around a Padé approximant.
///
/// # Errors
///
/// [`FactorError::NotFinite`] if an entry is not finite or so large that the powers overflow.
pub fn matrix_exponential(n: usize, a: &[f64]) -> Result<Vec<f64>, FactorError> {
    let norm = dense::norm_one(n, a);
    if !norm.is_finite() || a[..n * n].iter().any(|entry| !entry.is_finite()) {
        return Err(FactorError::NotFinite { column: 0 });
    }
    let (mut squarings, mut scale) = (0, 1.0);
    while norm * scale > THETA {
        squarings += 1;
        scale *= 0.5;
    }
    let a: Vec<f64> = a[..n * n].iter().map(|entry| entry * scale).collect();
    let a2 = product(n, &a, &a);
    let a4 = product(n, &a2, &a2);
    let a6 = product(n, &a4, &a2);

    // sum of weights[k] A^(2k), the powers from 8 on by one further product with A^6
    let even = |weights: [f64; 7]| {
        let high = combination(n, [0.0, weights[4], weights[5], weights[6]], [&a2, &a4, &a6]);
        let low = combination(n, [weights[0], weights[1], weights[2], weights[3]], [&a2, &a4, &a6]);
        sum(&product(n, &a6, &high), &low)
    };
    let weights = |first: usize| std::array::from_fn(|k| PADE[first + 2 * k]);
    let odd_part = product(n, &a, &even(weights(1)));
    let even_part = even(weights(0));

    let mut denominator: Vec<f64> = even_part.iter().zip(&odd_part).map(|(v, u)| v - u).collect();
    let numerator = sum(&even_part, &odd_part);
    let mut pivots = vec![0; n];
    dense::factor(n, &mut denominator, &mut pivots)?;
    let mut exponential = vec![0.0; n * n];
    let mut column = vec![0.0; n];
    for j in 0..n {
        for (i, entry) in column.iter_mut().enumerate() {
            *entry = numerator[i * n + j];
        }
        dense::solve(n, &denominator, &pivots, &mut column);
        for (i, entry) in column.iter().enumerate() {
            exponential[i * n + j] = *entry;
        }
    }
    for _ in 0..squarings {
        exponential = product(n, &exponential, &exponential);
    }
    Ok(exponential)
}

/// `weights[0] I + weights[1] powers[0] + ...`
fn combination(n: usize, weights: [f64; 4], powers: [&[f64]; 3]) -> Vec<f64> {
    let mut result: Vec<f64> = (0..n * n).map(|at| (0..3).map(|k| weights[k + 1] * powers[k][at]).sum()).collect();
    for i in 0..n {
        result[i * n + i] += weights[0];
    }
    result
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x + y).collect()
}

fn product(n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    (0..n * n).map(|at| (0..n).map(|k| a[at / n * n + k] * b[k * n + at % n]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(got: &[f64], want: &[f64], tolerance: f64) {
        for (x, y) in got.iter().zip(want) {
            assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{got:?} is not {want:?}");
        }
    }

    #[test]
    fn a_nilpotent_matrix_has_a_finite_series() {
        let got = matrix_exponential(3, &[0.0, 2.0, 5.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0]);
        assert_close(&got.expect("finite"), &[1.0, 2.0, 8.0, 0.0, 1.0, 3.0, 0.0, 0.0, 1.0], 1e-15);
    }

    #[test]
    fn a_chain_of_two_decays_has_the_bateman_solution() {
        // dx = -2 x, dy = 2 x - y: y(1) = 2 (e^-1 - e^-2).
        let (e1, e2) = (0.36787944117144233, 0.1353352832366127);
        let got = matrix_exponential(2, &[-2.0, 0.0, 2.0, -1.0]).expect("finite");
        assert_close(&got, &[e2, 0.0, 2.0 * (e1 - e2), e1], 1e-15);
    }

    #[test]
    fn half_a_turn_is_minus_one_even_after_many_turns() {
        let angle = 33.0 * std::f64::consts::PI;
        let got = matrix_exponential(2, &[0.0, -angle, angle, 0.0]).expect("finite");
        assert_close(&got, &[-1.0, 0.0, 0.0, -1.0], 1e-12);
    }

    #[test]
    fn an_infinite_matrix_is_refused() {
        assert!(matrix_exponential(1, &[f64::INFINITY]).is_err());
        assert!(matrix_exponential(1, &[f64::NAN]).is_err());
    }
}
