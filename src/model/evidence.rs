//! `[[evidence]]` and `[[predictions]]`: what must come out, as declared.
//!
//! Only the shape is read here. Rows are looked up in the evidence tables, and measures resolved against the
//! model that is scored, when it is scored; a measure of something the model lacks is then a counted miss and
//! never a silent pass. This file must never run or score anything.

use super::context::Context;
use super::figures::{RunSpec, read_set};
use super::reader::{Section, Text};
use super::value::Kind;
use crate::diagnostics::{Code, Diagnostic, Place};

/// One checkable statement, or one part of it.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its unique name.
    pub id: String,
    /// The numbered statement of the evidence texts it belongs to, as `pk2` or `cc10`.
    pub statement: String,
    /// A group for tables, as `plasma`.
    pub topic: String,
    /// What must hold, in words.
    pub title: String,
    /// Rows of the evidence tables by id.
    pub rows: Vec<Text>,
    /// Whether `--strict` fails without it.
    pub required: bool,
    /// Whether it was kept out of calibration: it is compared and listed, and weighs nothing in the score.
    pub held_back: bool,
    /// The model it speaks of, if not the one that is scored.
    pub model: Option<String>,
    /// What is simulated, by name; `main` if there is one only.
    pub runs: Vec<(String, StatementRun)>,
    /// What is measured.
    pub measure: Option<Text>,
    /// How it is compared.
    pub compare: Comparison,
    /// The unit of the expected number, if it is not the row's.
    pub unit: Option<String>,
    /// How several rows make one expected number; without it the first row's counts.
    pub combine: Option<Combination>,
    /// Whether the text's number and range count instead of the rows' (`from = "text"`).
    pub from_text: bool,
    /// The expected number, where a text and no row gives it.
    pub expected: Option<f64>,
    /// The accepted range that the text gives.
    pub accept: Option<(f64, f64)>,
    /// The species it holds for.
    pub species: Option<String>,
    /// The condition it holds for.
    pub condition: Option<String>,
    /// Where it is drawn as a point.
    pub plot: Option<DataPoint>,
    /// A remark.
    pub note: String,
    /// Where it is declared.
    pub place: Place,
}

/// Where a row's number is drawn over a curve.
#[derive(Debug, Clone)]
pub struct DataPoint {
    /// The curve.
    pub quantity: String,
    /// The time, as written.
    pub time: Text,
    /// The molar mass, as written, that turns the row's amount into the quantity's mass.
    pub molar_mass: Option<Text>,
}

/// How several rows make one expected number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The first over the second.
    Ratio,
}

/// A perturbation without a name, as written; it is read against the model that runs.
#[derive(Debug, Clone)]
pub struct UnnamedChange {
    /// When it begins; absent: before the steady start.
    pub from: Option<Text>,
    /// When it ends.
    pub until: Option<Text>,
    /// Parameters and values.
    pub set: Vec<(String, String)>,
    /// States and the values at which they are held.
    pub clamp: Vec<(String, String)>,
}

/// A simulation that a statement needs.
#[derive(Debug, Clone, Default)]
pub struct StatementRun {
    /// Regimen, perturbations, settings.
    pub run: RunSpec,
    /// Perturbations without a name.
    pub changes: Vec<UnnamedChange>,
    /// The end, as written.
    pub until: Option<Text>,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// How a measured number is compared with the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It lies in the range.
    Value,
    /// The sign of a relative change: within 20 % counts as 0.
    Sign,
    /// A condition that must hold.
    Order,
}

/// What a hypothesis predicts for one perturbation.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The perturbation, as the grid names it.
    pub perturbation: Text,
    /// `+`, `-`, `0` or `?`.
    pub sign: Sign,
}

/// A predicted or observed direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Stronger, or acts on its own.
    Plus,
    /// Lost or clearly reduced.
    Minus,
    /// Unchanged, or inert when given alone.
    Zero,
    /// Not determined; unscored.
    Open,
}

impl Sign {
    /// How signs are written.
    pub const CHOICES: [(&str, Sign); 4] =
        [("+", Sign::Plus), ("-", Sign::Minus), ("0", Sign::Zero), ("?", Sign::Open)];

    /// The sign as it is written.
    pub fn text(self) -> &'static str {
        Sign::CHOICES.iter().find(|(_, sign)| *sign == self).map_or("?", |(text, _)| text)
    }
}

/// Reads the list of statements.
pub fn read(root: &Section<'_>, context: &Context<'_>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for section in root.tables("evidence") {
        if let Some(statement) = read_statement(section, context) {
            if let Some(first) = statements.iter().find(|other| other.id == statement.id) {
                context.log.push(
                    Diagnostic::error(Code::DuplicateName, format!("two statements are called `{}`", statement.id))
                        .at(&statement.place, "again here")
                        .related(&first.place, "first here"),
                );
                continue;
            }
            statements.push(statement);
        }
    }
    statements
}

fn read_statement(section: Section<'_>, context: &Context<'_>) -> Option<Statement> {
    let id = section.required_text("id");
    let mut runs = Vec::new();
    if let Some(table) = section.table("runs") {
        for (name, place, value) in table.entries() {
            let Kind::Table(inner) = &value.kind else {
                context.log.push(
                    Diagnostic::error(Code::WrongType, format!("run `{name}` must be a table"))
                        .at(&value.place, value.type_name()),
                );
                continue;
            };
            let run = Section::new(inner, place, format!("{}.{name}", table.path()), context.log);
            runs.push((name.to_string(), read_run(&run)));
            run.done();
        }
    }
    if let Some(run) = section.table("run") {
        runs.push(("main".to_string(), read_run(&run)));
        run.done();
    }
    let accept = section.list("accept").and_then(|items| match items {
        [low, high] => match (&low.kind, &high.kind) {
            (Kind::Number(low), Kind::Number(high)) if low <= high => Some((*low, *high)),
            _ => None,
        },
        _ => None,
    });
    if section.has("accept") && accept.is_none() {
        context.log.push(
            Diagnostic::error(Code::BadEvidence, "`accept` is a range of two numbers, the lower one first")
                .at(&section.key_place("accept"), "not a range"),
        );
    }
    let plot = section.table("plot").and_then(|plot| {
        let quantity = plot.required_text("quantity").map(|text| text.text);
        let time = plot.required_text("time");
        let molar_mass = plot.text("molar_mass");
        plot.done();
        Some(DataPoint { quantity: quantity?, time: time?, molar_mass })
    });
    let statement = Statement {
        statement: section.words("statement"),
        topic: section.words("topic"),
        title: section.words("title"),
        rows: section.texts("rows"),
        required: section.boolean("required").unwrap_or(false),
        held_back: section.boolean("held_back").unwrap_or(false),
        model: section.text("model").map(|text| text.text),
        runs,
        measure: section.text("measure"),
        compare: section
            .choice(
                "compare",
                &[
                    ("value", Comparison::Value),
                    ("ratio", Comparison::Value),
                    ("difference", Comparison::Value),
                    ("share", Comparison::Value),
                    ("sign", Comparison::Sign),
                    ("order", Comparison::Order),
                ],
            )
            .unwrap_or(Comparison::Value),
        unit: section.text("unit").filter(|text| context.unit_of(text).is_some()).map(|text| text.text),
        combine: section.choice(
            "combine",
            &[("sum", Combination::Sum), ("mean", Combination::Mean), ("ratio", Combination::Ratio)],
        ),
        from_text: section.choice("from", &[("text", true), ("rows", false)]).unwrap_or(false),
        expected: section.number("expected").map(|(number, _)| number),
        accept,
        species: section.text("species").map(|text| text.text),
        condition: section.text("condition").map(|text| text.text),
        plot,
        note: section.words("note"),
        place: section.place().clone(),
        id: id.as_ref().map(|text| text.text.clone()).unwrap_or_default(),
    };
    section.done();
    id.map(|_| statement)
}

pub(super) fn read_run(run: &Section<'_>) -> StatementRun {
    let changes = run
        .tables("changes")
        .into_iter()
        .map(|change| {
            let read = UnnamedChange {
                from: change.text("from"),
                until: change.text("until"),
                set: change.table("set").map(|set| read_set(&set)).unwrap_or_default(),
                clamp: change.table("clamp").map(|clamp| read_set(&clamp)).unwrap_or_default(),
            };
            change.done();
            read
        })
        .collect();
    StatementRun {
        changes,
        run: RunSpec {
            label: None,
            model: None,
            // Equal runs of different statements are one run; where they stand does not tell them apart.
            place: None,
            regimen: run.text("regimen").map(|text| text.text).filter(|name| name != "none"),
            dose: run.texts("dose").into_iter().map(|text| text.text).filter(|dose| !dose.is_empty()).collect(),
            perturbations: run.texts("perturbations").into_iter().map(|text| text.text).collect(),
            set: run.table("set").map(|set| read_set(&set)).unwrap_or_default(),
        },
        until: run.text("until"),
        place: Some(run.place().clone()),
    }
}

/// Reads `[[predictions]]`.
pub fn read_predictions(root: &Section<'_>) -> Vec<Prediction> {
    let mut predictions = Vec::new();
    for section in root.tables("predictions") {
        let perturbation = section.required_text("perturbation");
        if !section.has("sign") {
            section.missing("sign");
        }
        let sign = section.choice("sign", &Sign::CHOICES);
        section.text("note");
        section.done();
        if let (Some(perturbation), Some(sign)) = (perturbation, sign) {
            predictions.push(Prediction { perturbation, sign });
        }
    }
    predictions
}
