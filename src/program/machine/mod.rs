//! Programs as machine code of x86-64, for one individual or for several in each instruction.
//!
//! [`MachineCode::new`] takes the blocks of a system whose elementary functions are spelled out, gives every number a
//! register and writes the instructions. Nothing is optimized here that was not optimized before: the operations are
//! those of the block in the order of the block, so the bits are the interpreter's.
//!
//! This module must never decide what is computed.

mod assembler;
mod encoder;
mod lines;

use std::io;

use super::block::{Block, Constants};
use super::dispatch::{Entry, Executable, Instructions};
use encoder::{Encoder, Width};

/// The programs of a system in executable memory.
#[derive(Debug)]
pub(super) struct MachineCode {
    executable: Executable,
    entries: Vec<Entry>,
}

impl MachineCode {
    /// Assembles blocks for frames of `lanes` lanes whose scratch begins at slot `scratch`.
    ///
    /// Fails where the platform lets nobody make executable memory, and where the processor lacks AVX2.
    pub fn new(
        blocks: &[&Block],
        constants: &mut Constants,
        scratch: usize,
        lanes: usize,
        instructions: Instructions,
    ) -> io::Result<MachineCode> {
        let instructions = instructions.min(Instructions::detect());
        if instructions == Instructions::Baseline {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let evex = instructions == Instructions::Avx512;
        let width = match lanes {
            _ if evex && lanes.is_multiple_of(8) => Width::Eight,
            _ if lanes.is_multiple_of(4) => Width::Four,
            _ => Width::One,
        };
        let mut encoder = Encoder::new(width, evex);
        let mut entries = Vec::new();
        for block in blocks {
            let offset = encoder.bytes.len();
            let slots = assembler::assemble(&mut encoder, block, constants, lanes * size_of::<f64>(), scratch);
            entries.push(Entry { offset, slots, width: width.lanes(), lanes });
        }
        let code = encoder.finish(&constants.values);
        // SAFETY: the assembler ends each program with a return, addresses nothing but constants and slots below the
        // number that it returns, and writes no register that the convention preserves, and no other. The encoder
        // has the instructions of AVX2 and FMA, and of AVX-512 if those were found above.
        let executable = unsafe { Executable::new(&code)? };
        Ok(MachineCode { executable, entries })
    }

    /// How many slots a frame must have.
    pub fn slots(&self) -> usize {
        self.entries.iter().map(|entry| entry.slots).max().unwrap_or(0)
    }

    /// Runs a program, by its place in the blocks.
    #[inline]
    pub fn run<const L: usize>(&self, program: usize, frame: &mut [[f64; L]]) {
        self.executable.run(self.entries[program], frame);
    }
}
