//! `netflow top`: the largest groups of flows.

mod write;

use core::fmt;
use core::net::SocketAddr;
use core::str::FromStr;
use std::io::{self, IsTerminal};

use netflow_core::{Datagram, Decoded, Decoder, Error, Limits, SessionScope};
use netflow_query::{Aggregate, AggregateOptions, PrefixLengths, Sum};

use self::write::Layout;
use crate::args::{Top, TopFormat};
use crate::plan::{self, Usage};
use crate::rows::{Analysis, Consumer, End};
use crate::run::Job;
use crate::status::Status;

/// Octets in a mebibyte.
const MEBIBYTE: usize = 1 << 20;

/// Runs the command. The error is for arguments that contradict each other; the caller reports it.
pub(crate) fn run(args: &Top) -> Result<Status, Usage> {
    let job = Job {
        files: &args.files,
        ports: &args.ports,
        output: args.output.as_deref(),
        state: None,
        scope: SessionScope::Exporter,
        exporters: &args.exporters,
        quiet: args.quiet,
        summary: false,
        strict: false,
    };
    let by = plan::fields(&args.by)?.unwrap_or_default();
    let sums = if args.sums.is_empty() {
        Sum::ALL.to_vec()
    } else {
        args.sums.iter().map(|sum| sum.0).collect()
    };
    let mut options = AggregateOptions::new(by, Limits::default().hash_seed);
    options.order = sums.first().copied().unwrap_or(Sum::Octets);
    options.prefixes = args.prefix.map(|prefix| prefix.0).unwrap_or_default();
    options.filter = args.filter.clone();
    options.memory = args.memory.saturating_mul(MEBIBYTE);
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let layout = Layout {
        sums,
        count: args.count,
        width: plan::width(to_terminal),
    };
    job.run(|_, _| {
        let largest = Largest {
            aggregate: Aggregate::new(options),
            format: args.format,
            layout,
        };
        Ok(Consumer::Analysis(Box::new(largest), job.output()?))
    })
}

/// A sum by its name on the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SumName(Sum);

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
pub(crate) struct Prefixes(PrefixLengths);

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

/// These are no prefix lengths.
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

/// The largest groups, written at the end of the input.
#[derive(Debug)]
struct Largest {
    aggregate: Aggregate,
    format: TopFormat,
    layout: Layout,
}

impl Analysis for Largest {
    fn message(&mut self, message: &Decoded<'_>) {
        self.aggregate.add(message);
    }

    fn unreadable(&mut self, _: &Datagram<'_>, _: &Error) {}

    fn session_ends(&mut self, _: &Decoder, _: SocketAddr) {}

    fn finish(&mut self, _: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        match self.format {
            TopFormat::Table => self.layout.table(&self.aggregate, out),
            TopFormat::Json => self.layout.json(&self.aggregate, out),
            TopFormat::Csv => self.layout.csv(&self.aggregate, out),
        }
        Ok(())
    }
}
