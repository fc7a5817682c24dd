//! Streams of random numbers, one for each purpose of each individual.
//!
//! A stream is keyed by (seed, individual, purpose) and by nothing else, so the draws of an individual do not depend
//! on the thread that makes them, on its neighbors, or on what else was drawn. The bits come from ChaCha with twelve
//! rounds, whose output is specified; what is made of them uses our own elementary functions.

use crate::numerics::elementary::exp;
use crate::numerics::normal_quantile::normal_quantile;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What the numbers of a stream are for. The number of each is part of every stream's key and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The parameters of an individual of a population.
    Parameters = 1,
    /// The covariates of an individual: weight, age.
    Covariates = 2,
    /// Resampling for intervals.
    Bootstrap = 3,
    /// Start points of a search or a fit.
    Search = 4,
    /// Points of a sweep or of a sensitivity analysis.
    Design = 5,
    /// Error of measurement.
    Measurement = 6,
    /// Tests.
    Test = 7,
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha12Rng);

impl Stream {
    /// The stream of one purpose of one individual. Different keys give streams that share nothing.
    pub fn new(seed: u64, individual: u64, purpose: Purpose) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&individual.to_le_bytes());
        key[16..24].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[24..].copy_from_slice(b"kascade1");
        Stream(ChaCha12Rng::from_seed(key))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform between 0 and 1, and neither: one of the 2^52 odd multiples of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        let steps = self.bits() >> 12;
        (steps as f64 + 0.5) * (1.0 / 4503599627370496.0)
    }

    /// Uniform among the whole numbers below `count`, without bias (Lemire 2019, ACM TOMACS 29:3); 0 if `count` is.
    pub fn below(&mut self, count: u64) -> u64 {
        if count == 0 {
            return 0;
        }
        let surplus = count.wrapping_neg() % count;
        loop {
            let product = u128::from(self.bits()) * u128::from(count);
            if product as u64 >= surplus {
                return (product >> 64) as u64;
            }
        }
    }

    /// Standard normal, by inversion: one uniform number each, so that the stream's position is always known.
    ///
    /// The extremes are 8.2 standard deviations out.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// Lognormal with this median; `sigma` is the standard deviation of the logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::elementary::{ln, normal_cdf};
    use crate::numerics::statistics::Moments;

    const COUNT: usize = 100_000;

    #[test]
    fn the_first_numbers_are_frozen() {
        // Computed apart from this crate: the bits by a plain ChaCha of twelve rounds, the rest in 40 digits.
        let mut stream = Stream::new(42, 7, Purpose::Parameters);
        assert_eq!([stream.bits(), stream.bits()], [14612248981172596793, 17245000653830424054]);
        assert_eq!(stream.uniform(), 0.6940182023781915);
        // Rounded correctly it would end in 6.
        assert_eq!(stream.normal(), 0.13260500229414798);
        assert_eq!(stream.lognormal(20.0, 0.3), 21.781919907174917);
        assert_eq!(stream.below(1000), 278);
    }

    #[test]
    fn each_part_of_the_key_makes_another_stream() {
        let first = |seed, individual, purpose| Stream::new(seed, individual, purpose).bits();
        let mut numbers = [
            first(1, 1, Purpose::Parameters),
            first(2, 1, Purpose::Parameters),
            first(1, 2, Purpose::Parameters),
            first(1, 1, Purpose::Covariates),
        ];
        numbers.sort_unstable();
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(first(1, 2, Purpose::Test), first(1, 2, Purpose::Test));
    }

    /// The largest distance of an empirical distribution from the true one, times the root of the count
    /// (Kolmogorov); above 1.95 with a probability of one in a thousand.
    fn kolmogorov(mut numbers: Vec<f64>, distribution: impl Fn(f64) -> f64) -> f64 {
        numbers.sort_unstable_by(f64::total_cmp);
        let n = numbers.len() as f64;
        let distance = numbers.iter().enumerate().fold(0.0f64, |largest, (rank, x)| {
            let p = distribution(*x);
            largest.max((p - rank as f64 / n).abs()).max((p - (rank + 1) as f64 / n).abs())
        });
        distance * n.sqrt()
    }

    #[test]
    fn draws_have_their_distributions() {
        let mut stream = Stream::new(3, 0, Purpose::Test);
        assert!(kolmogorov((0..COUNT).map(|_| stream.uniform()).collect(), |x| x) < 1.95);
        assert!(kolmogorov((0..COUNT).map(|_| stream.normal()).collect(), normal_cdf) < 1.95);
        let lognormal = |x| normal_cdf(ln(x / 20.0) / 0.3);
        assert!(kolmogorov((0..COUNT).map(|_| stream.lognormal(20.0, 0.3)).collect(), lognormal) < 1.95);
        let dice = (0..COUNT).map(|_| stream.below(6) as f64);
        let mut counts = [0u32; 6];
        dice.for_each(|face| counts[face as usize] += 1);
        // Five standard deviations of a binomial count.
        assert!(counts.iter().all(|count| (f64::from(*count) - COUNT as f64 / 6.0).abs() < 590.0), "{counts:?}");
        assert_eq!(stream.below(1), 0);
        assert_eq!(stream.below(0), 0);
    }

    #[test]
    fn the_first_numbers_of_neighboring_individuals_are_independent() {
        let first: Vec<f64> =
            (0..COUNT as u64).map(|individual| Stream::new(9, individual, Purpose::Parameters).normal()).collect();
        let mut products = Moments::default();
        products.extend(first.windows(2).map(|pair| pair[0] * pair[1]));
        // Mean 0 and standard deviation 1 for independent standard normals.
        assert!(products.mean().unwrap().abs() * (COUNT as f64).sqrt() < 3.5);
        assert!(kolmogorov(first, normal_cdf) < 1.95);
    }
}
