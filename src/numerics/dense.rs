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

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + x * y)
}

/// The 1-norm of `a`: the largest sum of absolute values in a column.
pub fn norm_one(n: usize, a: &[f64]) -> f64 {
    (0..n).map(|j| (0..n).map(|i| a[i * n + j].abs()).sum()).fold(0.0, f64::max)
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
        }
    }
}
