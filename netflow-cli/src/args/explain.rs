//! The command line of `netflow explain`.

use core::fmt;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netflow_query::Filter;

use super::format::write_value;
use super::inputs::InputArgs;

/// Diagnose the flow export in captures and IPFIX files.
///
/// For each exporter and observation domain: its templates, where sampling rates and times
/// come from, what is lost, and each octet that could not be decoded with the reason. With
/// --frame, what each octet of one packet means.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub(crate) struct Explain {
    /// How to write
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,

    /// Explain this packet octet by octet; with several files, a packet of the last one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) frame: Option<u64>,

    /// Only exporters and observation domains with a flow that matches this expression, such as
    /// 'exporter 192.0.2.1 and proto tcp', and how many of their flows match
    #[arg(
        short = 'w',
        long = "where",
        value_name = "EXPR",
        value_parser = super::filter::parse,
        conflicts_with = "frame"
    )]
    pub(crate) filter: Option<Filter>,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Write to this file, replaced only once everything is written
    #[arg(short, long, value_name = "PATH", value_parser = super::output::path())]
    pub(crate) output: Option<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for people, as wide as the terminal
    Text,
    /// One JSON document
    Json,
}

/// Writes the name on the command line.
impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}
const EXPLAIN_HELP: &str = "\
Examples:
  netflow explain capture.pcap
  netflow explain --frame 7 capture.pcap
  netflow explain --format json capture.pcap | jq '.domains[].sequence'

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, or there is
no such frame, 2 the command line is invalid, 130 or 143 Ctrl-C or SIGTERM ended the input:
the report is of what was read until then.";
