//! The sockets of a collector: UDP, TCP and TLS, received by netflow-io.

use core::net::{IpAddr, SocketAddr, SocketAddrV6};
use core::time::Duration;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use netflow_core::Prefix;
use netflow_io::live::{
    ClientCertificates, Listener, ListenerTransport, Live, LiveOptions, LiveSource, LiveSummary,
    Stopper, TlsOptions,
};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyDict;

use crate::collector::{Collector, SourceStep};

/// Number of datagrams between two readings of the clock.
const STRIDE: u32 = 64;

/// Maximum number of datagrams that are received at once without waiting.
const MOST: u32 = 4_096;

/// Transport, host, port and zone of an address to listen on.
type Address = (String, String, u16, u32);

/// Certificate, private key, authorities of clients, and whether clients need a certificate.
type Certificates = (PathBuf, PathBuf, Option<PathBuf>, bool);

/// Sockets whose datagrams go to a collector.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Sockets {
    collector: Py<Collector>,
    open: Mutex<Receiving>,
    stopper: Stopper,
    descriptor: i32,
}

struct Receiving {
    /// The sockets, until they are closed.
    open: Option<(LiveSource, Live)>,
    addresses: Vec<(&'static str, String, u16)>,
    /// What was counted until the sockets were closed.
    summary: LiveSummary,
}

#[pymethods]
impl Sockets {
    #[new]
    #[pyo3(signature = (collector, addresses, *, certificates, allowed, read_buffer))]
    fn new(
        collector: Py<Collector>,
        addresses: Vec<Address>,
        certificates: Option<Certificates>,
        allowed: Vec<String>,
        read_buffer: usize,
    ) -> PyResult<Self> {
        let mut options = LiveOptions::new();
        let tls = certificates.map(tls).transpose()?;
        options.listeners = addresses
            .into_iter()
            .map(|address| listener(address, tls.as_ref()))
            .collect::<PyResult<_>>()?;
        options.allowed = allowed
            .into_iter()
            .map(|subnet| subnet.parse::<Prefix>())
            .collect::<Result<_, _>>()
            .map_err(|error| PyValueError::new_err(format!("allow: {error}")))?;
        options.read_buffer = read_buffer;
        let mut live =
            Live::bind(&options).map_err(|error| PyOSError::new_err(error.to_string()))?;
        let source = live.take_sources().pop();
        let source = source.ok_or_else(|| PyRuntimeError::new_err("there is no source"))?;
        let descriptor = source
            .readiness()
            .map_or(-1, |descriptor| descriptor.as_raw_fd());
        let addresses = live.listeners().iter();
        let addresses = addresses
            .map(|open| {
                (
                    open.transport,
                    open.address.ip().to_string(),
                    open.address.port(),
                )
            })
            .collect();
        Ok(Self {
            collector,
            stopper: live.stopper(),
            descriptor,
            open: Mutex::new(Receiving {
                open: Some((source, live)),
                addresses,
                summary: LiveSummary::default(),
            }),
        })
    }

    /// Receives until this number of rows wait or the seconds have passed. Returns the rows that wait,
    /// and whether the sockets are still open. With 0 seconds it receives what is there.
    fn receive(&self, py: Python<'_>, rows: usize, seconds: f64) -> PyResult<(usize, bool)> {
        let wait = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default();
        py.detach(|| {
            let mut receiving = self.lock_detached()?;
            receiving.receive(self.collector.get(), rows, wait)
        })
    }

    /// Stops, decodes what was received until now, and closes the sockets.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.stopper.stop();
        py.detach(|| {
            let mut receiving = self.lock_detached()?;
            while receiving
                .receive(self.collector.get(), usize::MAX, Duration::ZERO)?
                .1
            {}
            Ok(())
        })
    }

    /// The descriptor that is readable while there is something to receive, for event loops.
    fn fileno(&self) -> i32 {
        self.descriptor
    }

    /// Transport, host and port of each listener.
    #[getter]
    fn addresses(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, String, u16)>> {
        Ok(self.lock(py)?.addresses.clone())
    }

    /// What was received, refused and lost, by name.
    #[getter]
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let receiving = self.lock(py)?;
        let counters = PyDict::new(py);
        for (name, count) in receiving.summary().counters() {
            counters.set_item(name, count)?;
        }
        Ok(counters)
    }
}

impl Sockets {
    fn lock(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Receiving>> {
        self.open.lock_py_attached(py).map_err(|_| poisoned())
    }

    fn lock_detached(&self) -> PyResult<MutexGuard<'_, Receiving>> {
        self.open.lock().map_err(|_| poisoned())
    }
}

impl Receiving {
    fn summary(&self) -> LiveSummary {
        match &self.open {
            Some((_, live)) => live.summary(),
            None => self.summary,
        }
    }

    fn receive(
        &mut self,
        collector: &Collector,
        rows: usize,
        wait: Duration,
    ) -> PyResult<(usize, bool)> {
        let started = Instant::now();
        let mut fed = collector.feed()?;
        let Some((source, _)) = &mut self.open else {
            return Ok((fed.rows(), false));
        };
        source.set_idle(wait);
        let mut count: u32 = 0;
        while fed.rows() < rows {
            match fed.step(source)? {
                SourceStep::Datagram => count = count.wrapping_add(1),
                SourceStep::Idle => break,
                SourceStep::Ended => {
                    let waiting = fed.rows();
                    self.close();
                    return Ok((waiting, false));
                }
            }
            if count % STRIDE == 0 {
                let left = wait.saturating_sub(started.elapsed());
                // Without a time to wait the number of datagrams is limited, so that other work of
                // an event loop gets its turn.
                if left.is_zero() && (!wait.is_zero() || count >= MOST) {
                    break;
                }
                source.set_idle(left);
            }
        }
        Ok((fed.rows(), true))
    }

    fn close(&mut self) {
        if let Some((source, live)) = self.open.take() {
            drop(source);
            self.summary = live.summary();
        }
    }
}

fn listener(address: Address, tls: Option<&TlsOptions>) -> PyResult<Listener> {
    let (transport, host, port, zone) = address;
    let transport = match (transport.as_str(), tls) {
        ("udp", _) => ListenerTransport::Udp,
        ("tcp", _) => ListenerTransport::Tcp,
        ("tls", Some(tls)) => ListenerTransport::Tls(tls.clone()),
        ("tls", None) => {
            return Err(PyValueError::new_err(
                "tls needs certificate and private key",
            ));
        }
        _ => {
            return Err(PyValueError::new_err(format!(
                "{transport:?} is not a transport"
            )));
        }
    };
    let parsed = match host.as_str() {
        "" => "0.0.0.0".parse(),
        host => host.parse::<IpAddr>(),
    };
    let ip = parsed.map_err(|_| PyValueError::new_err(format!("{host:?} is not an address")))?;
    let address = match ip {
        IpAddr::V4(_) => SocketAddr::new(ip, port),
        IpAddr::V6(ip) => SocketAddrV6::new(ip, port, 0, zone).into(),
    };
    Ok(Listener::new(transport, address))
}

fn tls(certificates: Certificates) -> PyResult<TlsOptions> {
    let (certificate, key, authorities, required) = certificates;
    let clients = match (authorities, required) {
        (None, _) => ClientCertificates::None,
        (Some(path), true) => ClientCertificates::Required(path),
        (Some(path), false) => ClientCertificates::Optional(path),
    };
    let options = TlsOptions::from_files(&certificate, &key, &clients);
    options.map_err(|error| PyValueError::new_err(error.to_string()))
}

fn poisoned() -> PyErr {
    PyRuntimeError::new_err("this listener failed in another thread")
}
