//! Flows as text, by the formats of netflow-output as the command uses them.

use netflow_core::{Decoder, InputNames};
use netflow_output::format::dialect::{DialectForm, DialectName, DialectOptions};
use netflow_output::format::{Biflows, Csv, FlowLines, Format, Table};

use crate::decoder;
use crate::row::FIELDS;
use crate::workload::Workload;

/// Octets of text that are gathered before they are passed on.
const GATHERED: usize = 64 * 1024;
/// The width of a table that goes to no terminal.
const WIDTH: usize = 200;

/// A format by its name in `instructions.csv`: `json_11`, `table`, or dialect and form such as
/// `nfdump_line`.
#[must_use]
pub fn format(name: &str) -> Option<Box<dyn Format + Send>> {
    let (selection, files) = (Biflows::Whole, InputNames::default());
    let fields = Some(FIELDS.to_vec());
    Some(match name {
        "json_11" => Box::new(FlowLines::new(fields, selection, files)),
        "json_all" => Box::new(FlowLines::new(None, selection, files)),
        "csv_11" => Box::new(Csv::new(fields, selection, files)),
        "table" => Box::new(Table::new(WIDTH, selection, None)),
        _ => {
            let (dialect, form) = name.split_once('_')?;
            let (dialect, form) = (dialect.parse().ok()?, form.parse().ok()?);
            return dialect_of(dialect, form);
        }
    })
}

fn dialect_of(dialect: DialectName, form: DialectForm) -> Option<Box<dyn Format + Send>> {
    DialectOptions::default().format(dialect, form)
}

/// Decodes all datagrams and writes their flows; `each` is called with the text, part by part.
///
/// # Panics
///
/// If the decoder refuses a datagram, or the format a message.
#[inline]
pub fn write(
    decoder: &mut Decoder,
    format: &mut dyn Format,
    workload: &Workload,
    mut each: impl FnMut(&[u8]),
) {
    let mut text = Vec::with_capacity(2 * GATHERED);
    format.begin(&mut text);
    decoder::decode(decoder, workload, |message| {
        format.message(&message, &mut text).unwrap();
        if text.len() >= GATHERED {
            each(&text);
            text.clear();
        }
    });
    format.flush(&mut text);
    each(&text);
}
