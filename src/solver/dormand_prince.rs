//! Dense output of the explicit methods of Dormand and Prince, from the stages that `ode_solvers` evaluates: that crate
//! makes outputs at evenly spaced times only, and the solution between them is needed.
//!
//! Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", second edition, II.6, and the codes DOPRI5
//! and DOP853 that go with it, whose symbols are kept. Coefficients and nothing else.

/// Stages of the method of order 5 that are evaluated in a step; the last is the rate at its end.
pub const STAGES_5: usize = 6;
/// Stages of the method of order 8 that are evaluated in a step: eleven, the rate at its end, and three for the dense
/// output.
pub const STAGES_8: usize = 15;

/// Weights of the rates `k_1` to `k_7` in the highest coefficient of order 5's dense output.
pub const D_5: [f64; STAGES_5 + 1] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

/// Weights of the rates `k_1` to `k_16` in the four highest coefficients of order 8's dense output.
pub const D_8: [[f64; STAGES_8 + 1]; 4] = [
    [
        -8.428938276109013,
        0.0,
        0.0,
        0.0,
        0.0,
        0.5667149535193777,
        -3.0689499459498917,
        2.38466765651207,
        2.117034582445028,
        -0.871391583777973,
        2.2404374302607883,
        0.6315787787694688,
        -0.08899033645133331,
        18.148505520854727,
        -9.194632392478356,
        -4.436036387594894,
    ],
    [
        10.427508642579134,
        0.0,
        0.0,
        0.0,
        0.0,
        242.28349177525817,
        165.20045171727028,
        -374.5467547226902,
        -22.113666853125306,
        7.733432668472264,
        -30.674084731089398,
        -9.332130526430229,
        15.697238121770845,
        -31.139403219565178,
        -9.35292435884448,
        35.81684148639408,
    ],
    [
        19.985053242002433,
        0.0,
        0.0,
        0.0,
        0.0,
        -387.0373087493518,
        -189.17813819516758,
        527.8081592054236,
        -11.57390253995963,
        6.8812326946963,
        -1.0006050966910838,
        0.7777137798053443,
        -2.778205752353508,
        -60.19669523126412,
        84.32040550667716,
        11.99229113618279,
    ],
    [
        -25.69393346270375,
        0.0,
        0.0,
        0.0,
        0.0,
        -154.18974869023643,
        -231.5293791760455,
        357.6391179106141,
        93.40532418362432,
        -37.45832313645163,
        104.0996495089623,
        29.8402934266605,
        -43.53345659001114,
        96.32455395918828,
        -39.17726167561544,
        -149.72683625798564,
    ],
];
