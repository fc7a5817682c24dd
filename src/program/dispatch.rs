//! The choice among instruction sets at run time. All `unsafe` of this crate's programs is here.

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

impl Instructions {
    /// The best set that the running processor has.
    pub fn detect() -> Instructions {
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
