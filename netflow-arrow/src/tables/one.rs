//! The rows of one table.

use alloc::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use netflow_core::Decoded;

use super::TemplateTable;
use crate::batch::{BatchBuilder, Full, UniformBatchBuilder};
use crate::record::{RecordBatchBuilder, TemplateBatch};

/// Gathers the rows of one of the [`Tables`](crate::Tables); others are not decoded.
#[derive(Debug)]
pub struct TableBatchBuilder {
    records: RecordBatchBuilder,
    schema: SchemaRef,
}

impl TableBatchBuilder {
    /// A builder for this table; `records` must be built like the builder that found it.
    #[must_use]
    pub fn new(records: RecordBatchBuilder, table: &TemplateTable) -> Self {
        Self {
            records: records.only(table.key),
            schema: Arc::clone(&table.schema),
        }
    }
}

impl BatchBuilder for TableBatchBuilder {
    type Batch = RecordBatch;

    fn append(
        &mut self,
        message: &Decoded<'_>,
        full: &mut Full<'_, RecordBatch>,
    ) -> Result<(), ArrowError> {
        let Self { records, schema } = self;
        records.append(message, |table| of(table, schema, full))
    }

    fn finish(&mut self, full: &mut Full<'_, RecordBatch>) -> Result<(), ArrowError> {
        let mut tables = self.records.finish()?.into_iter();
        tables.try_for_each(|table| of(table, &self.schema, full))
    }
}

impl UniformBatchBuilder for TableBatchBuilder {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

/// Passes a batch on if it has this schema; any other is of another definition of the template.
fn of(
    table: TemplateBatch,
    schema: &SchemaRef,
    full: &mut Full<'_, RecordBatch>,
) -> Result<(), ArrowError> {
    if table.batch.schema_ref() == schema {
        full(table.batch)
    } else {
        Ok(())
    }
}
