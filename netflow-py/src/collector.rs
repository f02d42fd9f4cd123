//! Datagrams that Python received, as batches of flows.

use std::sync::Mutex;
#[cfg(target_os = "linux")]
use std::sync::MutexGuard;

use netflow_arrow::{FlowBatchBuilder, FlowOptions, RecordBatch};
use netflow_core::{Datagram, Decoded, Limits, Timestamp, Transport};
use netflow_health::SourceFacts;
use netflow_io::Feed;
#[cfg(target_os = "linux")]
use netflow_io::{Event, live::LiveSource};
#[cfg(target_os = "linux")]
use pyo3::exceptions::PyOSError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyBytes;

use crate::arguments::{ChosenFlows, addresses, columns, types};
use crate::exporters::{ExporterArguments, Exporters};
use crate::health::ExaminedFeed;
use crate::report::Report;
use crate::state::{octets, origin};
use crate::table::Table;

/// Gathers the flows of datagrams into batches.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Collector(Mutex<CollectorState>);

struct CollectorState {
    examined: ExaminedFeed,
    builder: FlowBatchBuilder,
    full: Vec<RecordBatch>,
}

/// What a source returned.
#[cfg(target_os = "linux")]
pub(crate) enum SourceStep {
    Datagram,
    Idle,
    Ended,
}

/// A collector while one thread feeds it.
#[cfg(target_os = "linux")]
pub(crate) struct Fed<'c>(MutexGuard<'c, CollectorState>);

#[cfg(target_os = "linux")]
impl Fed<'_> {
    /// Adds the next datagram of a source.
    pub(crate) fn step(&mut self, source: &mut LiveSource) -> PyResult<SourceStep> {
        let inner = &mut *self.0;
        let decoded = match inner.examined.next(source) {
            None => return Ok(SourceStep::Ended),
            Some(Err(error)) => return Err(PyOSError::new_err(error.to_string())),
            Some(Ok(Event::Idle)) => return Ok(SourceStep::Idle),
            Some(Ok(Event::Decoded(_, decoded))) => decoded,
            Some(Ok(_)) => return Ok(SourceStep::Datagram),
        };
        append(&mut inner.builder, &mut inner.full, &decoded)?;
        Ok(SourceStep::Datagram)
    }

    /// Rows that wait to be taken.
    pub(crate) fn rows(&self) -> usize {
        self.0.rows()
    }
}

impl CollectorState {
    fn rows(&self) -> usize {
        let full = self.full.iter().map(RecordBatch::num_rows).sum::<usize>();
        full + self.builder.rows()
    }
}

/// Adds the flows of a datagram to a batch, and keeps the batches that are full.
fn append(
    builder: &mut FlowBatchBuilder,
    full: &mut Vec<RecordBatch>,
    decoded: &Decoded<'_>,
) -> PyResult<()> {
    let appended = builder.append(decoded, |batch| {
        full.push(batch);
        Ok(())
    });
    appended.map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

impl Collector {
    /// Feeds it until what is returned is dropped. The caller does not hold the interpreter.
    #[cfg(target_os = "linux")]
    pub(crate) fn feed(&self) -> PyResult<Fed<'_>> {
        Ok(Fed(self.0.lock().map_err(|_| poisoned())?))
    }
}

#[pymethods]
impl Collector {
    #[new]
    #[pyo3(signature = (*, columns, chosen, addresses, types, rows, state, exporters))]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn new(
        columns: Option<Vec<String>>,
        chosen: ChosenFlows,
        addresses: &str,
        types: &str,
        rows: usize,
        state: Option<&[u8]>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let decoder = Exporters::new(exporters)?.decoder(Limits::default(), state)?;
        let mut options = FlowOptions::new(self::columns(columns)?);
        options.addresses = self::addresses(addresses)?;
        options.types = self::types(types)?;
        options.rows = rows.max(1);
        options.split_biflows = chosen.split_biflows;
        options.discarded = chosen.discarded;
        options.filter = chosen.filter()?;
        Ok(Self(Mutex::new(CollectorState {
            examined: ExaminedFeed::new(Feed::new(decoder)),
            builder: FlowBatchBuilder::new(options),
            full: Vec::new(),
        })))
    }

    /// Adds a datagram; returns the number of rows that wait to be taken. One that cannot be read
    /// is counted.
    fn push(
        &self,
        py: Python<'_>,
        datagram: &Bound<'_, PyAny>,
        host: &str,
        port: u16,
        received: i64,
    ) -> PyResult<usize> {
        let payload = octets(datagram)?;
        let exporter = origin(host, port)?;
        py.detach(|| {
            let inner = &mut *self.0.lock().map_err(|_| poisoned())?;
            let received = Timestamp::from_nanos(received);
            let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
            // One that cannot be read is among the problems.
            if let Ok(decoded) = inner.examined.push(datagram) {
                append(&mut inner.builder, &mut inner.full, &decoded)?;
            }
            Ok(inner.rows())
        })
    }

    /// The rows that were gathered; there may be none.
    fn take(&self, py: Python<'_>) -> PyResult<Table> {
        let inner = &mut *self.0.lock_py_attached(py).map_err(|_| poisoned())?;
        let schema = alloc::sync::Arc::clone(inner.builder.schema());
        let mut batches = core::mem::take(&mut inner.full);
        let last = inner.builder.finish();
        let last = last.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        if last.num_rows() > 0 {
            batches.push(last);
        }
        Ok(Table::new(schema, batches))
    }

    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let inner = self.0.lock_py_attached(py).map_err(|_| poisoned())?;
        Ok(PyBytes::new(py, &inner.examined.feed.decoder().save()))
    }

    /// The health of the exporters so far, as JSON, with what the sockets received and lost.
    #[pyo3(signature = (datagrams=0, kernel_drops=0, queue_drops=0))]
    fn health(
        &self,
        py: Python<'_>,
        datagrams: u64,
        kernel_drops: u64,
        queue_drops: u64,
    ) -> PyResult<String> {
        let mut facts = SourceFacts::default();
        facts.packets = datagrams;
        facts.datagrams = datagrams;
        facts.kernel_drops = kernel_drops;
        facts.queue_drops = queue_drops;
        let mut inner = self.0.lock_py_attached(py).map_err(|_| poisoned())?;
        inner.examined.source(facts);
        Ok(inner.examined.document())
    }

    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let report = {
            let inner = self.0.lock_py_attached(py).map_err(|_| poisoned())?;
            Report::of(&inner.examined.feed, &[])
        };
        report.to_python(py)
    }
}

fn poisoned() -> PyErr {
    PyRuntimeError::new_err("this collector failed in another thread")
}
