//! A compiled system together with its evaluators.

use crate::program::{Evaluator, Layout, System};
use std::sync::OnceLock;

/// A compiled system and its evaluators, one for each number of lanes that is asked for; made once, shared by all
/// individuals and threads.
#[derive(Debug)]
pub struct Equations {
    system: System,
    one: Evaluator<1>,
    four: OnceLock<Evaluator<4>>,
    eight: OnceLock<Evaluator<8>>,
}

impl Equations {
    /// Makes the evaluator of one lane; the others follow when they are wanted.
    pub fn new(system: System) -> Equations {
        let one = Evaluator::new(&system);
        Equations { system, one, four: OnceLock::new(), eight: OnceLock::new() }
    }

    /// The compiled system.
    pub fn system(&self) -> &System {
        &self.system
    }

    /// Where each number stands in a frame.
    pub fn layout(&self) -> &Layout {
        &self.system.layout
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.system.states()
    }

    /// The evaluator of a single individual.
    pub fn one(&self) -> &Evaluator<1> {
        &self.one
    }

    /// The evaluator of four lanes.
    pub fn four(&self) -> &Evaluator<4> {
        self.four.get_or_init(|| Evaluator::new(&self.system))
    }

    /// The evaluator of eight lanes.
    pub fn eight(&self) -> &Evaluator<8> {
        self.eight.get_or_init(|| Evaluator::new(&self.system))
    }

    /// The evaluator of eight lanes, if somebody has asked for it.
    pub fn made_eight(&self) -> Option<&Evaluator<8>> {
        self.eight.get()
    }
}
