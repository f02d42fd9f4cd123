//! Record batches in memory, and their capsules for Arrow consumers.

use alloc::sync::Arc;
use std::fs::File;
use std::io::{BufWriter, Cursor, Write as _};
use std::path::PathBuf;

use arrow_array::builder::StringBuilder;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array as _, ArrayRef, BooleanArray};
use arrow_ipc::reader::StreamReader;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use netflow_arrow::{IpcFormat, IpcWriter, ParquetWriter, RecordBatch, RecordBatchReader};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

use crate::cell;
use crate::guarded::Guarded;

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

impl Table {
    /// Columns of text.
    pub(crate) fn of_texts<const N: usize>(
        names: [&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) -> PyResult<Self> {
        let mut columns: [StringBuilder; N] = core::array::from_fn(|_| StringBuilder::new());
        for row in rows {
            for (column, text) in columns.iter_mut().zip(row) {
                column.append_value(text);
            }
        }
        let fields = names.map(|name| Field::new(name, DataType::Utf8, false));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let arrays = columns
            .iter_mut()
            .map(|column| Arc::new(column.finish()) as ArrayRef);
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.collect());
        Ok(Self::new(
            schema,
            vec![batch.map_err(|error| of_arrow(&error))?],
        ))
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

    /// The first rows.
    fn first(&self, count: usize) -> Self {
        let mut left = count;
        let batches = self.batches.iter().map_while(|batch| {
            let rows = left.min(batch.num_rows());
            left -= rows;
            (rows > 0).then(|| batch.slice(0, rows))
        });
        Self::new(Arc::clone(&self.schema), batches.collect())
    }

    /// Of counters of sFlow: those of one structure, a column for each.
    fn counter_columns(&self, structure: &str) -> PyResult<Self> {
        if self.batches.is_empty() {
            let empty = RecordBatch::new_empty(Arc::clone(&self.schema));
            return Self::new(Arc::clone(&self.schema), vec![empty]).counter_columns(structure);
        }
        let wide = netflow_arrow::counter_columns(&self.batches, structure);
        let wide = wide.map_err(|error| of_arrow(&error))?;
        Ok(Self::new(wide.schema(), vec![wide]))
    }

    /// These columns, by their numbers.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn project(&self, columns: Vec<usize>) -> PyResult<Self> {
        let schema = self.schema.project(&columns);
        let batches = self.batches.iter().map(|batch| batch.project(&columns));
        Ok(Self::new(
            Arc::new(schema.map_err(|error| of_arrow(&error))?),
            batches
                .collect::<Result<_, _>>()
                .map_err(|error| of_arrow(&error))?,
        ))
    }

    /// The rows where the mask, one flag for each row, is true.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn filter(&self, py: Python<'_>, mask: Vec<bool>) -> PyResult<Self> {
        let filtered = py.detach(|| {
            let mut rest = &mask[..];
            let mut batches = Vec::with_capacity(self.batches.len());
            for batch in &self.batches {
                let (flags, after) = rest.split_at_checked(batch.num_rows()).ok_or_else(|| {
                    ArrowError::InvalidArgumentError("the mask has too few flags".to_owned())
                })?;
                rest = after;
                let flags = BooleanArray::from(flags.to_vec());
                let batch = arrow_select::filter::filter_record_batch(batch, &flags)?;
                if batch.num_rows() > 0 {
                    batches.push(batch);
                }
            }
            Ok(batches)
        });
        Ok(Self::new(
            Arc::clone(&self.schema),
            filtered.map_err(|error| of_arrow(&error))?,
        ))
    }

    /// For each column whether it holds a value.
    fn used(&self) -> Vec<bool> {
        let is_used = |column: usize| {
            let mut arrays = self.batches.iter().map(|batch| batch.column(column));
            arrays.any(|array| array.logical_null_count() < array.len())
        };
        (0..self.schema.fields().len()).map(is_used).collect()
    }

    /// Name and type of each column, and its unit.
    #[getter]
    fn types(&self) -> Vec<(String, String, Option<String>)> {
        let fields = self.schema.fields().iter();
        fields
            .map(|field| {
                let unit = field.metadata().get("unit").cloned();
                (field.name().clone(), field.data_type().to_string(), unit)
            })
            .collect()
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

/// A Parquet file that is written batch by batch.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct ParquetFile(Guarded<Option<ParquetWriter<BufWriter<File>>>>);

#[pymethods]
impl ParquetFile {
    #[new]
    fn new(path: PathBuf, schema: &Table) -> PyResult<Self> {
        let file = BufWriter::new(File::create(path)?);
        let writer = ParquetWriter::new(file, &schema.schema).map_err(|error| of_arrow(&error))?;
        Ok(Self(Guarded::new(Some(writer))))
    }

    /// Appends the rows of a table.
    fn write(&self, py: Python<'_>, table: &Table) -> PyResult<()> {
        py.detach(|| {
            let mut writer = self.0.lock_detached()?;
            let writer = writer.as_mut().ok_or_else(finished)?;
            let mut batches = table.batches.iter();
            batches
                .try_for_each(|batch| writer.write(batch))
                .map_err(|error| of_arrow(&error))
        })
    }

    /// Writes the rest; the file is complete then.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| {
            let writer = self.0.lock_detached()?.take().ok_or_else(finished)?;
            let mut file = writer.finish().map_err(|error| of_arrow(&error))?;
            Ok(file.flush()?)
        })
    }
}

fn finished() -> PyErr {
    PyValueError::new_err("the file is complete")
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
