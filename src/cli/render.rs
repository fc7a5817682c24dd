//! Diagnostics in rustc's look, and counts below them.

use crate::diagnostics::{Diagnostic, Place, Report, Severity};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Renders one complaint, with colors if `styled`.
pub fn diagnostic(one: &Diagnostic, styled: bool) -> String {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(one.message.as_str()).id(one.code.number()));
    if let Some(place) = &one.place {
        let mut primary = snippet(place).annotation(annotation(AnnotationKind::Primary, place, &one.label));
        let mut elsewhere = Vec::new();
        for (other, text) in &one.related {
            if other.source == place.source {
                primary = primary.annotation(annotation(AnnotationKind::Context, other, text));
            } else {
                elsewhere.push(snippet(other).annotation(annotation(AnnotationKind::Context, other, text)));
            }
        }
        group = group.element(primary);
        for other in elsewhere {
            group = group.element(other);
        }
    }
    for note in &one.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for hint in &one.hints {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.decor_style(DecorStyle::Ascii).term_width(140).render(&[group]);
    // annotate-snippets pads empty gutter lines; trailing blanks would only trouble whoever copies the text.
    text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn snippet(place: &Place) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(place.source.text.as_str()).line_start(1).path(place.source.name.as_str()).fold(true)
}

fn annotation<'a>(kind: AnnotationKind, place: &Place, label: &'a str) -> annotate_snippets::Annotation<'a> {
    let annotation = kind.span(place.span.clone());
    if label.is_empty() { annotation } else { annotation.label(label) }
}

/// Renders a whole report, errors first, with a blank line between complaints.
pub fn report(report: &Report, styled: bool) -> String {
    let (errors, warnings): (Vec<_>, Vec<_>) = report.list.iter().partition(|one| one.is_error());
    errors.into_iter().chain(warnings).map(|one| diagnostic(one, styled)).collect::<Vec<_>>().join("\n")
}

/// `2 errors, 1 warning`, or nothing to say.
pub fn counts(errors: usize, warnings: usize) -> Option<String> {
    let count = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    match (count(errors, "error"), count(warnings, "warning")) {
        (Some(errors), Some(warnings)) => Some(format!("{errors}, {warnings}")),
        (errors, warnings) => errors.or(warnings),
    }
}
