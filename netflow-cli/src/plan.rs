//! What a command line asks for, checked.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use netflow_core::InputNames;
use netflow_core::field::FlowField;
#[cfg(feature = "columns")]
use netflow_output::format::Columns;
use netflow_output::format::{
    Biflows, Count, Csv, FlowLines, Format as _, Lines, Order, Records, Selection, Sorted, Table,
    Wire, Zone,
};
use netflow_output::sink::{Output, Sink, Stream};
use netflow_query::suggest;

use crate::args::format::{Format, SchemaName};
use crate::args::{Decode, DialectArgs, KeyFile};
#[cfg(feature = "columns")]
use crate::columns;
use crate::dialect::{self, BoxedFormat};
use crate::usage::Usage;
use crate::window;

/// Width of a table that no terminal shows.
const UNSEEN_WIDTH: usize = 200;
/// Width of a terminal that does not report its own.
const USUAL_WIDTH: usize = 80;

/// A form of output that is supported.
#[derive(Debug)]
pub(crate) struct Plan {
    format: Format,
    schema: SchemaName,
    fields: Option<Vec<FlowField>>,
    selection: Selection,
    /// The order of rows, if it is not that of the input, and how many are written at most.
    order: Option<(Order, Option<u64>)>,
    is_count: bool,
    /// The zone of times, if it is not UTC.
    zone: Option<Zone>,
    /// The counters of a table are multiplied by the sampling rates.
    is_scaled: bool,
    /// A table has colours.
    is_coloured: bool,
    width: usize,
    /// Arrow is written as a stream.
    #[cfg(feature = "columns")]
    is_stream: bool,
    dialect: DialectArgs,
    /// Rows are written as they come.
    is_live: bool,
    threads: usize,
}

impl Plan {
    pub(crate) fn new(args: &Decode) -> Result<Self, Usage> {
        let schema = args.schema;
        let named = args.output.as_deref().and_then(Format::of_extension);
        if let (Some(format), Some(named)) = (args.format, named) {
            if format != named {
                return Err(Usage::OtherExtension { format, named });
            }
        }
        let format = args.format.or(named).unwrap_or(match schema {
            SchemaName::Flow => Format::Table,
            _ => Format::Json,
        });
        if let Some(feature) = format.missing_feature() {
            return Err(Usage::NoFeature { format, feature });
        }
        if schema != SchemaName::Flow || dialect::is_of_others(format) {
            let is_tables = format.is_columnar();
            let has_form = match dialect::has_format(schema, format) {
                Some(has_format) => has_format,
                None => format == Format::Json || is_tables && schema == SchemaName::Record,
            };
            if !has_form {
                return Err(Usage::NoColumns { format, schema });
            }
            if !args.fields.is_empty() {
                return Err(Usage::NoFields(schema));
            }
            if schema == SchemaName::Raw && args.anonymise.is_some() {
                return Err(Usage::NotAnonymous(schema));
            }
            check_flow_options(args, schema)?;
            if args.split_biflows {
                return Err(Usage::NoBiflows(schema));
            }
        }
        let is_folder = schema == SchemaName::Record && format != Format::Json;
        let is_path = |path: &PathBuf| path.as_os_str() != "-";
        if is_folder && !args.output.as_ref().is_some_and(is_path) {
            return Err(Usage::NoFolder(format));
        }
        if is_folder && args.by_port {
            return Err(Usage::NoPorts(format));
        }
        let to_terminal = args.output.is_none() && io::stdout().is_terminal();
        if args.scaled && format != Format::Table {
            return Err(Usage::NotScaled(format));
        }
        if args.sort.is_some() && format.is_columnar() {
            return Err(Usage::NoOrder(format));
        }
        if to_terminal && format.is_columnar() {
            return Err(Usage::NotForTerminals(format));
        }
        Ok(Self {
            format,
            schema,
            fields: fields(&args.fields)?,
            selection: selection(args)?,
            order: args.sort.map(|order| (order, args.limit)),
            is_count: args.count,
            zone: args.local_time.then(|| zone(format)).transpose()?,
            is_scaled: args.scaled,
            is_coloured: args.color.is_wanted(to_terminal),
            width: width(to_terminal),
            #[cfg(feature = "columns")]
            is_stream: columns::is_stream(args.output.as_deref()),
            dialect: args.dialect.clone(),
            is_live: args.follow || args.inputs.files.iter().any(|path| path.as_os_str() == "-"),
            threads: args.threads.into(),
        })
    }

    /// Whether the output is a folder of files.
    pub(crate) const fn is_folder(&self) -> bool {
        matches!(self.schema, SchemaName::Record) && self.format.is_columnar()
    }

    /// What writes a folder of files, which must not be there yet.
    #[cfg(feature = "columns")]
    pub(crate) fn folder(&self, path: &Path, files: &InputNames) -> io::Result<Box<dyn Sink>> {
        columns::folder(self.format, path, files)
    }

    /// Without the feature, no plan is one of a folder.
    #[cfg(not(feature = "columns"))]
    pub(crate) fn folder(&self, _: &Path, _: &InputNames) -> io::Result<Box<dyn Sink>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What writes rows to an output.
    pub(crate) fn stream(
        &self,
        output: Output,
        files: &InputNames,
        list_depth: u8,
    ) -> io::Result<Box<dyn Sink>> {
        if let Some(rows) = self.rows(files, list_depth) {
            return Ok(stream(rows, output));
        }
        Ok(match (self.schema, self.format) {
            #[cfg(feature = "columns")]
            (SchemaName::Flow, Format::Parquet | Format::Arrow) => {
                stream(self.columns(files)?, output)
            }
            (_, _) => {
                let selection = self.selection.clone();
                let mut table = Table::new(self.width, selection, self.fields.as_deref());
                if self.is_coloured {
                    table = table.coloured();
                }
                if self.is_scaled {
                    table = table.scaled();
                } else if self.fields.is_none() {
                    table = table.with_how_to_scale("; --scaled multiplies by the rate");
                }
                if let Some(zone) = &self.zone {
                    table = table.in_zone(zone.clone());
                }
                match self.order {
                    Some((order, limit)) => stream(table.sorted(order, limit), output),
                    None => stream(table, output),
                }
            }
        })
    }

    /// Flows in columns, compressed by the threads of the plan.
    #[cfg(feature = "columns")]
    fn columns(&self, files: &InputNames) -> io::Result<Columns> {
        let container = columns::container(self.format, self.is_stream);
        let (fields, selection) = (self.fields.clone(), self.selection.clone());
        let columns = Columns::new(fields, selection, files, container)?;
        Ok(columns.with_threads(container, self.threads)?)
    }

    /// A format for each thread; `None` for one thread, if rows are written as they come, and if a row
    /// depends on those before it.
    pub(crate) fn formats(&self, files: &InputNames, list_depth: u8) -> Option<Vec<BoxedFormat>> {
        if self.threads < 2 || self.is_folder() || self.is_live {
            return None;
        }
        let formats = (0..self.threads).map(|_| {
            let rows = self.rows(files, list_depth)?;
            rows.has_independent_rows().then_some(rows)
        });
        formats.collect()
    }

    /// What writes rows, if they are neither a table nor columns.
    fn rows(&self, files: &InputNames, list_depth: u8) -> Option<BoxedFormat> {
        if let Some(documents) =
            dialect::documents(&self.dialect, self.schema, self.format, &self.selection)
        {
            return Some(documents);
        }
        let files = files.clone();
        let (fields, selection) = (self.fields.clone(), self.selection.clone());
        Some(match (self.schema, self.format) {
            (SchemaName::Wire, _) => Box::new(Lines::new(Wire::new(list_depth), files)),
            (SchemaName::Record, _) => Box::new(Lines::new(Records::new(list_depth), files)),
            (SchemaName::Flow, _) if self.is_count => Box::new(Count::new(selection)),
            (SchemaName::Flow, Format::Json) => {
                let lines = FlowLines::new(fields, selection, files);
                match self.zone.clone() {
                    Some(zone) => self.in_order(lines.in_zone(zone)),
                    None => self.in_order(lines),
                }
            }
            (SchemaName::Flow, Format::Csv) => {
                let csv = Csv::new(fields, selection, files);
                match self.zone.clone() {
                    Some(zone) => self.in_order(csv.in_zone(zone)),
                    None => self.in_order(csv),
                }
            }
            (_, _) => return None,
        })
    }

    /// Rows of text in the order that is asked for.
    fn in_order(
        &self,
        format: impl netflow_output::format::Format + Send + 'static,
    ) -> BoxedFormat {
        match self.order {
            Some((order, limit)) => {
                Box::new(Sorted::new(format, self.selection.clone(), order, limit))
            }
            None => Box::new(format),
        }
    }
}

/// The zone of this machine, for texts.
fn zone(format: Format) -> Result<Zone, Usage> {
    if format.is_columnar() {
        return Err(Usage::NoZone(format));
    }
    local_zone()
}

/// The zone of this machine.
pub(crate) fn local_zone() -> Result<Zone, Usage> {
    Zone::of_machine().map_err(Usage::UnknownZone)
}

/// The flows that become rows.
fn selection(args: &Decode) -> Result<Selection, Usage> {
    let biflows = if args.split_biflows {
        Biflows::Split
    } else {
        Biflows::Whole
    };
    let chosen = args.filter.as_ref();
    let filter = window::filter(&args.window, chosen, &args.inputs, args.follow)?;
    let filter = KeyFile::filter(args.anonymise.as_ref(), filter);
    let selection = Selection::new(biflows, filter);
    Ok(match args.limit {
        // Which rows come first is known when all are sorted.
        Some(limit) if args.sort.is_none() => selection.with_limit(limit),
        _ => selection,
    })
}

/// Refuses options that only rows of the schema `flow`, or only flows, can have.
fn check_flow_options(args: &Decode, schema: SchemaName) -> Result<(), Usage> {
    let choosing = [
        ("--where", args.filter.is_some()),
        ("--since, --until or --last", args.window.is_some()),
        ("--limit", args.limit.is_some()),
    ];
    let others = [
        ("--sort", args.sort.is_some()),
        ("--count", args.count),
        ("--local-time", args.local_time),
        ("--scaled", args.scaled),
    ];
    let used = |options: &[(&'static str, bool)]| {
        let mut used = options.iter().filter(|(_, is_used)| *is_used);
        used.next().map(|(option, _)| *option)
    };
    if let Some(option) = used(&others) {
        return Err(Usage::OnlyNormalised { option, schema });
    }
    match used(&choosing) {
        Some(option) if !schema.is_of_flows() => Err(Usage::OnlyFlows { option, schema }),
        _ => Ok(()),
    }
}

fn stream(format: impl netflow_output::format::Format + 'static, output: Output) -> Box<dyn Sink> {
    Box::new(Stream::new(format, output))
}

/// The fields of these names; `None` if there are no names.
pub(crate) fn fields(names: &[String]) -> Result<Option<Vec<FlowField>>, Usage> {
    if names.is_empty() {
        return Ok(None);
    }
    let fields = names.iter().map(|name| field(name));
    fields.collect::<Result<_, _>>().map(Some)
}

/// The field of this name.
pub(crate) fn field(name: &str) -> Result<FlowField, Usage> {
    let name = name.trim();
    netflow_query::field(name).ok_or_else(|| Usage::UnknownField {
        name: name.to_owned(),
        suggestion: suggest::nearest(name, FlowField::ALL.iter().map(|field| field.name())),
    })
}

/// How wide a table may be: `COLUMNS` if it is set, else as wide as the terminal.
pub(crate) fn width(to_terminal: bool) -> usize {
    let columns = std::env::var("COLUMNS").ok();
    if let Some(columns) = columns.and_then(|columns| columns.parse().ok()) {
        return columns;
    }
    if !to_terminal {
        return UNSEEN_WIDTH;
    }
    terminal_size::terminal_size().map_or(USUAL_WIDTH, |(width, _)| width.0.into())
}
