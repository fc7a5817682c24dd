//! A system of equations as a graph, its results, and the places of all that in a frame.

use super::block::{Block, Constants};
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
    hoisted: Vec<Id>,
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
    /// Derives the Jacobian and its factorization, hoists what depends on parameters only, and lays out the frame.
    pub(super) fn new(lowered: Lowered) -> System {
        let Lowered { mut graph, parameters, inputs, derivatives, quantities, starts, residuals, truths, setters } =
            lowered;
        let states = derivatives.len();
        let entries = jacobian(&mut graph, &derivatives, states);
        let (by_time, by_state): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.column == states);
        let pattern: Vec<(usize, usize)> = by_state.iter().map(|entry| (entry.row, entry.column)).collect();
        let elimination = eliminate(states, &pattern);

        let evaluated = derivatives.iter().chain(&quantities).chain(&residuals).chain(&truths).copied();
        let differentiated = by_state.iter().chain(&by_time).map(|entry| entry.value);
        let hoisted = hoistable(&graph, evaluated, differentiated);
        let layout = Layout::new(Sizes {
            states,
            inputs,
            parameters,
            hoisted: hoisted.len(),
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
            [at(&hoisted, layout.hoisted.start), early].concat(),
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
            hoisted,
            results,
        }
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.layout.states.len()
    }

    /// The steps of a program. Its constants are added to those given.
    pub(super) fn block(&self, program: Program, constants: &mut Constants) -> Block {
        let graph = match program {
            Program::Factor => &self.elimination.factor,
            Program::Solve => &self.elimination.solve,
            _ => &self.model,
        };
        let uses_hoisted =
            matches!(program, Program::Rhs | Program::RhsAndJacobian | Program::Quantities | Program::Conditions);
        let mut hoisted_at = vec![None; if uses_hoisted { graph.len() } else { 0 }];
        if uses_hoisted {
            for (id, slot) in self.hoisted.iter().zip(self.layout.hoisted.clone()) {
                hoisted_at[id.index()] = Some(slot);
            }
        }
        Block::new(graph, &self.results[program as usize], constants, |id| match graph.place(id) {
            Some((space, index)) => Some(self.slot(space, index)),
            None => hoisted_at.get(id.index()).copied().flatten(),
        })
    }

    fn slot(&self, space: Space, index: usize) -> usize {
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

/// The nodes to be computed when the parameters are known: those that are needed at each evaluation, but depend on
/// parameters only and are not a parameter themselves. Derivatives that are known so early are stored in their own
/// places, so only what others are made of counts among them.
fn hoistable(graph: &Graph, evaluated: impl Iterator<Item = Id>, differentiated: impl Iterator<Item = Id>) -> Vec<Id> {
    let early = |id: Id| graph.binding(id) == Binding::Parameters && graph.place(id).is_none();
    let evaluated: Vec<Id> = evaluated.collect();
    let roots: Vec<Id> = evaluated.iter().copied().chain(differentiated).collect();
    let needed = graph.reachable(&roots);
    let mut hoisted: Vec<Id> = evaluated.into_iter().filter(|&id| early(id)).collect();
    for index in (0..graph.len()).filter(|&index| needed[index]) {
        let id = graph.id(index);
        if graph.binding(id) == Binding::Evaluation {
            hoisted.extend(graph.get(id).operands().iter().copied().filter(|&operand| early(operand)));
        }
    }
    hoisted.sort_unstable();
    hoisted.dedup();
    hoisted
}
