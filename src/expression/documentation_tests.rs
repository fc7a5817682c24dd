//! `docs/expressions.md` is read and every example in it tried.

use super::test_scope::{Listed, try_resolved};
use super::{Kind, Mode, parse};
use crate::units::{Unit, table};

const PAGE: &str = include_str!("../../docs/expressions.md");

/// The lines of all code blocks of a language.
fn examples(language: &str) -> Vec<&'static str> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in PAGE.lines() {
        if line.starts_with("```") {
            inside = line == format!("```{language}");
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn every_expression_does_what_the_page_says() {
    let scope = Listed::new(&[
        ("A", "mg"),
        ("V", "L"),
        ("C", "ng/mL"),
        ("U", "umol/L"),
        ("k", "1/min"),
        ("CL", "L/h"),
        ("MW", "g/mol"),
        ("w", "kg"),
        ("n", "1"),
        ("x", "1"),
    ]);
    let lines = examples("expression");
    assert!(lines.len() > 20);
    for line in lines {
        let (text, wanted) = line.split_once("=>").expect("every example has an arrow");
        let (text, wanted) = (text.trim(), wanted.trim());
        match try_resolved(text, &scope) {
            Err(errors) => assert_eq!(errors[0].to_string(), wanted, "{text}"),
            Ok(resolved) => match Unit::parse(wanted) {
                Ok(unit) => assert_eq!(resolved.kind, Kind::Number(*unit.dimension()), "{text}"),
                Err(_) if wanted == "condition" => assert_eq!(resolved.kind, Kind::Condition, "{text}"),
                Err(_) => {
                    let findings: Vec<String> = resolved.findings.iter().map(ToString::to_string).collect();
                    assert_eq!(findings, [wanted], "{text}");
                }
            },
        }
    }
}

#[test]
fn every_outcome_parses() {
    let lines = examples("outcome");
    assert!(!lines.is_empty());
    for text in lines {
        assert!(parse(text, Mode::Outcome).is_ok(), "{text}");
    }
}

#[test]
fn every_function_stands_on_the_page() {
    for function in super::Function::ALL {
        assert!(PAGE.contains(&format!("`{}(", function.name())), "{}", function.name());
    }
}

#[test]
fn the_table_of_units_is_the_one_in_the_code() {
    let mut wanted = String::from("| unit | means | also | with prefixes | measures |\n|---|---|---|---|---|\n");
    for row in table() {
        let (also, prefixed) = (row.synonyms.join(" "), row.prefixed.join(" "));
        wanted.push_str(&format!("| `{}` | {} | {also} | {prefixed} | {} |\n", row.symbol, row.about, row.dimension));
    }
    assert!(PAGE.contains(&wanted), "put this table into docs/expressions.md:\n{wanted}");
}
