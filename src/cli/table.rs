//! Text tables for the eye: columns aligned, numbers to the right.

/// One column's place in a text table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Lays rows out in columns two blanks apart; `heads` may be empty. Widths count characters.
pub fn layout(heads: &[&str], align: &[Align], rows: &[Vec<String>]) -> String {
    let columns = align.len();
    let width = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = (0..columns).map(|column| heads.get(column).map_or(0, |head| width(head))).collect();
    for row in rows {
        for (column, cell) in row.iter().enumerate().take(columns) {
            widths[column] = widths[column].max(width(cell));
        }
    }
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for (column, cell) in cells.enumerate().take(columns) {
            let pad = " ".repeat(widths[column].saturating_sub(width(cell)));
            match align[column] {
                Align::Left => out.push_str(&format!("{cell}{pad}")),
                Align::Right => out.push_str(&format!("{pad}{cell}")),
            }
            out.push_str("  ");
        }
        text.push_str(out.trim_end());
        text.push('\n');
    };
    if !heads.is_empty() {
        line(&mut heads.iter().copied());
    }
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}

/// A number for the eye: at most `digits` significant digits, no trailing zeros.
pub fn rounded(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return crate::numerics::float_text::number_text(value);
    }
    let text = format!("{value:.*e}", digits.saturating_sub(1));
    match text.parse::<f64>() {
        Ok(short) => crate::numerics::float_text::number_text(short),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["a".into(), "1".into()], vec!["µg".into(), "100".into()]];
        assert_eq!(layout(&["name", "n"], &[Align::Left, Align::Right], &rows), "name    n\na       1\nµg    100\n");
        assert_eq!(rounded(123.456, 4), "123.5");
        assert_eq!(rounded(0.0, 4), "0");
    }
}
