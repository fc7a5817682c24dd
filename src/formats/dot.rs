//! The cascade as a graph for Graphviz: states as nodes, influences as arrows.
//!
//! What it cannot carry: rates and numbers; the equations are in the Markdown.

use crate::model::{Column, InfluenceSign as Sign, Model, influences};

/// The influences among the states in the DOT language.
pub fn write(model: &Model) -> String {
    let columns: Vec<Column> = (0..model.states.len()).map(Column::State).collect();
    let mut text = format!(
        "digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
        model.name
    );
    for state in &model.states {
        let about = state.about.replace('"', "'");
        text.push_str(&format!("  \"{}\" [tooltip=\"{about}\"];\n", state.name));
    }
    for route in &model.routes {
        text.push_str(&format!("  \"route {}\" [label=\"{}\", shape=plaintext];\n", route.name, route.name));
        for (state, _) in &route.into {
            text.push_str(&format!(
                "  \"route {}\" -> \"{}\" [style=dashed];\n",
                route.name, model.states[*state].name
            ));
        }
    }
    for arrow in influences(model, &columns) {
        let head = match arrow.sign {
            Sign::Raises => "normal",
            Sign::Lowers => "tee",
            Sign::Acts => "dot",
        };
        let (from, to) = (&model.states[arrow.from].name, &model.states[arrow.to].name);
        text.push_str(&format!("  \"{from}\" -> \"{to}\" [arrowhead={head}];\n"));
    }
    text.push_str("}\n");
    text
}
