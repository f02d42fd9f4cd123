//! The outputs that the options ask for.

mod peer;

use core::fmt;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use netflow_core::field::FlowField;
use netflow_core::{InputNames, Limits};
use netflow_output::format::{Biflows, Csv, FlowLines, Lines, Records, Selection, Table, Wire};
#[cfg(feature = "http")]
use netflow_output::sink::HttpConfig;
#[cfg(feature = "kafka")]
use netflow_output::sink::KafkaConfig;
#[cfg(feature = "s3")]
use netflow_output::sink::S3Config;
use netflow_output::sink::{
    Destination, Encoding, OutputConfig, PeerConfig, Policy, Rotation, SpoolConfig,
};
use netflow_query::Filter;

#[cfg(any(feature = "http", feature = "kafka"))]
pub(super) use self::peer::credentials;
use super::scoped::{Scope, scopes};
use crate::args::format::{Format, SchemaName};
use crate::args::listen::{WhenFull, YesNo};
use crate::args::quantity::{OctetCount, Span};
use crate::args::{DialectArgs, KeyFile};
#[cfg(feature = "columns")]
use crate::columns;
use crate::dialect;
use crate::plan;
use crate::usage::Usage;

/// The filter that chooses every flow.
const ALL_FLOWS: &str = "any";

/// An output, checked.
#[derive(Debug, Clone)]
pub(super) struct OutputPlan {
    to: Destination,
    format: Format,
    schema: SchemaName,
    fields: Option<Vec<FlowField>>,
    selection: Selection,
    when_full: Option<WhenFull>,
    queue: Option<usize>,
    width: usize,
    dialect: DialectArgs,
    rotation: Rotation,
    spool: Option<SpoolConfig>,
    peer: PeerConfig,
    #[cfg(feature = "http")]
    http: HttpConfig,
    #[cfg(feature = "kafka")]
    kafka: KafkaConfig,
    #[cfg(feature = "s3")]
    s3: S3Config,
}

/// The outputs of a command line, or standard output if there is none. An error is a sentence.
pub(super) fn plans(
    matches: &ArgMatches,
    dialect: &DialectArgs,
) -> Result<Vec<OutputPlan>, String> {
    let places = scopes(matches, &["output"]);
    let names = matches.get_many::<String>("output").into_iter().flatten();
    let plans: Vec<OutputPlan> = names
        .zip(places)
        .map(|(to, (.., scope))| plan(to, matches, scope, dialect))
        .collect::<Result<_, _>>()?;
    if plans.iter().filter(|plan| plan.is_stdout()).count() > 1 {
        return Err("only one --output can be standard output".to_owned());
    }
    #[cfg(feature = "s3")]
    for (index, plan) in plans.iter().enumerate() {
        let is_shared = |other: &OutputPlan| {
            let are_stores = [plan, other].map(|plan| matches!(plan.to, Destination::S3(_)));
            are_stores == [true, true]
                && plan.s3.staging.is_some()
                && other.s3.staging == plan.s3.staging
        };
        if plans.iter().skip(index + 1).any(is_shared) {
            return Err("each --output to S3 needs a --staging of its own".to_owned());
        }
    }
    if plans.is_empty() {
        return Ok(vec![plan("-", matches, Scope::ALL, dialect)?]);
    }
    Ok(plans)
}

fn plan(
    to: &str,
    matches: &ArgMatches,
    scope: Scope,
    dialect: &DialectArgs,
) -> Result<OutputPlan, String> {
    let destination: Destination = to.parse().map_err(|error| format!("--output {error}"))?;
    let schema = scope.last(matches, "schema").unwrap_or(SchemaName::Flow);
    let to_terminal = destination == Destination::Stdout && io::stdout().is_terminal();
    let format = scope
        .last(matches, "format")
        .unwrap_or_else(|| usual_format(to, schema, to_terminal));
    if let Some(feature) = format.missing_feature() {
        return Err(Usage::NoFeature { format, feature }.to_string());
    }
    // An empty name asks for all fields of this output, even if other outputs have chosen some.
    let mut names: Vec<String> = scope.all(matches, "fields");
    names.retain(|name| !name.is_empty());
    if schema != SchemaName::Flow || dialect::is_of_others(format) {
        let has_form = match dialect::has_format(schema, format) {
            Some(has_format) => has_format,
            None => format == Format::Json,
        };
        if !has_form {
            return Err(Usage::NoColumns { format, schema }.to_string());
        }
        if !names.is_empty() {
            return Err(Usage::NoFields(schema).to_string());
        }
        if schema == SchemaName::Raw && matches.contains_id("anonymise") {
            return Err(Usage::NotAnonymous(schema).to_string());
        }
    }
    let selection = selection(matches, scope);
    let is_ipfix = matches!(destination, Destination::Ipfix { .. });
    if selection.filter().is_some() && !is_ipfix && !schema.is_of_flows() {
        let option = "--where";
        return Err(Usage::OnlyFlows { option, schema }.to_string());
    }
    if to_terminal && format.is_columnar() {
        return Err(Usage::NotForTerminals(format).to_string());
    }
    Ok(OutputPlan {
        to: destination,
        format,
        schema,
        fields: plan::fields(&names).map_err(|usage| usage.to_string())?,
        selection,
        when_full: scope.last(matches, "when_full"),
        queue: scope
            .last::<OctetCount>(matches, "output_queue")
            .map(|octets| octets.0),
        width: plan::width(to_terminal),
        dialect: dialect.clone(),
        rotation: rotation(matches, scope),
        spool: spool(matches, scope)?,
        peer: peer::peer(matches, scope),
        #[cfg(feature = "http")]
        http: peer::http(matches, scope)?,
        #[cfg(feature = "kafka")]
        kafka: peer::kafka(matches, scope, schema)?,
        #[cfg(feature = "s3")]
        s3: peer::s3(matches, scope)?,
    })
}

/// The flows that an output writes.
fn selection(matches: &ArgMatches, scope: Scope) -> Selection {
    let biflows = match scope.last(matches, "split_biflows") {
        Some(YesNo::Yes) => Biflows::Split,
        Some(YesNo::No) | None => Biflows::Whole,
    };
    let filter: Option<Filter> = scope.last(matches, "filter");
    // So an output can have all flows although others have a filter.
    let filter = filter.filter(|filter| filter.to_string() != ALL_FLOWS);
    let filter = KeyFile::filter(matches.get_one("anonymise"), filter);
    Selection::new(biflows, filter)
}

fn rotation(matches: &ArgMatches, scope: Scope) -> Rotation {
    let time = |option| scope.last::<Span>(matches, option).map(|span| span.0);
    let size = |option| {
        let octets = scope.last::<OctetCount>(matches, option)?;
        u64::try_from(octets.0).ok()
    };
    let mut rotation = Rotation::default();
    rotation.interval = time("rotate");
    rotation.octets = size("rotate_size");
    rotation.keep_for = time("keep");
    rotation.keep_octets = size("keep_size");
    rotation
}

fn spool(matches: &ArgMatches, scope: Scope) -> Result<Option<SpoolConfig>, String> {
    let is_used = scope.last(matches, "when_full") == Some(WhenFull::Spool);
    let folder: Option<PathBuf> = scope.last(matches, "spool");
    match (is_used, folder) {
        (true, None) => Err("--when-full spool needs a folder, --spool".to_owned()),
        (false, Some(_)) => Err("--spool is for --when-full spool".to_owned()),
        (false, None) => Ok(None),
        (true, Some(folder)) => {
            let mut spool = SpoolConfig::new(folder);
            if let Some(octets) = scope.last::<OctetCount>(matches, "spool_size") {
                spool.octets = u64::try_from(octets.0).unwrap_or(u64::MAX);
            }
            Ok(Some(spool))
        }
    }
}

/// The default format: that of the extension of a file, or a table on a terminal.
fn usual_format(to: &str, schema: SchemaName, to_terminal: bool) -> Format {
    if schema != SchemaName::Flow {
        return Format::Json;
    }
    let name = to.trim_end_matches(".gz").trim_end_matches(".zst");
    match Format::of_extension(Path::new(name)) {
        Some(format) => format,
        None if to_terminal => Format::Table,
        None => Format::Json,
    }
}

impl OutputPlan {
    pub(super) fn is_stdout(&self) -> bool {
        self.to == Destination::Stdout
    }

    /// Sets how documents are written, which is the same for all outputs.
    pub(super) fn set_dialect(&mut self, dialect: &DialectArgs) {
        self.dialect.clone_from(dialect);
    }

    /// Whether flows are counted and not formatted. Rows of other schemas have to be formatted:
    /// not every flow is one row there.
    fn is_count(&self) -> bool {
        self.to == Destination::Null && self.schema == SchemaName::Flow
    }

    /// The configuration with which netflow-output starts the output.
    pub(super) fn config(&self, limits: &Limits) -> OutputConfig {
        let mut config = OutputConfig::new(self.to.clone(), self.encoding(limits.list_depth));
        config.policy = match self.when_full {
            Some(WhenFull::DropNewest) => Policy::DropNewest,
            Some(WhenFull::Spool) => Policy::Spool,
            Some(WhenFull::Block) | None => Policy::Block,
        };
        if let Some(octets) = self.queue {
            config.queue.octets = octets;
        }
        config.rotation = self.rotation;
        config.spool.clone_from(&self.spool);
        config.peer = self.peer.clone();
        #[cfg(feature = "http")]
        config.http.clone_from(&self.http);
        #[cfg(feature = "kafka")]
        config.kafka.clone_from(&self.kafka);
        #[cfg(feature = "s3")]
        config.s3.clone_from(&self.s3);
        config
    }

    fn encoding(&self, list_depth: u8) -> Encoding {
        let width = self.width;
        let (fields, selection) = (self.fields.clone(), self.selection.clone());
        let files = InputNames::default;
        if matches!(self.to, Destination::Ipfix { .. }) {
            return Encoding::ipfix(self.selection.filter().cloned());
        }
        if self.is_count() {
            return Encoding::count(selection);
        }
        match (self.schema, self.format) {
            (SchemaName::Record, _) => {
                Encoding::rows(move || Box::new(Lines::new(Records::new(list_depth), files())))
            }
            (SchemaName::Wire, _) => {
                Encoding::rows(move || Box::new(Lines::new(Wire::new(list_depth), files())))
            }
            (SchemaName::Flow, Format::Csv) => Encoding::rows(move || {
                Box::new(Csv::new(fields.clone(), selection.clone(), files()))
            }),
            (SchemaName::Flow, Format::Table) => Encoding::rows(move || {
                Box::new(Table::new(width, selection.clone(), fields.as_deref()))
            }),
            #[cfg(feature = "columns")]
            (SchemaName::Flow, Format::Parquet | Format::Arrow) => {
                let to = self.to.to_string();
                let is_stream = columns::is_stream(Some(Path::new(&to)));
                let container = columns::container(self.format, is_stream);
                Encoding::columns(fields, selection, files(), container)
            }
            (schema, format) => {
                let args = self.dialect.clone();
                Encoding::rows(move || {
                    match dialect::documents(&args, schema, format, &selection) {
                        Some(documents) => documents,
                        None => {
                            Box::new(FlowLines::new(fields.clone(), selection.clone(), files()))
                        }
                    }
                })
            }
        }
    }
}

/// `flows.json (flow, json) where port 53`; flows that are only counted have no schema and no format.
impl fmt::Display for OutputPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to)?;
        if !matches!(self.to, Destination::Ipfix { .. }) && !self.is_count() {
            write!(f, " ({}, {})", self.schema, self.format)?;
        }
        match self.selection.filter() {
            Some(filter) => write!(f, " where {filter}"),
            None => Ok(()),
        }
    }
}
