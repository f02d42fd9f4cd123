//! A decoder of datagrams that Python received.

use alloc::collections::VecDeque;
use core::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard};

use netflow_arrow::ScanProblem;
use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_health::Health;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::{PyByteArray, PyBytes};

use crate::record::{Record, of_message};
use crate::report::{Report, problems_to_python};
use crate::{error, pass};

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

/// How a datagram came: address, port, nanoseconds since 1970.
pub(crate) fn origin(host: &str, port: u16) -> PyResult<SocketAddr> {
    let address = host.parse::<IpAddr>();
    let address = address.map_err(|_| PyValueError::new_err(format!("{host:?} is no address")))?;
    // A socket of both versions tells addresses of IPv4 as those of IPv6.
    Ok(SocketAddr::new(address.to_canonical(), port))
}

/// The state of a decoder, safe in threads.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct State(Mutex<Inner>);

struct Inner {
    decoder: Decoder,
    health: Health,
    problems: VecDeque<ScanProblem>,
    number: u64,
}

/// Problems that are kept, the last ones.
const PROBLEMS: usize = 1_000;

impl State {
    fn lock(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Inner>> {
        let inner = self.0.lock_py_attached(py);
        inner.map_err(|_| PyRuntimeError::new_err("this decoder failed in another thread"))
    }
}

#[pymethods]
impl State {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(Inner {
            decoder: Decoder::new(Limits::default()),
            health: Health::default(),
            problems: VecDeque::new(),
            number: 0,
        }))
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
        let inner = &mut *self.lock(py)?;
        let decoded = py.detach(|| {
            inner.number += 1;
            let transport = if stream {
                Transport::Stream
            } else {
                Transport::Udp
            };
            let received = Timestamp::from_nanos(received);
            let datagram =
                Datagram::new(exporter, transport, received, &payload).with_frame(0, inner.number);
            let message = match inner.decoder.decode(datagram) {
                Ok(message) => message,
                Err(error) => {
                    inner.health.unreadable(&datagram, &error);
                    return Err(error);
                }
            };
            inner.health.decoded(&message);
            let mut records = Vec::new();
            of_message(&message, false, &mut records);
            for problem in message.problems() {
                if inner.problems.len() >= PROBLEMS {
                    inner.problems.pop_front();
                }
                inner.problems.push_back(ScanProblem::new(&problem));
            }
            Ok(records)
        });
        decoded.map_err(error::of_datagram)
    }

    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.lock(py)?.decoder.save()))
    }

    fn load(&self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        let loaded = self.lock(py)?.decoder.load(state).map(drop);
        loaded.map_err(|error| PyValueError::new_err(format!("this is no state: {error}")))
    }

    fn end_session(&self, py: Python<'_>, host: &str, port: u16) -> PyResult<()> {
        let exporter = origin(host, port)?;
        let inner = &mut *self.lock(py)?;
        inner.health.session_ended(&inner.decoder, exporter);
        inner.decoder.end_session(exporter);
        Ok(())
    }

    /// The health of the exporters so far, as JSON.
    fn health(&self, py: Python<'_>) -> PyResult<String> {
        let inner = self.lock(py)?;
        Ok(crate::health::document(&inner.health, &inner.decoder, &[]))
    }

    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let report = {
            let inner = self.lock(py)?;
            Report::of(&inner.decoder, &[], &[])
        };
        report.to_python(py)
    }

    #[getter]
    fn problems(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let problems: Vec<ScanProblem> = self.lock(py)?.problems.iter().cloned().collect();
        problems_to_python(py, &problems, &[])
    }
}

/// What a collector and a scan share.
pub(crate) use pass::{addresses, columns, types};
