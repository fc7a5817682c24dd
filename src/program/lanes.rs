//! Numbers side by side: the same operation on each of `L` individuals.

/// `f` of each lane.
#[inline(always)]
pub(super) fn map<const L: usize>(a: [f64; L], f: impl Fn(f64) -> f64) -> [f64; L] {
    std::array::from_fn(|i| f(a[i]))
}

/// `f` of each pair of lanes.
#[inline(always)]
pub(super) fn zip<const L: usize>(a: [f64; L], b: [f64; L], f: impl Fn(f64, f64) -> f64) -> [f64; L] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

/// A truth value as a word of ones or zeros.
#[inline(always)]
pub(super) fn mask(truth: bool) -> f64 {
    f64::from_bits(if truth { u64::MAX } else { 0 })
}
