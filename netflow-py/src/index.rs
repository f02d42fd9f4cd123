//! Indexes of files, and the states between files.

use std::io::Cursor;
use std::sync::{Mutex, MutexGuard};

use arrow_ipc::reader::StreamReader;
use arrow_schema::ArrowError;
use netflow_arrow::{FlowOptions, IpcFormat, IpcWriter, RecordBatch};
use netflow_core::InputNames;
use netflow_io::CaptureOptions;
use netflow_scan::{Faults, IndexBatchBuilder, Replay as Replayed, Scan, ScanError};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyBytes;

use crate::arguments::{addresses, columns, limits, types};
use crate::error;
use crate::exporters::{ExporterArguments, Exporters};
use crate::input::{Input, PathOrOpener, Raised};
use crate::report::Report;
use crate::table::Table;

/// The index of a file as an Arrow stream, and the report of the pass.
#[pyfunction]
#[pyo3(signature = (input, *, every, ports, strict, state, exporters))]
#[expect(
    clippy::needless_pass_by_value,
    reason = "pyo3 passes arguments by value"
)]
pub(crate) fn index<'py>(
    py: Python<'py>,
    input: PathOrOpener,
    every: u64,
    ports: Vec<u16>,
    strict: bool,
    state: Option<Vec<u8>>,
    exporters: Option<ExporterArguments>,
) -> PyResult<(Bound<'py, PyBytes>, Py<PyAny>)> {
    let input = Input::new(input);
    let names = [input.name()];
    let decoder = Exporters::new(exporters)?.decoder(limits(), state.as_deref())?;
    let (octets, report) = py.detach(move || {
        let (raised, options) = (
            Raised::default(),
            CaptureOptions::default().with_ports(ports),
        );
        let (into, mut input) = (raised.clone(), Some(input));
        let open = move || Some(input.take()?.open(options.clone(), &into));
        let faults = if strict {
            Faults::Stop
        } else {
            Faults::PassOver
        };
        let builder = IndexBatchBuilder::new(every);
        let mut scan = Scan::new(decoder, builder, Box::new(open), faults);
        let mut writer = IpcWriter::new(Vec::new(), scan.schema(), IpcFormat::Stream)
            .map_err(|error| of_arrow(&error))?;
        let mut fault = None;
        loop {
            let batch = scan.next();
            // The exception of Python is the cause of the library's error.
            if let Some(error) = raised.take() {
                return Err(error);
            }
            match batch {
                Some(Ok(batch)) => writer.write(&batch).map_err(|error| of_arrow(&error))?,
                // Nothing is learned from a file that is not a capture.
                Some(Err(ScanError::File(error))) if !strict && error::is_of_content(&error) => {
                    fault = Some(error.to_string());
                }
                Some(Err(error)) => return Err(error::of_scan(&error)),
                None => break,
            }
        }
        let octets = writer.finish().map_err(|error| of_arrow(&error))?;
        Ok((octets, Report::new(&scan, &names).with_fault(fault)))
    })?;
    Ok((PyBytes::new(py, &octets), report.to_python(py)?))
}

/// The state between files, by their indexes.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Replay(Mutex<IndexState>);

struct IndexState {
    replay: Replayed,
    late: Vec<RecordBatch>,
}

#[pymethods]
impl Replay {
    #[new]
    #[pyo3(signature = (names, *, columns, addresses, types, rows, split_biflows, state, exporters))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        names: Vec<String>,
        columns: Option<Vec<String>>,
        addresses: &str,
        types: &str,
        rows: usize,
        split_biflows: bool,
        state: Option<&[u8]>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let mut options = FlowOptions::new(self::columns(columns)?);
        options.addresses = self::addresses(addresses)?;
        options.types = self::types(types)?;
        options.rows = rows.max(1);
        options.split_biflows = split_biflows;
        options.files = InputNames::new(names);
        let decoder = Exporters::new(exporters)?.decoder(limits(), state)?;
        Ok(Self(Mutex::new(IndexState {
            replay: Replayed::new(decoder, options),
            late: Vec::new(),
        })))
    }

    /// Takes the index of a file; returns whether something is left out of it.
    fn append(&self, py: Python<'_>, index: &[u8], file: u32, first: u32) -> PyResult<bool> {
        let mut inner = self.lock(py)?;
        let IndexState { replay, late } = &mut *inner;
        let appended = py.detach(|| {
            let mut left_out = false;
            for batch in StreamReader::try_new(Cursor::new(index), None)? {
                left_out |= replay.append(&batch?, file, first, |batch| {
                    late.push(batch);
                    Ok(())
                })?;
            }
            Ok(left_out)
        });
        appended.map_err(|error| of_arrow(&error))
    }

    /// The flows that waited for a file after theirs, since this was last asked for.
    fn take(&self, py: Python<'_>) -> PyResult<Table> {
        let mut inner = self.lock(py)?;
        let last = inner.replay.finish().map_err(|error| of_arrow(&error))?;
        let mut batches = core::mem::take(&mut inner.late);
        if last.num_rows() > 0 {
            batches.push(last);
        }
        Ok(Table::new(inner.replay.schema().clone(), batches))
    }

    /// The number of all sets of these flows.
    #[getter]
    fn late_sets(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.lock(py)?.replay.late_sets())
    }

    /// The state after the last file.
    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.lock(py)?.replay.state()))
    }
}

impl Replay {
    fn lock(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, IndexState>> {
        let inner = self.0.lock_py_attached(py);
        inner.map_err(|_| PyRuntimeError::new_err("this replay failed in another thread"))
    }
}

fn of_arrow(error: &ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
