//! Programs made ready to run on frames of a given number of lanes.

use super::dispatch::{self, Instructions};
use super::frame::Frame;
use super::hoisting::Blocks;
use super::interpreter::Code;
use super::system::{Program, System};
#[cfg(target_arch = "x86_64")]
use super::{block::Block, expansion::expand, machine::MachineCode};

/// How many of [`Program::ALL`], from the first, are worth machine code. The others run once for an individual or an
/// event.
#[cfg(target_arch = "x86_64")]
const COMPILED: usize = Program::Conditions as usize + 1;

/// The programs of a system, ready to run on frames of `L` lanes, each lane an individual of its own.
///
/// The bits of a lane's results depend neither on the other lanes, nor on `L`, nor on the processor. Evaluation does
/// not allocate. An evaluator can be shared between threads; each thread has frames of its own.
#[derive(Debug)]
pub struct Evaluator<const L: usize> {
    codes: [Code; 9],
    constants: Vec<f64>,
    first_constant: usize,
    slots: usize,
    instructions: Instructions,
    #[cfg(target_arch = "x86_64")]
    machine: Option<MachineCode>,
}

impl<const L: usize> Evaluator<L> {
    /// The fastest evaluator that the running processor allows.
    pub fn new(system: &System) -> Evaluator<L> {
        let instructions = Instructions::detect();
        Evaluator::machine(system, instructions).unwrap_or_else(|| Evaluator::interpreter(system, instructions))
    }

    /// An interpreter that uses the given instructions, or fewer if the processor has fewer.
    pub fn interpreter(system: &System, instructions: Instructions) -> Evaluator<L> {
        let Blocks { blocks, constants, first_constant, first_scratch } = Blocks::new(system, None);
        let codes = blocks.map(|block| Code::new(&block, first_constant, first_scratch));
        let slots = codes.iter().map(|code| code.slots).max().unwrap_or(first_scratch);
        Evaluator {
            codes,
            constants: constants.values,
            first_constant,
            slots,
            instructions,
            #[cfg(target_arch = "x86_64")]
            machine: None,
        }
    }

    /// Machine code that uses the given instructions, or fewer if the processor has fewer; `None` on processors other
    /// than x86-64 with AVX2, and where the platform forbids code made at run time.
    pub fn machine(system: &System, instructions: Instructions) -> Option<Evaluator<L>> {
        #[cfg(target_arch = "x86_64")]
        {
            let instructions = instructions.min(Instructions::detect());
            let rewritten = expand(system.graph(Program::Rhs), instructions == Instructions::Avx512);
            let Blocks { blocks, mut constants, first_constant, first_scratch } = Blocks::new(system, Some(&rewritten));
            let codes = Program::ALL.map(|program| {
                if (program as usize) < COMPILED {
                    return Code::default();
                }
                Code::new(&blocks[program as usize], first_constant, first_scratch)
            });
            let kept = constants.values.clone();
            let compiled: Vec<&Block> = blocks.iter().take(COMPILED).collect();
            let machine = MachineCode::new(&compiled, &mut constants, first_scratch, L, instructions).ok()?;
            let interpreted = codes.iter().map(|code| code.slots).max().unwrap_or(first_scratch);
            let slots = interpreted.max(machine.slots());
            Some(Evaluator { codes, constants: kept, first_constant, slots, instructions, machine: Some(machine) })
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let _ = (system, instructions);
            None
        }
    }

    /// A frame on which these programs can run: all zero but for what belongs to them.
    pub fn frame(&self) -> Frame<L> {
        let mut frame = Frame::zeros(self.slots);
        for (slot, &constant) in frame[self.first_constant..].iter_mut().zip(&self.constants) {
            *slot = [constant; L];
        }
        frame
    }

    /// Runs a program on a frame made by [`Evaluator::frame`] of this evaluator, or a copy of one.
    ///
    /// # Panics
    ///
    /// If the frame is shorter than that.
    #[inline]
    pub fn run(&self, program: Program, frame: &mut [[f64; L]]) {
        let frame = &mut frame[..self.slots];
        #[cfg(target_arch = "x86_64")]
        if let Some(machine) = &self.machine
            && (program as usize) < COMPILED
        {
            machine.run(program as usize, frame);
            return;
        }
        dispatch::interpret(self.instructions, &self.codes[program as usize], frame);
    }

    /// Computes what depends on parameters only. To be called when a parameter has changed, before all but
    /// [`Evaluator::starts`] and [`Evaluator::setters`].
    pub fn prepare(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Prepare, frame);
    }

    /// Computes the rates of change from states, time, inputs and parameters.
    #[inline]
    pub fn rhs(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Rhs, frame);
    }

    /// Computes the rates of change and their derivatives by states and time, all at the same point.
    #[inline]
    pub fn rhs_and_jacobian(&self, frame: &mut [[f64; L]]) {
        self.run(Program::RhsAndJacobian, frame);
    }

    /// Factors `shift I - J`. The Jacobian must stay in the frame until the last solution with these factors.
    /// Where a lane's `layout.pivot` is not below [`PIVOT_LIMIT`](super::PIVOT_LIMIT), the factors are no good.
    #[inline]
    pub fn factor(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Factor, frame);
    }

    /// Solves `(shift I - J) x = vector`; `x` takes the place of `vector`.
    #[inline]
    pub fn solve(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Solve, frame);
    }

    /// Computes the named quantities from states, time, inputs and parameters.
    pub fn quantities(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Quantities, frame);
    }

    /// Computes residuals and truths of the conditions from states, time, inputs and parameters.
    pub fn conditions(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Conditions, frame);
    }

    /// Computes the initial values from parameters (and time and inputs, if they use them).
    pub fn starts(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Starts, frame);
    }

    /// Computes all setters from states, time, inputs and parameters.
    pub fn setters(&self, frame: &mut [[f64; L]]) {
        self.run(Program::Setters, frame);
    }
}
