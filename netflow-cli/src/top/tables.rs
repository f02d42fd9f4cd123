//! The tables: one of all flows, or one for each interval.

use core::time::Duration;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, Stats, Timestamp};
use netflow_output::enrich::Enrichment;
use netflow_output::format::{Format, FormatError};
use netflow_query::{Aggregate, AggregateOptions, FlowCounter};

use super::column::GroupColumn;
#[cfg(feature = "columns")]
use super::table_file::TableFile;
use super::write::TopLayout;
use crate::args::TopFormat;
use crate::stderr;

/// Sums over groups of flows, written at the end of each interval and of the input.
#[derive(Debug)]
pub(super) struct Tables {
    columns: Vec<GroupColumn>,
    known: Enrichment,
    /// Counts flows for columns that are not fields; of fields, the aggregate adds whole sets.
    counter: Option<FlowCounter>,
    aggregate: Aggregate,
    output: Option<Written>,
    /// Nanoseconds of an interval; `None` if there is one for all flows.
    every: Option<i64>,
    /// The start of the interval, once there is a flow.
    start: Option<Timestamp>,
}

/// How tables are written.
#[derive(Debug)]
struct Written {
    format: TopFormat,
    layout: TopLayout,
    has_header: bool,
    #[cfg(feature = "columns")]
    file: Option<TableFile>,
}

#[cfg(feature = "columns")]
impl Written {
    /// Whether a file is wanted to which nothing was written yet.
    const fn has_no_file(&self) -> bool {
        matches!(self.format, TopFormat::Parquet) && self.file.is_none()
    }
}

impl Tables {
    pub(super) fn new(
        columns: Vec<GroupColumn>,
        known: Enrichment,
        mut options: AggregateOptions,
    ) -> Self {
        let fields = columns.iter().map(|column| column.field());
        let fields: Option<Vec<FlowField>> = fields.collect();
        let counter = match fields {
            Some(fields) => {
                options.by = fields;
                None
            }
            None => Some(FlowCounter::new(options.filter.take(), options.hash_seed)),
        };
        Self {
            columns,
            known,
            counter,
            aggregate: Aggregate::new(options),
            output: None,
            every: None,
            start: None,
        }
    }

    /// The same, written like this.
    pub(super) fn written(
        mut self,
        format: TopFormat,
        layout: TopLayout,
        every: Option<Duration>,
    ) -> Self {
        self.every = every.map(|every| i64::try_from(every.as_nanos()).unwrap_or(i64::MAX));
        self.output = Some(Written {
            format,
            layout,
            has_header: false,
            #[cfg(feature = "columns")]
            file: None,
        });
        self
    }

    /// Writes the table of an interval that has ended at this time.
    pub(super) fn tick(&mut self, now: Timestamp, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let Some(every) = self.every else {
            return Ok(());
        };
        let start = now.as_nanos().div_euclid(every).saturating_mul(every);
        let start = Timestamp::from_nanos(start);
        match self.start {
            Some(last) if last < start => {
                self.write(out)?;
                self.aggregate.restart();
                self.start = Some(start);
            }
            Some(_) => {}
            None => self.start = Some(start),
        }
        Ok(())
    }

    /// Appends the table as it is now, as it is shown on a terminal.
    #[cfg(target_os = "linux")]
    pub(super) fn show(&self, out: &mut Vec<u8>) {
        if let Some(output) = &self.output {
            output.layout.table(&self.aggregate, out);
        }
    }

    /// Appends the table of the interval.
    fn write(&mut self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let interval = self.start.filter(|_| self.every.is_some());
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let (layout, aggregate) = (&output.layout, &self.aggregate);
        // Of an interval without flows there is nothing to show.
        if interval.is_some() && aggregate.totals().flows == 0 {
            return Ok(());
        }
        if output.format != TopFormat::Table {
            if let Some(note) = layout.memory_note(aggregate) {
                stderr::line(&note);
            }
        }
        match output.format {
            TopFormat::Table => {
                if let Some(start) = interval {
                    layout.heading(start, &mut output.has_header, out);
                }
                layout.table(aggregate, out);
            }
            TopFormat::Json => layout.json(aggregate, interval, out),
            TopFormat::Csv => layout.csv(aggregate, interval, &mut output.has_header, out),
            #[cfg(feature = "columns")]
            TopFormat::Parquet => self.append_to_file(interval, out)?,
            #[cfg(not(feature = "columns"))]
            TopFormat::Parquet => {}
        }
        Ok(())
    }

    /// Appends the table of the interval to the file of all.
    #[cfg(feature = "columns")]
    fn append_to_file(
        &mut self,
        interval: Option<Timestamp>,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let has_interval = self.every.is_some();
        let file = output.file.take();
        let mut file = file.unwrap_or_else(|| TableFile::new(&self.columns, has_interval));
        let added = file.add(&output.layout, &self.aggregate, interval, out);
        output.file = Some(file);
        added
    }
}

impl Format for Tables {
    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        if let Some(header) = decoded.headers().next().filter(|_| self.every.is_some()) {
            self.tick(header.received, out)?;
        }
        let Self {
            columns,
            known,
            counter,
            aggregate,
            ..
        } = self;
        let Some(counter) = counter else {
            aggregate.add(decoded);
            return Ok(());
        };
        let prefixes = aggregate.options().prefixes;
        counter.for_each(decoded, |flow, counted| {
            let values = columns
                .iter()
                .map(|column| column.value(flow, known, prefixes));
            aggregate.add_counted_with(flow, counted, values);
        });
        Ok(())
    }

    fn finish(&mut self, _: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.write(out)?;
        // A file without tables has their columns.
        #[cfg(feature = "columns")]
        if self.output.as_ref().is_some_and(Written::has_no_file) {
            self.append_to_file(None, out)?;
        }
        #[cfg(feature = "columns")]
        if let Some(file) = self.output.as_mut().and_then(|output| output.file.take()) {
            file.finish(out)?;
        }
        Ok(())
    }
}
