//! A decoder of datagrams that Python received.

use core::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard};

use netflow_core::{Datagram, Limits, Timestamp, Transport};
use netflow_io::{Feed, KeptProblem};
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::{PyByteArray, PyBytes};

use crate::arguments::ChosenFlows;
use crate::error;
use crate::exporters::{ExporterArguments, Exporters};
use crate::health::ExaminedFeed;
use crate::record::{Record, RecordReader};
use crate::report::{Report, problems_to_python};

/// The octets of `bytes`, `bytearray` or `memoryview`.
pub(crate) fn octets(datagram: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = datagram.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(bytes) = datagram.cast::<PyByteArray>() {
        return Ok(bytes.to_vec());
    }
    if datagram.get_type().name()? == "memoryview" {
        let bytes = datagram.call_method0("tobytes")?;
        return Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec());
    }
    Err(PyTypeError::new_err(format!(
        "a datagram is bytes, bytearray or memoryview, not {}",
        datagram.get_type().name()?
    )))
}

/// The sender of a datagram.
pub(crate) fn origin(host: &str, port: u16) -> PyResult<SocketAddr> {
    let address = host.parse::<IpAddr>();
    let address =
        address.map_err(|_| PyValueError::new_err(format!("{host:?} is not an address")))?;
    // A dual-stack socket reports IPv4 addresses as IPv4-mapped IPv6 addresses.
    Ok(SocketAddr::new(address.to_canonical(), port))
}

/// The state of a decoder, safe in threads.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct State(Mutex<Decoding>);

struct Decoding {
    examined: ExaminedFeed,
    reader: RecordReader,
}

impl State {
    fn lock(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Decoding>> {
        let decoding = self.0.lock_py_attached(py);
        decoding.map_err(|_| PyRuntimeError::new_err("this decoder failed in another thread"))
    }
}

#[pymethods]
impl State {
    #[new]
    #[pyo3(signature = (*, chosen, state, exporters))]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn new(
        chosen: ChosenFlows,
        state: Option<&[u8]>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let decoder = Exporters::new(exporters)?.decoder(Limits::default(), state)?;
        let feed = Feed::new(decoder).keeping_last_problems();
        Ok(Self(Mutex::new(Decoding {
            examined: ExaminedFeed::new(feed),
            reader: RecordReader::new(&chosen)?,
        })))
    }

    fn decode(
        &self,
        py: Python<'_>,
        datagram: &Bound<'_, PyAny>,
        host: &str,
        port: u16,
        received: i64,
        stream: bool,
    ) -> PyResult<Vec<Record>> {
        let payload = octets(datagram)?;
        let exporter = origin(host, port)?;
        let Decoding { examined, reader } = &mut *self.lock(py)?;
        let decoded = py.detach(|| {
            let transport = if stream {
                Transport::Stream
            } else {
                Transport::Udp
            };
            let received = Timestamp::from_nanos(received);
            let datagram = Datagram::new(exporter, transport, received, &payload);
            let decoded = examined.push(datagram)?;
            let mut records = Vec::new();
            reader.read(&decoded, &mut records);
            Ok(records)
        });
        decoded.map_err(error::of_datagram)
    }

    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(
            py,
            &self.lock(py)?.examined.feed.decoder().save(),
        ))
    }

    fn load(&self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        let loaded = self
            .lock(py)?
            .examined
            .feed
            .decoder_mut()
            .load(state)
            .map(drop);
        loaded.map_err(|error| PyValueError::new_err(format!("this is not a state: {error}")))
    }

    fn end_session(&self, py: Python<'_>, host: &str, port: u16) -> PyResult<()> {
        let exporter = origin(host, port)?;
        self.lock(py)?.examined.end_session(exporter);
        Ok(())
    }

    /// The health of the exporters so far, as JSON.
    fn health(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.lock(py)?.examined.document())
    }

    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let report = {
            let decoding = self.lock(py)?;
            Report::of(&decoding.examined.feed, &[])
        };
        report.to_python(py)
    }

    #[getter]
    fn problems(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let problems: Vec<KeptProblem> = {
            let decoding = self.lock(py)?;
            let problems = decoding.examined.feed.problems();
            // What could not be read at all was raised.
            let inside = problems.filter(|problem| !problem.is_unreadable);
            inside.cloned().collect()
        };
        problems_to_python(py, &mut problems.iter(), &[])
    }
}
