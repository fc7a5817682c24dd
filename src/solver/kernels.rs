//! The arithmetic of a Rosenbrock step over `L` individuals at once: stage sums, error norm, dense output.
//!
//! Each kernel is written once, for any number of lanes, and compiled three times: for AVX-512, for AVX2 with fused
//! multiply-add, and for any processor. Which one runs is chosen at run time by [`Instructions::detect`]. Every element
//! is computed by the same operations in the same order in all of them, and fused multiply-add appears only where
//! `mul_add` is written, so that the bits depend neither on the processor nor on the number of lanes.
//!
//! It must never branch on a lane's values, allocate, or hold step control.

use crate::program::Instructions;
use crate::solver::control::room_to_grow;
use crate::solver::rodas5p::{A, C, H, STAGES};

/// Compiles a kernel for each instruction set and makes the function that picks one.
macro_rules! kernels {
    ($($(#[$note:meta])* fn $name:ident<$(const $parameter:ident: usize),*>($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {
        $($(#[$note])*
        #[allow(clippy::too_many_arguments, reason = "arrays that are borrowed apart cannot be one struct")]
        #[inline]
        pub fn $name<$(const $parameter: usize),*>(instructions: Instructions, $($argument: $type),*) {
            #[inline(always)]
            fn body<$(const $parameter: usize),*>($($argument: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
            fn avx512<$(const $parameter: usize),*>($($argument: $type),*) {
                body::<$($parameter),*>($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2<$(const $parameter: usize),*>($($argument: $type),*) {
                body::<$($parameter),*>($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            // SAFETY: the functions are sound on processors that have their features. `detect` remembers its answer,
            // so asking each time costs a load, and no caller can name a set that the processor lacks.
            match instructions.min(Instructions::detect()) {
                Instructions::Avx512 => return unsafe { avx512::<$($parameter),*>($($argument),*) },
                Instructions::Avx2 => return unsafe { avx2::<$($parameter),*>($($argument),*) },
                Instructions::Baseline => {}
            }
            body::<$($parameter),*>($($argument),*)
        })*
    };
}

kernels! {
    /// The argument of stage `STAGE` (counted from 0, at most 5) and the part of its right side that needs no
    /// evaluation: `argument = y + sum_j a_ij k_j`, `side = sum_j C_ij k_j`.
    ///
    /// `y`, `argument` and `side` hold one entry per state, `k` the stages so far one after another.
    fn stage_sums<const L: usize, const STAGE: usize>(
        y: &[[f64; L]], k: &[[f64; L]], argument: &mut [[f64; L]], side: &mut [[f64; L]],
    ) {
        let count = argument.len() * L;
        let y = &y.as_flattened()[..count];
        let k = &k.as_flattened()[..STAGE * count];
        let argument = argument.as_flattened_mut();
        let side = &mut side.as_flattened_mut()[..count];
        for at in 0..count {
            let mut value = y[at];
            let mut rest = 0.0;
            for stage in 0..STAGE {
                let part = k[stage * count + at];
                value = A[STAGE][stage].mul_add(part, value);
                rest = if stage == 0 { C[STAGE][0] * part } else { C[STAGE][stage].mul_add(part, rest) };
            }
            argument[at] = value;
            side[at] = rest;
        }
    }

    /// The same for the last two stages, whose argument is that of the stage before plus its `k`.
    fn last_stage_sums<const L: usize, const STAGE: usize>(
        k: &[[f64; L]], argument: &mut [[f64; L]], side: &mut [[f64; L]],
    ) {
        let count = argument.len() * L;
        let k = &k.as_flattened()[..STAGE * count];
        let argument = argument.as_flattened_mut();
        let side = &mut side.as_flattened_mut()[..count];
        for at in 0..count {
            let mut rest = C[STAGE][0] * k[at];
            for stage in 1..STAGE {
                rest = C[STAGE][stage].mul_add(k[stage * count + at], rest);
            }
            argument[at] += k[(STAGE - 1) * count + at];
            side[at] = rest;
        }
    }

    /// The times of a stage: `time + c h`.
    fn stage_times<const L: usize>(c: f64, time: &[f64; L], step: &[f64; L], stage: &mut [f64; L]) {
        for lane in 0..L {
            stage[lane] = c.mul_add(step[lane], time[lane]);
        }
    }

    /// Lays the numbers of each lane side by side: slot `at` of lane `l` goes to `lanes[l * stride + at]`.
    fn gather_lanes<const L: usize>(slots: &[[f64; L]], stride: usize, lanes: &mut [f64]) {
        const TILE: usize = 8;
        let whole = slots.len() - slots.len() % TILE;
        for first in (0..whole).step_by(TILE) {
            let tile = &slots[first..first + TILE];
            for lane in 0..L {
                let row = &mut lanes[lane * stride + first..][..TILE];
                for at in 0..TILE {
                    row[at] = tile[at][lane];
                }
            }
        }
        for at in whole..slots.len() {
            for lane in 0..L {
                lanes[lane * stride + at] = slots[at][lane];
            }
        }
    }

    /// Completes the right side of a stage: `side = f + side / h`.
    fn complete_side<const L: usize>(derivatives: &[[f64; L]], per_step: &[f64; L], side: &mut [[f64; L]]) {
        for (side, derivative) in side.iter_mut().zip(derivatives) {
            for lane in 0..L {
                side[lane] = per_step[lane].mul_add(side[lane], derivative[lane]);
            }
        }
    }

    /// Adds `weight * addend` (with `weight = h d_i`, `addend = f_t`) to the right side of a stage.
    fn add_weighted<const L: usize>(weight: &[f64; L], addend: &[[f64; L]], side: &mut [[f64; L]]) {
        for (side, addend) in side.iter_mut().zip(addend) {
            for lane in 0..L {
                side[lane] = weight[lane].mul_add(addend[lane], side[lane]);
            }
        }
    }

    /// The end of a step, its error, and the room that the error leaves for a longer step.
    ///
    /// The end is `next = argument + k_8`. The error, `norm`, is the root of the mean over the states of
    /// `(k_8 / (absolute + relative max(|y|, |next|)))^2`, which is NaN or infinite if any entry is.
    fn finish_step<const L: usize>(
        y: &[[f64; L]], argument: &[[f64; L]], last: &[[f64; L]], absolute: &[[f64; L]], relative: &[f64; L],
        next: &mut [[f64; L]], norm: &mut [f64; L], room: &mut [f64; L],
    ) {
        let states = next.len();
        let (y, argument, last) = (&y[..states], &argument[..states], &last[..states]);
        let absolute = &absolute[..states];
        // As many sums as a vector is wide, so that one individual alone is not held up by a chain of additions.
        const SUMS: usize = 8;
        let mut sums = [[0.0; L]; SUMS];
        let whole = states - states % SUMS;
        for first in (0..whole).step_by(SUMS) {
            for (at, sum) in sums.iter_mut().enumerate() {
                let state = first + at;
                for lane in 0..L {
                    let end = argument[state][lane] + last[state][lane];
                    next[state][lane] = end;
                    let allowed = relative[lane].mul_add(larger(y[state][lane].abs(), end.abs()), absolute[state][lane]);
                    sum[lane] = add_square(sum[lane], last[state][lane] / allowed);
                }
            }
        }
        for state in whole..states {
            let sum = &mut sums[state - whole];
            for lane in 0..L {
                let end = argument[state][lane] + last[state][lane];
                next[state][lane] = end;
                let allowed = relative[lane].mul_add(larger(y[state][lane].abs(), end.abs()), absolute[state][lane]);
                sum[lane] = add_square(sum[lane], last[state][lane] / allowed);
            }
        }
        for lane in 0..L {
            let even = (sums[0][lane] + sums[4][lane]) + (sums[2][lane] + sums[6][lane]);
            let odd = (sums[1][lane] + sums[5][lane]) + (sums[3][lane] + sums[7][lane]);
            let sum = even + odd;
            norm[lane] = (sum / states as f64).sqrt();
            room[lane] = room_to_grow(norm[lane]);
        }
    }

    /// The coefficients of the dense output, `K_1` to `K_3` one after another.
    fn dense_coefficients<const L: usize>(k: &[[f64; L]], dense: &mut [[f64; L]]) {
        let dense = dense.as_flattened_mut();
        let count = dense.len() / 3;
        let k = &k.as_flattened()[..STAGES * count];
        let (first, rest) = dense.split_at_mut(count);
        let (second, third) = rest.split_at_mut(count);
        let third = &mut third[..count];
        for at in 0..count {
            let mut sums = [0.0; 3];
            for stage in 0..STAGES {
                let part = k[stage * count + at];
                for (sum, weights) in sums.iter_mut().zip(&H) {
                    *sum = if stage == 0 { weights[0] * part } else { weights[stage].mul_add(part, *sum) };
                }
            }
            first[at] = sums[0];
            second[at] = sums[1];
            third[at] = sums[2];
        }
    }

    /// The states a fraction `s` into a piece with `INNER` inner coefficients; see [`crate::solver::Piece`].
    fn evaluate_piece<const INNER: usize>(start: &[f64], end: &[f64], inner: &[f64], s: f64, states: &mut [f64]) {
        let count = states.len();
        let (start, end, inner) = (&start[..count], &end[..count], &inner[..INNER * count]);
        let rest = 1.0 - s;
        for at in 0..count {
            let mut value = inner[(INNER - 1) * count + at];
            for below in (0..INNER - 1).rev() {
                value = s.mul_add(value, inner[below * count + at]);
            }
            states[at] = s.mul_add(rest.mul_add(value, end[at]), rest * start[at]);
        }
    }

    /// The states at several fractions into a piece, one row after another: the same operations for each number as in
    /// `evaluate_piece`, but the coefficients of a group of states stay in registers for all rows.
    fn evaluate_rows<const INNER: usize>(
        start: &[f64], end: &[f64], inner: &[f64], fractions: &[f64], rows: &mut [f64],
    ) {
        const GROUP: usize = 8;
        let count = start.len();
        let (end, inner) = (&end[..count], &inner[..INNER * count]);
        let rows = &mut rows[..fractions.len() * count];
        let mut first = 0;
        while first + GROUP <= count {
            // Written out: a closure would not be compiled for the instruction set.
            let (mut left, mut right, mut coefficients) = ([0.0; GROUP], [0.0; GROUP], [[0.0; GROUP]; INNER]);
            left.copy_from_slice(&start[first..first + GROUP]);
            right.copy_from_slice(&end[first..first + GROUP]);
            for row in 0..INNER {
                coefficients[row].copy_from_slice(&inner[row * count + first..][..GROUP]);
            }
            for (row, &s) in rows.chunks_exact_mut(count).zip(fractions) {
                let rest = 1.0 - s;
                let row = &mut row[first..first + GROUP];
                for at in 0..GROUP {
                    let mut value = coefficients[INNER - 1][at];
                    for below in (0..INNER - 1).rev() {
                        value = s.mul_add(value, coefficients[below][at]);
                    }
                    row[at] = s.mul_add(rest.mul_add(value, right[at]), rest * left[at]);
                }
            }
            first += GROUP;
        }
        for (row, &s) in rows.chunks_exact_mut(count).zip(fractions) {
            let rest = 1.0 - s;
            for at in first..count {
                let mut value = inner[(INNER - 1) * count + at];
                for below in (0..INNER - 1).rev() {
                    value = s.mul_add(value, inner[below * count + at]);
                }
                row[at] = s.mul_add(rest.mul_add(value, end[at]), rest * start[at]);
            }
        }
    }

    /// Takes over `from` where `taken` says so and keeps `to` elsewhere.
    fn take_lanes<const L: usize>(taken: &[bool; L], from: &[[f64; L]], to: &mut [[f64; L]]) {
        for (to, from) in to.iter_mut().zip(from) {
            for lane in 0..L {
                to[lane] = if taken[lane] { from[lane] } else { to[lane] };
            }
        }
    }
}

/// The larger of two sizes, the second one if either is NaN; unlike `f64::max` a single instruction.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline(always)]
fn add_square(sum: f64, ratio: f64) -> f64 {
    ratio.mul_add(ratio, sum)
}
