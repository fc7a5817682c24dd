//! Sums and products for derivatives, where only the value counts and not the last bit.
//!
//! Signs move outwards, zeros and ones vanish, products of parameters gather so that they can be hoisted, and a
//! derivative that holds on one branch only stays behind its mask, so that an infinite slope of the branch not taken
//! never meets a zero. None of this may be used for values that a plain evaluation of the expression must reproduce.

use super::graph::{Binding, Graph, Id};
use super::operation::Operation;

impl Graph {
    /// `-a`.
    pub fn free_negate(&mut self, a: Id) -> Id {
        let node = self.get(a);
        match (node.operation, node.operands()) {
            (Operation::Subtract, &[x, y]) => self.subtract(y, x),
            (Operation::Select, &[condition, x, y]) => {
                let (x, y) = (self.free_negate(x), self.free_negate(y));
                self.select(condition, x, y)
            }
            _ if self.value(a) == Some(0.0) => a,
            _ => self.negate(a),
        }
    }

    /// `a + b`.
    pub fn free_add(&mut self, a: Id, b: Id) -> Id {
        if self.is_zero(a) {
            return b;
        }
        if self.is_zero(b) {
            return a;
        }
        match (self.negated(a), self.negated(b)) {
            (Some(a), Some(b)) => {
                let sum = self.free_add(a, b);
                self.free_negate(sum)
            }
            (Some(a), None) => self.free_subtract(b, a),
            (None, Some(b)) => self.free_subtract(a, b),
            (None, None) => self.fused_or(Operation::Add, a, b),
        }
    }

    /// `a - b`.
    pub fn free_subtract(&mut self, a: Id, b: Id) -> Id {
        if self.is_zero(b) {
            return a;
        }
        if self.is_zero(a) {
            return self.free_negate(b);
        }
        if a == b {
            return self.constant(0.0);
        }
        match (self.negated(a), self.negated(b)) {
            (_, Some(b)) => self.free_add(a, b),
            (Some(a), None) => {
                let sum = self.free_add(a, b);
                self.free_negate(sum)
            }
            (None, None) => self.fused_or(Operation::Subtract, a, b),
        }
    }

    /// A sum or difference whose product part, if it has one, is fused with it.
    fn fused_or(&mut self, operation: Operation, a: Id, b: Id) -> Id {
        if let Some([x, y]) = self.product(b) {
            let fused = match operation {
                Operation::Add => Operation::MultiplyAdd,
                _ => Operation::NegateMultiplyAdd,
            };
            return self.node(fused, &[x, y, a]);
        }
        if let Some([x, y]) = self.product(a) {
            let fused = match operation {
                Operation::Add => Operation::MultiplyAdd,
                _ => Operation::MultiplySubtract,
            };
            return self.node(fused, &[x, y, b]);
        }
        self.node(operation, &[a, b])
    }

    /// The factors of a product that is evaluated at run time.
    fn product(&self, id: Id) -> Option<[Id; 2]> {
        let node = self.get(id);
        match (node.operation, node.operands()) {
            (Operation::Multiply, &[x, y]) if self.binding(id) == Binding::Evaluation => Some([x, y]),
            _ => None,
        }
    }

    /// `a * b`.
    pub fn free_multiply(&mut self, a: Id, b: Id) -> Id {
        for (a, b) in [(a, b), (b, a)] {
            match self.value(a) {
                Some(0.0) => return self.constant(0.0),
                Some(1.0) => return b,
                Some(-1.0) => return self.free_negate(b),
                _ => {}
            }
            if let Some(a) = self.negated(a) {
                let product = self.free_multiply(a, b);
                return self.free_negate(product);
            }
            if let Some((condition, x, y)) = self.gate(a) {
                let (x, y) = (self.free_multiply(x, b), self.free_multiply(y, b));
                return self.select(condition, x, y);
            }
        }
        for (a, b) in [(a, b), (b, a)] {
            if self.binding(a) < Binding::Evaluation
                && let Some([x, y]) = self.product(b)
            {
                for (x, y) in [(x, y), (y, x)] {
                    if self.binding(x) < Binding::Evaluation {
                        let early = self.free_multiply(a, x);
                        return self.free_multiply(early, y);
                    }
                }
            }
        }
        self.multiply(a, b)
    }

    /// `a / b`.
    pub fn free_divide(&mut self, a: Id, b: Id) -> Id {
        let reciprocal = self.reciprocal(b);
        self.free_multiply(a, reciprocal)
    }

    /// `1 / b`, shared by all that divide by `b`.
    pub fn reciprocal(&mut self, b: Id) -> Id {
        if let Some(b) = self.negated(b) {
            let reciprocal = self.reciprocal(b);
            return self.free_negate(reciprocal);
        }
        let one = self.constant(1.0);
        self.divide(one, b)
    }

    /// Whether the node is a constant zero of either sign.
    pub fn is_zero(&self, id: Id) -> bool {
        self.value(id) == Some(0.0)
    }

    /// What the node is the negative of.
    fn negated(&self, id: Id) -> Option<Id> {
        let node = self.get(id);
        (node.operation == Operation::Negate).then(|| node.operands()[0])
    }

    /// A choice of which one branch is zero.
    fn gate(&self, id: Id) -> Option<(Id, Id, Id)> {
        let node = self.get(id);
        match (node.operation, node.operands()) {
            (Operation::Select, &[condition, x, y]) if self.is_zero(x) || self.is_zero(y) => Some((condition, x, y)),
            _ => None,
        }
    }
}
