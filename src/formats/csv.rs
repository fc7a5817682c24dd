//! Tables as CSV: one header line of plain names, numbers in the shortest form that reads back to the same bits.
//!
//! What it cannot carry: the version, model hash and settings that JSON carries.

use crate::model::Column;
use crate::numerics::float_text::push_number;
use crate::simulation::{Head, Table, Trajectory};
use ndarray::{ArrayView2, Axis};
use std::io::{self, Write};
use std::sync::mpsc::{channel, sync_channel};

/// Writes a table; with `units` the header reads `C [ng/mL]`.
///
/// # Errors
/// What the writer says.
pub fn write(table: &Table, units: bool, writer: &mut dyn Write) -> io::Result<()> {
    write_heads(&table.heads, units, writer)?;
    let mut text = Vec::with_capacity(BUFFER);
    for rows in table.values.axis_chunks_iter(Axis(0), ROWS) {
        text.clear();
        push_rows(rows, &mut text);
        writer.write_all(&text)?;
    }
    Ok(())
}

/// Writes the rows of a run as [`write()`] does its table, without making one. Printing numbers is half of the work of a
/// short run, so a second thread takes every other part, if there is one; the bytes are the same.
///
/// # Errors
/// What the writer says.
pub fn write_run(
    trajectory: &Trajectory<'_>,
    columns: &[Column],
    units: bool,
    writer: &mut dyn Write,
) -> io::Result<()> {
    write_heads(&trajectory.heads(columns), units, writer)?;
    let parts = trajectory.parts(columns);
    let alone = parts.count() < FEWEST_PARTS || std::thread::available_parallelism().is_ok_and(|cores| cores.get() < 2);
    std::thread::scope(|scope| {
        // Texts come over in order; the vectors go back to be filled again.
        let (full, texts) = sync_channel::<Vec<u8>>(2);
        let (back, empty) = channel::<Vec<u8>>();
        let parts = &parts;
        let others = move || {
            for index in (1..parts.count()).step_by(2) {
                let mut text = empty.try_recv().unwrap_or_default();
                text.clear();
                push_rows(parts.get(index).view(), &mut text);
                if full.send(text).is_err() {
                    return;
                }
            }
        };
        let helped = !alone && std::thread::Builder::new().spawn_scoped(scope, others).is_ok();
        let mut own = Vec::with_capacity(BUFFER);
        for index in 0..parts.count() {
            if helped
                && index % 2 == 1
                && let Ok(text) = texts.recv()
            {
                writer.write_all(&text)?;
                // The other thread may have ended, and needs it no more.
                let _ = back.send(text);
                continue;
            }
            own.clear();
            push_rows(parts.get(index).view(), &mut own);
            writer.write_all(&own)?;
        }
        Ok(())
    })
}

/// One line of text cells, each quoted if it must be, with its line feed.
pub fn text_line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let mut line = Vec::new();
    for (number, cell) in cells.into_iter().enumerate() {
        if number > 0 {
            line.push(b',');
        }
        push_text(cell.as_ref(), &mut line);
    }
    line.push(b'\n');
    String::from_utf8_lossy(&line).into_owned()
}

/// Writes the header line.
fn write_heads(heads: &[Head], units: bool, writer: &mut dyn Write) -> io::Result<()> {
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

/// Appends rows as text.
fn push_rows(rows: ArrayView2<'_, f64>, text: &mut Vec<u8>) {
    for row in rows.rows() {
        let mut first = true;
        for &value in row {
            if !first {
                text.push(b',');
            }
            first = false;
            push_number(value, text);
        }
        text.push(b'\n');
    }
}

/// Rows of a table that are printed at a time.
const ROWS: usize = 128;
/// The size of a buffer that need not grow for a table of usual width.
const BUFFER: usize = 1 << 16;
/// Fewer parts than this are printed before another thread has begun.
const FEWEST_PARTS: usize = 8;

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
    fn text_that_csv_would_break_is_quoted() {
        let cells = ["plain", "one, two", "say \"so\"", "two\nlines", ""];
        let text = text_line(cells);
        assert_eq!(text, "plain,\"one, two\",\"say \"\"so\"\"\",\"two\nlines\",\n");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        let read: Vec<&str> = record.iter().collect();
        assert_eq!(read, cells);
    }

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
