//! How rows are written, and what they contain.

use core::fmt;
use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use netflow_output::format::dialect::DialectName;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people, as many as the terminal is wide
    Table,
    /// One JSON object a line
    Json,
    /// Comma-separated values (RFC 4180) with a header line
    Csv,
    /// A Parquet file, compressed by zstd
    Parquet,
    /// Arrow IPC: a file, or a stream to standard output and to *.arrows
    Arrow,
    /// MessagePack, for the schema raw and those of other tools
    Msgpack,
    /// Events of Fluentd's forward protocol, for the schema fluentd
    Forward,
    /// Length-delimited Protobuf messages, for the schema goflow2
    Protobuf,
    /// More columns of CSV, for the schema nfdump
    CsvFast,
    /// One line per flow for people, for the schemas nfdump and sflowtool
    Line,
    /// As line, with flags and type of service
    Long,
    /// As long, with rates
    Extended,
}

impl Format {
    /// The format of files with this extension; `None` if no format has it.
    pub(crate) fn of_extension(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" | "ndjson" | "jsonl" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            "arrow" | "arrows" | "feather" => Some(Self::Arrow),
            _ => None,
        }
    }

    /// Whether rows are written by column.
    pub(crate) const fn is_columnar(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }

    /// The feature that writes this format, if this build lacks it.
    pub(crate) const fn missing_feature(self) -> Option<&'static str> {
        if self.is_columnar() && !cfg!(feature = "columns") {
            return Some("columns");
        }
        None
    }
}

/// What rows contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaName {
    /// Normalised fields.
    Flow,
    /// Every record and sample with all its fields.
    Record,
    /// What was sent.
    Wire,
    /// Datagrams as they were received.
    Raw,
    /// The documents of another tool.
    Of(DialectName),
}

impl SchemaName {
    const ALL: [Self; DialectName::ALL.len() + 4] = {
        let mut all = [Self::Flow; DialectName::ALL.len() + 4];
        all[1] = Self::Record;
        all[2] = Self::Wire;
        all[3] = Self::Raw;
        let mut place = 0;
        while place < DialectName::ALL.len() {
            all[place + 4] = Self::Of(DialectName::ALL[place]);
            place += 1;
        }
        all
    };

    /// Whether rows are flows, which can be chosen.
    pub(crate) const fn is_of_flows(self) -> bool {
        match self {
            Self::Flow | Self::Of(_) => true,
            Self::Record | Self::Wire | Self::Raw => false,
        }
    }
}

impl ValueEnum for SchemaName {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Flow => ("flow", "Normalised fields, the same for every protocol"),
            Self::Record => (
                "record",
                "Every record and sample with all its fields, by the names of the registries",
            ),
            Self::Wire => (
                "wire",
                "Every field in wire order, with its octets as they were sent",
            ),
            Self::Raw => (
                "raw",
                "Each datagram unchanged, to be decoded elsewhere: decode and replay read these documents",
            ),
            Self::Of(dialect) => (dialect.name(), dialect.description()),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

/// Parses the name of a schema; `help` lists them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchemaParser;

impl TypedValueParser for SchemaParser {
    type Value = SchemaName;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<SchemaName, clap::Error> {
        if value == "help" {
            return Err(clap::Error::raw(ErrorKind::DisplayHelp, schemas()));
        }
        EnumValueParser::<SchemaName>::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = SchemaName::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}

/// Each schema with a line about it.
fn schemas() -> String {
    let values = SchemaName::value_variants().iter();
    values
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| {
            let help = value.get_help().map(ToString::to_string);
            format!("{:<17}{}\n", value.get_name(), help.unwrap_or_default())
        })
        .collect()
}

/// Writes the name on the command line.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}

/// Writes the name on the command line.
impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}

/// Writes the name of a value on the command line.
pub(super) fn write_value(value: &impl ValueEnum, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value.to_possible_value() {
        Some(value) => f.write_str(value.get_name()),
        None => Ok(()),
    }
}
