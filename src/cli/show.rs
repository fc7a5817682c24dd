//! `kascade show`: the equations with units and sources, or the cascade as a diagram.

use super::arguments::{Show, ShowFormat};
use super::models::load;
use super::output::Destination;
use super::results::lay_out;
use super::{Failure, Session};
use crate::diagnostics::{Code, Diagnostic};
use crate::figure::compose::footer;
use crate::figure::scene::{Cascade, Content, Edge, EdgeKind, FigureData, Metadata, Node, Panel};
use crate::formats::{dot, equations};
use crate::model::{Column, InfluenceSign as Sign, Model, influences};

/// Writes the model in the format asked for, or told by the ending of the file.
pub fn run(arguments: &Show, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    destination.check().map_err(Failure::model)?;
    let format = match (arguments.format, destination.ending().as_deref()) {
        (Some(format), _) => format,
        (None, Some("md") | None) => ShowFormat::Md,
        (None, Some("tex")) => ShowFormat::Tex,
        (None, Some("dot" | "gv")) => ShowFormat::Dot,
        (None, Some("svg")) => ShowFormat::Svg,
        (None, Some(ending)) => {
            return Err(Failure::usage(
                Diagnostic::error(Code::UnknownFormat, format!("a model cannot be shown as `.{ending}`"))
                    .hint("use .md, .tex, .dot or .svg, or say `--as md`"),
            ));
        }
    };
    let model = load(&arguments.model, session)?;
    let text = match format {
        ShowFormat::Md => equations::markdown(&model),
        ShowFormat::Tex => equations::tex(&model),
        ShowFormat::Dot => dot::write(&model),
        ShowFormat::Svg => diagram(&model)?,
    };
    Ok(destination.write(text.as_bytes())?)
}

/// The influences among the states, drawn.
fn diagram(model: &Model) -> Result<String, Failure> {
    let columns: Vec<Column> = (0..model.states.len()).map(Column::State).collect();
    let edges = influences(model, &columns)
        .into_iter()
        .map(|arrow| Edge {
            from: arrow.from,
            to: arrow.to,
            kind: match arrow.sign {
                Sign::Raises => EdgeKind::Raises,
                Sign::Lowers => EdgeKind::Lowers,
                Sign::Acts => EdgeKind::Acts,
            },
        })
        .collect();
    let nodes = model.states.iter().map(|state| Node { name: state.name.clone() }).collect();
    let figure = FigureData {
        title: model.title.clone(),
        metadata: Metadata {
            version: env!("CARGO_PKG_VERSION").to_string(),
            model: model.name.clone(),
            model_hash: model.hash.clone(),
            ..Metadata::default()
        },
        footer: footer(model),
        panels: vec![Panel {
            title: String::new(),
            span: 1,
            content: Content::Cascade(Cascade { nodes, edges, ..Cascade::default() }),
        }],
        ..FigureData::default()
    };
    Ok(lay_out(&figure)?.svg().to_string())
}
