//! The schemas that are the documents of other tools: which formats they have, and what writes them.

use netflow_output::format::dialect::DialectForm;
use netflow_output::format::{Raw, RawForm, Selection};

use crate::args::DialectArgs;
use crate::args::format::{Format, SchemaName};

/// A format that any thread can have.
pub(crate) type BoxedFormat = Box<dyn netflow_output::format::Format + Send>;

/// The form of documents that a format asks for; none if documents are not written so.
const fn form(format: Format) -> Option<DialectForm> {
    Some(match format {
        Format::Json => DialectForm::Json,
        Format::Msgpack => DialectForm::MessagePack,
        Format::Forward => DialectForm::Forward,
        Format::Protobuf => DialectForm::Protobuf,
        Format::Csv => DialectForm::Csv,
        Format::CsvFast => DialectForm::CsvFast,
        Format::Line => DialectForm::Line,
        Format::Long => DialectForm::Long,
        Format::Extended => DialectForm::Extended,
        Format::Table | Format::Parquet | Format::Arrow => return None,
    })
}

/// Whether the documents of a schema can be written in a format; none if the schema is not that of
/// another tool.
pub(crate) fn has_format(schema: SchemaName, format: Format) -> Option<bool> {
    match schema {
        SchemaName::Of(dialect) => {
            Some(form(format).is_some_and(|form| dialect.forms().contains(&form)))
        }
        SchemaName::Raw => Some(raw_form(format).is_some()),
        SchemaName::Flow | SchemaName::Record | SchemaName::Wire => None,
    }
}

/// The form of raw documents that a format asks for; none if they are not written so.
const fn raw_form(format: Format) -> Option<RawForm> {
    match format {
        Format::Json => Some(RawForm::Json),
        Format::Msgpack => Some(RawForm::MessagePack),
        _ => None,
    }
}

/// Whether only schemas of other tools are written so.
pub(crate) const fn is_of_others(format: Format) -> bool {
    match format {
        Format::Table | Format::Json | Format::Csv | Format::Parquet | Format::Arrow => false,
        Format::Msgpack
        | Format::Forward
        | Format::Protobuf
        | Format::CsvFast
        | Format::Line
        | Format::Long
        | Format::Extended => true,
    }
}

/// The format of the documents of these flows, if the schema is that of another tool.
pub(crate) fn documents(
    args: &DialectArgs,
    schema: SchemaName,
    format: Format,
    selection: &Selection,
) -> Option<BoxedFormat> {
    match schema {
        SchemaName::Of(dialect) => {
            let mut options = args.options();
            options.selection = selection.clone();
            options.format(dialect, form(format)?)
        }
        SchemaName::Raw => Some(Box::new(Raw::new(raw_form(format)?))),
        SchemaName::Flow | SchemaName::Record | SchemaName::Wire => None,
    }
}
