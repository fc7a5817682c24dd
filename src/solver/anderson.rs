//! Anderson's acceleration of a fixed-point iteration.
//!
//! Walker and Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal. 49:1715 (2011). The next
//! guess is a sum of earlier images with weights that add up to one, chosen so that the same sum of residuals is
//! smallest; so linear invariants that the map keeps are kept, and a linear map of `n` states is solved by `n + 1`
//! images.

/// Pairs of point and image that are kept.
const DEPTH: usize = 40;
/// A difference of residuals of which no more than this is independent of the others says nothing new.
const INDEPENDENT: f64 = 1e-5;
/// A residual that many times as large as the smallest so far means that the memory misleads.
const WORSE: f64 = 100.0;

/// The memory of an iteration.
#[derive(Debug, Default)]
pub struct Anderson {
    /// Points and their images, the latest last.
    pairs: Vec<(Vec<f64>, Vec<f64>)>,
    /// The smallest residual so far.
    smallest: f64,
}

/// Where to go next.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The next point.
    pub point: Vec<f64>,
    /// How far the fixed point is from the latest image as far as the memory can tell, in the weights: what the memory
    /// says that is still to go, and the residual that it cannot explain. None without a memory.
    pub distance: Option<f64>,
}

impl Anderson {
    /// Takes in a point and its image, and returns the next point. Residuals are measured with `weights`. Where an image
    /// is not negative, the next point is not either in the coordinates `nonnegative`.
    pub fn next(&mut self, point: Vec<f64>, image: Vec<f64>, weights: &[f64], nonnegative: &[usize]) -> Guess {
        let residual = |(point, image): &(Vec<f64>, Vec<f64>)| -> Vec<f64> {
            weights
                .iter()
                .zip(image.iter().zip(point))
                .map(|(weight, (image, point))| weight * (image - point))
                .collect()
        };
        self.pairs.push((point, image));
        let Some((last, before)) = self.pairs.split_last() else {
            return Guess { point: Vec::new(), distance: None };
        };
        let target = residual(last);
        let size = norm(&target);
        if before.is_empty() || size < self.smallest {
            self.smallest = size;
        } else if size > WORSE * self.smallest {
            let restart = last.1.clone();
            self.pairs.clear();
            return Guess { point: restart, distance: None };
        }
        // Differences to the latest pair, the most recent first, so that what is dropped as repetition is old.
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let mut steps: Vec<Vec<f64>> = Vec::new();
        for pair in before.iter().rev().take(DEPTH) {
            let mut difference: Vec<f64> = residual(pair).iter().zip(&target).map(|(old, new)| new - old).collect();
            let mut step: Vec<f64> = last.1.iter().zip(&pair.1).map(|(new, old)| new - old).collect();
            let whole = norm(&difference);
            for (direction, along) in basis.iter().zip(&steps) {
                let part = dot(direction, &difference);
                difference.iter_mut().zip(direction).for_each(|(entry, unit)| *entry -= part * unit);
                step.iter_mut().zip(along).for_each(|(entry, unit)| *entry -= part * unit);
            }
            let rest = norm(&difference);
            if rest > INDEPENDENT * whole {
                difference.iter_mut().for_each(|entry| *entry /= rest);
                step.iter_mut().for_each(|entry| *entry /= rest);
                basis.push(difference);
                steps.push(step);
            }
        }
        let mut correction = vec![0.0; last.1.len()];
        let mut unexplained = target.clone();
        for (direction, step) in basis.iter().zip(&steps) {
            let part = dot(direction, &target);
            correction.iter_mut().zip(step).for_each(|(entry, unit)| *entry -= part * unit);
            unexplained.iter_mut().zip(direction).for_each(|(entry, unit)| *entry -= part * unit);
        }
        let far = weights.iter().zip(&correction).map(|(weight, entry)| (weight * entry).abs()).fold(0.0, f64::max);
        let distance = (!basis.is_empty()).then(|| far + norm(&unexplained));
        let room = |&state: &usize| {
            let (value, change) = (last.1[state], correction[state]);
            if value >= 0.0 && value + change < 0.0 { -value / change } else { 1.0 }
        };
        let share = nonnegative.iter().map(room).fold(1.0, f64::min);
        let point = last.1.iter().zip(&correction).map(|(value, change)| value + share * change).collect();
        if self.pairs.len() > DEPTH {
            self.pairs.remove(0);
        }
        Guess { point, distance }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_map_takes_as_many_images_as_states() {
        // Slow and fast directions, coupled.
        let matrix = [[0.99, 0.2, 0.0], [0.0, 0.9, 0.3], [0.0, 0.0, 0.1]];
        let image = |x: &[f64]| -> Vec<f64> { matrix.iter().map(|row| 1.0 + dot(row, x)).collect() };
        let mut anderson = Anderson::default();
        let mut point = vec![0.0; 3];
        for _ in 0..4 {
            let next = image(&point);
            point = anderson.next(point, next, &[1.0; 3], &[]).point;
        }
        assert!(image(&point).iter().zip(&point).all(|(a, b)| (a - b).abs() < 1e-9 * b.abs()), "{point:?}");
    }

    #[test]
    fn the_distance_is_that_to_the_fixed_point() {
        // The residual at 0.5 is 0.0005; the fixed point is 1.
        let image = |x: f64| 0.001 + 0.999 * x;
        let mut anderson = Anderson::default();
        assert_eq!(anderson.next(vec![0.0], vec![image(0.0)], &[10.0], &[]).distance, None);
        let distance = anderson.next(vec![0.5], vec![image(0.5)], &[10.0], &[]).distance.expect("a memory");
        assert!((distance - 10.0 * (1.0 - image(0.5))).abs() < 1e-9, "{distance}");
    }

    #[test]
    fn an_invariant_is_kept() {
        // The sum of both is kept; the fixed point has them equal.
        let image = |x: &[f64]| vec![0.8 * x[0] + 0.2 * x[1], 0.2 * x[0] + 0.8 * x[1]];
        let mut anderson = Anderson::default();
        let mut point = vec![3.0, 1.0];
        for _ in 0..3 {
            let next = image(&point);
            point = anderson.next(point, next, &[1.0; 2], &[]).point;
        }
        assert!(point.iter().all(|value| (value - 2.0).abs() < 1e-12), "{point:?}");
    }
}
