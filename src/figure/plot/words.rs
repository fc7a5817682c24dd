//! The words of a plot, each where it has room: names of curves, annotations, numbers of sources, thresholds, bands.

use super::super::display::{Anchor, DisplayList, Role, TextStyle, text_bounds};
use super::super::font::{self, Face};
use super::super::geometry::{Bounds, Place};
use super::super::labels::{self, NOBODY, Obstacles};
use super::super::scene::{Along, Ink, LabelPlacement, Plot, Series};
use super::ink::{band_areas, threshold_lines};
use super::{END_LABEL_GAP, Stage, Wordless};

/// A line of words and the rectangle it needs.
struct Words<'a> {
    text: &'a str,
    style: TextStyle,
}

impl Words<'_> {
    fn size(&self) -> (f64, f64) {
        let bounds = text_bounds(self.text, (0.0, 0.0), self.style.size, self.style.face, Anchor::Start, false);
        (bounds.width(), bounds.height())
    }

    /// Writes the words into a rectangle of their size.
    fn write(&self, list: &mut DisplayList, role: Role, bounds: &Bounds) {
        let baseline = bounds.bottom - font::DESCENT * self.style.size;
        list.text(role, self.text, (bounds.left, baseline), self.style);
    }
}

/// Writes all words and returns those that found no room.
pub(super) fn write_words(
    list: &mut DisplayList,
    stage: &Stage,
    curves: &[Vec<Vec<Place>>],
    obstacles: &mut Obstacles,
) -> Vec<Wordless> {
    let mut missed = Vec::new();
    name_curves(list, stage, curves, obstacles, &mut missed);
    write_annotations(list, stage, obstacles, &mut missed);
    cite_points(list, stage, obstacles, &mut missed);
    name_thresholds(list, stage, obstacles, &mut missed);
    name_bands(list, stage, obstacles, &mut missed);
    missed
}

fn name_curves(
    list: &mut DisplayList,
    stage: &Stage,
    curves: &[Vec<Vec<Place>>],
    obstacles: &mut Obstacles,
    missed: &mut Vec<Wordless>,
) {
    name_ends(list, stage, curves, missed);
    for (index, series) in stage.plot.series.iter().enumerate() {
        let words = Wordless::Series(index);
        if series.name.is_empty() || stage.hidden(words) {
            continue;
        }
        match series.label {
            LabelPlacement::Hidden | LabelPlacement::End => continue,
            LabelPlacement::Legend => missed.push(words),
            LabelPlacement::Auto => {
                // Where its own curve has no room, a name may stand at another run's curve of the same dash.
                let mut owners = std::iter::once(index).chain(siblings(stage.plot, index));
                match owners.find_map(|owner| {
                    Some((owner, room_at_curve(stage, &curves[owner], owner, &series.name, obstacles)?))
                }) {
                    Some((owner, bounds)) => {
                        let style = curve_label_style(stage, owner);
                        list.series = Some(owner);
                        Words { text: &series.name, style }.write(list, Role::CurveLabel, &bounds);
                        list.series = None;
                        obstacles.add_box(bounds);
                    }
                    None => missed.push(words),
                }
            }
        }
    }
}

fn curve_label_style(stage: &Stage, index: usize) -> TextStyle {
    TextStyle {
        size: stage.theme.label,
        face: Face::Regular,
        color: stage.theme.text_color(stage.plot.series[index].style.ink),
        anchor: Anchor::Start,
    }
}

/// Room for a name at a curve, on the later stretch of a broken axis if there is any.
fn room_at_curve(
    stage: &Stage,
    curve: &[Vec<Place>],
    index: usize,
    name: &str,
    obstacles: &Obstacles,
) -> Option<Bounds> {
    let size = Words { text: name, style: curve_label_style(stage, index) }.size();
    let gap = 0.28 * stage.theme.label + 0.5 * stage.theme.line;
    let stretches = stage.x.stretches();
    let parts = stretches
        .iter()
        .map(|&(left, right)| Bounds::new(left, stage.frame.top, right, stage.frame.bottom).grown(-1.0));
    parts
        .filter_map(|part| {
            let meets = |piece: &&Vec<Place>| piece.windows(2).any(|pair| part.meets(pair[0], pair[1]));
            let within: Vec<Vec<Place>> = curve.iter().filter(meets).cloned().collect();
            labels::at_curve(&within, size, gap, &part, obstacles, index)
        })
        .next_back()
}

/// The nameless series that differ from one in color only: the same quantity in other runs.
pub fn siblings(plot: &Plot, index: usize) -> impl Iterator<Item = usize> + '_ {
    let own = &plot.series[index];
    let alike = move |(other, series): (usize, &Series)| {
        let (a, b) = (&series.style, &own.style);
        // Sparse markers tell the runs apart, as colors do.
        let marked = a.marker == b.marker || (series.markers > 0 && own.markers > 0);
        let same = a.dash == b.dash && a.width == b.width && marked && series.side == own.side;
        (other != index && series.name.is_empty() && same && a.ink != b.ink).then_some(other)
    };
    plot.series.iter().enumerate().filter_map(alike)
}

/// Names behind the ends of curves, moved apart, with a thin line to any that had to move far.
fn name_ends(list: &mut DisplayList, stage: &Stage, curves: &[Vec<Vec<Place>>], missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let mut ends: Vec<(usize, Place)> = Vec::new();
    for (index, series) in stage.plot.series.iter().enumerate() {
        let words = Wordless::Series(index);
        if series.label != LabelPlacement::End || series.name.is_empty() || stage.hidden(words) {
            continue;
        }
        match curves[index].last().and_then(|piece| piece.last()) {
            Some(&end) => ends.push((index, end)),
            None => missed.push(words),
        }
    }
    let height = 1.12 * (font::ASCENT + font::DESCENT) * theme.label;
    let wishes: Vec<f64> = ends.iter().map(|end| end.1.1).collect();
    let half = 0.5 * height;
    let centers = labels::spread(&wishes, height, stage.frame.top - half, stage.frame.bottom + half);
    for (&(index, end), &center) in ends.iter().zip(&centers) {
        if center - half < stage.frame.top - height || center + half > stage.frame.bottom + height {
            missed.push(Wordless::Series(index));
            continue;
        }
        let series = &stage.plot.series[index];
        let left = stage.frame.right + END_LABEL_GAP * theme.label;
        if (center - end.1).abs() > 0.35 * theme.label || end.0 < stage.frame.right - 2.0 {
            let points = vec![(end.0.max(stage.frame.right) + 1.5, end.1), (left - 0.2 * theme.label, center)];
            list.line(Role::Leader, points, 0.8 * theme.hairline, theme.line_color(series.style.ink));
        }
        list.series = Some(index);
        let style = TextStyle {
            size: theme.label,
            face: Face::Regular,
            color: theme.text_color(series.style.ink),
            anchor: Anchor::Start,
        };
        let baseline = center + 0.5 * (font::ASCENT - font::DESCENT) * theme.label;
        list.text(Role::CurveLabel, &series.name, (left, baseline), style);
        list.series = None;
    }
}

fn write_annotations(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let style = TextStyle { size: theme.label, face: Face::Regular, color: theme.ink, anchor: Anchor::Start };
    for (index, annotation) in stage.plot.annotations.iter().enumerate() {
        if stage.hidden(Wordless::Annotation(index)) || annotation.text.is_empty() {
            continue;
        }
        let place = stage.at(annotation.x, annotation.y);
        let words = Words { text: &annotation.text, style };
        let gaps: &[f64] = if annotation.pointer { &[1.0, 1.6, 2.4, 3.4] } else { &[0.4, 0.9, 1.6] };
        let candidates = gaps.iter().flat_map(|gap| labels::around(place, words.size(), gap * theme.label));
        match labels::first_free(candidates, &stage.frame.grown(-1.0), obstacles, 0.3 * theme.label) {
            Some(bounds) => {
                if annotation.pointer {
                    let near = (place.0.clamp(bounds.left, bounds.right), place.1.clamp(bounds.top, bounds.bottom));
                    let points = vec![near, place];
                    obstacles.add_line(NOBODY, &points);
                    list.line(Role::Leader, points, theme.hairline, theme.quiet);
                }
                words.write(list, Role::Note, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Annotation(index)),
        }
    }
}

/// The number of each source beside one of its points; near the rightmost that has room.
fn cite_points(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    for (source, number) in stage.numbers.iter().enumerate() {
        let Some(number) = number else { continue };
        let mut places: Vec<(Place, Ink)> = stage
            .plot
            .points
            .iter()
            .filter(|point| point.source == Some(source))
            .map(|point| (stage.at(point.x, point.y), point.ink))
            .filter(|(place, _)| stage.frame.grown(0.5).holds(*place))
            .collect();
        if places.is_empty() || stage.hidden(Wordless::Source(source)) {
            continue;
        }
        places.sort_by(|a, b| b.0.0.total_cmp(&a.0.0));
        let text = number.to_string();
        let size = 0.82 * theme.label;
        let gap = 2.0 * theme.marker + 0.1 * theme.label;
        let found = places.iter().find_map(|&(place, ink)| {
            let style = TextStyle { size, face: Face::Regular, color: theme.text_color(ink), anchor: Anchor::Start };
            let words = Words { text: &text, style };
            // Beside the marker first: above and below it runs the range bar.
            let [above, below, right, left, corners @ ..] = labels::around(place, words.size(), gap);
            let order = [right, corners[0], left, corners[1], corners[2], corners[3], above, below];
            labels::first_free(order, &stage.frame.grown(-0.5), obstacles, 0.8).map(|bounds| (bounds, style))
        });
        match found {
            Some((bounds, style)) => {
                Words { text: &text, style }.write(list, Role::Citation, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Source(source)),
        }
    }
}

fn name_thresholds(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let style = TextStyle { size: theme.tick, face: Face::Regular, color: theme.quiet, anchor: Anchor::Start };
    for (index, threshold) in stage.plot.thresholds.iter().enumerate() {
        let lines = threshold_lines(stage, threshold.along, threshold.at);
        if threshold.label.is_empty() || stage.hidden(Wordless::Threshold(index)) || lines.is_empty() {
            continue;
        }
        let words = Words { text: &threshold.label, style };
        let (width, height) = words.size();
        let gap = 0.22 * theme.tick;
        let candidates: Vec<Bounds> = match threshold.along {
            // From the right end of each stretch to its left, above the line and below it.
            Along::Y => stage
                .x
                .stretches()
                .into_iter()
                .rev()
                .flat_map(|(left, right)| {
                    let y = lines[0][0].1;
                    (0..12).flat_map(move |step| {
                        let x = right - 2.0 - width - (right - left - width - 4.0).max(0.0) * f64::from(step) / 11.0;
                        let box_at = |top: f64| Bounds::new(x, top, x + width, top + height);
                        [(x >= left).then(|| box_at(y - gap - height)), (x >= left).then(|| box_at(y + gap))]
                    })
                })
                .flatten()
                .collect(),
            Along::X => {
                let x = lines[0][0].0;
                (0..12)
                    .flat_map(|step| {
                        let top = stage.frame.top
                            + 1.0
                            + (stage.frame.height() - height - 2.0).max(0.0) * f64::from(step) / 11.0;
                        [
                            Bounds::new(x + gap, top, x + gap + width, top + height),
                            Bounds::new(x - gap - width, top, x - gap, top + height),
                        ]
                    })
                    .collect()
            }
        };
        match labels::first_free(candidates, &stage.frame.grown(1.0), obstacles, 0.15 * theme.tick) {
            Some(bounds) => {
                words.write(list, Role::Note, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Threshold(index)),
        }
    }
}

fn name_bands(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let style = TextStyle { size: theme.tick, face: Face::Regular, color: theme.quiet, anchor: Anchor::Start };
    for (index, band) in stage.plot.bands.iter().enumerate() {
        if band.label.is_empty() || stage.hidden(Wordless::Band(index)) {
            continue;
        }
        let words = Words { text: &band.label, style };
        let (width, height) = words.size();
        let areas = band_areas(stage, band.along, band.from, band.to);
        let within = areas.iter().rev().flat_map(|area| within_band(area, (width, height), theme.tick));
        let beside = areas.iter().rev().flat_map(|area| beside_band(area, band.along, (width, height), theme.tick));
        let candidates = within.chain(beside);
        match labels::first_free(candidates, &stage.frame, obstacles, 0.15 * theme.tick) {
            Some(bounds) => {
                words.write(list, Role::Note, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Band(index)),
        }
    }
}

/// Places for words within a band, a grid of them, the upper right first.
fn within_band(area: &Bounds, (width, height): (f64, f64), tick: f64) -> Vec<Bounds> {
    let (inset_x, inset_y) = (0.25 * tick, 0.08 * tick);
    let free_width = area.width() - width - 2.0 * inset_x;
    let free_height = area.height() - height - 2.0 * inset_y;
    if free_width < 0.0 || free_height < 0.0 {
        return Vec::new();
    }
    let lowest = if free_height < 0.3 * tick { 1 } else { 5 };
    let places = (0..lowest).flat_map(|row| (0..12).map(move |column| (row, column)));
    places
        .map(|(row, column)| {
            let left = area.right - inset_x - width - free_width * f64::from(column) / 11.0;
            // Words in a thin band stand in its middle.
            let down = if lowest == 1 { 0.5 } else { f64::from(row) / 4.0 };
            let top = area.top + inset_y + free_height * down;
            Bounds::new(left, top, left + width, top + height)
        })
        .collect()
}

/// Places for words along the edges of a band that is too small to hold them.
fn beside_band(area: &Bounds, along: Along, (width, height): (f64, f64), tick: f64) -> Vec<Bounds> {
    let gap = 0.2 * tick;
    let at = |left: f64, top: f64| Bounds::new(left, top, left + width, top + height);
    (0..12)
        .flat_map(|step| match along {
            Along::Y => {
                let left = area.right - 2.0 - width - (area.width() - width - 4.0).max(0.0) * f64::from(step) / 11.0;
                [at(left, area.top - gap - height), at(left, area.bottom + gap)]
            }
            Along::X => {
                let top = area.top + gap + (area.height() - height - 2.0 * gap).max(0.0) * f64::from(step) / 11.0;
                [at(area.right + gap, top), at(area.left - gap - width, top)]
            }
        })
        .collect()
}
