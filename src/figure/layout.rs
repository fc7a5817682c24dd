//! The page: header, a grid of panels whose frames line up, and the lines below.
//!
//! Sizes that depend on each other are settled in order: heights of header and footer, heights of the panels, numbers
//! at the vertical axes and so the margins of the columns, widths, and last the words. When words find no room in
//! their panel they go to the legend below, and the page is laid out again with that much less height.

use std::collections::BTreeSet;

use super::axis::{AxisMap, AxisPart};
use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::error::FigureError;
use super::font::{self, Face};
use super::frame;
use super::geometry::Bounds;
use super::legend::{self, Entry, Sample};
use super::number::superscript;
use super::plot::{self, Ranges, Stage, Verticals, Wordless};
use super::scene::{AxisKind, Content, FigureData, LabelPlacement, Panel, Plot};
use super::strip;
use super::theme::Theme;

/// A page laid out.
pub struct Page {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Everything on it.
    pub list: DisplayList,
}

/// What is known of a panel before anything has a place.
struct Prepared<'a> {
    panel: &'a Panel,
    /// Ranges of the axes, for panels on two axes.
    ranges: Option<Ranges>,
    row: usize,
    column: usize,
    span: usize,
    /// Whether the numbers of the horizontal axis are written.
    labelled: bool,
}

/// Words that stand elsewhere, by panel.
type Elsewhere = BTreeSet<(usize, Wordless)>;

/// Lays out a figure.
///
/// # Errors
/// Any [`FigureError`] that the data cause.
pub fn lay_out(figure: &FigureData, theme: &Theme) -> Result<Page, FigureError> {
    if figure.panels.is_empty() {
        return Err(FigureError::NoPanels);
    }
    let columns = columns(figure, theme);
    let prepared = prepare(figure, columns)?;
    let mut elsewhere = Elsewhere::new();
    // Every round moves at least one word to the legend, so this ends.
    loop {
        let (page, missed) = lay_out_once(figure, theme, columns, &prepared, &elsewhere)?;
        if missed.is_subset(&elsewhere) {
            return Ok(page);
        }
        elsewhere.extend(missed);
    }
}

/// How many panels stand side by side.
fn columns(figure: &FigureData, theme: &Theme) -> usize {
    let count = figure.panels.iter().map(|panel| panel.span.max(1)).sum::<usize>();
    let wanted = if figure.columns > 0 {
        figure.columns
    } else {
        match (count, theme.height) {
            (1, _) => 1,
            (2 | 4, _) => 2,
            (3, Some(_)) => 3,
            (_, Some(_)) if count > 9 => 4,
            (_, Some(_)) => 3,
            (..=6, None) => 2,
            _ => 3,
        }
    };
    wanted.min(theme.most_columns).min(count).max(1)
}

fn prepare<'a>(figure: &'a FigureData, columns: usize) -> Result<Vec<Prepared<'a>>, FigureError> {
    let mut prepared: Vec<Prepared> = Vec::with_capacity(figure.panels.len());
    let (mut row, mut column) = (0, 0);
    for panel in &figure.panels {
        let span = panel.span.clamp(1, columns);
        if column + span > columns {
            row += 1;
            column = 0;
        }
        let ranges = match &panel.content {
            Content::Plot(plot) => Some(plot::check(plot, &panel.title, figure.sources.len())?),
            _ => None,
        };
        prepared.push(Prepared { panel, ranges, row, column, span, labelled: true });
        column += span;
    }
    if figure.share_x {
        for index in 0..prepared.len() {
            let below = (0..prepared.len())
                .filter(|&other| prepared[other].row > prepared[index].row)
                .find(|&other| prepared[other].column == prepared[index].column);
            if let Some(below) = below {
                prepared[index].labelled = !shares_abscissa(&prepared[index], &prepared[below]);
            }
        }
    }
    Ok(prepared)
}

fn as_plot<'a>(prepared: &'a Prepared<'a>) -> Option<(&'a Plot, &'a Ranges)> {
    match (&prepared.panel.content, &prepared.ranges) {
        (Content::Plot(plot), Some(ranges)) => Some((plot, ranges)),
        _ => None,
    }
}

fn shares_abscissa(upper: &Prepared, lower: &Prepared) -> bool {
    match (as_plot(upper), as_plot(lower)) {
        (Some(a), Some(b)) => upper.span == lower.span && plot::same_abscissa(a, b),
        _ => false,
    }
}

/// Lines of text with their style, from top to bottom.
struct Paragraph {
    role: Role,
    lines: Vec<String>,
    size: f64,
    face: Face,
    quiet: bool,
    /// Space below, in pixels.
    after: f64,
}

const LEADING: f64 = 1.28;

impl Paragraph {
    fn height(&self) -> f64 {
        if self.lines.is_empty() { 0.0 } else { self.lines.len() as f64 * LEADING * self.size + self.after }
    }

    /// Writes the lines from `top` down and returns where the next may begin.
    fn write(&self, list: &mut DisplayList, theme: &Theme, left: f64, top: f64) -> f64 {
        let color = if self.quiet { theme.quiet } else { theme.ink };
        let style = TextStyle { size: self.size, face: self.face, color, anchor: Anchor::Start };
        for (index, line) in self.lines.iter().enumerate() {
            let baseline = top + index as f64 * LEADING * self.size + (0.16 + font::ASCENT) * self.size;
            list.text(self.role, line, (left, baseline), style);
        }
        top + self.height()
    }
}

fn header(figure: &FigureData, theme: &Theme, width: f64) -> Vec<Paragraph> {
    vec![
        Paragraph {
            role: Role::Title,
            lines: font::wrap(&figure.title, Face::Bold, theme.title, width),
            size: theme.title,
            face: Face::Bold,
            quiet: false,
            after: 0.1 * theme.title,
        },
        Paragraph {
            role: Role::Subtitle,
            lines: font::wrap(&figure.subtitle, Face::Regular, theme.subtitle, width),
            size: theme.subtitle,
            face: Face::Regular,
            quiet: true,
            after: 0.35 * theme.subtitle,
        },
    ]
}

/// The number printed for each source, in the order in which panels first cite them.
fn numbers(figure: &FigureData) -> Vec<Option<usize>> {
    let mut cited = vec![false; figure.sources.len()];
    for panel in &figure.panels {
        let sources: Vec<usize> = match &panel.content {
            Content::Plot(plot) => plot.points.iter().filter_map(|point| point.source).collect(),
            Content::Evidence(chart) => chart.rows.iter().filter_map(|row| row.source).collect(),
            _ => Vec::new(),
        };
        for source in sources {
            if let Some(flag) = cited.get_mut(source) {
                *flag = true;
            }
        }
    }
    let mut next = 0;
    cited
        .into_iter()
        .map(|cited| {
            cited.then(|| {
                next += 1;
                next
            })
        })
        .collect()
}

fn footer(figure: &FigureData, theme: &Theme, numbers: &[Option<usize>], width: f64) -> Vec<Paragraph> {
    let paragraph = |role, text: &str, size, quiet, after| Paragraph {
        role,
        lines: font::wrap(text, Face::Regular, size, width),
        size,
        face: Face::Regular,
        quiet,
        after,
    };
    let cited: Vec<String> = figure
        .sources
        .iter()
        .zip(numbers)
        .filter_map(|(source, number)| number.map(|number| format!("{number}\u{a0}{}", source.cite)))
        .collect();
    let mut paragraphs = vec![
        paragraph(Role::Footer, &figure.caption, 1.08 * theme.note, false, 0.5 * theme.note),
        paragraph(Role::Footer, &cited.join("\u{2003} "), theme.note, true, 0.25 * theme.note),
    ];
    for line in &figure.footer {
        paragraphs.push(paragraph(Role::Footer, line, theme.note, true, 0.0));
    }
    paragraphs
}

/// The legend below the panels: words that found no room in theirs, each once.
fn legend_entries(figure: &FigureData, elsewhere: &Elsewhere) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for panel in &figure.panels {
        let Content::Plot(plot) = &panel.content else { continue };
        for ribbon in plot.ribbons.iter().filter(|ribbon| !ribbon.name.is_empty()) {
            add_entry(&mut entries, Sample::Ribbon(ribbon.ink), &ribbon.name);
        }
    }
    for &(index, words) in elsewhere {
        let Some(Panel { content: Content::Plot(plot), title, .. }) = figure.panels.get(index) else { continue };
        match words {
            Wordless::Series(series) => {
                if let Some(series) = plot.series.get(series) {
                    add_entry(&mut entries, Sample::Line(series.style), &series.name);
                }
            }
            Wordless::Band(band) => {
                if let Some(band) = plot.bands.get(band) {
                    add_entry(&mut entries, Sample::Band, &band.label);
                }
            }
            Wordless::Threshold(threshold) => {
                if let Some(threshold) = plot.thresholds.get(threshold) {
                    add_entry(&mut entries, Sample::Threshold, &threshold.label);
                }
            }
            Wordless::Annotation(annotation) => {
                if let Some(annotation) = plot.annotations.get(annotation) {
                    add_entry(&mut entries, Sample::None, &format!("{title}: {}", annotation.text));
                }
            }
            Wordless::Source(_) => {}
        }
    }
    entries
}

fn add_entry(entries: &mut Vec<Entry>, sample: Sample, name: &str) {
    let entry = Entry { sample, name: name.to_string() };
    if !entries.contains(&entry) {
        entries.push(entry);
    }
}

fn key_entries(figure: &FigureData) -> Vec<Entry> {
    let entry = |key: &super::scene::Key| Entry { sample: Sample::Line(key.style), name: key.name.clone() };
    figure.keys.iter().map(entry).collect()
}

/// Margins of the grid.
struct Grid {
    /// Left and right margin of each column.
    sides: Vec<(f64, f64)>,
    /// Left edge and width of the frames of each column.
    frames: Vec<(f64, f64)>,
    /// Space above the frames of each row for titles, and below for numbers.
    heads: Vec<f64>,
    feet: Vec<f64>,
    /// Top of the frames of each row.
    tops: Vec<f64>,
    /// Height of the frames of each row.
    heights: Vec<f64>,
    /// Bottom of the last row, numbers included.
    bottom: f64,
}

/// Least size of a frame, in tick sizes.
const LEAST_FRAME: (f64, f64) = (5.0, 2.6);

fn lay_out_once(
    figure: &FigureData,
    theme: &Theme,
    columns: usize,
    prepared: &[Prepared],
    elsewhere: &Elsewhere,
) -> Result<(Page, Elsewhere), FigureError> {
    let width = figure.size.width.unwrap_or(theme.width);
    let inner = width - 2.0 * theme.margin;
    let left = theme.margin;
    let numbers = numbers(figure);
    let header = header(figure, theme, inner);
    let footer = footer(figure, theme, &numbers, inner);
    let keys = key_entries(figure);
    let entries = legend_entries(figure, elsewhere);
    // The keys share the line of a short subtitle, at the right edge; else they have rows of their own.
    let keys_width = legend::row_width(&keys, theme.subtitle);
    let beside = header.last().filter(|subtitle| {
        let used = subtitle.lines.first().map_or(f64::INFINITY, |line| font::width(line, subtitle.face, subtitle.size));
        subtitle.lines.len() == 1 && used + keys_width + 3.0 * theme.subtitle <= inner
    });
    let keys_height = if beside.is_some() { 0.0 } else { legend::height(&keys, theme.subtitle, inner) };
    let entries_height = legend::height(&entries, theme.label, inner);
    let header_height: f64 = header.iter().map(Paragraph::height).sum();
    let footer_height: f64 = footer.iter().map(Paragraph::height).sum();
    let space = 0.6 * theme.label;
    let below = theme.margin
        + footer_height
        + if footer_height > 0.0 { space } else { 0.0 }
        + if entries.is_empty() { 0.0 } else { entries_height + space };
    let above = theme.margin
        + header_height
        + if keys.is_empty() { 0.0 } else { keys_height + 0.3 * space }
        + strip::height(&figure.strip, theme);
    let fixed = figure.size.height.or(theme.height).map(|height| height - above - below);
    let grid = grid(theme, columns, prepared, elsewhere, (left, above, inner), fixed)?;
    let height = figure.size.height.or(theme.height).unwrap_or(grid.bottom + below).max(grid.bottom + below);

    let mut list = DisplayList::default();
    list.rectangle(Role::Ground, Bounds::new(0.0, 0.0, width, height), theme.ground, 1.0);
    let mut y = theme.margin;
    for paragraph in &header {
        y = paragraph.write(&mut list, theme, left, y);
    }
    match beside {
        Some(subtitle) => {
            let corner = (left + inner - keys_width, y - subtitle.height() - 0.04 * theme.subtitle);
            legend::draw(&mut list, theme, &keys, theme.subtitle, corner, keys_width + 1.0);
        }
        None => legend::draw(&mut list, theme, &keys, theme.subtitle, (left, y), inner),
    }
    let missed = draw_panels(&mut list, figure, theme, prepared, &grid, elsewhere, &numbers)?;
    draw_strips(&mut list, figure, theme, prepared, &grid, above - strip::height(&figure.strip, theme));
    let mut y = height - below + if entries.is_empty() { 0.0 } else { space };
    legend::draw(&mut list, theme, &entries, theme.label, (left, y), inner);
    y = height - theme.margin - footer_height;
    for paragraph in &footer {
        y = paragraph.write(&mut list, theme, left, y);
    }
    Ok((Page { width, height, list }, missed))
}

/// Space above a frame that a title of that many lines takes.
fn head_height(theme: &Theme, lines: usize) -> f64 {
    if lines == 0 { 0.5 * theme.tick } else { (lines as f64 * 1.2 + 0.45) * theme.panel_title }
}

fn foot_height(theme: &Theme, prepared: &Prepared) -> f64 {
    match &prepared.panel.content {
        Content::Plot(plot) if prepared.labelled => {
            let named = !plot.x.label.is_empty() || plot.x.kind == AxisKind::Time || !plot.x.unit.is_empty();
            if named { frame::axis_depth(theme) } else { frame::tick_label_depth(theme) }
        }
        Content::Plot(_) => frame::tick_length(theme),
        _ => 0.0,
    }
}

fn grid(
    theme: &Theme,
    columns: usize,
    prepared: &[Prepared],
    elsewhere: &Elsewhere,
    (left, top, inner): (f64, f64, f64),
    fixed: Option<f64>,
) -> Result<Grid, FigureError> {
    let rows = prepared.iter().map(|prepared| prepared.row + 1).max().unwrap_or(1);
    let mut title_lines = vec![1; prepared.len()];
    let mut settled = None;
    // The margins depend on the heights through the numbers, and the heights on the margins through wrapped titles.
    for _ in 0..3 {
        let grid = grid_with(theme, (columns, rows), prepared, elsewhere, (left, top, inner), fixed, &title_lines)?;
        let lines: Vec<usize> = prepared.iter().map(|prepared| title(prepared, theme, &grid, &[]).len()).collect();
        let done = lines == title_lines;
        title_lines = lines;
        settled = Some(grid);
        if done {
            break;
        }
    }
    settled.ok_or(FigureError::NoPanels)
}

fn grid_with(
    theme: &Theme,
    (columns, rows): (usize, usize),
    prepared: &[Prepared],
    elsewhere: &Elsewhere,
    (left, top, inner): (f64, f64, f64),
    fixed: Option<f64>,
    title_lines: &[usize],
) -> Result<Grid, FigureError> {
    let row_gap = 0.55 * theme.label;
    let column_gap = 1.3 * theme.label;
    let largest = |row: usize, of: &dyn Fn(usize) -> f64| {
        (0..prepared.len()).filter(|&index| prepared[index].row == row).map(of).fold(0.0, f64::max)
    };
    let heads: Vec<f64> = (0..rows).map(|row| largest(row, &|index| head_height(theme, title_lines[index]))).collect();
    let feet: Vec<f64> = (0..rows).map(|row| largest(row, &|index| foot_height(theme, &prepared[index]))).collect();
    let around: f64 = heads.iter().sum::<f64>() + feet.iter().sum::<f64>() + (rows - 1) as f64 * row_gap;
    let nominal = (inner - (columns - 1) as f64 * column_gap) / columns as f64 - 4.5 * theme.tick;
    let height = match fixed {
        Some(available) => (available - around) / rows as f64,
        None => theme.aspect * nominal.max(1.0),
    };
    let too_small = |width: f64, height: f64| FigureError::TooSmall { panels: prepared.len(), width, height };
    if height < LEAST_FRAME.1 * theme.tick {
        return Err(too_small(inner + 2.0 * theme.margin, fixed.unwrap_or(height)));
    }
    let mut tops = Vec::with_capacity(rows);
    let mut y = top;
    for row in 0..rows {
        y += heads[row];
        tops.push(y);
        y += height + feet[row] + row_gap;
    }
    let bottom = y - row_gap;
    let heights = vec![height; rows];

    let mut sides = vec![(0.0_f64, 0.0_f64); columns];
    for (index, panel) in prepared.iter().enumerate() {
        let (before, after) = side_widths(theme, panel, index, elsewhere, height);
        let last = panel.column + panel.span - 1;
        sides[panel.column].0 = sides[panel.column].0.max(before);
        sides[last].1 = sides[last].1.max(after);
    }
    let margins: f64 = sides.iter().map(|(before, after)| before + after).sum();
    let frame_width = (inner - margins - (columns - 1) as f64 * column_gap) / columns as f64;
    if frame_width < LEAST_FRAME.0 * theme.tick {
        return Err(too_small(inner + 2.0 * theme.margin, fixed.unwrap_or(height)));
    }
    let mut frames = Vec::with_capacity(columns);
    let mut x = left;
    for &(before, after) in &sides {
        frames.push((x + before, frame_width));
        x += before + frame_width + after + column_gap;
    }
    Ok(Grid { sides, frames, heads, feet, tops, heights, bottom })
}

/// Width that a panel needs left and right of its frame.
fn side_widths(theme: &Theme, prepared: &Prepared, index: usize, elsewhere: &Elsewhere, height: f64) -> (f64, f64) {
    let Some((plot, ranges)) = as_plot(prepared) else { return (0.0, 0.0) };
    let verticals = plot::verticals(plot, ranges, theme, 0.0, height);
    let before = frame::vertical_width(&plot.y, &verticals.left_parts, theme);
    let wordless = panel_words(elsewhere, index);
    let mut after = plot::end_label_width(plot, theme, &wordless);
    if let (Some(axis), Some((_, parts))) = (&plot.y_right, &verticals.right) {
        after += frame::vertical_width(axis, parts, theme);
    }
    // Half a number may stand out behind the last tick.
    (before, after.max(1.1 * theme.tick))
}

fn panel_words(elsewhere: &Elsewhere, index: usize) -> Vec<Wordless> {
    elsewhere.iter().filter(|(panel, _)| *panel == index).map(|&(_, words)| words).collect()
}

impl Grid {
    /// The frame of a panel.
    fn frame(&self, prepared: &Prepared) -> Bounds {
        let (left, _) = self.frames[prepared.column];
        let (last_left, last_width) = self.frames[prepared.column + prepared.span - 1];
        let top = self.tops[prepared.row];
        Bounds::new(left, top, last_left + last_width, top + self.heights[prepared.row])
    }
}

/// The lines of a panel's title: bold words, and the unit where the vertical axis has no name of its own.
fn title(prepared: &Prepared, theme: &Theme, grid: &Grid, cited: &[usize]) -> Vec<(String, String)> {
    let frame = grid.frame(prepared);
    let last = prepared.column + prepared.span - 1;
    let room = frame.width() + grid.sides[last].1;
    let unit = match &prepared.panel.content {
        Content::Plot(plot) if plot.y.label.is_empty() && !plot.y.unit.is_empty() => plot.y.unit.clone(),
        _ => String::new(),
    };
    let raised: Vec<String> = cited.iter().map(|&number| superscript(number as i64)).collect();
    let words = format!("{}{}", prepared.panel.title, raised.join("\u{2009}"));
    if words.is_empty() && unit.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<(String, String)> =
        font::wrap(&words, Face::Bold, theme.panel_title, room).into_iter().map(|line| (line, String::new())).collect();
    if !unit.is_empty() {
        let shown = format!("({unit})");
        let fits = lines.last().is_some_and(|(words, _)| {
            let used = font::width(words, Face::Bold, theme.panel_title);
            used + font::width(&shown, Face::Regular, theme.tick) + 0.4 * theme.panel_title <= room
        });
        match lines.last_mut() {
            Some(line) if fits => line.1 = shown,
            _ => lines.push((String::new(), shown)),
        }
    }
    lines
}

fn draw_title(
    list: &mut DisplayList,
    figure: &FigureData,
    theme: &Theme,
    prepared: &Prepared,
    grid: &Grid,
    cited: &[usize],
    index: usize,
) {
    let frame = grid.frame(prepared);
    let lines = title(prepared, theme, grid, cited);
    let size = theme.panel_title;
    let bold = TextStyle { size, face: Face::Bold, color: theme.ink, anchor: Anchor::Start };
    let count = lines.len();
    let mut top_baseline = frame.top - 0.55 * size;
    for (row, (words, unit)) in lines.iter().enumerate() {
        let baseline = frame.top - 0.55 * size - (count - 1 - row) as f64 * 1.2 * size;
        if row == 0 {
            top_baseline = baseline;
        }
        list.text(Role::PanelTitle, words, (frame.left, baseline), bold);
        let used = if words.is_empty() { 0.0 } else { font::width(words, Face::Bold, size) + 0.4 * size };
        let quiet = TextStyle { size: theme.tick, face: Face::Regular, color: theme.quiet, anchor: Anchor::Start };
        list.text(Role::PanelTitle, unit, (frame.left + used, baseline), quiet);
    }
    if figure.letters {
        let left = frame.left - grid.sides[prepared.column].0;
        list.text(Role::PanelTitle, &letter(index), (left, top_baseline), bold);
    }
}

/// a, b, ..., z, aa, ab, ...
fn letter(index: usize) -> String {
    let last = char::from(b'a' + (index % 26) as u8);
    if index < 26 { last.to_string() } else { format!("{}{last}", letter(index / 26 - 1)) }
}

fn draw_panels(
    list: &mut DisplayList,
    figure: &FigureData,
    theme: &Theme,
    prepared: &[Prepared],
    grid: &Grid,
    elsewhere: &Elsewhere,
    numbers: &[Option<usize>],
) -> Result<Elsewhere, FigureError> {
    let mut missed = Elsewhere::new();
    for (index, panel) in prepared.iter().enumerate() {
        list.panel = Some(index);
        let wordless = panel_words(elsewhere, index);
        let cited: Vec<usize> = wordless
            .iter()
            .filter_map(|words| match words {
                Wordless::Source(source) => numbers.get(*source).copied().flatten(),
                _ => None,
            })
            .collect();
        draw_title(list, figure, theme, panel, grid, &cited, index);
        if let Some((plot, ranges)) = as_plot(panel) {
            let (x, x_parts, verticals) = axes(theme, grid, panel, plot, ranges);
            let stage = Stage {
                plot,
                theme,
                frame: grid.frame(panel),
                x: &x,
                x_parts: &x_parts,
                x_labelled: panel.labelled,
                verticals: &verticals,
                numbers,
                wordless: &wordless,
            };
            missed.extend(plot::draw(list, &stage).into_iter().map(|words| (index, words)));
        }
        list.panel = None;
    }
    Ok(missed)
}

fn axes(
    theme: &Theme,
    grid: &Grid,
    panel: &Prepared,
    plot: &Plot,
    ranges: &Ranges,
) -> (AxisMap, Vec<AxisPart>, Verticals) {
    let frame = grid.frame(panel);
    let x = AxisMap::new(&plot.x, ranges.x, frame.left, frame.right, frame::break_gap(theme));
    let x_parts = frame::horizontal_parts(&x, theme);
    let verticals = plot::verticals(plot, ranges, theme, frame.top, frame.bottom);
    (x, x_parts, verticals)
}

/// Draws the dose strip above each column, on the axis of its first panel where that is time.
fn draw_strips(
    list: &mut DisplayList,
    figure: &FigureData,
    theme: &Theme,
    prepared: &[Prepared],
    grid: &Grid,
    top: f64,
) {
    for panel in prepared.iter().filter(|panel| panel.row == 0) {
        if let Some((plot, ranges)) = as_plot(panel)
            && plot.x.kind == AxisKind::Time
        {
            let frame = grid.frame(panel);
            let x = AxisMap::new(&plot.x, ranges.x, frame.left, frame.right, frame::break_gap(theme));
            strip::draw(list, theme, &figure.strip, &x, top, panel.column == 0);
        }
    }
}

/// Whether any series of a figure asks for its name behind its end.
pub fn names_at_ends(plot: &Plot) -> bool {
    plot.series.iter().any(|series| series.label == LabelPlacement::End)
}
