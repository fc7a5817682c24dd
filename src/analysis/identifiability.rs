//! What do the data say about each free parameter?
//!
//! The sensitivities of the statements (in half-widths of their ranges, per factor of e) are taken as a linear model at
//! the fitted values, a half-width counting as one standard deviation, with a wide prior on the logarithm of each
//! parameter (Bard, *Nonlinear Parameter Estimation*, 1974, chapter 7). What is not reduced is not informed. This says
//! what the statements could decide if the equations were right; it is no error of the fit. It must never run a model.

use super::calibrate::PRIOR;
use super::calibration_target::Target;
use crate::numerics::dense;
use crate::numerics::symmetric_eigen::symmetric_eigen;

/// A parameter is known if the standard deviation of its logarithm is at most this.
pub const KNOWN: f64 = 0.25;
/// Correlations beyond this make a group.
const TOGETHER: f64 = 0.5;

/// What the data say about one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Informed {
    /// The length of its sensitivities: half-widths per factor of e over all statements, by weight.
    pub strength: f64,
    /// The standard deviation of its logarithm if all others were known.
    pub alone: f64,
    /// The same with all others free.
    pub together: f64,
    /// Parameters it cannot be told apart from (index, correlation), the strongest first.
    pub partners: Vec<(usize, f64)>,
    /// The target that says most about it.
    pub best: Option<usize>,
}

/// What kind of knowledge that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// Known to within a quarter, whatever the others are.
    Known,
    /// Known only together with others.
    Combination,
    /// The statements say nothing that matters.
    Nothing,
}

impl Informed {
    /// The kind of knowledge.
    pub fn knowledge(&self) -> Knowledge {
        if self.together <= KNOWN {
            Knowledge::Known
        } else if self.alone <= KNOWN {
            Knowledge::Combination
        } else {
            Knowledge::Nothing
        }
    }
}

/// What the data say, from the sensitivities (one row a parameter); and how many directions of the parameters they halve
/// the prior variance of.
pub fn identifiability(slopes: &[Vec<f64>], targets: &[Target]) -> (Vec<Informed>, usize) {
    let n = slopes.len();
    let mut information = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            let products = slopes[i].iter().zip(&slopes[j]).zip(targets).map(|((a, b), one)| one.weight * a * b);
            information[i * n + j] = products.sum();
        }
    }
    let (values, _) = symmetric_eigen(n, &information);
    let prior = 1.0 / (PRIOR * PRIOR);
    let directions = values.iter().filter(|value| **value > prior).count();
    let covariance = inverse(n, &information, prior);
    let list = (0..n)
        .map(|i| {
            let strength = information[i * n + i].max(0.0).sqrt();
            let sd = |j: usize| covariance[j * n + j].max(0.0).sqrt();
            let mut partners: Vec<(usize, f64)> = (0..n)
                .filter(|j| *j != i)
                .map(|j| (j, covariance[i * n + j] / (sd(i) * sd(j))))
                .filter(|(_, correlation)| correlation.abs() >= TOGETHER)
                .collect();
            partners.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            let weight = |k: &usize| targets[*k].weight * slopes[i][*k] * slopes[i][*k];
            let best = (0..targets.len()).max_by(|a, b| weight(a).total_cmp(&weight(b)));
            Informed {
                strength,
                alone: 1.0 / (information[i * n + i] + prior).sqrt(),
                together: sd(i),
                partners,
                best: best.filter(|k| weight(k) > 0.0),
            }
        })
        .collect();
    (list, directions)
}

/// The inverse of a symmetric matrix with `added` on its diagonal, which keeps it positive definite.
fn inverse(n: usize, a: &[f64], added: f64) -> Vec<f64> {
    let mut factors = a.to_vec();
    for i in 0..n {
        factors[i * n + i] += added;
    }
    let mut pivots = vec![0; n];
    let mut inverse = vec![f64::NAN; n * n];
    if dense::factor(n, &mut factors, &mut pivots).is_ok() {
        for i in 0..n {
            let mut column = vec![0.0; n];
            column[i] = 1.0;
            dense::solve(n, &factors, &pivots, &mut column);
            for (j, value) in column.into_iter().enumerate() {
                inverse[j * n + i] = value;
            }
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(weight: f64) -> Target {
        Target { id: String::new(), topic: String::new(), low: -1.0, high: 1.0, center: None, scale: 1.0, weight }
    }

    #[test]
    fn a_product_is_known_and_its_factors_are_not() {
        // Two statements measure the product of the first two parameters, one the third; nothing the fourth.
        let slopes = vec![vec![20.0, 10.0, 0.0], vec![20.0, 10.0, 0.0], vec![0.0, 0.0, 30.0], vec![0.0, 0.0, 0.0]];
        let (list, directions) = identifiability(&slopes, &[target(1.0), target(1.0), target(1.0)]);
        let kinds: Vec<Knowledge> = list.iter().map(Informed::knowledge).collect();
        use Knowledge::{Combination, Known, Nothing};
        assert_eq!(kinds, [Combination, Combination, Known, Nothing]);
        assert_eq!(directions, 2);
        assert_eq!(list[0].partners.len(), 1);
        assert!(list[0].partners[0].0 == 1 && list[0].partners[0].1 < -0.98, "{:?}", list[0].partners);
        assert!((list[3].together - PRIOR).abs() < 1e-12 && list[3].best.is_none());
        assert_eq!(list[0].best, Some(0));
        // Of two factors of a known product each keeps the prior over the square root of 2.
        assert!((list[0].together - PRIOR / 2.0_f64.sqrt()).abs() < 1e-3);
    }
}
