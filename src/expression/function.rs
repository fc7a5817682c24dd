//! The functions that an expression may call.

/// A function of one or more numbers. Definitions are in [`super::evaluate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    Exp,
    Ln,
    Log10,
    Sqrt,
    Abs,
    Min,
    Max,
    Floor,
    Ceil,
    Sin,
    Cos,
    Tan,
    Tanh,
    Logistic,
    NormalCdf,
    Hill,
}

impl Function {
    /// All functions, in the order of the reference page.
    pub const ALL: [Function; 16] = [
        Function::Exp,
        Function::Ln,
        Function::Log10,
        Function::Sqrt,
        Function::Abs,
        Function::Min,
        Function::Max,
        Function::Floor,
        Function::Ceil,
        Function::Sin,
        Function::Cos,
        Function::Tan,
        Function::Tanh,
        Function::Logistic,
        Function::NormalCdf,
        Function::Hill,
    ];

    /// As it is written in an expression.
    pub fn name(self) -> &'static str {
        match self {
            Function::Exp => "exp",
            Function::Ln => "ln",
            Function::Log10 => "log10",
            Function::Sqrt => "sqrt",
            Function::Abs => "abs",
            Function::Min => "min",
            Function::Max => "max",
            Function::Floor => "floor",
            Function::Ceil => "ceil",
            Function::Sin => "sin",
            Function::Cos => "cos",
            Function::Tan => "tan",
            Function::Tanh => "tanh",
            Function::Logistic => "logistic",
            Function::NormalCdf => "normal_cdf",
            Function::Hill => "hill",
        }
    }

    /// The function of a name.
    pub fn named(name: &str) -> Option<Function> {
        Function::ALL.into_iter().find(|function| function.name() == name)
    }

    /// The least and the greatest number of arguments; `None` for no upper limit.
    pub fn arity(self) -> (usize, Option<usize>) {
        match self {
            Function::Min | Function::Max => (2, None),
            Function::Hill => (3, Some(3)),
            _ => (1, Some(1)),
        }
    }
}

/// What outcomes and only outcomes may call, with their aliases; listed here so that one of them in a model's equation
/// gets a message of its own.
pub(super) const OUTCOMES: [&str; 15] = [
    "at",
    "peak",
    "tpeak",
    "trough",
    "mean",
    "auc",
    "auc_inf",
    "half_life",
    "time_above",
    "first_time",
    "Cmax",
    "tmax",
    "Cmin",
    "AUC",
    "AUC_inf",
];

/// Names that other languages use for functions of ours, and what to write instead.
pub(super) fn foreign_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "log" => "`ln(x)`, or `log10(x)` for base ten",
        "pow" | "power" => "`x^n`",
        "fabs" | "ABS" => "`abs(x)`",
        "ceiling" => "`ceil(x)`",
        "sigmoid" | "expit" | "inv_logit" => "`logistic(x)`",
        "phi" | "Phi" | "erf" | "pnorm" => "`normal_cdf(x)`",
        "log2" => "`ln(x) / ln(2)`",
        "exp2" => "`2^x`",
        "sinh" => "`(exp(x) - exp(-x)) / 2`",
        "cosh" => "`(exp(x) + exp(-x)) / 2`",
        "piecewise" | "ifelse" | "select" | "where" => "`if(condition, a, b)`",
        "heaviside" | "step" => "`if(x > 0, 1, 0)`",
        _ => return None,
    })
}
