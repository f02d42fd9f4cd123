//! Record batches in memory, and their capsules for Arrow consumers.

use alloc::sync::Arc;
use std::io::Cursor;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_ipc::reader::StreamReader;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use netflow_arrow::{IpcFormat, IpcWriter, RecordBatch, RecordBatchReader};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

use crate::cell;

/// Rows in memory, in batches.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    pub(crate) const fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }
}

#[pymethods]
impl Table {
    /// The rows of other tables, one after the other.
    #[staticmethod]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn concat(tables: Vec<PyRef<'_, Self>>) -> PyResult<Self> {
        let first = tables.first();
        let first = first.ok_or_else(|| PyValueError::new_err("there is no table"))?;
        Ok(Self {
            schema: Arc::clone(&first.schema),
            batches: tables
                .iter()
                .flat_map(|table| table.batches.clone())
                .collect(),
        })
    }

    /// As an Arrow stream.
    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let written = py.detach(|| {
            let mut writer = IpcWriter::new(Vec::new(), &self.schema, IpcFormat::Stream)?;
            self.batches
                .iter()
                .try_for_each(|batch| writer.write(batch))?;
            writer.finish()
        });
        Ok(PyBytes::new(
            py,
            &written.map_err(|error| of_arrow(&error))?,
        ))
    }

    /// From the octets that `save` returned.
    #[staticmethod]
    fn load(octets: &[u8]) -> PyResult<Self> {
        let read = || {
            let reader = StreamReader::try_new(Cursor::new(octets), None)?;
            let schema = reader.schema();
            Ok::<_, ArrowError>(Self::new(schema, reader.collect::<Result<_, _>>()?))
        };
        read().map_err(|error| of_arrow(&error))
    }

    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        column_names(&self.schema)
    }

    /// Octets of memory that the columns take.
    #[getter]
    fn nbytes(&self) -> usize {
        self.batches
            .iter()
            .map(RecordBatch::get_array_memory_size)
            .sum()
    }

    /// The first rows as text, `None` where nothing was sent.
    fn head(&self, count: usize) -> Vec<Vec<Option<String>>> {
        let mut rows = Vec::new();
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                if rows.len() >= count {
                    return rows;
                }
                let columns = batch.columns().iter();
                rows.push(columns.map(|column| cell::text(column, row)).collect());
            }
        }
        rows
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let schema = Arc::clone(&self.schema);
        let reader = arrow_array::RecordBatchIterator::new(batches, schema);
        stream(py, Box::new(reader))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema(py, &self.schema)
    }
}

fn of_arrow(error: &ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

pub(crate) fn column_names(schema: &Schema) -> Vec<String> {
    schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect()
}

/// A stream for Arrow consumers.
pub(crate) fn stream(
    py: Python<'_>,
    reader: Box<dyn RecordBatchReader + Send>,
) -> PyResult<Bound<'_, PyCapsule>> {
    let stream = FFI_ArrowArrayStream::new(reader);
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// A schema for Arrow consumers.
pub(crate) fn schema<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}
