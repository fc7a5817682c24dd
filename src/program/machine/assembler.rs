//! Machine code for one block: which number is in which register, and the instructions.
//!
//! A straight line needs no analysis of flow, so the next use of every number is known, and the register whose number
//! is used latest is the one to give up (Belady 1966). A number of the frame and a constant cost nothing to give up;
//! a result that has no place in the frame yet is put into scratch. An operand that is not in a register is used from
//! memory where the instruction can.

use super::encoder::{Encoder, Extra, Opcode, SHIFT_LEFT, SHIFT_RIGHT, Source, Width};
use super::lines::{Action, Item, Items, NEVER, Numbering};
use crate::program::block::{Block, Constants, Operand};
use crate::program::operation::Operation;

/// An operand in memory that is used again within so many items is loaded into a register if one is free.
const SOON: u32 = 12;

/// No register, no slot.
const NONE: u32 = u32::MAX;

/// Appends the code of a block. `stride` is the distance of two slots in bytes; scratch begins at slot `scratch`.
/// Returns one more than the last slot in use.
pub fn assemble(
    encoder: &mut Encoder,
    block: &Block,
    constants: &mut Constants,
    stride: usize,
    scratch: usize,
) -> usize {
    let items = Items::new(block, constants, encoder.evex);
    let mut assembler = Assembler {
        registers: vec![None; if encoder.evex { 32 } else { 16 }],
        places: vec![NONE; items.numbering.len()],
        homes: vec![NONE; block.steps.len()],
        numbering: items.numbering,
        first_uses: items.first_uses,
        encoder,
        constants: &constants.values,
        stride,
        free_scratch: Vec::new(),
        released_scratch: Vec::new(),
        first_scratch: scratch as u32,
        scratch: scratch as u32,
        pinned: 0,
    };
    for item in &items.items {
        assembler.item(item);
    }
    let slots = assembler.scratch as usize;
    encoder.end_program();
    slots
}

struct Assembler<'a> {
    encoder: &'a mut Encoder,
    constants: &'a [f64],
    numbering: Numbering,
    first_uses: Vec<u32>,
    /// What each register holds and when that is used next.
    registers: Vec<Option<(Operand, u32)>>,
    /// The register of each number.
    places: Vec<u32>,
    /// The slot that holds each step's result, if one does.
    homes: Vec<u32>,
    stride: usize,
    free_scratch: Vec<u32>,
    /// Scratch that the item at hand still reads; free from the next item on.
    released_scratch: Vec<u32>,
    first_scratch: u32,
    scratch: u32,
    /// Registers that the item at hand reads, as bits.
    pinned: u32,
}

impl Assembler<'_> {
    fn item(&mut self, item: &Item) {
        self.pinned = 0;
        self.free_scratch.append(&mut self.released_scratch);
        for operand in item.operands() {
            if let Some(register) = self.register_of(*operand) {
                self.pinned |= 1 << register;
            }
        }
        let operands = item.operands();
        match item.action {
            Action::Store { slot } => {
                let register = self.load(operands[0], item);
                self.plain(Opcode::STORE, register, 0, self.frame(slot));
                if let Operand::Step(step) = operands[0] {
                    let home = std::mem::replace(&mut self.homes[step as usize], slot);
                    self.release_scratch(home);
                }
                self.release(item);
            }
            Action::Compute { operation, step } => self.compute(operation, step, item),
            Action::Choose { comparison, step } => self.choose(comparison, step, item),
        }
    }

    fn compute(&mut self, operation: Operation, step: u32, item: &Item) {
        use Operation::*;
        let operands = item.operands();
        match operation {
            Add | Multiply | And | Or | ExclusiveOr | IntegerAdd => self.binary(operation, step, item, true),
            Subtract | Divide | Minimum | Maximum | AndNot | IntegerSubtract | Scale => {
                self.binary(operation, step, item, false);
            }
            SquareRoot => self.unary(Opcode::SQUARE_ROOT, None, step, item),
            // The immediate byte: direction, and no exception for an inexact result.
            Floor => self.unary(Opcode::ROUND, Some(0b1001), step, item),
            Ceiling => self.unary(Opcode::ROUND, Some(0b1010), step, item),
            ShiftLeft | ShiftRight => {
                let count = self.constant(operands[1]).map_or(0, |count| count.to_bits() as u8);
                let source =
                    if self.encoder.evex { self.source(operands[0], item) } else { self.loaded(operands[0], item) };
                self.release(item);
                let target = self.allocate(step);
                let direction = if operation == ShiftLeft { SHIFT_LEFT } else { SHIFT_RIGHT };
                let extra = Extra { immediate: Some(count), ..Extra::default() };
                self.encoder.emit(Opcode::SHIFT, direction, target, source, extra);
            }
            MultiplyAdd | MultiplySubtract | NegateMultiplyAdd => self.ternary(operation, step, item),
            Select if self.encoder.evex => self.ternary(operation, step, item),
            Select => {
                let mask = self.load(operands[0], item);
                let no = self.load(operands[2], item);
                let yes = self.whole_source(operands[1], item);
                self.release(item);
                let target = self.allocate(step);
                let extra = Extra { immediate: Some(mask << 4), ..Extra::default() };
                self.encoder.emit(Opcode::BLEND_BY_SIGN, target, no, yes, extra);
            }
            Less | LessEqual | Equal => {
                if self.encoder.evex {
                    self.compare(operation, false, item);
                    self.release(item);
                    let target = self.allocate(step);
                    self.plain(Opcode::MASK_TO_VECTOR, target, 0, Source::Register(MASK));
                } else {
                    let (first, second, predicate) = self.comparison(operation, false, item);
                    self.release(item);
                    let target = self.allocate(step);
                    let extra = Extra { immediate: Some(predicate), ..Extra::default() };
                    self.encoder.emit(Opcode::COMPARE, target, first, second, extra);
                }
            }
            _ => unreachable!("{operation:?} is no operation of an expanded graph"),
        }
    }

    fn binary(&mut self, operation: Operation, step: u32, item: &Item, commutes: bool) {
        let [mut a, mut b] = [item.operands()[0], item.operands()[1]];
        if commutes && self.register_of(a).is_none() && self.register_of(b).is_some() {
            std::mem::swap(&mut a, &mut b);
        }
        let first = self.load(a, item);
        let (opcode, second) = match operation {
            Operation::Add => (Opcode::ADD, self.source(b, item)),
            Operation::Subtract => (Opcode::SUBTRACT, self.source(b, item)),
            Operation::Multiply => (Opcode::MULTIPLY, self.source(b, item)),
            Operation::Divide => (Opcode::DIVIDE, self.source(b, item)),
            Operation::Minimum => (Opcode::MINIMUM, self.source(b, item)),
            Operation::Maximum => (Opcode::MAXIMUM, self.source(b, item)),
            Operation::Scale => (Opcode::SCALE, self.source(b, item)),
            Operation::And => (Opcode::AND, self.whole_source(b, item)),
            Operation::Or => (Opcode::OR, self.whole_source(b, item)),
            Operation::ExclusiveOr => (Opcode::EXCLUSIVE_OR, self.whole_source(b, item)),
            Operation::AndNot => (Opcode::AND_NOT, self.whole_source(b, item)),
            Operation::IntegerAdd => (Opcode::INTEGER_ADD, self.whole_source(b, item)),
            _ => (Opcode::INTEGER_SUBTRACT, self.whole_source(b, item)),
        };
        self.release(item);
        let target = self.allocate(step);
        self.plain(opcode, target, first, second);
    }

    fn unary(&mut self, opcode: Opcode, immediate: Option<u8>, step: u32, item: &Item) {
        let source = self.source(item.operands()[0], item);
        self.release(item);
        let target = self.allocate(step);
        // The scalar forms copy the upper half of a register: of one that must be awaited anyway.
        let second = match (self.encoder.width, source) {
            (Width::One, Source::Register(register)) => register,
            (Width::One, _) => target,
            _ => 0,
        };
        self.encoder.emit(opcode, target, second, source, Extra { immediate, ..Extra::default() });
    }

    /// Instructions of three operands that overwrite one of them, whichever we like.
    fn ternary(&mut self, operation: Operation, step: u32, item: &Item) {
        let operands = [item.operands()[0], item.operands()[1], item.operands()[2]];
        let count = |operand: Operand| operands.iter().filter(|&&other| other == operand).count();
        let dying = (0..3)
            .rev()
            .find(|&role| self.register_of(operands[role]).is_some() && item.next_use(operands[role]) == NEVER);
        // An operand in memory that is loaded where the result will be.
        let moved = (0..3).find(|&role| dying.is_none() && self.register_of(operands[role]).is_none());
        let overwritten = dying.or(moved).unwrap_or(2);
        let mut in_memory = None;
        for role in (0..3).filter(|&role| role != overwritten) {
            let operand = operands[role];
            if self.register_of(operand).is_some() || operand == operands[overwritten] {
                continue;
            }
            if in_memory.is_some() || count(operand) > 1 || self.worth_loading(operand, item) {
                self.load(operand, item);
            } else {
                in_memory = Some(role);
            }
        }
        let (target, second, third);
        let mut rest = (0..3).filter(|&role| role != overwritten);
        let [mut x, mut y] = [rest.next().unwrap_or(0), rest.next().unwrap_or(0)];
        if in_memory == Some(x) {
            std::mem::swap(&mut x, &mut y);
        }
        if dying.is_some() {
            let sources = [x, y].map(|role| self.place(operands[role]));
            second = self.register_of(operands[x]).unwrap_or(0);
            third = sources[1];
            // The overwritten operand's register becomes the result's.
            let register = self.register_of(operands[overwritten]).unwrap_or(0);
            self.release(item);
            self.occupy(register, step);
            target = register;
        } else {
            // A fresh register takes a copy; what it held is put away first, and it is none of the operands'.
            target = self.free_register();
            self.copy_to(target, operands[overwritten]);
            let of = |this: &Self, role: usize| {
                if operands[role] == operands[overwritten] && this.register_of(operands[role]).is_none() {
                    Source::Register(target)
                } else {
                    this.place(operands[role])
                }
            };
            second = match of(self, x) {
                Source::Register(register) => register,
                _ => 0,
            };
            third = of(self, y);
            self.release(item);
            self.occupy(target, step);
        }
        if operation == Operation::Select {
            let immediate = Some(table_of_select([overwritten, x, y]));
            let extra = Extra { immediate, ..Extra::default() };
            self.encoder.emit(Opcode::TERNARY_LOGIC, target, second, third, extra);
            return;
        }
        let form = match (overwritten, y) {
            (2, _) => Opcode::MULTIPLY_ADD_231,
            (_, 2) => Opcode::MULTIPLY_ADD_213,
            _ => Opcode::MULTIPLY_ADD_132,
        };
        let opcode = match operation {
            Operation::MultiplySubtract => form.subtracting(),
            Operation::NegateMultiplyAdd => form.negating(),
            _ => form,
        };
        self.plain(opcode, target, second, third);
    }

    /// Compares into the mask register.
    fn compare(&mut self, operation: Operation, inverted: bool, item: &Item) {
        let (first, second, predicate) = self.comparison(operation, inverted, item);
        let extra = Extra { immediate: Some(predicate), ..Extra::default() };
        self.encoder.emit(Opcode::COMPARE, MASK, first, second, extra);
    }

    /// Both sides of a comparison, exchanged if that saves a load, and the predicate. All predicates are quiet; the
    /// inverted ones hold where a side is NaN.
    fn comparison(&mut self, operation: Operation, inverted: bool, item: &Item) -> (u8, Source, u8) {
        let [mut a, mut b] = [item.operands()[0], item.operands()[1]];
        let exchanged = self.register_of(a).is_none() && self.register_of(b).is_some();
        if exchanged {
            std::mem::swap(&mut a, &mut b);
        }
        let predicate = match (operation, inverted, exchanged) {
            (Operation::Less, false, false) => 0x11,
            (Operation::Less, false, true) => 0x1e,
            (Operation::Less, true, false) => 0x15,
            (Operation::Less, true, true) => 0x1a,
            (Operation::LessEqual, false, false) => 0x12,
            (Operation::LessEqual, false, true) => 0x1d,
            (Operation::LessEqual, true, false) => 0x16,
            (Operation::LessEqual, true, true) => 0x19,
            (_, false, _) => 0x00,
            (_, true, _) => 0x04,
        };
        let first = self.load(a, item);
        (first, self.source(b, item), predicate)
    }

    /// A comparison and the selection by it.
    fn choose(&mut self, comparison: Operation, step: u32, item: &Item) {
        let [mut yes, mut no] = [item.operands()[2], item.operands()[3]];
        let is_zero = |this: &Self, operand| this.constant(operand).is_some_and(|value| value.to_bits() == 0);
        let in_memory = |this: &Self, operand| this.register_of(operand).is_none();
        let inverted = is_zero(self, yes) && !is_zero(self, no)
            || in_memory(self, no) && !in_memory(self, yes) && !is_zero(self, no);
        if inverted {
            std::mem::swap(&mut yes, &mut no);
        }
        self.compare(comparison, inverted, item);
        if is_zero(self, no) {
            let source = self.loaded(yes, item);
            self.release(item);
            let target = self.allocate(step);
            let extra = Extra { mask: MASK, zero: true, ..Extra::default() };
            self.encoder.emit(Opcode::MOVE, target, 0, source, extra);
        } else {
            let second = self.load(no, item);
            let source = self.whole_source(yes, item);
            self.release(item);
            let target = self.allocate(step);
            let extra = Extra { mask: MASK, ..Extra::default() };
            self.encoder.emit(Opcode::BLEND_BY_MASK, target, second, source, extra);
        }
    }

    fn plain(&mut self, opcode: Opcode, target: u8, second: u8, source: Source) {
        self.encoder.emit(opcode, target, second, source, Extra::default());
    }

    fn constant(&self, operand: Operand) -> Option<f64> {
        match operand {
            Operand::Constant(index) => self.constants.get(index as usize).copied(),
            _ => None,
        }
    }

    fn register_of(&self, operand: Operand) -> Option<u8> {
        let register = self.places[self.numbering.index(operand)];
        (register != NONE).then_some(register as u8)
    }

    /// Where an operand is: in its register or in memory.
    fn place(&self, operand: Operand) -> Source {
        match (self.register_of(operand), operand) {
            (Some(register), _) => Source::Register(register),
            (None, Operand::Step(step)) => self.frame(self.homes[step as usize]),
            (None, Operand::Slot(slot)) => self.frame(slot),
            (None, Operand::Constant(index)) => Source::Constant(index),
        }
    }

    fn frame(&self, slot: u32) -> Source {
        Source::Frame((slot as usize * self.stride) as i32)
    }

    /// Whether an operand in memory should be in a register when this item is done.
    fn worth_loading(&self, operand: Operand, item: &Item) -> bool {
        let next = item.next_use(operand);
        next != NEVER && next - item.at < SOON && self.registers.iter().any(Option::is_none)
    }

    /// An operand of an instruction that can read it from memory.
    fn source(&mut self, operand: Operand, item: &Item) -> Source {
        if self.register_of(operand).is_none() && self.worth_loading(operand, item) {
            self.load(operand, item);
        }
        self.place(operand)
    }

    /// An operand of an instruction that works on whole registers: in the VEX form it would read more of memory than
    /// one number, so one number must be loaded.
    fn whole_source(&mut self, operand: Operand, item: &Item) -> Source {
        if self.encoder.width == Width::One && !self.encoder.evex {
            return self.loaded(operand, item);
        }
        self.source(operand, item)
    }

    fn loaded(&mut self, operand: Operand, item: &Item) -> Source {
        Source::Register(self.load(operand, item))
    }

    /// The register of an operand, into which it is loaded if it is in memory.
    fn load(&mut self, operand: Operand, item: &Item) -> u8 {
        if let Some(register) = self.register_of(operand) {
            return register;
        }
        let register = self.free_register();
        self.copy_to(register, operand);
        self.registers[register as usize] = Some((operand, item.at));
        self.places[self.numbering.index(operand)] = u32::from(register);
        self.pinned |= 1 << register;
        register
    }

    /// Copies an operand to a register without saying that it is there.
    fn copy_to(&mut self, register: u8, operand: Operand) {
        let source = self.place(operand);
        let opcode = match source {
            Source::Register(_) => Opcode::MOVE,
            Source::Constant(_) if self.encoder.evex && self.encoder.width != Width::One => Opcode::BROADCAST,
            _ => Opcode::LOAD,
        };
        self.plain(opcode, register, 0, source);
    }

    /// A register that holds nothing and that the item at hand does not read.
    fn free_register(&mut self) -> u8 {
        let unpinned = |register: usize| self.pinned >> register & 1 == 0;
        let free = (0..self.registers.len()).find(|&register| unpinned(register) && self.registers[register].is_none());
        if let Some(register) = free {
            return register as u8;
        }
        let latest = (0..self.registers.len())
            .filter(|&register| unpinned(register))
            .max_by_key(|&register| self.registers[register].map_or(NEVER, |(_, next)| next));
        let register = latest.unwrap_or(0) as u8;
        self.give_up(register);
        register
    }

    /// Empties a register; a result that is nowhere else goes to scratch.
    fn give_up(&mut self, register: u8) {
        let Some((operand, _)) = self.registers[register as usize].take() else { return };
        self.places[self.numbering.index(operand)] = NONE;
        if let Operand::Step(step) = operand
            && self.homes[step as usize] == NONE
        {
            let slot = self.free_scratch.pop().unwrap_or_else(|| {
                self.scratch += 1;
                self.scratch - 1
            });
            self.homes[step as usize] = slot;
            self.plain(Opcode::STORE, register, 0, self.frame(slot));
        }
    }

    /// After an item's operands are read: notes when they are used next and frees what is not.
    fn release(&mut self, item: &Item) {
        for &operand in item.operands() {
            let next = item.next_use(operand);
            if let Some(register) = self.register_of(operand) {
                if next == NEVER {
                    self.registers[register as usize] = None;
                    self.places[self.numbering.index(operand)] = NONE;
                } else {
                    self.registers[register as usize] = Some((operand, next));
                }
            }
            if let (Operand::Step(step), NEVER) = (operand, next) {
                let home = std::mem::replace(&mut self.homes[step as usize], NONE);
                self.release_scratch(home);
            }
        }
    }

    fn release_scratch(&mut self, slot: u32) {
        if slot != NONE && slot >= self.first_scratch {
            self.released_scratch.push(slot);
        }
    }

    /// A register for a result. Registers that were read and released may be it.
    fn allocate(&mut self, step: u32) -> u8 {
        self.pinned = 0;
        let register = self.free_register();
        self.occupy(register, step);
        register
    }

    fn occupy(&mut self, register: u8, step: u32) {
        let operand = Operand::Step(step);
        self.registers[register as usize] = Some((operand, self.first_uses[step as usize]));
        self.places[self.numbering.index(operand)] = u32::from(register);
    }
}

/// The mask register in use; 0 would mean none.
const MASK: u8 = 1;

/// The table of "the second operand where the first is set, else the third" for an instruction whose target, second
/// and third registers hold the operands of these numbers.
fn table_of_select(roles: [usize; 3]) -> u8 {
    let mut table = 0;
    for row in 0..8u8 {
        let mut bits = [false; 3];
        for (place, &role) in roles.iter().enumerate() {
            bits[role] = row >> (2 - place) & 1 == 1;
        }
        if if bits[0] { bits[1] } else { bits[2] } {
            table |= 1 << row;
        }
    }
    table
}
