//! Where each number of a system stands in a frame.

use std::ops::Range;

/// The parts of a frame, as ranges of slots. See the [module](super) for what they hold and who writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// In: the states.
    pub states: Range<usize>,
    /// In: time.
    pub time: usize,
    /// In: the inputs, such as the rates that enter by each route.
    pub inputs: Range<usize>,
    /// In: the parameters.
    pub parameters: Range<usize>,
    /// Out of `rhs` and `rhs_and_jacobian`: the rate of change of each state.
    pub derivatives: Range<usize>,
    /// Out of `rhs_and_jacobian` (and `prepare`, where they are constant): the entries of the Jacobian, by row and
    /// column as in [`System::pattern`](super::System::pattern).
    pub jacobian: Range<usize>,
    /// Out of `rhs_and_jacobian` (and `prepare`): the partial derivative of each rate by time.
    pub time_derivatives: Range<usize>,
    /// In to `factor`: `1 / (h gamma)`.
    pub shift: usize,
    /// Out of `factor`, in to `solve`.
    pub factors: Range<usize>,
    /// Out of `factor`: the health of the pivots; see [`PIVOT_LIMIT`](super::PIVOT_LIMIT).
    pub pivot: usize,
    /// In and out of `solve`: the right-hand side, then the solution.
    pub vector: Range<usize>,
    /// Out of `quantities`.
    pub quantities: Range<usize>,
    /// Out of `conditions`: positive where the condition holds, negative where not, either at the border, and
    /// continuous where the sides of its comparisons are.
    pub residuals: Range<usize>,
    /// Out of `conditions`: 1 where the condition holds, else 0.
    pub truths: Range<usize>,
    /// Out of `starts`: the initial value of each state.
    pub starts: Range<usize>,
    /// Out of `setters`.
    pub setters: Range<usize>,
    /// How many slots all these take. What belongs to an evaluator comes after them.
    pub length: usize,
}

/// How many slots each part takes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    pub states: usize,
    pub inputs: usize,
    pub parameters: usize,
    pub jacobian: usize,
    pub factors: usize,
    pub quantities: usize,
    pub conditions: usize,
    pub setters: usize,
}

impl Layout {
    /// Lays the parts out one after another, those of a solver's inner loop first.
    pub(super) fn new(sizes: Sizes) -> Layout {
        let mut length = 0;
        let mut take = |count: usize| {
            let start = length;
            length += count;
            start..length
        };
        let states = take(sizes.states);
        let time = take(1).start;
        let shift = take(1).start;
        let pivot = take(1).start;
        let inputs = take(sizes.inputs);
        let derivatives = take(sizes.states);
        let vector = take(sizes.states);
        let factors = take(sizes.factors);
        let jacobian = take(sizes.jacobian);
        let time_derivatives = take(sizes.states);
        let parameters = take(sizes.parameters);
        let quantities = take(sizes.quantities);
        let residuals = take(sizes.conditions);
        let truths = take(sizes.conditions);
        let setters = take(sizes.setters);
        let starts = take(sizes.states);
        Layout {
            states,
            time,
            inputs,
            parameters,
            derivatives,
            jacobian,
            time_derivatives,
            shift,
            factors,
            pivot,
            vector,
            quantities,
            residuals,
            truths,
            starts,
            setters,
            length,
        }
    }
}
