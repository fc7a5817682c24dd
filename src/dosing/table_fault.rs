//! What can be wrong with an event table, as data with a cause and a hint.

use crate::diagnostics::{Code, Diagnostic, Place};
use crate::numerics::float_text::number_text;
use std::fmt;

/// A fault of a table and the place of the cell, row or header it is at.
#[derive(Debug, Clone, PartialEq)]
pub struct TableError {
    /// What is wrong.
    pub fault: Box<TableFault>,
    /// Where.
    pub place: Place,
}

/// What can be wrong with an event table. Columns are named as NONMEM names them.
#[derive(Debug, Clone, PartialEq)]
pub enum TableFault {
    // The text.
    /// There is nothing in it.
    Empty,
    /// A header and nothing else.
    NoRecords,
    /// The first line holds numbers.
    NoHeader,
    /// A column stands twice (the names of NONMEM in any case).
    RepeatedColumn { name: String },
    /// There is neither TIME nor a date.
    NoTime,
    /// More than one of DATE, DAT1, DAT2, DAT3.
    TwoDates,
    /// A row has another number of cells than the header.
    Cells { found: usize, wanted: usize },
    /// A quotation mark without its partner.
    OpenQuote,
    /// A cell that should hold a number does not.
    NotANumber { column: String, text: String },
    /// A number that is infinite or beyond the range.
    NotFinite { column: String },
    /// A covariate outside of its parameter's range; numbers in the declared unit.
    OutOfRange { name: String, value: f64, range: (f64, f64), unit: String },
    /// A value that every row must have.
    Missing { column: &'static str },
    /// A clock time that no clock shows.
    BadClock { text: String },
    /// A date that no calendar has, in the order of its column.
    BadDate { column: &'static str, text: String, order: &'static str },
    /// A clock or a date in a model whose time has no unit.
    NoClock,

    // What it says.
    /// EVID is not 0 to 4.
    BadEvent { value: f64 },
    /// CMT is no whole number, or below zero.
    BadCompartment { value: f64 },
    /// No route bears this CMT.
    UnknownCompartment { value: f64, known: Vec<String> },
    /// Several routes bear this CMT.
    SharedCompartment { value: f64, routes: Vec<String> },
    /// A dose says by no means which route, and there are several.
    NoRoute { known: Vec<String> },
    /// The route is not one of the model's.
    UnknownRoute { name: String, nearest: Option<String>, known: Vec<String> },
    /// CMT and the route column of a dose contradict each other.
    RoutesDisagree { compartment: f64, route: String },
    /// AMT below zero.
    NegativeAmount { value: f64 },
    /// A dose without AMT.
    NoAmount,
    /// A record that is no dose carries a dose's items.
    NotADose { column: &'static str, event: f64 },
    /// RATE is below zero and neither -1 nor -2.
    BadRate { value: f64 },
    /// RATE -1 or -2 for a route that declares no rate or duration.
    NotDeclared { value: f64, route: String, property: &'static str },
    /// An infusion of nothing.
    RateWithoutAmount,
    /// II below zero.
    NegativeInterval { value: f64 },
    /// ADDL is no whole number, or below zero.
    BadAdditional { value: f64 },
    /// ADDL without II.
    AdditionalWithoutInterval,
    /// SS is not 0, 1 or 2.
    BadSteady { value: f64 },
    /// SS without II, and no endless infusion.
    SteadyWithoutInterval,
    /// SS with nothing given.
    SteadyWithoutDose,
    /// An endless infusion (AMT 0, RATE > 0, SS 1) with II.
    EndlessWithInterval,
    /// An endless infusion with ADDL.
    EndlessWithAdditional,
    /// Time runs backwards within an individual and not at a reset.
    Backwards { time: f64, before: f64, unit: String, clock: bool },
    /// The rows of an individual are not together.
    Scattered { id: f64 },
}

impl TableFault {
    /// With a place.
    pub fn at(self, place: Place) -> TableError {
        TableError { fault: Box::new(self), place }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        let text = match self {
            TableFault::Empty => "the first line names the columns, as `ID,TIME,AMT,RATE,II,ADDL,SS,EVID,CMT`",
            TableFault::NoRecords => "below the header stands one record a line",
            TableFault::NoHeader => "put the names of the columns into the first line, as `ID,TIME,AMT,EVID`",
            TableFault::RepeatedColumn { .. } => "rename or remove one of them",
            TableFault::NoTime => "one column is named TIME; columns are separated by a comma, a semicolon or a tab",
            TableFault::TwoDates => "keep one of DATE, DAT1, DAT2, DAT3",
            TableFault::Cells { found, wanted } if found < wanted => "write `.` for a missing value",
            TableFault::Cells { .. } => "a cell that holds the separator stands in quotes",
            TableFault::OpenQuote => "close it on the same line; a quotation mark within a cell is written twice",
            TableFault::NotANumber { text, .. } if is_decimal_comma(text) => "the decimal sign is a point",
            TableFault::NotANumber { column, .. } if column == "ID" => "number the individuals",
            TableFault::NotANumber { column, .. } if column == "CMT" => "names of routes stand in a column `route`",
            TableFault::NotANumber { text, .. } if text.contains('\u{2212}') => "the minus sign of a number is `-`",
            TableFault::NotANumber { text, .. } if text.starts_with(|first: char| first.is_ascii_digit()) => {
                "cells hold numbers alone, in the units that the model declares"
            }
            TableFault::NotANumber { .. } => "a missing value is `.`, `NA` or nothing",
            TableFault::NotFinite { .. } => "numbers are finite; a missing value is `.`, `NA` or nothing",
            TableFault::OutOfRange { .. } => "a value outside needs a wider `range`, and a source for it",
            TableFault::Missing { .. } => "only other columns may have missing values",
            TableFault::BadClock { .. } => "write hours and minutes, as `8:30` or `14:05:30`",
            TableFault::BadDate { column: "DATE", .. } => {
                "write `2026-11-21`, or month, day and year as `11/21/2026`; DAT1 is day/month/year, DAT2 year/month/day"
            }
            TableFault::BadDate { .. } => {
                "DATE is month/day/year, DAT1 day/month/year, DAT2 year/month/day, DAT3 year/day/month"
            }
            TableFault::NoClock => "give the model a unit of time, as `time = \"h\"`",
            TableFault::BadEvent { value } if *value > 4.0 => {
                "EVID is 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose; further codes of other programs are not read"
            }
            TableFault::BadEvent { .. } => "EVID is 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose",
            TableFault::BadCompartment { value } if *value < 0.0 => {
                "compartments cannot be switched off; use a perturbation"
            }
            TableFault::BadCompartment { .. } => "CMT is a whole number, the `cmt` of a route",
            TableFault::UnknownCompartment { known, value } => {
                return if known.is_empty() {
                    format!("no route declares a number: write `cmt = {}` on one", number_text(*value))
                } else {
                    format!("the routes with a number are {}", known.join(", "))
                };
            }
            TableFault::SharedCompartment { .. } => "name the route in a column `route`",
            TableFault::NoRoute { known } => {
                return format!("add CMT or a column `route`; the routes are {}", quoted(known));
            }
            TableFault::UnknownRoute { nearest: Some(nearest), .. } => {
                return format!("did you mean `{nearest}`?");
            }
            TableFault::UnknownRoute { known, .. } => return format!("the routes are {}", quoted(known)),
            TableFault::RoutesDisagree { .. } => "leave one of them out, or write `.`",
            TableFault::NegativeAmount { .. } => "to take something away, write it into the model",
            TableFault::NoAmount => "give AMT, or make it an observation with EVID 0",
            TableFault::NotADose { event, .. } if *event == 3.0 => "EVID 4 resets and doses",
            TableFault::NotADose { .. } => "EVID 1 is a dose; write 0 or `.` on other records",
            TableFault::BadRate { .. } => {
                "RATE is 0 for a dose at once, above 0 for an infusion, -1 for the route's `rate`, -2 for its `duration`"
            }
            TableFault::NotDeclared { property, .. } => {
                return format!("declare `{property} = \"...\"` on the route, an expression of parameters");
            }
            TableFault::RateWithoutAmount => "give AMT; AMT 0 with RATE is an endless infusion, and that needs SS 1",
            TableFault::NegativeInterval { .. } => "II is the time from one dose to the next",
            TableFault::BadAdditional { value } if *value < 0.0 => {
                "for a steady state write SS 1 with II (a negative ADDL of NONMEM 7.5 is not read)"
            }
            TableFault::BadAdditional { .. } => "ADDL is the number of further doses, the first one not counted",
            TableFault::AdditionalWithoutInterval => "give the time between the doses in II",
            TableFault::BadSteady { value: 3.0 } => "SS 3 differs from SS 1 only in where the search begins; write 1",
            TableFault::BadSteady { .. } => "SS is 0, 1 (replaces what was there) or 2 (adds to it)",
            TableFault::SteadyWithoutInterval => {
                "give the time between the doses in II; only AMT 0 with RATE does without"
            }
            TableFault::SteadyWithoutDose => {
                "for the undosed steady state write `start = \"steady\"` in the model and EVID 3 here"
            }
            TableFault::EndlessWithInterval => "write II 0, or give the AMT of each dose",
            TableFault::EndlessWithAdditional => "give what follows in records of its own",
            TableFault::Backwards { clock: true, .. } => {
                "add the day, as a column DATE; a clock alone may also pass 24:00"
            }
            TableFault::Backwards { .. } => {
                "sort the rows of each individual by time; only EVID 3 and 4 may begin time anew"
            }
            TableFault::Scattered { .. } => "sort the table by ID, or give the second one a number of its own",
        };
        text.into()
    }
}

fn is_decimal_comma(text: &str) -> bool {
    text.matches(',').count() == 1 && text.replacen(',', ".", 1).parse::<f64>().is_ok()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for TableFault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: &f64| number_text(*value);
        match self {
            TableFault::Empty => write!(to, "the event table is empty"),
            TableFault::NoRecords => write!(to, "the event table has a header and no records"),
            TableFault::NoHeader => write!(to, "the event table has no header"),
            TableFault::RepeatedColumn { name } => write!(to, "column {name} stands twice"),
            TableFault::NoTime => write!(to, "the event table has no column TIME"),
            TableFault::TwoDates => write!(to, "the event table has two columns of dates"),
            TableFault::Cells { found, wanted } => {
                write!(to, "this row has {found} {}, but the header has {wanted}", plural(*found))
            }
            TableFault::OpenQuote => write!(to, "a quotation mark is not closed"),
            TableFault::NotANumber { column, text } => write!(to, "{column} `{text}` is no number"),
            TableFault::NotFinite { column } => write!(to, "{column} is not finite"),
            TableFault::OutOfRange { name, value, range: (low, high), unit } => {
                write!(to, "`{name}` = {value} {unit} is outside its range, {low} to {high} {unit}")
            }
            TableFault::Missing { column } => write!(to, "{column} is missing"),
            TableFault::BadClock { text } => write!(to, "`{text}` is no time of a clock"),
            TableFault::BadDate { column, text, order } => write!(to, "{column} `{text}` is no date ({order})"),
            TableFault::NoClock => write!(to, "clock times and dates need a model whose time has a unit"),
            TableFault::BadEvent { value } => write!(to, "EVID {} is unknown", number(value)),
            TableFault::BadCompartment { value } => write!(to, "CMT {} is no compartment", number(value)),
            TableFault::UnknownCompartment { value, .. } => write!(to, "no route has `cmt = {}`", number(value)),
            TableFault::SharedCompartment { value, routes } => {
                write!(to, "several routes have `cmt = {}`: {}", number(value), quoted(routes))
            }
            TableFault::NoRoute { .. } => write!(to, "the dose does not say which of the model's routes it takes"),
            TableFault::UnknownRoute { name, .. } => write!(to, "the model has no route `{name}`"),
            TableFault::RoutesDisagree { compartment, route } => {
                write!(to, "CMT {} is not route `{route}`", number(compartment))
            }
            TableFault::NegativeAmount { value } => write!(to, "AMT {} is negative", number(value)),
            TableFault::NoAmount => write!(to, "the dose has no AMT"),
            TableFault::NotADose { column, event } => {
                let what = match *event {
                    0.0 => "an observation",
                    3.0 => "a reset",
                    _ => "a record of EVID 2",
                };
                write!(to, "{what} cannot have {column}")
            }
            TableFault::BadRate { value } => write!(to, "RATE {} is unknown", number(value)),
            TableFault::NotDeclared { value, route, property } => {
                write!(to, "RATE {} takes the `{property}` of route `{route}`, which declares none", number(value))
            }
            TableFault::RateWithoutAmount => write!(to, "an infusion has a RATE and no AMT"),
            TableFault::NegativeInterval { value } => write!(to, "II {} is negative", number(value)),
            TableFault::BadAdditional { value } => write!(to, "ADDL {} is no number of doses", number(value)),
            TableFault::AdditionalWithoutInterval => write!(to, "ADDL without II"),
            TableFault::BadSteady { value } => write!(to, "SS {} is unknown", number(value)),
            TableFault::SteadyWithoutInterval => write!(to, "SS without II"),
            TableFault::SteadyWithoutDose => write!(to, "SS with neither AMT nor RATE"),
            TableFault::EndlessWithInterval => {
                write!(to, "an endless infusion (AMT 0 with RATE and SS) cannot have II")
            }
            TableFault::EndlessWithAdditional => {
                write!(to, "an endless infusion (AMT 0 with RATE and SS) cannot have ADDL")
            }
            TableFault::Backwards { time, before, unit, .. } => {
                write!(to, "time runs backwards: {} {unit} after {} {unit}", number(time), number(before))
            }
            TableFault::Scattered { id } => write!(to, "ID {} was here before, and others in between", number(id)),
        }
    }
}

fn plural(cells: usize) -> &'static str {
    if cells == 1 { "cell" } else { "cells" }
}

impl TableError {
    /// As a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let code = match *self.fault {
            TableFault::UnknownRoute { .. } => Code::UnknownRoute,
            _ => Code::BadTable,
        };
        Diagnostic::error(code, self.fault.to_string()).at(&self.place, "").hint(self.fault.hint())
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(to)
    }
}

impl std::error::Error for TableError {}
