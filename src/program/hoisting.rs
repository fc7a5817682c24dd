//! Which values are computed once the parameters are known, and where every program finds them.

use super::block::{Block, Constants};
use super::graph::{Binding, Graph, Id};
use super::system::{Program, System};

/// The programs that may read hoisted values; the others can run before the parameters are prepared.
const READERS: [Program; 4] = [Program::Rhs, Program::RhsAndJacobian, Program::Quantities, Program::Conditions];

/// Whether a program is made from the graph that may have been rewritten. The others are made from their own.
fn reads_model(program: Program) -> bool {
    program == Program::Prepare || READERS.contains(&program)
}

/// The blocks of all programs, and what they need of a frame beyond the system's layout.
pub(super) struct Blocks {
    pub blocks: [Block; 9],
    pub constants: Constants,
    /// Hoisted values stand from here on, then constants, then scratch.
    pub first_constant: usize,
    pub first_scratch: usize,
}

/// A rewritten graph of the model, and what has become of each node.
pub(super) struct Rewritten {
    pub graph: Graph,
    pub ids: Vec<Id>,
}

impl Blocks {
    /// The blocks of a system's programs, made from its own graph of the model or from a rewritten one.
    pub fn new(system: &System, rewritten: Option<&Rewritten>) -> Blocks {
        let model = rewritten.map_or(system.graph(Program::Rhs), |rewritten| &rewritten.graph);
        let results = |program: Program| -> Vec<(Id, usize)> {
            let results = system.results(program).iter().copied();
            match rewritten {
                Some(rewritten) if reads_model(program) => {
                    results.map(|(id, slot)| (rewritten.ids[id.index()], slot)).collect()
                }
                _ => results.collect(),
            }
        };
        let read: Vec<Id> = READERS.iter().flat_map(|&program| results(program)).map(|(id, _)| id).collect();
        let hoisted = hoistable(model, &read);
        let first_hoisted = system.layout.length;
        let first_constant = first_hoisted + hoisted.len();
        let mut hoisted_at = vec![None; model.len()];
        for (id, slot) in hoisted.iter().zip(first_hoisted..) {
            hoisted_at[id.index()] = Some(slot);
        }
        let mut constants = Constants::default();
        let blocks = Program::ALL.map(|program| {
            let graph = if reads_model(program) { model } else { system.graph(program) };
            let mut results = results(program);
            if program == Program::Prepare {
                results.extend(hoisted.iter().copied().zip(first_hoisted..));
            }
            Block::new(graph, &results, &mut constants, |id| match graph.place(id) {
                Some((space, index)) => Some(system.slot(space, index)),
                None if READERS.contains(&program) => hoisted_at[id.index()],
                None => None,
            })
        });
        let first_scratch = first_constant + constants.values.len();
        Blocks { blocks, constants, first_constant, first_scratch }
    }
}

/// The nodes to be computed when the parameters are known: those that depend on parameters only, are not a parameter
/// themselves, and are a result or an operand of something that is not known so early.
fn hoistable(graph: &Graph, results: &[Id]) -> Vec<Id> {
    let early = |id: Id| graph.binding(id) == Binding::Parameters && graph.place(id).is_none();
    let needed = graph.reachable(results);
    let mut hoisted: Vec<Id> = results.iter().copied().filter(|&id| early(id)).collect();
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
