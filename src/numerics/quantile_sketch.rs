//! Quantiles of a stream of any length in fixed memory.
//!
//! A histogram whose bins are doubles with the same leading bits. It begins with all the bits, so that small samples
//! are exact, and each time there are more bins than room, every bin is joined with its neighbor by dropping a bit.
//! What is left therefore depends on the set of numbers alone: not on their order, nor on how threads divided them.

use super::statistics::between;

/// A mergeable histogram of doubles with at most a fixed number of bins.
///
/// A number keeps its sign, its exponent and as many leading bits of its fraction as room allows, so every order
/// statistic is known to within the relative width of a bin, 2^-bits ([`QuantileSketch::relative_error`]). Numbers
/// that spread over `d` doublings in a sketch of `n` bins get at least `log2(n / d) - 1` bits: 1,024 bins give a
/// percent over ten doublings. Within a bin the numbers are taken to be evenly spread, which in practice gains
/// another order of magnitude.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantileSketch {
    capacity: usize,
    /// How many of the low bits of the keys are dropped.
    dropped: u32,
    /// Ordered keys without their dropped bits, with the count of each.
    bins: Vec<(i64, u64)>,
    count: u64,
    missing: u64,
}

/// An integer for each double, in the same order; minus zero counts as zero.
fn key_of(x: f64) -> i64 {
    let bits = (x + 0.0).to_bits() as i64;
    // The bits of negative doubles rise as the doubles fall.
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn number_of(key: i64) -> f64 {
    f64::from_bits((key ^ (((key >> 63) as u64) >> 1) as i64) as u64)
}

impl QuantileSketch {
    /// An empty sketch of at most `capacity` bins (at least two) of sixteen bytes each.
    pub fn new(capacity: usize) -> QuantileSketch {
        QuantileSketch { capacity: capacity.max(2), dropped: 0, bins: Vec::new(), count: 0, missing: 0 }
    }

    /// Takes in one number. NaN is counted apart, see [`QuantileSketch::missing`].
    pub fn push(&mut self, x: f64) {
        if x.is_nan() {
            self.missing += 1;
            return;
        }
        self.count += 1;
        let key = key_of(x) >> self.dropped;
        match self.bins.binary_search_by_key(&key, |bin| bin.0) {
            Ok(at) => self.bins[at].1 += 1,
            Err(at) => {
                self.bins.insert(at, (key, 1));
                self.fit();
            }
        }
    }

    /// Takes in all that `other` has. The capacity becomes the smaller of the two.
    pub fn merge(&mut self, other: &QuantileSketch) {
        self.capacity = self.capacity.min(other.capacity);
        self.count += other.count;
        self.missing += other.missing;
        let dropped = self.dropped.max(other.dropped);
        self.coarsen(dropped);
        let shift = dropped - other.dropped;
        let mut merged: Vec<(i64, u64)> = Vec::with_capacity(self.bins.len() + other.bins.len());
        let mut others = other.bins.iter().map(|bin| (bin.0 >> shift, bin.1)).peekable();
        for bin in &self.bins {
            while let Some(earlier) = others.next_if(|earlier| earlier.0 <= bin.0) {
                add_bin(&mut merged, earlier);
            }
            add_bin(&mut merged, *bin);
        }
        for rest in others {
            add_bin(&mut merged, rest);
        }
        self.bins = merged;
        self.fit();
    }

    fn fit(&mut self) {
        while self.bins.len() > self.capacity {
            self.coarsen(self.dropped + 1);
        }
    }

    /// Drops bits until `dropped` are gone.
    fn coarsen(&mut self, dropped: u32) {
        let shift = dropped - self.dropped;
        if shift == 0 {
            return;
        }
        self.dropped = dropped;
        for bin in &mut self.bins {
            bin.0 >>= shift;
        }
        self.bins.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 += later.1;
            }
            same
        });
    }

    /// How many numbers were taken in, without NaN.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many of the numbers were NaN.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// The largest possible error of an order statistic, relative to it: 0 while the sample is kept exactly.
    pub fn relative_error(&self) -> f64 {
        // Exponents so low or high that dropping bits reaches them have bins of a doubling or more.
        if self.dropped == 0 { 0.0 } else { f64::from_bits(u64::from(1023 + self.dropped - 52) << 52) }
    }

    /// The quantile `p` (0 to 1) of the numbers taken in, of type 7 as [`quantile`](super::statistics::quantile);
    /// `None` if there were none.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let last = self.count.checked_sub(1)?;
        let position = last as f64 * p.clamp(0.0, 1.0);
        let below = position.floor();
        let lower = self.order_statistic(below as u64)?;
        let upper = self.order_statistic((below as u64 + 1).min(last))?;
        Some(between(lower, upper, position - below))
    }

    /// The number that `rank` numbers precede, as well as it is known.
    fn order_statistic(&self, rank: u64) -> Option<f64> {
        let mut before = 0;
        for &(key, count) in &self.bins {
            if rank < before + count {
                // Wide enough for two bins that have all keys between them.
                let (least, width) = (i128::from(key) << self.dropped, 1_i128 << self.dropped);
                // The middle of its share of the bin; keys are locally linear in the number. Beyond the infinities lie
                // the keys of NaN, which was never taken in.
                let share = ((rank - before) as f64 + 0.5) / count as f64;
                let key = least + (share * width as f64) as i128;
                let (lowest, highest) = (key_of(f64::NEG_INFINITY), key_of(f64::INFINITY));
                return Some(number_of(key.clamp(lowest.into(), highest.into()) as i64));
            }
            before += count;
        }
        None
    }
}

fn add_bin(bins: &mut Vec<(i64, u64)>, bin: (i64, u64)) {
    match bins.last_mut() {
        Some(last) if last.0 == bin.0 => last.1 += bin.1,
        _ => bins.push(bin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{Purpose, Stream};
    use crate::numerics::statistics::quantile;
    use proptest::prelude::*;

    fn sketch(capacity: usize, numbers: &[f64]) -> QuantileSketch {
        let mut sketch = QuantileSketch::new(capacity);
        for x in numbers {
            sketch.push(*x);
        }
        sketch
    }

    #[test]
    fn a_population_of_lognormals_is_summarized_within_its_promise() {
        let mut stream = Stream::new(1, 0, Purpose::Test);
        let mut numbers: Vec<f64> = (0..200_000).map(|_| stream.lognormal(40.0, 0.5)).collect();
        let sketch = sketch(512, &numbers);
        assert!(sketch.relative_error() <= 1.0 / 32.0);
        for p in [0.0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0] {
            let exact = quantile(&mut numbers, p).unwrap();
            let error = (sketch.quantile(p).unwrap() / exact - 1.0).abs();
            assert!(error <= sketch.relative_error(), "{p}: {error}");
            // In the dense middle the even spread within a bin does much better.
            assert!(!(0.01..=0.99).contains(&p) || error < 1e-3, "{p}: {error}");
        }
    }

    #[test]
    fn zeros_nothing_and_nan_are_kept_apart() {
        let empty = QuantileSketch::new(8);
        assert_eq!((empty.quantile(0.5), empty.count()), (None, 0));
        let zeros = sketch(8, &[0.0, -0.0, f64::NAN, 1e3, 1e-3]);
        assert_eq!((zeros.quantile(0.0), zeros.quantile(1.0)), (Some(0.0), Some(1e3)));
        assert_eq!((zeros.count(), zeros.missing()), (4, 1));
    }

    #[test]
    fn infinities_stay_where_they_are() {
        for capacity in [2, 3, 8, 64, 512] {
            let finite = (1..=600).map(|n| f64::from(n) / 600.0);
            let numbers: Vec<f64> = finite.flat_map(|x| [f64::NEG_INFINITY, x, f64::INFINITY]).collect();
            let sketch = sketch(capacity, &numbers);
            // Of fewer bins one holds an infinity and more.
            if capacity >= 64 {
                assert_eq!([0.0, 0.3].map(|p| sketch.quantile(p)), [Some(f64::NEG_INFINITY); 2]);
                assert_eq!([0.7, 1.0].map(|p| sketch.quantile(p)), [Some(f64::INFINITY); 2]);
            }
            let middle = sketch.quantile(0.5).unwrap();
            assert!(!middle.is_nan() && (capacity < 512 || (middle - 0.5).abs() < 0.05), "{capacity}: {middle}");
        }
    }

    proptest! {
        #[test]
        fn small_samples_are_exact(mut numbers in prop::collection::vec(-1e9f64..1e9, 1..64), p in 0.0f64..1.0) {
            prop_assert_eq!(sketch(64, &numbers).quantile(p), quantile(&mut numbers, p));
        }

        #[test]
        fn order_and_partition_do_not_matter(
            numbers in prop::collection::vec(prop_oneof![-1e3f64..1e3, 0.0f64..1e-3, Just(0.0), any::<f64>()], 0..200),
            cut in 0usize..200,
        ) {
            let whole = sketch(16, &numbers);
            let (left, right) = numbers.split_at(cut.min(numbers.len()));
            let mut merged = sketch(16, right);
            merged.merge(&sketch(16, left));
            prop_assert_eq!(&merged, &whole);
            let reversed: Vec<f64> = numbers.iter().rev().copied().collect();
            prop_assert_eq!(&sketch(16, &reversed), &whole);
            prop_assert!(whole.bins.len() <= 16);
        }

        #[test]
        fn keys_have_the_order_of_their_numbers(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(key_of(a).cmp(&key_of(b)), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(number_of(key_of(a)), a);
        }
    }
}
