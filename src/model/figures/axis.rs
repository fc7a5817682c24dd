//! Axes of figures: units, ranges and scales that fit one another.

use super::super::context::Context;
use super::super::reader::Section;
use super::{AxisSpec, ScaleSpec};
use crate::diagnostics::{Code, Diagnostic};
use crate::units::Unit;

/// Reads an axis on which `what` is shown. Without a `unit` what is shown is known only later (an outcome), and numbers
/// on the axis need a unit of its own.
pub fn read_axis(axis: Section<'_>, context: &Context<'_>, unit: Option<&Unit>, what: &str) -> AxisSpec {
    let own = context.unit(&axis, "unit");
    if let (Some(own), Some(unit)) = (&own, unit)
        && !own.compatible(unit)
    {
        context.log.push(
            Diagnostic::error(Code::UnitMismatch, format!("the axis is in {} but shows {}", own.text(), unit.text()))
                .at(&axis.key_place("unit"), format!("{what} is in {}", unit.text())),
        );
    }
    let bare = Unit::none();
    let unit = own.clone().filter(|own| unit.is_none_or(|unit| own.compatible(unit))).or_else(|| unit.cloned());
    if unit.is_none() && ["from", "until", "linear"].iter().any(|key| axis.has(key)) {
        context.log.push(
            Diagnostic::error(Code::MissingKey, "the range of this axis has no unit")
                .at(axis.place(), "`unit` is missing")
                .hint("add `unit`, as in `y = { unit = \"%\", from = 0 }`; `\"1\"` is no dimension"),
        );
    }
    let unit = unit.unwrap_or(bare);
    let from = context.quantity(&axis, "from", &unit);
    let until = context.quantity(&axis, "until", &unit);
    let word = axis.choice("scale", &[("linear", 0), ("log", 1), ("symlog", 2), ("broken", 3)]);
    let linear = context.quantity(&axis, "linear", &unit);
    let at = context.quantity(&axis, "break", &unit).map(|(value, _)| value);
    let share = axis.number("share").map(|(value, _)| value);
    if let Some((value, place)) = &linear
        && *value <= 0.0
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "the even part of a symmetric-log axis must be wider than zero")
                .at(place, "not above zero"),
        );
    }
    let linear = linear.map(|(value, _)| value);
    let scale = match word {
        None => at.map(|at| ScaleSpec::Broken { at, share: share.unwrap_or(0.5) }),
        Some(0) => Some(ScaleSpec::Linear),
        Some(1) => Some(ScaleSpec::Log),
        Some(2) => Some(ScaleSpec::SymLog { linear: linear.unwrap_or_else(|| unit.to_internal(1.0)) }),
        Some(_) => match at {
            Some(at) => Some(ScaleSpec::Broken { at, share: share.unwrap_or(0.5) }),
            None => {
                axis.missing("break");
                None
            }
        },
    };
    let ends = [&from, &until];
    if scale == Some(ScaleSpec::Log)
        && let Some((_, place)) = ends.into_iter().flatten().find(|(value, _)| *value <= 0.0)
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "a logarithmic axis must lie above zero")
                .at(place, "has no logarithm")
                .hint("use `scale = \"symlog\"`, or a range above zero"),
        );
    }
    let (from, until) = (from.map(|(value, _)| value), until.map(|(value, _)| value));
    if let (Some(low), Some(high)) = (from, until)
        && low >= high
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "the axis has an empty range")
                .at(&axis.key_place("until"), "not above `from`")
                .hint("`until` must lie above `from`"),
        );
    }
    if let Some(ScaleSpec::Broken { at, share }) = scale {
        if !(0.1..=0.9).contains(&share) {
            context.log.push(
                Diagnostic::error(Code::BadFigure, "`share` is the part of the width left of the break, 0.1 to 0.9")
                    .at(&axis.key_place("share"), ""),
            );
        }
        if from.is_some_and(|from| at <= from)
            || until.is_some_and(|until| at >= until)
            || (what == "time" && at <= 0.0)
        {
            context.log.push(
                Diagnostic::error(Code::BadFigure, "an axis breaks within its range")
                    .at(&axis.key_place("break"), "outside of the range")
                    .hint("choose a `break` between the beginning and the end of the axis"),
            );
        }
    }
    let label = axis.text("label").map(|text| text.text);
    let spec = AxisSpec { label, unit: own, scale, from, until, place: Some(axis.place().clone()) };
    axis.done();
    spec
}
