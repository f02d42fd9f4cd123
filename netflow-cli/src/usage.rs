//! Why a command line that can be parsed is invalid.

use core::fmt;
use std::io;

use netflow_core::field::FlowField;
use netflow_query::FilterError;

use crate::args::format::{Format, SchemaName};

/// Why arguments contradict each other.
#[derive(Debug)]
pub(crate) enum Usage {
    /// The extension of the output is that of another format.
    OtherExtension { format: Format, named: Format },
    /// This build lacks the feature that writes the format.
    NoFeature {
        format: Format,
        feature: &'static str,
    },
    /// The schema has rows of different kinds, which do not fit into columns.
    NoColumns { format: Format, schema: SchemaName },
    /// The format writes a file for each template, which needs a folder.
    NoFolder(Format),
    /// Only flows have normalised fields.
    NoFields(SchemaName),
    /// Only flows can be chosen.
    OnlyFlows {
        option: &'static str,
        schema: SchemaName,
    },
    /// Only normalised flows can be counted and sorted.
    OnlyNormalised {
        option: &'static str,
        schema: SchemaName,
    },
    /// Rows of this format have the counters as they were sent.
    NotScaled(Format),
    /// Rows of this format cannot be sorted.
    NoOrder(Format),
    /// This needs a database or another file, which an option names.
    NoDatabase {
        column: &'static str,
        option: &'static str,
    },
    /// Times of this format are numbers.
    NoZone(Format),
    /// The zone of this machine cannot be read.
    UnknownZone(io::Error),
    /// The filter and the window are not valid together.
    Filter(FilterError),
    /// A pipe cannot be read twice.
    LastOfPipe,
    /// Only flows have a direction.
    NoBiflows(SchemaName),
    /// Addresses in octets that nobody understands would stay.
    NotAnonymous(SchemaName),
    /// The tables of templates have no port.
    NoPorts(Format),
    /// There is no such field; perhaps this one is meant.
    UnknownField {
        name: String,
        suggestion: Option<&'static str>,
    },
    /// A page of HTML is for a browser.
    PageOnTerminal,
    /// A terminal cannot show this.
    NotForTerminals(Format),
    /// The output would replace what is read.
    OutputIsInput(String),
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherExtension { format, named } => write!(
                f,
                "--format {format} contradicts the extension of --output, which is that of {named}; \
                 leave out --format, or name the output otherwise"
            ),
            Self::NoFeature { format, feature } => write!(
                f,
                "this build of netflow lacks the feature {feature}, which writes {format}"
            ),
            Self::NoColumns { format, schema } => write!(
                f,
                "rows of the schema {schema} differ from each other and do not fit in the \
                 columns of {format}; use --format json, or --schema flow"
            ),
            Self::NoFolder(format) => write!(
                f,
                "records of each template are a file of {format}; use --output with a folder that is \
                 not there yet"
            ),
            Self::NoFields(schema) => write!(
                f,
                "--fields chooses among the fields of the schema flow, not of {schema}"
            ),
            Self::OnlyFlows { option, schema } => {
                write!(f, "{option} is for flows, not for all the rows of {schema}")
            }
            Self::OnlyNormalised { option, schema } => write!(
                f,
                "{option} is for the flows of the schema flow, not for the rows of {schema}"
            ),
            Self::NotScaled(format) => write!(
                f,
                "--scaled is for the table: {format} has the fields octets_scaled and packets_scaled"
            ),
            Self::NoOrder(format) => write!(
                f,
                "--sort is for table, json and csv: sort {format} with what reads it, such as DuckDB"
            ),
            Self::NoDatabase { column, option } => {
                write!(f, "{column} is looked up: name its file by {option}")
            }
            Self::NoZone(format) => write!(
                f,
                "--local-time is for table, json and csv: times in {format} are points in time, \
                 which what reads it shows in any zone"
            ),
            Self::UnknownZone(error) => {
                write!(f, "the time zone, from TZ or of this machine: {error}")
            }
            Self::Filter(error) => write!(f, "the expression and the times together: {error}"),
            Self::LastOfPipe => write!(
                f,
                "--last has to find the newest datagram first, and standard input or a pipe cannot \
                 be read twice; use --since"
            ),
            Self::NoBiflows(schema) => write!(
                f,
                "--split-biflows makes flows of the schema flow, not of {schema}"
            ),
            Self::NotAnonymous(schema) => write!(
                f,
                "--anonymise replaces addresses in records, and the schema {schema} has whole datagrams"
            ),
            Self::NoPorts(format) => write!(
                f,
                "the {format} files of templates are by address, not by port: --by-port needs \
                 --schema flow or --format json"
            ),
            Self::UnknownField { name, suggestion } => {
                write!(f, "there is no field \"{name}\"")?;
                if let Some(suggestion) = suggestion {
                    write!(f, ", did you mean \"{suggestion}\"?")?;
                }
                write!(f, "\n\nFields:")?;
                list(f, FlowField::ALL.iter().map(|field| field.name()))
            }
            Self::PageOnTerminal => write!(
                f,
                "a page of HTML is not for terminals; use --output, or pass it on"
            ),
            Self::NotForTerminals(format) => write!(
                f,
                "{format} is not for terminals; use --output, or pass it on"
            ),
            Self::OutputIsInput(path) => write!(
                f,
                "{path} would be replaced by what is read from it; use another --output"
            ),
        }
    }
}

/// Words in lines of a width that every terminal has.
fn list(f: &mut fmt::Formatter<'_>, names: impl Iterator<Item = &'static str>) -> fmt::Result {
    const WIDTH: usize = 78;
    let mut at = WIDTH;
    for name in names {
        if at + 1 + name.len() > WIDTH {
            write!(f, "\n ")?;
            at = 1;
        }
        write!(f, " {name}")?;
        at += 1 + name.len();
    }
    Ok(())
}
