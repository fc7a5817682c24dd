//! What a system is made of, as trees, and the way from trees to the graph.

use crate::expression::{Arithmetic, Comparison, Function, Logic, Symbol, Tree};

use super::graph::{Graph, Id, Space};
use super::operation::Operation;
use super::system::{Lowered, System};

/// Everything a system of equations is made of, as resolved trees.
#[derive(Debug, Clone, Default)]
pub struct Equations {
    /// How many parameters there are; `Symbol::Parameter` counts them.
    pub parameters: usize,
    /// How many inputs there are; `Symbol::Input` counts them. They change at stops only.
    pub inputs: usize,
    /// The rate of change of each state, inputs included; `Symbol::State` counts the states.
    pub derivatives: Vec<Tree>,
    /// Named expressions in any order, without cycles; `Symbol::Quantity` counts them.
    pub quantities: Vec<Tree>,
    /// The initial value of each state.
    pub starts: Vec<Tree>,
    /// The conditions of events: true where not 0.
    pub conditions: Vec<Tree>,
    /// Expressions evaluated on demand: right-hand sides of assignments, lags, fractions, durations.
    pub setters: Vec<Tree>,
    /// Quantities before this one are not worked out for their own sake: they read as NaN.
    pub first_output: usize,
}

/// Lowers the equations of a system, derives what a solver needs, and lays out the frame.
///
/// Symbols must be within the lists that they count; one that is not, and a quantity that depends on itself, is NaN.
pub fn compile(equations: &Equations) -> System {
    let mut lowering =
        Lowering { graph: Graph::default(), equations, quantities: vec![None; equations.quantities.len()] };
    for quantity in order_of_quantities(&equations.quantities) {
        let id = lowering.number(&equations.quantities[quantity]);
        lowering.quantities[quantity] = Some(id);
    }
    let unread = lowering.graph.constant(f64::NAN);
    let quantities = (0..equations.quantities.len())
        .map(|index| if index < equations.first_output { unread } else { lowering.symbol(Symbol::Quantity(index)) })
        .collect();
    let mut numbers = |trees: &[Tree]| trees.iter().map(|tree| lowering.number(tree)).collect::<Vec<Id>>();
    let derivatives = numbers(&equations.derivatives);
    let starts = numbers(&equations.starts);
    let setters = numbers(&equations.setters);
    let residuals = equations.conditions.iter().map(|tree| lowering.signed_residual(tree)).collect();
    let truths = equations
        .conditions
        .iter()
        .map(|tree| {
            let truth = lowering.truth(tree);
            lowering.one_or_zero(truth)
        })
        .collect();
    System::new(Lowered {
        graph: lowering.graph,
        parameters: equations.parameters,
        inputs: equations.inputs,
        derivatives,
        quantities,
        starts,
        residuals,
        truths,
        setters,
    })
}

/// The quantities, each after those that it refers to; without recursion, because the chain may be long.
fn order_of_quantities(quantities: &[Tree]) -> Vec<usize> {
    let mut order = Vec::with_capacity(quantities.len());
    let mut entered = vec![false; quantities.len()];
    for root in 0..quantities.len() {
        let mut stack = vec![(root, false)];
        while let Some((quantity, complete)) = stack.pop() {
            if complete {
                order.push(quantity);
            } else if !std::mem::replace(&mut entered[quantity], true) {
                stack.push((quantity, true));
                quantities[quantity].for_each_symbol(&mut |symbol| match symbol {
                    Symbol::Quantity(other) if other < quantities.len() => stack.push((other, false)),
                    _ => {}
                });
            }
        }
    }
    order
}

struct Lowering<'a> {
    graph: Graph,
    equations: &'a Equations,
    quantities: Vec<Option<Id>>,
}

/// What a power is taken to.
#[derive(Clone, Copy)]
enum Exponent {
    Constant(f64),
    Computed(Id),
}

impl Lowering<'_> {
    /// The value of a tree. Every node of it computes what [`crate::expression::evaluate`] does, to the last bit.
    fn number(&mut self, tree: &Tree) -> Id {
        match tree {
            Tree::Constant(value) => self.graph.constant(*value),
            Tree::Symbol(symbol) => self.symbol(*symbol),
            Tree::Negate(a) => {
                let a = self.number(a);
                self.graph.negate(a)
            }
            Tree::Binary(Arithmetic::Power, base, exponent) => {
                let base = self.number(base);
                let exponent = self.exponent(exponent);
                self.power(base, exponent)
            }
            Tree::Binary(operator, a, b) => {
                let operation = match operator {
                    Arithmetic::Add => Operation::Add,
                    Arithmetic::Subtract => Operation::Subtract,
                    Arithmetic::Multiply => Operation::Multiply,
                    Arithmetic::Divide => Operation::Divide,
                    Arithmetic::Power => Operation::Power,
                };
                let operands = [self.number(a), self.number(b)];
                self.graph.node(operation, &operands)
            }
            Tree::Not(_) | Tree::Compare(..) | Tree::Logic(..) => {
                let truth = self.truth(tree);
                self.one_or_zero(truth)
            }
            Tree::If(condition, a, b) => {
                let condition = self.truth(condition);
                let (a, b) = (self.number(a), self.number(b));
                self.graph.select(condition, a, b)
            }
            Tree::Call(Function::Hill, arguments) => match &arguments[..] {
                [x, k, n] => {
                    // As `expression::hill` has it, but each argument once, because calls may be nested.
                    let (zero, x) = (self.graph.constant(0.0), self.number(x));
                    let above = self.graph.node(Operation::Maximum, &[zero, x]);
                    let n = self.exponent(n);
                    let effect = self.power(above, n);
                    let k = self.number(k);
                    let half = self.power(k, n);
                    let sum = self.graph.node(Operation::Add, &[half, effect]);
                    self.graph.node(Operation::Divide, &[effect, sum])
                }
                _ => self.graph.constant(f64::NAN),
            },
            Tree::Call(function, arguments) => {
                let arguments: Vec<Id> = arguments.iter().map(|argument| self.number(argument)).collect();
                self.call(*function, &arguments)
            }
        }
    }

    fn exponent(&mut self, tree: &Tree) -> Exponent {
        match tree {
            Tree::Constant(value) => Exponent::Constant(*value),
            _ => Exponent::Computed(self.number(tree)),
        }
    }

    fn power(&mut self, base: Id, exponent: Exponent) -> Id {
        match exponent {
            Exponent::Constant(value) => self.graph.power_by_constant(base, value),
            Exponent::Computed(exponent) => self.graph.node(Operation::Power, &[base, exponent]),
        }
    }

    fn symbol(&mut self, symbol: Symbol) -> Id {
        let equations = self.equations;
        let leaf = match symbol {
            Symbol::State(index) if index < equations.derivatives.len() => Some((Space::State, index)),
            Symbol::Parameter(index) if index < equations.parameters => Some((Space::Parameter, index)),
            Symbol::Input(index) if index < equations.inputs => Some((Space::Input, index)),
            Symbol::Time => Some((Space::Time, 0)),
            Symbol::Quantity(index) => {
                if let Some(&Some(id)) = self.quantities.get(index) {
                    return id;
                }
                None
            }
            _ => None,
        };
        match leaf {
            Some((space, index)) => self.graph.leaf(space, index),
            None => self.graph.constant(f64::NAN),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Id]) -> Id {
        let operation = match function {
            Function::Exp => Operation::Exponential,
            Function::Ln => Operation::Logarithm,
            Function::Log10 => Operation::Logarithm10,
            Function::Sqrt => Operation::SquareRoot,
            Function::Abs => Operation::Absolute,
            Function::Floor => Operation::Floor,
            Function::Ceil => Operation::Ceiling,
            Function::Sin => Operation::Sine,
            Function::Cos => Operation::Cosine,
            Function::Tan => Operation::Tangent,
            Function::Tanh => Operation::HyperbolicTangent,
            Function::Logistic => Operation::Logistic,
            Function::NormalCdf => Operation::NormalCdf,
            Function::Min => Operation::Minimum,
            Function::Max => Operation::Maximum,
            Function::Hill => return self.graph.constant(f64::NAN),
        };
        match (operation.arity(), arguments) {
            (1, &[a, ..]) => self.graph.node(operation, &[a]),
            (2, &[first, ref rest @ ..]) => {
                rest.iter().fold(first, |least, &next| self.graph.node(operation, &[least, next]))
            }
            _ => self.graph.constant(f64::NAN),
        }
    }

    /// A tree as a mask: whether its value is not 0.
    fn truth(&mut self, tree: &Tree) -> Id {
        match tree {
            Tree::Compare(comparison, a, b) => {
                let (a, b) = (self.number(a), self.number(b));
                match comparison {
                    Comparison::Less => self.graph.node(Operation::Less, &[a, b]),
                    Comparison::LessOrEqual => self.graph.node(Operation::LessEqual, &[a, b]),
                    Comparison::Greater => self.graph.node(Operation::Less, &[b, a]),
                    Comparison::GreaterOrEqual => self.graph.node(Operation::LessEqual, &[b, a]),
                    Comparison::Equal => self.graph.node(Operation::Equal, &[a, b]),
                    Comparison::NotEqual => {
                        let equal = self.graph.node(Operation::Equal, &[a, b]);
                        self.not(equal)
                    }
                }
            }
            Tree::Logic(logic, a, b) => {
                let operands = [self.truth(a), self.truth(b)];
                let operation = match logic {
                    Logic::And => Operation::And,
                    Logic::Or => Operation::Or,
                };
                self.graph.node(operation, &operands)
            }
            Tree::Not(a) => {
                let truth = self.truth(a);
                self.not(truth)
            }
            _ => {
                let number = self.number(tree);
                let zero = self.graph.constant(0.0);
                let is_zero = self.graph.node(Operation::Equal, &[number, zero]);
                self.not(is_zero)
            }
        }
    }

    fn not(&mut self, mask: Id) -> Id {
        let all = self.graph.constant(super::lanes::mask(true));
        self.graph.node(Operation::AndNot, &[mask, all])
    }

    fn one_or_zero(&mut self, mask: Id) -> Id {
        let (one, zero) = (self.graph.constant(1.0), self.graph.constant(0.0));
        self.graph.select(mask, one, zero)
    }

    /// A number that is positive where the tree is true, negative where it is false, either at the border, and
    /// continuous as long as only comparisons by order are combined; where the truth leaps, 1 or -1.
    fn signed_residual(&mut self, tree: &Tree) -> Id {
        let residual = self.residual(tree);
        if !matches!(tree, Tree::Logic(..) | Tree::Not(_)) {
            return residual;
        }
        // A comparison with NaN is false and has no residual; among others it must not pass for true.
        let truth = self.truth(tree);
        let size = self.graph.node(Operation::Absolute, &[residual]);
        let minus = self.graph.negate(size);
        self.graph.select(truth, size, minus)
    }

    /// The same, except that parts which are not a number may be passed over.
    fn residual(&mut self, tree: &Tree) -> Id {
        match tree {
            Tree::Compare(comparison, a, b) if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) => {
                let (a, b) = (self.number(a), self.number(b));
                match comparison {
                    Comparison::Less | Comparison::LessOrEqual => self.graph.subtract(b, a),
                    _ => self.graph.subtract(a, b),
                }
            }
            Tree::Logic(logic, a, b) => {
                let operands = [self.residual(a), self.residual(b)];
                let operation = match logic {
                    Logic::And => Operation::Minimum,
                    Logic::Or => Operation::Maximum,
                };
                self.graph.node(operation, &operands)
            }
            Tree::Not(a) => {
                let residual = self.residual(a);
                self.graph.negate(residual)
            }
            _ => {
                let truth = self.truth(tree);
                let (one, minus) = (self.graph.constant(1.0), self.graph.constant(-1.0));
                self.graph.select(truth, one, minus)
            }
        }
    }
}
