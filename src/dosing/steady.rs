//! Steady states of repeated doses, cut into a periodic problem and what is left over after it.
//!
//! A record at time `T` with interval `II` and lag `L` speaks of doses that arrive at `T + L - n II` for all whole
//! `n >= 1`; the record's own dose (`n = 0`) follows at `T + L` and is not part of the steady state. Write
//! `L = k II + phi` with `0 <= phi < II`. Then, whatever the lag,
//!
//! - doses `n > k` have arrived by `T` (and so has `n = k >= 1` if `phi = 0`, exactly at `T`);
//! - doses `1 <= n < k`, and `n = k` if `phi > 0`, have still to arrive, at `T + L - n II > T`.
//!
//! An infusion of duration `D = m II + d`, `0 <= d < II`, overlaps itself: `m` of them run at any time, and one more
//! during `[phi, phi + d)` modulo `II`. At `T` those are still running that arrived and have `L + D - n II > 0`.
//!
//! Just before anything written at `T` happens, the state is the fixed point of the map over the window `[T - II, T]`:
//! in window time `s` a bolus enters at `s = phi` (at `s = II` if `phi = 0` and `k >= 1`, since that dose counts before
//! the record, and at `s = 0` if the lag is 0, since the own dose does not), and the rate is `m R`, or `(m + 1) R` while
//! one more runs. The state is found by going forward from a state through real inputs, never by going backward from
//! the time of arrival, so a state that cannot become negative under its equations is not negative here either. (NONMEM
//! computes the steady state without the lag and advances by `II - L`; for `L > II` that is not a time of the cycle,
//! and its numbers are known to be wrong there: `docs/doses.md`.)
//!
//! Several doses may share one steady state (a morning and an evening dose of a regimen). Doses of interval `II` are
//! then doses of interval `j II` in `j` copies, copy `r` of lag `L + r II`.

/// The dose of a repeated one, after fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// An amount at once.
    Bolus { amount: f64 },
    /// A rate for a time.
    Infusion { rate: f64, duration: f64 },
}

/// Doses since forever, once in every interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Train {
    /// By which route.
    pub route: usize,
    /// What each dose is.
    pub shape: Shape,
    /// The time between two doses.
    pub interval: f64,
    /// The time from the record to the arrival of its own dose, which is not part of the train; not negative.
    pub lead: f64,
}

/// The steady state that a record asks for: the problem, for whoever can integrate to solve.
#[derive(Debug, Clone, PartialEq)]
pub enum SteadyState {
    /// Repeated doses: the state that comes back after one period.
    Periodic(Period),
    /// A constant rate since forever: the state that does not change under it.
    Endless { route: usize, rate: f64 },
}

/// One period of the periodic problem. The state wanted is `x` such that going once through the period, from phase 0 to
/// `length` and through all its actions, leads from `x` to `x`.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// The period.
    pub length: f64,
    /// What happens, by phase within `[0, length]`; before the first rate of a route its rate is 0. Actions at phase 0
    /// come before anything is integrated, actions at `length` after.
    pub actions: Vec<(f64, PeriodAction)>,
}

/// Something that happens within a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PeriodAction {
    /// An amount enters at once.
    Bolus { route: usize, amount: f64 },
    /// From here on this much per time enters by the route in all.
    Rate { route: usize, rate: f64 },
}

/// What a train leaves over after the record, as times from the record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Leftover {
    /// The infusion of the dose `before` intervals ago arrived at `arrived <= 0` and runs until `until > 0`.
    Running { train: usize, before: u32, arrived: f64, until: f64 },
    /// The dose of `before` intervals ago arrives at `arrives > 0`.
    Arriving { train: usize, before: u32, arrives: f64 },
}

/// Times of one interval that are nearer to each other than this part of it are the same time: it is far above the
/// rounding of sums of times and far below anything meant.
const SAME: f64 = 1e-12;

/// More doses than this running or on their way at once are refused; it is far beyond any schedule.
const MOST: f64 = 1e5;

/// A number of intervals and the rest, `length = whole * interval + rest`, with a rest that is nothing but rounding
/// taken as 0.
fn divide(length: f64, interval: f64) -> (f64, f64) {
    let nearest = (length / interval).round();
    if (length - nearest * interval).abs() <= SAME * length.max(interval) {
        return (nearest, 0.0);
    }
    let whole = (length / interval).floor();
    (whole, (length - whole * interval).clamp(0.0, interval))
}

/// The smallest common multiple of the intervals, if it is at most 1000 of the shortest of them.
pub fn common_interval(intervals: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let longest = intervals.clone().fold(0.0, f64::max);
    (1..=1000_u32).map(|count| longest * f64::from(count)).find(|&candidate| {
        intervals.clone().all(|interval| {
            let (whole, rest) = divide(candidate, interval);
            rest == 0.0 && whole <= 1000.0
        })
    })
}

/// The periodic problem of trains that share one steady state, and what they leave over; `None` if their intervals have
/// no common multiple within reason, or more doses than can be meant are under way at once.
pub fn fold(trains: &[Train]) -> Option<(Period, Vec<Leftover>)> {
    let length = common_interval(trains.iter().map(|train| train.interval))?;
    let mut boluses = Vec::new();
    let mut constant = Vec::new();
    let mut partial = Vec::new();
    let mut leftovers = Vec::new();
    for (index, train) in trains.iter().enumerate() {
        leftovers.extend(leftover(index, train)?);
        let (copies, _) = divide(length, train.interval);
        for copy in 0..copies as u32 {
            let lead = train.lead + f64::from(copy) * train.interval;
            let (whole, phase) = divide(lead, length);
            match train.shape {
                Shape::Bolus { amount } => {
                    let at_record = phase == 0.0 && whole >= 1.0;
                    boluses.push((if at_record { length } else { phase }, train.route, amount));
                }
                Shape::Infusion { rate, duration } => {
                    let (overlap, rest) = divide(duration, length);
                    constant.push((train.route, overlap * rate));
                    if rest > 0.0 {
                        partial.push((phase, rest, train.route, rate));
                    }
                }
            }
        }
    }
    Some((assemble(length, &boluses, &constant, &partial), leftovers))
}

/// What one train leaves over; `None` if it is too much to be meant.
fn leftover(index: usize, train: &Train) -> Option<Vec<Leftover>> {
    let duration = match train.shape {
        Shape::Bolus { .. } => 0.0,
        Shape::Infusion { duration, .. } => duration,
    };
    let most = (train.lead + duration) / train.interval;
    if most.is_nan() || most > MOST {
        return None;
    }
    let (whole, phase) = divide(train.lead, train.interval);
    let first_arrived = if phase == 0.0 { whole.max(1.0) } else { whole + 1.0 } as u32;
    let arrival = |before: u32| train.lead - f64::from(before) * train.interval;
    let mut list: Vec<Leftover> = (1..first_arrived)
        .map(|before| Leftover::Arriving { train: index, before, arrives: arrival(before) })
        .collect();
    for before in first_arrived.. {
        let until = arrival(before) + duration;
        if until <= SAME * train.interval.max(duration) {
            break;
        }
        list.push(Leftover::Running { train: index, before, arrived: arrival(before).min(0.0), until });
    }
    Some(list)
}

/// Puts boluses, constant rates and stretches `(phase, length, route, rate)` in order, the rate of each route summed
/// afresh on every piece.
fn assemble(
    length: f64,
    boluses: &[(f64, usize, f64)],
    constant: &[(usize, f64)],
    partial: &[(f64, f64, usize, f64)],
) -> Period {
    let mut phases = vec![0.0, length];
    phases.extend(boluses.iter().map(|bolus| bolus.0));
    for &(phase, stretch, ..) in partial {
        phases.extend([phase, divide(phase + stretch, length).1]);
    }
    phases.sort_by(f64::total_cmp);
    phases.dedup_by(|later, earlier| *later - *earlier <= SAME * length);
    let piece_of = |at: f64| phases.partition_point(|&phase| phase <= at) - 1;
    let boluses: Vec<(usize, usize, f64)> =
        boluses.iter().map(|&(at, route, amount)| (piece_of(at), route, amount)).collect();
    if let Some(last) = phases.last_mut() {
        *last = length;
    }

    let mut routes: Vec<usize> =
        constant.iter().map(|&(route, _)| route).chain(partial.iter().map(|&(_, _, route, _)| route)).collect();
    routes.sort_unstable();
    routes.dedup();
    let mut rates = vec![0.0; routes.len()];
    let mut actions = Vec::new();
    for (index, &phase) in phases.iter().enumerate() {
        for &(piece, route, amount) in &boluses {
            if piece == index {
                actions.push((phase, PeriodAction::Bolus { route, amount }));
            }
        }
        let Some(next) = phases.get(index + 1) else { continue };
        let middle = 0.5 * (phase + next);
        for (&route, before) in routes.iter().zip(&mut rates) {
            let mut rate = 0.0;
            for &(of, constant) in constant {
                rate += if of == route { constant } else { 0.0 };
            }
            for &(start, stretch, of, stretch_rate) in partial {
                let runs = (start <= middle && middle < start + stretch) || middle < start + stretch - length;
                rate += if of == route && runs { stretch_rate } else { 0.0 };
            }
            if rate != *before {
                actions.push((phase, PeriodAction::Rate { route, rate }));
                *before = rate;
            }
        }
    }
    Period { length, actions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bolus(interval: f64, lead: f64) -> Train {
        Train { route: 0, shape: Shape::Bolus { amount: 1.0 }, interval, lead }
    }

    fn infusion(interval: f64, lead: f64, duration: f64) -> Train {
        Train { route: 0, shape: Shape::Infusion { rate: 2.0, duration }, interval, lead }
    }

    fn rates(period: &Period) -> Vec<(f64, f64)> {
        let rate = |action: &(f64, PeriodAction)| match action {
            (phase, PeriodAction::Rate { rate, .. }) => Some((*phase, *rate)),
            _ => None,
        };
        period.actions.iter().filter_map(rate).collect()
    }

    #[test]
    fn a_bolus_enters_at_the_phase_of_its_lag() {
        let phase = |lead: f64| fold(&[bolus(12.0, lead)]).map(|(period, _)| period.actions[0].0);
        assert_eq!(phase(0.0), Some(0.0));
        assert_eq!(phase(5.0), Some(5.0));
        assert_eq!(phase(12.0), Some(12.0));
        assert_eq!(phase(29.0), Some(5.0));
        assert_eq!(phase(0.1 + 0.2 + 11.7), Some(12.0));
    }

    #[test]
    fn a_lag_longer_than_the_interval_leaves_doses_on_their_way() {
        let (_, left) = fold(&[bolus(12.0, 29.0)]).expect("a period");
        let arriving = |before, arrives| Leftover::Arriving { train: 0, before, arrives };
        assert_eq!(left, [arriving(1, 17.0), arriving(2, 5.0)]);
        let (_, left) = fold(&[bolus(12.0, 24.0)]).expect("a period");
        assert_eq!(left, [arriving(1, 12.0)], "the dose that arrives at the very time of the record has arrived");
    }

    #[test]
    fn infusions_fold_and_overlap() {
        let of = |lead, duration| rates(&fold(&[infusion(12.0, lead, duration)]).expect("a period").0);
        assert_eq!(of(0.0, 2.0), [(0.0, 2.0), (2.0, 0.0)]);
        assert_eq!(of(11.0, 2.0), [(0.0, 2.0), (1.0, 0.0), (11.0, 2.0)]);
        assert_eq!(of(0.0, 12.0), [(0.0, 2.0)]);
        assert_eq!(of(3.0, 36.0), [(0.0, 6.0)]);
        assert_eq!(of(3.0, 29.0), [(0.0, 4.0), (3.0, 6.0), (8.0, 4.0)]);
        assert_eq!(of(30.0, 10.0), [(0.0, 2.0), (4.0, 0.0), (6.0, 2.0)]);
    }

    #[test]
    fn two_intervals_share_their_common_multiple() {
        assert_eq!(common_interval([12.0, 24.0].into_iter()), Some(24.0));
        assert_eq!(common_interval([0.1, 0.3, 0.2].into_iter()).map(|common| (common * 10.0).round()), Some(6.0));
        assert_eq!(common_interval([1.0, std::f64::consts::PI].into_iter()), None);
        let (period, _) = fold(&[bolus(12.0, 0.0), bolus(24.0, 8.0)]).expect("a period");
        let phases: Vec<f64> = period.actions.iter().map(|action| action.0).collect();
        assert_eq!(phases, [0.0, 8.0, 12.0]);
    }

    proptest! {
        /// What runs after the record continues what ran before it: the sum over the infusions left over, with the own
        /// dose if there is no lag, is the rate at which the period begins.
        #[test]
        fn leftovers_continue_the_period(interval in 1_u32..50, lead in 0_u32..200, duration in 1_u32..200) {
            let train = infusion(f64::from(interval) * 0.1, f64::from(lead) * 0.1, f64::from(duration) * 0.1);
            let (period, left) = fold(&[train]).expect("a period");
            let running = left.iter().filter(|one| matches!(one, Leftover::Running { .. })).count() + usize::from(lead == 0);
            let first = rates(&period).first().filter(|first| first.0 == 0.0).map_or(0.0, |first| first.1);
            prop_assert_eq!(first, 2.0 * running as f64);
        }

        /// One period takes in exactly one dose.
        #[test]
        fn a_period_takes_in_one_dose(interval in 1_u32..50, lead in 0_u32..200, duration in 1_u32..200) {
            let train = infusion(f64::from(interval) * 0.1, f64::from(lead) * 0.1, f64::from(duration) * 0.1);
            let (period, _) = fold(&[train]).expect("a period");
            let mut edges = rates(&period);
            edges.push((period.length, 0.0));
            let total: f64 = edges.windows(2).map(|pair| pair[0].1 * (pair[1].0 - pair[0].0)).sum();
            prop_assert!((total - 0.2 * f64::from(duration)).abs() < 1e-9 * total);
        }
    }
}
