//! A block as the items that machine code is made from, one after another, and how far off each number's next use is.

use crate::program::block::{Block, Constants, Operand, Step};
use crate::program::operation::Operation;

/// No further use.
pub const NEVER: u32 = u32::MAX;

/// What an item does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// An operation on the operands, whose result is the step with this number.
    Compute { operation: Operation, step: u32 },
    /// The third operand where the comparison of the first two holds, else the fourth.
    Choose { comparison: Operation, step: u32 },
    /// The operand goes to a slot of the frame.
    Store { slot: u32 },
}

/// An action, its operands, and for each the number of the next item that uses it.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    pub action: Action,
    /// The item's own number.
    pub at: u32,
    operands: [Operand; 4],
    next_uses: [u32; 4],
    count: usize,
}

impl Item {
    fn new(action: Action, operands: &[Operand]) -> Item {
        let mut all = [Operand::Constant(0); 4];
        all[..operands.len()].copy_from_slice(operands);
        Item { action, at: 0, operands: all, next_uses: [NEVER; 4], count: operands.len() }
    }

    pub fn operands(&self) -> &[Operand] {
        &self.operands[..self.count]
    }

    /// The next item after this one that uses an operand of it.
    pub fn next_use(&self, operand: Operand) -> u32 {
        self.operands().iter().position(|&known| known == operand).map_or(NEVER, |at| self.next_uses[at])
    }
}

/// Gives every number that a block touches an index: its steps, the slots it reads, the constants.
#[derive(Debug, Clone, Copy)]
pub struct Numbering {
    steps: usize,
    slots: usize,
    constants: usize,
}

impl Numbering {
    pub fn index(&self, operand: Operand) -> usize {
        match operand {
            Operand::Step(step) => step as usize,
            Operand::Slot(slot) => self.steps + slot as usize,
            Operand::Constant(constant) => self.steps + self.slots + constant as usize,
        }
    }

    pub fn len(&self) -> usize {
        self.steps + self.slots + self.constants
    }
}

/// The items of a block in order, for each step the first item that uses it, and the numbering.
pub struct Items {
    pub items: Vec<Item>,
    pub first_uses: Vec<u32>,
    pub numbering: Numbering,
}

impl Items {
    /// `choose` tells whether a comparison may be drawn into the only selection that uses it.
    pub fn new(block: &Block, constants: &mut Constants, choose: bool) -> Items {
        let drawn_in = if choose { comparisons_used_once(block) } else { vec![false; block.steps.len()] };
        let mut items = Vec::with_capacity(block.steps.len() + block.stores.len());
        let mut stores = block.stores.iter().peekable();
        for at in 0..=block.steps.len() {
            while let Some(store) = stores.next_if(|store| store.after as usize <= at) {
                items.push(Item::new(Action::Store { slot: store.slot }, &[store.value]));
            }
            match block.steps.get(at) {
                Some(_) if drawn_in[at] => {}
                Some(step) => items.push(item(block, at as u32, step, &drawn_in, constants)),
                None => break,
            }
        }
        let slots = items.iter().flat_map(Item::operands).map(|operand| match operand {
            Operand::Slot(slot) => *slot as usize + 1,
            _ => 0,
        });
        let numbering =
            Numbering { steps: block.steps.len(), slots: slots.max().unwrap_or(0), constants: constants.values.len() };
        let mut next = vec![NEVER; numbering.len()];
        for (at, item) in items.iter_mut().enumerate().rev() {
            item.at = at as u32;
            for k in 0..item.count {
                item.next_uses[k] = next[numbering.index(item.operands[k])];
            }
            for operand in item.operands() {
                next[numbering.index(*operand)] = at as u32;
            }
        }
        next.truncate(block.steps.len());
        Items { items, first_uses: next, numbering }
    }
}

/// A step as an item; a sign is changed or dropped by logic on the bits.
fn item(block: &Block, at: u32, step: &Step, drawn_in: &[bool], constants: &mut Constants) -> Item {
    let compute = |operation, operands: &[Operand]| Item::new(Action::Compute { operation, step: at }, operands);
    let [a, b, c] = step.operands;
    match (step.operation, a) {
        (Operation::Negate, _) => {
            let sign = Operand::Constant(constants.index(-0.0));
            compute(Operation::ExclusiveOr, &[a, sign])
        }
        (Operation::Absolute, _) => {
            let all_but_sign = Operand::Constant(constants.index(f64::from_bits(!(1 << 63))));
            compute(Operation::And, &[a, all_but_sign])
        }
        (Operation::Select, Operand::Step(condition)) if drawn_in[condition as usize] => {
            let comparison = block.steps[condition as usize];
            let [x, y, _] = comparison.operands;
            Item::new(Action::Choose { comparison: comparison.operation, step: at }, &[x, y, b, c])
        }
        _ => compute(step.operation, step.operands()),
    }
}

/// Which steps are comparisons that a selection, and nothing else, uses as its condition.
fn comparisons_used_once(block: &Block) -> Vec<bool> {
    let mut uses = vec![0u32; block.steps.len()];
    let mut chosen = vec![false; block.steps.len()];
    let count = |operand: &Operand, uses: &mut Vec<u32>| {
        if let Operand::Step(step) = operand {
            uses[*step as usize] += 1;
        }
    };
    for step in &block.steps {
        step.operands().iter().for_each(|operand| count(operand, &mut uses));
        if let (Operation::Select, Operand::Step(condition)) = (step.operation, step.operands[0]) {
            let compares = matches!(
                block.steps[condition as usize].operation,
                Operation::Less | Operation::LessEqual | Operation::Equal
            );
            chosen[condition as usize] = compares;
        }
    }
    block.stores.iter().for_each(|store| count(&store.value, &mut uses));
    chosen.iter().zip(uses).map(|(&chosen, uses)| chosen && uses == 1).collect()
}
