//! `kascade schema`: the JSON schema of model files, so that editors complete and explain keys.

use super::arguments::Schema;
use super::output::Destination;
use super::{Failure, Session};
use crate::formats::json_schema::schema;

/// Prints the schema, or writes it.
pub fn run(arguments: &Schema, session: &Session) -> Result<(), Failure> {
    let text = format!("{:#}\n", schema());
    let destination = Destination::new(arguments.output.as_deref());
    if let Destination::Stdout = destination {
        return session.print(&text);
    }
    destination.check().map_err(Failure::model)?;
    Ok(destination.write(text.as_bytes())?)
}
