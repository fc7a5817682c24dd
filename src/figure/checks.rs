//! What must hold of every figure, asked of its display list: no text on another, none outside, all of it readable.
//!
//! The tests run these over every shipped figure; they are public so that a gallery can run them too.

use super::color::{Rgb, contrast};
use super::display::{Item, Role, Shape};
use super::geometry::{Bounds, Place};

/// A fault of a layout.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Two texts cover each other.
    TextOnText(String, String),
    /// A text leaves the figure.
    TextOutside(String),
    /// A curve, marker or other line runs through a text.
    TextOnMark(String, Role),
    /// A text has too little contrast against its ground: the words, and the ratio.
    FaintText(String, f64),
    /// A line or marker has too little contrast against its ground: its role, and the ratio.
    FaintMark(Role, f64),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::TextOnText(first, second) => write!(to, "`{first}` and `{second}` overlap"),
            Fault::TextOutside(text) => write!(to, "`{text}` leaves the figure"),
            Fault::TextOnMark(text, role) => write!(to, "`{text}` is crossed by a mark ({role:?})"),
            Fault::FaintText(text, ratio) => write!(to, "`{text}` has a contrast of {ratio:.1} to its ground"),
            Fault::FaintMark(role, ratio) => write!(to, "a mark ({role:?}) has a contrast of {ratio:.1} to its ground"),
        }
    }
}

/// All faults of a figure of that size.
pub fn faults(items: &[Item], width: f64, height: f64) -> Vec<Fault> {
    let mut faults = overlapping_texts(items);
    faults.extend(outside(items, width, height));
    faults.extend(texts_on_marks(items));
    faults.extend(faint(items));
    faults
}

/// Pairs of texts whose rectangles meet by more than a hair.
fn overlapping_texts(items: &[Item]) -> Vec<Fault> {
    let texts: Vec<&Item> = items.iter().filter(|item| item.is_text() && item.opacity > 0.0).collect();
    let mut faults = Vec::new();
    for (index, first) in texts.iter().enumerate() {
        for second in &texts[index + 1..] {
            if first.bounds.grown(-0.2).overlaps(&second.bounds.grown(-0.2)) {
                faults.push(Fault::TextOnText(first.text().to_string(), second.text().to_string()));
            }
        }
    }
    faults
}

fn outside(items: &[Item], width: f64, height: f64) -> Vec<Fault> {
    let page = Bounds::new(0.0, 0.0, width, height);
    items
        .iter()
        .filter(|item| item.is_text() && !page.encloses(&item.bounds))
        .map(|item| Fault::TextOutside(item.text().to_string()))
        .collect()
}

/// Marks that must not run through words.
fn disturbs(role: Role) -> bool {
    matches!(role, Role::Curve | Role::Point | Role::Range | Role::Threshold | Role::Frame | Role::Dose | Role::Arrow)
}

fn texts_on_marks(items: &[Item]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for text in items.iter().filter(|item| item.is_text()) {
        let inner = text.bounds.grown(-0.5);
        for mark in items.iter().filter(|item| disturbs(item.role)) {
            if !mark.bounds.grown(0.01).overlaps(&inner) {
                continue;
            }
            if touches(mark, &inner) {
                faults.push(Fault::TextOnMark(text.text().to_string(), mark.role));
            }
        }
    }
    faults
}

fn touches(mark: &Item, rectangle: &Bounds) -> bool {
    match &mark.shape {
        Shape::Line { points, .. } => points.windows(2).any(|pair| rectangle.meets(pair[0], pair[1])),
        Shape::Polygon { points } => {
            points.windows(2).any(|pair| rectangle.meets(pair[0], pair[1]))
                || points.last().zip(points.first()).is_some_and(|(&a, &b)| rectangle.meets(a, b))
        }
        Shape::Disk { center, radius } => rectangle.distance(*center) < *radius,
        Shape::Rectangle { bounds } => bounds.overlaps(rectangle),
        Shape::Text { .. } => false,
    }
}

/// The color under a place when the first `count` marks are drawn; only areas count.
pub fn ground_at(items: &[Item], count: usize, place: Place) -> Rgb {
    let mut color = Rgb(255, 255, 255);
    for item in &items[..count.min(items.len())] {
        let covered = match &item.shape {
            Shape::Rectangle { bounds } => bounds.holds(place),
            Shape::Disk { center, radius } => {
                let (dx, dy) = (place.0 - center.0, place.1 - center.1);
                dx * dx + dy * dy <= radius * radius
            }
            Shape::Polygon { points } => inside(points, place),
            _ => false,
        };
        if covered {
            color = item.color.over(color, item.opacity);
        }
    }
    color
}

/// Whether a place lies within a polygon, by the parity of the edges to its right.
fn inside(points: &[Place], (x, y): Place) -> bool {
    let mut within = false;
    let mut previous = match points.last() {
        Some(&last) => last,
        None => return false,
    };
    for &current in points {
        if (current.1 > y) != (previous.1 > y) {
            let crossing = current.0 + (y - current.1) / (previous.1 - current.1) * (previous.0 - current.0);
            if x < crossing {
                within = !within;
            }
        }
        previous = current;
    }
    within
}

fn faint(items: &[Item]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match (&item.shape, item.role) {
            (Shape::Text { text, .. }, _) if item.opacity > 0.0 => {
                let ground = ground_at(items, index, item.bounds.center());
                let ratio = contrast(item.color, ground);
                if ratio < 4.5 {
                    faults.push(Fault::FaintText(text.clone(), ratio));
                }
            }
            (Shape::Line { points, .. }, Role::Curve | Role::Range | Role::Threshold | Role::Arrow | Role::Frame) => {
                let ratio = contrast(item.color, page_ground(items, item, points));
                if ratio < 3.0 {
                    faults.push(Fault::FaintMark(item.role, ratio));
                }
            }
            _ => {}
        }
    }
    faults
}

/// The ground under a line: the page, and for a contour line the heat map that it runs over. Bands and ribbons are
/// seen through and do not count.
fn page_ground(items: &[Item], line: &Item, points: &[Place]) -> Rgb {
    let middle = points.get(points.len() / 2).copied().unwrap_or_default();
    let counts = |role| role == Role::Ground || (role == Role::Cell && line.role == Role::Curve);
    let grounds: Vec<Item> = items.iter().filter(|item| counts(item.role)).cloned().collect();
    ground_at(&grounds, grounds.len(), middle)
}

#[cfg(test)]
mod tests {
    use super::super::display::{Anchor, DisplayList, TextStyle};
    use super::super::font::Face;
    use super::*;

    const BLACK: Rgb = Rgb(0, 0, 0);

    fn style(color: Rgb) -> TextStyle {
        TextStyle { size: 10.0, face: Face::Regular, color, anchor: Anchor::Start }
    }

    fn page() -> DisplayList {
        let mut list = DisplayList::default();
        list.rectangle(Role::Ground, Bounds::new(0.0, 0.0, 200.0, 100.0), Rgb(255, 255, 255), 1.0);
        list
    }

    #[test]
    fn a_sound_page_has_no_faults() {
        let mut list = page();
        list.text(Role::Title, "one", (10.0, 20.0), style(BLACK));
        list.text(Role::Title, "two", (10.0, 40.0), style(BLACK));
        list.line(Role::Curve, vec![(0.0, 60.0), (200.0, 60.0)], 1.0, BLACK);
        assert_eq!(faults(&list.items, 200.0, 100.0), vec![]);
    }

    #[test]
    fn each_fault_is_seen() {
        let mut list = page();
        list.text(Role::Title, "one", (10.0, 20.0), style(BLACK));
        list.text(Role::Title, "two", (14.0, 22.0), style(BLACK));
        list.text(Role::Title, "out", (195.0, 50.0), style(BLACK));
        list.text(Role::Title, "pale", (10.0, 70.0), style(Rgb(200, 200, 200)));
        list.text(Role::Title, "struck", (100.0, 90.0), style(BLACK));
        list.line(Role::Curve, vec![(90.0, 80.0), (150.0, 95.0)], 1.0, Rgb(220, 220, 220));
        let found = faults(&list.items, 200.0, 100.0);
        assert!(matches!(found[0], Fault::TextOnText(..)), "{found:?}");
        assert!(found.contains(&Fault::TextOutside("out".into())));
        assert!(found.contains(&Fault::TextOnMark("struck".into(), Role::Curve)));
        assert!(found.iter().any(|fault| matches!(fault, Fault::FaintText(text, _) if text == "pale")));
        assert!(found.iter().any(|fault| matches!(fault, Fault::FaintMark(Role::Curve, _))));
    }

    #[test]
    fn the_ground_of_a_text_is_what_lies_under_it() {
        let mut list = page();
        list.rectangle(Role::Band, Bounds::new(0.0, 0.0, 50.0, 50.0), BLACK, 0.5);
        list.polygon(Role::Node, vec![(100.0, 0.0), (150.0, 0.0), (100.0, 50.0)], BLACK, 1.0);
        let count = list.items.len();
        assert_eq!(ground_at(&list.items, count, (10.0, 10.0)), Rgb(128, 128, 128));
        assert_eq!(ground_at(&list.items, count, (105.0, 5.0)), BLACK);
        assert_eq!(ground_at(&list.items, count, (149.0, 49.0)), Rgb(255, 255, 255));
    }
}
