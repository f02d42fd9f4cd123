//! The sockets of netflow-io.

use core::time::Duration;
use std::os::fd::AsRawFd as _;

use netflow_core::Decoder;
use netflow_io::live::{
    Listener, ListenerTransport, Live, LiveError, LiveOptions, LiveSource, Stopper,
};
use netflow_io::{Arrival, Arrivals};

use super::{AT_ONCE, ListenerSettings, OpenAddress, Received, netflow_listener_stats};
use crate::options::or_default;
use crate::result::{Failure, netflow_result};

/// Open sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    source: LiveSource,
    live: Live,
    arrivals: Arrivals,
}

/// Stops them from any thread.
#[derive(Debug)]
pub(crate) struct Stop(Stopper);

impl Stop {
    pub(crate) fn stop(&self) {
        self.0.stop();
    }
}

/// A result for the caller and a sentence for people.
type Refusal = (Failure, String);

impl Sockets {
    pub(crate) fn open(settings: &ListenerSettings<'_>) -> Result<(Self, Stop), Refusal> {
        let options = options(settings)?;
        let mut live = Live::bind(&options).map_err(|error| {
            let failure = match error {
                LiveError::NoListener => Failure::argument("addresses"),
                _ => system("sockets"),
            };
            (failure, error.to_string())
        })?;
        let source = live.take_sources().pop();
        let source = source.ok_or_else(|| (system("sockets"), "there is no source".to_owned()))?;
        let stop = Stop(live.stopper());
        let arrivals = Arrivals::new();
        Ok((
            Self {
                source,
                live,
                arrivals,
            },
            stop,
        ))
    }

    /// What comes next; the session that the last call reported ends in the decoder.
    pub(crate) fn receive(&mut self, decoder: &mut Decoder) -> Result<Received<'_>, Failure> {
        match self.arrivals.next(&mut self.source, decoder) {
            None => Ok(Received::Ended),
            Some(Ok(Arrival::Datagram(datagram))) => Ok(Received::Datagram(datagram)),
            Some(Ok(Arrival::SessionEnded(exporter))) => Ok(Received::SessionEnded(exporter)),
            Some(Ok(_)) => Ok(Received::Idle),
            Some(Err(_)) => Err(system("the kernel refuses to wait for datagrams")),
        }
    }

    pub(crate) fn stats(&self) -> netflow_listener_stats {
        let summary = self.live.summary();
        netflow_listener_stats {
            datagrams: summary.datagrams,
            datagram_octets: summary.datagram_octets,
            kernel_drops: summary.kernel_drops,
            too_long: summary.too_long,
            receive_errors: summary.receive_errors,
            messages: summary.messages,
            message_octets: summary.message_octets,
            connections: summary.connections,
            connections_closed: summary.connections_closed,
            connections_refused: summary.connections_refused,
            connections_malformed: summary.connections_malformed,
            connections_timed_out: summary.connections_timed_out,
            connections_cut: summary.connections_cut,
            tls_failed: summary.tls_failed,
        }
    }

    pub(crate) fn address(&self, index: usize) -> Option<OpenAddress> {
        let open = self.live.listeners().get(index)?;
        Some(OpenAddress {
            address: open.address.ip().into(),
            port: open.address.port(),
        })
    }

    pub(crate) fn descriptor(&self) -> i32 {
        let descriptor = self.source.readiness();
        descriptor.map_or(-1, |descriptor| descriptor.as_raw_fd())
    }
}

const fn system(what: &'static str) -> Failure {
    Failure::Argument(netflow_result::NETFLOW_ERROR_SYSTEM, what)
}

fn refuse(what: &'static str, reason: String) -> Refusal {
    (Failure::argument(what), reason)
}

fn options(settings: &ListenerSettings<'_>) -> Result<LiveOptions, Refusal> {
    let asked = &settings.options;
    if asked.reserved != 0 {
        return Err(refuse(
            "reserved members of the listener options",
            "a reserved member is not 0".to_owned(),
        ));
    }
    let mut options = LiveOptions::new();
    options.read_buffer = or_default(asked.read_buffer, options.read_buffer);
    options.max_message = or_default(asked.max_message, options.max_message);
    options.connections = or_default(asked.connections, options.connections);
    options.connections_by_address =
        or_default(asked.connections_by_address, options.connections_by_address);
    options.read_timeout = duration(asked.read_timeout, options.read_timeout, "read_timeout")?;
    options.idle = match asked.idle {
        AT_ONCE => Duration::ZERO,
        nanos => duration(nanos, options.idle, "idle")?,
    };
    for (address, transport) in &settings.addresses {
        let parsed = address.parse();
        let place = parsed.map_err(|_| {
            refuse(
                "address",
                format!("{address} is not an address and port, such as 0.0.0.0:2055"),
            )
        })?;
        options
            .listeners
            .push(Listener::new(of_number(*transport, settings)?, place));
    }
    Ok(options)
}

fn duration(nanos: i64, default: Duration, what: &'static str) -> Result<Duration, Refusal> {
    match u64::try_from(nanos) {
        Ok(0) => Ok(default),
        Ok(nanos) => Ok(Duration::from_nanos(nanos)),
        Err(_) => Err(refuse(what, format!("{what} is negative"))),
    }
}

fn of_number(number: u32, settings: &ListenerSettings<'_>) -> Result<ListenerTransport, Refusal> {
    match number {
        0 => Ok(ListenerTransport::Udp),
        1 => Ok(ListenerTransport::Tcp),
        2 => tls(settings),
        _ => Err(refuse("transport", format!("{number} is not a transport"))),
    }
}

#[cfg(feature = "tls")]
fn tls(settings: &ListenerSettings<'_>) -> Result<ListenerTransport, Refusal> {
    use netflow_io::live::{ClientCertificates, TlsOptions};

    let (Some(certificate), Some(key)) = (settings.certificate, settings.key) else {
        return Err(refuse(
            "certificate",
            "TLS needs a certificate and its private key".to_owned(),
        ));
    };
    let clients = match settings.client_ca {
        None => ClientCertificates::None,
        Some(path) if settings.options.clients_optional != 0 => {
            ClientCertificates::Optional(path.into())
        }
        Some(path) => ClientCertificates::Required(path.into()),
    };
    let options = TlsOptions::from_files(certificate.as_ref(), key.as_ref(), &clients);
    let options = options.map_err(|error| refuse("certificate", error.to_string()))?;
    Ok(ListenerTransport::Tls(options))
}

#[cfg(not(feature = "tls"))]
fn tls(_: &ListenerSettings<'_>) -> Result<ListenerTransport, Refusal> {
    let reason = "the library was built without the feature `tls`";
    let failure = Failure::Argument(netflow_result::NETFLOW_ERROR_UNSUPPORTED, reason);
    Err((failure, reason.to_owned()))
}
