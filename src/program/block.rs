//! A straight line of steps: the part of a graph that some results need, in an order of evaluation.
//!
//! Interpreter code and machine code are both made from a block. It says nothing about registers or scratch.

use super::graph::{Graph, Id};
use super::operation::Operation;

/// Where a step finds a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// The result of the step with this number.
    Step(u32),
    /// A slot of the frame.
    Slot(u32),
    /// An entry of [`Constants`].
    Constant(u32),
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub operation: Operation,
    /// As many as the operation takes; the last one is repeated after them.
    pub operands: [Operand; 3],
}

impl Step {
    /// The operands, as many as the operation takes.
    pub fn operands(&self) -> &[Operand] {
        &self.operands[..self.operation.arity()]
    }
}

/// A result that goes to the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Store {
    pub value: Operand,
    pub slot: u32,
    /// How many steps must have run before: the step that makes the value, and all that read the slot's old value.
    pub after: u32,
}

/// The constants of all blocks of a system, each once.
#[derive(Debug, Default, Clone)]
pub(super) struct Constants {
    pub values: Vec<f64>,
    known: std::collections::HashMap<u64, u32>,
}

impl Constants {
    /// The number of a constant.
    pub fn index(&mut self, value: f64) -> u32 {
        *self.known.entry(value.to_bits()).or_insert_with(|| {
            self.values.push(value);
            self.values.len() as u32 - 1
        })
    }
}

/// A straight line of steps and the stores among them, sorted by [`Store::after`].
#[derive(Debug, Default, Clone)]
pub(super) struct Block {
    pub steps: Vec<Step>,
    pub stores: Vec<Store>,
}

impl Block {
    /// The steps that `results` need, each to be stored in its slot. `locate` tells which nodes stand in the frame.
    pub fn new(
        graph: &Graph,
        results: &[(Id, usize)],
        constants: &mut Constants,
        locate: impl Fn(Id) -> Option<usize>,
    ) -> Block {
        let mut scheduler = Scheduler {
            graph,
            locate,
            constants,
            needs: vec![0; graph.len()],
            made: vec![None; graph.len()],
            steps: Vec::new(),
        };
        scheduler.count_registers(results);
        let mut block = Block::default();
        for &(id, slot) in results {
            let value = scheduler.schedule(id);
            block.stores.push(Store { value, slot: slot as u32, after: 0 });
        }
        block.steps = scheduler.steps;
        block.order_stores();
        block
    }

    fn order_stores(&mut self) {
        let mut last_read = std::collections::HashMap::new();
        for (at, step) in self.steps.iter().enumerate() {
            for operand in step.operands() {
                if let Operand::Slot(slot) = operand {
                    last_read.insert(*slot, at as u32 + 1);
                }
            }
        }
        for store in &mut self.stores {
            let made = if let Operand::Step(step) = store.value { step + 1 } else { 0 };
            store.after = made.max(last_read.get(&store.slot).copied().unwrap_or(0));
        }
        // A slot that is stored to and copied from by another store would need an order among stores; no program of
        // this module does that, because results and what they are made of stand in different parts of the frame.
        self.stores.sort_by_key(|store| store.after);
    }

    /// For each step, the number of the last step that reads it, counting a store as the step it comes after; a step
    /// that is never read has its own number.
    pub fn last_uses(&self) -> Vec<u32> {
        let mut last: Vec<u32> = (0..self.steps.len() as u32).collect();
        for (at, step) in self.steps.iter().enumerate() {
            for operand in step.operands() {
                if let Operand::Step(made) = operand {
                    last[*made as usize] = at as u32;
                }
            }
        }
        for store in &self.stores {
            if let Operand::Step(made) = store.value {
                let last = &mut last[made as usize];
                *last = (*last).max(store.after.saturating_sub(1));
            }
        }
        last
    }
}

struct Scheduler<'a, F> {
    graph: &'a Graph,
    locate: F,
    constants: &'a mut Constants,
    /// How many registers the evaluation of a node takes if nothing is shared (Sethi and Ullman 1970).
    needs: Vec<u16>,
    made: Vec<Option<Operand>>,
    steps: Vec<Step>,
}

impl<F: Fn(Id) -> Option<usize>> Scheduler<'_, F> {
    fn count_registers(&mut self, results: &[(Id, usize)]) {
        let from: Vec<Id> = results.iter().map(|&(id, _)| id).collect();
        let needed = self.graph.reachable(&from);
        for index in (0..self.graph.len()).filter(|&index| needed[index]) {
            let id = self.graph.id(index);
            if (self.locate)(id).is_some() {
                continue;
            }
            let node = self.graph.get(id);
            let mut needs = [0; 3];
            for (need, operand) in needs.iter_mut().zip(node.operands()) {
                *need = self.needs[operand.index()];
            }
            needs.sort_unstable();
            let [c, b, a] = needs;
            self.needs[index] = a.max(b.saturating_add(1)).max(c.saturating_add(2)).max(1);
        }
    }

    /// Makes steps for a node and all it needs, those that take most registers first; without recursion, because an
    /// expression may be deeper than the stack.
    fn schedule(&mut self, root: Id) -> Operand {
        let mut stack = vec![(root, false)];
        while let Some((id, operands_made)) = stack.pop() {
            if self.made[id.index()].is_some() {
                continue;
            }
            if let Some(ready) = self.without_step(id) {
                self.made[id.index()] = Some(ready);
                continue;
            }
            let node = self.graph.get(id);
            if operands_made {
                let mut operands = [Operand::Constant(0); 3];
                let count = node.operands().len();
                for (place, operand) in operands.iter_mut().zip(node.operands()) {
                    *place = self.made[operand.index()].expect("operands are scheduled first");
                }
                operands.copy_within(count - 1..count, 2);
                if count == 1 {
                    operands[1] = operands[0];
                }
                self.made[id.index()] = Some(Operand::Step(self.steps.len() as u32));
                self.steps.push(Step { operation: node.operation, operands });
            } else {
                stack.push((id, true));
                let mut operands = node.operands().to_vec();
                operands.sort_by_key(|operand| self.needs[operand.index()]);
                stack.extend(operands.into_iter().map(|operand| (operand, false)));
            }
        }
        self.made[root.index()].expect("the root is scheduled last")
    }

    fn without_step(&mut self, id: Id) -> Option<Operand> {
        if let Some(value) = self.graph.value(id) {
            return Some(Operand::Constant(self.constants.index(value)));
        }
        (self.locate)(id).map(|slot| Operand::Slot(slot as u32))
    }
}
