//! Tables as CSV: one header line of plain names, numbers in the shortest form that reads back to the same bits.
//!
//! What it cannot carry: the version, model hash and settings that JSON carries.

use crate::numerics::float_text::push_number;
use crate::simulation::{Head, Table};
use ndarray::ArrayView2;
use std::io::{self, Write};

/// Writes a table; with `units` the header reads `C [ng/mL]`.
///
/// # Errors
/// What the writer says.
pub fn write(table: &Table, units: bool, writer: &mut dyn Write) -> io::Result<()> {
    write_heads(&table.heads, units, writer)?;
    write_rows(table.values.view(), writer)
}

/// Writes the header line.
///
/// # Errors
/// What the writer says.
pub fn write_heads(heads: &[Head], units: bool, writer: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    for (number, head) in heads.iter().enumerate() {
        if number > 0 {
            line.push(b',');
        }
        if units {
            push_text(&format!("{} [{}]", head.name, head.unit), &mut line);
        } else {
            push_text(&head.name, &mut line);
        }
    }
    line.push(b'\n');
    writer.write_all(&line)
}

/// Writes rows below a header.
///
/// # Errors
/// What the writer says.
pub fn write_rows(rows: ArrayView2<'_, f64>, writer: &mut dyn Write) -> io::Result<()> {
    // One buffer a block of rows: numbers are appended without allocation and leave in few large writes.
    let mut buffer: Vec<u8> = Vec::with_capacity(BUFFER);
    for row in rows.rows() {
        let mut first = true;
        for &value in row {
            if !first {
                buffer.push(b',');
            }
            first = false;
            push_number(value, &mut buffer);
        }
        buffer.push(b'\n');
        if buffer.len() > BUFFER - 4096 {
            writer.write_all(&buffer)?;
            buffer.clear();
        }
    }
    writer.write_all(&buffer)
}

/// Bytes that are written at a time; a buffer of this size keeps its memory from one block of rows to the next.
const BUFFER: usize = 1 << 16;

/// A name, quoted if it must be.
fn push_text(text: &str, buffer: &mut Vec<u8>) {
    if text.contains([',', '"', '\n', '\r']) {
        buffer.push(b'"');
        buffer.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        buffer.push(b'"');
    } else {
        buffer.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn every_cell_reads_back() {
        let table = Table {
            heads: vec![Head::new("time", "h"), Head::new("at(C, 1 h)", "ng/mL")],
            values: array![[0.0, 0.1], [0.5, f64::NAN], [1e-300, 123456789.123]],
        };
        let mut out = Vec::new();
        write(&table, true, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().next(), Some("time [h],\"at(C, 1 h) [ng/mL]\""));
        assert_eq!(text.lines().nth(2), Some("0.5,nan"));
        for (line, row) in text.lines().skip(1).zip(table.values.rows()) {
            for (cell, value) in line.split(',').zip(row) {
                let read: f64 = cell.parse().unwrap();
                assert!(read.to_bits() == value.to_bits() || (read.is_nan() && value.is_nan()));
            }
        }
    }
}
