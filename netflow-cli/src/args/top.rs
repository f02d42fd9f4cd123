//! The command line of `netflow top`.

use core::fmt;
#[cfg(target_os = "linux")]
use core::net::SocketAddr;
use core::str::FromStr;
use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netflow_query::{Filter, PrefixLengths, Sum};

use super::anonymise::KeyFile;
use super::enrichment::EnrichmentArgs;
use super::fields::FieldParser;
use super::inputs::InputArgs;
use super::window::{Window, span};

/// Show the largest groups of flows in captures and IPFIX files.
///
/// Octets and packets are scaled by the sampling rate where it is known; of total counters, only
/// the increase is added. A record of two directions (RFC 5103) counts as two flows.
#[derive(Debug, Args)]
#[command(after_help = TOP_HELP)]
pub(crate) struct Top {
    /// Fields of the schema flow to group by: flows with the same values are one group; --by help
    /// lists them. With --geo also source_country and destination_country, with --asn source_as_name and
    /// destination_as_name, with --services service [default: source_address, or the source's country or AS
    /// with a database]
    #[arg(
        short,
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        value_parser = FieldParser
    )]
    pub(crate) by: Vec<String>,

    /// Sums to show: octets, packets or flows; the first orders the groups [default: all]
    #[arg(long = "sum", value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) sums: Vec<SumName>,

    /// Group addresses by network, with this prefix length for IPv4 and, after a comma, for IPv6
    #[arg(long, value_name = "LENGTH[,LENGTH]")]
    pub(crate) prefix: Option<Prefixes>,

    #[command(flatten)]
    pub(crate) known: EnrichmentArgs,

    /// Groups to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub(crate) count: usize,

    /// Only flows that match this expression, such as 'proto tcp and dst port 443'
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = super::filter::parse)]
    pub(crate) filter: Option<Filter>,

    #[command(flatten)]
    pub(crate) window: Window,

    /// Replace addresses by Crypto-PAn with the key in this file, 32 octets or 64 hexadecimal digits: IP and
    /// MAC addresses in all fields, of exporters too, and in sampled packets, whose payload is zeroed; --where
    /// uses the original addresses. Names and texts are not replaced
    #[arg(long, value_name = "KEYFILE")]
    pub(crate) anonymise: Option<KeyFile>,

    /// A table for each interval of this length, such as 30s, 1m or 1h, by receive time; an
    /// interval without flows has no table
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(crate) every: Option<Duration>,

    /// Count what exporters send to this UDP address and port, or port, until interrupted, instead of
    /// files; a terminal shows the sums each second. May be repeated
    #[cfg(target_os = "linux")]
    #[arg(
        long,
        value_name = "ADDR",
        value_parser = super::listen::address,
        conflicts_with_all = ["files", "last"]
    )]
    pub(crate) listen: Vec<SocketAddr>,

    /// Write times in the zone of this machine, or of the variable TZ, with their offset from UTC
    #[arg(long)]
    pub(crate) local_time: bool,

    /// How to write
    #[arg(short, long, value_enum, default_value_t = TopFormat::Table)]
    pub(crate) format: TopFormat,

    /// MiB of memory for groups; beyond it sums are approximate, and their largest error is shown
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub(crate) memory: usize,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Write to this file, replaced only once everything is written
    #[arg(short, long, value_name = "PATH", value_parser = super::output::path())]
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
    /// A Parquet file
    Parquet,
}

/// A sum by its name on the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SumName(pub(crate) Sum);

impl FromStr for SumName {
    type Err = UnknownSum;

    fn from_str(name: &str) -> Result<Self, UnknownSum> {
        let name = if name == "bytes" { "octets" } else { name };
        Sum::by_name(name).map(Self).ok_or(UnknownSum)
    }
}

/// There is no such sum.
#[derive(Debug)]
pub(crate) struct UnknownSum;

impl fmt::Display for UnknownSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there are the sums octets, packets and flows")
    }
}

impl core::error::Error for UnknownSum {}

/// Prefix lengths of IPv4 and IPv6 on the command line: `24` or `24,64`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prefixes(pub(crate) PrefixLengths);

impl FromStr for Prefixes {
    type Err = UnknownPrefixes;

    fn from_str(lengths: &str) -> Result<Self, UnknownPrefixes> {
        let (v4, v6) = lengths.split_once(',').unwrap_or((lengths, "128"));
        let (v4, v6) = (v4.trim().parse(), v6.trim().parse());
        let (Ok(v4), Ok(v6)) = (v4, v6) else {
            return Err(UnknownPrefixes);
        };
        PrefixLengths::new(v4, v6).map(Self).ok_or(UnknownPrefixes)
    }
}

/// These are not prefix lengths.
#[derive(Debug)]
pub(crate) struct UnknownPrefixes;

impl fmt::Display for UnknownPrefixes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "write the length for IPv4 (0 to 32), and after a comma that for IPv6 (0 to 128)",
        )
    }
}

impl core::error::Error for UnknownPrefixes {}
const TOP_HELP: &str = "\
Examples:
  netflow top capture.pcap
  netflow top --by source_address,destination_address capture.pcap
  netflow top --by destination_port --sum flows --where 'proto tcp' *.pcap.gz
  netflow top --by source_address --prefix 24,64 -n 20 --format csv capture.pcap
  netflow top --geo GeoLite2-Country.mmdb --by source_country,destination_port capture.pcap
  netflow top --services /etc/services --by service capture.pcap
  netflow top --every 1h --format parquet --output top.parquet *.pcap.gz
  netflow top --listen 2055 --by source_address,destination_address

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, 2 the
command line is invalid.";
