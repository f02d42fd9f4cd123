//! `netflow elements`: what elements are called and how their values are encoded.

use std::io;

use netflow_core::element::{self, DataType, DefinedElement, ElementId, Semantics, Units};
use netflow_query::suggest;

use crate::args::{Definitions, Elements};
use crate::status::Status;
use crate::stderr;

/// One line of the list.
struct ElementLine<'r> {
    id: ElementId,
    name: &'r str,
    data_type: Option<DataType>,
    semantics: Semantics,
    units: Units,
}

/// Runs the command.
pub(crate) fn run(args: &Elements) -> Status {
    let defined: Vec<_> = args
        .definitions
        .iter()
        .flat_map(Definitions::elements)
        .collect();
    let registered: Vec<_> = element::all().collect();
    let rows = registered.iter().map(|element| ElementLine {
        id: element.id,
        name: element.name,
        data_type: element.data_type,
        semantics: element.semantics,
        units: element.units,
    });
    let rows = rows.chain(defined.iter().map(|element| row_of(element)));
    let wanted = args.element.as_deref();
    let mut out = io::stdout().lock();
    let mut is_any = false;
    for row in rows.filter(|row| wanted.is_none_or(|wanted| is_it(row, wanted))) {
        is_any = true;
        if write(&row, &mut out).is_err() {
            // The reader has enough.
            return Status::Success;
        }
    }
    if is_any {
        return Status::Success;
    }
    let wanted = wanted.unwrap_or_default();
    match suggest::nearest(wanted, registered.iter().map(|element| element.name)) {
        Some(name) => stderr::line(&format_args!(
            "there is no element {wanted}; {name} is similar"
        )),
        None => stderr::line(&format_args!("there is no element {wanted}")),
    }
    Status::Unreadable
}

fn row_of(element: &DefinedElement) -> ElementLine<'_> {
    ElementLine {
        id: element.id,
        name: &element.name,
        data_type: Some(element.data_type),
        semantics: element.semantics,
        units: element.units,
    }
}

/// Whether an element has this name or number.
fn is_it(row: &ElementLine<'_>, wanted: &str) -> bool {
    let id = wanted.strip_prefix("0/").unwrap_or(wanted);
    row.name.eq_ignore_ascii_case(wanted) || row.id.to_string() == id
}

/// Number, name, type, semantics and units, with tabs between them.
fn write(row: &ElementLine<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let data_type = row.data_type.map_or("", DataType::name);
    let semantics = row.semantics.name();
    let units = row.units.name();
    writeln!(
        out,
        "{}\t{}\t{data_type}\t{semantics}\t{units}",
        row.id, row.name
    )
}
