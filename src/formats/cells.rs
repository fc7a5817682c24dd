//! A table as text cut into lines of cells, each with its place: what event tables and tables of subjects share.
//!
//! Commas, semicolons, tabs or blanks separate, whichever the header uses; cells may stand in quotes; a byte order mark
//! is skipped. It must never know what a cell means.

use std::borrow::Cow;
use std::ops::Range;

/// One cell: its text without quotes and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Text<'a> {
    pub text: Cow<'a, str>,
    pub span: Range<usize>,
}

impl Text<'_> {
    pub fn is_missing(&self) -> bool {
        matches!(self.text.as_ref(), "" | "." | "NA")
    }
}

/// One line that holds cells.
pub(super) struct Line<'a> {
    pub cells: Vec<Text<'a>>,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Separator {
    Sign(char),
    Blanks,
}

/// Cuts a text into lines of cells. Blank lines, lines of empty cells and lines that begin with `#` hold none.
/// `open_quote` is told where a quotation mark has no partner.
pub(super) fn lines<'a>(text: &'a str, open_quote: &mut impl FnMut(Range<usize>)) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut separator = None;
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text[start..].split('\n') {
        let span = start..start + line.trim_end_matches('\r').len();
        start += line.len() + 1;
        let line = &text[span.clone()];
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let separator = *separator.get_or_insert_with(|| separator_of(line));
        match cells(line, span.start, separator) {
            Ok(cells) if cells.iter().all(|cell| cell.text.is_empty()) => {}
            Ok(cells) => lines.push(Line { cells, span }),
            Err(quote) => open_quote(quote),
        }
    }
    lines
}

/// What separates the cells of a header.
fn separator_of(header: &str) -> Separator {
    ['\t', ';', ','].into_iter().find(|sign| header.contains(*sign)).map_or(Separator::Blanks, Separator::Sign)
}

/// The cells of a line, or where a quotation mark is left open.
fn cells(line: &str, offset: usize, separator: Separator) -> Result<Vec<Text<'_>>, Range<usize>> {
    let mut cells = Vec::new();
    let separates = |letter: char| match separator {
        Separator::Sign(sign) => letter == sign,
        Separator::Blanks => letter.is_whitespace(),
    };
    let mut rest = 0;
    loop {
        let skipped =
            line[rest..].len() - line[rest..].trim_start_matches(|c: char| c.is_whitespace() && !separates(c)).len();
        let mut begin = rest + skipped;
        if separator == Separator::Blanks {
            begin += line[begin..].len() - line[begin..].trim_start().len();
            if begin == line.len() {
                return Ok(cells);
            }
        }
        let end = if line[begin..].starts_with('"') {
            let close = closing_quote(&line[begin + 1..]).ok_or(offset + begin..offset + line.len())?;
            let inner = begin + 1..begin + 1 + close;
            let text = &line[inner.clone()];
            let text = if text.contains('"') { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) };
            let after = inner.end + 1;
            cells.push(Text { text, span: offset + inner.start..offset + inner.end });
            after + line[after..].find(separates).unwrap_or(line[after..].len())
        } else {
            let end = begin + line[begin..].find(separates).unwrap_or(line[begin..].len());
            let text = line[begin..end].trim_end();
            cells.push(Text { text: Cow::Borrowed(text), span: offset + begin..offset + begin + text.len() });
            end
        };
        let Some(sign) = line[end..].chars().next() else { return Ok(cells) };
        rest = end + sign.len_utf8();
    }
}

/// Where the quotation ends; a doubled mark is a mark within it.
fn closing_quote(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            return Some(at);
        }
        from = at + 2;
    }
}
