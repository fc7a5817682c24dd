//! What a figure shows, as plain data: numbers, names and styles, without models, solvers or pixels.
//!
//! Whoever has something to draw fills a [`FigureData`] and hands it to [`crate::figure::draw`].
//! Values are in the unit that the axis states; a time axis takes hours and chooses the unit it shows.
//!
//! This module must never compute a layout, know a file format, or hold a type of the model.

/// A whole figure: header, panels in reading order, and the lines below them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FigureData {
    /// One line above everything; empty for none.
    pub title: String,
    /// A quieter line under the title; empty for none.
    pub subtitle: String,
    /// A paragraph under the panels, wrapped to the width.
    pub caption: String,
    /// What the figure shows, for those who cannot see it; made from titles when empty.
    pub alt_text: String,
    /// Where the figure comes from; written into every output.
    pub metadata: Metadata,
    /// Small gray lines at the very bottom: model, version, "not medical advice". Drawn as given.
    pub footer: Vec<String>,
    /// Works cited by [`EvidencePoint::source`] and [`EvidenceRow::source`], numbered from 1 in this order.
    /// Only those that a panel cites are listed.
    pub sources: Vec<Source>,
    /// Typography, colors and the default size.
    pub theme: ThemeName,
    /// Width and height in CSS pixels (1/96 inch); either may be left to the theme.
    pub size: Size,
    /// Panels side by side; 0 lets the layout choose.
    pub columns: usize,
    /// Panels in reading order.
    pub panels: Vec<Panel>,
    /// What colors and dashes mean throughout the figure (regimens, models): the legend under the subtitle.
    pub keys: Vec<Key>,
    /// When doses are given, above every column; its times are on the x axis of the column's first panel.
    pub strip: DoseStrip,
    /// Panels of a column with equal x axes show tick labels only under the lowest.
    pub share_x: bool,
    /// Letter the panels a, b, c.
    pub letters: bool,
}

/// Where a figure comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Version of the program.
    pub version: String,
    /// Name of the model.
    pub model: String,
    /// Hash of the model's text.
    pub model_hash: String,
    /// Settings by name, in the order in which they are written.
    pub settings: Vec<(String, String)>,
    /// Seed of the random streams, where any were used.
    pub seed: Option<u64>,
}

/// A work that a point or a row cites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The key of the source in the model, such as `kamp2020`.
    pub key: String,
    /// The citation as printed.
    pub cite: String,
}

/// Width and height in CSS pixels; `None` takes the theme's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Width.
    pub width: Option<f64>,
    /// Height.
    pub height: Option<f64>,
}

/// The themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// 16:9, readable from the last row.
    #[default]
    Slide,
    /// The slide on a dark ground.
    Dark,
    /// One column of a journal, 85 mm.
    PaperSingle,
    /// Two columns of a journal, 180 mm.
    PaperDouble,
}

impl ThemeName {
    /// All themes, in the order in which they are listed to users.
    pub const ALL: [ThemeName; 4] = [ThemeName::Slide, ThemeName::Dark, ThemeName::PaperSingle, ThemeName::PaperDouble];

    /// The name that users type.
    pub fn name(self) -> &'static str {
        match self {
            ThemeName::Slide => "slide",
            ThemeName::Dark => "dark",
            ThemeName::PaperSingle => "paper",
            ThemeName::PaperDouble => "paper-wide",
        }
    }

    /// The theme of that name.
    pub fn from_name(name: &str) -> Option<ThemeName> {
        ThemeName::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// One entry of a legend: a style and what it stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// What the style stands for.
    pub name: String,
    /// How it is drawn.
    pub style: Style,
}

/// One panel of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Title above the panel; the unit of a vertical axis without a label follows it.
    pub title: String,
    /// How many columns the panel spans; 0 counts as 1.
    pub span: usize,
    /// What it shows.
    pub content: Content,
}

/// What a panel shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Anything on two axes: time courses, dose-response, phase portraits, work-precision.
    Plot(Plot),
    /// A value over two parameters as color.
    HeatMap(HeatMap),
    /// Measured ranges against the model, one row a finding.
    Evidence(EvidenceChart),
    /// Nodes and arrows, layered from cause to effect, with activity as color.
    Cascade(Cascade),
}

/// Curves, points and regions on two axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis on the left.
    pub y: Axis,
    /// A second vertical axis on the right, used by series with [`Side::Right`].
    pub y_right: Option<Axis>,
    /// Curves, drawn in order.
    pub series: Vec<Series>,
    /// Areas between two curves.
    pub ribbons: Vec<Ribbon>,
    /// Shaded ranges of one axis.
    pub bands: Vec<Band>,
    /// Straight lines at one value of an axis.
    pub thresholds: Vec<Threshold>,
    /// Published points with their ranges.
    pub points: Vec<EvidencePoint>,
    /// Words at a place.
    pub annotations: Vec<Annotation>,
    /// Short arrows of a direction field, in data coordinates.
    pub field: Vec<FieldArrow>,
}

/// One axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What is on the axis; a vertical axis may leave it to the panel's title.
    pub label: String,
    /// Unit as printed, such as `ng/mL`; empty for a pure number, ignored for time.
    pub unit: String,
    /// How values become places.
    pub scale: Scale,
    /// What the values are.
    pub kind: AxisKind,
    /// First and last value shown; taken from the data when absent, and so is one of the two that is NaN.
    pub range: Option<(f64, f64)>,
}

/// What the values of an axis are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AxisKind {
    /// Plain numbers in the axis's unit.
    #[default]
    Number,
    /// Time in hours; ticks are round in the unit shown (5 min, 6 h, 1 d, 1 wk).
    Time,
}

/// How values become places along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// In proportion.
    #[default]
    Linear,
    /// By the logarithm; the range must be above zero.
    Log,
    /// In proportion within `linear` of zero, by the logarithm beyond, on both sides.
    SymLog {
        /// Half-width of the proportional part, above zero.
        linear: f64,
    },
    /// Two linear scales with a visible break: minutes on the left, weeks on the right.
    Broken {
        /// The value at the break.
        split: f64,
        /// The part of the axis that lies left of the break, between 0 and 1.
        share: f64,
    },
}

/// The ink of a curve or point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A color of the theme's cycle: 0 blue, 1 vermillion, 2 green, and so on.
    Series(usize),
    /// Gray, for what is context.
    Muted,
}

impl Default for Ink {
    fn default() -> Self {
        Ink::Series(0)
    }
}

/// Dash patterns that can be told apart in gray print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    #[default]
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dashes and dots in turn.
    DashDot,
    /// Long dashes.
    LongDash,
    /// A dash and two dots in turn.
    DashDotDot,
}

impl Dash {
    /// All patterns, in the order in which the cycle uses them.
    pub const ALL: [Dash; 6] =
        [Dash::Solid, Dash::Dashed, Dash::DashDot, Dash::Dotted, Dash::LongDash, Dash::DashDotDot];
}

/// Marker shapes that can be told apart in gray print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// Circle.
    #[default]
    Circle,
    /// Square.
    Square,
    /// Triangle standing on its base.
    Triangle,
    /// Diamond.
    Diamond,
    /// Triangle standing on its point.
    TriangleDown,
    /// Diagonal cross.
    Cross,
}

impl Marker {
    /// All shapes, in the order in which the cycle uses them.
    pub const ALL: [Marker; 6] =
        [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::TriangleDown, Marker::Cross];
}

/// How a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Color.
    pub ink: Ink,
    /// Dash pattern.
    pub dash: Dash,
    /// Marker at every data point, or none.
    pub marker: Option<Marker>,
    /// Line width relative to the theme's; 0 draws markers only.
    pub width: f64,
}

impl Default for Style {
    fn default() -> Self {
        Style { ink: Ink::default(), dash: Dash::Solid, marker: None, width: 1.0 }
    }
}

impl Style {
    /// The style of the `index`-th regimen, model or variant: color and dash change together, so that either tells.
    pub fn nth(index: usize) -> Style {
        Style { ink: Ink::Series(index), dash: Dash::ALL[index % Dash::ALL.len()], ..Style::default() }
    }

    /// The same style with the `index`-th marker at every data point.
    pub fn with_marker(self, index: usize) -> Style {
        Style { marker: Some(Marker::ALL[index % Marker::ALL.len()]), ..self }
    }
}

/// Which vertical axis a curve uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The axis on the left.
    #[default]
    Left,
    /// The second axis on the right.
    Right,
}

/// Where the name of a curve goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelPlacement {
    /// At the curve where there is room, else in the legend below the panels.
    #[default]
    Auto,
    /// Behind the end of the curve, outside the frame.
    End,
    /// In the legend below the panels.
    Legend,
    /// Nowhere.
    Hidden,
}

/// A curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name written at the curve; empty when the figure's keys tell what the style means.
    pub name: String,
    /// How it is drawn.
    pub style: Style,
    /// Abscissas, as many as ordinates. A gap in the curve is a NaN in either.
    pub x: Vec<f64>,
    /// Ordinates.
    pub y: Vec<f64>,
    /// Unit of the ordinates; must be the axis's. Empty takes the axis's.
    pub unit: String,
    /// Which vertical axis it uses.
    pub side: Side,
    /// Where its name goes.
    pub label: LabelPlacement,
    /// How many arrowheads show the direction along the curve (phase portraits).
    pub direction_marks: usize,
    /// How many markers stand along the curve; 0 puts one at every data point.
    pub markers: usize,
}

/// An area between two curves, such as a prediction interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ribbon {
    /// Name in the legend; empty for none.
    pub name: String,
    /// Color.
    pub ink: Ink,
    /// Abscissas.
    pub x: Vec<f64>,
    /// Lower edge, as long as `x`.
    pub lower: Vec<f64>,
    /// Upper edge, as long as `x`.
    pub upper: Vec<f64>,
    /// Unit of the edges; must be the axis's. Empty takes the axis's.
    pub unit: String,
}

/// Which axis a band or threshold belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Along {
    /// A range of ordinates, drawn across the panel.
    #[default]
    Y,
    /// A range of abscissas, drawn up the panel.
    X,
}

/// A shaded range of one axis; an infinite edge means the end of the axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Band {
    /// Which axis.
    pub along: Along,
    /// Lower edge.
    pub from: f64,
    /// Upper edge.
    pub to: f64,
    /// Words in the band; empty for none.
    pub label: String,
}

/// A line at one value of an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Threshold {
    /// Which axis.
    pub along: Along,
    /// The value.
    pub at: f64,
    /// Words at the line; empty for none.
    pub label: String,
}

/// A published value with its range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvidencePoint {
    /// Abscissa.
    pub x: f64,
    /// Range of the abscissa.
    pub x_range: Option<(f64, f64)>,
    /// Ordinate.
    pub y: f64,
    /// Range of the ordinate.
    pub y_range: Option<(f64, f64)>,
    /// Color; that of the regimen it belongs to.
    pub ink: Ink,
    /// Shape.
    pub marker: Marker,
    /// Index into [`FigureData::sources`].
    pub source: Option<usize>,
}

/// Words at a place of the panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotation {
    /// The words.
    pub text: String,
    /// Abscissa of the place.
    pub x: f64,
    /// Ordinate of the place.
    pub y: f64,
    /// Draw a thin line from the words to the place.
    pub pointer: bool,
}

/// An arrow of a direction field: a place and a direction in data units; arrows are drawn equally long.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FieldArrow {
    /// Abscissa of the middle.
    pub x: f64,
    /// Ordinate of the middle.
    pub y: f64,
    /// Rate of change of the abscissa.
    pub dx: f64,
    /// Rate of change of the ordinate.
    pub dy: f64,
}

/// When doses are given, one row a regimen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DoseStrip {
    /// Rows from top to bottom; none draws no strip.
    pub rows: Vec<StripRow>,
}

/// The doses of one regimen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StripRow {
    /// Color of the regimen.
    pub ink: Ink,
    /// The doses.
    pub doses: Vec<StripDose>,
}

/// One dose: an arrow when it is a bolus, a bar when it lasts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StripDose {
    /// Beginning, in hours.
    pub from: f64,
    /// End, in hours; equal to `from` for a bolus.
    pub until: f64,
    /// Words beside it, such as `0.5 mg/kg`; left out where there is no room.
    pub label: String,
}

/// A value over two parameters as color.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Label, unit, scale and range of the value.
    pub value: Axis,
    /// Cell centers along x, ascending.
    pub x_at: Vec<f64>,
    /// Cell centers along y, ascending.
    pub y_at: Vec<f64>,
    /// Values row by row from the lowest y: `values[row * x_at.len() + column]`; NaN leaves a cell empty.
    pub values: Vec<f64>,
    /// Levels at which a labeled contour line is drawn.
    pub contours: Vec<f64>,
}

/// Measured ranges against the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvidenceChart {
    /// The models, in the order of [`EvidenceRow::model`].
    pub models: Vec<Key>,
    /// One row a finding.
    pub rows: Vec<EvidenceRow>,
}

/// One finding: what was measured and what the models say, in the row's own unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvidenceRow {
    /// Heading under which the row stands; equal headings in succession are printed once.
    pub group: String,
    /// What was measured.
    pub label: String,
    /// Unit as printed.
    pub unit: String,
    /// Lower edge of the accepted range; minus infinity for none.
    pub low: f64,
    /// Upper edge of the accepted range; infinity for none.
    pub high: f64,
    /// Published best value.
    pub best: Option<f64>,
    /// Each model's value; NaN where it has none.
    pub model: Vec<f64>,
    /// Index into [`FigureData::sources`].
    pub source: Option<usize>,
}

/// Nodes and arrows, layered from cause to effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cascade {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The arrows.
    pub edges: Vec<Edge>,
    /// Activity of each node from -1 (far below baseline) over 0 to 1 (far above); empty draws no activity.
    pub activity: Vec<f64>,
    /// What the color means, such as `change from baseline`.
    pub activity_label: String,
    /// Words at the two ends and the middle of the color bar.
    pub activity_ends: [String; 3],
    /// Leave the line that explains arrows and colors to another panel of the figure.
    pub explained_elsewhere: bool,
}

/// A node of the cascade.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Name as printed; a line break divides it into lines.
    pub name: String,
}

/// What an arrow means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdgeKind {
    /// The first raises the second: arrowhead.
    #[default]
    Raises,
    /// The first lowers the second: bar.
    Lowers,
    /// The first acts on the second in a way that has no one sign: dot.
    Acts,
}

/// An arrow of the cascade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node it leaves.
    pub from: usize,
    /// Index of the node it enters.
    pub to: usize,
    /// What it means.
    pub kind: EdgeKind,
}

/// A cascade at successive times, for animation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CascadeFilm {
    /// Header, footer, metadata and theme; its panels are not used.
    pub figure: FigureData,
    /// The cascade; its own activity is not used.
    pub cascade: Cascade,
    /// Times in hours, ascending, one a frame.
    pub times: Vec<f64>,
    /// Activity of each node at each time, as long as `times`.
    pub activity: Vec<Vec<f64>>,
    /// How long a frame stays, in seconds.
    pub frame_seconds: f64,
}
