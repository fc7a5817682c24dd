//! The grid of panels: which stand where, and frames that line up.
//!
//! Every panel has a frame, the rectangle between its axes. Frames of a column share their left and right edges and
//! frames of a row their top and bottom, so margins are as wide as the widest numbers of a column and as high as the
//! highest title of a row.

use super::error::FigureError;
use super::font::{self, Face};
use super::frame;
use super::geometry::Bounds;
use super::number::superscript;
use super::plot::{self, Ranges, Wordless};
use super::scene::{Axis, AxisKind, Content, FigureData, Panel, Plot};
use super::theme::Theme;
use super::{cascade, evidence, heat};

/// What is known of a panel before anything has a place.
pub struct Prepared<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// Ranges of its axes, where it has any.
    pub axes: Axes,
    /// Row of the grid.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// How many columns.
    pub span: usize,
    /// Whether the numbers of the horizontal axis are written.
    pub labeled: bool,
}

/// Ranges of a panel's axes.
pub enum Axes {
    /// Of a plot.
    Plot(Ranges),
    /// Of a heat map.
    HeatMap(heat::Ranges),
    /// It has none.
    None,
}

impl Prepared<'_> {
    /// The panel as a plot with its ranges.
    pub fn as_plot(&self) -> Option<(&Plot, &Ranges)> {
        match (&self.panel.content, &self.axes) {
            (Content::Plot(plot), Axes::Plot(ranges)) => Some((plot, ranges)),
            _ => None,
        }
    }
}

/// How many panels stand side by side.
fn columns(figure: &FigureData, theme: &Theme) -> usize {
    let count = figure.panels.iter().map(|panel| panel.span.max(1)).sum::<usize>();
    let wide = theme.height.is_some();
    let wanted = match (figure.columns, count) {
        (1.., _) => figure.columns,
        (_, 1) => 1,
        (_, 2 | 4) => 2,
        (_, ..=6) if !wide => 2,
        (_, ..=9) => 3,
        _ if wide => 4,
        _ => 3,
    };
    wanted.min(theme.most_columns).min(count).max(1)
}

/// Checks all panels and gives each its place in the grid.
///
/// # Errors
/// The first [`FigureError`] that a panel causes.
pub fn prepare<'a>(figure: &'a FigureData, theme: &Theme) -> Result<Vec<Prepared<'a>>, FigureError> {
    if figure.panels.is_empty() {
        return Err(FigureError::NoPanels);
    }
    let columns = columns(figure, theme);
    let mut prepared: Vec<Prepared> = Vec::with_capacity(figure.panels.len());
    let (mut row, mut column) = (0, 0);
    for panel in &figure.panels {
        let span = panel.span.clamp(1, columns);
        if column + span > columns {
            row += 1;
            column = 0;
        }
        let title = &panel.title;
        let axes = match &panel.content {
            Content::Plot(plot) => Axes::Plot(plot::check(plot, title, figure.sources.len())?),
            Content::HeatMap(map) => Axes::HeatMap(heat::check(map, title)?),
            Content::Evidence(chart) => {
                evidence::check(chart, title, figure.sources.len())?;
                Axes::None
            }
            Content::Cascade(cascade) => {
                cascade::check(cascade, title)?;
                Axes::None
            }
        };
        prepared.push(Prepared { panel, axes, row, column, span, labeled: true });
        column += span;
    }
    if figure.share_x {
        for index in 0..prepared.len() {
            let upper = &prepared[index];
            let below = prepared
                .iter()
                .find(|other| other.row > upper.row && other.column == upper.column && other.span == upper.span);
            let shared = below.is_some_and(|below| match (upper.as_plot(), below.as_plot()) {
                (Some(a), Some(b)) => plot::same_abscissa(a, b),
                _ => false,
            });
            prepared[index].labeled = !shared;
        }
    }
    Ok(prepared)
}

/// Frames and margins.
pub struct Grid {
    /// Left and right margin of each column.
    pub sides: Vec<(f64, f64)>,
    /// Left edge and width of the frames of each column.
    frames: Vec<(f64, f64)>,
    /// Top of the frames of each row.
    tops: Vec<f64>,
    /// Height of the frames of each row.
    heights: Vec<f64>,
    /// Bottom of the last row, numbers included.
    pub bottom: f64,
}

impl Grid {
    /// The frame of a panel.
    pub fn frame(&self, prepared: &Prepared) -> Bounds {
        let (left, _) = self.frames[prepared.column];
        let (last_left, last_width) = self.frames[prepared.column + prepared.span - 1];
        let top = self.tops[prepared.row];
        Bounds::new(left, top, last_left + last_width, top + self.heights[prepared.row])
    }
}

/// The room that a grid has, and what it depends on beside its panels.
pub struct Room<'a> {
    /// Sizes.
    pub theme: &'a Theme,
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height, where it is fixed.
    pub height: Option<f64>,
    /// Numbers of the sources.
    pub numbers: &'a [Option<usize>],
    /// Words that stand elsewhere, by panel.
    pub elsewhere: &'a dyn Fn(usize) -> Vec<Wordless>,
}

/// Lays out the grid.
///
/// # Errors
/// [`FigureError::TooSmall`] when a frame would be too small to be read.
pub fn lay_out(prepared: &[Prepared], room: &Room) -> Result<Grid, FigureError> {
    let mut title_lines = vec![1; prepared.len()];
    let mut grid = lay_out_with(prepared, room, &title_lines)?;
    // Heights decide the numbers at the axes and so the widths, and these the lines of the titles and so the heights.
    for _ in 0..2 {
        let lines: Vec<usize> = prepared.iter().map(|prepared| title(prepared, room.theme, &grid, &[]).len()).collect();
        if lines == title_lines {
            break;
        }
        title_lines = lines;
        grid = lay_out_with(prepared, room, &title_lines)?;
    }
    Ok(grid)
}

/// Least size of a frame, in tick sizes.
const LEAST_FRAME: (f64, f64) = (5.0, 2.6);

fn lay_out_with(prepared: &[Prepared], room: &Room, title_lines: &[usize]) -> Result<Grid, FigureError> {
    let theme = room.theme;
    let rows = prepared.iter().map(|prepared| prepared.row + 1).max().unwrap_or(1);
    let columns = prepared.iter().map(|prepared| prepared.column + prepared.span).max().unwrap_or(1);
    let row_gap = 0.55 * theme.label;
    let column_gap = 1.3 * theme.label;
    let highest = |row: usize, of: &dyn Fn(usize) -> f64| {
        (0..prepared.len()).filter(|&index| prepared[index].row == row).map(of).fold(0.0, f64::max)
    };
    let heads: Vec<f64> = (0..rows).map(|row| highest(row, &|index| head(theme, title_lines[index]))).collect();
    let feet: Vec<f64> = (0..rows).map(|row| highest(row, &|index| foot(theme, &prepared[index]))).collect();
    let around: f64 = heads.iter().chain(&feet).sum::<f64>() + (rows - 1) as f64 * row_gap;
    let cell = (room.width - (columns - 1) as f64 * column_gap) / columns as f64;
    let shared = room.height.map(|height| (height - around) / rows as f64);
    let heights: Vec<f64> = (0..rows)
        .map(|row| highest(row, &|index| frame_height(&prepared[index], room, cell, column_gap, shared)))
        .collect();
    let too_small = || FigureError::TooSmall {
        panels: prepared.len(),
        width: room.width + 2.0 * theme.margin,
        height: room.height.unwrap_or(0.0),
    };
    if heights.iter().any(|&height| height < LEAST_FRAME.1 * theme.tick) {
        return Err(too_small());
    }
    let mut tops = Vec::with_capacity(rows);
    let mut y = room.top;
    for row in 0..rows {
        y += heads[row];
        tops.push(y);
        y += heights[row] + feet[row] + row_gap;
    }

    let mut sides = vec![(0.0_f64, 0.0_f64); columns];
    for (index, panel) in prepared.iter().enumerate() {
        let (before, after) = side_widths(panel, index, room, span_width(panel, cell, column_gap), heights[panel.row]);
        let last = panel.column + panel.span - 1;
        sides[panel.column].0 = sides[panel.column].0.max(before);
        sides[last].1 = sides[last].1.max(after);
    }
    let margins: f64 = sides.iter().map(|(before, after)| before + after).sum();
    let frame_width = (room.width - margins - (columns - 1) as f64 * column_gap) / columns as f64;
    if frame_width < LEAST_FRAME.0 * theme.tick {
        return Err(too_small());
    }
    let mut frames = Vec::with_capacity(columns);
    let mut x = room.left;
    for &(before, after) in &sides {
        frames.push((x + before, frame_width));
        x += before + frame_width + after + column_gap;
    }
    Ok(Grid { sides, frames, tops, heights, bottom: y - row_gap })
}

/// Space above a frame that a title of that many lines takes.
fn head(theme: &Theme, lines: usize) -> f64 {
    if lines == 0 { 0.5 * theme.tick } else { (lines as f64 * 1.2 + 0.45) * theme.panel_title }
}

/// Space below a frame for the numbers and the name of its horizontal axis.
fn foot(theme: &Theme, prepared: &Prepared) -> f64 {
    let below = |axis: &Axis| {
        let named = !axis.label.is_empty() || axis.kind == AxisKind::Time || !axis.unit.is_empty();
        if named { frame::axis_depth(theme) } else { frame::tick_label_depth(theme) + font::DESCENT * theme.tick }
    };
    match &prepared.panel.content {
        Content::Plot(_) if !prepared.labeled => frame::tick_length(theme),
        Content::Plot(plot) => below(&plot.x),
        Content::HeatMap(map) => below(&map.x),
        Content::Evidence(_) | Content::Cascade(_) => 0.0,
    }
}

/// Height of a panel's frame: its share of a fixed page, or what suits its content.
fn frame_height(prepared: &Prepared, room: &Room, cell: f64, column_gap: f64, shared: Option<f64>) -> f64 {
    let theme = room.theme;
    let width = span_width(prepared, cell, column_gap);
    let (least, preferred) = match &prepared.panel.content {
        Content::Plot(_) | Content::HeatMap(_) => (0.0, theme.aspect * (cell - 4.5 * theme.tick).max(1.0)),
        Content::Evidence(chart) => evidence::heights(chart, room.theme, room.numbers, width),
        Content::Cascade(cascade) => cascade::heights(cascade, theme, width),
    };
    // A page of fixed height grows when its content could not be read otherwise.
    shared.unwrap_or(preferred).max(least)
}

/// Width of a panel with its margins.
fn span_width(prepared: &Prepared, cell: f64, column_gap: f64) -> f64 {
    prepared.span as f64 * cell + (prepared.span - 1) as f64 * column_gap
}

/// Width that a panel needs left and right of its frame.
fn side_widths(prepared: &Prepared, index: usize, room: &Room, cell: f64, height: f64) -> (f64, f64) {
    let theme = room.theme;
    // Half a number may stand out behind the last tick.
    let overhang = 1.1 * theme.tick;
    match (&prepared.panel.content, &prepared.axes) {
        (Content::Plot(plot), Axes::Plot(ranges)) => {
            let verticals = plot::verticals(plot, ranges, theme, 0.0, height);
            let before = frame::vertical_width(&plot.y, &verticals.left_parts, theme);
            let mut after = plot::end_label_width(plot, theme, &(room.elsewhere)(index));
            if let (Some(axis), Some((_, parts))) = (&plot.y_right, &verticals.right) {
                after += frame::vertical_width(axis, parts, theme);
            }
            (before, after.max(overhang))
        }
        (Content::HeatMap(map), Axes::HeatMap(ranges)) => heat::sides(map, ranges, theme, 0.0, height),
        (Content::Evidence(chart), _) => evidence::sides(chart, theme, room.numbers, cell, height),
        _ => (0.0, 0.0),
    }
}

/// The lines of a panel's title: bold words, and the unit where the vertical axis has no name of its own.
/// `cited` are the numbers of sources that are cited at the title.
pub fn title(prepared: &Prepared, theme: &Theme, grid: &Grid, cited: &[usize]) -> Vec<(String, String)> {
    let frame = grid.frame(prepared);
    let last = prepared.column + prepared.span - 1;
    let room = frame.width() + grid.sides[last].1 + 0.4 * theme.label;
    let unit = match &prepared.panel.content {
        Content::Plot(plot) if plot.y.label.is_empty() => plot.y.unit.as_str(),
        _ => "",
    };
    let raised: Vec<String> = cited.iter().map(|&number| superscript(number as i64)).collect();
    let words = format!("{}{}", prepared.panel.title, raised.join("\u{2009}"));
    let mut lines: Vec<(String, String)> =
        font::wrap(&words, Face::Bold, theme.panel_title, room).into_iter().map(|line| (line, String::new())).collect();
    if unit.is_empty() {
        return lines;
    }
    let shown = format!("({unit})");
    let needed = font::width(&shown, Face::Regular, theme.tick) + 0.4 * theme.panel_title;
    let fits =
        lines.last().is_some_and(|(words, _)| font::width(words, Face::Bold, theme.panel_title) + needed <= room);
    match lines.last_mut() {
        Some(line) if fits => line.1 = shown,
        _ => lines.push((String::new(), shown)),
    }
    lines
}
