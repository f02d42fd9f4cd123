//! Batches of templates, assembled into tables.

mod one;

use alloc::sync::Arc;
use std::collections::HashMap;

use arrow_schema::{Fields, SchemaRef};

use crate::record::{TemplateBatch, TemplateKey};

pub use self::one::TableBatchBuilder;

/// Finds the batches of a [`RecordBatchBuilder`](crate::RecordBatchBuilder) that belong to one table:
/// those of one template, as long as its columns are the same. A template that is redefined is another table.
///
/// ```
/// use netflow_arrow::{Addresses, RecordBatchBuilder, Tables};
/// use netflow_core::{Decoder, Limits};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
/// let mut builder = RecordBatchBuilder::new(Addresses::Text, 65_536);
/// let mut decoder = Decoder::new(Limits::default());
/// let mut source = netflow_io::open(path)?;
/// while let Some(packet) = source.next() {
///     let message = decoder.decode(packet?.datagram)?;
///     builder.append(&message, |_full| Ok(()))?;
/// }
/// let mut tables = Tables::default();
/// for batch in builder.finish()? {
///     tables.place(&batch);
/// }
/// for table in tables.all() {
///     println!("{}: {} rows", table.name, table.rows);
/// }
/// # assert!(!tables.all().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tables {
    all: Vec<TemplateTable>,
    /// Found by their kind and columns: a template may be redefined thousands of times.
    places: HashMap<(TemplateKey, bool, Fields), usize>,
    /// Tables of each template.
    counts: HashMap<TemplateKey, usize>,
    columns: usize,
    column_limit: usize,
    left_out: u64,
}

/// One of the tables.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TemplateTable {
    /// The name, such as `192.0.2.1-netflow9-0-256`; the tables of a redefined template have a number
    /// from 2 as suffix.
    pub name: String,
    /// Which template.
    pub key: TemplateKey,
    /// It describes the exporter, not flows.
    pub is_options: bool,
    /// Its columns.
    pub schema: SchemaRef,
    /// Rows so far.
    pub rows: u64,
}

/// Columns of all tables together: an exporter that keeps redefining templates must not fill the
/// memory.
const COLUMNS: usize = 1 << 18;

impl Default for Tables {
    /// Up to 262,144 columns of all tables together.
    fn default() -> Self {
        Self::new(COLUMNS)
    }
}

impl Tables {
    /// No tables yet; all together may have this many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self {
            all: Vec::new(),
            places: HashMap::new(),
            counts: HashMap::new(),
            columns: 0,
            column_limit: columns,
            left_out: 0,
        }
    }

    /// The tables in the order of their first batches.
    #[must_use]
    pub fn all(&self) -> &[TemplateTable] {
        &self.all
    }

    /// Rows without a table, because the tables would have too many columns.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Adds a batch to its table; returns the index of the table in [`all`](Self::all). `None` if its
    /// columns would be too many.
    pub fn place(&mut self, batch: &TemplateBatch) -> Option<usize> {
        let rows = u64::try_from(batch.batch.num_rows()).unwrap_or(u64::MAX);
        let schema = batch.batch.schema_ref();
        let columns = (batch.key, batch.is_options, schema.fields().clone());
        if let Some(place) = self.places.get(&columns) {
            if let Some(table) = self.all.get_mut(*place) {
                table.rows = table.rows.saturating_add(rows);
            }
            return Some(*place);
        }
        let width = self.columns.saturating_add(schema.fields().len());
        if width > self.column_limit {
            self.left_out = self.left_out.saturating_add(rows);
            return None;
        }
        self.columns = width;
        let place = self.all.len();
        self.places.insert(columns, place);
        let count = self.counts.entry(batch.key).or_default();
        *count = count.saturating_add(1);
        self.all.push(TemplateTable {
            name: match *count {
                1 => batch.key.to_string(),
                count => format!("{}-{count}", batch.key),
            },
            key: batch.key,
            is_options: batch.is_options,
            schema: Arc::clone(schema),
            rows,
        });
        Some(place)
    }
}
