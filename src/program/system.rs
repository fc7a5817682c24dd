//! A system of equations as a graph, its results, and the places of all that in a frame.

use super::elimination::{Elimination, eliminate};
use super::graph::{Binding, Graph, Id, Space};
use super::jacobian::jacobian;
use super::layout::{Layout, Sizes};

/// The programs of a system. What each reads and writes is told in the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// Values that depend on nothing but parameters.
    Prepare,
    /// Rates of change.
    Rhs,
    /// Rates of change, Jacobian, and derivatives by time.
    RhsAndJacobian,
    /// Factors of `shift I - J`.
    Factor,
    /// Solution with these factors.
    Solve,
    /// Named quantities.
    Quantities,
    /// Conditions of events.
    Conditions,
    /// Initial values.
    Starts,
    /// Expressions evaluated on demand.
    Setters,
}

impl Program {
    /// All programs, each at the index that it has as a number.
    pub const ALL: [Program; 9] = [
        Program::Prepare,
        Program::Rhs,
        Program::RhsAndJacobian,
        Program::Factor,
        Program::Solve,
        Program::Quantities,
        Program::Conditions,
        Program::Starts,
        Program::Setters,
    ];
}

/// A compiled system of equations.
///
/// It is plain data and can be shared between threads. Programs are run by an [`Evaluator`](super::Evaluator).
#[derive(Debug)]
pub struct System {
    /// Where each number stands in a frame.
    pub layout: Layout,
    /// Row and column of each entry of the Jacobian, sorted; entry `k` stands in slot `layout.jacobian.start + k`.
    /// Entries that are not listed are zero whatever the state.
    pub pattern: Vec<(usize, usize)>,
    /// The states whose rate of change depends on time itself. Empty for an autonomous system, for which
    /// `layout.time_derivatives` is zero.
    pub time_dependent: Vec<usize>,
    model: Graph,
    elimination: Elimination,
    results: [Vec<(Id, usize)>; 9],
}

/// A system as nodes of one graph, before anything is derived from it.
#[derive(Debug, Default)]
pub(super) struct Lowered {
    pub graph: Graph,
    pub parameters: usize,
    pub inputs: usize,
    pub derivatives: Vec<Id>,
    pub quantities: Vec<Id>,
    pub starts: Vec<Id>,
    pub residuals: Vec<Id>,
    pub truths: Vec<Id>,
    pub setters: Vec<Id>,
}

impl System {
    /// Derives the Jacobian and its factorization and lays out the frame.
    pub(super) fn new(lowered: Lowered) -> System {
        let Lowered { mut graph, parameters, inputs, derivatives, quantities, starts, residuals, truths, setters } =
            lowered;
        let states = derivatives.len();
        let entries = jacobian(&mut graph, &derivatives, states);
        let (by_time, by_state): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.column == states);
        let pattern: Vec<(usize, usize)> = by_state.iter().map(|entry| (entry.row, entry.column)).collect();
        let elimination = eliminate(states, &pattern);

        let layout = Layout::new(Sizes {
            states,
            inputs,
            parameters,
            jacobian: pattern.len(),
            factors: elimination.factors.len(),
            quantities: quantities.len(),
            conditions: truths.len(),
            setters: setters.len(),
        });

        let at = |ids: &[Id], start: usize| ids.iter().copied().zip(start..).collect::<Vec<_>>();
        let rhs = at(&derivatives, layout.derivatives.start);
        let mut slopes: Vec<(Id, usize)> =
            by_state.iter().map(|entry| entry.value).zip(layout.jacobian.start..).collect();
        slopes.extend(by_time.iter().map(|entry| (entry.value, layout.time_derivatives.start + entry.row)));
        let (early, late): (Vec<_>, Vec<_>) =
            slopes.into_iter().partition(|&(id, _)| graph.binding(id) < Binding::Evaluation);
        let conditions = [at(&residuals, layout.residuals.start), at(&truths, layout.truths.start)].concat();
        let mut factor = at(&elimination.factors, layout.factors.start);
        factor.push((elimination.pivot, layout.pivot));
        let results = [
            early,
            rhs.clone(),
            [rhs, late].concat(),
            factor,
            at(&elimination.solution, layout.vector.start),
            at(&quantities, layout.quantities.start),
            conditions,
            at(&starts, layout.starts.start),
            at(&setters, layout.setters.start),
        ];
        System {
            layout,
            pattern,
            time_dependent: by_time.iter().map(|entry| entry.row).collect(),
            model: graph,
            elimination,
            results,
        }
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.layout.states.len()
    }

    /// The graph that a program is made from.
    pub(super) fn graph(&self, program: Program) -> &Graph {
        match program {
            Program::Factor => &self.elimination.factor,
            Program::Solve => &self.elimination.solve,
            _ => &self.model,
        }
    }

    /// What a program computes, each with the slot that it goes to. [`Program::Prepare`] computes what an evaluator
    /// hoists besides.
    pub(super) fn results(&self, program: Program) -> &[(Id, usize)] {
        &self.results[program as usize]
    }

    /// The slot of a leaf.
    pub(super) fn slot(&self, space: Space, index: usize) -> usize {
        let layout = &self.layout;
        match space {
            Space::Parameter => layout.parameters.start + index,
            Space::Time => layout.time,
            Space::Input => layout.inputs.start + index,
            Space::State => layout.states.start + index,
            Space::Jacobian => layout.jacobian.start + index,
            Space::Shift => layout.shift,
            Space::Factor => layout.factors.start + index,
            Space::Vector => layout.vector.start + index,
        }
    }
}
