//! The command line of `netflow report`.

use std::path::PathBuf;

use clap::Args;
use netflow_output::format::dialect::Networks;
use netflow_query::Filter;

use super::enrichment::EnrichmentArgs;
use super::inputs::InputArgs;
use super::window::Window;

/// Write a report on the traffic in captures and IPFIX files and on the health of their exporters.
///
/// The report is one HTML page that loads nothing: send it to a colleague, print it, read it on a
/// phone. Octets and packets are scaled by the sampling rate where it is known, and every number that
/// rests on an assumption says so.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ReportArgs {
    /// Write to this file, replaced only once everything is written [default: standard output]
    #[arg(short, long, value_name = "PATH", value_parser = super::output::path())]
    pub(crate) output: Option<PathBuf>,

    /// Title of the page [default: the names of the files]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    /// Only flows that match this expression, such as 'exporter 192.0.2.1'
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = super::filter::parse)]
    pub(crate) filter: Option<Filter>,

    #[command(flatten)]
    pub(crate) window: Window,

    /// Rows of each table
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub(crate) count: usize,

    #[command(flatten)]
    pub(crate) known: EnrichmentArgs,

    /// Networks whose addresses are internal: subnets, or names such as private and loopback
    #[arg(long, value_name = "NETWORK,…", default_value = "private")]
    pub(crate) internal_networks: Networks,

    /// Flows that are listed in the page: the first of them
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = flows)]
    pub(crate) flows: usize,

    /// MiB of memory for the groups of each table; beyond it sums are approximate, and their largest
    /// error is shown
    #[arg(long, value_name = "MIB", default_value_t = 16)]
    pub(crate) memory: usize,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// More rows would make browsers slow.
fn flows(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if number > 20_000 {
        return Err("a page can hold 20000 flows at most".to_owned());
    }
    Ok(number)
}

const AFTER_HELP: &str = "\
Examples:
  netflow report capture.pcap -o report.html
  netflow report --last 1h capture.pcap -o report.html
  netflow report --geo GeoLite2-Country.mmdb capture.pcap -o report.html
  netflow report --where 'exporter 192.0.2.1' *.pcap.gz -o report.html

Exit status: 0 all was read, 1 a file could not be read or holds no flow export, 2 the
command line is invalid.";
