//! `netflow top`: the largest groups of flows.

mod column;
#[cfg(target_os = "linux")]
mod live;
#[cfg(feature = "columns")]
mod table_file;
mod tables;
mod write;

use std::io::{self, IsTerminal};

use netflow_core::Limits;
use netflow_core::field::FlowField;
use netflow_output::enrich::Enrichment;
use netflow_output::sink::Stream;
use netflow_query::{AddressColumn, AggregateOptions, Sum};

use self::column::GroupColumn;
use self::tables::Tables;
use self::write::TopLayout;
use crate::args::{KeyFile, Top, TopFormat};
use crate::plan;
use crate::rows::Consumer;
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
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let tables = tables(args, to_terminal)?;
    #[cfg(target_os = "linux")]
    if !args.listen.is_empty() {
        return Ok(live::run(args, &job, tables, to_terminal));
    }
    job.run(|_, _| {
        let stream = Stream::new(tables, job.output()?);
        Ok(Work::One(Consumer::Rows(Box::new(stream))))
    })
}

/// The tables that the arguments ask for.
fn tables(args: &Top, to_terminal: bool) -> Result<Tables, Usage> {
    if args.format == TopFormat::Parquet && !cfg!(feature = "columns") {
        let (format, feature) = (crate::args::format::Format::Parquet, "columns");
        return Err(Usage::NoFeature { format, feature });
    }
    if args.format == TopFormat::Parquet && to_terminal {
        return Err(Usage::NotForTerminals(crate::args::format::Format::Parquet));
    }
    let known = args.known.enrichment();
    let columns = columns(&args.by, &known)?;
    let sums = if args.sums.is_empty() {
        Sum::ALL.to_vec()
    } else {
        args.sums.iter().map(|sum| sum.0).collect()
    };
    let mut options = AggregateOptions::new(Vec::new(), Limits::default().hash_seed);
    options.order = sums.first().copied().unwrap_or(Sum::Octets);
    options.prefixes = args.prefix.map(|prefix| prefix.0).unwrap_or_default();
    options.memory = args.memory.saturating_mul(MEBIBYTE);
    options.series = args.format == TopFormat::Table;
    let filter = window::filter(&args.window, args.filter.as_ref(), &args.inputs, false)?;
    let filter = KeyFile::filter(args.anonymise.as_ref(), filter);
    let layout = TopLayout {
        names: columns.iter().map(|column| column.name()).collect(),
        sums,
        count: args.count,
        width: plan::width(to_terminal),
        zone: args.local_time.then(plan::local_zone).transpose()?,
    };
    options.filter = filter;
    let every = args.every;
    Ok(Tables::new(columns, known, options).written(args.format, layout, every))
}

/// What flows are grouped by.
fn columns(names: &[String], known: &Enrichment) -> Result<Vec<GroupColumn>, Usage> {
    if names.is_empty() {
        return Ok(vec![match (&known.geo.places, &known.geo.systems) {
            (Some(_), _) => GroupColumn::Address(AddressColumn::SourceCountry),
            (None, Some(_)) => GroupColumn::Address(AddressColumn::SourceAsName),
            (None, None) => GroupColumn::Field(FlowField::SourceAddress),
        }]);
    }
    let column = |name: &String| {
        let Some(column) = GroupColumn::looked_up(name.trim()) else {
            return Ok(vec![GroupColumn::Field(plan::field(name)?)]);
        };
        match column.missing(known) {
            Some(option) => Err(Usage::NoDatabase {
                column: column.name(),
                option,
            }),
            None => Ok(vec![column]),
        }
    };
    let columns: Result<Vec<_>, _> = names.iter().map(column).collect();
    Ok(columns?.concat())
}
