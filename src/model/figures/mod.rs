//! `[figures.*]`: what `plot` and `compare` draw, as the author asked for it.
//!
//! Names are checked against the model and quantities are converted here, so that a figure's faults point at
//! their line; the figure itself is composed and drawn elsewhere. These files must never draw.

mod axis;
mod panel;
mod read;

pub use read::{known, read, read_set};

use super::reader::Text;
use crate::diagnostics::Place;
use crate::units::Unit;

/// A figure as declared.
#[derive(Debug, Clone)]
pub struct FigureSpec {
    /// Its name.
    pub name: String,
    /// The line above it.
    pub title: String,
    /// A second line.
    pub subtitle: String,
    /// Text below; `{peak(C)}` stands for a computed number.
    pub caption: Option<Text>,
    /// What kind of figure.
    pub kind: FigureKind,
    /// What is simulated for it.
    pub runs: Vec<RunSpec>,
    /// Panels side by side; `None` lets the layout decide.
    pub columns: Option<usize>,
    /// Theme by name.
    pub theme: Option<String>,
    /// Where the time axis begins and ends, internal units.
    pub from: Option<f64>,
    /// See `from`.
    pub until: Option<f64>,
    /// The axis that panels share.
    pub x: AxisSpec,
    /// Whether a strip above the panels shows the doses.
    pub doses: bool,
    /// Whether panels are lettered.
    pub letters: bool,
    /// The panels, row by row.
    pub panels: Vec<PanelSpec>,
    /// What is varied, for dose-response and heat maps: as written for `sweep --vary`.
    pub vary: Vec<Text>,
    /// What is measured, for dose-response and heat maps, a panel each.
    pub measure: Vec<Text>,
    /// The times at which a cascade diagram is colored, internal units.
    pub times: Vec<f64>,
    /// The nodes of a cascade diagram.
    pub nodes: Vec<SeriesSpec>,
    /// The arrows of a cascade diagram; empty for those that the equations have.
    pub arrows: Vec<ArrowSpec>,
    /// Where it is declared.
    pub place: Place,
}

/// The themes that an author may name.
pub const THEMES: [&str; 4] = ["slide", "dark", "paper", "paper-wide"];

/// Kinds of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Curves over time.
    Time,
    /// Outcomes over one varied dose or parameter.
    DoseResponse,
    /// One outcome over two varied ones.
    HeatMap,
    /// One quantity over another.
    Phase,
    /// Measured ranges beside the model.
    Evidence,
    /// The cascade as a diagram, activity as color.
    Cascade,
}

impl FigureKind {
    /// All kinds, by the words that an author writes.
    pub const WORDS: [(&'static str, FigureKind); 6] = [
        ("time", FigureKind::Time),
        ("dose-response", FigureKind::DoseResponse),
        ("heat-map", FigureKind::HeatMap),
        ("phase", FigureKind::Phase),
        ("evidence", FigureKind::Evidence),
        ("cascade", FigureKind::Cascade),
    ];

    /// The word that an author writes.
    pub fn word(self) -> &'static str {
        FigureKind::WORDS.iter().find(|(_, kind)| *kind == self).map_or("time", |(word, _)| word)
    }

    /// Whether its curves are outcomes of many runs rather than columns of one.
    pub fn sweeps(self) -> bool {
        matches!(self, FigureKind::DoseResponse | FigureKind::HeatMap)
    }
}

/// One simulation of a figure.
#[derive(Debug, Clone, Default)]
pub struct RunSpec {
    /// What the curve is called; default: the regimen's title.
    pub label: Option<String>,
    /// Another model than the one whose file this is: a built-in name, or a path relative to that file.
    pub model: Option<Text>,
    /// The regimen, if any.
    pub regimen: Option<String>,
    /// Doses written out.
    pub dose: Vec<String>,
    /// Perturbations, the last wins.
    pub perturbations: Vec<String>,
    /// Parameters set: name and value as written.
    pub set: Vec<(String, String)>,
    /// Where it is declared; none for a run that was typed.
    pub place: Option<Place>,
}

/// An axis as declared; what is absent the layout decides.
#[derive(Debug, Clone, Default)]
pub struct AxisSpec {
    /// Its words.
    pub label: Option<String>,
    /// Its unit.
    pub unit: Option<Unit>,
    /// Its scale.
    pub scale: Option<ScaleSpec>,
    /// Where it begins, internal units.
    pub from: Option<f64>,
    /// Where it ends, internal units.
    pub until: Option<f64>,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// Scales of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScaleSpec {
    /// Even.
    Linear,
    /// Logarithmic.
    Log,
    /// Logarithmic on both sides of zero, even within `linear` (internal units).
    SymLog {
        /// Half the width of the even part.
        linear: f64,
    },
    /// Two scales with a visible break: up to `at` (internal time) on the left `share` of the width.
    Broken {
        /// Where it breaks, internal units.
        at: f64,
        /// The share of the width left of the break.
        share: f64,
    },
}

/// One panel.
#[derive(Debug, Clone)]
pub struct PanelSpec {
    /// The words above it.
    pub title: String,
    /// How many columns it spans.
    pub span: usize,
    /// Its curves; in figures that sweep, `show` is an outcome.
    pub series: Vec<SeriesSpec>,
    /// What is on the horizontal axis instead of time (phase portraits).
    pub against: Option<String>,
    /// The vertical axis.
    pub y: AxisSpec,
    /// The axis on the right, for series with `axis = "right"`.
    pub right: Option<AxisSpec>,
    /// The horizontal axis, where it differs from the figure's.
    pub x: Option<AxisSpec>,
    /// Shaded ranges.
    pub bands: Vec<BandSpec>,
    /// Ribbons between two series.
    pub ribbons: Vec<RibbonSpec>,
    /// Words in the panel.
    pub annotations: Vec<AnnotationSpec>,
    /// Evidence entries drawn as points; in an evidence chart, entries or topics drawn as rows.
    pub evidence: Vec<Text>,
    /// Where it is declared.
    pub place: Place,
}

/// One curve, or one node of a cascade diagram.
#[derive(Debug, Clone)]
pub struct SeriesSpec {
    /// A state or a quantity; an outcome in figures that sweep.
    pub show: Text,
    /// What it is called; default: its `about`.
    pub label: Option<String>,
    /// A dash pattern by name.
    pub style: Option<String>,
    /// Whether it is measured on the right axis.
    pub right: bool,
    /// Only for this run (by regimen), if given.
    pub only: Option<String>,
}

/// A shaded range, or a line if both ends are one.
#[derive(Debug, Clone)]
pub struct BandSpec {
    /// Lower end, internal units.
    pub from: f64,
    /// Upper end, internal units.
    pub until: f64,
    /// Its words.
    pub label: String,
    /// Whether it lies on the time axis.
    pub along_time: bool,
}

/// A shaded area between two series.
#[derive(Debug, Clone)]
pub struct RibbonSpec {
    /// The lower series.
    pub low: String,
    /// The upper series.
    pub high: String,
    /// Its words.
    pub label: String,
}

/// Words at a point.
#[derive(Debug, Clone)]
pub struct AnnotationSpec {
    /// When, internal units.
    pub at: f64,
    /// How high, internal units; at the first curve if absent.
    pub y: Option<f64>,
    /// The words.
    pub text: String,
}

/// An arrow of a cascade diagram, between two of its nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrowSpec {
    /// Where it begins, a place in the list of nodes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it does.
    pub sign: super::InfluenceSign,
}
