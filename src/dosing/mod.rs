//! Floor 2: what a dose means. Nothing else in the crate interprets schedules.
//!
//! Two roads lead here, the regimens of a model file (or `--dose`) and event tables after NONMEM, and both end in one
//! [`Timeline`]: a sorted list of plain [`Action`]s (add this amount, the rate of that route is this from here on, put
//! the state into this steady state, write a row) which the simulation carries out without knowing what a dose is.
//!
//! - [`Dose`], [`Route`], [`Perturbation`]: what an author wrote, in the internal units. [`parse_doses`] and
//!   [`read_dose`] make doses from text.
//! - [`EventTable`]: what a table says, its cells checked one by one (`formats` reads the text).
//! - [`expand`] and [`expand_individual`]: from either to a [`Timeline`], whose `given` list is what `kascade doses`
//!   prints.
//! - [`steady`]: how a steady state is cut into a periodic problem and what still runs or arrives after it.
//!
//! It must never integrate, know TOML, read files or print. Times are in the internal unit (h), amounts in the internal
//! unit of what the dose goes into.

mod clock;
mod error;
mod expand;
mod prepare;
mod read;
mod record;
mod schedule;
mod sequence;
pub mod steady;
mod table;
mod table_fault;
mod table_row;
mod timeline;
mod write;

pub use error::{DoseError, DoseFault, RouteProperty};
pub use expand::expand;
pub use read::{DoseFields, Field, parse_doses, read_dose};
pub use record::Covariates;
pub use schedule::{Amount, Delivery, Dose, DoseModel, Perturbation, Regimen, Route, Setting, Setup};
pub use steady::{Period, PeriodAction, SteadyState};
pub use table::{EventTable, Individual, Rows, expand_individual};
pub use table_fault::{TableError, TableFault};
pub use table_row::{Cell, Row, TableSetup};
pub use timeline::{Action, Fate, Given, Kind, Repeat, Rule, Timeline};
pub use write::{describe, time_text};
