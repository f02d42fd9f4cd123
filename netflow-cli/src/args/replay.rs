//! The command line of `netflow replay`.

use core::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Send the datagrams of captures and IPFIX files, or generated ones, to a collector.
///
/// If the collector is on this host, each exporter is sent from its own loopback address, as long
/// as there are enough of them; otherwise each is sent from its own port.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Replay {
    /// Captures and IPFIX files to send
    #[arg(value_name = "FILE", required_unless_present = "generate")]
    pub(crate) files: Vec<PathBuf>,

    /// The collector
    #[arg(long, value_name = "ADDR")]
    pub(crate) to: SocketAddr,

    /// Datagrams per second [default: as captured; generated ones as fast as possible]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rate: Option<u64>,

    /// Speed relative to the capture, such as 2 for twice as fast; 0 is as fast as possible [default: 1]
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "rate",
        conflicts_with = "generate"
    )]
    pub(crate) speed: Option<f64>,

    /// Start again at the end, until interrupted or until --count is reached
    #[arg(long = "loop")]
    pub(crate) repeat: bool,

    /// Maximum number of datagrams to send
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,

    /// Generate datagrams of this kind; without --count, until interrupted
    #[arg(long, value_enum, value_name = "KIND", conflicts_with_all = ["files", "repeat"])]
    pub(crate) generate: Option<GeneratedKind>,

    /// Number of exporters to generate datagrams for
    #[arg(long, value_name = "N", default_value_t = 1, requires = "generate", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) exporters: u32,
}

/// The kind of generated datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GeneratedKind {
    /// NetFlow v5, 30 flows per datagram
    V5,
    /// NetFlow v9, 24 flows per datagram, a template in every 100th
    V9,
    /// IPFIX, 24 flows per datagram, a template in every 100th
    Ipfix,
    /// sFlow v5, 8 samples per datagram, one packet of 512 sampled
    Sflow,
}

const AFTER_HELP: &str = "\
Examples:
  netflow replay capture.pcap --to 127.0.0.1:2055
  netflow replay capture.pcap --to 127.0.0.1:2055 --speed 10 --loop
  netflow replay --generate ipfix --exporters 1000 --rate 20000 --to 127.0.0.1:4739";
