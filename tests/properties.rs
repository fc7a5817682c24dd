//! No text, however broken, panics or hangs in the reader of models: it ends in a model or in complaints, each of which
//! points into a text.
//!
//! Texts are made in four ways: random bytes, real models with pieces changed, real models cut off, and models of the
//! right shape with expressions that are not; and by hand, where a short text could mean an endless amount of work.

use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::model::{library, load};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What an overlay extends: a built-in model, or the text itself, so that circles are among the inputs.
fn find(name: &str, from: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    if name == "self" {
        return Ok(SourceText::new(from.name.as_str(), from.text.as_str()));
    }
    library::find(name).ok_or_else(|| library::not_found(name))
}

/// Reads a text, and holds what must be true whatever it is. Far longer than any reader needs, even unoptimized.
const LONGEST: Duration = Duration::from_secs(20);

fn survives(text: &str) -> Result<(), TestCaseError> {
    let source = SourceText::new("random.toml", text);
    let begun = Instant::now();
    let report = match load(&source, &find) {
        Ok(loaded) => {
            prop_assert!(!loaded.report.has_errors(), "a model came back beside an error");
            prop_assert!(!loaded.model.states.is_empty());
            prop_assert!(loaded.model.parameters.iter().all(|parameter| parameter.value.is_finite()));
            loaded.report
        }
        Err(report) => {
            prop_assert!(report.has_errors(), "refused without an error");
            report
        }
    };
    prop_assert!(begun.elapsed() < LONGEST, "took {:?}", begun.elapsed());
    for one in &report.list {
        prop_assert!(!one.message.is_empty() && !one.message.ends_with('.'), "{}", one.message);
        for place in one.place.iter().chain(one.related.iter().map(|(place, _)| place)) {
            let text = &place.source.text;
            prop_assert!(place.span.start <= place.span.end && place.span.end <= text.len());
            prop_assert!(text.is_char_boundary(place.span.start) && text.is_char_boundary(place.span.end));
        }
    }
    Ok(())
}

/// Small built-in models, for changes in the middle.
fn small_models() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["domino_1984", "simons_2022", "benchmark/ket", "benchmark/pk", "benchmark/hires"])
        .prop_map(|name| library::find(name).map(|source| source.text.clone()).unwrap_or_default())
}

/// Pieces that mean something in a model file, to be strewn into one.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'''",
        "\"\"\"",
        "=",
        ",",
        "\n",
        "#",
        "\\",
        "\u{0}",
        "\u{feff}",
        "µ",
        "−",
        "1e999",
        "-1",
        "inf",
        "nan",
        "0x",
        "1979-05-27",
        "true",
        "kascade = 1",
        "[model]",
        "[[evidence]]",
        "[figures.a]",
        "extends = \"self\"",
        "remove = [\"states\"]",
        "start = \"steady\"",
        "time",
        "pi",
        "mg/kg",
        "[ng/mL]",
        "-> ",
        "2 A + ",
        "if(",
        "hill(",
        "^",
        "^(1/3)",
        "input(iv)",
        " / 0",
        "over",
        "every",
        "times = 1e9",
        "steady = true",
        "{peak(C)}",
    ];
    prop_oneof![
        4 => prop::sample::select(pieces.to_vec()).prop_map(str::to_string),
        1 => "\\PC{0,8}",
        1 => any::<f64>().prop_map(|number| number.to_string()),
    ]
}

/// An expression-like text of names that a model has, numbers, units and operators in any order.
fn expression() -> impl Strategy<Value = String> {
    let words = [
        "A",
        "B",
        "k",
        "V",
        "C",
        "D",
        "time",
        "pi",
        "1",
        "0",
        "2.5",
        "1e300",
        "[mg]",
        "[1/h]",
        "[ng/mL]",
        "+",
        "-",
        "*",
        "/",
        "^",
        "(",
        ")",
        ",",
        "<",
        ">=",
        "==",
        "and",
        "or",
        "not",
        "if(",
        "exp(",
        "ln(",
        "max(",
        "hill(",
        "input(iv)",
        "sqrt(",
    ];
    let soup = prop::collection::vec(prop::sample::select(words.to_vec()), 0..14).prop_map(|words| words.join(" "));
    prop_oneof![1 => soup, 3 => well_formed()]
}

/// Texts that the grammar accepts, so that names and units are what is wrong with them.
fn well_formed() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["A", "B", "k", "V", "C", "D", "time", "1", "2.5", "3 [mg]", "2 [1/h]"])
        .prop_map(String::from);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/", "<"]), inner.clone())
                .prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            (prop::sample::select(vec!["exp", "ln", "sqrt", "abs"]), inner.clone())
                .prop_map(|(function, argument)| format!("{function}({argument})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if({a} > {b}, {c}, {b})")),
        ]
    })
}

/// A model of the right shape around such texts.
fn model_of_expressions() -> impl Strategy<Value = String> {
    (expression(), expression(), expression(), expression(), expression(), any::<bool>()).prop_map(
        |(first, second, rate, when, start, steady)| {
            format!(
                r#"
kascade = 1
[model]
name = "random"
time = "h"
start = "{}"
[parameters]
k = {{ value = 1, unit = "1/h", assumed = "x" }}
V = {{ value = 1, unit = "L", assumed = "x" }}
[states]
A = {{ start = "{start}", unit = "mg" }}
B = {{ start = 0, unit = "mg", steady = false }}
[quantities]
C = {{ is = "{first}", unit = "ng/mL" }}
D = {{ is = "{second}", unit = "1" }}
[reactions]
r = {{ equation = "A -> B", rate = "{rate}" }}
[routes]
iv = {{ into = "A", fraction = "{second}", lag = "{first}" }}
[events.e]
when = "{when}"
set = {{ A = "{first}" }}
[perturbations.p]
set = {{ k = "{rate}" }}
"#,
                if steady { "steady" } else { "given" }
            )
        },
    )
}

/// A byte offset moved back to the start of its character.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text(text in "\\PC{0,200}|(\\PC{0,20}\n){0,20}") {
        survives(&text)?;
    }

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn a_model_cut_off(text in small_models(), at in any::<prop::sample::Index>()) {
        survives(&text[..boundary(&text, at.index(text.len() + 1))])?;
    }

    #[test]
    fn a_model_with_pieces_strewn_in(
        text in small_models(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..6, piece()), 1..6),
    ) {
        let mut text = text;
        for (at, removed, inserted) in changes {
            let from = boundary(&text, at.index(text.len() + 1));
            let to = boundary(&text, from + removed).max(from);
            text.replace_range(from..to, &inserted);
        }
        survives(&text)?;
    }

    #[test]
    fn a_model_with_lines_moved(
        text in small_models(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 1..8),
    ) {
        let mut lines: Vec<&str> = text.lines().collect();
        for (from, to, keep) in moves {
            let line = lines[from.index(lines.len())];
            let to = to.index(lines.len());
            if keep { lines.insert(to, line) } else { lines[to] = line }
        }
        survives(&lines.join("\n"))?;
    }

    #[test]
    fn a_model_of_random_expressions(text in model_of_expressions()) {
        survives(&text)?;
    }
}

/// The changes above must reach past the syntax, or they would test the TOML reader alone.
#[test]
fn random_models_are_read_deeply_enough() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut good, mut beyond_syntax) = (0, 0);
    for _ in 0..300 {
        let text = model_of_expressions().new_tree(&mut runner).unwrap().current();
        match load(&SourceText::new("random.toml", text), &find) {
            Ok(_) => good += 1,
            Err(report) => beyond_syntax += usize::from(report.list.iter().any(|one| one.code.number() >= "K0200")),
        }
    }
    assert!(good + beyond_syntax > 100, "{good} good, {beyond_syntax} with faults of meaning");
}

const HEAD: &str = "kascade = 1\n[model]\nname = \"x\"\ntime = \"h\"\n[states]\nA = { start = 0, unit = \"mg\" }\n";

/// Short texts that could mean endless work: doubling quantities, deep nesting, long chains, long names.
#[test]
fn short_texts_are_no_long_work() {
    let doubling: String =
        (1..60).map(|n| format!("q{n} = {{ is = \"q{} + q{0}\", unit = \"1\" }}\n", n - 1)).collect();
    let doubled = format!("{HEAD}[quantities]\nq0 = {{ is = \"1\", unit = \"1\" }}\n{doubling}");
    let circle = "[quantities]\na = { is = \"b + b\", unit = \"1\" }\nb = { is = \"a * a\", unit = \"1\" }\n";
    let long_chain: String = (1..3000).map(|n| format!("q{n} = {{ is = \"q{}\", unit = \"1\" }}\n", n - 1)).collect();
    let texts = [
        format!(
            "{doubled}[routes]\niv = {{ into = \"A\", fraction = \"q59\" }}\n[derivatives]\nA = \"q59 * 1 [mg/h]\"\n"
        ),
        format!("{doubled}[events.e]\nwhen = \"q59 > 3\"\nset = {{ A = 0 }}\n"),
        format!("{HEAD}{circle}[routes]\niv = {{ into = \"A\", fraction = \"a\", lag = \"b * 1 [h]\" }}\n"),
        format!(
            "{HEAD}[quantities]\nq0 = {{ is = \"1\", unit = \"1\" }}\n{long_chain}[routes]\niv = {{ into = \"A\", fraction = \"q2999\" }}\n"
        ),
        format!("{HEAD}[derivatives]\nA = \"{}1{}\"\n", "(".repeat(100_000), ")".repeat(100_000)),
        format!("{HEAD}[derivatives]\nA = \"{}1\"\n", "-".repeat(100_000)),
        format!("{HEAD}[derivatives]\nA = \"{}A\"\n", "A + ".repeat(100_000)),
        format!("{HEAD}[derivatives]\nA = \"{}2\"\n", "2 ^ ".repeat(100_000)),
        format!("{HEAD}[derivatives]\nA = \"{}2{} * 1 [mg/h]\"\n", "hill(".repeat(40), ", 1, 2)".repeat(40)),
        format!("{HEAD}[derivatives]\nA = \"{}2{} * 1 [mg/h]\"\n", "hill(1, 2, ".repeat(40), ")".repeat(40)),
        format!("{HEAD}[derivatives]\nA = \"1 [{}mg]\"\n", "mg*".repeat(10_000)),
        format!("{HEAD}[derivatives]\nA = \"1 [mg^{}]\"\n", "9".repeat(400)),
        format!("{HEAD}[derivatives]\n{} = \"1\"\n", "A".repeat(1_000_000)),
        format!("{HEAD}x = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{HEAD}[{}]\n", "a.".repeat(50_000) + "a"),
        format!(
            "{HEAD}[regimens.r]\ndoses = [{{ route = \"iv\", amount = 1, every = \"1e-300 h\", times = 1000000000 }}]\n"
        ),
        format!("{HEAD}[reactions]\nr = {{ equation = \"{}A -> A\", rate = \"1 [mg/h]\" }}\n", "A + ".repeat(100_000)),
        "kascade = 1\nextends = \"self\"\n".to_string(),
    ];
    for text in texts {
        if let Err(error) = survives(&text) {
            panic!("{error}\n{}", text.chars().take(300).collect::<String>());
        }
    }
}

/// A file of the largest size that is read, and one beyond it.
#[test]
fn size_has_a_limit() {
    let line = "# a comment that goes on\n";
    let long = line.repeat((5 << 20) / line.len());
    let report = load(&SourceText::new("long.toml", long), &find).expect_err("too large");
    assert_eq!(report.list[0].code.number(), "K0005");
}
