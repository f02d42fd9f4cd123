//! Flows as record batches.

mod columns;
mod options;

use alloc::sync::Arc;
use core::ops::Range;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use netflow_core::value::Text;
use netflow_core::{
    Decoded, Flow, FlowValue, InputNames, Projected, ProjectedFlow, Projection, Set, SetKind,
};
use netflow_query::{Chosen, SetFilter, SetMatch};

use self::columns::FlowArrays;
pub use self::options::FlowOptions;
use crate::column::{Column, Dictionary, Texts};
use crate::schema::Types;

/// Gathers the flows of messages into record batches.
///
/// A set of records of one length is decoded column by column, straight from the packet; so are
/// records of variable length, whose fields were found when they were checked.
#[derive(Debug)]
pub struct FlowBatchBuilder {
    schema: SchemaRef,
    options: FlowOptions,
    /// The filter of the options.
    filter: Option<Box<SetFilter>>,
    file: Option<Box<dyn Column>>,
    columns: FlowArrays,
    projection: Projection,
    /// The columns whose values may have any size.
    sized: Vec<usize>,
    rows: usize,
}

/// Records that are decoded before the size of a batch is looked at.
const STRIDE: usize = 1_024;
/// Rows likewise, where each may hold long text.
const ROW_STRIDE: usize = 64;
/// Flows that follow each other are read one by one if they are fewer: to begin all columns anew costs as much
/// as some rows.
const SHORT_RUN: usize = 8;

impl FlowBatchBuilder {
    /// A builder without rows.
    #[must_use]
    pub fn new(options: FlowOptions) -> Self {
        let encoding = options.encoding();
        let file = options.files.are_shown().then(|| -> Box<dyn Column> {
            match options.types {
                Types::Native => Box::new(Dictionary::new(Box::new(Texts::default()))),
                _ => Box::new(Texts::default()),
            }
        });
        let schema = options.schema();
        let first = usize::from(file.is_some());
        let types = schema
            .fields()
            .iter()
            .skip(first)
            .map(|field| field.data_type());
        let sized = types
            .enumerate()
            .filter(|(_, data_type)| !is_fixed(data_type))
            .map(|(index, _)| index)
            .collect();
        Self {
            schema,
            filter: options.filter.clone().map(SetFilter::new).map(Box::new),
            sized,
            file,
            columns: FlowArrays::new(&options.fields, encoding),
            projection: Projection::new(options.fields.iter().copied()),
            rows: 0,
            options,
        }
    }

    /// The schema of all batches.
    #[must_use]
    pub const fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows that no batch was made of yet.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Adds the flows of a message. Each full batch is passed to `full`; there may be several.
    ///
    /// # Errors
    ///
    /// `full` fails, and the rest of the message is lost; or as for
    /// [`finish`](Self::finish).
    pub fn append(
        &mut self,
        message: &Decoded<'_>,
        mut full: impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        // Not borrowed from the builder, which each row changes.
        let mut filter = self.filter.take();
        let added = message
            .joined_sets()
            .try_for_each(|set| self.set(&set, filter.as_deref_mut(), &mut full));
        self.filter = filter;
        added
    }

    fn set(
        &mut self,
        set: &Set<'_>,
        filter: Option<&mut SetFilter>,
        full: &mut impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        if !matches!(set.kind(), SetKind::Data | SetKind::Samples) {
            return Ok(());
        }
        let filter = match filter {
            Some(filter) if !self.options.split_biflows => match filter.prepare(set) {
                SetMatch::All => None,
                SetMatch::None => return Ok(()),
                SetMatch::Each => Some(filter),
            },
            filter => filter,
        };
        match set.kind() {
            SetKind::Data if !self.options.split_biflows => self.data(set, filter, full),
            _ => self.flows(set, filter.as_deref(), full),
        }
    }

    /// Adds one flow, even if the filter does not match it.
    pub fn push(&mut self, flow: &Flow<'_>) {
        if let Some(file) = &mut self.file {
            file.push(name(&self.options.files, flow.header().input));
        }
        self.columns.push(flow, &self.options.fields);
        self.rows = self.rows.saturating_add(1);
    }

    /// Whether a batch should be made of the rows there are.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows >= self.options.rows || self.size() >= self.options.octets
    }

    /// The batch of all rows that were added since the last; it may have none.
    ///
    /// # Errors
    ///
    /// If Arrow refuses the columns, which would be a fault of this library.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let file = self.file.iter_mut().map(|column| column.finish());
        let arrays: Vec<ArrayRef> = file
            .chain(self.columns.finish())
            .collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
    }

    fn size(&self) -> usize {
        let sizes = self.sized.iter().map(|index| self.columns.size(*index));
        sizes.fold(0, usize::saturating_add)
    }

    /// One row after the other.
    fn flows(
        &mut self,
        set: &Set<'_>,
        filter: Option<&SetFilter>,
        full: &mut impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        // Lent to the rows while they are added.
        let mut projection = core::mem::replace(&mut self.projection, Projection::new([]));
        let result = self.projected_flows(set, &projection.of(set), filter, full);
        self.projection = projection;
        result
    }

    fn projected_flows<'m>(
        &mut self,
        set: &Set<'m>,
        projected: &Projected<'_, 'm>,
        filter: Option<&SetFilter>,
        full: &mut impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        let flows = if self.options.discarded {
            set.flows().with_discarded()
        } else {
            set.flows()
        };
        let is_split = self.options.split_biflows;
        let is_row = |flow: &Flow<'_>| match filter {
            Some(filter) if is_split => filter.filter().matches(flow),
            Some(filter) => filter.matches(flow),
            None => true,
        };
        for flow in flows {
            if is_row(&flow) {
                self.row(&projected.row(&flow), full)?;
            }
            let reverse = flow.reverse().filter(|_| is_split);
            if let Some(reverse) = reverse.filter(is_row) {
                self.row(&projected.row(&reverse), full)?;
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        row: &ProjectedFlow<'_, '_, '_>,
        full: &mut impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        self.add(row);
        let is_full = self.rows >= self.options.rows
            || self.rows % ROW_STRIDE == 0 && self.size() >= self.options.octets;
        if is_full {
            full(self.finish()?)
        } else {
            Ok(())
        }
    }

    fn add(&mut self, row: &ProjectedFlow<'_, '_, '_>) {
        if let Some(file) = &mut self.file {
            file.push(name(&self.options.files, row.flow().header().input));
        }
        row.read(&mut self.columns);
        self.rows = self.rows.saturating_add(1);
    }

    /// Column by column, or one row after the other if that is not possible.
    fn data(
        &mut self,
        set: &Set<'_>,
        mut filter: Option<&mut SetFilter>,
        full: &mut impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        let count = set.record_count();
        let mut passed = 0_usize;
        while passed < count {
            let room = self.options.rows.saturating_sub(self.rows);
            let end = passed.saturating_add(room.clamp(1, STRIDE)).min(count);
            let added = match filter.as_deref_mut() {
                Some(filter) => self.chosen(set, filter, passed..end),
                None => self.columns(set, passed..end),
            };
            if added.is_none() {
                return self.flows(set, filter.as_deref(), full);
            }
            if self.is_full() {
                full(self.finish()?)?;
            }
            passed = end;
        }
        Ok(())
    }

    /// Adds those of some records of a set that the filter chooses: runs of them column by column. `None`
    /// if they cannot be read so.
    fn chosen(
        &mut self,
        set: &Set<'_>,
        filter: &mut SetFilter,
        records: Range<usize>,
    ) -> Option<()> {
        // Before any is added, whether they can.
        self.columns(set, records.start..records.start)?;
        for start in records.clone().step_by(Chosen::FLOWS) {
            for run in filter.choose(set, start).runs() {
                let [first, end] = [run.start, run.end].map(|row| start.saturating_add(row));
                let run = first..end.min(records.end);
                if run.len() < SHORT_RUN {
                    self.short_run(set, run);
                } else {
                    self.columns(set, run)?;
                }
            }
        }
        Some(())
    }

    /// Adds a few records of a set one by one.
    fn short_run(&mut self, set: &Set<'_>, records: Range<usize>) {
        let mut projection = core::mem::replace(&mut self.projection, Projection::new([]));
        let projected = projection.of(set);
        for flow in set.flows().skip(records.start).take(records.len()) {
            self.add(&projected.row(&flow));
        }
        self.projection = projection;
    }

    /// Adds some records of a set column by column; `None` if they cannot be read so.
    fn columns(&mut self, set: &Set<'_>, records: Range<usize>) -> Option<()> {
        let count = self
            .projection
            .read_columns(set, records, &mut self.columns)?;
        if let Some(file) = self.file.as_mut().filter(|_| count > 0) {
            file.repeat(name(&self.options.files, set.header().input), count);
        }
        self.rows = self.rows.saturating_add(count);
        Some(())
    }
}

/// Each value takes the same room.
fn is_fixed(data_type: &DataType) -> bool {
    data_type.is_primitive()
        || matches!(data_type, DataType::Boolean | DataType::FixedSizeBinary(_))
}

/// The name of an input.
fn name(files: &InputNames, input: u32) -> Option<FlowValue<'_>> {
    let name = files.name(input)?;
    Some(FlowValue::Text(Text::new(name.as_bytes())))
}
