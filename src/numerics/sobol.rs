//! The Sobol sequence: points that fill a cube more evenly than random ones, for sweeps and sensitivity analysis.
//!
//! Primitive polynomials and direction numbers are those of Joe and Kuo (2008, SIAM J. Sci. Comput. 30:2635), table
//! `new-joe-kuo-6.21201`, of which the first dimensions stand here.

use crate::numerics::random::Stream;

/// The largest number of dimensions.
pub const MAX_DIMENSIONS: usize = 21;

const BITS: usize = 32;

/// From the second dimension on: the inner coefficients of the primitive polynomial as bits, and the initial
/// direction numbers m_1, m_2, ..., as many as the polynomial's degree.
const JOE_KUO: [(u32, &[u32]); MAX_DIMENSIONS - 1] = [
    (0, &[1]),
    (1, &[1, 3]),
    (1, &[1, 3, 1]),
    (2, &[1, 1, 1]),
    (1, &[1, 1, 3, 3]),
    (4, &[1, 3, 5, 13]),
    (2, &[1, 1, 5, 5, 17]),
    (4, &[1, 1, 5, 5, 5]),
    (7, &[1, 1, 7, 11, 19]),
    (11, &[1, 1, 5, 1, 1]),
    (13, &[1, 1, 1, 3, 11]),
    (14, &[1, 3, 5, 5, 31]),
    (1, &[1, 3, 3, 9, 7, 49]),
    (13, &[1, 1, 1, 15, 21, 21]),
    (16, &[1, 3, 1, 13, 27, 49]),
    (19, &[1, 1, 1, 15, 7, 5]),
    (22, &[1, 3, 1, 15, 13, 25]),
    (25, &[1, 1, 5, 5, 19, 61]),
    (1, &[1, 3, 7, 11, 23, 15, 103]),
    (4, &[1, 3, 7, 13, 13, 15, 69]),
];

/// A Sobol sequence of up to [`MAX_DIMENSIONS`] dimensions and 2^32 points.
#[derive(Clone, Debug)]
pub struct Sobol {
    directions: Vec<[u32; BITS]>,
    shift: Vec<u32>,
}

impl Sobol {
    /// The sequence itself; `None` if `dimensions` is 0 or above [`MAX_DIMENSIONS`].
    pub fn new(dimensions: usize) -> Option<Sobol> {
        if dimensions == 0 || dimensions > MAX_DIMENSIONS {
            return None;
        }
        // The first dimension is van der Corput's sequence.
        let mut directions = vec![std::array::from_fn(|k| 1 << (BITS - 1 - k))];
        directions.extend(JOE_KUO[..dimensions - 1].iter().map(|(inner, initial)| direction_numbers(*inner, initial)));
        Some(Sobol { directions, shift: vec![0; dimensions] })
    }

    /// The sequence moved by a random digital shift, which keeps its evenness: several of these tell the error of an
    /// average over the points.
    #[must_use]
    pub fn shifted(mut self, stream: &mut Stream) -> Sobol {
        for shift in &mut self.shift {
            *shift = (stream.bits() >> 32) as u32;
        }
        self
    }

    /// How many coordinates a point has.
    pub fn dimensions(&self) -> usize {
        self.shift.len()
    }

    /// Writes point `index` (in Gray code order, as usual) into `point`, one coordinate a dimension.
    ///
    /// Each coordinate is the middle of its cell of width 2^-32, hence never 0 or 1, and may be given to a quantile
    /// function. The first 2^k points, for any k, are the even ones; stop at such a number.
    pub fn point(&self, index: u32, point: &mut [f64]) {
        let gray = index ^ (index >> 1);
        for ((coordinate, directions), shift) in point.iter_mut().zip(&self.directions).zip(&self.shift) {
            let bits = (0..BITS).filter(|k| gray >> k & 1 == 1).fold(*shift, |bits, k| bits ^ directions[k]);
            *coordinate = (f64::from(bits) + 0.5) * (1.0 / 4294967296.0);
        }
    }
}

/// The direction numbers of one dimension by the recurrence of its primitive polynomial (Joe and Kuo, equation 3).
fn direction_numbers(inner: u32, initial: &[u32]) -> [u32; BITS] {
    let degree = initial.len();
    let mut directions = [0; BITS];
    for k in 0..BITS {
        directions[k] = if k < degree {
            initial[k] << (BITS - 1 - k)
        } else {
            let start = directions[k - degree] ^ (directions[k - degree] >> degree);
            (1..degree).filter(|i| inner >> (degree - 1 - i) & 1 == 1).fold(start, |sum, i| sum ^ directions[k - i])
        };
    }
    directions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::Purpose;

    fn cells(sobol: &Sobol, index: u32) -> Vec<u32> {
        let mut point = vec![0.0; sobol.dimensions()];
        sobol.point(index, &mut point);
        point.iter().map(|x| (x * 4294967296.0) as u32).collect()
    }

    #[test]
    fn points_are_those_of_scipy() {
        // scipy.stats.qmc.Sobol(21, scramble=False, bits=32), which reads the whole table of Joe and Kuo.
        let sobol = Sobol::new(21).expect("21 dimensions");
        assert_eq!(
            cells(&sobol, 1000),
            [
                943718400, 415236096, 2227175424, 2906652672, 1203765248, 3896508416, 197132288, 3862953984,
                2151677952, 297795584, 364904448, 1094713344, 692060160, 1648361472, 616562688, 1589641216, 3091202048,
                1480589312, 4257218560, 3116367872, 2243952640
            ]
        );
        assert_eq!(
            cells(&sobol, 4095),
            [
                1048576, 4042260480, 1435500544, 3872391168, 4038066176, 338690048, 4077912064, 1678770176, 823132160,
                1058013184, 2446327808, 1380974592, 1584398336, 2232418304, 2366636032, 1789919232, 267386880,
                2616197120, 3492806656, 2238709760, 969932800
            ]
        );
        assert!(Sobol::new(0).is_none() && Sobol::new(22).is_none());
    }

    #[test]
    fn each_interval_holds_one_of_the_first_points_shifted_or_not() {
        let plain = Sobol::new(21).expect("21 dimensions");
        let shifted = plain.clone().shifted(&mut Stream::new(1, 0, Purpose::Design));
        for sobol in [plain, shifted] {
            let mut seen = vec![[false; 1024]; 21];
            for index in 0..1024 {
                for (dimension, cell) in cells(&sobol, index).into_iter().enumerate() {
                    let interval = (cell >> 22) as usize;
                    assert!(!seen[dimension][interval], "twice in interval {interval} of dimension {dimension}");
                    seen[dimension][interval] = true;
                }
            }
        }
    }

    #[test]
    fn an_integral_in_ten_dimensions_converges_faster_than_by_chance() {
        // The integral of the product of (1 + (x_i - 1/2) / 2) over the cube is 1.
        let sobol = Sobol::new(10).expect("ten dimensions");
        let mut point = [0.0; 10];
        let count = 1 << 14;
        let total: f64 = (0..count)
            .map(|index| {
                sobol.point(index, &mut point);
                point.iter().map(|x| 1.0 + 0.5 * (x - 0.5)).product::<f64>()
            })
            .sum();
        // The standard error of as many random points would be 4e-3.
        assert!((total / f64::from(count) - 1.0).abs() < 2e-4);
    }
}
