//! Formats that tables are written in; each states what it cannot carry. Must never know commands.

mod cells;
pub mod csv;
pub mod dot;
pub mod equations;
pub mod evidence_table;
pub mod json;
pub mod json_schema;
pub mod nonmem;
#[cfg(test)]
mod nonmem_tests;
mod nonmem_time;
pub mod subjects;
