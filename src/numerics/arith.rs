//! The primitive operations of which every elementary function is a straight line.
//!
//! A function such as [`exp`](crate::numerics::elementary::kernels::exp) is written once, over [`Arith`], and means
//! the same number whether the operations run on one double ([`Scalar`]), on several side by side ([`Lanes`]), or are
//! recorded to be run later. Every operation is exact or correctly rounded by IEEE 754, and exists as one or two
//! instructions of AVX2 with FMA and of AVX-512: that is why the bits agree everywhere.
//!
//! It must never contain a branch on a value, a table look-up, or an operation whose result a standard leaves open.
//! (What stays open is the sign and payload of a NaN. A NaN is a NaN.)

/// Straight-line arithmetic on 64-bit lanes that hold a double, or the bits of one.
///
/// An implementation may keep state (a recorder does), hence `&mut self` throughout. Methods with a body may be
/// replaced by something faster that gives the same bits.
pub trait Arith {
    /// One double, or several side by side, or a name for them.
    type Value: Copy;
    /// A truth value for each lane.
    type Mask: Copy;

    /// The same number in each lane.
    fn constant(&mut self, value: f64) -> Self::Value;

    /// `a + b`
    fn add(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a - b`
    fn sub(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a * b`
    fn mul(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a / b`
    fn div(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The square root.
    fn sqrt(&mut self, a: Self::Value) -> Self::Value;
    /// `a * b + c`, rounded once.
    fn mul_add(&mut self, a: Self::Value, b: Self::Value, c: Self::Value) -> Self::Value;
    /// `a * b - c`, rounded once.
    fn mul_sub(&mut self, a: Self::Value, b: Self::Value, c: Self::Value) -> Self::Value;
    /// `c - a * b`, rounded once.
    fn neg_mul_add(&mut self, a: Self::Value, b: Self::Value, c: Self::Value) -> Self::Value;
    /// The largest whole number not above `a`.
    fn floor(&mut self, a: Self::Value) -> Self::Value;
    /// `a` if `a < b`, else `b`: so `b` if either is NaN or both are zeros (as `MINPD` does).
    fn min(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a` if `a > b`, else `b`: so `b` if either is NaN or both are zeros (as `MAXPD` does).
    fn max(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;

    /// The bits of `a` and of `b`.
    fn bit_and(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The bits of `a` or of `b`.
    fn bit_or(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The bits of either `a` or `b`.
    fn bit_xor(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The bits of `a` moved up by `count < 64`; zeros come in.
    fn shift_left(&mut self, a: Self::Value, count: u32) -> Self::Value;
    /// The bits of `a` moved down by `count < 64`; zeros come in.
    fn shift_right(&mut self, a: Self::Value, count: u32) -> Self::Value;
    /// The sum of the bits as 64-bit integers, wrapping.
    fn integer_add(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The difference of the bits as 64-bit integers, wrapping.
    fn integer_sub(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;

    /// `a < b`; false with a NaN.
    fn less(&mut self, a: Self::Value, b: Self::Value) -> Self::Mask;
    /// `a == b`; false with a NaN.
    fn equal(&mut self, a: Self::Value, b: Self::Value) -> Self::Mask;
    /// `a` and `b`
    fn mask_and(&mut self, a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// `a` or `b`
    fn mask_or(&mut self, a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// `yes` where the mask holds, `no` elsewhere; the bits pass unchanged.
    fn select(&mut self, mask: Self::Mask, yes: Self::Value, no: Self::Value) -> Self::Value;

    /// The same bits in each lane.
    #[inline(always)]
    fn constant_bits(&mut self, bits: u64) -> Self::Value {
        self.constant(f64::from_bits(bits))
    }

    /// The size of `a`.
    #[inline(always)]
    fn abs(&mut self, a: Self::Value) -> Self::Value {
        let all_but_sign = self.constant_bits(!SIGN);
        self.bit_and(a, all_but_sign)
    }

    /// `a` times two to the power `n`, rounded once, where `shifted` is [`POWER_SHIFT`]` + n` and n a whole number
    /// with -1077 <= n <= 1025. The size of `a` must lie between 2^-200 and 2 (or be that of a NaN).
    ///
    /// The power is split into two halves that are normal numbers: the first product is then exact, and the second
    /// rounds into the subnormal range or overflows as IEEE 754 asks. (`VSCALEFPD` does the same.)
    #[inline(always)]
    fn times_power_of_two(&mut self, a: Self::Value, shifted: Self::Value) -> Self::Value {
        let half = self.shift_right(shifted, 1);
        let first = self.shift_left(half, 52);
        let other_half = self.integer_sub(shifted, half);
        let second = self.shift_left(other_half, 52);
        let partly = self.mul(a, first);
        self.mul(partly, second)
    }
}

/// The sign bit of a double.
pub const SIGN: u64 = 1 << 63;

/// Added to a double of size below 2^50 it rounds it to a whole number `n`, ties to even, and leaves `2046 + n` in
/// the low bits; `2046` is twice the exponent bias, as [`Arith::times_power_of_two`] wants it.
pub const POWER_SHIFT: f64 = 6755399441055744.0 + 2046.0;

/// Arithmetic on one double at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scalar;

/// Arithmetic on `N` doubles side by side, which the compiler turns into vector instructions where it may.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lanes<const N: usize>;

#[inline(always)]
fn min(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline(always)]
fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// One line for each primitive, so that one double and a row of them cannot come to differ.
macro_rules! primitives {
    ($unary:ident, $binary:ident, $ternary:ident, $shift:ident) => {
        $binary!(add, a, b, a + b);
        $binary!(sub, a, b, a - b);
        $binary!(mul, a, b, a * b);
        $binary!(div, a, b, a / b);
        $unary!(sqrt, a, a.sqrt());
        $ternary!(mul_add, a, b, c, a.mul_add(b, c));
        $ternary!(mul_sub, a, b, c, a.mul_add(b, -c));
        $ternary!(neg_mul_add, a, b, c, (-a).mul_add(b, c));
        $unary!(floor, a, a.floor());
        $binary!(min, a, b, min(a, b));
        $binary!(max, a, b, max(a, b));
        $binary!(bit_and, a, b, f64::from_bits(a.to_bits() & b.to_bits()));
        $binary!(bit_or, a, b, f64::from_bits(a.to_bits() | b.to_bits()));
        $binary!(bit_xor, a, b, f64::from_bits(a.to_bits() ^ b.to_bits()));
        $shift!(shift_left, a, count, f64::from_bits(a.to_bits() << count));
        $shift!(shift_right, a, count, f64::from_bits(a.to_bits() >> count));
        $binary!(integer_add, a, b, f64::from_bits(a.to_bits().wrapping_add(b.to_bits())));
        $binary!(integer_sub, a, b, f64::from_bits(a.to_bits().wrapping_sub(b.to_bits())));
    };
}

macro_rules! scalar_unary {
    ($name:ident, $a:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, $a: f64) -> f64 {
            $value
        }
    };
}
macro_rules! scalar_binary {
    ($name:ident, $a:ident, $b:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, $a: f64, $b: f64) -> f64 {
            $value
        }
    };
}
macro_rules! scalar_ternary {
    ($name:ident, $a:ident, $b:ident, $c:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, $a: f64, $b: f64, $c: f64) -> f64 {
            $value
        }
    };
}
macro_rules! scalar_shift {
    ($name:ident, $a:ident, $count:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, $a: f64, $count: u32) -> f64 {
            $value
        }
    };
}

impl Arith for Scalar {
    type Value = f64;
    type Mask = bool;

    primitives!(scalar_unary, scalar_binary, scalar_ternary, scalar_shift);

    #[inline(always)]
    fn constant(&mut self, value: f64) -> f64 {
        value
    }
    #[inline(always)]
    fn less(&mut self, a: f64, b: f64) -> bool {
        a < b
    }
    #[inline(always)]
    fn equal(&mut self, a: f64, b: f64) -> bool {
        a == b
    }
    #[inline(always)]
    fn mask_and(&mut self, a: bool, b: bool) -> bool {
        a & b
    }
    #[inline(always)]
    fn mask_or(&mut self, a: bool, b: bool) -> bool {
        a | b
    }
    #[inline(always)]
    fn select(&mut self, mask: bool, yes: f64, no: f64) -> f64 {
        if mask { yes } else { no }
    }
}

macro_rules! lanes_unary {
    ($name:ident, $a:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, mut a: [f64; N]) -> [f64; N] {
            for lane in 0..N {
                let $a = a[lane];
                a[lane] = $value;
            }
            a
        }
    };
}
macro_rules! lanes_binary {
    ($name:ident, $a:ident, $b:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, mut a: [f64; N], b: [f64; N]) -> [f64; N] {
            for lane in 0..N {
                let ($a, $b) = (a[lane], b[lane]);
                a[lane] = $value;
            }
            a
        }
    };
}
macro_rules! lanes_ternary {
    ($name:ident, $a:ident, $b:ident, $c:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, mut a: [f64; N], b: [f64; N], c: [f64; N]) -> [f64; N] {
            for lane in 0..N {
                let ($a, $b, $c) = (a[lane], b[lane], c[lane]);
                a[lane] = $value;
            }
            a
        }
    };
}
macro_rules! lanes_shift {
    ($name:ident, $a:ident, $count:ident, $value:expr) => {
        #[inline(always)]
        fn $name(&mut self, mut a: [f64; N], $count: u32) -> [f64; N] {
            for lane in 0..N {
                let $a = a[lane];
                a[lane] = $value;
            }
            a
        }
    };
}

#[allow(clippy::needless_range_loop, reason = "plain counted loops are what the vectorizer knows best")]
impl<const N: usize> Arith for Lanes<N> {
    type Value = [f64; N];
    /// All bits or none in each lane.
    type Mask = [u64; N];

    primitives!(lanes_unary, lanes_binary, lanes_ternary, lanes_shift);

    #[inline(always)]
    fn constant(&mut self, value: f64) -> [f64; N] {
        [value; N]
    }
    #[inline(always)]
    fn less(&mut self, a: [f64; N], b: [f64; N]) -> [u64; N] {
        let mut mask = [0; N];
        for lane in 0..N {
            mask[lane] = if a[lane] < b[lane] { u64::MAX } else { 0 };
        }
        mask
    }
    #[inline(always)]
    fn equal(&mut self, a: [f64; N], b: [f64; N]) -> [u64; N] {
        let mut mask = [0; N];
        for lane in 0..N {
            mask[lane] = if a[lane] == b[lane] { u64::MAX } else { 0 };
        }
        mask
    }
    #[inline(always)]
    fn mask_and(&mut self, mut a: [u64; N], b: [u64; N]) -> [u64; N] {
        for lane in 0..N {
            a[lane] &= b[lane];
        }
        a
    }
    #[inline(always)]
    fn mask_or(&mut self, mut a: [u64; N], b: [u64; N]) -> [u64; N] {
        for lane in 0..N {
            a[lane] |= b[lane];
        }
        a
    }
    #[inline(always)]
    fn select(&mut self, mask: [u64; N], yes: [f64; N], mut no: [f64; N]) -> [f64; N] {
        for lane in 0..N {
            no[lane] = if mask[lane] == 0 { no[lane] } else { yes[lane] };
        }
        no
    }
}
