//! `netflow top`: the largest groups of flows.

mod write;

use core::net::SocketAddr;
use std::io::{self, IsTerminal};

use netflow_core::{Datagram, Decoded, Decoder, Error, Limits};
use netflow_query::{Aggregate, AggregateOptions, Sum};

use self::write::Layout;
use crate::args::{Top, TopFormat};
use crate::plan;
use crate::rows::{Analysis, Consumer, End};
use crate::run::{Job, Work};
use crate::status::Status;
use crate::usage::Usage;
use crate::window;

/// Octets in a mebibyte.
const MEBIBYTE: usize = 1 << 20;

/// Runs the command. The error is for arguments that contradict each other; the caller reports it.
pub(crate) fn run(args: &Top) -> Result<Status, Usage> {
    let job = Job {
        anonymiser: args.anonymise.as_ref().map(|key| &key.anonymiser),
        quiet: args.quiet,
        ..Job::new(&args.inputs, args.output.as_deref())
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
    options.filter = window::filter(&args.window, args.filter.as_ref(), &args.inputs, false)?;
    if let Some(key) = &args.anonymise {
        options.filter = options.filter.map(|filter| key.anonymiser.filter(&filter));
    }
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
        Ok(Work::One(Consumer::Analysis(
            Box::new(largest),
            job.output()?,
        )))
    })
}

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
