//! From a table or a figure to a file: what `sweep`, `population` and `bench` share.
//!
//! It must never work anything out: what it is handed, it writes.

use super::Failure;
use super::drawing;
use super::output::Destination;
use super::scenario::regimen_named;
use crate::diagnostics::{Code, Diagnostic};
use crate::figure::scene::FigureData;
use crate::figure::{self, Layout};
use crate::formats::{csv, json};
use crate::model::Model;
use crate::simulation::Table;
use serde_json::Value;

/// What the ending of the file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated.
    Csv,
    /// With version, hash and settings.
    Json,
    /// A figure.
    Figure(drawing::Format),
}

impl Format {
    /// By the ending of the destination; stdout is CSV. `what` is what cannot be written otherwise.
    pub fn of(destination: &Destination, what: &str) -> Result<Format, Failure> {
        match destination.ending().as_deref() {
            None if matches!(destination, Destination::Stdout) => Ok(Format::Csv),
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            Some("svg" | "png" | "pdf") => Ok(Format::Figure(drawing::Format::of(destination)?)),
            ending => Err(Failure::usage(
                Diagnostic::error(
                    Code::UnknownFormat,
                    ending.map_or_else(
                        || "the output file has no ending".to_string(),
                        |ending| format!("{what} cannot be written as `.{ending}`"),
                    ),
                )
                .hint("tables end in .csv or .json, figures in .svg, .png or .pdf"),
            )),
        }
    }
}

/// Writes a table, as CSV or as JSON with where it comes from. `units` puts them into the header of the CSV.
pub fn write_table(
    table: &Table,
    format: Format,
    units: bool,
    (model, settings): (&Model, Vec<(String, Value)>),
    destination: &Destination,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    if format == Format::Json {
        let provenance = json::Provenance { model: model.name.clone(), model_hash: model.hash.clone(), settings };
        bytes = format!("{}\n", json::table(table, &provenance)).into_bytes();
    } else {
        csv::write(table, units, &mut bytes)
            .map_err(|error| Failure::model(Diagnostic::error(Code::CannotWrite, error.to_string())))?;
    }
    Ok(destination.write(&bytes)?)
}

/// Lays out a figure that no line of a model file declares.
pub fn lay_out(figure: &FigureData) -> Result<Layout, Failure> {
    figure::draw(figure)
        .map_err(|error| Failure::model(Diagnostic::error(Code::BadFigure, error.to_string()).hint(error.hint())))
}

/// Settings as a figure keeps them: text without quotation marks.
pub fn as_text(settings: Vec<(String, Value)>) -> Vec<(String, String)> {
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    settings.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// What was given, in words for a subtitle: the regimen's title and the doses, then `rest`.
pub fn subtitle(model: &Model, given: &super::arguments::GivenArguments, rest: String) -> String {
    let regimen = given.regimen.as_deref().and_then(|name| regimen_named(model, name));
    let title = regimen.map(|one| if one.title.is_empty() { one.name.clone() } else { one.title.clone() });
    title.into_iter().chain(given.dose.iter().cloned()).chain([rest]).collect::<Vec<_>>().join("; ")
}
