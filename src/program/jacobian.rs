//! The Jacobian of a system, by eliminating the vertices of its linearized graph.
//!
//! Every node of the graph is a vertex, every slope of an operation an edge with that slope on it. Eliminating a vertex
//! replaces each path over it by an edge that carries the product of the two (added to what stands there). When only
//! the independent variables and the results are left, the edges are the entries of the Jacobian. Eliminating from the
//! front is forward differentiation, from the back reverse; here the vertex that costs fewest multiplications goes
//! first (Griewank and Reese 1991, "On the calculation of Jacobian matrices by the Markowitz rule"), which is as good
//! as the better of the two on most systems and better than both on many.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::{Binding, Graph, Id, Space};
use super::partial::slopes;

/// One structural nonzero: `value` is the derivative of result `row` by independent variable `column`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub row: usize,
    pub column: usize,
    pub value: Id,
}

/// The entries of the Jacobian of `results` by the states (columns `0..states`) and by time (column `states`), sorted
/// by row and column. New nodes go to the same graph.
pub(super) fn jacobian(graph: &mut Graph, results: &[Id], states: usize) -> Vec<Entry> {
    let mut work = Linearized::new(graph, results, states);
    work.eliminate(graph);
    work.entries(results.len())
}

/// A vertex of the linearized graph. Vertices are the independent variables, the nodes between, and the results.
#[derive(Default, Clone)]
struct Vertex {
    /// Vertices that this one depends on, each with the slope.
    from: Vec<(usize, Id)>,
    /// Vertices that depend on this one.
    to: Vec<usize>,
    eliminated: bool,
}

struct Linearized {
    vertices: Vec<Vertex>,
    /// The first vertices are the states and time, then come the nodes between, then the results.
    independent: usize,
    first_result: usize,
}

impl Linearized {
    fn new(graph: &mut Graph, results: &[Id], states: usize) -> Linearized {
        let independent = states + 1;
        let nodes = graph.len();
        // Which vertex a node is, for those that depend on an independent variable. Operands have smaller numbers.
        let mut vertex_of: Vec<Option<usize>> = vec![None; nodes];
        let needed = graph.reachable(results);
        let mut between = Vec::new();
        for index in 0..nodes {
            if !needed[index] {
                continue;
            }
            let id = graph.id(index);
            vertex_of[index] = match graph.place(id) {
                Some((Space::State, state)) => Some(state),
                Some((Space::Time, _)) => Some(states),
                Some(_) => None,
                None if graph.get(id).operands().iter().any(|operand| vertex_of[operand.index()].is_some()) => {
                    between.push(id);
                    Some(independent + between.len() - 1)
                }
                None => None,
            };
        }
        let first_result = independent + between.len();
        let mut work =
            Linearized { vertices: vec![Vertex::default(); first_result + results.len()], independent, first_result };
        for (position, &id) in between.iter().enumerate() {
            let depends = |operand: Id| vertex_of[operand.index()].is_some();
            for (operand, slope) in slopes(graph, id, depends) {
                if let Some(from) = vertex_of[operand.index()] {
                    work.connect(graph, from, independent + position, slope);
                }
            }
        }
        let one = graph.constant(1.0);
        for (row, result) in results.iter().enumerate() {
            if let Some(from) = vertex_of[result.index()] {
                work.connect(graph, from, first_result + row, one);
            }
        }
        work
    }

    /// Adds a slope to the edge between two vertices.
    fn connect(&mut self, graph: &mut Graph, from: usize, to: usize, slope: Id) {
        if graph.is_zero(slope) {
            return;
        }
        match self.vertices[to].from.iter_mut().find(|(known, _)| *known == from) {
            Some((_, sum)) => *sum = graph.free_add(*sum, slope),
            None => {
                self.vertices[to].from.push((from, slope));
                self.vertices[from].to.push(to);
            }
        }
    }

    fn eliminate(&mut self, graph: &mut Graph) {
        let mut queue: BinaryHeap<Reverse<(usize, usize)>> =
            (self.independent..self.first_result).map(|vertex| Reverse((self.cost(graph, vertex), vertex))).collect();
        while let Some(Reverse((cost, vertex))) = queue.pop() {
            if self.vertices[vertex].eliminated {
                continue;
            }
            let now = self.cost(graph, vertex);
            if now > cost {
                queue.push(Reverse((now, vertex)));
                continue;
            }
            let neighbors = self.remove(graph, vertex);
            for neighbor in neighbors {
                if (self.independent..self.first_result).contains(&neighbor) {
                    queue.push(Reverse((self.cost(graph, neighbor), neighbor)));
                }
            }
        }
    }

    /// Replaces the paths over a vertex by edges, and returns its neighbors.
    fn remove(&mut self, graph: &mut Graph, vertex: usize) -> Vec<usize> {
        let Vertex { from, to, .. } = std::mem::take(&mut self.vertices[vertex]);
        self.vertices[vertex].eliminated = true;
        for &above in &to {
            let edges = &mut self.vertices[above].from;
            let position = edges.iter().position(|(known, _)| *known == vertex);
            let (_, upper) = edges.remove(position.expect("edges are kept at both ends"));
            for &(below, lower) in &from {
                let path = graph.free_multiply(upper, lower);
                self.connect(graph, below, above, path);
            }
        }
        for &(below, _) in &from {
            self.vertices[below].to.retain(|&known| known != vertex);
        }
        to.into_iter().chain(from.into_iter().map(|(below, _)| below)).collect()
    }

    /// How many multiplications at run time the removal of a vertex costs.
    fn cost(&self, graph: &Graph, vertex: usize) -> usize {
        let unit = |slope: Id| graph.value(slope).is_some_and(|value| value.abs() == 1.0);
        let mut cost = 0;
        for &above in &self.vertices[vertex].to {
            let edge = self.vertices[above].from.iter().find(|(known, _)| *known == vertex);
            let Some(&(_, upper)) = edge else { continue };
            if unit(upper) {
                continue;
            }
            for &(_, lower) in &self.vertices[vertex].from {
                let early = graph.binding(upper).max(graph.binding(lower)) < Binding::Evaluation;
                if !unit(lower) && !early {
                    cost += 1;
                }
            }
        }
        cost
    }

    fn entries(&self, results: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        for row in 0..results {
            let edges = &self.vertices[self.first_result + row].from;
            entries.extend(edges.iter().map(|&(column, value)| Entry { row, column, value }));
        }
        entries.sort_by_key(|entry| (entry.row, entry.column));
        entries
    }
}
