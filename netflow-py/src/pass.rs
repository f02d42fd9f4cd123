//! One pass over inputs, and the reader that begins it.

use alloc::sync::Arc;

use arrow_schema::SchemaRef;
use netflow_arrow::{
    CounterBatchBuilder, CounterOptions, FlowBatchBuilder, FlowOptions, RecordBatchReader,
    TableBatchBuilder, TemplateTable, UniformBatchBuilder,
};
use netflow_core::InputNames;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::arguments::{TableOptions, addresses, columns, filter, types};
use crate::exporters::{ExporterArguments, Exporters};
use crate::guarded::Guarded;
use crate::input::{PathOrOpener, RangeArguments};
use crate::reading::{ReaderInputs, ScanReading};
use crate::report::LastReport;
use crate::table::{self, Table};

type Builder = Box<dyn UniformBatchBuilder + Send>;

/// Inputs and the rows to read from them. Nothing is read before a pass begins.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Reader {
    source: ReaderInputs,
    wanted: RowKind,
    /// Of the pass that ended last.
    report: LastReport,
}

/// Which rows.
enum RowKind {
    Flows(FlowOptions),
    Counters(CounterOptions),
    Table(TableOptions, TemplateTable),
}

impl RowKind {
    fn builder(&self) -> Builder {
        match self {
            Self::Flows(options) => Box::new(FlowBatchBuilder::new(options.clone())),
            Self::Counters(options) => Box::new(CounterBatchBuilder::new(options.clone())),
            Self::Table(options, table) => {
                Box::new(TableBatchBuilder::new(options.builder(), table))
            }
        }
    }
}

/// The keyword arguments of [`Reader`]: how inputs are read, and into which rows.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct ReaderOptions {
    columns: Option<Vec<String>>,
    #[pyo3(default, item("where"))]
    filter: Option<String>,
    addresses: String,
    types: String,
    counters: bool,
    rows: usize,
    split_biflows: bool,
    discarded: bool,
    /// Rows name their file.
    file: bool,
    ports: Vec<u16>,
    strict: bool,
    state: Option<Vec<u8>>,
    #[pyo3(default)]
    exporters: Option<ExporterArguments>,
    #[pyo3(default)]
    ranges: Option<Vec<RangeArguments>>,
    #[pyo3(default = true)]
    warn: bool,
}

impl ReaderOptions {
    /// Their names, as in the stub.
    const NAMES: [&'static str; 15] = [
        "columns",
        "where",
        "addresses",
        "types",
        "counters",
        "rows",
        "split_biflows",
        "discarded",
        "file",
        "ports",
        "strict",
        "state",
        "exporters",
        "ranges",
        "warn",
    ];

    fn new(arguments: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let arguments =
            arguments.ok_or_else(|| PyTypeError::new_err("a reader needs its options"))?;
        for name in arguments.keys() {
            let name: String = name.extract()?;
            if !Self::NAMES.contains(&name.as_str()) {
                return Err(PyTypeError::new_err(format!(
                    "a reader has no option {name:?}"
                )));
            }
        }
        arguments.extract()
    }

    fn wanted(self, names: Vec<String>) -> PyResult<RowKind> {
        let (addresses, types) = (addresses(&self.addresses)?, types(&self.types)?);
        let rows = self.rows.max(1);
        let files = if self.file {
            InputNames::always(names)
        } else {
            InputNames::default()
        };
        if self.counters {
            let mut options = CounterOptions::default();
            options.addresses = addresses;
            options.types = types;
            options.rows = rows;
            options.files = files;
            return Ok(RowKind::Counters(options));
        }
        let mut options = FlowOptions::new(columns(self.columns)?);
        options.addresses = addresses;
        options.types = types;
        options.rows = rows;
        options.split_biflows = self.split_biflows;
        options.discarded = self.discarded;
        options.files = files;
        options.filter = filter(self.filter.as_deref())?;
        Ok(RowKind::Flows(options))
    }
}

#[pymethods]
impl Reader {
    #[new]
    #[pyo3(
        signature = (inputs, **options),
        text_signature = "(inputs, *, columns, where=None, addresses, types, counters, rows, split_biflows, discarded, file, ports, strict, state, exporters=None, ranges=None, warn=True)"
    )]
    fn new(inputs: Vec<PathOrOpener>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut options = ReaderOptions::new(options)?;
        let mut source = ReaderInputs::new(
            inputs,
            core::mem::take(&mut options.ports),
            options.strict,
            options.state.take(),
        )
        .exporters(Exporters::new(options.exporters.take())?);
        if let Some(ranges) = options.ranges.take() {
            source = source.parts(ranges)?;
        }
        if !options.warn {
            source = source.quiet();
        }
        let wanted = options.wanted(source.names())?;
        Ok(Self {
            source,
            wanted,
            report: LastReport::default(),
        })
    }

    /// Begins a pass.
    fn open(&self) -> PyResult<Pass> {
        Ok(Pass(Guarded::new(self.begin()?)))
    }

    /// Begins a pass that an Arrow consumer reads.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A consumer may ask for other types; the producer may return its own.
        let _ = requested_schema;
        table::stream(py, Box::new(self.begin()?))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        table::schema(py, self.wanted.builder().schema())
    }

    /// The columns of its rows, without a row.
    fn empty(&self) -> Table {
        Table::new(self.schema(), Vec::new())
    }

    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        table::column_names(self.wanted.builder().schema())
    }

    /// Of the pass that ended last: counters, problems, templates and domains.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.report.to_python(py)
    }
}

impl Reader {
    /// The schema of all batches.
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.wanted.builder().schema())
    }

    /// Of one table, made as `options` say.
    pub(crate) fn of_table(
        source: ReaderInputs,
        options: TableOptions,
        table: TemplateTable,
    ) -> Self {
        Self {
            source,
            wanted: RowKind::Table(options, table),
            report: LastReport::default(),
        }
    }

    fn begin(&self) -> PyResult<ScanReading<Builder>> {
        let report = self.report.clone();
        self.source.begin(self.wanted.builder(), report)
    }
}

impl RecordBatchReader for ScanReading<Builder> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.scan.schema())
    }
}

/// A pass over inputs: returns one batch after the other.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Pass(Guarded<ScanReading<Builder>>);

#[pymethods]
impl Pass {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Table>> {
        let batch = py.detach(|| {
            let mut reading = self.0.lock_detached()?;
            let batch = reading.advance()?;
            Ok::<_, PyErr>(batch.map(|batch| (Arc::clone(reading.scan.schema()), batch)))
        })?;
        py.check_signals()?;
        Ok(batch.map(|(schema, batch)| Table::new(schema, vec![batch])))
    }

    /// Octets read so far.
    #[getter]
    fn octets_read(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.scan.progress().octets())
    }

    /// What the decoder knows now, for a decoder that continues.
    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
        let saved = py.detach(|| Ok::<_, PyErr>(self.0.lock_detached()?.scan.decoder().save()))?;
        Ok(pyo3::types::PyBytes::new(py, &saved))
    }
}
