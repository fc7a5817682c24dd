//! Numbers side by side: the same operation on each of `L` individuals.

/// One number for each of `L` individuals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lanes<const L: usize>(pub [f64; L]);

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

#[allow(clippy::disallowed_methods)]
impl<const L: usize> Lanes<L> {
    #[inline(always)]
    pub fn exponential(self) -> [f64; L] {
        map(self.0, f64::exp)
    }
    #[inline(always)]
    pub fn logarithm(self) -> [f64; L] {
        map(self.0, f64::ln)
    }
    #[inline(always)]
    pub fn logarithm10(self) -> [f64; L] {
        map(self.0, f64::log10)
    }
    #[inline(always)]
    pub fn power(self, b: [f64; L]) -> [f64; L] {
        zip(self.0, b, f64::powf)
    }
    #[inline(always)]
    pub fn sine(self) -> [f64; L] {
        map(self.0, f64::sin)
    }
    #[inline(always)]
    pub fn cosine(self) -> [f64; L] {
        map(self.0, f64::cos)
    }
    #[inline(always)]
    pub fn tangent(self) -> [f64; L] {
        map(self.0, f64::tan)
    }
    #[inline(always)]
    pub fn hyperbolic_tangent(self) -> [f64; L] {
        map(self.0, f64::tanh)
    }
    #[inline(always)]
    pub fn logistic(self) -> [f64; L] {
        map(self.0, |a| 1.0 / (1.0 + (-a).exp()))
    }
    #[inline(always)]
    pub fn normal_cdf(self) -> [f64; L] {
        map(self.0, |a| 1.0 / (1.0 + (-1.7 * a).exp()))
    }
}
