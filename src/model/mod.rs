//! A model: the file, overlays, names, checks, sources, and the built-in library; it ends in a plain [`Model`].
//!
//! [`load`] is the one entrance: text in, checked data out, or every complaint in one pass. This module must never
//! know solvers, and never read files: what an overlay extends is brought by the caller.

mod check;
mod compile;
mod context;
mod doses;
mod evidence;
mod figures;
mod grid;
mod influence;
pub mod library;
mod load;
mod overlay;
mod parameters;
mod reactions;
mod reader;
pub mod schema;
mod text;
mod types;
mod value;

pub use doses::dosing_routes;
pub use evidence::{Combination, Comparison, DataPoint, Prediction, Sign, Statement, StatementRun, UnnamedChange};
pub use figures::{
    AnnotationSpec, ArrowSpec, AxisSpec, BandSpec, FigureKind, FigureSpec, PanelSpec, RibbonSpec, RunSpec, ScaleSpec,
    SeriesSpec,
};
pub use grid::{Grid, GridLine, read_grid};
pub use influence::{Influence, Sign as InfluenceSign, influences};
pub use load::{Find, LoadOptions, Loaded, load, load_with};
pub use parameters::out_of_range;
pub use reader::Text;
pub use text::with_unit;
pub use types::{
    Column, Event, Model, Origin, Parameter, Perturbation, Quantity, Reaction, Route, Source, StartRule, State, Target,
    Variation,
};
