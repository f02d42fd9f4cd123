//! The command line.

use core::fmt;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use netflow_core::element::DefinedElement;
use netflow_core::{ConfiguredCounter, ConfiguredRate, Decoder, OptionsScope};
use netflow_query::Filter;

use crate::dialect::DialectArgs;
#[cfg(target_os = "linux")]
use crate::listen::Listen;
use crate::replay::Replay;
use crate::top::{Prefixes, SumName};

/// Read what routers, switches, firewalls and probes export about traffic: NetFlow v1, v5 to
/// v9, IPFIX and sFlow v5.
#[derive(Debug, Parser)]
#[command(name = "netflow", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Decode(Decode),
    Explain(Explain),
    #[cfg(target_os = "linux")]
    Listen(Box<Listen>),
    Replay(Replay),
    Top(Top),
    Elements(Elements),
}

/// List information elements: number, name, type, semantics and units.
#[derive(Debug, Args)]
pub(crate) struct Elements {
    /// Only this one, as sourceIPv4Address, 8 or 6871/14
    #[arg(value_name = "NAME|PEN/ID")]
    pub(crate) element: Option<String>,

    /// Further elements, in a file of YAML, CSV or XML; may be repeated
    #[arg(long, value_name = "FILE", value_parser = Definitions::read)]
    pub(crate) definitions: Vec<Definitions>,
}

/// Show the flows in captures and IPFIX files.
///
/// FILE is a pcap or pcapng capture or an IPFIX file, plain or compressed by gzip or zstd; its
/// content decides which. Several files are read one after the other, and templates of an
/// earlier one serve the later ones.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, next_line_help = false)]
pub(crate) struct Decode {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Output format [default: by the extension of the output, else table; json for the schemas
    /// record and wire]
    #[arg(short, long, value_enum)]
    pub(crate) format: Option<Format>,

    /// What rows contain; --schema help describes the schemas
    #[arg(short, long, value_parser = SchemaParser, default_value_t = SchemaName::Flow)]
    pub(crate) schema: SchemaName,

    /// Write to this file, replaced only once everything is written; with --schema record in a
    /// columnar format, to this new folder, one file per template
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// Fields of the schema flow to write, in this order
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,

    /// Only flows that match this expression, such as 'proto tcp and dst port 443'; in the words
    /// of tcpdump and nfdump, or with fields of the schema flow by their names
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = crate::filter::parse)]
    pub(crate) filter: Option<Filter>,

    /// Load templates and the data of options from this file if it exists, and save them to it at
    /// the end
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Show a record of two directions (RFC 5103) as two flows
    #[arg(long)]
    pub(crate) split_biflows: bool,

    /// Treat each source port of an address as a separate exporter, as with NAT; a state file is
    /// used only with the same choice that it was saved with
    #[arg(long)]
    pub(crate) by_port: bool,

    /// A further port that collectors listen on; may be repeated
    #[arg(short, long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) ports: Vec<u16>,

    #[command(flatten)]
    pub(crate) exporters: Exporters,

    #[command(flatten)]
    pub(crate) dialect: DialectArgs,

    /// End with status 3 if something inside the data could not be decoded
    #[arg(long)]
    pub(crate) strict: bool,

    /// Show neither summary nor progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Say why the data in captures and IPFIX files is as it is.
///
/// For each exporter and observation domain: its templates, where sampling rates and times
/// come from, what is lost, and each octet that could not be decoded with the reason. With
/// --frame, what each octet of one packet means.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub(crate) struct Explain {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// How to write
    #[arg(short, long, value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,

    /// Explain this packet octet by octet; with several files, its number counts in the last file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) frame: Option<u64>,

    /// A further port that collectors listen on; may be repeated
    #[arg(short, long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) ports: Vec<u16>,

    #[command(flatten)]
    pub(crate) exporters: Exporters,

    /// Write to this file, replaced only once everything is written
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
}

/// Show the largest groups of flows in captures and IPFIX files.
///
/// Octets and packets are scaled by the sampling rate where it is known, and running totals count
/// once. A record of two directions (RFC 5103) counts as two flows.
#[derive(Debug, Args)]
#[command(after_help = TOP_HELP)]
pub(crate) struct Top {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Fields of the schema flow to group by: flows with the same values are one group
    #[arg(
        short,
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        default_value = "source_address"
    )]
    pub(crate) by: Vec<String>,

    /// Sums to show: octets, packets or flows; the first orders the groups [default: all]
    #[arg(long = "sum", value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) sums: Vec<SumName>,

    /// Group addresses by network, with this prefix length for IPv4 and, after a comma, for IPv6
    #[arg(long, value_name = "LENGTH[,LENGTH]")]
    pub(crate) prefix: Option<Prefixes>,

    /// Groups to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub(crate) count: usize,

    /// Only flows that match this expression, such as 'proto tcp and dst port 443'
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = crate::filter::parse)]
    pub(crate) filter: Option<Filter>,

    /// How to write
    #[arg(short, long, value_enum, default_value_t = TopFormat::Table)]
    pub(crate) format: TopFormat,

    /// MiB of memory for groups; beyond it sums are approximate, and their largest error is shown
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub(crate) memory: usize,

    /// A further port that collectors listen on; may be repeated
    #[arg(short, long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) ports: Vec<u16>,

    #[command(flatten)]
    pub(crate) exporters: Exporters,

    /// Write to this file, replaced only once everything is written
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// How the largest groups are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TopFormat {
    /// Columns for people, with bars
    Table,
    /// One JSON object a line
    Json,
    /// Comma-separated values (RFC 4180) with a header line
    Csv,
}

/// Settings for exporters, besides what they announce.
#[derive(Debug, Clone, Args)]
pub(crate) struct Exporters {
    /// Sampling rate of exporters that announce none, as 192.0.2.0/24=1000 for one packet of
    /// 1000; may be repeated, the longest prefix wins
    #[arg(long = "sampling", value_name = "CIDR=RATE")]
    configured: Vec<ConfiguredRate>,

    /// Sampling rate that replaces what exporters announce; may be repeated
    #[arg(long = "sampling-override", value_name = "CIDR=RATE")]
    overrides: Vec<ConfiguredRate>,

    /// Whether sampling rates and names in options apply to other observation domains of
    /// their exporter too
    #[arg(long, value_enum, value_name = "SCOPE", default_value_t = OptionsScopeName::Domain)]
    options_scope: OptionsScopeName,

    /// What elements 23 and 24 count when an exporter sends them beside 1 and 2, as
    /// 192.0.2.0/24=biflow: biflow for the reverse direction, post for the same packets after the
    /// exporter; may be repeated, the longest prefix wins
    #[arg(long = "exporter", value_name = "CIDR=KIND")]
    counters: Vec<ConfiguredCounter>,

    /// Elements that the registries do not have, in a file of YAML (Logstash, Elastic, Fluentd, goflow2),
    /// CSV or XML (IANA); may be repeated, the last definition of an element wins
    #[arg(long, value_name = "FILE", value_parser = Definitions::read)]
    definitions: Vec<Definitions>,
}

impl Exporters {
    /// A decoder with these settings.
    pub(crate) fn apply(&self, decoder: Decoder) -> Decoder {
        let scope = match self.options_scope {
            OptionsScopeName::Domain => OptionsScope::Domain,
            OptionsScopeName::Exporter => OptionsScope::Exporter,
        };
        decoder
            .with_configured_rates(self.configured.iter().copied().collect())
            .with_override_rates(self.overrides.iter().copied().collect())
            .with_options_scope(scope)
            .with_configured_counters(self.counters.iter().copied().collect())
            .with_definitions(
                self.definitions
                    .iter()
                    .flat_map(Definitions::elements)
                    .collect(),
            )
    }
}

/// The definitions in a file.
#[derive(Debug, Clone)]
pub(crate) struct Definitions(Vec<DefinedElement>);

impl Definitions {
    fn read(path: &str) -> Result<Self, netflow_definitions::Error> {
        let found = netflow_definitions::read(Path::new(path))?;
        Ok(Self(found.into_iter().map(|found| found.element).collect()))
    }

    /// The elements of the file.
    pub(crate) fn elements(&self) -> impl Iterator<Item = DefinedElement> {
        self.0.iter().cloned()
    }
}

/// Which options apply to a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OptionsScopeName {
    /// Only options of the flow's own observation domain
    Domain,
    /// Options of the exporter's other domains too, as long as they agree
    Exporter,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// Text for people, as wide as the terminal
    Text,
    /// One JSON document
    Json,
}

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
    /// MessagePack, for schemas of other tools
    Msgpack,
    /// Events of Fluentd's forward protocol, for the schema fluentd
    Forward,
    /// Protobuf, each message after its length; for the schema goflow2
    Protobuf,
    /// More columns of CSV, for the schema nfdump
    CsvFast,
    /// One line per flow for people, for the schema nfdump
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
}

/// What rows contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// Normalised fields, the same for every protocol
    Flow,
    /// Every record and sample with all its fields, by the names of the registries
    Record,
    /// What was sent, in the order of the wire, with its octets
    Wire,
    /// Documents of Elastic's netflow input, by the Elastic Common Schema
    Ecs,
    /// As ecs, after the ingest pipeline of Elastic's integration
    EcsIntegration,
    /// Events of Logstash's netflow codec
    Logstash,
    /// Records of Fluentd's fluent-plugin-netflow
    Fluentd,
    /// Flow messages of goflow2
    Goflow2,
    /// What nfdump prints of flows
    Nfdump,
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

/// The error of a command line that can be parsed but makes no sense.
pub(crate) fn error(subcommand: &str, usage: &dyn fmt::Display) -> clap::Error {
    let mut cli = Cli::command();
    cli.build();
    match cli.find_subcommand_mut(subcommand) {
        Some(command) => command.error(ErrorKind::InvalidValue, usage),
        None => cli.error(ErrorKind::InvalidValue, usage),
    }
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

/// Writes the name on the command line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}

fn write_value(value: &impl ValueEnum, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value.to_possible_value() {
        Some(value) => f.write_str(value.get_name()),
        None => Ok(()),
    }
}

const AFTER_HELP: &str = "\
Examples:
  netflow decode capture.pcap
  netflow decode --format json capture.pcap | jq 'select(.destination_port == 53)'
  netflow decode --where 'src net 10.0.0.0/8 and bytes > 1M' capture.pcap
  netflow decode --format csv --fields start,source_address,octets *.pcap.gz > flows.csv
  netflow decode --format parquet --output flows.parquet *.pcap.gz
  netflow decode --schema record --format parquet --output tables *.pcap.gz
  tcpdump -U -w - udp port 2055 | netflow decode -

In the table a ? after a time means that it cannot be right: the exporter's clock is off, or
the flow ends before it starts, long after it was sent, or days before the exporter started.
Frames without IP have their MAC addresses and EtherType. After =>, or in the column
translated, is what NAT made of source and destination.

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, 2 the
command line makes no sense, 3 with --strict something could not be decoded, 130 or 143 Ctrl-C
or SIGTERM ended the input: what was read until then is written.";

const TOP_HELP: &str = "\
Examples:
  netflow top capture.pcap
  netflow top --by source_address,destination_address capture.pcap
  netflow top --by destination_port --sum flows --where 'proto tcp' *.pcap.gz
  netflow top --by source_address --prefix 24,64 -n 20 --format csv capture.pcap

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, 2 the
command line makes no sense.";

const EXPLAIN_HELP: &str = "\
Examples:
  netflow explain capture.pcap
  netflow explain --frame 7 capture.pcap
  netflow explain --format json capture.pcap | jq '.domains[].sequence'

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, or there is
no such frame, 2 the command line makes no sense, 130 or 143 Ctrl-C or SIGTERM ended the input:
the report is of what was read until then.";
