//! Zeros, infinities, NaN, the ends of the range, identities that must hold exactly, and points rounded by MPFR.

use crate::numerics::elementary as own;

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Equal to the bit, except that a NaN is a NaN.
#[track_caller]
fn assert_same(got: f64, want: f64) {
    let same = got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
    assert!(same, "{got:e} is not {want:e}");
}

#[test]
fn the_ends_are_as_ieee_754_has_them() {
    type Function = fn(f64) -> f64;
    // at -infinity, -0, 0, infinity
    let ends: [(Function, [f64; 4]); 15] = [
        (own::exp, [0.0, 1.0, 1.0, INFINITY]),
        (own::exp_m1, [-1.0, -0.0, 0.0, INFINITY]),
        (own::ln, [NAN, -INFINITY, -INFINITY, INFINITY]),
        (own::ln_1p, [NAN, -0.0, 0.0, INFINITY]),
        (own::log10, [NAN, -INFINITY, -INFINITY, INFINITY]),
        (own::cbrt, [-INFINITY, -0.0, 0.0, INFINITY]),
        (own::sin, [NAN, -0.0, 0.0, NAN]),
        (own::cos, [NAN, 1.0, 1.0, NAN]),
        (own::tan, [NAN, -0.0, 0.0, NAN]),
        (own::tanh, [-1.0, -0.0, 0.0, 1.0]),
        (own::logistic, [0.0, 0.5, 0.5, 1.0]),
        (own::erf, [-1.0, -0.0, 0.0, 1.0]),
        (own::normal_cdf, [0.0, 0.5, 0.5, 1.0]),
        (|x| own::pow_half_integer(x, 1), [NAN, 0.0, 0.0, INFINITY]),
        (|x| own::pow_half_integer(x, -3), [NAN, INFINITY, INFINITY, 0.0]),
    ];
    for (function, values) in ends {
        for (x, value) in [-INFINITY, -0.0, 0.0, INFINITY].into_iter().zip(values) {
            assert_same(function(x), value);
        }
        assert_same(function(NAN), NAN);
    }
}

#[test]
fn small_numbers_are_their_own_sine() {
    for x in [5e-324, 1e-310, f64::MIN_POSITIVE, 1e-200, 1e-17] {
        for function in [own::sin, own::tan, own::tanh, own::exp_m1, own::ln_1p] {
            assert_same(function(x), x);
            assert_same(function(-x), -x);
        }
        assert_same(own::exp(x), 1.0);
        assert_same(own::cos(x), 1.0);
        assert_same(own::logistic(x), 0.5);
    }
}

#[test]
fn overflow_and_underflow_begin_where_they_must() {
    // The largest argument with a finite exponential, and the smallest with one that is not zero.
    assert!(own::exp(709.782712893384).is_finite());
    assert_same(own::exp(709.7827128933841), INFINITY);
    assert_same(own::exp(-745.1332191019411), 5e-324);
    assert_same(own::exp(-745.1332191019412), 0.0);
    assert_same(own::exp_m1(1e300), INFINITY);
    assert_same(own::exp(1e300), INFINITY);
    assert_same(own::exp(-1e300), 0.0);
    assert_same(own::ln(f64::MAX), 709.782712893384);
    assert_same(own::ln(5e-324), -744.4400719213812);
    assert_same(own::pow(2.0, 1023.0), f64::MAX / (2.0 - f64::EPSILON));
    assert_same(own::pow(2.0, 1024.0), INFINITY);
    assert_same(own::pow(2.0, -1074.0), 5e-324);
    assert_same(own::pow(2.0, -1076.0), 0.0);
    assert_same(own::pow(-10.0, 309.0), -INFINITY);
    assert_same(own::pow(-10.0, -325.0), -0.0);
    assert_same(own::ln(-1e-300), NAN);
    assert_same(own::ln_1p(-1.0), -INFINITY);
    assert_same(own::ln_1p(-1.5), NAN);
    assert_same(own::sin(own::TRIGONOMETRIC_LIMIT), NAN);
    assert!(own::sin(own::TRIGONOMETRIC_LIMIT - 1.0).abs() <= 1.0);
    assert_same(own::normal_cdf(-38.4), 6.4e-323);
    assert_same(own::normal_cdf(-39.0), 0.0);
    assert_same(own::normal_cdf(8.5), 1.0);
}

#[test]
fn powers_have_the_special_cases_of_ieee_754() {
    // Section 9.2.1, in its order.
    for x in [-INFINITY, -2.0, -0.0, 0.0, 1.0, INFINITY, NAN] {
        assert_same(own::pow(x, 0.0), 1.0);
        assert_same(own::pow(x, -0.0), 1.0);
        assert_same(own::pow_integer(x, 0), 1.0);
    }
    for y in [-INFINITY, -2.5, -0.0, 3.0, INFINITY, NAN] {
        assert_same(own::pow(1.0, y), 1.0);
    }
    for (x, y, value) in [
        (-0.0, -3.0, -INFINITY),
        (0.0, -3.0, INFINITY),
        (-0.0, -INFINITY, INFINITY),
        (-0.0, -2.0, INFINITY),
        (-0.0, -2.5, INFINITY),
        (-0.0, 3.0, -0.0),
        (0.0, 3.0, 0.0),
        (-0.0, 2.0, 0.0),
        (-0.0, 0.5, 0.0),
        (-1.0, INFINITY, 1.0),
        (-1.0, -INFINITY, 1.0),
        (0.5, INFINITY, 0.0),
        (-0.5, -INFINITY, INFINITY),
        (1.5, INFINITY, INFINITY),
        (-1.5, -INFINITY, 0.0),
        (INFINITY, 0.5, INFINITY),
        (INFINITY, -0.5, 0.0),
        (-INFINITY, 3.0, -INFINITY),
        (-INFINITY, 2.0, INFINITY),
        (-INFINITY, 0.5, INFINITY),
        (-INFINITY, -3.0, -0.0),
        (-INFINITY, -2.5, 0.0),
        (-8.0, 1.0 / 3.0, NAN),
        (-8.0, NAN, NAN),
        (NAN, 2.0, NAN),
        (-2.0, 3.0, -8.0),
        (-2.0, 4.0, 16.0),
        (-1.0, 9007199254740991.0, -1.0),
        (-1.0, 9007199254740992.0, 1.0),
        (-1.0, 1e300, 1.0),
        (10.0, 1e300, INFINITY),
        (10.0, -1e300, 0.0),
        (0.0, 5e-324, 0.0),
        (7.0, 5e-324, 1.0),
    ] {
        assert_same(own::pow(x, y), value);
    }
}

#[test]
fn exact_results_are_exact() {
    for n in 0..23 {
        let power = (0..n).fold(1.0, |power, _| power * 10.0);
        assert_same(own::pow(10.0, f64::from(n)), power);
        assert_same(own::pow_integer(10.0, n), power);
        assert_same(own::log10(power), f64::from(n));
    }
    for n in -1022..1024 {
        let power = f64::from_bits(((n + 1023) as u64) << 52);
        assert_same(own::pow(2.0, f64::from(n)), power);
        assert_same(own::pow_integer(2.0, n), power);
    }
    for n in -2000i32..2000 {
        let x = f64::from(n);
        assert_same(own::cbrt(x * x * x), x);
        assert_same(own::pow(x, 2.0), x * x);
        assert_same(own::pow_integer(x, 3), x * x * x);
        assert_same(own::pow_half_integer(x.abs(), 3), x.abs() * x.abs().sqrt());
        assert_same(own::pow(x.abs(), 1.0), x.abs());
        assert_same(own::pow(x * x, 0.5), x.abs());
    }
}

#[test]
fn functions_that_rise_do_not_fall_between_neighbors() {
    let rising: [fn(f64) -> f64; 6] = [own::exp, own::ln_1p, own::tanh, own::logistic, own::normal_cdf, own::cbrt];
    for function in rising {
        for start in [-0.7, -0.35, 0.0001, 0.3466, 0.87, 1.04, 4.0] {
            let mut x: f64 = start;
            for _ in 0..2000 {
                let next = x + x.abs() * 1e-14;
                assert!(function(next) >= function(x), "falls after {x:e}");
                x = next;
            }
        }
    }
}

/// Each line: function, bits of the arguments, bits of the result rounded to nearest by MPFR 4.2.2.
const CORRECTLY_ROUNDED: &str = include_str!("correctly_rounded.txt");

#[test]
fn no_result_is_more_than_one_double_from_the_correctly_rounded() {
    let (mut count, mut off) = (0, 0);
    for line in CORRECTLY_ROUNDED.lines() {
        let mut words = line.split_whitespace();
        let name = words.next().expect("a function");
        let numbers: Vec<f64> =
            words.map(|word| f64::from_bits(u64::from_str_radix(word, 16).expect("bits"))).collect();
        let (arguments, want) = numbers.split_at(numbers.len() - 1);
        let got = match (name, arguments) {
            ("exp", [x]) => own::exp(*x),
            ("exp_m1", [x]) => own::exp_m1(*x),
            ("ln", [x]) => own::ln(*x),
            ("ln_1p", [x]) => own::ln_1p(*x),
            ("log10", [x]) => own::log10(*x),
            ("cbrt", [x]) => own::cbrt(*x),
            ("sin", [x]) => own::sin(*x),
            ("cos", [x]) => own::cos(*x),
            ("tan", [x]) => own::tan(*x),
            ("tanh", [x]) => own::tanh(*x),
            ("logistic", [x]) => own::logistic(*x),
            ("erf", [x]) => own::erf(*x),
            ("normal_cdf", [x]) => own::normal_cdf(*x),
            ("pow", [x, y]) => own::pow(*x, *y),
            _ => panic!("an unknown line: {line}"),
        };
        let steps = got.to_bits().abs_diff(want[0].to_bits());
        assert!(steps <= 1, "{name} of {arguments:?} is {got:e}, not {:e}", want[0]);
        count += 1;
        off += steps;
    }
    assert!(count > 2000);
    // Within one unit most results are the correctly rounded ones.
    assert!(off * 4 < count, "{off} of {count} are not correctly rounded");
}
