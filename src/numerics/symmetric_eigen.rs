//! Eigenvalues and eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, *Matrix
//! Computations*, 4th edition, section 8.5). Slow and very accurate; meant for the few dozen parameters of a fit.

/// Sweeps over all pairs; quadratic convergence needs far fewer.
const MOST_SWEEPS: usize = 60;

/// Eigenvalues in descending order, and the eigenvectors of unit length as rows in the same order, of the `n` by `n`
/// symmetric matrix `a` (row-major; only what is symmetric in it is meant).
///
/// # Panics
///
/// If `a` is shorter than `n * n`.
pub fn symmetric_eigen(n: usize, a: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut a = a[..n * n].to_vec();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..MOST_SWEEPS {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j] * a[i * n + j]).sum();
        let all: f64 = a.iter().map(|x| x * x).sum();
        if off <= 1e-30 * all {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(n, &mut a, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| a[j * n + j].total_cmp(&a[i * n + i]));
    (order.iter().map(|i| a[i * n + i]).collect(), order.iter().map(|i| vectors[*i].clone()).collect())
}

/// One rotation that makes `a[p][q]` zero.
fn rotate(n: usize, a: &mut [f64], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let off = a[p * n + q];
    if off == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * off);
    let sign = if theta < 0.0 { -1.0 } else { 1.0 };
    // The smaller rotation of the two; for a huge theta the square would overflow, and the tangent is 1 / (2 theta).
    let tangent = if theta.abs() > 1e150 { 0.5 / theta } else { sign / (theta.abs() + (theta * theta + 1.0).sqrt()) };
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = cosine * x - sine * y;
        a[k * n + q] = sine * x + cosine * y;
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = cosine * x - sine * y;
        a[q * n + k] = sine * x + cosine * y;
        let (x, y) = (vectors[p][k], vectors[q][k]);
        vectors[p][k] = cosine * x - sine * y;
        vectors[q][k] = sine * x + cosine * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{Purpose, Stream};

    #[test]
    fn two_by_two_is_known() {
        let (values, vectors) = symmetric_eigen(2, &[2.0, 1.0, 1.0, 2.0]);
        assert!((values[0] - 3.0).abs() < 1e-14 && (values[1] - 1.0).abs() < 1e-14, "{values:?}");
        assert!((vectors[0][0] - vectors[0][1]).abs() < 1e-14, "{vectors:?}");
    }

    #[test]
    fn vectors_diagonalize_and_are_orthonormal() {
        let mut stream = Stream::new(4, 0, Purpose::Test);
        for n in [1, 3, 8, 20] {
            let mut a = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..=i {
                    let x = stream.normal();
                    (a[i * n + j], a[j * n + i]) = (x, x);
                }
            }
            let (values, vectors) = symmetric_eigen(n, &a);
            assert!(values.windows(2).all(|pair| pair[0] >= pair[1]));
            for (value, vector) in values.iter().zip(&vectors) {
                for i in 0..n {
                    let product: f64 = (0..n).map(|j| a[i * n + j] * vector[j]).sum();
                    assert!((product - value * vector[i]).abs() < 1e-12 * n as f64, "{product} and {value}");
                }
            }
            for (i, one) in vectors.iter().enumerate() {
                for (j, other) in vectors.iter().enumerate() {
                    let dot: f64 = one.iter().zip(other).map(|(x, y)| x * y).sum();
                    assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-13);
                }
            }
        }
    }
}
