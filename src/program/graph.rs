//! Expressions as a graph in which every value stands once.
//!
//! A node is made from nodes that exist already, so the order of the numbers is an order of evaluation and there are
//! no cycles. Making the same node twice gives the same number (hash-consing), which is how common subexpressions are
//! shared. [`Graph::node`] does only what leaves every bit of the result as it is; the freer rewrites that
//! derivatives may use are in [`super::algebra`].

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::operation::Operation;

/// A node, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id(u32);

impl Id {
    /// Stands where an operation has fewer operands.
    pub const NONE: Id = Id(0);

    /// The number, for tables with one entry a node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What part of the frame a leaf stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub(super) enum Space {
    Parameter,
    Time,
    Input,
    State,
    Jacobian,
    Shift,
    Factor,
    Vector,
}

const SPACES: [Space; 8] = [
    Space::Parameter,
    Space::Time,
    Space::Input,
    Space::State,
    Space::Jacobian,
    Space::Shift,
    Space::Factor,
    Space::Vector,
];

/// When a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// When the model is compiled.
    Constant,
    /// When the parameters are.
    Parameters,
    /// At each evaluation.
    Evaluation,
}

/// An operation on nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub operation: Operation,
    operands: [Id; 3],
}

impl Node {
    /// The operands, as many as the operation takes.
    pub fn operands(&self) -> &[Id] {
        &self.operands[..self.operation.arity()]
    }
}

/// The graph.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    bindings: Vec<Binding>,
    known: HashMap<Node, Id, BuildHasherDefault<NodeHasher>>,
    /// Values that were spelled out as products and roots, with the base and exponent they are a power of.
    powers: HashMap<Id, (Id, f64)>,
}

impl Graph {
    /// A constant. Signed zeros differ.
    pub fn constant(&mut self, value: f64) -> Id {
        let bits = value.to_bits();
        let operands = [Id(bits as u32), Id((bits >> 32) as u32), Id::NONE];
        self.insert(Node { operation: Operation::Constant, operands }, Binding::Constant)
    }

    /// A number of the frame.
    pub fn leaf(&mut self, space: Space, index: usize) -> Id {
        let binding = if space == Space::Parameter { Binding::Parameters } else { Binding::Evaluation };
        let operands = [Id(space as u32), Id(index as u32), Id::NONE];
        self.insert(Node { operation: Operation::Leaf, operands }, binding)
    }

    /// The node of an operation, or a simpler one with the same bits.
    pub fn node(&mut self, operation: Operation, operands: &[Id]) -> Id {
        if let Some(same) = self.same_bits(operation, operands) {
            return same;
        }
        let mut all = [Id::NONE; 3];
        all[..operands.len()].copy_from_slice(operands);
        if operation.commutes() && all[1] < all[0] {
            all.swap(0, 1);
        }
        let binding = operands.iter().map(|&id| self.binding(id)).max().unwrap_or(Binding::Constant);
        if binding == Binding::Constant {
            let [a, b, c] = all.map(|id| self.value(id).unwrap_or(0.0));
            return self.constant(operation.evaluate(a, b, c));
        }
        self.insert(Node { operation, operands: all }, binding)
    }

    /// Rewrites that hold for every operand, NaN, infinities and signed zeros included.
    fn same_bits(&self, operation: Operation, operands: &[Id]) -> Option<Id> {
        let is = |id: Id, value: f64| self.value(id).is_some_and(|constant| constant.to_bits() == value.to_bits());
        match (operation, operands) {
            (Operation::Copy, &[a]) => Some(a),
            (Operation::Multiply, &[a, b]) if is(b, 1.0) => Some(a),
            (Operation::Multiply, &[a, b]) if is(a, 1.0) => Some(b),
            (Operation::Divide, &[a, b]) if is(b, 1.0) => Some(a),
            (Operation::Subtract, &[a, b]) if is(b, 0.0) => Some(a),
            (Operation::Add, &[a, b]) if is(b, -0.0) => Some(a),
            (Operation::Add, &[a, b]) if is(a, -0.0) => Some(b),
            (Operation::Select, &[_, a, b]) if a == b => Some(a),
            (Operation::Select, &[condition, a, b]) => self.truth(condition).map(|truth| if truth { a } else { b }),
            (Operation::Negate, &[a]) if self.get(a).operation == Operation::Negate => Some(self.get(a).operands[0]),
            _ => None,
        }
    }

    fn insert(&mut self, node: Node, binding: Binding) -> Id {
        *self.known.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.bindings.push(binding);
            Id(self.nodes.len() as u32 - 1)
        })
    }

    /// The node with this number.
    pub fn get(&self, id: Id) -> Node {
        self.nodes[id.index()]
    }

    /// When a node's value is known.
    pub fn binding(&self, id: Id) -> Binding {
        self.bindings[id.index()]
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node at a place of the tables that have one entry a node.
    pub fn id(&self, index: usize) -> Id {
        debug_assert!(index < self.nodes.len());
        Id(index as u32)
    }

    /// Which nodes are needed for these.
    pub fn reachable(&self, from: &[Id]) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        for id in from {
            needed[id.index()] = true;
        }
        for index in (0..self.nodes.len()).rev() {
            if needed[index] {
                for operand in self.nodes[index].operands() {
                    needed[operand.index()] = true;
                }
            }
        }
        needed
    }

    /// The value of a constant node.
    pub fn value(&self, id: Id) -> Option<f64> {
        let node = self.nodes.get(id.index())?;
        (node.operation == Operation::Constant)
            .then(|| f64::from_bits(u64::from(node.operands[0].0) | u64::from(node.operands[1].0) << 32))
    }

    /// The truth of a constant mask.
    pub fn truth(&self, id: Id) -> Option<bool> {
        self.value(id).map(|mask| mask.to_bits() != 0)
    }

    /// Which number of the frame a leaf is.
    pub fn place(&self, id: Id) -> Option<(Space, usize)> {
        let node = self.get(id);
        (node.operation == Operation::Leaf).then(|| (SPACES[node.operands[0].index()], node.operands[1].index()))
    }

    /// Remembers that `id` is `base` to the power `exponent`, for its derivative.
    pub fn remember_power(&mut self, id: Id, base: Id, exponent: f64) {
        self.powers.insert(id, (base, exponent));
    }

    /// What [`Graph::remember_power`] was told.
    pub fn power_of(&self, id: Id) -> Option<(Id, f64)> {
        self.powers.get(&id).copied()
    }

    pub fn negate(&mut self, a: Id) -> Id {
        self.node(Operation::Negate, &[a])
    }

    pub fn subtract(&mut self, a: Id, b: Id) -> Id {
        self.node(Operation::Subtract, &[a, b])
    }

    pub fn multiply(&mut self, a: Id, b: Id) -> Id {
        self.node(Operation::Multiply, &[a, b])
    }

    pub fn divide(&mut self, a: Id, b: Id) -> Id {
        self.node(Operation::Divide, &[a, b])
    }

    /// `a` where the mask holds, else `b`.
    pub fn select(&mut self, mask: Id, a: Id, b: Id) -> Id {
        self.node(Operation::Select, &[mask, a, b])
    }
}

/// Multiplies and rotates; nodes are small and none is chosen by an adversary who gains from collisions.
#[derive(Default)]
pub(super) struct NodeHasher(u64);

impl Hasher for NodeHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }
}
