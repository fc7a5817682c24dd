//! Every key of a model file, once: its place, what it takes, and what it means.
//!
//! The reader asks for keys where it needs them; this table says which there are, for editors (`kascade schema`) and for
//! the reference page. A test holds both against each other, and all shipped models against the table. This file must
//! never read a model.

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Words.
    Text,
    /// A name declared elsewhere in the file.
    Name,
    /// A unit, as `ng/mL`.
    Unit,
    /// An expression.
    Expression,
    /// A bare number.
    Number,
    /// A number in the declared unit, or a text with a unit.
    Quantity,
    /// The same, or an expression.
    QuantityOrExpression,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One text, or a list of them.
    Texts,
    /// A list of quantities: two for a range.
    Quantities,
    /// A list of series: names, or tables.
    Series(&'static Section),
    /// A state, or a table of states with their shares.
    Shares,
    /// A table of parameters or states, each with its new value.
    Settings,
    /// A table of names, each with an expression.
    Expressions,
    /// A table.
    Table(&'static Section),
    /// A list of tables.
    Tables(&'static Section),
    /// A table of names of the author's choosing, each a table.
    Named(&'static Section),
    /// The same, where a text may stand in place of the table.
    NamedOrText(&'static Section),
}

/// A key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether an entry that is not an overlay needs it.
    pub required: bool,
    /// What it means, in a line.
    pub about: &'static str,
}

/// A table of a fixed set of keys.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// What it is called in the schema.
    pub name: &'static str,
    /// Its keys, in the order in which they are best written.
    pub keys: &'static [Key],
}

impl Section {
    /// The key of a name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

const fn key(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key { name, takes, required: false, about }
}

const fn required(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key { name, takes, required: true, about }
}

use Takes::{
    Boolean, Choice, Expression, Expressions, Name, Named, NamedOrText, Number, Quantities, Quantity,
    QuantityOrExpression, Series, Settings, Shares, Table, Tables, Text, Texts, Unit,
};

const TITLE: Key = key("title", Text, "one line for lists, legends and figures");
const ABOUT: Key = key("about", Text, "what it is");
const NOTE: Key = key("note", Text, "a remark");
const SOURCE: Key = key("source", Name, "where the number comes from: a key of [sources]");
const ASSUMED: Key = key("assumed", Text, "in place of a source: why this value");

/// The whole file.
pub static FILE: Section = Section {
    name: "file",
    keys: &[
        required("kascade", Number, "version of the format: 1"),
        key("extends", Text, "the model that this overlay changes: a built-in name, or a path relative to the file"),
        key("remove", Texts, "what an overlay takes away, as \"reactions.block\""),
        required("model", Table(&MODEL), "name, time, horizon"),
        key("sources", NamedOrText(&SOURCES), "where numbers come from"),
        key("parameters", Named(&PARAMETER), "numbers, with units and sources"),
        key("states", Named(&STATE), "what is integrated"),
        key("quantities", Named(&QUANTITY), "named expressions, in any order"),
        key("reactions", Named(&REACTION), "how states turn into each other"),
        key("derivatives", Expressions, "rates of change written out: a state, and an expression"),
        key("routes", Named(&ROUTE), "where doses go"),
        key("regimens", Named(&REGIMEN), "dose schedules"),
        key("perturbations", Named(&PERTURBATION), "named changes for a stretch of time"),
        key("events", Named(&EVENT), "what happens when a condition becomes true"),
        key("figures", Named(&FIGURE), "what plot and compare draw"),
        key("evidence", Tables(&EVIDENCE), "what must come out"),
        key("predictions", Tables(&PREDICTION), "what a hypothesis predicts for the perturbations of the grid"),
    ],
};

static MODEL: Section = Section {
    name: "model",
    keys: &[
        required("name", Text, "a short name"),
        TITLE,
        ABOUT,
        required("time", Unit, "the unit of `time` and of the printed time column; \"1\" for none"),
        key("start", Choice(&["given", "steady"]), "as written, or the steady state of the undosed system"),
        key("until", Quantity, "the default end of a run"),
        key("every", Quantity, "the default interval of its rows"),
        key("species", Text, "with condition, selects the evidence that applies"),
        key("condition", Text, "healthy, depressed, ..."),
        key("extends", Text, "as `extends` outside of all sections"),
        key("evidence", Texts, "files of shared statements to draw in"),
    ],
};

static SOURCES: Section = Section {
    name: "source",
    keys: &[
        required("cite", Text, "authors, year, journal"),
        key("doi", Text, "its DOI"),
        key("url", Text, "its address, if it has no DOI"),
        NOTE,
    ],
};

static PARAMETER: Section = Section {
    name: "parameter",
    keys: &[
        required("value", Quantity, "its value, in `unit`"),
        required("unit", Unit, "its unit; \"1\" for none"),
        ABOUT,
        SOURCE,
        ASSUMED,
        key("range", Quantities, "the published or plausible range; a value outside is an error"),
        key("vary", Table(&VARY), "how it varies between individuals"),
        key("covariate", Boolean, "whether it describes the individual (weight, age) rather than the drug"),
        NOTE,
    ],
};

static VARY: Section = Section {
    name: "vary",
    keys: &[
        key("lognormal", Number, "standard deviation of the logarithm; the value is the median"),
        key("normal", Quantity, "standard deviation"),
        key("uniform", Quantities, "the two ends"),
    ],
};

static STATE: Section = Section {
    name: "state",
    keys: &[
        required("start", QuantityOrExpression, "its initial value: a number, or an expression of parameters"),
        required("unit", Unit, "its unit; \"1\" for none"),
        ABOUT,
        key("scale", Quantity, "the size below which it is noise; the absolute tolerance is rtol times this"),
        key("steady", Boolean, "false: keeps its start under start = \"steady\", as an accumulator does"),
        key("molar_mass", Text, "the molar mass of its substance, so that reactions counted in mass are checked"),
        NOTE,
    ],
};

static QUANTITY: Section = Section {
    name: "quantity",
    keys: &[
        required("is", Expression, "its value"),
        required("unit", Unit, "the unit it is printed in; \"1\" for none"),
        ABOUT,
        SOURCE,
        NOTE,
    ],
};

static REACTION: Section = Section {
    name: "reaction",
    keys: &[
        required("equation", Text, "species, as \"A + 2 B -> C\"; an empty side is nothing"),
        required("rate", Expression, "how fast, in the unit of its species per time"),
        ABOUT,
        SOURCE,
        ASSUMED,
        NOTE,
    ],
};

static ROUTE: Section = Section {
    name: "route",
    keys: &[
        required("into", Shares, "a state, or states with their shares of one dose"),
        key("fraction", QuantityOrExpression, "bioavailability; 1 without it"),
        key("lag", QuantityOrExpression, "how much later a dose arrives"),
        key("duration", QuantityOrExpression, "how long a dose takes that says neither `over` nor `rate`"),
        key("rate", QuantityOrExpression, "how fast a dose enters that says neither `over` nor `rate`"),
        key("molar_mass", QuantityOrExpression, "turns a mass into an amount of substance"),
        key("cmt", Number, "the number by which event tables call it"),
        ABOUT,
        SOURCE,
        ASSUMED,
        NOTE,
    ],
};

static REGIMEN: Section = Section {
    name: "regimen",
    keys: &[
        TITLE,
        key("doses", Tables(&DOSE), "what is given"),
        key("perturbations", Texts, "perturbations that belong to it, by name"),
        ABOUT,
        SOURCE,
        NOTE,
    ],
};

static DOSE: Section = Section {
    name: "dose",
    keys: &[
        required("route", Name, "one of [routes]"),
        key("amount", Quantity, "how much, as \"50 mg\" or \"0.5 mg/kg\""),
        key("over", Quantity, "an infusion of this duration"),
        key("rate", Quantity, "an infusion at this rate"),
        key("bolus", Boolean, "at once, whatever the route says"),
        key("at", Quantity, "when; 0 without it"),
        key("every", Quantity, "repeats at this interval"),
        key("times", Number, "how many doses in all"),
        key("until", Quantity, "doses are given before this time"),
        key("steady", Boolean, "as after such doses since forever"),
    ],
};

static PERTURBATION: Section = Section {
    name: "perturbation",
    keys: &[
        TITLE,
        key("from", Quantity, "when it begins; without it, before the steady start is solved"),
        key("until", Quantity, "when it ends; without it, never"),
        key("set", Settings, "parameters: numbers, or expressions that may use the parameter's own name"),
        key("clamp", Settings, "states held still at a value"),
        ABOUT,
        SOURCE,
        NOTE,
    ],
};

static EVENT: Section = Section {
    name: "event",
    keys: &[
        required("when", Expression, "fires when this becomes true; not when it is true at the start"),
        required("set", Settings, "states and parameters, and what they become"),
        TITLE,
        ABOUT,
        NOTE,
    ],
};

static FIGURE: Section = Section {
    name: "figure",
    keys: &[
        TITLE,
        key("subtitle", Text, "a second line"),
        key("caption", Text, "words below; {peak(C)} stands for a computed number"),
        key(
            "kind",
            Choice(&["time", "dose-response", "heat-map", "phase", "evidence", "cascade"]),
            "what kind of figure; time without it",
        ),
        key("regimens", Texts, "what is simulated: regimens by name"),
        key("runs", Tables(&RUN), "what is simulated beyond regimens"),
        key("panels", Tables(&PANEL), "the panels, row by row"),
        key("columns", Number, "how many panels stand side by side"),
        key("theme", Choice(&super::figures::THEMES), "how it looks, unless --theme says otherwise"),
        key("from", Quantity, "where the time axis begins"),
        key("until", Quantity, "where it ends"),
        key("x", Table(&AXIS), "the axis that panels share"),
        key("doses", Boolean, "whether a strip above the panels shows the doses"),
        key("letters", Boolean, "whether panels are lettered"),
        key("vary", Texts, "for dose-response and heat-map: what is varied, as in \"dose.amount = 0.1..2 mg/kg:20\""),
        key("measure", Texts, "for dose-response and heat-map: outcomes, a panel each"),
        key("times", Quantities, "for cascade: when it is colored, a panel each"),
        key("nodes", Series(&SERIES), "for cascade: states and quantities by name, or tables"),
        key(
            "arrows",
            Texts,
            "for cascade: \"A -> B\" raises, \"A -| B\" lowers, \"A -o B\" acts; those of the equations without it",
        ),
    ],
};

static RUN: Section = Section {
    name: "run",
    keys: &[
        key("label", Text, "what its curves are called"),
        key("model", Text, "another model than this one: a built-in name, or a path relative to the file"),
        key("regimen", Name, "one of [regimens]"),
        key("dose", Texts, "doses written out, as on the command line"),
        key("perturbations", Texts, "perturbations by name; the last wins"),
        key("set", Settings, "parameters set"),
    ],
};

static PANEL: Section = Section {
    name: "panel",
    keys: &[
        TITLE,
        key(
            "series",
            Series(&SERIES),
            "its curves: states and quantities by name, or tables; outcomes where something is varied",
        ),
        key("y", Table(&AXIS), "the vertical axis"),
        key("right", Table(&AXIS), "the axis on the right, for series with axis = \"right\""),
        key("x", Table(&AXIS), "the horizontal axis, where it differs from the figure's"),
        key("bands", Tables(&BAND), "shaded ranges and thresholds"),
        key("ribbons", Tables(&RIBBON), "shaded areas between two series"),
        key("annotations", Tables(&ANNOTATION), "words in the panel"),
        key(
            "evidence",
            Texts,
            "published points to draw over the curves: ids of [[evidence]]; in an evidence chart its rows, or topics",
        ),
        key("against", Name, "what is on the horizontal axis in place of time"),
        key("span", Number, "how many columns it spans"),
    ],
};

static SERIES: Section = Section {
    name: "series",
    keys: &[
        required("show", Name, "a state or a quantity"),
        key("label", Text, "what it is called"),
        key("style", Choice(&["solid", "dashed", "dotted", "dashdot", "longdash"]), "its dash"),
        key("axis", Choice(&["left", "right"]), "which axis measures it"),
        key("only", Name, "only for this regimen"),
    ],
};

static AXIS: Section = Section {
    name: "axis",
    keys: &[
        key("label", Text, "its words"),
        key("unit", Unit, "the unit it shows"),
        key("scale", Choice(&["linear", "log", "symlog", "broken"]), "how values become lengths"),
        key("from", Quantity, "where it begins"),
        key("until", Quantity, "where it ends"),
        key("linear", Quantity, "for symlog: half the width of the even part around zero"),
        key("break", Quantity, "for broken: where it breaks"),
        key("share", Number, "for broken: the part of the width left of the break"),
    ],
};

static BAND: Section = Section {
    name: "band",
    keys: &[
        key("from", Quantity, "one end"),
        key("until", Quantity, "the other"),
        key("at", Quantity, "a line in place of a band"),
        key("label", Text, "its words"),
        key("along", Choice(&["y", "time"]), "which axis it belongs to"),
    ],
};

static RIBBON: Section = Section {
    name: "ribbon",
    keys: &[
        required("low", Name, "the lower series"),
        required("high", Name, "the upper series"),
        key("label", Text, "its words"),
    ],
};

static ANNOTATION: Section = Section {
    name: "annotation",
    keys: &[
        required("at", Quantity, "when"),
        key("y", Quantity, "how high; at the first curve without it"),
        required("text", Text, "the words"),
    ],
};

static EVIDENCE: Section = Section {
    name: "evidence",
    keys: &[
        required("id", Text, "its unique name"),
        key("statement", Text, "the numbered statement it belongs to"),
        key("topic", Text, "a heading in tables"),
        key("title", Text, "what must hold, in words"),
        key("rows", Texts, "ids of rows in the evidence tables"),
        key("required", Boolean, "whether --strict fails without it"),
        key("held_back", Boolean, "kept out of calibration: compared and listed, without weight"),
        key("model", Text, "the model it speaks of, if not the one that is scored"),
        key("run", Table(&EVIDENCE_RUN), "what is simulated"),
        key("runs", Named(&EVIDENCE_RUN), "several runs by name, as runs.drug and runs.control"),
        key("measure", Text, "an outcome, as \"at(C_venous, 40 min)\""),
        key(
            "compare",
            Choice(&["value", "ratio", "difference", "share", "sign", "order"]),
            "how the measured number is compared with the expected one",
        ),
        key("combine", Choice(&["sum", "mean", "ratio"]), "how several rows make one expected number"),
        key("from", Choice(&["text", "rows"]), "where the expected number is taken from"),
        key("unit", Unit, "the unit of the expected number, if it is not the row's"),
        key("expected", Number, "the expected number, where no row gives it"),
        key("accept", Quantities, "the accepted range"),
        key("species", Text, "the species it holds for"),
        key("condition", Text, "the condition it holds for"),
        key("plot", Table(&DATA_POINT), "where it is drawn as a point"),
        NOTE,
    ],
};

static EVIDENCE_RUN: Section = Section {
    name: "evidence_run",
    keys: &[
        key("regimen", Name, "one of [regimens]; \"none\" for none"),
        key("dose", Texts, "doses written out, as on the command line"),
        key("perturbations", Texts, "perturbations by name"),
        key("changes", Tables(&CHANGE), "perturbations without a name"),
        key("set", Settings, "parameters set"),
        key("until", Quantity, "its end"),
    ],
};

static CHANGE: Section = Section {
    name: "change",
    keys: &[
        key("from", Quantity, "when it begins"),
        key("until", Quantity, "when it ends"),
        key("set", Settings, "parameters set"),
        key("clamp", Settings, "states held still"),
    ],
};

static DATA_POINT: Section = Section {
    name: "data_point",
    keys: &[
        required("quantity", Name, "the quantity it measures"),
        required("time", Quantity, "when"),
        key("molar_mass", Quantity, "the molar mass that turns the row's amount into the quantity's mass"),
    ],
};

static PREDICTION: Section = Section {
    name: "prediction",
    keys: &[
        required("perturbation", Text, "a perturbation of the grid"),
        required("sign", Choice(&["+", "-", "0", "?"]), "stronger, lost, unchanged, not determined"),
        NOTE,
    ],
};

#[cfg(test)]
mod tests {
    use super::super::library;
    use super::super::load::load;
    use super::super::reader::asked_keys;
    use super::super::value::{self, Kind, Value};
    use super::*;
    use crate::diagnostics::{Diagnostic, SourceText};
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
        library::find(name).ok_or_else(|| library::not_found(name))
    }

    /// A model in which every section stands, so that the reader asks for every key.
    const EVERYTHING: &str = r#"
kascade = 1
[model]
name = "everything"
time = "h"
[sources.a]
cite = "A"
[parameters]
k = { value = 1, unit = "1/h", source = "a", vary = { lognormal = 0.1 } }
[states]
A = { start = 1, unit = "mg" }
B = { start = 0, unit = "mg" }
[quantities]
C = { is = "A / 2", unit = "mg" }
[reactions]
r = { equation = "A -> B", rate = "k * A" }
[routes]
iv = { into = "A" }
[regimens.one]
doses = [ { route = "iv", amount = "1 mg" } ]
[perturbations.p]
set = { k = 2 }
[events.e]
when = "A < 0.5 [mg]"
set = { A = 1 }
[figures.f]
runs = [ { regimen = "one" } ]
x = { scale = "linear" }
[[figures.f.panels]]
series = [ "A", { show = "C", axis = "right" } ]
y = { from = 0 }
right = { from = 0 }
x = { from = 0 }
bands = [ { at = 1 } ]
ribbons = [ { low = "A", high = "B" } ]
annotations = [ { at = 1, y = 1, text = "here" } ]
[figures.c]
kind = "cascade"
times = [ "1 h" ]
nodes = [ { show = "A" }, "B" ]
arrows = [ "A -> B" ]
[[evidence]]
id = "one"
run = { changes = [ { from = "1 h", set = { k = 1 } } ] }
runs.other = { regimen = "one", changes = [ { from = "1 h", set = { k = 1 } } ] }
plot = { quantity = "A", time = "1 h" }
[[predictions]]
perturbation = "p"
sign = "+"
"#;

    /// The name of a table of the file with the author's names taken out: `figures.*.panels[].series[]`.
    fn shape(path: &str) -> String {
        let mut parts: Vec<String> = path
            .split('.')
            .map(|part| match part.split_once('[') {
                Some((name, _)) => format!("{name}[]"),
                None => part.to_string(),
            })
            .collect();
        let named = FILE.keys.iter().any(|key| key.name == parts[0] && matches!(key.takes, Named(_) | NamedOrText(_)));
        if named && parts.len() > 1 {
            parts[1] = "*".to_string();
        }
        if let Some(at) = parts.iter().position(|part| part == "runs")
            && at + 1 < parts.len()
        {
            parts[at + 1] = "*".to_string();
        }
        parts.join(".")
    }

    /// Every table of the file with its keys, by shape.
    fn table_of_keys(section: &Section, path: &str, into: &mut BTreeMap<String, BTreeSet<&'static str>>) {
        into.insert(path.to_string(), section.keys.iter().map(|key| key.name).collect());
        for key in section.keys {
            let name = if path.is_empty() { key.name.to_string() } else { format!("{path}.{}", key.name) };
            match key.takes {
                Table(inner) => table_of_keys(inner, &name, into),
                Tables(inner) | Series(inner) => table_of_keys(inner, &format!("{name}[]"), into),
                Named(inner) | NamedOrText(inner) => table_of_keys(inner, &format!("{name}.*"), into),
                _ => {}
            }
        }
    }

    #[test]
    fn the_reader_asks_for_exactly_these_keys() {
        let loaded = load(&SourceText::new("everything.toml", EVERYTHING), &find);
        assert!(loaded.is_ok(), "{:?}", loaded.err());
        let mut asked: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for (path, key) in asked_keys() {
            asked.entry(shape(&path)).or_default().insert(key);
        }
        let mut declared = BTreeMap::new();
        table_of_keys(&FILE, "", &mut declared);
        assert_eq!(asked, declared, "left: the reader; right: the table of keys");
    }

    /// Keys of a text that the table does not know.
    fn unknown_keys(value: &Value, section: &Section, path: &str, faults: &mut Vec<String>) {
        let Kind::Table(table) = &value.kind else { return };
        for (name, entry) in &table.entries {
            let here = format!("{path}.{name}");
            let Some(key) = section.key(name) else {
                faults.push(here);
                continue;
            };
            let inner: Vec<&Value> = match (&key.takes, &entry.value.kind) {
                (Table(_), _) => vec![&entry.value],
                (Tables(_) | Series(_), Kind::List(items)) => items.iter().collect(),
                (Named(_) | NamedOrText(_), Kind::Table(names)) => {
                    names.entries.values().map(|entry| &entry.value).collect()
                }
                _ => continue,
            };
            if let Table(of) | Tables(of) | Series(of) | Named(of) | NamedOrText(of) = key.takes {
                inner.into_iter().for_each(|value| unknown_keys(value, of, &here, faults));
            }
        }
    }

    #[test]
    fn shipped_models_use_no_other_keys() {
        let mut faults = Vec::new();
        for name in library::names() {
            let source = library::find(name).unwrap();
            let (table, report) = value::parse(&source);
            assert!(!report.has_errors());
            let place = crate::diagnostics::Place::new(&source, 0..0);
            unknown_keys(&Value { kind: Kind::Table(table), place }, &FILE, name, &mut faults);
        }
        assert!(faults.is_empty(), "{faults:?}");
    }
}
