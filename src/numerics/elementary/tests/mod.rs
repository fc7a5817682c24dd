//! What is promised of the elementary functions: accuracy, special values, the same bits everywhere.

mod accuracy;
mod bits;
mod reference;
mod special;

/// A plain generator for test points (Steele, Lea and Flood 2014, SplitMix64), so that they never change.
struct Points(u64);

impl Points {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }

    /// Uniform on an interval.
    fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * ((self.bits() >> 11) as f64 * (0.5f64 / (1u64 << 52) as f64))
    }

    /// Of either sign, with an exponent uniform between two and a random fraction.
    fn logarithmic(&mut self, least: i32, greatest: i32) -> f64 {
        let bits = self.bits();
        let exponent = least + (self.bits() % (greatest - least + 1) as u64) as i32;
        let size = f64::from_bits(((exponent + 1023) as u64) << 52 | bits >> 12);
        if bits & 1 == 0 { size } else { -size }
    }
}
