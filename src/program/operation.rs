//! The closed set of operations a program is made of, and what each one does to lanes of numbers.
//!
//! This is the only place where their meaning is written down: constants are folded with it, the interpreter runs it,
//! and the machine code is tested against it bit by bit.

use super::lanes::{map, mask, zip};
use crate::numerics::arith::{Arith, Lanes, POWER_SHIFT};
use crate::numerics::elementary::kernels;

/// What one step of a program computes from up to three operands.
///
/// A truth value is a mask: a word of 64 ones or 64 zeros, kept in the bits of an `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Operation {
    /// A constant; the operands hold its bits.
    Constant,
    /// A number that stands in the frame; the operands hold which one.
    Leaf,
    /// The operand itself.
    Copy,
    /// `-a`.
    Negate,
    /// `|a|`.
    Absolute,
    /// The square root of `a`.
    SquareRoot,
    /// The largest integer not above `a`.
    Floor,
    /// The smallest integer not below `a`.
    Ceiling,
    /// `a + b`.
    Add,
    /// `a - b`.
    Subtract,
    /// `a * b`.
    Multiply,
    /// `a / b`.
    Divide,
    /// `a` if `a < b`, else `b` (so `b` where either is NaN).
    Minimum,
    /// `a` if `a > b`, else `b` (so `b` where either is NaN).
    Maximum,
    /// `a * b + c`, rounded once.
    MultiplyAdd,
    /// `a * b - c`, rounded once.
    MultiplySubtract,
    /// `c - a * b`, rounded once.
    NegateMultiplyAdd,
    /// The mask of `a < b`.
    Less,
    /// The mask of `a <= b`.
    LessEqual,
    /// The mask of `a == b`.
    Equal,
    /// `a & b` on the bits.
    And,
    /// `a | b` on the bits.
    Or,
    /// `a ^ b` on the bits.
    ExclusiveOr,
    /// `!a & b` on the bits.
    AndNot,
    /// `a + b` on 64-bit integers, wrapping.
    IntegerAdd,
    /// `a - b` on 64-bit integers, wrapping.
    IntegerSubtract,
    /// `a` shifted left by the constant count in the bits of `b`.
    ShiftLeft,
    /// `a` shifted right by the constant count in the bits of `b`, zeros coming in.
    ShiftRight,
    /// `b` where the mask `a` is set, else `c`.
    Select,
    /// `a` times two to the whole power `b`, with the bounds of
    /// [`Arith::times_power_of_two`](crate::numerics::arith::Arith::times_power_of_two).
    Scale,
    /// The exponential of `a`.
    Exponential,
    /// The natural logarithm of `a`.
    Logarithm,
    /// The logarithm of `a` to base 10.
    Logarithm10,
    /// `a` to the power `b`.
    Power,
    /// The sine of `a`.
    Sine,
    /// The cosine of `a`.
    Cosine,
    /// The tangent of `a`.
    Tangent,
    /// The hyperbolic tangent of `a`.
    HyperbolicTangent,
    /// `1 / (1 + exp(-a))`.
    Logistic,
    /// The standard normal distribution function of `a`.
    NormalCdf,
}

impl Operation {
    /// How many operands are numbers.
    pub fn arity(self) -> usize {
        use Operation::*;
        match self {
            Constant | Leaf => 0,
            Copy | Negate | Absolute | SquareRoot | Floor | Ceiling | Exponential | Logarithm | Logarithm10 | Sine
            | Cosine | Tangent | HyperbolicTangent | Logistic | NormalCdf => 1,
            Add | Subtract | Multiply | Divide | Minimum | Maximum | Less | LessEqual | Equal | And | Or
            | ExclusiveOr | AndNot | IntegerAdd | IntegerSubtract | ShiftLeft | ShiftRight | Scale | Power => 2,
            MultiplyAdd | MultiplySubtract | NegateMultiplyAdd | Select => 3,
        }
    }

    /// Whether exchanging the first two operands leaves every bit of the result as it is (NaN payloads aside).
    pub fn commutes(self) -> bool {
        use Operation::*;
        matches!(
            self,
            Add | Multiply
                | Equal
                | And
                | Or
                | ExclusiveOr
                | IntegerAdd
                | MultiplyAdd
                | MultiplySubtract
                | NegateMultiplyAdd
        )
    }

    /// The result for every lane. Operands beyond the arity are ignored.
    #[inline(always)]
    pub fn apply<const L: usize>(self, a: [f64; L], b: [f64; L], c: [f64; L]) -> [f64; L] {
        use Operation::*;
        match self {
            Constant | Leaf | Copy => a,
            Negate => map(a, |a| -a),
            Absolute => map(a, f64::abs),
            SquareRoot => map(a, f64::sqrt),
            Floor => map(a, f64::floor),
            Ceiling => map(a, f64::ceil),
            Add => zip(a, b, |a, b| a + b),
            Subtract => zip(a, b, |a, b| a - b),
            Multiply => zip(a, b, |a, b| a * b),
            Divide => zip(a, b, |a, b| a / b),
            Minimum => zip(a, b, |a, b| if a < b { a } else { b }),
            Maximum => zip(a, b, |a, b| if a > b { a } else { b }),
            MultiplyAdd => std::array::from_fn(|i| a[i].mul_add(b[i], c[i])),
            MultiplySubtract => std::array::from_fn(|i| a[i].mul_add(b[i], -c[i])),
            NegateMultiplyAdd => std::array::from_fn(|i| (-a[i]).mul_add(b[i], c[i])),
            Less => zip(a, b, |a, b| mask(a < b)),
            LessEqual => zip(a, b, |a, b| mask(a <= b)),
            Equal => zip(a, b, |a, b| mask(a == b)),
            And => bits(a, b, |a, b| a & b),
            Or => bits(a, b, |a, b| a | b),
            ExclusiveOr => bits(a, b, |a, b| a ^ b),
            AndNot => bits(a, b, |a, b| !a & b),
            IntegerAdd => bits(a, b, u64::wrapping_add),
            IntegerSubtract => bits(a, b, u64::wrapping_sub),
            ShiftLeft => bits(a, b, |a, b| a << (b & 63)),
            ShiftRight => bits(a, b, |a, b| a >> (b & 63)),
            Select => std::array::from_fn(|i| {
                let m = a[i].to_bits();
                f64::from_bits(m & b[i].to_bits() | !m & c[i].to_bits())
            }),
            Scale => Lanes::<L>.times_power_of_two(a, map(b, |n| n + POWER_SHIFT)),
            Exponential => kernels::exp(&mut Lanes::<L>, a),
            Logarithm => kernels::ln(&mut Lanes::<L>, a),
            Logarithm10 => kernels::log10(&mut Lanes::<L>, a),
            Power => kernels::pow(&mut Lanes::<L>, a, b),
            Sine => kernels::sin(&mut Lanes::<L>, a),
            Cosine => kernels::cos(&mut Lanes::<L>, a),
            Tangent => kernels::tan(&mut Lanes::<L>, a),
            HyperbolicTangent => kernels::tanh(&mut Lanes::<L>, a),
            Logistic => kernels::logistic(&mut Lanes::<L>, a),
            NormalCdf => kernels::normal_cdf(&mut Lanes::<L>, a),
        }
    }

    /// The result for single numbers.
    pub fn evaluate(self, a: f64, b: f64, c: f64) -> f64 {
        self.apply([a], [b], [c])[0]
    }
}

#[inline(always)]
fn bits<const L: usize>(a: [f64; L], b: [f64; L], f: impl Fn(u64, u64) -> u64) -> [f64; L] {
    zip(a, b, |a, b| f64::from_bits(f(a.to_bits(), b.to_bits())))
}
