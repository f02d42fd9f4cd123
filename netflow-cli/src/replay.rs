//! `netflow replay`: sends datagrams of captures, or generated ones, to a collector.

mod generate;
mod pace;
mod senders;

use core::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use netflow_core::Transport;
use netflow_io::{Arrival, Datagrams};

use self::generate::Generator;
use self::pace::Pace;
use self::senders::Senders;
use crate::status::Status;
use crate::stderr;

/// Send the datagrams of captures and IPFIX files, or generated ones, to a collector.
///
/// If the collector is on this host, each exporter has its own loopback address, as far as these
/// suffice; otherwise it has its own port.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Replay {
    /// Captures and IPFIX files to send
    #[arg(value_name = "FILE", required_unless_present = "generate")]
    files: Vec<PathBuf>,

    /// The collector
    #[arg(long, value_name = "ADDR")]
    to: SocketAddr,

    /// Datagrams per second [default: as captured; generated ones as fast as possible]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rate: Option<u64>,

    /// Speed relative to the capture, such as 2 for twice as fast; 0 is as fast as possible [default: 1]
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "rate",
        conflicts_with = "generate"
    )]
    speed: Option<f64>,

    /// Start again at the end, until interrupted or until --count is reached
    #[arg(long = "loop")]
    repeat: bool,

    /// Maximum number of datagrams to send
    #[arg(long, value_name = "N")]
    count: Option<u64>,

    /// Generate datagrams of this kind; without --count, until interrupted
    #[arg(long, value_enum, value_name = "KIND", conflicts_with_all = ["files", "repeat"])]
    generate: Option<Kind>,

    /// Number of exporters to generate datagrams for
    #[arg(long, value_name = "N", default_value_t = 1, requires = "generate", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    exporters: u32,
}

/// The kind of generated datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// NetFlow v5, 30 flows per datagram
    V5,
    /// NetFlow v9, 24 flows per datagram, a template in every 100th
    V9,
    /// IPFIX, 24 flows per datagram, a template in every 100th
    Ipfix,
    /// sFlow v5, 8 samples per datagram, one packet of 512 sampled
    Sflow,
}

/// Runs the command.
pub(crate) fn run(args: &Replay) -> Status {
    let started = Instant::now();
    let mut senders = Senders::new(args.to);
    let mut pace = Pace::new(args.rate, args.speed);
    let left = args.count.unwrap_or(u64::MAX);
    let sent = match args.generate {
        Some(kind) => generate(args, kind, &mut senders, &mut pace),
        None => files(args, &mut senders, &mut pace, left),
    };
    let status = match sent {
        Ok(()) => Status::Success,
        Err(reason) => {
            stderr::line(&reason);
            Status::Unreadable
        }
    };
    let millis = started.elapsed().as_millis().max(1);
    let rate = u128::from(senders.sent()) * 1_000 / millis;
    stderr::line(&format_args!(
        "sent {} datagrams of {} exporters, {rate} a second; {} could not be sent",
        senders.sent(),
        senders.exporters(),
        senders.failures()
    ));
    status
}

fn generate(
    args: &Replay,
    kind: Kind,
    senders: &mut Senders,
    pace: &mut Pace,
) -> Result<(), String> {
    let mut generator = Generator::new(kind, args.exporters);
    for _ in 0..args.count.unwrap_or(u64::MAX) {
        pace.wait(None);
        let (exporter, payload) = generator.next();
        senders.send(exporter, payload)?;
    }
    Ok(())
}

/// Sends all files, again and again if asked.
fn files(
    args: &Replay,
    senders: &mut Senders,
    pace: &mut Pace,
    mut left: u64,
) -> Result<(), String> {
    loop {
        let before = left;
        for path in &args.files {
            let mut source = netflow_io::open(path).map_err(|error| error.to_string())?;
            pace.begin();
            while let Some(arrival) = source.next_arrival() {
                let Arrival::Datagram(datagram) = arrival.map_err(|error| error.to_string())?
                else {
                    continue;
                };
                if left == 0 {
                    return Ok(());
                }
                left -= 1;
                // A message of a stream or file is one datagram, as far as UDP carries it.
                let is_paced = datagram.transport != Transport::File;
                pace.wait(is_paced.then_some(datagram.received));
                senders.send(datagram.exporter, datagram.payload)?;
            }
        }
        if !args.repeat || before == left {
            return Ok(());
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  netflow replay capture.pcap --to 127.0.0.1:2055
  netflow replay capture.pcap --to 127.0.0.1:2055 --speed 10 --loop
  netflow replay --generate ipfix --exporters 1000 --rate 20000 --to 127.0.0.1:4739";
