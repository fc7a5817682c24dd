//! The memory that programs run on.

use std::ops::{Deref, DerefMut};

/// What the memory of a frame is aligned to: a cache line, which is also the widest vector.
const ALIGNMENT: usize = 64;

/// One number for each slot and lane, aligned so that no vector straddles two cache lines.
///
/// It is a slice of slots, each with its `L` lanes; `as_flattened` gives a frame of one lane as plain numbers.
#[derive(Debug)]
pub struct Frame<const L: usize> {
    memory: Vec<f64>,
    skip: usize,
    slots: usize,
}

impl<const L: usize> Frame<L> {
    /// A frame of zeros.
    pub(super) fn zeros(slots: usize) -> Frame<L> {
        let numbers = ALIGNMENT / size_of::<f64>();
        let memory = vec![0.0; slots * L + numbers];
        // `align_offset` may refuse; then the frame is merely slower.
        let skip = memory.as_ptr().align_offset(ALIGNMENT).min(numbers);
        Frame { memory, skip, slots }
    }
}

impl<const L: usize> Clone for Frame<L> {
    fn clone(&self) -> Frame<L> {
        let mut copy = Frame::zeros(self.slots);
        copy.copy_from_slice(self);
        copy
    }
}

impl<const L: usize> Deref for Frame<L> {
    type Target = [[f64; L]];

    fn deref(&self) -> &[[f64; L]] {
        self.memory[self.skip..][..self.slots * L].as_chunks().0
    }
}

impl<const L: usize> DerefMut for Frame<L> {
    fn deref_mut(&mut self) -> &mut [[f64; L]] {
        self.memory[self.skip..][..self.slots * L].as_chunks_mut().0
    }
}
