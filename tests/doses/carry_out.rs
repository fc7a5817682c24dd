//! Carries a timeline out from edge to edge, exactly: between two edges the model is `x' = A x + b` with constant `b`.

use crate::model::{MATRIX, STATES, decay, solve, target};
use kascade::dosing::{Kind, Period, PeriodAction, SteadyState, Timeline};
use kascade::numerics::matrix_exponential::matrix_exponential;

type State = [f64; STATES];

/// `x` after `time` under constant inputs, by the exponential of the matrix with the inputs as a further column.
fn advance(x: &State, inputs: &State, time: f64) -> State {
    const N: usize = STATES + 1;
    let mut matrix = [0.0; N * N];
    for row in 0..STATES {
        for column in 0..STATES {
            matrix[row * N + column] = MATRIX[row * STATES + column] * time;
        }
        matrix[row * N + STATES] = inputs[row] * time;
    }
    let power = matrix_exponential(N, &matrix).expect("finite");
    std::array::from_fn(|row| {
        (0..STATES).map(|column| power[row * N + column] * x[column]).sum::<f64>() + power[row * N + STATES]
    })
}

/// The rows of output, in order.
pub fn carry_out(timeline: &Timeline) -> Vec<State> {
    let mut rows = vec![[f64::NAN; STATES]; timeline.outputs.len()];
    let (mut x, mut inputs, mut now) = ([0.0; STATES], [0.0; STATES], timeline.start);
    for action in &timeline.actions {
        assert!(action.time >= now || action.kind == Kind::Reset, "time runs backwards");
        if let Kind::Output { row } = action.kind {
            rows[row] = advance(&x, &inputs, action.time - now);
            continue;
        }
        if action.time > now {
            x = advance(&x, &inputs, action.time - now);
        }
        now = action.time;
        match &action.kind {
            Kind::Bolus { route, amount } => x[target(*route)] += amount,
            Kind::Rate { route, rate } => inputs[target(*route)] = *rate,
            Kind::Reset => {
                assert_eq!(inputs, [0.0; STATES], "a reset ends what runs");
                x = [0.0; STATES];
            }
            Kind::ReplaceBySteadyState(steady) => x = steady_state(steady),
            Kind::AddSteadyState(steady) => {
                let add = steady_state(steady);
                x = std::array::from_fn(|state| x[state] + add[state]);
            }
            Kind::SetParameter { .. } | Kind::Clamp { .. } | Kind::Release { .. } | Kind::Output { .. } => {}
        }
    }
    rows
}

/// The fixed point of the period, or the level under the endless rate.
fn steady_state(steady: &SteadyState) -> State {
    match steady {
        SteadyState::Endless { route, rate } => {
            let mut inputs = [0.0; STATES];
            inputs[target(*route)] = -rate;
            solve(&MATRIX, &inputs)
        }
        SteadyState::Periodic(period) => {
            // x -> M x + c; so x = (I - M)^-1 c
            let c = once(period);
            let mut matrix = [0.0; 9];
            for column in 0..STATES {
                let unit: State = std::array::from_fn(|row| f64::from(u8::from(row == column)));
                let image = decay(&MATRIX, period.length, &unit);
                for row in 0..STATES {
                    matrix[row * STATES + column] = unit[row] - image[row];
                }
            }
            solve(&matrix, &c)
        }
    }
}

/// One period from nothing.
fn once(period: &Period) -> State {
    let (mut x, mut inputs, mut now) = ([0.0; STATES], [0.0; STATES], 0.0);
    for &(phase, action) in &period.actions {
        assert!(phase >= now && phase <= period.length, "phases are in order and within the period");
        x = advance(&x, &inputs, phase - now);
        now = phase;
        match action {
            PeriodAction::Bolus { route, amount } => x[target(route)] += amount,
            PeriodAction::Rate { route, rate } => inputs[target(route)] = rate,
        }
    }
    advance(&x, &inputs, period.length - now)
}
