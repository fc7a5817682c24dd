//! Elementary functions spelled out in the operations that they are made of.

use super::graph::{Graph, Id};
use super::hoisting::Rewritten;
use super::operation::Operation;
use crate::expression::{PowerKind, Tree, power_kind};
use crate::numerics::arith::{Arith, POWER_SHIFT};
use crate::numerics::elementary::kernels;

/// The same values without elementary functions, bit by bit. `scale` tells whether the processor multiplies by a power
/// of two in one instruction.
pub(super) fn expand(graph: &Graph, scale: bool) -> Rewritten {
    let mut expanded = Graph::default();
    let mut recorder = Recorder { graph: &mut expanded, scale };
    let mut ids: Vec<Id> = Vec::with_capacity(graph.len());
    for index in 0..graph.len() {
        let id = graph.id(index);
        let node = graph.get(id);
        let mut operands = [Id::NONE; 3];
        for (new, old) in operands.iter_mut().zip(node.operands()) {
            *new = ids[old.index()];
        }
        let [a, b, _] = operands;
        ids.push(match (graph.value(id), graph.place(id)) {
            (Some(value), _) => recorder.graph.constant(value),
            (None, Some((space, index))) => recorder.graph.leaf(space, index),
            (None, None) => match node.operation {
                Operation::Exponential => kernels::exp(&mut recorder, a),
                Operation::Logarithm => kernels::ln(&mut recorder, a),
                Operation::Logarithm10 => kernels::log10(&mut recorder, a),
                Operation::Power => kernels::pow(&mut recorder, a, b),
                Operation::Sine => kernels::sin(&mut recorder, a),
                Operation::Cosine => kernels::cos(&mut recorder, a),
                Operation::Tangent => kernels::tan(&mut recorder, a),
                Operation::HyperbolicTangent => kernels::tanh(&mut recorder, a),
                Operation::Logistic => kernels::logistic(&mut recorder, a),
                Operation::NormalCdf => kernels::normal_cdf(&mut recorder, a),
                operation => recorder.graph.node(operation, &operands[..operation.arity()]),
            },
        });
    }
    Rewritten { graph: expanded, ids }
}

impl Graph {
    /// `base` to a constant power, as [`crate::expression::evaluate`] computes it: in products and roots where the
    /// exponent is a small whole or half-integer number.
    pub fn power_by_constant(&mut self, base: Id, exponent: f64) -> Id {
        let power = {
            let mut recorder = Recorder { graph: self, scale: false };
            match power_kind(&Tree::Constant(exponent)) {
                PowerKind::Whole(n) => kernels::pow_integer(&mut recorder, base, n),
                PowerKind::Halves(n) => kernels::pow_half_integer(&mut recorder, base, n),
                PowerKind::General => {
                    let exponent = self.constant(exponent);
                    return self.node(Operation::Power, &[base, exponent]);
                }
            }
        };
        if exponent > 0.0 && power != base {
            self.remember_power(power, base, exponent);
        }
        power
    }
}

/// Writes operations down instead of doing them.
struct Recorder<'a> {
    graph: &'a mut Graph,
    scale: bool,
}

impl Recorder<'_> {
    fn binary(&mut self, operation: Operation, a: Id, b: Id) -> Id {
        self.graph.node(operation, &[a, b])
    }
}

impl Arith for Recorder<'_> {
    type Value = Id;
    type Mask = Id;

    fn constant(&mut self, value: f64) -> Id {
        self.graph.constant(value)
    }

    fn add(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Add, a, b)
    }

    fn sub(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Subtract, a, b)
    }

    fn mul(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Multiply, a, b)
    }

    fn div(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Divide, a, b)
    }

    fn sqrt(&mut self, a: Id) -> Id {
        self.graph.node(Operation::SquareRoot, &[a])
    }

    fn mul_add(&mut self, a: Id, b: Id, c: Id) -> Id {
        self.graph.node(Operation::MultiplyAdd, &[a, b, c])
    }

    fn mul_sub(&mut self, a: Id, b: Id, c: Id) -> Id {
        self.graph.node(Operation::MultiplySubtract, &[a, b, c])
    }

    fn neg_mul_add(&mut self, a: Id, b: Id, c: Id) -> Id {
        self.graph.node(Operation::NegateMultiplyAdd, &[a, b, c])
    }

    fn floor(&mut self, a: Id) -> Id {
        self.graph.node(Operation::Floor, &[a])
    }

    fn min(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Minimum, a, b)
    }

    fn max(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Maximum, a, b)
    }

    fn bit_and(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::And, a, b)
    }

    fn bit_or(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Or, a, b)
    }

    fn bit_xor(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::ExclusiveOr, a, b)
    }

    fn shift_left(&mut self, a: Id, count: u32) -> Id {
        let count = self.constant_bits(u64::from(count));
        self.binary(Operation::ShiftLeft, a, count)
    }

    fn shift_right(&mut self, a: Id, count: u32) -> Id {
        let count = self.constant_bits(u64::from(count));
        self.binary(Operation::ShiftRight, a, count)
    }

    fn integer_add(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::IntegerAdd, a, b)
    }

    fn integer_sub(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::IntegerSubtract, a, b)
    }

    fn less(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Less, a, b)
    }

    fn equal(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Equal, a, b)
    }

    fn mask_and(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::And, a, b)
    }

    fn mask_or(&mut self, a: Id, b: Id) -> Id {
        self.binary(Operation::Or, a, b)
    }

    fn select(&mut self, mask: Id, yes: Id, no: Id) -> Id {
        self.graph.select(mask, yes, no)
    }

    fn abs(&mut self, a: Id) -> Id {
        self.graph.node(Operation::Absolute, &[a])
    }

    fn times_power_of_two(&mut self, a: Id, shifted: Id) -> Id {
        if self.scale {
            let shift = self.constant(POWER_SHIFT);
            let n = self.sub(shifted, shift);
            return self.binary(Operation::Scale, a, n);
        }
        let half = self.shift_right(shifted, 1);
        let first = self.shift_left(half, 52);
        let other_half = self.integer_sub(shifted, half);
        let second = self.shift_left(other_half, 52);
        let partly = self.mul(a, first);
        self.mul(partly, second)
    }
}
