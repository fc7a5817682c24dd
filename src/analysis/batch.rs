//! Several scenarios at once, on all cores, the results in the order asked.

use crate::simulation::{Compiled, Keep, Scenario, SimulationError, SolverOptions, Trajectory, simulate};
use rayon::prelude::*;

/// Runs scenarios, each with its compiled model. The results are the same for any number of threads.
pub fn simulate_all<'m>(
    runs: &[(&'m Compiled<'m>, &Scenario)],
    options: &SolverOptions,
    keep: Keep<'_>,
) -> Vec<Result<Trajectory<'m>, SimulationError>> {
    if let [(compiled, scenario)] = runs {
        return vec![simulate(compiled, scenario, options, keep)];
    }
    runs.par_iter().map(|(compiled, scenario)| simulate(compiled, scenario, options, keep)).collect()
}
