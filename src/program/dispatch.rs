//! The choice among instruction sets at run time. What is unsafe about running programs is here;
//! the promise that machine code is sound stands where it is made, in `machine`.

#[cfg(target_arch = "x86_64")]
use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

#[cfg(target_arch = "x86_64")]
use memmap2::{Mmap, MmapMut};

use super::interpreter::Code;

/// Which instructions the running processor offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instructions {
    /// What every processor of the architecture has.
    Baseline,
    /// AVX2 and fused multiply-add: four numbers at a time.
    Avx2,
    /// AVX-512 (F, DQ and VL): eight numbers at a time.
    Avx512,
}

const BASELINE: u8 = Instructions::Baseline as u8;
const AVX2: u8 = Instructions::Avx2 as u8;
const AVX512: u8 = Instructions::Avx512 as u8;
const UNKNOWN: u8 = u8::MAX;

impl Instructions {
    /// The best set that the running processor has.
    #[inline]
    pub fn detect() -> Instructions {
        // The answer never changes, so it does not matter which thread writes it or who reads it how soon.
        static FOUND: AtomicU8 = AtomicU8::new(UNKNOWN);
        match FOUND.load(Ordering::Relaxed) {
            AVX512 => Instructions::Avx512,
            AVX2 => Instructions::Avx2,
            BASELINE => Instructions::Baseline,
            _ => {
                let found = Instructions::ask();
                FOUND.store(found as u8, Ordering::Relaxed);
                found
            }
        }
    }

    /// Asks the processor, which takes a dozen branches: too many for the inner loop of a solver.
    #[cold]
    fn ask() -> Instructions {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx2 && avx512 {
                return Instructions::Avx512;
            }
            if avx2 {
                return Instructions::Avx2;
            }
        }
        Instructions::Baseline
    }

    /// Every set that the running processor has, the simplest first.
    pub fn available() -> impl Iterator<Item = Instructions> {
        let best = Instructions::detect();
        [Instructions::Baseline, Instructions::Avx2, Instructions::Avx512].into_iter().filter(move |&set| set <= best)
    }
}

/// Runs interpreter code that is compiled for the given instructions, or for fewer if the processor has fewer.
#[inline]
pub(super) fn interpret<const L: usize>(instructions: Instructions, code: &Code, frame: &mut [[f64; L]]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
        fn avx512<const L: usize>(code: &Code, frame: &mut [[f64; L]]) {
            code.run(frame);
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2<const L: usize>(code: &Code, frame: &mut [[f64; L]]) {
            code.run(frame);
        }
        // SAFETY: the functions are sound on processors that have their features. `detect` remembers its answer, so
        // asking it each time costs a load, and no caller can name a set that the processor lacks.
        match instructions.min(Instructions::detect()) {
            Instructions::Avx512 => return unsafe { avx512(code, frame) },
            Instructions::Avx2 => return unsafe { avx2(code, frame) },
            Instructions::Baseline => {}
        }
    }
    code.run(frame);
}

/// Machine code in memory that can be run and no longer written.
#[cfg(target_arch = "x86_64")]
#[derive(Debug)]
pub(super) struct Executable {
    memory: Mmap,
}

/// A program of an [`Executable`].
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Where it begins.
    pub offset: usize,
    /// How many slots of a frame it touches, from the first on.
    pub slots: usize,
    /// How many lanes it works on, and how many its frame has.
    pub width: usize,
    pub lanes: usize,
}

#[cfg(target_arch = "x86_64")]
impl Executable {
    /// Copies code to memory of its own, which is then made executable. Fails where the platform forbids that.
    ///
    /// # Safety
    ///
    /// At each offset that [`Executable::run`] will be given, the code must be a whole function of the System V calling
    /// convention that takes the address of a frame, reads and writes nothing but the constants behind the code and,
    /// of the frame, the first `width` numbers of each of the first `slots` slots, and uses no instructions that the
    /// running processor lacks.
    pub unsafe fn new(code: &[u8]) -> io::Result<Executable> {
        let mut memory = MmapMut::map_anon(code.len())?;
        memory.copy_from_slice(code);
        Ok(Executable { memory: memory.make_exec()? })
    }

    /// Runs a program on a frame.
    ///
    /// # Panics
    ///
    /// If the frame is too short or has another number of lanes, or the program is not within the code.
    #[inline]
    pub fn run<const L: usize>(&self, entry: Entry, frame: &mut [[f64; L]]) {
        assert!(frame.len() >= entry.slots && entry.lanes == L && entry.offset < self.memory.len());
        // SAFETY: whoever made this promised that a function of this type stands at the offset.
        let program: extern "sysv64" fn(*mut f64) =
            unsafe { std::mem::transmute(self.memory.as_ptr().add(entry.offset)) };
        for lane in (0..L).step_by(entry.width) {
            // The program works on `width` lanes from this one on; `width` divides `L`.
            program(frame.as_flattened_mut()[lane..].as_mut_ptr());
        }
    }
}
