//! Summaries of samples that fit in memory: order statistics, moments, bootstrap intervals.
//!
//! What does not fit goes through [`quantile_sketch`](crate::numerics::quantile_sketch).

use crate::numerics::random::Stream;

/// The quantile `p` (0 to 1) of a sample, which is reordered; `None` if it is empty or holds a NaN.
///
/// Type 7 of Hyndman and Fan (1996, Am. Statistician 50:361), the default of R and NumPy: linear between the order
/// statistics at `(n - 1) p`. A `p` outside 0 and 1 counts as the nearer of these.
pub fn quantile(sample: &mut [f64], p: f64) -> Option<f64> {
    if sample.is_empty() || sample.iter().any(|x| x.is_nan()) {
        return None;
    }
    let position = (sample.len() - 1) as f64 * p.clamp(0.0, 1.0);
    let below = position.floor() as usize;
    let (_, lower, above) = sample.select_nth_unstable_by(below, f64::total_cmp);
    let lower = *lower;
    let upper = above.iter().copied().min_by(f64::total_cmp).unwrap_or(lower);
    Some(between(lower, upper, position - below as f64))
}

/// `lower + fraction (upper - lower)`, exact at the ends and where both are equal (infinities, say).
pub(super) fn between(lower: f64, upper: f64, fraction: f64) -> f64 {
    if fraction == 0.0 || lower == upper { lower } else { lower + fraction * (upper - lower) }
}

/// The median of a sample, which is reordered; `None` if it is empty or holds a NaN.
pub fn median(sample: &mut [f64]) -> Option<f64> {
    quantile(sample, 0.5)
}

/// Count, mean and variance of numbers that pass by one at a time.
///
/// Welford (1962, Technometrics 4:419), which does not cancel; two of them merge by Chan, Golub and LeVeque (1983).
/// The last bits depend on the order: threads keep one for each fixed block and merge them in the blocks' order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes in one number.
    pub fn push(&mut self, x: f64) {
        self.count += 1;
        let difference = x - self.mean;
        self.mean += difference / self.count as f64;
        self.squares += difference * (x - self.mean);
    }

    /// Takes in all that `other` has.
    pub fn merge(&mut self, other: &Moments) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (own, others) = (self.count as f64, other.count as f64);
        let difference = other.mean - self.mean;
        self.mean += difference * (others / (own + others));
        self.squares += other.squares + difference * difference * (own * others / (own + others));
        self.count += other.count;
    }

    /// How many numbers there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The arithmetic mean; `None` without numbers.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The unbiased variance, over `count - 1`; `None` with fewer than two numbers.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The square root of the variance; `None` with fewer than two numbers.
    pub fn standard_deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }
}

impl Extend<f64> for Moments {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, numbers: I) {
        for x in numbers {
            self.push(x);
        }
    }
}

/// The percentile bootstrap interval of a statistic (Efron 1979, Ann. Statist. 7:1).
///
/// `statistic` is evaluated on `resamples` samples drawn with replacement (it may reorder what it is given); the
/// interval holds the middle `level` (0.95, say) of the values. `None` if there is no sample, no resample, or a value
/// is NaN or missing.
pub fn bootstrap_interval(
    sample: &[f64],
    mut statistic: impl FnMut(&mut [f64]) -> Option<f64>,
    level: f64,
    resamples: usize,
    stream: &mut Stream,
) -> Option<(f64, f64)> {
    if sample.is_empty() || resamples == 0 {
        return None;
    }
    let mut drawn = vec![0.0; sample.len()];
    let mut values = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        for place in &mut drawn {
            *place = sample[stream.below(sample.len() as u64) as usize];
        }
        values.push(statistic(&mut drawn)?);
    }
    let tail = 0.5 * (1.0 - level);
    Some((quantile(&mut values, tail)?, quantile(&mut values, 1.0 - tail)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::Purpose;
    use proptest::prelude::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R: quantile(c(3, 1, 4, 1, 5, 9, 2, 6), c(0, .1, .25, .5, .9, 1))
        for (p, value) in [(0.0, 1.0), (0.1, 1.0), (0.25, 1.75), (0.5, 3.5), (0.9, 6.9), (1.0, 9.0)] {
            let mut sample = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
            let got = quantile(&mut sample, p).expect("a sample");
            assert!((got - value).abs() < 1e-15, "{p}: {got}");
        }
        assert_eq!(median(&mut [2.0, 1.0]), Some(1.5));
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [1.0, f64::NAN]), None);
        assert_eq!(median(&mut [f64::INFINITY, f64::INFINITY]), Some(f64::INFINITY));
    }

    #[test]
    fn the_variance_does_not_cancel() {
        let mut moments = Moments::default();
        moments.extend([1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert_eq!((moments.mean(), moments.variance()), (Some(1e9 + 10.0), Some(30.0)));
        assert_eq!(Moments::default().mean(), None);
        assert_eq!(Moments::default().variance(), None);
    }

    #[test]
    fn nine_of_ten_intervals_hold_the_truth() {
        // Means of 30 uniform numbers: the interval of level 0.9 must cover 0.5 about nine times in ten.
        let mut covered = 0;
        for individual in 0..400 {
            let mut stream = Stream::new(5, individual, Purpose::Test);
            let sample: Vec<f64> = (0..30).map(|_| stream.uniform()).collect();
            let mean = |values: &mut [f64]| Some(values.iter().sum::<f64>() / values.len() as f64);
            let (low, high) = bootstrap_interval(&sample, mean, 0.9, 200, &mut stream).expect("a sample");
            covered += u32::from(low <= 0.5 && 0.5 <= high);
        }
        assert!((330..=382).contains(&covered), "{covered} of 400");
    }

    proptest! {
        #[test]
        fn merged_moments_are_those_of_the_whole(numbers in prop::collection::vec(-1e3f64..1e3, 2..60), cut in 0usize..60) {
            let cut = cut.min(numbers.len());
            let (mut whole, mut left, mut right) = (Moments::default(), Moments::default(), Moments::default());
            whole.extend(numbers.iter().copied());
            left.extend(numbers[..cut].iter().copied());
            right.extend(numbers[cut..].iter().copied());
            left.merge(&right);
            prop_assert_eq!(left.count(), whole.count());
            prop_assert!((left.mean().unwrap() - whole.mean().unwrap()).abs() < 1e-10);
            prop_assert!((left.variance().unwrap() - whole.variance().unwrap()).abs() < 1e-8);
        }

        #[test]
        fn a_quantile_splits_the_sample(mut sample in prop::collection::vec(-1e3f64..1e3, 1..60), p in 0.0f64..1.0) {
            let value = quantile(&mut sample, p).unwrap();
            let n = sample.len() as f64;
            let below = sample.iter().filter(|x| **x < value).count() as f64;
            let not_above = sample.iter().filter(|x| **x <= value).count() as f64;
            prop_assert!(below <= (n - 1.0) * p + 1.0 && not_above >= (n - 1.0) * p);
        }
    }
}
