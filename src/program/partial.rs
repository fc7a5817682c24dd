//! The slope of one operation with respect to each of its operands.

use super::graph::{Binding, Graph, Id};
use super::operation::Operation;

/// For a node, what it directly depends on and with which slope, as nodes of the same graph.
///
/// Operands of which `depends` is false are left out. A power that was spelled out in products and roots counts as one
/// operation on its base, so that its slope at zero is the limit and not `0 * inf`. Where that limit is infinite, under
/// an exponent between 0 and 1, the slope at zero is 0: a solver that starts there needs a number, and a Jacobian that
/// is off at one point costs it little.
pub(super) fn slopes(graph: &mut Graph, id: Id, depends: impl Fn(Id) -> bool) -> Vec<(Id, Id)> {
    if let Some((base, exponent)) = graph.power_of(id) {
        if !depends(base) {
            return Vec::new();
        }
        let lowered = graph.power_by_constant(base, exponent - 1.0);
        let factor = graph.constant(exponent);
        let mut slope = graph.free_multiply(factor, lowered);
        if 0.0 < exponent && exponent < 1.0 {
            slope = zero_at_zero(graph, base, slope);
        }
        return vec![(base, slope)];
    }
    let node = graph.get(id);
    let operands = node.operands().to_vec();
    let mut found: Vec<(Id, Id)> = Vec::new();
    for (position, &operand) in operands.iter().enumerate() {
        if !depends(operand) {
            continue;
        }
        let slope = slope(graph, id, node.operation, &operands, position);
        if graph.is_zero(slope) {
            continue;
        }
        match found.iter_mut().find(|(known, _)| *known == operand) {
            Some((_, sum)) => *sum = graph.free_add(*sum, slope),
            None => found.push((operand, slope)),
        }
    }
    found
}

fn slope(graph: &mut Graph, result: Id, operation: Operation, operands: &[Id], position: usize) -> Id {
    use Operation::*;
    let a = operands[0];
    let one = graph.constant(1.0);
    match (operation, position) {
        (Copy, _) | (Add, _) | (Subtract, 0) | (MultiplyAdd, 2) | (NegateMultiplyAdd, 2) => one,
        (Negate, _) | (Subtract, _) | (MultiplySubtract, 2) => graph.constant(-1.0),
        (Multiply | MultiplyAdd | MultiplySubtract, _) => operands[1 - position],
        (NegateMultiplyAdd, _) => graph.free_negate(operands[1 - position]),
        (Divide, 0) => divisor_reciprocal(graph, result, operands),
        (Divide, _) => {
            let reciprocal = divisor_reciprocal(graph, result, operands);
            let product = graph.free_multiply(result, reciprocal);
            graph.free_negate(product)
        }
        (SquareRoot, _) => {
            let half = graph.constant(0.5);
            let slope = graph.free_divide(half, result);
            zero_at_zero(graph, a, slope)
        }
        (Absolute, _) => {
            let (zero, minus) = (graph.constant(0.0), graph.constant(-1.0));
            let below = graph.node(Less, &[a, zero]);
            graph.select(below, minus, one)
        }
        (Minimum | Maximum, _) => {
            let order = if operation == Minimum { [a, operands[1]] } else { [operands[1], a] };
            let first = graph.node(Less, &order);
            let zero = graph.constant(0.0);
            if position == 0 { graph.select(first, one, zero) } else { graph.select(first, zero, one) }
        }
        (Select, 1 | 2) => {
            let zero = graph.constant(0.0);
            if position == 1 { graph.select(a, one, zero) } else { graph.select(a, zero, one) }
        }
        (Exponential, _) => result,
        (Logarithm, _) => graph.reciprocal(a),
        (Logarithm10, _) => {
            let scale = graph.constant(std::f64::consts::LOG10_E);
            graph.free_divide(scale, a)
        }
        (Sine, _) => graph.node(Cosine, &[a]),
        (Cosine, _) => {
            let sine = graph.node(Sine, &[a]);
            graph.free_negate(sine)
        }
        (Tangent, _) => {
            let square = graph.free_multiply(result, result);
            graph.free_add(one, square)
        }
        (HyperbolicTangent, _) => {
            let square = graph.free_multiply(result, result);
            graph.free_subtract(one, square)
        }
        (Logistic, _) => {
            let rest = graph.free_subtract(one, result);
            graph.free_multiply(result, rest)
        }
        (NormalCdf, _) => {
            let half = graph.constant(-0.5);
            let scale = graph.constant(0.398_942_280_401_432_7); // 1 / sqrt(2 pi)
            let square = graph.free_multiply(a, a);
            let exponent = graph.free_multiply(half, square);
            let density = graph.node(Exponential, &[exponent]);
            graph.free_multiply(scale, density)
        }
        (Power, 0) => slope_in_base(graph, result, a, operands[1]),
        (Power, _) => {
            // a^b ln a, and 0 where a is 0 or below: there the value does not move with b, or is not a number.
            let zero = graph.constant(0.0);
            let logarithm = graph.node(Logarithm, &[a]);
            let slope = graph.free_multiply(result, logarithm);
            let positive = graph.node(Less, &[zero, a]);
            graph.select(positive, slope, zero)
        }
        // Steps, masks and integers have no slope, and a selection none with respect to its mask.
        _ => graph.constant(0.0),
    }
}

/// `b a^(b-1)` by way of `a^b / a`. Where `a` is 0 it is 1 if `b` is, and else 0: the limit, or what stands for it.
fn slope_in_base(graph: &mut Graph, power: Id, a: Id, b: Id) -> Id {
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    let quotient = graph.divide(power, a);
    let linear = graph.node(Operation::Equal, &[b, one]);
    let limit = graph.select(linear, one, zero);
    let at_zero = graph.node(Operation::Equal, &[a, zero]);
    let root = graph.select(at_zero, limit, quotient);
    graph.free_multiply(b, root)
}

fn zero_at_zero(graph: &mut Graph, base: Id, slope: Id) -> Id {
    let zero = graph.constant(0.0);
    let at_zero = graph.node(Operation::Equal, &[base, zero]);
    graph.select(at_zero, zero, slope)
}

/// `1 / b` for the quotient `a / b`; a product instead of a division where `a` is a constant.
fn divisor_reciprocal(graph: &mut Graph, quotient: Id, operands: &[Id]) -> Id {
    match graph.value(operands[0]) {
        Some(value) if value != 0.0 && value.is_finite() && graph.binding(operands[1]) == Binding::Evaluation => {
            let factor = graph.constant(1.0 / value);
            graph.free_multiply(factor, quotient)
        }
        _ => graph.reciprocal(operands[1]),
    }
}
