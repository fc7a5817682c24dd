//! Dense linear algebra on small matrices: LU factorization with partial pivoting, solves, a hint of the condition.
//!
//! The solver's fast path is a sparse straight-line program; this is what takes over when a pivot there is bad, and
//! what Newton's method and fits use. Matrices are row-major slices of length `n * n`; the caller lends every buffer
//! and nothing here allocates. Sums run in index order, without fused operations, so the bits do not depend on the
//! processor.

use thiserror::Error;

/// Why a matrix could not be factored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FactorError {
    /// No usable pivot in this column: the rows from here on depend on those before.
    #[error("the matrix is singular: column {column} has no nonzero pivot")]
    Singular {
        /// Counted from 0.
        column: usize,
    },
    /// A NaN or an infinity stands in this column, given or made by overflow.
    #[error("the matrix is not finite in column {column}")]
    NotFinite {
        /// Counted from 0.
        column: usize,
    },
}

/// Factors `a` (`n` by `n`, row-major) in place into `P A = L U` with partial pivoting.
///
/// On return the strict lower triangle holds `L` (its diagonal is 1), the upper one `U`, and row `k` was exchanged
/// with row `pivots[k] >= k` at step `k`. On an error `a` is spoiled.
///
/// # Panics
///
/// If `a` is shorter than `n * n` or `pivots` shorter than `n`.
pub fn factor(n: usize, a: &mut [f64], pivots: &mut [usize]) -> Result<(), FactorError> {
    let a = &mut a[..n * n];
    for k in 0..n {
        let mut pivot_row = k;
        let mut largest = 0.0;
        for i in k..n {
            let size = a[i * n + k].abs();
            if !size.is_finite() {
                return Err(FactorError::NotFinite { column: k });
            }
            if size > largest {
                (pivot_row, largest) = (i, size);
            }
        }
        if largest == 0.0 {
            return Err(FactorError::Singular { column: k });
        }
        pivots[k] = pivot_row;
        let (above, below) = a.split_at_mut((k + 1) * n);
        let row = &mut above[k * n..];
        if pivot_row != k {
            row.swap_with_slice(&mut below[(pivot_row - k - 1) * n..][..n]);
        }
        let pivot = row[k];
        for other in below.chunks_exact_mut(n) {
            let multiplier = other[k] / pivot;
            other[k] = multiplier;
            if multiplier != 0.0 {
                for (entry, over) in other[k + 1..].iter_mut().zip(&row[k + 1..]) {
                    *entry -= multiplier * over;
                }
            }
        }
    }
    Ok(())
}

/// Solves `A x = b` in place: `b` becomes `x`. `lu` and `pivots` come from [`factor`].
///
/// # Panics
///
/// If a slice is shorter than `n` asks for.
pub fn solve(n: usize, lu: &[f64], pivots: &[usize], b: &mut [f64]) {
    let b = &mut b[..n];
    for (k, &pivot) in pivots[..n].iter().enumerate() {
        b.swap(k, pivot);
    }
    for i in 1..n {
        let (known, rest) = b.split_at_mut(i);
        rest[0] -= dot(&lu[i * n..][..i], known);
    }
    for i in (0..n).rev() {
        let (rest, known) = b.split_at_mut(i + 1);
        rest[i] = (rest[i] - dot(&lu[i * n + i + 1..][..n - i - 1], known)) / lu[i * n + i];
    }
}

/// Solves `A^T x = b` in place: `b` becomes `x`. `lu` and `pivots` come from [`factor`].
///
/// # Panics
///
/// If a slice is shorter than `n` asks for.
pub fn solve_transposed(n: usize, lu: &[f64], pivots: &[usize], b: &mut [f64]) {
    let b = &mut b[..n];
    for i in 0..n {
        let (here, later) = b[i..].split_first_mut().expect("i < n");
        *here /= lu[i * n + i];
        subtract_multiple(later, *here, &lu[i * n + i + 1..]);
    }
    for i in (1..n).rev() {
        let (earlier, here) = b.split_at_mut(i);
        subtract_multiple(earlier, here[0], &lu[i * n..]);
    }
    for k in (0..n).rev() {
        b.swap(k, pivots[k]);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + x * y)
}

fn subtract_multiple(target: &mut [f64], factor: f64, row: &[f64]) {
    for (entry, value) in target.iter_mut().zip(row) {
        *entry -= factor * value;
    }
}

/// The 1-norm of `a`: the largest sum of absolute values in a column.
pub fn norm_one(n: usize, a: &[f64]) -> f64 {
    (0..n).map(|j| (0..n).map(|i| a[i * n + j].abs()).sum()).fold(0.0, f64::max)
}

/// An estimate, from below, of the condition number `|A|_1 |A^-1|_1`, given the factors of `A` and its [`norm_one`].
///
/// Hager's iteration as in Higham (1988, ACM TOMS 14:381), algorithm 2.4: seldom more than a factor of three too
/// small. `work` holds `2 n` numbers. A condition above 1e16 means that no digit of a solution can be trusted.
///
/// # Panics
///
/// If a slice is shorter than `n` asks for.
pub fn condition_estimate(n: usize, lu: &[f64], pivots: &[usize], norm: f64, work: &mut [f64]) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let (x, slope) = work.split_at_mut(n);
    let slope = &mut slope[..n];
    x.fill(1.0 / n as f64);
    let mut estimate = 0.0;
    for _ in 0..5 {
        solve(n, lu, pivots, x);
        let inverse_norm: f64 = x.iter().map(|value| value.abs()).sum();
        if inverse_norm <= estimate {
            break;
        }
        estimate = inverse_norm;
        for (entry, value) in slope.iter_mut().zip(&*x) {
            *entry = if *value >= 0.0 { 1.0 } else { -1.0 };
        }
        solve_transposed(n, lu, pivots, slope);
        let steepest = (0..n).fold(0, |best, j| if slope[j].abs() > slope[best].abs() { j } else { best });
        x.fill(0.0);
        x[steepest] = 1.0;
    }
    // The alternating vector catches the matrices on which the iteration stops too early.
    for (i, entry) in x.iter_mut().enumerate() {
        let size = 1.0 + i as f64 / (n.max(2) - 1) as f64;
        *entry = if i % 2 == 0 { size } else { -size };
    }
    solve(n, lu, pivots, x);
    let alternating: f64 = x.iter().map(|value| value.abs()).sum();
    norm * estimate.max(2.0 * alternating / (3 * n) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: usize = 12;

    fn residual(n: usize, a: &[f64], x: &[f64], b: &[f64]) -> f64 {
        (0..n).map(|i| (dot(&a[i * n..][..n], x) - b[i]).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn a_zero_on_the_diagonal_is_no_obstacle() {
        let mut a = [0.0, 2.0, 1.0, 0.0];
        let mut pivots = [0; 2];
        assert_eq!(factor(2, &mut a, &mut pivots), Ok(()));
        let mut b = [6.0, 5.0];
        solve(2, &a, &pivots, &mut b);
        assert_eq!(b, [5.0, 3.0]);
    }

    #[test]
    fn what_cannot_be_factored_is_told_with_its_column() {
        let mut pivots = [0; 2];
        assert_eq!(factor(2, &mut [1.0, 2.0, 2.0, 4.0], &mut pivots), Err(FactorError::Singular { column: 1 }));
        assert_eq!(factor(2, &mut [1.0, f64::NAN, 2.0, 4.0], &mut pivots), Err(FactorError::NotFinite { column: 1 }));
        assert_eq!(factor(0, &mut [], &mut []), Ok(()));
    }

    #[test]
    fn the_condition_of_the_hilbert_matrix_is_known() {
        // Higham, Accuracy and Stability of Numerical Algorithms, table 28.1: 1-norm condition 9.85e8 at n = 7.
        let n = 7;
        let mut a: Vec<f64> = (0..n * n).map(|at| 1.0 / (at / n + at % n + 1) as f64).collect();
        let norm = norm_one(n, &a);
        let (mut pivots, mut work) = (vec![0; n], vec![0.0; 2 * n]);
        assert_eq!(factor(n, &mut a, &mut pivots), Ok(()));
        let condition = condition_estimate(n, &a, &pivots, norm, &mut work);
        assert!((condition / 9.8519e8 - 1.0).abs() < 1e-3, "{condition:e}");
    }

    proptest! {
        #[test]
        fn solutions_solve(
            n in 1..LIMIT,
            entries in prop::collection::vec(-1.0f64..1.0, LIMIT * LIMIT),
            b in prop::collection::vec(-1.0f64..1.0, LIMIT),
        ) {
            let a = &entries[..n * n];
            let mut lu = a.to_vec();
            let mut pivots = vec![0; n];
            prop_assume!(factor(n, &mut lu, &mut pivots).is_ok());
            let mut x = b[..n].to_vec();
            solve(n, &lu, &pivots, &mut x);
            // Partial pivoting is backward stable: the residual is small beside the solution, whatever the condition.
            let size = x.iter().fold(1.0f64, |largest, value| largest.max(value.abs()));
            prop_assert!(residual(n, a, &x, &b) <= 1e-14 * (n * n) as f64 * size);

            let transposed: Vec<f64> = (0..n * n).map(|at| a[at % n * n + at / n]).collect();
            let mut y = b[..n].to_vec();
            solve_transposed(n, &lu, &pivots, &mut y);
            let size = y.iter().fold(1.0f64, |largest, value| largest.max(value.abs()));
            prop_assert!(residual(n, &transposed, &y, &b) <= 1e-14 * (n * n) as f64 * size);

            // The estimate never exceeds the true condition, and is rarely far below.
            let inverse_norm = (0..n)
                .map(|j| {
                    let mut column = vec![0.0; n];
                    column[j] = 1.0;
                    solve(n, &lu, &pivots, &mut column);
                    column.iter().map(|value| value.abs()).sum()
                })
                .fold(0.0, f64::max);
            let condition = inverse_norm * norm_one(n, a);
            let estimate = condition_estimate(n, &lu, &pivots, norm_one(n, a), &mut vec![0.0; 2 * n]);
            prop_assert!(estimate <= condition * 1.000001);
            prop_assert!(estimate >= condition / 10.0, "{estimate:e} for {condition:e}");
        }
    }
}
