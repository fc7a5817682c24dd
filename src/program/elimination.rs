//! The sparse LU factorization of `shift I - J` and the solution with it, as graphs without a loop.
//!
//! The order of elimination is chosen once from the pattern: always the diagonal entry with the smallest Markowitz
//! count, that is (entries left in its row - 1) times (entries left in its column - 1), whose row and column fill in
//! least (Markowitz 1957, Management Science 3:255). There is no pivoting at run time; `pivot` tells whether the factors can be
//! trusted. This is how KPP makes its solvers for atmospheric chemistry (Sandu et al. 1996, "Efficient implementation
//! of fully implicit methods for atmospheric chemical kinetics").
//!
//! The signs are those of `J`, not of `-J`: with `W = shift I - J` the graphs keep `-W` off the diagonal, `-L` below it
//! and the reciprocals of the pivots on it, so that every update is one fused multiply-add and nothing is negated.

use std::collections::BTreeMap;

use super::graph::{Graph, Id, Space};
use super::operation::Operation;

/// Factorization and solution.
#[derive(Debug)]
pub(super) struct Elimination {
    pub factor: Graph,
    /// What the factorization stores, in the order of [`Space::Factor`].
    pub factors: Vec<Id>,
    /// The measure of the pivots' health; see [`super::PIVOT_LIMIT`].
    pub pivot: Id,
    pub solve: Graph,
    /// The solution, by state; the right-hand side are the leaves of [`Space::Vector`].
    pub solution: Vec<Id>,
}

/// An entry while it is being eliminated: its value, and the leaf in which the solution will find it.
#[derive(Debug, Clone, Copy)]
struct Cell {
    value: Id,
    stored: (Space, usize),
}

/// Makes the graphs for an `n` by `n` Jacobian whose entry `k` stands at `pattern[k]`, row and column.
pub(super) fn eliminate(n: usize, pattern: &[(usize, usize)]) -> Elimination {
    let mut factor = Graph::default();
    let mut rows: Vec<BTreeMap<usize, Cell>> = vec![BTreeMap::new(); n];
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); n];
    for (k, &(row, column)) in pattern.iter().enumerate() {
        let value = factor.leaf(Space::Jacobian, k);
        rows[row].insert(column, Cell { value, stored: (Space::Jacobian, k) });
        if row != column {
            columns[column].push(row);
        }
    }
    let shift = factor.leaf(Space::Shift, 0);
    let diagonal: Vec<Id> = (0..n)
        .map(|k| match rows[k].remove(&k) {
            Some(cell) => factor.subtract(shift, cell.value),
            None => shift,
        })
        .collect();

    let mut pivots = diagonal.clone();
    let mut factors = Vec::new();
    let mut reciprocals = Vec::with_capacity(n);
    let mut order = Vec::with_capacity(n);
    let mut lower: Vec<Vec<(usize, (Space, usize))>> = vec![Vec::new(); n];
    let mut upper: Vec<Vec<(usize, (Space, usize))>> = vec![Vec::new(); n];
    let mut waiting: Vec<bool> = vec![true; n];
    for _ in 0..n {
        let Some(k) = (0..n).filter(|&k| waiting[k]).min_by_key(|&k| rows[k].len() * columns[k].len()) else { break };
        waiting[k] = false;
        order.push(k);
        let reciprocal = factor.reciprocal(pivots[k]);
        reciprocals.push((k, reciprocal, (Space::Factor, factors.len())));
        factors.push(reciprocal);
        let mut row = std::mem::take(&mut rows[k]);
        for cell in row.values_mut() {
            if cell.stored.0 != Space::Jacobian {
                cell.stored = (Space::Factor, factors.len());
                factors.push(cell.value);
            }
        }
        upper[k] = row.iter().map(|(&column, cell)| (column, cell.stored)).collect();
        for &i in &std::mem::take(&mut columns[k]) {
            let Some(cell) = rows[i].remove(&k) else { continue };
            let multiplier = factor.multiply(cell.value, reciprocal);
            let stored = (Space::Factor, factors.len());
            factors.push(multiplier);
            lower[i].push((k, stored));
            for (&j, over) in &row {
                if i == j {
                    pivots[i] = factor.node(Operation::NegateMultiplyAdd, &[multiplier, over.value, pivots[i]]);
                    continue;
                }
                let updated = match rows[i].get(&j) {
                    Some(target) => factor.node(Operation::MultiplyAdd, &[multiplier, over.value, target.value]),
                    None => {
                        columns[j].push(i);
                        factor.multiply(multiplier, over.value)
                    }
                };
                // The place among the factors is given when the row is done; until then it is only not a Jacobian's.
                rows[i].insert(j, Cell { value: updated, stored: (Space::Factor, usize::MAX) });
            }
        }
        for &j in row.keys() {
            columns[j].retain(|&i| i != k);
        }
    }
    let pivot = pivot_measure(&mut factor, shift, &diagonal, &pivots, &reciprocals);
    let (solve, solution) = substitute(n, &order, &lower, &upper, &reciprocals);
    Elimination { factor, factors, pivot, solve, solution }
}

/// The sum over all pivots of `(d / p)^2 + (shift / p)^2`, where `p` is the pivot and `d` what stood on the diagonal
/// before elimination: large where subtraction cancelled the pivot or where it was small from the start, and not a
/// number or infinite where a pivot is zero or not finite. It does not depend on the units of the states.
fn pivot_measure(
    graph: &mut Graph,
    shift: Id,
    diagonal: &[Id],
    pivots: &[Id],
    reciprocals: &[(usize, Id, (Space, usize))],
) -> Id {
    let zero = graph.constant(0.0);
    let (mut squares, mut ratios) = (zero, zero);
    for &(k, reciprocal, _) in reciprocals {
        squares = graph.node(Operation::MultiplyAdd, &[reciprocal, reciprocal, squares]);
        if diagonal[k] != pivots[k] {
            let ratio = graph.multiply(diagonal[k], reciprocal);
            ratios = graph.node(Operation::MultiplyAdd, &[ratio, ratio, ratios]);
        }
    }
    let scale = graph.multiply(shift, shift);
    graph.node(Operation::MultiplyAdd, &[scale, squares, ratios])
}

/// Forward and backward substitution in the order of elimination.
fn substitute(
    n: usize,
    order: &[usize],
    lower: &[Vec<(usize, (Space, usize))>],
    upper: &[Vec<(usize, (Space, usize))>],
    reciprocals: &[(usize, Id, (Space, usize))],
) -> (Graph, Vec<Id>) {
    let mut graph = Graph::default();
    let mut vector: Vec<Id> = (0..n).map(|i| graph.leaf(Space::Vector, i)).collect();
    for &i in order {
        for &(k, (space, index)) in &lower[i] {
            let multiplier = graph.leaf(space, index);
            vector[i] = graph.node(Operation::MultiplyAdd, &[multiplier, vector[k], vector[i]]);
        }
    }
    for &(k, _, (space, index)) in reciprocals.iter().rev() {
        for &(j, (space, index)) in &upper[k] {
            let entry = graph.leaf(space, index);
            vector[k] = graph.node(Operation::MultiplyAdd, &[entry, vector[j], vector[k]]);
        }
        let reciprocal = graph.leaf(space, index);
        vector[k] = graph.multiply(vector[k], reciprocal);
    }
    (graph, vector)
}
