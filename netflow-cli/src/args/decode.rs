//! The command line of `netflow decode`.

use core::time::Duration;
use std::path::PathBuf;

use clap::Args;
use netflow_output::format::Order;
use netflow_query::Filter;

use super::anonymise::KeyFile;
use super::color::ColorChoice;
use super::dialect::DialectArgs;
use super::fields::FieldParser;
use super::format::{Format, SchemaName, SchemaParser};
use super::inputs::InputArgs;
use super::order;
use super::window::{Window, span};

/// Show the flows in captures and IPFIX files.
///
/// FILE is a pcap or pcapng capture or an IPFIX file, plain or compressed by gzip or zstd; the
/// format is detected from the content. Several files are read in this order, and templates
/// learned from one also apply to the next.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, next_line_help = false)]
pub(crate) struct Decode {
    /// Output format [default: by the extension of the output, else table; json for the schemas
    /// record and wire]
    #[arg(short, long, value_enum)]
    pub(crate) format: Option<Format>,

    /// What rows contain; --schema help describes the schemas
    #[arg(short, long, value_parser = SchemaParser, default_value_t = SchemaName::Flow)]
    pub(crate) schema: SchemaName,

    /// Write to this file, replaced only once everything is written; with --schema record in a
    /// columnar format, to this new folder, one file per template
    #[arg(short, long, value_name = "PATH", value_parser = super::output::path())]
    pub(crate) output: Option<PathBuf>,

    /// Fields of the schema flow to write, in this order; --fields help lists them
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = FieldParser)]
    pub(crate) fields: Vec<String>,

    /// Only flows that match this expression, such as 'proto tcp and dst port 443'; in the filter
    /// syntax of tcpdump and nfdump, or with the names of fields of the schema flow
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = super::filter::parse)]
    pub(crate) filter: Option<Filter>,

    #[command(flatten)]
    pub(crate) window: Window,

    /// Order rows by a field of the schema flow, such as octets, start:desc or octets:asc; counters
    /// and durations begin with the largest
    #[arg(long, value_name = "FIELD[:DIRECTION]", value_parser = order::parse)]
    pub(crate) sort: Option<Order>,

    /// Maximum number of flows to write; without --sort, reading stops there
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Write the number of flows instead of the flows
    #[arg(long, conflicts_with_all = ["format", "fields", "sort"])]
    pub(crate) count: bool,

    /// Wait for more at the end of the last file, which is still being written, until interrupted
    #[arg(long)]
    pub(crate) follow: bool,

    /// Multiply octets and packets of the table by the sampling rate of their flow, where it is known; other formats
    /// have the fields octets_scaled and packets_scaled
    #[arg(long, conflicts_with_all = ["count", "fields"])]
    pub(crate) scaled: bool,

    /// Colours of the table; auto: on a terminal, unless the variable NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: ColorChoice,

    /// Write times of the table, JSON and CSV in the zone of this machine, or of the variable TZ, with their
    /// offset from UTC
    #[arg(long, conflicts_with = "count")]
    pub(crate) local_time: bool,

    /// Replace addresses by Crypto-PAn with the key in this file, 32 octets or 64 hexadecimal digits: IP and
    /// MAC addresses in all fields, of exporters too, and in sampled packets, whose payload is zeroed; --where
    /// uses the original addresses. Names and texts are not replaced
    #[arg(long, value_name = "KEYFILE")]
    pub(crate) anonymise: Option<KeyFile>,

    /// Load templates and the data of options from this file if it exists, and save them to it at
    /// the end
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Show a record of two directions (RFC 5103) as two flows
    #[arg(long)]
    pub(crate) split_biflows: bool,

    /// Treat each source port of an address as a separate exporter, as with NAT; a state file
    /// applies only if it was saved with the same setting of --by-port
    #[arg(long)]
    pub(crate) by_port: bool,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    #[command(flatten)]
    pub(crate) dialect: DialectArgs,

    /// How long rows may wait for names of --dns, all of them together
    #[arg(long, value_name = "SPAN", value_parser = wait, default_value = "10s")]
    pub(crate) dns_wait: Duration,

    /// Number of threads: each decodes the exporters assigned to it and writes their rows, or compresses
    /// columns of Parquet. A table, the schema nfdump, --sort, --limit, --count and --follow use one
    /// thread. The output does not depend on the number of threads
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) threads: u8,

    /// End with status 3 if something inside the data could not be decoded
    #[arg(long)]
    pub(crate) strict: bool,

    /// Show neither summary nor progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// A span of time, which may be 0 here.
fn wait(text: &str) -> Result<Duration, String> {
    match text {
        "0" | "0s" => Ok(Duration::ZERO),
        text => span(text),
    }
}

const AFTER_HELP: &str = "\
Examples:
  netflow decode capture.pcap
  netflow decode --format json capture.pcap | jq 'select(.destination_port == 53)'
  netflow decode --where 'src net 10.0.0.0/8 and bytes > 1M' capture.pcap
  netflow decode --sort octets --limit 10 --last 5m capture.pcap
  netflow decode --follow --where 'port 53' growing.pcap
  netflow decode --format csv --fields start,source_address,octets *.pcap.gz > flows.csv
  netflow decode --format parquet --output flows.parquet *.pcap.gz
  netflow decode --schema record --format parquet --output tables *.pcap.gz
  tcpdump -U -w - udp port 2055 | netflow decode -

In the table a ? after a time means that it cannot be right: the exporter's clock is off, or
the flow ends before it starts, long after it was sent, or days before the exporter started.
Frames without IP are shown with their MAC addresses and EtherType. The addresses and ports
after NAT are shown after =>, or in the column translated.

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, 2 the
command line is invalid, 3 with --strict something could not be decoded, 130 or 143 Ctrl-C
or SIGTERM ended the input: what was read until then is written.";
