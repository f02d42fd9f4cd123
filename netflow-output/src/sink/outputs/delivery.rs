//! What a destination does with chunks.

mod datagram;
mod file;
mod files;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod null;
#[cfg(feature = "s3")]
mod s3;
mod stdout;
mod stream;

use alloc::sync::Arc;
use core::time::Duration;
use std::io;

use netflow_core::Timestamp;

use self::stream::Endpoint;
use super::body::Body;
use super::chunk::Chunk;
use super::config::OutputConfig;
use super::destination::{Destination, MessageTransport};
use super::http::HttpAddress;
#[cfg(feature = "http")]
use super::http::HttpServer;
use super::kafka::KafkaAddress;
use super::ledger::Ledger;
use super::pattern::FilePattern;
use super::s3::S3Address;
#[cfg(feature = "http")]
use crate::format::Framing;

/// A destination, owned by the thread that writes to it.
///
/// It keeps each chunk until its rows are settled, written or lost, and reports them to the ledger.
pub(super) trait Delivery: Send {
    /// Repairs what an earlier run left.
    fn start(&mut self) {}

    /// Takes a chunk and keeps it even on failure; then [`resume`](Self::resume) is called next.
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure>;

    /// Goes on with what failed.
    fn resume(&mut self) -> Result<(), Failure>;

    /// Does what is due at this time.
    fn tick(&mut self, now: Timestamp) -> Result<(), Failure>;

    /// Completes what was written.
    fn finish(&mut self) -> Result<(), Failure>;

    /// The chunks whose rows are not settled, for a spool; none for destinations without a spool.
    fn take_pending(&mut self) -> Vec<Chunk> {
        Vec::new()
    }
}

/// Why something could not be done.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: io::Error,
    /// Whether another attempt is useless.
    pub(super) is_final: bool,
    /// Whether the peer is only slow.
    pub(super) is_slow: bool,
    /// When the peer asked to be tried again.
    pub(super) retry_after: Option<Duration>,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            error,
            is_final: false,
            is_slow: false,
            retry_after: None,
        }
    }
}

impl Failure {
    /// The peer accepts nothing at the moment. Another attempt can follow at once, if there is time.
    pub(super) fn slow() -> Self {
        Self {
            error: io::ErrorKind::TimedOut.into(),
            is_final: false,
            is_slow: true,
            retry_after: Some(Duration::ZERO),
        }
    }

    /// A final failure: another attempt is useless.
    pub(super) const fn last(error: io::Error) -> Self {
        Self {
            error,
            is_final: true,
            is_slow: false,
            retry_after: None,
        }
    }
}

/// The delivery for an output. Its destination is opened when there is something to write.
pub(super) fn new(config: &OutputConfig, ledger: &Arc<Ledger>) -> io::Result<Box<dyn Delivery>> {
    let is_ipfix = matches!(config.destination, Destination::Ipfix { .. });
    let takes_all = matches!(config.destination, Destination::Null);
    if is_ipfix != config.encoding.is_ipfix() && !takes_all {
        return Err(io::Error::other(
            "ipfix:// takes IPFIX and nothing else does",
        ));
    }
    if config.encoding.is_count() && !takes_all {
        let reason = "flows that are only counted go to null and nowhere else";
        return Err(io::Error::other(reason));
    }
    let ledger = Arc::clone(ledger);
    let body = Body::new(&config.encoding);
    Ok(match &config.destination {
        Destination::Null => Box::new(null::Null::new(ledger)),
        Destination::Stdout => Box::new(stdout::Stdout::new(body, ledger)?),
        Destination::Files(pattern) => files(pattern.clone(), config, ledger)?,
        Destination::Tcp(_)
        | Destination::Tls(_)
        | Destination::Unix(_)
        | Destination::Syslog { .. }
        | Destination::Ipfix { .. } => peer(config, ledger)?,
        Destination::Http(address) => http_peer(address, config, ledger)?,
        Destination::Kafka(address) => kafka_peer(address, config, ledger)?,
        Destination::S3(address) => objects(address, config, ledger)?,
        // Columns cannot be appended to.
        Destination::File(path) if config.encoding.is_columns() => {
            let pattern = FilePattern::fixed(path).map_err(io::Error::other)?;
            files(pattern, config, ledger)?
        }
        Destination::File(path) => {
            let framing = config.encoding.framing();
            Box::new(file::AppendedFile::new(path, framing, body, ledger))
        }
    })
}

fn files(
    pattern: FilePattern,
    config: &OutputConfig,
    ledger: Arc<Ledger>,
) -> io::Result<Box<dyn Delivery>> {
    let encoding = config.encoding.clone();
    let files = files::RotatedFiles::new(pattern, encoding, config.rotation, ledger)?;
    Ok(Box::new(files))
}

/// Rows over the network. Columns are refused: they need an end, which a connection lacks.
fn peer(config: &OutputConfig, ledger: Arc<Ledger>) -> io::Result<Box<dyn Delivery>> {
    if config.encoding.is_columns() {
        let reason = "columns go to files; a socket takes rows of JSON, CSV or a dialect";
        return Err(io::Error::other(reason));
    }
    let framing = config.encoding.framing();
    let (endpoint, is_syslog) = match config.destination.clone() {
        Destination::Tcp(address) => (Endpoint::Tcp(address), false),
        Destination::Unix(path) => (Endpoint::Unix(path), false),
        Destination::Tls(address) => (tls(address)?, false),
        Destination::Syslog { transport, address } => match transport {
            MessageTransport::Udp => {
                let peer = datagram::DatagramPeer::syslog(address, framing, ledger);
                return Ok(Box::new(peer));
            }
            MessageTransport::Tcp => (Endpoint::Tcp(address), true),
            MessageTransport::Tls => (tls(address)?, true),
        },
        Destination::Ipfix { transport, address } => match transport {
            MessageTransport::Udp => {
                let peer = datagram::DatagramPeer::ipfix(address, ledger);
                return Ok(Box::new(peer));
            }
            MessageTransport::Tcp => (Endpoint::Tcp(address), false),
            MessageTransport::Tls => (tls(address)?, false),
        },
        _ => return Err(io::ErrorKind::Unsupported.into()),
    };
    let mut peer = stream::StreamPeer::new(endpoint, config.peer.clone(), ledger);
    if config.encoding.is_ipfix() {
        peer = peer.with_ipfix();
    } else {
        peer = peer.with_rows(framing, config.encoding.header());
    }
    Ok(Box::new(if is_syslog { peer.with_syslog() } else { peer }))
}

#[cfg(feature = "tls")]
fn tls(address: String) -> io::Result<Endpoint> {
    Ok(Endpoint::Tls(address))
}

#[cfg(not(feature = "tls"))]
fn tls(_: String) -> io::Result<Endpoint> {
    Err(io::Error::other(
        "this build has no TLS: it needs the feature tls",
    ))
}

#[cfg(feature = "http")]
fn http_peer(
    address: &HttpAddress,
    config: &OutputConfig,
    ledger: Arc<Ledger>,
) -> io::Result<Box<dyn Delivery>> {
    let framing = config.encoding.framing();
    let takes_any = address.server == HttpServer::Plain;
    if config.encoding.is_columns() || (!takes_any && framing != Framing::Lines) {
        return Err(io::Error::other("this server takes rows of JSON alone"));
    }
    let peer = http::HttpPeer::new(
        address.clone(),
        config.http.clone(),
        &config.peer,
        framing,
        ledger,
    )?;
    Ok(Box::new(peer))
}

#[cfg(not(feature = "http"))]
fn http_peer(_: &HttpAddress, _: &OutputConfig, _: Arc<Ledger>) -> io::Result<Box<dyn Delivery>> {
    Err(io::Error::other(
        "this build has no HTTP: it needs the feature http",
    ))
}

#[cfg(feature = "kafka")]
fn kafka_peer(
    address: &KafkaAddress,
    config: &OutputConfig,
    ledger: Arc<Ledger>,
) -> io::Result<Box<dyn Delivery>> {
    if config.encoding.is_columns() {
        let reason = "columns go to files; a message of Kafka is a row";
        return Err(io::Error::other(reason));
    }
    let framing = config.encoding.framing();
    let peer = kafka::KafkaPeer::new(address, &config.kafka, &config.peer, framing, ledger)?;
    Ok(Box::new(peer))
}

#[cfg(not(feature = "kafka"))]
fn kafka_peer(_: &KafkaAddress, _: &OutputConfig, _: Arc<Ledger>) -> io::Result<Box<dyn Delivery>> {
    Err(io::Error::other(
        "this build has no Kafka: it needs the feature kafka",
    ))
}

#[cfg(feature = "s3")]
fn objects(
    address: &S3Address,
    config: &OutputConfig,
    ledger: Arc<Ledger>,
) -> io::Result<Box<dyn Delivery>> {
    Ok(Box::new(s3::Objects::new(address, config, ledger)?))
}

#[cfg(not(feature = "s3"))]
fn objects(_: &S3Address, _: &OutputConfig, _: Arc<Ledger>) -> io::Result<Box<dyn Delivery>> {
    Err(io::Error::other(
        "this build has no object storage: it needs the feature s3",
    ))
}
