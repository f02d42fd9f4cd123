//! A table for each template.

use netflow_arrow::{RecordBatchBuilder, Tables as Found};
use netflow_core::InputNames;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

use crate::arguments::{self, TableOptions};
use crate::exporters::{ExporterArguments, Exporters};
use crate::guarded::Guarded;
use crate::input::PathOrOpener;
use crate::pass::Reader;
use crate::reading::{ReaderInputs, ScanReading};
use crate::report::LastReport;
use crate::table::Table;

/// Inputs whose records are wanted as tables.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Tables {
    source: ReaderInputs,
    options: TableOptions,
}

#[pymethods]
impl Tables {
    #[new]
    #[pyo3(signature = (inputs, *, addresses, rows, ports, strict, state, exporters))]
    fn new(
        inputs: Vec<PathOrOpener>,
        addresses: &str,
        rows: usize,
        ports: Vec<u16>,
        strict: bool,
        state: Option<Vec<u8>>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let exporters = Exporters::new(exporters)?;
        let source = ReaderInputs::new(inputs, ports, strict, state).exporters(exporters);
        let options = TableOptions {
            addresses: arguments::addresses(addresses)?,
            rows: rows.max(1),
            files: InputNames::new(source.names()),
        };
        Ok(Self { source, options })
    }

    /// Begins a pass that returns the batches of all tables.
    fn open(&self) -> PyResult<TablesPass> {
        let report = LastReport::default();
        let reading = self.source.begin(self.options.builder(), report.clone())?;
        Ok(TablesPass {
            source: self.source.clone(),
            options: self.options.clone(),
            report,
            under_way: Guarded::new((reading, Found::default())),
        })
    }
}

/// A pass over inputs: returns one batch after the other, with the index of its table.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct TablesPass {
    source: ReaderInputs,
    options: TableOptions,
    report: LastReport,
    under_way: Guarded<(ScanReading<RecordBatchBuilder>, Found)>,
}

/// Name, exporter, protocol, observation domain, template, whether it is of options, rows.
type TableDescription = (String, Option<String>, &'static str, u32, u16, bool, u64);

#[pymethods]
impl TablesPass {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<(usize, Table)>> {
        let found = py.detach(|| {
            let (reading, found) = &mut *self.under_way.lock_detached()?;
            while let Some(batch) = reading.advance()? {
                // Of other tables only the rows are counted.
                if let Some(place) = found.place(&batch) {
                    return Ok(Some((place, batch.batch)));
                }
            }
            Ok::<_, PyErr>(None)
        })?;
        py.check_signals()?;
        Ok(found.map(|(place, batch)| (place, Table::new(batch.schema(), vec![batch]))))
    }

    /// The tables found so far.
    #[getter]
    fn found(&self, py: Python<'_>) -> PyResult<Vec<TableDescription>> {
        let under_way = self.under_way.lock(py)?;
        let tables = under_way.1.all().iter();
        Ok(tables
            .map(|table| {
                let exporter = table.key.domain.exporter_address();
                (
                    table.name.clone(),
                    exporter.map(|exporter| exporter.to_string()),
                    table.key.domain.protocol.name(),
                    table.key.domain.observation_domain,
                    table.key.template_id,
                    table.is_options,
                    table.rows,
                )
            })
            .collect())
    }

    /// The reader that reads one of the tables again.
    fn reader(&self, py: Python<'_>, place: usize) -> PyResult<Reader> {
        let under_way = self.under_way.lock(py)?;
        let table = under_way.1.all().get(place);
        let table = table.ok_or_else(|| PyIndexError::new_err("there is no such table"))?;
        Ok(Reader::of_table(
            self.source.clone(),
            self.options.clone(),
            table.clone(),
        ))
    }

    /// Rows without a table, because the tables would have too many columns.
    #[getter]
    fn left_out(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.under_way.lock(py)?.1.left_out())
    }

    /// Octets read so far.
    #[getter]
    fn octets_read(&self, py: Python<'_>) -> PyResult<u64> {
        let under_way = self.under_way.lock(py)?;
        Ok(under_way.0.scan.progress().octets())
    }

    /// Of the pass, once it has ended: counters, problems, templates and domains.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.report.to_python(py)
    }
}
