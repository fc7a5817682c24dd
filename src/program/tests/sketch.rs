//! A tiny reader of equations, so that tests can state systems as text without the floors above.

use std::collections::HashMap;

use crate::program::graph::{Graph, Id, Space};
use crate::program::operation::Operation;
use crate::program::system::{Lowered, System};

/// Reads `name = expression` lines: `p: name` declares parameters, `t` is time, `u: name` inputs, `x: name` states,
/// `name = ...` quantities, `name' = ...` rates, `when = ...` a condition that holds where this is positive, `set = ...` a setter.
pub fn sketch(text: &str) -> System {
    let mut reader = Reader::default();
    let mut states = Vec::new();
    let mut rates = HashMap::new();
    let time = reader.lowered.graph.leaf(Space::Time, 0);
    reader.names.insert("t".into(), time);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(names) = line.strip_prefix("p:") {
            for name in names.split_whitespace() {
                let id = reader.lowered.graph.leaf(Space::Parameter, reader.lowered.parameters);
                reader.lowered.parameters += 1;
                reader.names.insert(name.into(), id);
            }
        } else if let Some(names) = line.strip_prefix("u:") {
            for name in names.split_whitespace() {
                let id = reader.lowered.graph.leaf(Space::Input, reader.lowered.inputs);
                reader.lowered.inputs += 1;
                reader.names.insert(name.into(), id);
            }
        } else if let Some(names) = line.strip_prefix("x:") {
            for name in names.split_whitespace() {
                let id = reader.lowered.graph.leaf(Space::State, states.len());
                states.push(name.to_string());
                reader.names.insert(name.into(), id);
            }
        } else {
            let (name, expression) = line.split_once('=').expect("an equation");
            let id = reader.read(expression);
            match name.trim().strip_suffix('\'') {
                Some(state) => {
                    rates.insert(state.to_string(), id);
                }
                None if name.trim() == "set" => reader.lowered.setters.push(id),
                None if name.trim() == "when" => {
                    let (zero, one) = (reader.graph().constant(0.0), reader.graph().constant(1.0));
                    let positive = reader.graph().node(Operation::Less, &[zero, id]);
                    let truth = reader.graph().node(Operation::Select, &[positive, one, zero]);
                    reader.lowered.residuals.push(id);
                    reader.lowered.truths.push(truth);
                }
                None => {
                    reader.names.insert(name.trim().into(), id);
                    reader.lowered.quantities.push(id);
                }
            }
        }
    }
    reader.lowered.derivatives = states.iter().map(|state| rates[state]).collect();
    System::new(reader.lowered)
}

/// Parameters and states, a line of numbers each.
pub fn point(text: &str) -> (Vec<f64>, Vec<f64>) {
    let mut lines = text.lines().map(|line| line.split_whitespace().map(|v| v.parse().expect("a number")).collect());
    (lines.next().unwrap_or_default(), lines.next().unwrap_or_default())
}

#[derive(Default)]
struct Reader {
    lowered: Lowered,
    names: HashMap<String, Id>,
    text: Vec<char>,
    at: usize,
}

impl Reader {
    fn read(&mut self, text: &str) -> Id {
        self.text = text.chars().filter(|c| !c.is_whitespace()).collect();
        self.at = 0;
        let id = self.sum();
        assert_eq!(self.at, self.text.len(), "{text}");
        id
    }

    fn graph(&mut self) -> &mut Graph {
        &mut self.lowered.graph
    }

    fn next_is(&mut self, c: char) -> bool {
        let is = self.text.get(self.at) == Some(&c);
        self.at += usize::from(is);
        is
    }

    fn sum(&mut self) -> Id {
        let mut left = if self.next_is('-') {
            let product = self.product();
            self.graph().negate(product)
        } else {
            self.product()
        };
        loop {
            let operation = if self.next_is('+') {
                Operation::Add
            } else if self.next_is('-') {
                Operation::Subtract
            } else {
                return left;
            };
            let right = self.product();
            left = self.graph().node(operation, &[left, right]);
        }
    }

    fn product(&mut self) -> Id {
        let mut left = self.atom();
        loop {
            let operation = if self.next_is('*') {
                Operation::Multiply
            } else if self.next_is('/') {
                Operation::Divide
            } else {
                return left;
            };
            let right = self.atom();
            left = self.graph().node(operation, &[left, right]);
        }
    }

    fn atom(&mut self) -> Id {
        if self.next_is('(') {
            let id = self.sum();
            assert!(self.next_is(')'));
            return id;
        }
        let start = self.at;
        if self.text[start].is_ascii_digit() {
            while self.at < self.text.len() && (self.text[self.at].is_ascii_digit() || self.text[self.at] == '.') {
                self.at += 1;
            }
            let number: String = self.text[start..self.at].iter().collect();
            return self.graph().constant(number.parse().expect("a number"));
        }
        while self.at < self.text.len() && (self.text[self.at].is_alphanumeric() || self.text[self.at] == '_') {
            self.at += 1;
        }
        let name: String = self.text[start..self.at].iter().collect();
        if !self.next_is('(') {
            return *self.names.get(&name).unwrap_or_else(|| panic!("unknown {name}"));
        }
        let mut arguments = vec![self.sum()];
        while self.next_is(',') {
            arguments.push(self.sum());
        }
        assert!(self.next_is(')'));
        let operation = match name.as_str() {
            "exp" => Operation::Exponential,
            "ln" => Operation::Logarithm,
            "sqrt" => Operation::SquareRoot,
            "abs" => Operation::Absolute,
            "max" => Operation::Maximum,
            "min" => Operation::Minimum,
            "tanh" => Operation::HyperbolicTangent,
            "sin" => Operation::Sine,
            "cos" => Operation::Cosine,
            "tan" => Operation::Tangent,
            "logistic" => Operation::Logistic,
            "normal_cdf" => Operation::NormalCdf,
            "log10" => Operation::Logarithm10,
            "floor" => Operation::Floor,
            "ceil" => Operation::Ceiling,
            "pow" => {
                let exponent = self.graph().value(arguments[1]);
                if let Some(exponent) = exponent {
                    return self.graph().power_by_constant(arguments[0], exponent);
                }
                Operation::Power
            }
            _ => panic!("unknown {name}"),
        };
        self.graph().node(operation, &arguments)
    }
}
