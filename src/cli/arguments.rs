//! What can be typed: every command and option, once. Help and completions are made from this file.
//!
//! It holds what was typed, not what it means: names are looked up and quantities read by the commands.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// From a dose of ketamine to a change in the brain.
///
/// A model file in, a lecture figure out. MODEL is the name of a built-in model (`kascade list`) or the path of a
/// file. Data go to stdout or `-o`, everything else to stderr. For teaching and research; it gives no medical advice.
#[derive(Debug, Parser)]
#[command(name = "kascade", version, max_term_width = 110, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Colors in messages
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide = true)]
    pub color: Color,
}

/// When messages are colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the built-in models, their regimens, perturbations and figures
    List(List),
    /// Check a model: every complaint in one pass; then states, parameters, sources, conversions
    Check(Check),
    /// Explain a diagnostic code, as K0203
    Explain(Explain),
    /// Show the equations with units and sources, or the cascade as a diagram
    Show(Show),
    /// Print what a variant changes, in text
    Diff(Diff),
    /// Print the doses that are really given, before anything is solved
    Doses(Doses),
    /// Integrate and print a table
    Run(Run),
    /// Draw a figure of the model
    Plot(Plot),
    /// Draw regimens, or models, side by side
    Compare(Compare),
    /// Score models against published data
    Evidence(Evidence),
    /// Print or draw outcomes over varied parameters and doses
    Sweep(Sweep),
    /// Simulate many individuals: mean, standard deviation and quantiles over time
    Population(Population),
    /// Measure what models and solvers cost, and how accurate they are for it
    Bench(Bench),
    /// Write a commented model that runs
    New(New),
    /// Print the JSON schema of model files, for editors
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only this model, with the titles of its regimens, perturbations and figures
    pub model: Option<String>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Built-in name or path
    pub model: String,
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
    /// Print every conversion applied
    #[arg(long)]
    pub units: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, as K0203; without it, all codes with their titles
    pub code: Option<String>,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Built-in name or path
    pub model: String,
    /// Markdown, LaTeX, or the cascade as a DOT or SVG diagram
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    pub format: Option<ShowFormat>,
    /// File to write; its ending decides the format
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Formats of `show`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// Markdown.
    Md,
    /// LaTeX.
    Tex,
    /// Graphviz.
    Dot,
    /// A drawing.
    Svg,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The base: built-in name or path
    pub base: String,
    /// The variant: built-in name or path
    pub variant: String,
}

/// What is done to a model: shared by the commands that integrate.
#[derive(Debug, Args, Clone, Default)]
pub struct GivenArguments {
    /// A regimen of the model
    #[arg(short, long, value_name = "NAME")]
    pub regimen: Option<String>,
    /// Doses, as "iv 0.5 mg/kg over 40 min at 0 h every 48 h times 6"; repeat for more
    #[arg(long, value_name = "DOSE")]
    pub dose: Vec<String>,
    /// Apply a perturbation of the model; repeat for more, a later one wins
    #[arg(short, long, value_name = "NAME")]
    pub perturb: Vec<String>,
    /// Set a parameter: NAME=VALUE, in its declared unit or with a unit
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

/// What is simulated: shared by the commands that need a schedule.
#[derive(Debug, Args, Clone, Default)]
pub struct ScheduleArguments {
    /// What is given.
    #[command(flatten)]
    pub given: GivenArguments,
    /// An event table as NONMEM has it (CSV)
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["regimen", "dose"])]
    pub events: Option<PathBuf>,
    /// How a covariate of an event table holds between records
    #[arg(long, value_enum, default_value_t = Covariates::Nocb, value_name = "RULE", requires = "events")]
    pub covariates: Covariates,
}

/// How a covariate holds between records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Covariates {
    /// The value of a record holds over the interval that ends at it, as in NONMEM.
    #[default]
    Nocb,
    /// The value of a record holds from it on.
    Locf,
}

/// How it is solved: shared by the commands that integrate.
#[derive(Debug, Args, Clone)]
pub struct SolverArguments {
    /// The method
    #[arg(long, value_enum, default_value_t = Solver::Rodas5p, value_name = "METHOD")]
    pub solver: Solver,
    /// Relative tolerance: the achieved error stays within ten times of it
    #[arg(long, default_value_t = 1e-6, value_name = "X")]
    pub rtol: f64,
    /// Give up after this many steps
    #[arg(long, default_value_t = 1_000_000, value_name = "N", hide = true)]
    pub max_steps: usize,
}

/// The methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Solver {
    /// By stiffness.
    Auto,
    /// Rosenbrock, order 5, L-stable.
    Rodas5p,
    /// Dormand and Prince, order 5, explicit.
    Dopri5,
    /// Dormand and Prince, order 8, explicit.
    Dop853,
}

/// Arguments of `doses`.
#[derive(Debug, Args)]
pub struct Doses {
    /// Built-in name or path
    pub model: String,
    /// The schedule.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    /// List repetitions without end up to here, as 14d, and nothing after it; default: the model's end, or later where
    /// the last of the other doses comes later
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// File to write: .csv or .json; without it, a text table
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Built-in name or path
    pub model: String,
    /// The schedule.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    /// The end, as 7d; default: the model's
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The output interval, as 15min; default: the model's
    #[arg(long, value_name = "TIME", conflicts_with = "at")]
    pub every: Option<String>,
    /// Output times, separated by commas, or a file with one a line
    #[arg(long, value_name = "TIMES")]
    pub at: Option<String>,
    /// Columns to print, separated by commas; default: all states, then all quantities
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Print an outcome instead of the table, as "peak(C)"; repeat for more
    #[arg(long, value_name = "OUTCOME")]
    pub measure: Vec<String>,
    /// Put units into the header: C [ng/mL]
    #[arg(long)]
    pub units: bool,
    /// The solver.
    #[command(flatten)]
    pub solver: SolverArguments,
    /// Say on stderr what the solver did
    #[arg(long)]
    pub stats: bool,
    /// File to write: .csv or .json
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a figure is made: shared by the commands that draw.
#[derive(Debug, Args, Clone, Default)]
pub struct FigureArguments {
    /// A figure of the model; default: its first
    #[arg(short, long, value_name = "NAME")]
    pub figure: Option<String>,
    /// slide, dark, paper or paper-wide
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Width of a PNG in pixels, 100 to 20000
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(100..=20000))]
    pub width: Option<u32>,
    /// File to write: .svg, .png or .pdf, or .gif for the film of a cascade; without it, SVG to stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `plot`.
#[derive(Debug, Args)]
pub struct Plot {
    /// Built-in name or path
    pub model: String,
    /// Regimens to overlay, each with perturbations of its own as NAME+PERTURBATION (`none` is no dose); default: the
    /// figure's
    #[arg(short, long, value_name = "NAME")]
    pub regimen: Vec<String>,
    /// Apply a perturbation of the model; repeat for more
    #[arg(short, long, value_name = "NAME")]
    pub perturb: Vec<String>,
    /// Set a parameter: NAME=VALUE
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Let the cascade move: an SVG that needs nothing else (a .gif always moves)
    #[arg(long)]
    pub animate: bool,
    /// Fail if words overlap, leave the figure or are hard to read, and say which
    #[arg(long)]
    pub proofread: bool,
    /// Draw again whenever the model's file, or one that it extends, changes; end with Ctrl-C
    #[arg(long, requires = "output")]
    pub watch: bool,
    /// The end of the time axis
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The drawing.
    #[command(flatten)]
    pub drawing: FigureArguments,
    /// The solver.
    #[command(flatten)]
    pub solver: SolverArguments,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// Built-in names or paths; several are overlaid
    #[arg(required = true)]
    pub models: Vec<String>,
    /// Regimens to compare, each with perturbations of its own as NAME+PERTURBATION (`none` is no dose); default: the
    /// figure's
    #[arg(short, long, value_name = "NAME")]
    pub regimen: Vec<String>,
    /// Apply a perturbation of the model; repeat for more
    #[arg(short, long, value_name = "NAME")]
    pub perturb: Vec<String>,
    /// Set a parameter: NAME=VALUE
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The end of the time axis
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The drawing.
    #[command(flatten)]
    pub drawing: FigureArguments,
    /// The solver.
    #[command(flatten)]
    pub solver: SolverArguments,
}

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub struct Evidence {
    /// Built-in names or paths
    #[arg(required = true)]
    pub models: Vec<String>,
    /// Show each statement with what the model gave
    #[arg(short, long)]
    pub verbose: bool,
    /// Fail when a required statement is missed
    #[arg(long)]
    pub strict: bool,
    /// Also compare with the grid of hypotheses; with .csv, write it instead
    #[arg(long)]
    pub grid: bool,
    /// The solver.
    #[command(flatten)]
    pub solver: SolverArguments,
    /// Theme of a chart: slide, dark, paper or paper-wide
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Width of a PNG in pixels, 100 to 20000
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(100..=20000))]
    pub width: Option<u32>,
    /// File to write: .csv or .json, or a chart: .svg, .png, .pdf; without it, text
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `sweep`.
#[derive(Debug, Args)]
pub struct Sweep {
    /// Built-in name or path
    pub model: String,
    /// What is given.
    #[command(flatten)]
    pub given: GivenArguments,
    /// NAME=FROM..TO:N, NAME=FROM..TO:N:log or NAME=1,2,5, with a unit behind the last value; repeat for a grid. NAME
    /// is a parameter, or dose.amount, dose.every, dose.over: of every dose whose route counts something with a unit
    #[arg(long, value_name = "RANGE", required = true)]
    pub vary: Vec<String>,
    /// An outcome, as "peak(C)"; repeat for more
    #[arg(long, value_name = "OUTCOME")]
    pub measure: Vec<String>,
    /// N points that fill the ranges evenly (Sobol) instead of the grid
    #[arg(long, value_name = "N")]
    pub sobol: Option<usize>,
    /// The end, as 7d; default: the model's
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Threads; default: all. The results are the same for any number
    #[arg(long, value_name = "K")]
    pub threads: Option<usize>,
    /// Put units into the header: C [ng/mL]
    #[arg(long)]
    pub units: bool,
    /// Theme of a figure: slide, paper, paper-wide or dark
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Width of a PNG in pixels, 100 to 20000
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(100..=20000))]
    pub width: Option<u32>,
    /// The solver.
    #[command(flatten)]
    pub solver: SolverArguments,
    /// File to write: .csv, .json, or a figure of one or two varied things: .svg, .png, .pdf
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `population`.
#[derive(Debug, Args)]
pub struct Population {
    /// Built-in name or path
    pub model: String,
    /// What is given.
    #[command(flatten)]
    pub given: GivenArguments,
    /// How many individuals, drawn from what parameters `vary` by; default: the rows of --subjects
    #[arg(short = 'n', long = "count", value_name = "N")]
    pub count: Option<usize>,
    /// The seed: the same one gives the same individuals, for any number of threads
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// A CSV with columns named after parameters, a row an individual; what it lacks is drawn
    #[arg(long, value_name = "TABLE")]
    pub subjects: Option<PathBuf>,
    /// The end, as 7d; default: the model's
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The output interval, as 15min; default: the model's
    #[arg(long, value_name = "TIME")]
    pub every: Option<String>,
    /// Columns, separated by commas: each gives NAME_mean, NAME_sd, NAME_q05, NAME_q25, NAME_q50, NAME_q75, NAME_q95;
    /// default: what the model's first figure shows, or all if it has none
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// The statistics of an outcome instead of the table, as "peak(C)"; repeat for more
    #[arg(long, value_name = "OUTCOME")]
    pub measure: Vec<String>,
    /// Print every individual instead of statistics, headed by its id
    #[arg(long)]
    pub individuals: bool,
    /// Threads; default: all. The results are the same for any number
    #[arg(long, value_name = "K")]
    pub threads: Option<usize>,
    /// Put units into the header: C_mean [ng/mL]
    #[arg(long)]
    pub units: bool,
    /// Theme of a figure: slide, paper, paper-wide or dark
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Width of a PNG in pixels, 100 to 20000
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(100..=20000))]
    pub width: Option<u32>,
    /// The solver.
    #[command(flatten)]
    pub solver: SolverArguments,
    /// File to write: .csv, .json, or a figure: .svg, .png, .pdf
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// Built-in names or paths; several stand side by side, with times relative to the first
    #[arg(required = true)]
    pub models: Vec<String>,
    /// What is given.
    #[command(flatten)]
    pub given: GivenArguments,
    /// The end, as 7d; default: the model's
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The output interval, as 15min; default: the model's
    #[arg(long, value_name = "TIME")]
    pub every: Option<String>,
    /// How often each is run, in turns
    #[arg(long, default_value_t = 21, value_name = "N")]
    pub runs: usize,
    /// Solvers, separated by commas; default: rodas5p,dopri5,dop853
    #[arg(long, value_enum, value_name = "METHODS", value_delimiter = ',')]
    pub solver: Vec<Solver>,
    /// Relative tolerances, separated by commas; default: 1e-3 to 1e-8
    #[arg(long, value_name = "X", value_delimiter = ',')]
    pub rtol: Vec<f64>,
    /// Theme of a figure: slide, paper, paper-wide or dark
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Width of a PNG in pixels, 100 to 20000
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(100..=20000))]
    pub width: Option<u32>,
    /// File to write: .csv, .json, or a work-precision figure: .svg, .png, .pdf; without it, a text table
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct New {
    /// The file to write; an existing one is not overwritten
    pub file: PathBuf,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
