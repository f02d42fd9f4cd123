//! `netflow replay`: sends datagrams of captures, or generated ones, to a collector.

mod generate;
mod pace;
mod senders;

use std::time::Instant;

use netflow_core::Transport;
use netflow_io::{Arrival, Datagrams};

use self::generate::Generator;
use self::pace::Pace;
use self::senders::Senders;
use crate::args::{GeneratedKind, Replay};
use crate::status::Status;
use crate::stderr;
use crate::summary::counted;

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
        "sent {} of {}, {rate} a second; {} could not be sent",
        counted(senders.sent(), "datagram"),
        counted(
            u64::try_from(senders.exporters()).unwrap_or(u64::MAX),
            "exporter"
        ),
        senders.failures()
    ));
    status
}

fn generate(
    args: &Replay,
    kind: GeneratedKind,
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
