//! Linear invariants: weighted sums of states that no reaction changes, such as the total of a receptor.
//!
//! They are read off the Jacobian: `w` is an invariant if `w^T J = 0` and `w^T f = 0` wherever these are taken, and
//! that is asked at several points at once. Numbers only; it must never assume which states are amounts.

/// A row counts as a combination of others if eliminating these leaves less than this part of it.
const DEPENDENT: f64 = 1e-10;

/// A weight counts as zero if it is smaller than this part of the largest.
const NO_WEIGHT: f64 = 1e-9;

/// One invariant, `sum of weights[i] * state[i]`, over the rows that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Invariant {
    /// The row that follows from the others, by which an equation can be replaced.
    pub row: usize,
    /// The weight of each row; that of `row` is 1.
    pub weights: Vec<f64>,
}

/// The invariants of rows of equal length: a basis of all `w` with `sum of w[i] * rows[i] = 0`.
///
/// Row `i` holds what the rate of state `i` is made of: its derivatives and its values at several points.
pub fn invariants(mut rows: Vec<Vec<f64>>) -> Vec<Invariant> {
    let count = rows.len();
    scale(&mut rows);
    let sizes: Vec<f64> = rows.iter().map(|row| largest(row)).collect();
    let mut weights: Vec<Vec<f64>> =
        (0..count).map(|at| (0..count).map(|other| f64::from(at == other)).collect()).collect();
    let mut waiting: Vec<usize> = (0..count).collect();
    let mut found = Vec::new();
    while !waiting.is_empty() {
        // The row that is largest beside what it was at first; once that one is nothing, all that wait are.
        let share = |row: usize| if sizes[row] > 0.0 { largest(&rows[row]) / sizes[row] } else { 0.0 };
        let best =
            (0..waiting.len()).fold(0, |best, at| if share(waiting[at]) > share(waiting[best]) { at } else { best });
        let row = waiting.swap_remove(best);
        if share(row) < DEPENDENT {
            found.push(Invariant { row, weights: cleaned(&weights[row], row) });
            continue;
        }
        let pivot = (0..rows[row].len())
            .fold(0, |best, at| if rows[row][at].abs() > rows[row][best].abs() { at } else { best });
        for &other in &waiting {
            let factor = rows[other][pivot] / rows[row][pivot];
            if factor != 0.0 {
                subtract(&mut rows, other, factor, row);
                rows[other][pivot] = 0.0;
                subtract(&mut weights, other, factor, row);
            }
        }
    }
    found
}

/// Brings every column to the size 1: rates differ by many powers of ten, and invariants do not care.
fn scale(rows: &mut [Vec<f64>]) {
    for at in 0..rows.first().map_or(0, Vec::len) {
        let size = rows.iter().fold(0.0, |size, row| f64::max(size, row[at].abs()));
        if size > 0.0 {
            rows.iter_mut().for_each(|row| row[at] /= size);
        }
    }
}

fn largest(row: &[f64]) -> f64 {
    row.iter().fold(0.0, |size, entry| f64::max(size, entry.abs()))
}

fn subtract(rows: &mut [Vec<f64>], from: usize, factor: f64, row: usize) {
    if let Ok([target, source]) = rows.get_disjoint_mut([from, row]) {
        target.iter_mut().zip(&*source).for_each(|(target, source)| *target -= factor * source);
    }
}

/// The weights without the noise of elimination.
fn cleaned(weights: &[f64], row: usize) -> Vec<f64> {
    let size = largest(weights);
    let unit = weights[row];
    weights.iter().map(|&weight| if weight.abs() < NO_WEIGHT * size { 0.0 } else { weight / unit }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_keeps_its_total() {
        // A -> B -> C -> A with rates eight powers of ten apart, and D that decays.
        let rows = vec![
            vec![-1e5, 0.0, 1e-3, 0.0],
            vec![1e5, -7.0, 0.0, 0.0],
            vec![0.0, 7.0, -1e-3, 0.0],
            vec![0.0, 0.0, 0.0, -2.0],
        ];
        let found = invariants(rows);
        assert_eq!(found.len(), 1);
        let expected = [1.0, 1.0, 1.0, 0.0];
        assert!(found[0].weights.iter().zip(expected).all(|(weight, truth)| (weight - truth).abs() < 1e-12));
    }

    #[test]
    fn weights_need_not_be_one() {
        // 2 A <-> B keeps A + 2 B; a constant keeps itself.
        let found = invariants(vec![vec![-6.0, 4.0], vec![3.0, -2.0], vec![0.0, 0.0]]);
        assert_eq!(found.len(), 2);
        let total = found.iter().find(|one| one.row != 2).expect("the total");
        assert!((total.weights[1] / total.weights[0] - 2.0).abs() < 1e-12);
        assert_eq!(found.iter().find(|one| one.row == 2).expect("the constant").weights, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn what_is_lost_is_no_invariant() {
        assert!(invariants(vec![vec![-1.0, 0.0], vec![1.0, -1e-9]]).is_empty());
    }
}
