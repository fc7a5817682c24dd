//! Blocks as instructions on slots of a frame, and the loop that runs them on any number of lanes.

use super::block::{Block, Operand};
use super::operation::Operation;

/// `target = operation(operands)`, all slots of a frame.
#[derive(Debug, Clone, Copy)]
struct Instruction {
    operation: Operation,
    target: u32,
    operands: [u32; 3],
}

/// A block, ready to run.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    instructions: Vec<Instruction>,
    /// One more than the largest slot in use.
    pub slots: usize,
}

impl Code {
    /// Gives every step of a block a slot: that of its result where it has one, else one of those from `scratch` on,
    /// which are used again as soon as they are free. Constants stand from `constants` on.
    pub fn new(block: &Block, constants: usize, scratch: usize) -> Code {
        let last_uses = block.last_uses();
        let mut places = vec![0u32; block.steps.len()];
        let mut direct = vec![false; block.steps.len()];
        for store in block.stores.iter().rev() {
            if let Operand::Step(made) = store.value
                && store.after == made + 1
            {
                places[made as usize] = store.slot;
                direct[made as usize] = true;
            }
        }
        let mut code = Code { instructions: Vec::with_capacity(block.steps.len()), slots: scratch };
        let mut free: Vec<u32> = Vec::new();
        let mut stores = block.stores.iter().peekable();
        for at in 0..=block.steps.len() {
            while let Some(store) = stores.next_if(|store| store.after as usize <= at) {
                let from = match store.value {
                    Operand::Step(made) => places[made as usize],
                    Operand::Slot(slot) => slot,
                    Operand::Constant(index) => constants as u32 + index,
                };
                if from != store.slot {
                    let operands = [from; 3];
                    code.instructions.push(Instruction { operation: Operation::Copy, target: store.slot, operands });
                }
            }
            let Some(step) = block.steps.get(at) else { break };
            let operands = step.operands.map(|operand| match operand {
                Operand::Step(made) => places[made as usize],
                Operand::Slot(slot) => slot,
                Operand::Constant(index) => constants as u32 + index,
            });
            for (position, operand) in step.operands().iter().enumerate() {
                if let Operand::Step(made) = *operand
                    && last_uses[made as usize] as usize == at
                    && !direct[made as usize]
                    && !step.operands()[..position].contains(operand)
                    && !stores.clone().take_while(|store| store.after as usize == at + 1).any(|s| s.value == *operand)
                {
                    free.push(places[made as usize]);
                }
            }
            if !direct[at] {
                places[at] = free.pop().unwrap_or_else(|| {
                    code.slots += 1;
                    code.slots as u32 - 1
                });
            }
            code.instructions.push(Instruction { operation: step.operation, target: places[at], operands });
        }
        code
    }

    /// Runs on a frame of `L` lanes. Inlined into callers that are compiled for one instruction set each.
    #[inline(always)]
    pub fn run<const L: usize>(&self, frame: &mut [[f64; L]]) {
        for instruction in &self.instructions {
            let [a, b, c] = instruction.operands.map(|slot| frame[slot as usize]);
            frame[instruction.target as usize] = instruction.operation.apply(a, b, c);
        }
    }
}
