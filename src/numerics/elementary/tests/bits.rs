//! The same bits alone and in lanes, with and without fused instructions, today and tomorrow; and the work it takes.

use super::Points;
use crate::numerics::arith::{Arith, Lanes, Scalar};
use crate::numerics::elementary::{self as own, kernels};

/// Random bit patterns (with all the NaNs and subnormals), and numbers of the sizes that models have.
fn argument(points: &mut Points, round: u32) -> f64 {
    match round % 4 {
        0 => f64::from_bits(points.bits()),
        1 => points.logarithmic(-1030, 1023),
        2 => points.uniform(-800.0, 800.0),
        _ => points.uniform(-3.0, 3.0),
    }
}

fn canonical(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }
}

/// Fowler, Noll and Vo's hash (FNV-1a) of a sequence of doubles.
struct Hash(u64);

impl Hash {
    fn add(&mut self, x: f64) {
        for byte in canonical(x).to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100000001b3);
        }
    }
}

const ROUNDS: u32 = 20_000;

macro_rules! check_unary {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            let mut points = Points(7);
            for round in 0..ROUNDS {
                let x: [f64; 8] = std::array::from_fn(|_| argument(&mut points, round));
                let eight = in_lanes(x);
                let four = kernels::$name(&mut Lanes::<4>, [x[0], x[1], x[2], x[3]]);
                for lane in 0..8 {
                    let alone = canonical(own::$name(x[lane]));
                    assert_eq!(canonical(eight[lane]), alone, "at {:e}", x[lane]);
                    assert_eq!(canonical(kernels::$name(&mut Scalar, x[lane])), alone, "at {:e}", x[lane]);
                    assert!(lane >= 4 || canonical(four[lane]) == alone, "at {:e}", x[lane]);
                }
            }

            /// As vector code on a processor that has it.
            fn in_lanes(x: [f64; 8]) -> [f64; 8] {
                #[cfg(target_arch = "x86_64")]
                if std::arch::is_x86_feature_detected!("avx512dq") {
                    #[target_feature(enable = "avx512f,avx512dq,fma")]
                    fn wide(x: [f64; 8]) -> [f64; 8] {
                        kernels::$name(&mut Lanes::<8>, x)
                    }
                    // SAFETY: the processor has these features, as was just asked.
                    return unsafe { wide(x) };
                }
                kernels::$name(&mut Lanes::<8>, x)
            }
        }
    )+};
}

mod lanes_are_bitwise_the_single_function {
    use super::*;

    check_unary!(exp, exp_m1, ln, ln_1p, log10, cbrt, sin, cos, tan, tanh, logistic, erf, normal_cdf);

    #[test]
    fn pow() {
        let mut points = Points(8);
        for round in 0..ROUNDS {
            let x: [f64; 8] = std::array::from_fn(|_| argument(&mut points, round));
            let y: [f64; 8] = std::array::from_fn(|_| argument(&mut points, round / 4));
            let powers = kernels::pow(&mut Lanes::<8>, x, y);
            for lane in 0..8 {
                let alone = canonical(own::pow(x[lane], y[lane]));
                assert_eq!(canonical(powers[lane]), alone, "{:e} to {:e}", x[lane], y[lane]);
                assert_eq!(canonical(kernels::pow(&mut Scalar, x[lane], y[lane])), alone);
                let of_size = own::pow_of_size(x[lane].abs(), y[lane]);
                assert_eq!(canonical(of_size), canonical(own::pow(x[lane].abs(), y[lane])));
            }
        }
    }

    #[test]
    fn fixed_powers() {
        let mut points = Points(9);
        for round in 0..ROUNDS / 8 {
            let x: [f64; 8] = std::array::from_fn(|_| argument(&mut points, round));
            for n in -9..10 {
                let whole = kernels::pow_integer(&mut Lanes::<8>, x, n);
                let half = kernels::pow_half_integer(&mut Lanes::<8>, x, n);
                for lane in 0..8 {
                    assert_eq!(canonical(whole[lane]), canonical(own::pow_integer(x[lane], n)));
                    assert_eq!(canonical(half[lane]), canonical(own::pow_half_integer(x[lane], n)));
                }
            }
        }
    }
}

#[test]
fn the_bits_are_frozen() {
    type Function = fn(f64) -> f64;
    let frozen: [(&str, Function, u64); 13] = [
        ("exp", own::exp, 0x65081d1e71d0e163),
        ("exp_m1", own::exp_m1, 0x2137858640679a02),
        ("ln", own::ln, 0xddf1bf89859a6d1e),
        ("ln_1p", own::ln_1p, 0x54c446f5dafa3787),
        ("log10", own::log10, 0xeff5a48dd3b1233f),
        ("cbrt", own::cbrt, 0xd1c80f6f626bc420),
        ("sin", own::sin, 0xa59c7f0994cba021),
        ("cos", own::cos, 0x821ce17d3ab51b94),
        ("tan", own::tan, 0x75c0c7b266b4eee3),
        ("tanh", own::tanh, 0xda2312005df3b525),
        ("logistic", own::logistic, 0xdf67c0a371782569),
        ("erf", own::erf, 0x77c715f9db9c6111),
        ("normal_cdf", own::normal_cdf, 0xbf15ef47c5ad9da1),
    ];
    for (name, function, want) in frozen {
        let (mut points, mut hash) = (Points(1), Hash(0xcbf29ce484222325));
        for round in 0..ROUNDS {
            hash.add(function(argument(&mut points, round)));
        }
        assert_eq!(hash.0, want, "{name}: {:#018x}", hash.0);
    }
    let (mut points, mut hash) = (Points(1), Hash(0xcbf29ce484222325));
    for round in 0..ROUNDS {
        let x = argument(&mut points, round);
        hash.add(own::pow(x, argument(&mut points, round / 4)));
        hash.add(own::pow(x.abs(), points.uniform(-9.0, 9.0)));
    }
    assert_eq!(hash.0, 0x88bcaa0cf7633d4f, "pow: {:#018x}", hash.0);
}

/// Counts operations and computes nothing. Constants are free.
#[derive(Default)]
struct Counter {
    operations: u32,
}

macro_rules! count {
    ($($name:ident($($argument:ident: $type:ty),+);)+) => {$(
        fn $name(&mut self, $($argument: $type),+) {
            $(let _ = $argument;)+
            self.operations += 1;
        }
    )+};
}

impl Arith for Counter {
    type Value = ();
    type Mask = ();
    fn constant(&mut self, _: f64) {}
    count! {
        add(a: (), b: ());
        sub(a: (), b: ());
        mul(a: (), b: ());
        div(a: (), b: ());
        sqrt(a: ());
        mul_add(a: (), b: (), c: ());
        mul_sub(a: (), b: (), c: ());
        neg_mul_add(a: (), b: (), c: ());
        floor(a: ());
        min(a: (), b: ());
        max(a: (), b: ());
        bit_and(a: (), b: ());
        bit_or(a: (), b: ());
        bit_xor(a: (), b: ());
        shift_left(a: (), count: u32);
        shift_right(a: (), count: u32);
        integer_add(a: (), b: ());
        integer_sub(a: (), b: ());
        less(a: (), b: ());
        equal(a: (), b: ());
        mask_and(a: (), b: ());
        mask_or(a: (), b: ());
        select(mask: (), yes: (), no: ());
    }
}

/// The hot loop of a simulation is made of these; a change of their cost must be seen.
#[test]
fn the_work_is_known() {
    let mut counts = Vec::new();
    let mut count = |name: &str, function: &dyn Fn(&mut Counter)| {
        let mut counter = Counter::default();
        function(&mut counter);
        counts.push(format!("{name} {}", counter.operations));
    };
    count("exp", &|a| kernels::exp(a, ()));
    count("ln", &|a| kernels::ln(a, ()));
    count("pow", &|a| kernels::pow(a, (), ()));
    count("pow_of_size", &|a| kernels::pow_of_size(a, (), ()));
    count("log10", &|a| kernels::log10(a, ()));
    count("cbrt", &|a| kernels::cbrt(a, ()));
    count("exp_m1", &|a| kernels::exp_m1(a, ()));
    count("ln_1p", &|a| kernels::ln_1p(a, ()));
    count("tanh", &|a| kernels::tanh(a, ()));
    count("logistic", &|a| kernels::logistic(a, ()));
    count("sin", &|a| kernels::sin(a, ()));
    count("cos", &|a| kernels::cos(a, ()));
    count("tan", &|a| kernels::tan(a, ()));
    count("erf", &|a| kernels::erf(a, ()));
    count("normal_cdf", &|a| kernels::normal_cdf(a, ()));
    count("pow_integer 3", &|a| kernels::pow_integer(a, (), 3));
    count("pow_half_integer 3", &|a| kernels::pow_half_integer(a, (), 3));
    assert_eq!(
        counts.join(", "),
        "exp 24, ln 35, pow 104, pow_of_size 89, log10 63, cbrt 89, exp_m1 39, ln_1p 45, tanh 50, logistic 51, sin 76, cos 74, tan 82, erf 121, normal_cdf 106, pow_integer 3 2, pow_half_integer 3 3"
    );
}
