//! Where ticks stand and what is written at them, as data.
//!
//! Every maker takes a range and the most labels that have room, and gives ticks in ascending order, all within the
//! range; minor ticks have an empty label. Steps are round in the unit shown: 1, 2, 5 times a power of ten for
//! numbers, whole decades for logarithms, and 5 min, 6 h, 1 d or 1 wk for time, whose values are in hours.

use super::number::{MINUS, decade, fixed, power_of_ten, superscript};

/// One tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its value, in the unit of the axis (hours for time).
    pub value: f64,
    /// What is written at it; empty for a minor tick.
    pub label: String,
}

impl Tick {
    fn minor(value: f64) -> Tick {
        Tick { value, label: String::new() }
    }
}

/// A unit of time that an axis shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
}

impl TimeUnit {
    /// The symbol, as it follows a number.
    pub fn symbol(self) -> &'static str {
        match self {
            TimeUnit::Second => "s",
            TimeUnit::Minute => "min",
            TimeUnit::Hour => "h",
            TimeUnit::Day => "d",
            TimeUnit::Week => "wk",
        }
    }

    /// The word, as it stands under an axis.
    pub fn word(self) -> &'static str {
        match self {
            TimeUnit::Second => "seconds",
            TimeUnit::Minute => "minutes",
            TimeUnit::Hour => "hours",
            TimeUnit::Day => "days",
            TimeUnit::Week => "weeks",
        }
    }

    /// Length in seconds.
    fn seconds(self) -> f64 {
        match self {
            TimeUnit::Second => 1.0,
            TimeUnit::Minute => 60.0,
            TimeUnit::Hour => 3600.0,
            TimeUnit::Day => 86_400.0,
            TimeUnit::Week => 604_800.0,
        }
    }
}

/// Index of the first multiple of `step` at or above `from`, and of the last at or below `to`, with a hair of slack
/// so that a range that ends on a multiple keeps it in spite of rounding.
fn multiples(from: f64, to: f64, step: f64) -> (i64, i64) {
    let slack = 1e-9 * (to - from) / step;
    ((from / step - slack).ceil() as i64, (to / step + slack).floor() as i64)
}

/// How many multiples of a step lie in the range; huge steps counts are all "too many".
fn count(from: f64, to: f64, step: f64) -> f64 {
    (to / step).floor() - (from / step).ceil() + 1.0
}

/// Ticks in proportion, at steps of 1, 2 or 5 times a power of ten.
pub fn linear(from: f64, to: f64, most: usize) -> Vec<Tick> {
    let most = most.max(2) as f64;
    let least = decade((to - from) / most) - 1;
    for exponent in least..least + 4 {
        for factor in [1.0, 2.0, 5.0] {
            // Dividing by a positive power keeps 0.3 the nearest number to three tenths.
            let at = |index: i64| {
                if exponent < 0 {
                    index as f64 * factor / power_of_ten(-exponent)
                } else {
                    index as f64 * factor * power_of_ten(exponent)
                }
            };
            let step = at(1);
            if count(from, to, step) > most {
                continue;
            }
            let (first, last) = multiples(from, to, step);
            if last - first < 1 {
                break;
            }
            let largest = from.abs().max(to.abs());
            return (first..=last)
                .map(|index| Tick { value: at(index), label: linear_label(at(index), largest, exponent) })
                .collect();
        }
    }
    vec![from, to].into_iter().map(|value| Tick { value, label: super::number::significant(value, 3) }).collect()
}

/// The label of a linear tick when steps are of the decade `exponent`; numbers that would be long share a power of ten.
fn linear_label(value: f64, largest: f64, exponent: i32) -> String {
    let top = decade(largest);
    // A narrow range about a number of ordinary size is a few more decimals, not a power of ten on every tick.
    let narrow = (-1..6).contains(&top) && exponent >= -7;
    if value != 0.0 && (top >= 6 || (exponent < -4 && !narrow)) {
        let decimals = (top - exponent).max(0) as usize;
        return format!("{}×10{}", fixed(value / power_of_ten(top), decimals), superscript(i64::from(top)));
    }
    if value == 0.0 {
        return "0".to_string();
    }
    fixed(value, (-exponent).max(0) as usize)
}

/// Ticks of a logarithmic axis: labeled decades with unlabeled minor ticks, or 1, 2, 5 where there are too few.
pub fn log(from: f64, to: f64, most: usize) -> Vec<Tick> {
    let most = most.max(2);
    let decades: Vec<i32> = decades_within(from, to);
    if decades.len() < 3
        && let Some(ticks) = log_between_decades(from, to, most)
    {
        return ticks;
    }
    if decades.len() < 2 {
        return linear(from, to, most);
    }
    let stride = decades.len().div_ceil(most).max(1) as i32;
    let first = decades[0];
    let plain = decades.iter().all(|&exponent| (-3..=4).contains(&exponent));
    let mut ticks = Vec::new();
    for exponent in first - 1..=decades[decades.len() - 1] {
        let power = power_of_ten(exponent);
        if exponent >= first {
            let labeled = (exponent - first) % stride == 0;
            let label = if labeled { decade_label(exponent, plain) } else { String::new() };
            ticks.push(Tick { value: power, label });
        }
        if stride == 1 {
            let minor = (2..=9).map(|factor| f64::from(factor) * power);
            ticks.extend(minor.filter(|&value| value >= from && value <= to).map(Tick::minor));
        }
    }
    ticks
}

/// Exponents of the decades in a range, with a hair of slack.
fn decades_within(from: f64, to: f64) -> Vec<i32> {
    let (low, high) = (from * (1.0 - 1e-9), to * (1.0 + 1e-9));
    (decade(from) - 1..=decade(to) + 1).filter(|&exponent| (low..=high).contains(&power_of_ten(exponent))).collect()
}

fn decade_label(exponent: i32, plain: bool) -> String {
    if plain {
        fixed(power_of_ten(exponent), (-exponent).max(0) as usize)
    } else {
        format!("10{}", superscript(i64::from(exponent)))
    }
}

/// Labels within decades, as dense as fit: every figure, 1 2 5, or 1 3; the other figures are minor ticks.
fn log_between_decades(from: f64, to: f64, most: usize) -> Option<Vec<Tick>> {
    for labeled in [&[1, 2, 3, 4, 5, 6, 7, 8, 9][..], &[1, 2, 5], &[1, 3]] {
        let mut ticks = Vec::new();
        for exponent in decade(from)..=decade(to) {
            for factor in 1..=9 {
                let value: f64 = format!("{factor}e{exponent}").parse().unwrap_or(f64::NAN);
                if value >= from * (1.0 - 1e-9) && value <= to * (1.0 + 1e-9) {
                    let label = match (labeled.contains(&factor), (-3..=5).contains(&exponent)) {
                        (false, _) => String::new(),
                        (true, true) => fixed(value, (-exponent).max(0) as usize),
                        (true, false) => format!("{factor}×10{}", superscript(i64::from(exponent))),
                    };
                    ticks.push(Tick { value, label });
                }
            }
        }
        let count = ticks.iter().filter(|tick| !tick.label.is_empty()).count();
        if (3..=most).contains(&count) {
            return Some(ticks);
        }
    }
    None
}

/// Ticks of a symmetric-log axis: zero, the edges of its linear part, and decades of that edge beyond.
pub fn symlog(from: f64, to: f64, linear_part: f64, most: usize) -> Vec<Tick> {
    if from >= -linear_part && to <= linear_part {
        return linear(from, to, most);
    }
    let positive = |limit: f64| -> Vec<f64> {
        let edge = decade(linear_part);
        let start = if power_of_ten(edge) * (1.0 + 1e-9) >= linear_part { edge } else { edge + 1 };
        (start..=decade(limit.max(linear_part)))
            .map(power_of_ten)
            .filter(|&value| value <= limit * (1.0 + 1e-9))
            .collect()
    };
    let above = if to > 0.0 { positive(to) } else { Vec::new() };
    let below = if from < 0.0 { positive(-from) } else { Vec::new() };
    let zero = usize::from(from <= 0.0 && to >= 0.0);
    let stride = (above.len() + below.len() + zero).div_ceil(most.max(3)).max(1);
    let plain = above.iter().chain(&below).all(|&value| (-3..=4).contains(&decade(value)));
    // The largest decade of each side is labeled, and every `stride`-th below it.
    let label = |values: &[f64], index: usize, negative: bool| {
        if !(values.len() - 1 - index).is_multiple_of(stride) {
            return String::new();
        }
        let words = decade_label(decade(values[index]), plain);
        if negative { format!("{MINUS}{words}") } else { words }
    };
    let mut ticks = Vec::new();
    for index in (0..below.len()).rev() {
        let value = -below[index];
        if value <= to {
            ticks.push(Tick { value, label: label(&below, index, true) });
        }
    }
    if zero == 1 {
        ticks.push(Tick { value: 0.0, label: "0".to_string() });
    }
    for (index, &value) in above.iter().enumerate() {
        if value >= from {
            ticks.push(Tick { value, label: label(&above, index, false) });
        }
    }
    ticks
}

/// The round steps of time: how many of which unit.
const TIME_STEPS: [(f64, TimeUnit); 31] = [
    (1.0, TimeUnit::Second),
    (2.0, TimeUnit::Second),
    (5.0, TimeUnit::Second),
    (10.0, TimeUnit::Second),
    (15.0, TimeUnit::Second),
    (20.0, TimeUnit::Second),
    (30.0, TimeUnit::Second),
    (1.0, TimeUnit::Minute),
    (2.0, TimeUnit::Minute),
    (5.0, TimeUnit::Minute),
    (10.0, TimeUnit::Minute),
    (15.0, TimeUnit::Minute),
    (20.0, TimeUnit::Minute),
    (30.0, TimeUnit::Minute),
    (1.0, TimeUnit::Hour),
    (2.0, TimeUnit::Hour),
    (3.0, TimeUnit::Hour),
    (4.0, TimeUnit::Hour),
    (6.0, TimeUnit::Hour),
    (12.0, TimeUnit::Hour),
    (1.0, TimeUnit::Day),
    (2.0, TimeUnit::Day),
    (3.0, TimeUnit::Day),
    (1.0, TimeUnit::Week),
    (2.0, TimeUnit::Week),
    (4.0, TimeUnit::Week),
    (8.0, TimeUnit::Week),
    (13.0, TimeUnit::Week),
    (26.0, TimeUnit::Week),
    (52.0, TimeUnit::Week),
    (104.0, TimeUnit::Week),
];

/// Ticks of a linear time axis in hours, and the unit in which they are written.
pub fn time(from: f64, to: f64, most: usize) -> (Vec<Tick>, TimeUnit) {
    let most = most.max(2) as f64;
    let seconds = |value: f64| value * 3600.0;
    let chosen =
        TIME_STEPS.iter().find(|(number, unit)| count(seconds(from), seconds(to), number * unit.seconds()) <= most);
    let longest = seconds(to) - seconds(from);
    let Some(&(number, unit)) = chosen.filter(|(number, unit)| number * unit.seconds() <= longest) else {
        return time_in_decimals(from, to, most as usize);
    };
    let step = number * unit.seconds();
    // A step of a week on an axis of days only is read more easily in days.
    let shown = if unit == TimeUnit::Week && longest < 3.0 * TimeUnit::Week.seconds() { TimeUnit::Day } else { unit };
    let (first, last) = multiples(seconds(from), seconds(to), step);
    let ticks = (first..=last)
        .map(|index| {
            let at = index as f64 * step;
            Tick { value: at / 3600.0, label: fixed(at / shown.seconds(), 0) }
        })
        .collect();
    (ticks, shown)
}

/// Time ranges that no round step divides: below a second or beyond a lifetime.
fn time_in_decimals(from: f64, to: f64, most: usize) -> (Vec<Tick>, TimeUnit) {
    let unit = if to - from < 1.0 { TimeUnit::Second } else { TimeUnit::Week };
    let hours = unit.seconds() / 3600.0;
    let ticks = linear(from / hours, to / hours, most)
        .into_iter()
        .map(|tick| Tick { value: tick.value * hours, ..tick })
        .collect();
    (ticks, unit)
}

/// The landmarks of a logarithmic time axis, from coarse to fine; each label carries its unit.
const TIME_LANDMARKS: [&[(f64, TimeUnit)]; 3] = [
    &[
        (1.0, TimeUnit::Second),
        (1.0, TimeUnit::Minute),
        (1.0, TimeUnit::Hour),
        (1.0, TimeUnit::Day),
        (4.0, TimeUnit::Week),
    ],
    &[
        (1.0, TimeUnit::Second),
        (10.0, TimeUnit::Second),
        (1.0, TimeUnit::Minute),
        (10.0, TimeUnit::Minute),
        (1.0, TimeUnit::Hour),
        (6.0, TimeUnit::Hour),
        (1.0, TimeUnit::Day),
        (1.0, TimeUnit::Week),
        (4.0, TimeUnit::Week),
        (26.0, TimeUnit::Week),
        (104.0, TimeUnit::Week),
    ],
    &[
        (1.0, TimeUnit::Second),
        (3.0, TimeUnit::Second),
        (10.0, TimeUnit::Second),
        (30.0, TimeUnit::Second),
        (1.0, TimeUnit::Minute),
        (3.0, TimeUnit::Minute),
        (10.0, TimeUnit::Minute),
        (30.0, TimeUnit::Minute),
        (1.0, TimeUnit::Hour),
        (3.0, TimeUnit::Hour),
        (6.0, TimeUnit::Hour),
        (12.0, TimeUnit::Hour),
        (1.0, TimeUnit::Day),
        (3.0, TimeUnit::Day),
        (1.0, TimeUnit::Week),
        (2.0, TimeUnit::Week),
        (4.0, TimeUnit::Week),
    ],
];

/// Ticks of a logarithmic time axis in hours.
pub fn time_log(from: f64, to: f64, most: usize) -> Vec<Tick> {
    let within = |landmarks: &[(f64, TimeUnit)]| -> Vec<Tick> {
        landmarks
            .iter()
            .map(|&(number, unit)| Tick {
                value: number * unit.seconds() / 3600.0,
                label: format!("{}\u{2009}{}", fixed(number, 0), unit.symbol()),
            })
            .filter(|tick| tick.value >= from * (1.0 - 1e-9) && tick.value <= to * (1.0 + 1e-9))
            .collect()
    };
    let sets: Vec<Vec<Tick>> = TIME_LANDMARKS.iter().map(|landmarks| within(landmarks)).collect();
    let fitting = sets.iter().rev().find(|ticks| ticks.len() <= most.max(2) && ticks.len() >= 2);
    match fitting {
        Some(ticks) => ticks.clone(),
        None => sets.into_iter().find(|ticks| ticks.len() >= 2).unwrap_or_else(|| {
            let (ticks, unit) = time(from, to, most);
            ticks
                .into_iter()
                .map(|tick| Tick { label: format!("{}\u{2009}{}", tick.label, unit.symbol()), ..tick })
                .collect()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(ticks: &[Tick]) -> String {
        ticks.iter().filter(|tick| !tick.label.is_empty()).map(|tick| tick.label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn linear_steps_are_one_two_five() {
        assert_eq!(written(&linear(0.0, 100.0, 6)), "0 20 40 60 80 100");
        assert_eq!(written(&linear(0.0, 1.0, 3)), "0 0.5 1.0");
        assert_eq!(written(&linear(-1.2, 1.2, 5)), "−1.0 −0.5 0 0.5 1.0");
        assert_eq!(written(&linear(0.1, 0.4, 4)), "0.1 0.2 0.3 0.4");
        assert_eq!(linear(0.1, 0.4, 4)[2].value, 0.3);
        assert_eq!(written(&linear(0.0, 25_000.0, 4)), "0 10\u{2009}000 20\u{2009}000");
        assert_eq!(written(&linear(0.0, 3e6, 4)), "0 1×10⁶ 2×10⁶ 3×10⁶");
        assert_eq!(written(&linear(0.840_26, 0.840_28, 2)), "0.84026 0.84028");
        assert_eq!(written(&linear(0.0, 4e-5, 5)), "0 1×10⁻⁵ 2×10⁻⁵ 3×10⁻⁵ 4×10⁻⁵");
        assert_eq!(written(&linear(101.3, 101.9, 4)), "101.4 101.6 101.8");
    }

    #[test]
    fn log_labels_decades_and_leaves_minor_ticks_bare() {
        let ticks = log(1.0, 1000.0, 6);
        assert_eq!(written(&ticks), "1 10 100 1000");
        assert_eq!(ticks.len(), 4 + 3 * 8);
        assert_eq!(written(&log(1e-6, 1e6, 5)), "10⁻⁶ 10⁻³ 10⁰ 10³ 10⁶");
        assert_eq!(written(&log(0.02, 700.0, 6)), "0.1 1 10 100");
        assert_eq!(log(0.02, 700.0, 6)[0].value, 0.02);
    }

    #[test]
    fn log_under_two_decades_falls_back_to_one_two_five() {
        assert_eq!(written(&log(20.0, 600.0, 6)), "20 50 100 200 500");
        assert_eq!(written(&log(0.3, 20.0, 6)), "0.5 1 2 5 10 20");
        assert_eq!(written(&log(0.3, 20.0, 4)), "0.3 1 3 10");
        assert_eq!(written(&log(0.3, 20.0, 3)), "1 10");
        assert_eq!(written(&log(2.0, 9.0, 9)), "2 3 4 5 6 7 8 9");
        assert_eq!(written(&log(0.2, 0.9, 4)), "0.2 0.4 0.6 0.8");
    }

    #[test]
    fn symlog_has_zero_and_decades_on_both_sides() {
        assert_eq!(written(&symlog(-100.0, 1000.0, 1.0, 9)), "−100 −10 −1 0 1 10 100 1000");
        assert_eq!(written(&symlog(-100.0, 1000.0, 1.0, 5)), "−100 −1 0 10 1000");
        assert_eq!(written(&symlog(0.0, 100.0, 1.0, 5)), "0 1 10 100");
        assert_eq!(written(&symlog(-0.5, 0.5, 1.0, 3)), "−0.5 0 0.5");
    }

    #[test]
    fn time_is_round_in_the_unit_shown() {
        let shown = |from, to, most| {
            let (ticks, unit) = time(from, to, most);
            format!("{} {}", written(&ticks), unit.symbol())
        };
        assert_eq!(shown(0.0, 2.0, 5), "0 30 60 90 120 min");
        assert_eq!(shown(-0.5, 1.0, 4), "−30 0 30 60 min");
        assert_eq!(shown(0.0, 4.0, 5), "0 1 2 3 4 h");
        assert_eq!(shown(0.0, 24.0, 5), "0 6 12 18 24 h");
        assert_eq!(shown(0.0, 72.0, 5), "0 1 2 3 d");
        assert_eq!(shown(0.0, 168.0, 8), "0 1 2 3 4 5 6 7 d");
        assert_eq!(shown(0.0, 336.0, 3), "0 7 14 d");
        assert_eq!(shown(0.0, 672.0, 5), "0 1 2 3 4 wk");
        assert_eq!(shown(0.0, 30.0 / 3600.0, 4), "0 10 20 30 s");
        assert_eq!(shown(0.0, 1e-4, 4), "0 0.1 0.2 0.3 s");
        assert_eq!(shown(0.0, 52.0 * 168.0, 5), "0 13 26 39 52 wk");
    }

    #[test]
    fn logarithmic_time_names_its_landmarks() {
        let joined = |ticks: Vec<Tick>| written(&ticks).replace('\u{2009}', "");
        assert_eq!(joined(time_log(1.0 / 60.0, 672.0, 9)), "1min 10min 1h 6h 1d 1wk 4wk");
        assert_eq!(joined(time_log(1.0 / 60.0, 672.0, 4)), "1min 1h 1d 4wk");
        assert_eq!(joined(time_log(1.0, 24.0, 6)), "1h 3h 6h 12h 1d");
    }

    proptest! {
        #[test]
        fn ticks_ascend_within_the_range_and_are_not_too_many(
            from in -1e4..1e4_f64, length in 1e-3..1e5_f64, most in 2..12_usize,
        ) {
            let to = from + length;
            let slack = 1e-6 * length;
            for (ticks, limit) in [(linear(from, to, most), most), (time(from, to, most).0, most)] {
                prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value));
                prop_assert!(ticks.iter().all(|tick| tick.value >= from - slack && tick.value <= to + slack));
                prop_assert!(ticks.len() <= limit.max(2), "{ticks:?}");
                let mut labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
                labels.dedup();
                prop_assert_eq!(labels.len(), ticks.len(), "labels repeat: {:?}", ticks);
            }
        }

        #[test]
        fn log_ticks_ascend_within_the_range(start in -9..6_i32, head in 1.0..10.0_f64, span in 1.5..1e6_f64, most in 2..10_usize) {
            let from = head * power_of_ten(start);
            let to = from * span;
            let ticks = log(from, to, most);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value), "{ticks:?}");
            prop_assert!(ticks.iter().all(|tick| tick.value >= from * 0.999_999 && tick.value <= to * 1.000_001));
            prop_assert!(ticks.iter().any(|tick| !tick.label.is_empty()));
        }
    }
}
