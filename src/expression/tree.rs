//! The resolved form of an expression: names are indices, numbers are in the internal system, units are gone.

use super::function::Function;

/// What a name stands for. The indices are those of the model's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// A state, which the solver integrates.
    State(usize),
    /// A parameter, constant between events.
    Parameter(usize),
    /// A named expression.
    Quantity(usize),
    /// The time of the model.
    Time,
    /// The rate that is now entering by a route.
    Input(usize),
}

/// An operation on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// A comparison; its value is 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// A combination of two truth values, in which every number but 0 is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Logic {
    And,
    Or,
}

/// A resolved expression. What each node computes is defined by [`super::evaluate`].
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A number in the internal system; `true` and `false` are 1 and 0.
    Constant(f64),
    Symbol(Symbol),
    Negate(Box<Tree>),
    Not(Box<Tree>),
    Binary(Arithmetic, Box<Tree>, Box<Tree>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    Logic(Logic, Box<Tree>, Box<Tree>),
    /// Condition, value if it is not 0, value if it is 0.
    If(Box<Tree>, Box<Tree>, Box<Tree>),
    Call(Function, Vec<Tree>),
}

impl Tree {
    /// The node's operands, in order.
    pub fn children(&self) -> Vec<&Tree> {
        match self {
            Tree::Constant(_) | Tree::Symbol(_) => Vec::new(),
            Tree::Negate(a) | Tree::Not(a) => vec![a],
            Tree::Binary(_, a, b) | Tree::Compare(_, a, b) | Tree::Logic(_, a, b) => vec![a, b],
            Tree::If(a, b, c) => vec![a, b, c],
            Tree::Call(_, arguments) => arguments.iter().collect(),
        }
    }

    /// Calls `visit` on every symbol, from left to right, as often as it stands there.
    pub fn for_each_symbol(&self, visit: &mut dyn FnMut(Symbol)) {
        if let Tree::Symbol(symbol) = self {
            visit(*symbol);
        }
        for child in self.children() {
            child.for_each_symbol(visit);
        }
    }

    /// The symbols in order of first appearance, each once.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut seen = Vec::new();
        self.for_each_symbol(&mut |symbol| {
            if !seen.contains(&symbol) {
                seen.push(symbol);
            }
        });
        seen
    }

    /// Whether any symbol satisfies a predicate.
    pub fn any_symbol(&self, accept: impl Fn(Symbol) -> bool) -> bool {
        let mut found = false;
        self.for_each_symbol(&mut |symbol| found |= accept(symbol));
        found
    }

    /// How many nodes the tree has.
    pub fn size(&self) -> usize {
        1 + self.children().into_iter().map(Tree::size).sum::<usize>()
    }

    /// The same tree with some symbols replaced by trees.
    pub fn substitute(&self, replace: &dyn Fn(Symbol) -> Option<Tree>) -> Tree {
        let boxed = |tree: &Tree| Box::new(tree.substitute(replace));
        match self {
            Tree::Constant(value) => Tree::Constant(*value),
            Tree::Symbol(symbol) => replace(*symbol).unwrap_or(Tree::Symbol(*symbol)),
            Tree::Negate(a) => Tree::Negate(boxed(a)),
            Tree::Not(a) => Tree::Not(boxed(a)),
            Tree::Binary(operator, a, b) => Tree::Binary(*operator, boxed(a), boxed(b)),
            Tree::Compare(operator, a, b) => Tree::Compare(*operator, boxed(a), boxed(b)),
            Tree::Logic(operator, a, b) => Tree::Logic(*operator, boxed(a), boxed(b)),
            Tree::If(a, b, c) => Tree::If(boxed(a), boxed(b), boxed(c)),
            Tree::Call(function, arguments) => {
                Tree::Call(*function, arguments.iter().map(|argument| argument.substitute(replace)).collect())
            }
        }
    }

    /// `self + other`.
    pub fn plus(self, other: Tree) -> Tree {
        Tree::Binary(Arithmetic::Add, Box::new(self), Box::new(other))
    }

    /// `self - other`.
    pub fn minus(self, other: Tree) -> Tree {
        Tree::Binary(Arithmetic::Subtract, Box::new(self), Box::new(other))
    }

    /// `self * other`.
    pub fn times(self, other: Tree) -> Tree {
        Tree::Binary(Arithmetic::Multiply, Box::new(self), Box::new(other))
    }

    /// `self / other`.
    pub fn over(self, other: Tree) -> Tree {
        Tree::Binary(Arithmetic::Divide, Box::new(self), Box::new(other))
    }

    /// `self ^ other`.
    pub fn power(self, other: Tree) -> Tree {
        Tree::Binary(Arithmetic::Power, Box::new(self), Box::new(other))
    }

    /// `-self`.
    pub fn negated(self) -> Tree {
        Tree::Negate(Box::new(self))
    }
}
