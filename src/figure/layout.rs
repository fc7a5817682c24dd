//! The page: header, the grid of panels, the legend for words that found no room, and the lines below.
//!
//! Words that find no room in their panel go to the legend below the panels, and the page is laid out again with
//! that much less height, until every word has its place.

use std::collections::BTreeSet;

use super::axis::AxisMap;
use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::error::FigureError;
use super::font::{self, Face};
use super::frame;
use super::geometry::Bounds;
use super::grid::{self, Axes, Grid, Prepared, Room};
use super::legend::{self, Entry, Sample};
use super::number::significant;
use super::paragraphs::{self, Paragraph};
use super::plot::{self, Stage, Wordless};
use super::scene::{Along, AxisKind, Band, Content, FigureData, Ink, Key, Panel, Plot, Style};
use super::theme::Theme;
use super::{cascade, evidence, heat, strip};

/// A page laid out.
pub struct Page {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Everything on it.
    pub list: DisplayList,
    /// Baseline of the subtitle's last line.
    pub subtitle_baseline: f64,
}

/// Words that stand elsewhere, by panel.
type Elsewhere = BTreeSet<(usize, Wordless)>;

/// Lays out a figure.
///
/// # Errors
/// Any [`FigureError`] that the data cause.
pub fn lay_out(figure: &FigureData, theme: &Theme) -> Result<Page, FigureError> {
    let prepared = grid::prepare(figure, theme)?;
    let mut elsewhere = Elsewhere::new();
    // Every round moves at least one word to the legend, so this ends.
    loop {
        let (page, missed) = lay_out_once(figure, theme, &prepared, &elsewhere)?;
        if missed.is_subset(&elsewhere) {
            return Ok(page);
        }
        elsewhere.extend(missed);
    }
}

fn panel_words(elsewhere: &Elsewhere, index: usize) -> Vec<Wordless> {
    elsewhere.iter().filter(|(panel, _)| *panel == index).map(|&(_, words)| words).collect()
}

fn lay_out_once(
    figure: &FigureData,
    theme: &Theme,
    prepared: &[Prepared],
    elsewhere: &Elsewhere,
) -> Result<(Page, Elsewhere), FigureError> {
    let width = figure.size.width.unwrap_or(theme.width);
    let (left, inner) = (theme.margin, width - 2.0 * theme.margin);
    let numbers = paragraphs::numbers(figure);
    let header = paragraphs::header(figure, theme, inner);
    let footer = paragraphs::footer(figure, theme, &numbers, inner);
    let keys = Keys::new(figure, theme, &header[1], inner);
    let entries = legend_entries(figure, elsewhere);
    let header_height: f64 = header.iter().map(Paragraph::height).sum();
    let footer_height: f64 = footer.iter().map(Paragraph::height).sum();
    let strip_height = strip::height(&figure.strip, theme);
    let space = 0.6 * theme.label;
    let and_space = |height: f64| if height > 0.0 { height + space } else { 0.0 };
    let above = theme.margin + header_height + keys.height + strip_height;
    let below = theme.margin + and_space(footer_height) + and_space(legend::height(&entries, theme.label, inner));
    let fixed = figure.size.height.or(theme.height);
    let room = Room {
        theme,
        left,
        top: above,
        width: inner,
        height: fixed.map(|height| height - above - below),
        numbers: &numbers,
        elsewhere: &|index| panel_words(elsewhere, index),
    };
    let grid = grid::lay_out(prepared, &room)?;
    let height = fixed.unwrap_or(0.0).max(grid.bottom + below);

    let mut list = DisplayList::default();
    list.rectangle(Role::Ground, Bounds::new(0.0, 0.0, width, height), theme.ground, 1.0);
    let mut y = theme.margin;
    let subtitle_baseline = header[1].last_baseline(y + header[0].height());
    for paragraph in &header {
        y = paragraph.write(&mut list, theme, left, y);
    }
    keys.draw(&mut list, theme, (left, y), inner, &header[1]);
    draw_strips(&mut list, figure, theme, prepared, &grid, above - strip_height);
    let missed = draw_panels(&mut list, figure, theme, prepared, &grid, elsewhere, &numbers);
    legend::draw(&mut list, theme, &entries, theme.label, (left, height - below + space), inner);
    y = height - theme.margin - footer_height;
    for paragraph in &footer {
        y = paragraph.write(&mut list, theme, left, y);
    }
    Ok((Page { width, height, list, subtitle_baseline }, missed))
}

/// The legend of the whole figure, under the subtitle or, where both fit, at the right end of its line.
struct Keys {
    entries: Vec<Entry>,
    /// Width in one row.
    width: f64,
    /// Height of the rows it has of its own.
    height: f64,
    beside: bool,
}

impl Keys {
    fn new(figure: &FigureData, theme: &Theme, subtitle: &Paragraph, inner: f64) -> Keys {
        let entry = |key: &Key| Entry { sample: Sample::Line(key.style), name: key.name.clone() };
        let entries: Vec<Entry> = match &figure.keys[..] {
            [] => evidence_keys(figure),
            keys => keys.iter().map(entry).collect(),
        };
        let width = legend::row_width(&entries, theme.subtitle);
        let beside = match &subtitle.lines[..] {
            [line] => font::width(line, subtitle.face, subtitle.size) + width + 3.0 * theme.subtitle <= inner,
            _ => false,
        };
        let height = if beside || entries.is_empty() {
            0.0
        } else {
            legend::height(&entries, theme.subtitle, inner) + 0.2 * theme.label
        };
        Keys { entries, width, height, beside }
    }

    /// Draws the legend, `below` being the corner under the subtitle.
    fn draw(&self, list: &mut DisplayList, theme: &Theme, below: (f64, f64), inner: f64, subtitle: &Paragraph) {
        let size = theme.subtitle;
        if self.beside {
            let corner = (below.0 + inner - self.width, below.1 - subtitle.height() - 0.04 * size);
            legend::draw(list, theme, &self.entries, size, corner, self.width + 1.0);
        } else {
            legend::draw(list, theme, &self.entries, size, below, inner);
        }
    }
}

/// What the markers of an evidence chart with several models mean.
fn evidence_keys(figure: &FigureData) -> Vec<Entry> {
    let chart = figure.panels.iter().find_map(|panel| match &panel.content {
        Content::Evidence(chart) if chart.models.len() > 1 => Some(chart),
        _ => None,
    });
    let models = chart.map(|chart| chart.models.as_slice()).unwrap_or_default();
    let entry = |(index, model): (usize, &Key)| {
        let style = Style { width: 0.0, marker: Some(evidence::marker(model, index)), ..model.style };
        Entry { sample: Sample::Line(style), name: model.name.clone() }
    };
    models.iter().enumerate().map(entry).collect()
}

/// The legend below the panels: ribbons, and words that found no room in their panel, each once.
fn legend_entries(figure: &FigureData, elsewhere: &Elsewhere) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |sample: Sample, name: &str| {
        let entry = Entry { sample, name: name.to_string() };
        if !name.is_empty() && !entries.contains(&entry) {
            entries.push(entry);
        }
    };
    for panel in &figure.panels {
        if let Content::Plot(plot) = &panel.content {
            plot.ribbons.iter().for_each(|ribbon| add(Sample::Ribbon(ribbon.ink), &ribbon.name));
        }
    }
    for &(index, words) in elsewhere {
        let Some(Panel { content: Content::Plot(plot), title, .. }) = figure.panels.get(index) else { continue };
        match words {
            Wordless::Series(index) => {
                if let Some(series) = plot.series.get(index) {
                    // A name for several runs is that of a dash, not of a color.
                    let shared = plot::siblings(plot, index).next().is_some();
                    let style = match shared {
                        true if series.markers > 0 => Style { ink: Ink::Muted, marker: None, ..series.style },
                        true => Style { ink: Ink::Muted, ..series.style },
                        false => series.style,
                    };
                    add(Sample::Line(style), &series.name);
                }
            }
            Wordless::Band(band) => {
                plot.bands.get(band).into_iter().for_each(|band| add(Sample::Band, &band_words(band, plot)));
            }
            Wordless::Threshold(threshold) => {
                plot.thresholds.get(threshold).into_iter().for_each(|line| add(Sample::Threshold, &line.label));
            }
            Wordless::Annotation(annotation) => {
                let words = plot.annotations.get(annotation).map(|words| format!("{title}: {}", words.text));
                words.into_iter().for_each(|words| add(Sample::None, &words));
            }
            // Cited at the title of its panel.
            Wordless::Source(_) => {}
        }
    }
    entries
}

/// A band's name away from the band: with its range, by which it can be found.
fn band_words(band: &Band, plot: &Plot) -> String {
    let axis = if band.along == Along::X { &plot.x } else { &plot.y };
    let unit = if axis.kind == AxisKind::Time { "h" } else { axis.unit.as_str() };
    let range = match (band.from.is_finite(), band.to.is_finite()) {
        (true, true) => format!("{}–{}", significant(band.from, 3), significant(band.to, 3)),
        (true, false) => format!("above {}", significant(band.from, 3)),
        _ => format!("below {}", significant(band.to, 3)),
    };
    format!("{} ({})", band.label, format!("{range} {unit}").trim_end())
}

fn draw_panels(
    list: &mut DisplayList,
    figure: &FigureData,
    theme: &Theme,
    prepared: &[Prepared],
    grid: &Grid,
    elsewhere: &Elsewhere,
    numbers: &[Option<usize>],
) -> Elsewhere {
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
        draw_title(list, theme, panel, grid, &cited);
        if figure.letters {
            draw_letter(list, theme, panel, grid, &cited, index);
        }
        let frame = grid.frame(panel);
        match (&panel.panel.content, &panel.axes) {
            (Content::Plot(plot), Axes::Plot(ranges)) => {
                let x = AxisMap::new(&plot.x, ranges.x, frame.left, frame.right, frame::break_gap(theme));
                let stage = Stage {
                    plot,
                    theme,
                    frame,
                    x: &x,
                    x_parts: &frame::horizontal_parts(&x, theme),
                    x_labeled: panel.labeled,
                    verticals: &plot::verticals(plot, ranges, theme, frame.top, frame.bottom),
                    numbers,
                    wordless: &wordless,
                };
                missed.extend(plot::draw(list, &stage).into_iter().map(|words| (index, words)));
            }
            (Content::HeatMap(map), Axes::HeatMap(ranges)) => heat::draw(list, theme, map, ranges, &frame),
            (Content::Evidence(chart), _) => {
                let (before, _) = grid.sides[panel.column];
                let (_, after) = grid.sides[panel.column + panel.span - 1];
                evidence::draw(list, theme, chart, numbers, &frame, before + frame.width() + after);
            }
            (Content::Cascade(cascade), _) => cascade::draw(list, theme, cascade, &frame),
            _ => {}
        }
        list.panel = None;
    }
    missed
}

/// Baseline of the first or last line of a title of so many lines.
fn title_baseline(theme: &Theme, frame: &Bounds, lines: usize, line: usize) -> f64 {
    frame.top - 0.55 * theme.panel_title - (lines.saturating_sub(line + 1)) as f64 * 1.2 * theme.panel_title
}

fn bold(theme: &Theme) -> TextStyle {
    TextStyle { size: theme.panel_title, face: Face::Bold, color: theme.ink, anchor: Anchor::Start }
}

fn draw_title(list: &mut DisplayList, theme: &Theme, panel: &Prepared, grid: &Grid, cited: &[usize]) {
    let frame = grid.frame(panel);
    let lines = grid::title(panel, theme, grid, cited);
    let size = theme.panel_title;
    let quiet = TextStyle { size: theme.tick, face: Face::Regular, color: theme.quiet, anchor: Anchor::Start };
    // A chart with labels left of its frame begins its title above them.
    let left = match panel.panel.content {
        Content::Evidence(_) => frame.left - grid.sides[panel.column].0,
        _ => frame.left,
    };
    for (row, (words, unit)) in lines.iter().enumerate() {
        let baseline = title_baseline(theme, &frame, lines.len(), row);
        list.text(Role::PanelTitle, words, (left, baseline), bold(theme));
        let used = if words.is_empty() { 0.0 } else { font::width(words, Face::Bold, size) + 0.4 * size };
        list.text(Role::PanelTitle, unit, (left + used, baseline), quiet);
    }
}

fn draw_letter(list: &mut DisplayList, theme: &Theme, panel: &Prepared, grid: &Grid, cited: &[usize], index: usize) {
    let frame = grid.frame(panel);
    let lines = grid::title(panel, theme, grid, cited).len();
    let baseline = title_baseline(theme, &frame, lines, 0);
    list.text(Role::PanelTitle, &letter(index), (frame.left - grid.sides[panel.column].0, baseline), bold(theme));
}

/// a, b, ..., z, aa, ab, ...
fn letter(index: usize) -> String {
    let last = char::from(b'a' + (index % 26) as u8);
    if index < 26 { last.to_string() } else { format!("{}{last}", letter(index / 26 - 1)) }
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
        if let Some((plot, ranges)) = panel.as_plot()
            && plot.x.kind == AxisKind::Time
        {
            let frame = grid.frame(panel);
            let x = AxisMap::new(&plot.x, ranges.x, frame.left, frame.right, frame::break_gap(theme));
            strip::draw(list, theme, &figure.strip, &x, top, panel.column == 0);
        }
    }
}
