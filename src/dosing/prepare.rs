//! From what a record asks to what is given: weight, molar mass, fraction, and whose rule decides rate and duration.

use super::error::{DoseError, DoseFault, RouteProperty};
use super::schedule::{Amount, Setup};
use super::steady::Shape;
use super::timeline::Rule;
use crate::diagnostics::Place;

/// Internal mass units (mg) in the kilogram of `/kg`.
const KILOGRAM: f64 = 1e6;

/// What a record asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub route: usize,
    pub amount: Amount,
    pub input: Input,
    /// The interval of repetition; read only if there are additional doses or a steady state.
    pub interval: f64,
    /// How many further doses (NONMEM: ADDL).
    pub additional: u32,
    pub place: Option<Place>,
}

/// How the dose of a record enters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Input {
    Bolus,
    Route,
    Over(f64),
    Rate(Amount),
    TableRate(f64),
    /// NONMEM: RATE -1.
    RouteRate,
    /// NONMEM: RATE -2.
    RouteDuration,
    Endless(Amount),
    EndlessTable(f64),
    /// NONMEM: AMT 0, RATE -1, SS 1.
    EndlessRouteRate,
}

/// What is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prepared {
    pub route: usize,
    /// All that arrives of one dose.
    pub amount: f64,
    pub shape: Shape,
    pub fraction: f64,
    pub lag: f64,
    pub interval: f64,
    pub rule: Rule,
}

impl Prepared {
    /// Rate and duration, of an infusion.
    pub fn infusion(&self) -> Option<(f64, f64)> {
        match self.shape {
            Shape::Bolus { .. } => None,
            Shape::Infusion { rate, duration } => Some((rate, duration)),
        }
    }
}

/// Works an order out with the parameters that hold at its record.
///
/// # Errors
/// A property of the route that no dose can have, or a missing or impossible weight.
pub(super) fn prepare(order: &Order, setup: &Setup, parameters: &[f64]) -> Result<Prepared, DoseError> {
    let desk = Desk { order, setup, parameters };
    let fraction = desk.property(RouteProperty::Fraction)?;
    let lag = desk.property(RouteProperty::Lag)?;
    let given = || Ok(desk.resolve(order.amount)? * fraction);
    let kept_duration = |duration: f64, rule: Rule| -> Result<_, DoseError> {
        let amount = given()?;
        Ok((amount, Shape::Infusion { rate: amount / duration, duration }, rule))
    };
    let kept_rate = |rate: f64, rule: Rule| -> Result<_, DoseError> {
        let amount = given()?;
        Ok((amount, Shape::Infusion { rate, duration: amount / rate }, rule))
    };
    let endless = |rate: f64| (f64::INFINITY, Shape::Infusion { rate, duration: f64::INFINITY }, Rule::Endless);
    let at_once = || -> Result<_, DoseError> {
        let amount = given()?;
        Ok((amount, Shape::Bolus { amount }, Rule::Bolus))
    };
    let (amount, shape, rule) = match order.input {
        Input::Bolus => at_once()?,
        Input::Route => match (desk.declares(RouteProperty::Duration), desk.declares(RouteProperty::Rate)) {
            (true, true) => return Err(desk.fault(DoseFault::RouteDeclaresBoth { route: desk.route_name() })),
            (true, false) => kept_duration(desk.property(RouteProperty::Duration)?, Rule::RouteDuration)?,
            (false, true) => kept_rate(desk.property(RouteProperty::Rate)?, Rule::RouteRate)?,
            (false, false) => at_once()?,
        },
        Input::Over(duration) => kept_duration(duration, Rule::Over)?,
        Input::Rate(rate) => kept_rate(desk.resolve(rate)?, Rule::Rate)?,
        Input::TableRate(rate) => kept_rate(rate, Rule::TableRate)?,
        Input::RouteRate => kept_rate(desk.property(RouteProperty::Rate)?, Rule::TableMinusOne)?,
        Input::RouteDuration => kept_duration(desk.property(RouteProperty::Duration)?, Rule::TableMinusTwo)?,
        Input::Endless(rate) => endless(desk.resolve(rate)?),
        Input::EndlessTable(rate) => endless(rate),
        Input::EndlessRouteRate => endless(desk.property(RouteProperty::Rate)?),
    };
    let finite = match shape {
        Shape::Bolus { amount } => amount.is_finite(),
        Shape::Infusion { rate, duration } => rate.is_finite() && (duration.is_finite() || rule == Rule::Endless),
    };
    if !finite {
        return Err(desk.fault(DoseFault::NotFinite));
    }
    Ok(Prepared { route: order.route, amount, shape, fraction, lag, interval: order.interval, rule })
}

/// An order, and where to look up what it needs.
struct Desk<'a> {
    order: &'a Order,
    setup: &'a Setup<'a>,
    parameters: &'a [f64],
}

impl Desk<'_> {
    fn fault(&self, fault: DoseFault) -> DoseError {
        fault.at(self.order.place.clone())
    }

    fn route_name(&self) -> String {
        self.setup.routes.get(self.order.route).map_or_else(String::new, |route| route.name.clone())
    }

    fn declares(&self, property: RouteProperty) -> bool {
        self.setup.routes.get(self.order.route).is_some_and(|route| match property {
            RouteProperty::Fraction | RouteProperty::Lag => true,
            RouteProperty::Duration => route.has_duration,
            RouteProperty::Rate => route.has_rate,
            RouteProperty::MolarMass => route.molar_mass,
        })
    }

    /// A property of the route under the parameters of the record.
    fn property(&self, property: RouteProperty) -> Result<f64, DoseError> {
        if !self.declares(property) {
            return Err(self.fault(DoseFault::NoProperty { route: self.route_name(), property }));
        }
        let (model, route, parameters) = (self.setup.model, self.order.route, self.parameters);
        let (value, fits) = match property {
            RouteProperty::Fraction => at_least_zero(model.fraction(route, parameters)),
            RouteProperty::Lag => at_least_zero(model.lag(route, parameters)),
            RouteProperty::Duration => above_zero(model.duration(route, parameters)),
            RouteProperty::Rate => above_zero(model.rate(route, parameters)),
            RouteProperty::MolarMass => above_zero(model.molar_mass(route, parameters)),
        };
        if fits && value.is_finite() {
            return Ok(value);
        }
        Err(self.fault(DoseFault::BadProperty { route: self.route_name(), property, value }))
    }

    /// An amount or rate with weight and molar mass applied.
    fn resolve(&self, amount: Amount) -> Result<f64, DoseError> {
        let mut value = amount.value;
        if amount.per_weight {
            let weight = self.setup.weight.and_then(|index| self.parameters.get(index));
            let weight = weight.ok_or_else(|| self.fault(DoseFault::NoWeight))? / KILOGRAM;
            if weight.is_nan() || weight <= 0.0 {
                return Err(self.fault(DoseFault::BadWeight { value: weight }));
            }
            value *= weight;
        }
        if amount.as_mass {
            value /= self.property(RouteProperty::MolarMass)?;
        }
        Ok(value)
    }
}

fn at_least_zero(value: f64) -> (f64, bool) {
    (value, value >= 0.0)
}

fn above_zero(value: f64) -> (f64, bool) {
    (value, value > 0.0)
}
