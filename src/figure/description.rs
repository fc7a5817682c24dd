//! A figure in words and in metadata, for those who cannot see it and for those who must trace it.

use super::scene::{Content, FigureData, Metadata};

/// The title, or what comes nearest to one.
pub fn title(figure: &FigureData) -> String {
    if !figure.title.is_empty() {
        return figure.title.clone();
    }
    figure
        .panels
        .iter()
        .map(|panel| panel.title.as_str())
        .find(|title| !title.is_empty())
        .unwrap_or("Figure")
        .to_string()
}

/// The alternative text: as given, or made from what the panels show.
pub fn words(figure: &FigureData) -> String {
    if !figure.alt_text.is_empty() {
        return figure.alt_text.clone();
    }
    let mut sentences = vec![format!("{}.", title(figure).trim_end_matches('.'))];
    let keys: Vec<&str> = figure.keys.iter().map(|key| key.name.as_str()).collect();
    if !keys.is_empty() {
        sentences.push(format!("Compared: {}.", keys.join(", ")));
    }
    for panel in &figure.panels {
        let shown = match &panel.content {
            Content::Plot(plot) => {
                let names: Vec<&str> =
                    plot.series.iter().map(|series| series.name.as_str()).filter(|name| !name.is_empty()).collect();
                let unit = if plot.y.unit.is_empty() { String::new() } else { format!(" in {}", plot.y.unit) };
                let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(", ")) };
                let points = match plot.points.len() {
                    0 => String::new(),
                    1 => ", with 1 published point".to_string(),
                    count => format!(", with {count} published points"),
                };
                format!("curves{of}{unit}{points}")
            }
            Content::HeatMap(map) => format!("{} as color over {} and {}", map.value.label, map.x.label, map.y.label),
            Content::Evidence(chart) => format!("{} published findings against the model", chart.rows.len()),
            Content::Cascade(cascade) => {
                let names: Vec<String> = cascade.nodes.iter().map(|node| node.name.replace('\n', " ")).collect();
                format!("a diagram from cause to effect: {}", names.join(", "))
            }
        };
        let subject = if panel.title.is_empty() { "Panel" } else { panel.title.as_str() };
        sentences.push(format!("{subject}: {shown}."));
    }
    sentences.join(" ")
}

/// The metadata as one line of JSON.
pub fn metadata(metadata: &Metadata) -> String {
    let settings: serde_json::Map<String, serde_json::Value> = metadata
        .settings
        .iter()
        .map(|(name, value)| (name.clone(), serde_json::Value::String(value.clone())))
        .collect();
    serde_json::json!({
        "version": metadata.version,
        "model": metadata.model,
        "model_hash": metadata.model_hash,
        "settings": settings,
        "seed": metadata.seed,
    })
    .to_string()
}
