//! What can be wrong with a dose, as data with a cause and a hint.

use crate::diagnostics::{Code, Diagnostic, Place};
use crate::numerics::float_text::number_text;
use crate::units::QuantityError;
use std::fmt;

/// A fault and the place it is at.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseError {
    /// What is wrong.
    pub fault: Box<DoseFault>,
    /// Where, if the dose came from a text.
    pub place: Option<Place>,
}

/// A property of a route that its model works out of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteProperty {
    /// NONMEM: F.
    Fraction,
    /// NONMEM: ALAG.
    Lag,
    /// NONMEM: D.
    Duration,
    /// NONMEM: R.
    Rate,
    /// Turns mass into amount.
    MolarMass,
}

impl RouteProperty {
    /// The key in the model file.
    pub fn name(self) -> &'static str {
        match self {
            RouteProperty::Fraction => "fraction",
            RouteProperty::Lag => "lag",
            RouteProperty::Duration => "duration",
            RouteProperty::Rate => "rate",
            RouteProperty::MolarMass => "molar_mass",
        }
    }
}

/// What can be wrong with a dose.
#[derive(Debug, Clone, PartialEq)]
pub enum DoseFault {
    /// No dose where one is wanted.
    Empty,
    /// The route is not one of the model's.
    UnknownRoute { name: String, nearest: Option<String>, known: Vec<String> },
    /// A word that means nothing in a dose, and how what it seems to say is written.
    Stray { word: String, instead: String },
    /// The amount comes before the route.
    RouteLast { instead: String },
    /// A keyword of a dose stands twice.
    Repeated { key: &'static str },
    /// Nothing follows a keyword.
    NoValue { key: &'static str },
    /// A number with a unit cannot be read, or is of the wrong kind. `nearest` is a keyword that a stray word resembles.
    Quantity { key: &'static str, error: QuantityError, nearest: Option<&'static str> },
    /// The unit of an amount or a rate is not one of its route.
    WrongUnit {
        route: String,
        found: String,
        found_is: String,
        wanted: String,
        wanted_is: String,
        hint: Option<String>,
    },
    /// The dose says neither how much nor how long at which rate.
    NoAmount,
    /// A number of doses that is no positive whole number.
    NotACount { text: String },
    /// A number below zero.
    Negative { key: &'static str, value: f64 },
    /// A number that is zero or below.
    NotPositive { key: &'static str, value: f64 },
    /// Two keys that exclude each other.
    Conflict { first: &'static str, second: &'static str },
    /// A key that means nothing without `every`.
    WithoutEvery { key: &'static str },
    /// The last dose would come before the first.
    UntilBeforeStart,
    /// A dose per kilogram, and no parameter `weight`.
    NoWeight,
    /// The weight is not a positive number.
    BadWeight { value: f64 },
    /// The route declares both a duration and a rate, and the dose does not choose.
    RouteDeclaresBoth { route: String },
    /// A property of the route has a value that no dose can have.
    BadProperty { route: String, property: RouteProperty, value: f64 },
    /// A table asks for a property that the route does not declare.
    NoProperty { route: String, property: RouteProperty },
    /// A perturbation sets something to what is no number.
    BadSetting { perturbation: String },
    /// The product of amount, fraction, weight and so on is beyond the numbers.
    NotFinite,
    /// The interval is lost in the rounding of the times, or far too many doses are under way.
    IntervalTooShort { interval: f64 },
    /// Doses that share a steady state have intervals without a common multiple.
    SteadyIntervals,
}

impl DoseFault {
    /// With a place.
    pub fn at(self, place: Option<Place>) -> DoseError {
        DoseError { fault: Box::new(self), place }
    }

    /// The code it is looked up by.
    pub fn code(&self) -> Code {
        match self {
            DoseFault::UnknownRoute { .. } => Code::UnknownRoute,
            DoseFault::NoWeight => Code::NoWeight,
            DoseFault::Empty
            | DoseFault::Repeated { .. }
            | DoseFault::NoValue { .. }
            | DoseFault::Stray { .. }
            | DoseFault::RouteLast { .. } => Code::DoseSyntax,
            DoseFault::Quantity { nearest: Some(_), .. } => Code::DoseSyntax,
            DoseFault::Quantity { error: QuantityError::Unit(_), .. } => Code::UnknownUnit,
            DoseFault::Quantity { error: QuantityError::Mismatch { .. }, .. } | DoseFault::WrongUnit { .. } => {
                Code::DoseUnit
            }
            DoseFault::Quantity { .. } => Code::BadQuantity,
            DoseFault::RouteDeclaresBoth { .. } | DoseFault::BadProperty { .. } | DoseFault::NoProperty { .. } => {
                Code::BadRoute
            }
            _ => Code::BadDose,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            DoseFault::Empty => "write `ROUTE AMOUNT`, as `iv 0.5 mg/kg over 40 min`".into(),
            DoseFault::UnknownRoute { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            DoseFault::UnknownRoute { known, .. } if known.is_empty() => "the model declares no `[routes]`".into(),
            DoseFault::UnknownRoute { known, .. } => format!("the model's routes are {}", quoted(known)),
            DoseFault::Stray { instead, .. } | DoseFault::RouteLast { instead } => format!("write {instead}"),
            DoseFault::Repeated { .. } => "separate several doses by `;`".into(),
            DoseFault::NoValue { key: "times" } => "write a number of doses, as `times 6`".into(),
            DoseFault::NoValue { key: "rate" } => "write a rate, as `rate 10 mg/h`".into(),
            DoseFault::NoValue { key } => format!("write a time, as `{key} 4 h`"),
            DoseFault::Quantity { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            DoseFault::Quantity { key, error: QuantityError::Mismatch { .. }, .. } => {
                format!("write a time, as `{key} 40 min`")
            }
            DoseFault::Quantity { error, .. } => return error.hint(),
            DoseFault::WrongUnit { hint, .. } => return hint.clone(),
            DoseFault::NoAmount => "give an amount (`50 mg`), or a `rate` together with `over`".into(),
            DoseFault::NotACount { .. } => "`times` is the number of doses in all, the first one included".into(),
            DoseFault::Negative { .. } => "to take something away, write it into the model".into(),
            DoseFault::NotPositive { key: "over", .. } => "leave `over` out for a dose given at once".into(),
            DoseFault::NotPositive { .. } => return None,
            DoseFault::Conflict { first: "over", second: "rate" } => {
                "an amount with `over` or with `rate`, or `rate` and `over` without an amount".into()
            }
            DoseFault::Conflict { .. } => "leave one of them out".into(),
            DoseFault::WithoutEvery { key: "steady" } => {
                "add the interval of the doses before, as `every 24 h`; an endless infusion is `rate 10 mg/h steady`"
                    .into()
            }
            DoseFault::WithoutEvery { .. } => "add the interval, as `every 24 h`".into(),
            DoseFault::UntilBeforeStart => "doses are given from `at` on and before `until`".into(),
            DoseFault::NoWeight => {
                "add `weight = { value = 70, unit = \"kg\", about = \"body weight\" }` to `[parameters]`".into()
            }
            DoseFault::BadWeight { .. } => return None,
            DoseFault::RouteDeclaresBoth { .. } => "say `over`, `rate` or `bolus` in the dose".into(),
            DoseFault::BadProperty { property, .. } => match property {
                RouteProperty::Fraction => "a fraction is 0 or more",
                RouteProperty::Lag => "a lag is 0 or more",
                RouteProperty::Duration => "a duration is above 0; leave it out for a dose given at once",
                RouteProperty::Rate => "a rate is above 0",
                RouteProperty::MolarMass => "a molar mass is above 0",
            }
            .into(),
            DoseFault::NoProperty { property, .. } => {
                format!("declare `{} = \"...\"` on the route, an expression of parameters", property.name())
            }
            DoseFault::NotFinite | DoseFault::BadSetting { .. } => return None,
            DoseFault::IntervalTooShort { .. } => "check the units of the interval".into(),
            DoseFault::SteadyIntervals => "intervals such as 12 h and 24 h have a common multiple".into(),
        })
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for DoseFault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DoseFault::Empty => write!(to, "a dose is missing"),
            DoseFault::UnknownRoute { name, .. } => write!(to, "the model has no route `{name}`"),
            DoseFault::Stray { word, .. } => write!(to, "unknown word `{word}` in a dose"),
            DoseFault::RouteLast { .. } => write!(to, "the route comes first"),
            DoseFault::Repeated { key } => write!(to, "`{key}` stands twice in one dose"),
            DoseFault::NoValue { key } => write!(to, "nothing follows `{key}`"),
            DoseFault::Quantity { key, error, .. } => write!(to, "{key}: {error}"),
            DoseFault::WrongUnit { route, found, found_is, wanted, wanted_is, .. } => {
                write!(to, "`{found}` is {found_is}, but route `{route}` takes `{wanted}` ({wanted_is})")
            }
            DoseFault::NoAmount => write!(to, "the dose has no amount"),
            DoseFault::NotACount { text } => write!(to, "`times {text}` is no positive whole number"),
            DoseFault::Negative { key, value } => {
                write!(to, "the {} must not be negative, but is {}", noun(key), number_text(*value))
            }
            DoseFault::NotPositive { key, value } => {
                write!(to, "the {} must be above zero, but is {}", noun(key), number_text(*value))
            }
            DoseFault::Conflict { first, second } => write!(to, "`{first}` and `{second}` exclude each other here"),
            DoseFault::WithoutEvery { key } => write!(to, "`{key}` means nothing without `every`"),
            DoseFault::UntilBeforeStart => write!(to, "`until` is not after the first dose"),
            DoseFault::NoWeight => write!(to, "a dose per kilogram needs the parameter `weight`"),
            DoseFault::BadWeight { value } => {
                write!(to, "a dose per kilogram needs a positive `weight`, but it is {}", number_text(*value))
            }
            DoseFault::RouteDeclaresBoth { route } => {
                write!(to, "route `{route}` declares both a `duration` and a `rate`, and the dose does not choose")
            }
            DoseFault::BadProperty { route, property, value } => {
                write!(to, "the {} of route `{route}` is {}", property.name(), number_text(*value))
            }
            DoseFault::NoProperty { route, property } => {
                write!(to, "route `{route}` declares no `{}`", property.name())
            }
            DoseFault::BadSetting { perturbation } => {
                write!(to, "an expression of perturbation `{perturbation}` is no finite number")
            }
            DoseFault::NotFinite => write!(to, "the dose is beyond the range of numbers"),
            DoseFault::IntervalTooShort { interval } => {
                write!(to, "an interval of {} h is too short for this schedule", number_text(*interval))
            }
            DoseFault::SteadyIntervals => {
                write!(to, "doses that share one steady state have intervals without a common multiple")
            }
        }
    }
}

/// What a key holds, in a sentence.
fn noun(key: &str) -> String {
    match key {
        "amount" => "amount".into(),
        key => format!("value of `{key}`"),
    }
}

impl DoseError {
    /// As a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.fault.code(), self.fault.to_string()).hint_if(self.fault.hint());
        match &self.place {
            Some(place) => diagnostic.at(place, ""),
            None => diagnostic,
        }
    }
}

impl fmt::Display for DoseError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(to)
    }
}

impl std::error::Error for DoseError {}
