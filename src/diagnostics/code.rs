//! Every kind of fault, with its number, its one-line title and its explanation.
//!
//! Numbers are grouped and never reused: K00 file and syntax, K01 keys and names, K02 units, K03 structure
//! of a model, K04 doses and regimens, K05 values and sources, K06 figures, K07 evidence, K08 solving,
//! K09 event tables, K10 command line and files.

/// Declares the closed list once; number, title and explanation cannot drift apart.
macro_rules! codes {
    ($( $(#[$meta:meta])* $name:ident = $number:literal, $title:literal, $explanation:literal; )*) => {
        /// A kind of fault. Its number is what users see and look up with `kascade explain`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $( $(#[$meta])* #[doc = $title] $name, )* }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$( Code::$name, )*];

            /// The number, as `K0203`.
            pub fn number(self) -> &'static str { match self { $( Code::$name => $number, )* } }

            /// One line: what kind of fault it is.
            pub fn title(self) -> &'static str { match self { $( Code::$name => $title, )* } }

            /// A paragraph or more: why it is a fault, and how it is mended, with an example.
            pub fn explanation(self) -> &'static str { match self { $( Code::$name => $explanation, )* } }
        }
    };
}

codes! {
    // K00: the file and its syntax
    TomlSyntax = "K0001", "the file is not valid TOML",
        "A model file is TOML (https://toml.io). The place where reading stopped making sense is underlined.\nCommon causes: a string without its closing quote, a key given twice, a table `{ }` broken over lines without commas.\n\n    V1 = { value = 20, unit = \"L }      # the quote is missing\n    V1 = { value = 20, unit = \"L\" }     # right";
    UnknownVersion = "K0002", "unknown version of the model format",
        "The first line of a model file names the version of the format, `kascade = 1`. This program reads version 1 and refuses others rather than misread them.";
    ModelNotFound = "K0003", "no model of that name",
        "MODEL is the name of a built-in model (`kascade list` prints them) or the path of a file. A path is recognized by a `/` or by its ending `.toml`.";
    ExtendsCycle = "K0004", "overlays extend each other in a circle",
        "`extends` names the model that an overlay changes. Following the names must end at a model that extends nothing.";
    TooLarge = "K0005", "the model is too large",
        "There are limits, far above what a readable model needs, so that a broken file ends in a message and not in a hang.";

    // K01: keys and names
    UnknownKey = "K0101", "a key that means nothing here",
        "Each section of a model file has a fixed set of keys (`docs/model-file.md`). A key outside it is most often a slip of spelling, and a silently ignored `vaule = 3` would be a wrong model, so it is an error.";
    UnknownName = "K0102", "a name that nothing in the model bears",
        "Expressions may use states, parameters, quantities, `time` and `pi`. Case matters: `CL` is not `cl`.";
    DuplicateName = "K0103", "a name is used twice",
        "States, parameters and quantities share one set of names, since expressions see them all. Routes, regimens, perturbations, events and figures have a set of names each.";
    BadName = "K0104", "not a valid name",
        "A name is a letter followed by letters, digits and `_`. `time` and `pi` are reserved, and so are the names of functions.";
    WrongType = "K0105", "a value of the wrong type",
        "The key wants another type of TOML value: text stands in quotes, numbers do not, lists stand in brackets.";
    MissingKey = "K0106", "a required key is missing",
        "The entry cannot be understood without this key.";
    ExpressionSyntax = "K0107", "the expression cannot be read",
        "Expressions use `+ - * / ^`, comparisons, `and or not`, `if(c, a, b)`, and functions such as `exp`, `min` and `hill(x, k, n)`. A literal carries its unit in brackets: `642 [ng/mL]`.";
    UnknownFunction = "K0108", "no such function",
        "The functions are listed in `docs/model-file.md`. Models cannot define functions of their own in this version.";
    WrongArguments = "K0109", "a function with the wrong number of arguments",
        "Each function takes a fixed number of arguments (`min` and `max` two or more).";

    // K02: units
    UnknownUnit = "K0201", "no such unit",
        "Units are written like `mg/L`, `1/h`, `umol/L`, `L/(h*kg)`. `docs/model-file.md` lists them all. A number without a unit has the unit `1`.";
    UnitMismatch = "K0202", "units do not agree",
        "Both sides of `+`, `-`, a comparison, and both branches of `if` must have the same dimension; a quantity's expression must have the dimension of its declared unit; a rate of change that of the state per time.\nOnly the dimension counts: mg/L and ng/mL agree, and the factor between them is applied for you. The message names what would reconcile the two: a molar mass, a volume, a time.";
    MassForAmount = "K0203", "a mass where an amount of substance is meant, or the other way round",
        "Milligrams and micromoles meet only through a declared molar mass, never through a bare number:\n\n    [parameters]\n    MW = { value = 237.73, unit = \"g/mol\", about = \"molar mass of ketamine\", source = \"...\" }\n    [quantities]\n    C_molar = { is = \"C / MW\", unit = \"umol/L\" }      # C in ng/mL; no power of ten needed";
    NeedsDimensionless = "K0204", "an argument must have no dimension",
        "`exp`, `ln`, `log10`, `sin`, `tanh`, `logistic` and exponents take pure numbers: divide by a scale of the same unit first, as in `exp(-time / tau)`.";
    HandConversion = "K0205", "a conversion factor written by hand",
        "Every declared unit is converted for you, so a bare 1000, 60, 3600, 24 or 7 that multiplies a quantity with a dimension is nearly always a conversion done twice. Drop the factor; if the number is meant, make it a parameter with a unit.";
    BooleanMismatch = "K0206", "a truth value where a number is meant, or the other way round",
        "A comparison is true or false. Use `if(condition, a, b)` to turn it into a number, and a comparison to turn a number into a condition.";
    BadQuantity = "K0207", "not a number with a unit",
        "Quantities in strings carry their unit: `\"0.5 mg/kg\"`, `\"40 min\"`, `\"4h\"`.";
    BadPower = "K0208", "a power whose dimension cannot be known",
        "A quantity with a dimension may be raised only to a constant power. With a variable exponent, divide by a scale first: `(C / C50)^n`.";

    // K03: the structure of a model
    Cycle = "K0301", "quantities that define each other in a circle",
        "Quantities are named expressions and may stand in any order, but following their names must end. A value that depends on its own past is a state.";
    UnknownSpecies = "K0302", "a reaction names something that is no state",
        "`equation = \"U + 2 X -> B\"` names states; everything else that matters for the speed belongs in `rate`.";
    BadEquation = "K0303", "the reaction's equation cannot be read",
        "Write `A + 2 B -> C`. An empty side means nothing is there: `-> A` makes A, `A ->` removes it. The coefficient of a species is a positive number.";
    TwoRates = "K0304", "a state stands both in reactions and in derivatives",
        "Either reactions say how a state changes, or a derivative does. With both it would be unclear whether they add up.";
    EventNeverFires = "K0305", "an event that can never fire",
        "An event fires when its condition turns from false to true. This condition compares things that never change, or is constant.";
    OverlayMissing = "K0306", "an overlay changes or removes something that is not there",
        "`remove` and named entries of an overlay speak of entries of the model it extends. `kascade show BASE` prints them.";
    TimeInSteady = "K0307", "explicit time in a model that starts in its steady state",
        "`start = \"steady\"` solves for the state in which nothing changes; with `time` in an equation there is none. Use `start = \"given\"`, or make the time dependence a perturbation or a dose.";
    NoStates = "K0308", "a model without states",
        "There is nothing to integrate. Declare at least one state, or say which model this overlay `extends`.";
    NeverChanges = "K0309", "a state that nothing changes",
        "The state stands in no reaction, derivative, route or event. If it is meant as a constant, make it a parameter.";
    Unused = "K0310", "a parameter that nothing uses",
        "No expression, dose, event or perturbation reads this parameter, so changing it changes nothing.";
    MixedMolarMass = "K0311", "a reaction counted in mass between states of different substances",
        "In `A -> B` one unit of A becomes one unit of B. Between substances of different molar mass that holds for amounts (umol), not for masses (mg).";
    UnknownTarget = "K0312", "an assignment to something that cannot be assigned",
        "Events set states and parameters, perturbations set parameters and clamp states. Quantities are computed and cannot be set.";
    ReferencesQuantity = "K0313", "this expression may use parameters only",
        "Starts, route properties and perturbations are worked out before anything is integrated, so they cannot depend on states or quantities that change.";

    // K04: doses
    UnknownRoute = "K0401", "no such route",
        "A dose names one of the model's `[routes]`, which say into which state it goes.";
    NoWeight = "K0402", "a dose per kilogram in a model without `weight`",
        "`mg/kg` is read as \"per kilogram of body weight\" and multiplied by the parameter `weight`:\n\n    [parameters]\n    weight = { value = 70, unit = \"kg\", about = \"body weight\", covariate = true }";
    BadDose = "K0403", "a dose that cannot be given",
        "An amount must not be negative; `over`, `rate`, `every` and `times` must be positive; `over` and `rate` exclude each other.";
    DoseSyntax = "K0404", "the dose cannot be read",
        "Write `ROUTE AMOUNT [over TIME | rate RATE] [at TIME] [every TIME [times N | until TIME]]`, as in `iv 0.5 mg/kg over 40 min at 0 h every 48 h times 6`.";
    UnknownRegimen = "K0405", "no such regimen",
        "`kascade list` prints the regimens of each model.";
    UnknownPerturbation = "K0406", "no such perturbation",
        "`kascade list` prints the perturbations of each model.";
    DoseUnit = "K0407", "a dose in a unit that does not fit its route",
        "The amount must have the dimension of the state it goes into (or a mass, where the route declares a `molar_mass` and the state counts amounts); a rate is an amount per time.";
    BadRoute = "K0408", "a route that cannot be followed",
        "`into` names a state, or a table of states with their shares of one dose.";

    // K05: values and sources
    OutOfRange = "K0501", "a parameter outside its range",
        "`range` holds the published or plausible range in the parameter's own unit. A value outside it is a slip, or the range is wrong.";
    NoSource = "K0502", "a number without a source",
        "Every parameter names where its value comes from: `source = \"kamp2020\"` (an entry of `[sources]`), or `assumed = \"why\"`. `kascade check` counts both.";
    UnknownSource = "K0503", "no such source",
        "`source` names an entry of `[sources]`.";
    NotFinite = "K0504", "not a finite number",
        "Values must be finite: no `inf`, no `nan`.";
    NakedLiteral = "K0505", "a number in an equation without a source",
        "A literal other than 0, 1, 2, 1/2 and small integer exponents is a parameter in disguise. Give it a name, a unit and a source, so that it can be changed, varied and cited.";
    BadValue = "K0506", "a value that makes no sense here",
        "The value is of the right type but outside what the key can mean.";

    // K06: figures
    BadFigure = "K0601", "a figure that cannot be drawn as asked",
        "The figure's description contradicts itself or the model.";
    UnknownFigure = "K0602", "no such figure",
        "`kascade list` prints the figures of each model. `plot` without `--figure` draws the first.";

    // K07: evidence
    BadEvidence = "K0701", "a statement of evidence that cannot be scored",
        "A statement names its runs, what is measured, and its rows in the evidence tables. Something in it is missing or contradicts the model.";
    UnknownRow = "K0702", "no such row of evidence",
        "Rows are named by the `id` column of the tables in `models/evidence`.";
    UnknownOutcome = "K0703", "no such outcome",
        "Outcomes are `at(x, t)`, `peak(x)`, `tpeak(x)`, `trough(x)`, `mean(x, a, b)`, `auc(x, a, b)`, `auc_inf(x)`, `half_life(x)`, `time_above(x, level)`, `first_time(condition)`, and the aliases `Cmax`, `tmax`, `Cmin`.";

    // K08: solving
    SolverFailed = "K0801", "the solver could not go on",
        "The message names the state that gave trouble, its equation, the time, and what to try: a looser `--rtol`, a parameter that is zero or huge, an event that fires again and again.";
    NoSteadyState = "K0802", "no steady state was found",
        "`start = \"steady\"` looks for a state in which nothing changes. None was found from the given starts: something grows without bound, or oscillates.";
    NotANumber = "K0803", "a rate that is not a number",
        "A rate of change became NaN or infinite: a division by zero, the logarithm or root of a negative number.";
    NegativeState = "K0804", "a state went below zero by more than the tolerance",
        "The solver allows dips of the size of the tolerance. A larger one means that the equations themselves drive the state negative.";

    // K09: event tables
    BadTable = "K0901", "the event table cannot be read",
        "Event tables follow NONMEM: columns ID TIME AMT RATE II ADDL SS EVID CMT in any order and case. The line and column at fault are named; nothing is solved until the whole table makes sense.";

    // K10: command line and files
    CannotRead = "K1001", "a file cannot be read",
        "The operating system's own reason is given.";
    CannotWrite = "K1002", "a file cannot be written",
        "The operating system's own reason is given. Nothing is left under the final name: output is written beside it and moved into place when complete.";
    BadArgument = "K1003", "an argument that makes no sense",
        "The command line was understood, but a value in it was not.";
    UnknownFormat = "K1004", "an output format that is not known",
        "The ending of `-o` decides the format: .csv, .json, .svg, .png, .pdf, and .gif for what moves.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.number())
    }
}

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let wanted = text.trim().to_ascii_uppercase();
        Code::ALL.iter().copied().find(|code| code.number() == wanted).ok_or(UnknownCode)
    }
}

/// The text is no code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such code; codes look like K0203")]
pub struct UnknownCode;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_ordered() {
        for pair in Code::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number(), "{} before {}", pair[0], pair[1]);
        }
        for code in Code::ALL {
            assert_eq!(code.number().parse::<Code>(), Ok(*code));
            assert!(code.explanation().len() > 20);
        }
    }
}
