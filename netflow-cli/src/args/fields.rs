//! Names of normalised fields on the command line, and the list of all.

use core::fmt::Write as _;
use std::ffi::OsStr;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use netflow_core::field::FlowField;

/// Parses the name of a field; `help` prints all of them. Whether there is a field of this name is
/// checked later, together with the schema.
#[derive(Debug, Clone)]
pub(crate) struct FieldParser;

impl TypedValueParser for FieldParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        if value == "help" {
            return Err(clap::Error::raw(ErrorKind::DisplayHelp, list()));
        }
        StringValueParser::new().parse_ref(command, arg, value)
    }
}

/// Columns of a line of help.
const WIDTH: usize = 100;

/// Name, type, unit and meaning of each field.
fn list() -> String {
    let mut out = String::new();
    let unit = |field: FlowField| match field.unit() {
        "" => "-",
        unit => unit,
    };
    let fields = FlowField::COLUMNS;
    let longest = |text: &dyn Fn(FlowField) -> usize| {
        fields.iter().map(|field| text(*field)).max().unwrap_or(0)
    };
    let name = longest(&|field| field.name().len());
    let kind = longest(&|field| field.field_type().to_string().len());
    let units = longest(&|field| unit(field).len());
    let indent = name + kind + units + 6;
    for field in fields {
        let head = format!(
            "{field:<name$}  {:<kind$}  {:<units$}  ",
            field.field_type().to_string(),
            unit(*field),
        );
        out.push_str(&head);
        wrap(&mut out, field.meaning(), indent);
    }
    out
}

/// Appends words in lines that begin at a column.
fn wrap(out: &mut String, text: &str, indent: usize) {
    let mut at = indent;
    for word in text.split(' ') {
        if at > indent && at + 1 + word.len() > WIDTH {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n{:indent$}", "");
            at = indent;
        }
        if at > indent {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += word.len();
    }
    out.push('\n');
}
