//! What an output is to be: where it goes, what its rows are, and what happens when it is too slow.

use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;
#[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
use std::io;
#[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
use std::path::Path;
use std::path::PathBuf;

#[cfg(feature = "columns")]
use netflow_arrow::{FlowBatchBuilder, FlowOptions, SchemaRef};
#[cfg(feature = "columns")]
use netflow_core::InputNames;
use netflow_core::Timestamp;
#[cfg(feature = "columns")]
use netflow_core::field::FlowField;
#[cfg(feature = "ipfix")]
use netflow_query::Filter;

use super::destination::Destination;
use super::http::HttpConfig;
use super::kafka::{KafkaConfig, KafkaKey};
use super::pattern::FilePattern;
use super::s3::S3Config;
#[cfg(feature = "columns")]
use crate::format::{Container, column_options};
use crate::format::{Format, Framing, Selection};

/// An output of a collector.
///
/// ```
/// use netflow_output::format::{Biflows, FlowLines};
/// use netflow_output::sink::{Encoding, OutputConfig, Policy};
///
/// let json = Encoding::rows(|| Box::new(FlowLines::new(None, Biflows::Whole, Default::default())));
/// let mut config = OutputConfig::new("-".parse()?, json);
/// config.policy = Policy::DropNewest;
/// config.queue.octets = 8 << 20;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutputConfig {
    /// Where it goes.
    pub destination: Destination,
    /// What its rows are.
    pub encoding: Encoding,
    /// What happens when the queue is full.
    pub policy: Policy,
    /// How much may wait.
    pub queue: QueueLimits,
    /// How long to wait before another attempt after a failure.
    pub backoff: Backoff,
    /// When a file ends and the next begins, and how long files are kept.
    pub rotation: Rotation,
    /// The other end of a connection.
    pub peer: PeerConfig,
    /// Requests of HTTP.
    pub http: HttpConfig,
    /// Messages of Kafka.
    pub kafka: KafkaConfig,
    /// Objects of S3.
    pub s3: S3Config,
    /// Where rows wait on disk; for [`Policy::Spool`].
    pub spool: Option<SpoolConfig>,
}

impl OutputConfig {
    /// An output with the defaults for everything optional.
    #[must_use]
    pub fn new(destination: Destination, encoding: Encoding) -> Self {
        Self {
            destination,
            encoding,
            policy: Policy::default(),
            queue: QueueLimits::default(),
            backoff: Backoff::default(),
            rotation: Rotation::default(),
            peer: PeerConfig::default(),
            http: HttpConfig::default(),
            kafka: KafkaConfig::default(),
            s3: S3Config::default(),
            spool: None,
        }
    }
}

/// What happens to rows when the queue of an output is full, because its destination is slow or
/// cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Policy {
    /// Workers wait. Then the kernel drops datagrams, and counts them; all other outputs wait too.
    #[default]
    Block,
    /// New rows are dropped and counted.
    DropNewest,
    /// New rows are written to files on disk ([`SpoolConfig`]), and sent when the destination
    /// returns, even after a restart. When these files are full, new rows are dropped and counted.
    /// A row may be sent twice: rows not known to be delivered are sent again.
    Spool,
}

/// Where rows wait on disk for a destination that cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpoolConfig {
    /// A folder that no other output uses. It is made if it is not there.
    pub folder: PathBuf,
    /// Octets of all files together; 1 GiB by default.
    pub octets: u64,
}

impl SpoolConfig {
    /// A spool in this folder.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            octets: 1 << 30,
        }
    }
}

/// The other end of a connection.
///
/// TCP and Unix sockets do not confirm that the peer has read a row: rows that the kernel accepted can
/// be lost when the peer ends. So the last rows are sent again over a new connection, and a row may
/// arrive twice.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerConfig {
    /// How long to wait for a connection; 10 s by default.
    pub connect_timeout: Duration,
    /// How long the peer may accept nothing before the connection is closed; 30 s by default.
    pub timeout: Duration,
    /// Octets of rows that are kept to be sent again: more than the kernels of both ends hold. 16 MiB
    /// by default.
    pub resend_octets: usize,
    /// How long these rows are kept at most; 60 s by default.
    pub resend_time: Duration,
    /// Certificates.
    pub tls: TlsConfig,
}

impl Default for PeerConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            resend_octets: 16 << 20,
            resend_time: Duration::from_secs(60),
            tls: TlsConfig::default(),
        }
    }
}

/// Certificates of TLS, in files of PEM. They are read for each connection, and so can be renewed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TlsConfig {
    /// The trusted certificate authorities; by default those of the system.
    pub ca: Option<PathBuf>,
    /// Our certificate, which the peer may ask for, and its private key.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// Where systems keep the certificates that they trust.
#[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
const TRUSTED: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

#[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
impl TlsConfig {
    /// The file of trusted certificate authorities.
    pub(super) fn trusted(&self) -> io::Result<&Path> {
        if let Some(ca) = &self.ca {
            return Ok(ca);
        }
        let mut files = TRUSTED.iter().map(Path::new);
        files.find(|file| file.exists()).ok_or_else(|| {
            io::Error::other("the certificates that this system trusts are not found")
        })
    }
}

/// How much may wait in the queue of an output.
///
/// A chunk is 64 KiB of text or a batch of columns from one worker, or less if
/// [`tick`](super::super::Sink::tick) is called before that is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueLimits {
    /// Octets of memory; 64 MiB by default. A single chunk may be larger.
    pub octets: usize,
    /// Chunks; 1024 by default.
    pub chunks: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            octets: 64 << 20,
            chunks: 1024,
        }
    }
}

/// How long to wait before another attempt: twice as long after each failure, varied at random by
/// a quarter so that many collectors do not return at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The wait after the first failure; 250 ms by default.
    pub first: Duration,
    /// The longest wait; 30 s by default.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(250),
            longest: Duration::from_secs(30),
        }
    }
}

/// When a file ends and the next begins, and how long files are kept.
///
/// Only files whose names fit the pattern are looked at. A size is that of the files as they are,
/// compressed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Rotation {
    /// Time that a file covers, counted from 1970-01-01 00:00 UTC; at least a second. By default five
    /// minutes, or an hour or a day if that is the finest part of the name.
    pub interval: Option<Duration>,
    /// A file ends before its interval does when it has reached this number of octets.
    pub octets: Option<u64>,
    /// Files last modified longer ago than this are removed.
    pub keep_for: Option<Duration>,
    /// The oldest files are removed while the total size is above this.
    pub keep_octets: Option<u64>,
}

impl Rotation {
    /// Nanoseconds of an interval; none if there is one file for all time.
    pub(super) fn nanos(&self, pattern: &FilePattern) -> Option<i64> {
        let interval = pattern.interval()?;
        let interval = self
            .interval
            .unwrap_or(interval)
            .max(Duration::from_secs(1));
        Some(i64::try_from(interval.as_nanos()).unwrap_or(i64::MAX))
    }

    /// When the interval of a time began.
    pub(super) fn start(&self, pattern: &FilePattern, time: Timestamp) -> Timestamp {
        let start = |nanos: i64| {
            let since = time.as_nanos().rem_euclid(nanos);
            Timestamp::from_nanos(time.as_nanos().saturating_sub(since))
        };
        self.nanos(pattern).map_or(Timestamp::from_nanos(0), start)
    }
}

/// What the rows of an output are.
#[derive(Clone)]
pub struct Encoding(pub(super) EncodingKind);

type MakeFormat = dyn Fn() -> Box<dyn Format + Send> + Send + Sync;

#[derive(Clone)]
pub(super) enum EncodingKind {
    Rows(Arc<MakeFormat>),
    /// Rows, each with the key of its message.
    Keyed(Arc<MakeFormat>, KafkaKey),
    Count(Box<Selection>),
    #[cfg(feature = "columns")]
    Columns(ColumnsConfig),
    /// The flows that match, or all of them.
    #[cfg(feature = "ipfix")]
    Ipfix(Option<Filter>),
}

/// Rows of a batch: few enough for its columns to be in the cache of the processor when they are written.
#[cfg(feature = "columns")]
const BATCH_ROWS: usize = 1 << 13;

/// Columns of flows, and the container that their batches are put into.
#[cfg(feature = "columns")]
#[derive(Debug, Clone)]
pub(super) struct ColumnsConfig {
    pub(super) fields: Option<Vec<FlowField>>,
    pub(super) selection: Selection,
    pub(super) files: InputNames,
    pub(super) container: Container,
}

#[cfg(feature = "columns")]
impl ColumnsConfig {
    pub(super) fn options(&self) -> FlowOptions {
        let mut options = column_options(
            self.fields.clone(),
            &self.selection,
            &self.files,
            self.container,
        );
        options.rows = BATCH_ROWS;
        options
    }

    pub(super) fn schema(&self) -> SchemaRef {
        SchemaRef::clone(FlowBatchBuilder::new(self.options()).schema())
    }
}

impl Encoding {
    /// Rows of any [`Format`] that writes one after the other: JSON, CSV, a dialect. Each worker has
    /// a format of its own, and what the format writes before its first row goes to the start of
    /// each file. It must not keep back rows beyond [`flush`](Format::flush), nor write columns, for
    /// which there is `Encoding::columns`.
    pub fn rows(make: impl Fn() -> Box<dyn Format + Send> + Send + Sync + 'static) -> Self {
        Self(EncodingKind::Rows(Arc::new(make)))
    }

    /// No rows: flows are only counted, as if each were a row. For the destination `null`; no other
    /// accepts it.
    ///
    /// ```
    /// use netflow_output::format::Biflows;
    /// use netflow_output::sink::{Encoding, OutputConfig, Outputs};
    ///
    /// let config = OutputConfig::new("null".parse()?, Encoding::count(Biflows::Whole));
    /// let outputs = Outputs::start(vec![config])?;
    /// # drop(outputs);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count(selection: impl Into<Selection>) -> Self {
        Self(EncodingKind::Count(Box::new(selection.into())))
    }

    /// Records of any protocol as messages of IPFIX (feature `ipfix`): flows and options, with the
    /// exporter that sent them, by [`Relay`](netflow_core::encode::Relay). Each observation domain of
    /// each exporter becomes one observation domain of the output. The destinations `ipfix://` always
    /// use this encoding, and no other destination accepts it; a row is a data record. With a filter,
    /// only flows that match are sent, and all options.
    #[cfg(feature = "ipfix")]
    #[must_use]
    pub const fn ipfix(filter: Option<Filter>) -> Self {
        Self(EncodingKind::Ipfix(filter))
    }

    /// The same rows, each with its key; other encodings have no keys.
    pub(super) fn keyed(self, key: KafkaKey) -> Self {
        match self.0 {
            EncodingKind::Rows(make) => Self(EncodingKind::Keyed(make, key)),
            other => Self(other),
        }
    }

    /// How its rows are delimited; irrelevant for columns.
    pub(super) fn framing(&self) -> Framing {
        match &self.0 {
            EncodingKind::Rows(make) | EncodingKind::Keyed(make, _) => make().framing(),
            EncodingKind::Count(_) => Framing::default(),
            #[cfg(feature = "columns")]
            EncodingKind::Columns(_) => Framing::default(),
            #[cfg(feature = "ipfix")]
            EncodingKind::Ipfix(_) => Framing::IpfixMessages,
        }
    }

    /// What columns are put into; none for rows.
    #[cfg(feature = "columns")]
    pub(super) const fn container(&self) -> Option<Container> {
        match &self.0 {
            EncodingKind::Columns(columns) => Some(columns.container),
            _ => None,
        }
    }

    pub(super) const fn is_columns(&self) -> bool {
        #[cfg(feature = "columns")]
        if matches!(self.0, EncodingKind::Columns(_)) {
            return true;
        }
        false
    }

    pub(super) const fn is_ipfix(&self) -> bool {
        #[cfg(feature = "ipfix")]
        if matches!(self.0, EncodingKind::Ipfix(_)) {
            return true;
        }
        false
    }

    pub(super) const fn is_count(&self) -> bool {
        matches!(self.0, EncodingKind::Count(_))
    }

    /// What comes before the first row of each file.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        match &self.0 {
            EncodingKind::Rows(make) => make().begin(&mut header),
            EncodingKind::Keyed(..) | EncodingKind::Count(_) => {}
            #[cfg(feature = "columns")]
            EncodingKind::Columns(_) => {}
            #[cfg(feature = "ipfix")]
            EncodingKind::Ipfix(_) => {}
        }
        header
    }

    /// Flows in columns, of these fields or of all (feature `columns`). Each worker fills batches,
    /// and the output puts those of all workers into one file.
    #[cfg(feature = "columns")]
    #[must_use]
    pub fn columns(
        fields: Option<Vec<FlowField>>,
        selection: impl Into<Selection>,
        files: InputNames,
        container: Container,
    ) -> Self {
        Self(EncodingKind::Columns(ColumnsConfig {
            fields,
            selection: selection.into(),
            files,
            container,
        }))
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            EncodingKind::Rows(_) => f.write_str("Rows(..)"),
            EncodingKind::Keyed(_, key) => write!(f, "Keyed(.., {key:?})"),
            EncodingKind::Count(selection) => f.debug_tuple("Count").field(selection).finish(),
            #[cfg(feature = "columns")]
            EncodingKind::Columns(columns) => columns.fmt(f),
            #[cfg(feature = "ipfix")]
            EncodingKind::Ipfix(filter) => f.debug_tuple("Ipfix").field(filter).finish(),
        }
    }
}
