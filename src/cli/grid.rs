//! The grid of hypotheses beside models, as text, CSV and JSON: part of `kascade evidence --grid`.

use super::Failure;
use super::table::{Align, layout, rounded};
use crate::analysis::grid::{Cell, Column, LEVEL, ranking};
use crate::diagnostics::SourceText;
use crate::formats::csv::text_line;
use crate::formats::json::number;
use crate::model::{Grid, Model, Sign, library, read_grid};
use crate::numerics::float_text::number_text;
use serde_json::{Value, json};

/// The grid that travels with the program.
pub fn built_in() -> Result<Grid, Failure> {
    read_grid(&SourceText::new("models/evidence/grid.toml", library::GRID)).map_err(Failure::model)
}

/// A table of lines and models, what could not be asked, and the ranking.
pub fn text(models: &[Model], grid: &Grid, columns: &[Column]) -> String {
    let mut text = String::from(
        "Signs of the antidepressant effect: - less, 0 unchanged, + more or by itself. A cell that is not as the model\n\
         predicts of itself ends in !, one that is not as observed in *. (c): studies disagree.\n\n",
    );
    let mut heads = vec!["  perturbation", "seen"];
    heads.extend(models.iter().map(|model| model.name.as_str()));
    let align: Vec<Align> = heads.iter().map(|_| Align::Left).collect();
    let rows: Vec<Vec<String>> = grid
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let conflict = if line.conflict { " (c)" } else { "" };
            let mut row = vec![format!("  {}", line.title), format!("{}{conflict}", line.observed.text())];
            row.extend(columns.iter().map(|column| marked(&column.cells[index], line.observed)));
            row
        })
        .collect();
    text.push_str(&layout(&heads, &align, &rows));
    text.push('\n');
    for (model, column) in models.iter().zip(columns) {
        for (line, cell) in grid.lines.iter().zip(&column.cells) {
            if let Some(reason) = &cell.reason {
                text.push_str(&format!("  {}: {} counts as missed: {reason}\n", model.name, line.id));
            }
        }
        for name in &column.unknown {
            text.push_str(&format!("  {}: it predicts `{name}`, which the grid does not have\n", model.name));
        }
    }
    let rows: Vec<Vec<String>> = ranking(columns)
        .into_iter()
        .map(|place| {
            let column = &columns[place];
            vec![
                format!("  {}", models[place].name),
                percent(column.agreement),
                column
                    .interval
                    .map_or_else(String::new, |(low, high)| format!("{} to {}", percent(low), percent(high))),
                percent(column.with_conflicts),
                format!("{} of {}", column.reproduced, column.predicted),
            ]
        })
        .collect();
    let interval = format!("{} interval", percent(LEVEL));
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    text.push_str(&layout(&["  model", "as observed", &interval, "with (c)", "own predictions"], &align, &rows));
    text.push_str("\nRecalled rows weigh half; lines (c) decide nothing in the ranking. Intervals are by bootstrap over lines: models\nwhose intervals overlap are not told apart by so few lines.\n\n");
    text
}

/// One row for each line and model.
pub fn csv(models: &[Model], grid: &Grid, columns: &[Column]) -> String {
    let mut text = "model,id,kind,observed,conflict,weight,ratio,got,predicted\n".to_string();
    for (model, column) in models.iter().zip(columns) {
        for (line, cell) in grid.lines.iter().zip(&column.cells) {
            let cells = [
                model.name.clone(),
                line.id.clone(),
                line.kind.clone(),
                line.observed.text().to_string(),
                u8::from(line.conflict).to_string(),
                number_text(cell.weight),
                number_text(cell.ratio),
                cell.got.map_or("", Sign::text).to_string(),
                cell.predicted.map_or("", Sign::text).to_string(),
            ];
            text.push_str(&text_line(cells));
        }
    }
    text
}

/// What a model gives, as it stands under `models[].grid`.
pub fn to_json(grid: &Grid, column: &Column) -> Value {
    let sign = |sign: Option<Sign>| sign.map_or(Value::Null, |sign| Value::String(sign.text().to_string()));
    let lines: Vec<Value> = grid
        .lines
        .iter()
        .zip(&column.cells)
        .map(|(line, cell)| {
            let rows: Vec<&str> = line.rows.iter().map(|row| row.text.as_str()).collect();
            json!({
                "id": line.id, "title": line.title, "kind": line.kind, "rows": rows,
                "observed": line.observed.text(), "conflict": line.conflict, "weight": number(cell.weight),
                "ratio": number(cell.ratio), "got": sign(cell.got), "predicted": sign(cell.predicted),
                "reason": cell.reason,
            })
        })
        .collect();
    let interval = column.interval.map_or(Value::Null, |(low, high)| json!([number(low), number(high)]));
    json!({
        "agreement": number(column.agreement), "interval": interval, "with_conflicts": number(column.with_conflicts),
        "predicted": column.predicted, "reproduced": column.reproduced, "unknown_predictions": column.unknown,
        "lines": lines,
    })
}

/// The sign and the ratio, marked where it is not as predicted or not as observed.
fn marked(cell: &Cell, observed: Sign) -> String {
    let Some(got) = cell.got else { return "none !".to_string() };
    let surprising = cell.predicted.is_some_and(|sign| sign != Sign::Open && sign != got);
    let other = if got == observed { "" } else { "*" };
    format!("{} {}{}{other}", got.text(), rounded(cell.ratio, 2), if surprising { "!" } else { "" })
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
