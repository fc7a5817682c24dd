//! Random expressions: compiled programs against the plain evaluator, the Jacobian against symbolic derivatives.

use proptest::prelude::*;

use crate::expression::{Arithmetic, Comparison, Function, Logic, Symbol, Tree, derivative, evaluate};
use crate::program::{Equations, Evaluator, Instructions, Program, compile};

const STATES: usize = 3;
const PARAMETERS: usize = 3;
const QUANTITIES: usize = 3;

/// Numbers among which sums cancel, overflow and are undefined.
fn constant() -> BoxedStrategy<f64> {
    prop_oneof![
        4 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -2.0, 1.5, -0.5, 1.7, 10.0, 1e-3, 1e6]),
        1 => prop::sample::select(vec![1e300, -1e300, 1e-310, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e18]),
        3 => -5.0..5.0,
    ]
    .boxed()
}

/// Numbers that keep rounding errors small.
fn modest() -> BoxedStrategy<f64> {
    prop_oneof![prop::sample::select(vec![1.0, 2.0, 0.5, 3.0, 1.5, 2.5, -1.0]), 0.2..3.0].boxed()
}

/// A tree that may refer to the first quantities.
fn tree(quantities: usize, constant: BoxedStrategy<f64>) -> impl Strategy<Value = Tree> {
    let mut symbols: Vec<Symbol> = (0..STATES).map(Symbol::State).collect();
    symbols.extend((0..PARAMETERS).map(Symbol::Parameter));
    symbols.extend((0..quantities).map(Symbol::Quantity));
    symbols.extend([Symbol::Time, Symbol::Input(0)]);
    let leaf = prop_oneof![
        1 => constant.clone().prop_map(Tree::Constant),
        2 => prop::sample::select(symbols).prop_map(Tree::Symbol),
    ];
    leaf.prop_recursive(6, 40, 3, move |inner| {
        let arithmetic = prop::sample::select(vec![
            Arithmetic::Add,
            Arithmetic::Subtract,
            Arithmetic::Multiply,
            Arithmetic::Divide,
            Arithmetic::Power,
        ]);
        let comparison = prop::sample::select(vec![
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
            Comparison::Equal,
            Comparison::NotEqual,
        ]);
        let function = prop::sample::select(Function::ALL.to_vec());
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            1 => boxed().prop_map(Tree::Negate),
            1 => boxed().prop_map(Tree::Not),
            6 => (arithmetic, boxed(), boxed()).prop_map(|(operator, a, b)| Tree::Binary(operator, a, b)),
            1 => (boxed(), constant.clone())
                .prop_map(|(a, b)| Tree::Binary(Arithmetic::Power, a, Box::new(Tree::Constant(b)))),
            1 => (comparison, boxed(), boxed()).prop_map(|(operator, a, b)| Tree::Compare(operator, a, b)),
            1 => (prop::sample::select(vec![Logic::And, Logic::Or]), boxed(), boxed())
                .prop_map(|(operator, a, b)| Tree::Logic(operator, a, b)),
            2 => (boxed(), boxed(), boxed()).prop_map(|(c, a, b)| Tree::If(c, a, b)),
            4 => (function, prop::collection::vec(inner.clone(), 3)).prop_map(|(function, mut arguments)| {
                arguments.truncate(function.arity().1.unwrap_or(arguments.len()));
                Tree::Call(function, arguments)
            }),
        ]
    })
}

fn equations() -> impl Strategy<Value = Equations> {
    let quantities: Vec<_> = (0..QUANTITIES).map(|known| tree(known, constant()).boxed()).collect();
    let trees = |count: usize| prop::collection::vec(tree(QUANTITIES, constant()), count);
    (quantities, trees(STATES), trees(STATES), trees(2), trees(2)).prop_map(
        |(quantities, derivatives, starts, conditions, setters)| Equations {
            parameters: PARAMETERS,
            inputs: 1,
            derivatives,
            quantities,
            starts,
            conditions,
            setters,
            first_output: 0,
        },
    )
}

/// Values of states, parameters, time and the input, for one individual.
type Point = Vec<f64>;

fn point() -> impl Strategy<Value = Point> {
    prop::collection::vec(constant(), STATES + PARAMETERS + 2)
}

fn value(symbol: Symbol, equations: &Equations, point: &Point) -> f64 {
    match symbol {
        Symbol::State(index) => point[index],
        Symbol::Parameter(index) => point[STATES + index],
        Symbol::Time => point[STATES + PARAMETERS],
        Symbol::Input(index) => point[STATES + PARAMETERS + 1 + index],
        Symbol::Quantity(index) => evaluate(&equations.quantities[index], &|symbol| value(symbol, equations, point)),
    }
}

/// The bits of a number; those of NaN are all the same.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

/// Runs all programs on `L` individuals and compares what must have the plain evaluator's bits.
#[allow(clippy::needless_range_loop, reason = "a lane counts in the frame and in the points alike")]
fn check<const L: usize>(evaluator: &Evaluator<L>, equations: &Equations, points: &[Point], what: &str) {
    let system = compile(equations);
    let layout = &system.layout;
    let mut frame = evaluator.frame();
    for lane in 0..L {
        let point = &points[lane % points.len()];
        let slots = layout.states.clone().chain(layout.parameters.clone()).chain([layout.time]);
        for (slot, &value) in slots.chain(layout.inputs.clone()).zip(point) {
            frame[slot][lane] = value;
        }
    }
    for program in [
        Program::Prepare,
        Program::Rhs,
        Program::Quantities,
        Program::Conditions,
        Program::Starts,
        Program::Setters,
        Program::RhsAndJacobian,
    ] {
        evaluator.run(program, &mut frame);
        let results = match program {
            Program::Rhs | Program::RhsAndJacobian => vec![(layout.derivatives.start, &equations.derivatives)],
            Program::Quantities => vec![(layout.quantities.start, &equations.quantities)],
            Program::Starts => vec![(layout.starts.start, &equations.starts)],
            Program::Setters => vec![(layout.setters.start, &equations.setters)],
            _ => Vec::new(),
        };
        for (start, trees) in results {
            for (slot, tree) in (start..).zip(trees) {
                for lane in 0..L {
                    let point = &points[lane % points.len()];
                    let truth = evaluate(tree, &|symbol| value(symbol, equations, point));
                    let found = frame[slot][lane];
                    assert_eq!(bits(found), bits(truth), "{what}: {found} is not {truth} of {tree:?} at {point:?}");
                    frame[slot][lane] = 0.0;
                }
            }
        }
    }
    for (index, tree) in equations.conditions.iter().enumerate() {
        for lane in 0..L {
            let truth = evaluate(tree, &|symbol| value(symbol, equations, &points[lane % points.len()])) != 0.0;
            assert_eq!(frame[layout.truths.start + index][lane], f64::from(u8::from(truth)), "{what}: {tree:?}");
            let residual = frame[layout.residuals.start + index][lane];
            assert!(residual == 0.0 || residual.is_nan() || truth == (residual > 0.0), "{residual} of {tree:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn programs_have_the_bits_of_the_plain_evaluator(
        equations in equations(),
        points in prop::collection::vec(point(), 5),
    ) {
        let system = compile(&equations);
        check(&Evaluator::<16>::interpreter(&system, Instructions::detect()), &equations, &points, "16 lanes");
        for set in Instructions::available() {
            check(&Evaluator::<1>::interpreter(&system, set), &equations, &points, "one lane");
            check(&Evaluator::<4>::interpreter(&system, set), &equations, &points, "4 lanes");
            if let Some(machine) = Evaluator::<1>::machine(&system, set) {
                check(&machine, &equations, &points, "machine code");
            }
            if let Some(machine) = Evaluator::<4>::machine(&system, set) {
                check(&machine, &equations, &points, "machine code, 4 lanes");
            }
            if let Some(machine) = Evaluator::<8>::machine(&system, set) {
                check(&machine, &equations, &points, "machine code, 8 lanes");
            }
        }
    }

    #[test]
    fn jacobian_agrees_with_symbolic_derivatives(
        trees in prop::collection::vec(tree(0, modest()), STATES),
        point in prop::collection::vec(0.1..3.0, STATES + PARAMETERS + 2),
    ) {
        let equations =
            Equations { parameters: PARAMETERS, inputs: 1, derivatives: trees, ..Equations::default() };
        let system = compile(&equations);
        let layout = &system.layout;
        let evaluator = Evaluator::<1>::new(&system);
        let mut frame = evaluator.frame();
        let slots = layout.states.clone().chain(layout.parameters.clone()).chain([layout.time]);
        for (slot, &value) in slots.chain(layout.inputs.clone()).zip(&point) {
            frame[slot] = [value];
        }
        evaluator.prepare(&mut frame);
        evaluator.rhs_and_jacobian(&mut frame);
        for (row, tree) in equations.derivatives.iter().enumerate() {
            for symbol in (0..STATES).map(Symbol::State).chain([Symbol::Time]) {
                let Some(exact) = derivative(tree, symbol) else { continue };
                let exact = evaluate(&exact, &|symbol| value(symbol, &equations, &point));
                let found = match symbol {
                    Symbol::State(column) => {
                        let entry = system.pattern.iter().position(|&place| place == (row, column));
                        entry.map_or(0.0, |entry| frame[layout.jacobian.start + entry][0])
                    }
                    _ => frame[layout.time_derivatives.start + row][0],
                };
                let close = (found - exact).abs() <= 1e-7 * (1.0 + exact.abs());
                // Where a rate has no finite slope, both may fail in ways of their own.
                let defined = exact.abs() < 1e30;
                prop_assert!(close || !defined, "{found} is not {exact}, of {tree:?}");
            }
        }
    }
}
