//! Where an output goes, as users write it.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

use super::address::address;
use super::http::HttpAddress;
use super::kafka::KafkaAddress;
use super::pattern::FilePattern;
use super::s3::S3Address;

/// The destination of an output.
///
/// ```
/// use netflow_output::sink::Destination;
///
/// assert_eq!("-".parse(), Ok(Destination::Stdout));
/// assert_eq!("null".parse(), Ok(Destination::Null));
/// assert_eq!("flows.json".parse(), Ok(Destination::File("flows.json".into())));
/// assert!(matches!("flows-%H%M.csv.gz".parse()?, Destination::Files(_)));
/// let syslog: Destination = "syslog+tcp://[2001:db8::1]".parse()?;
/// assert_eq!(syslog.to_string(), "syslog+tcp://[2001:db8::1]:514");
/// assert!("gopher://host:70".parse::<Destination>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// Rows are counted and dropped: `null`.
    Null,
    /// Standard output: `-`.
    Stdout,
    /// A file: any other text without `://`. Rows are appended to it, and another program may rename it
    /// meanwhile; a file of columns appears when it is complete.
    File(PathBuf),
    /// Files that rotate by time: a path containing `%`. Each is written under a temporary name,
    /// `.NAME.part`, and renamed when it is complete. Rows are compressed if the name ends with
    /// `.gz` or `.zst` (feature `compression`).
    Files(FilePattern),
    /// Rows to a host and port: `tcp://host:port`.
    Tcp(String),
    /// Rows to a host and port over TLS: `tls://host:port` (feature `tls`).
    Tls(String),
    /// Rows to a Unix socket: `unix:///path`.
    Unix(PathBuf),
    /// Each row as a message of syslog (RFC 5424): `syslog://host:port` by UDP, one per datagram;
    /// `syslog+tcp://` and `syslog+tls://` with octet counting (RFC 6587). The port defaults to 514, for
    /// TLS to 6514 (RFC 5425).
    Syslog {
        /// The transport below.
        transport: MessageTransport,
        /// Host and port.
        address: String,
    },
    /// Rows in requests to a server (feature `http`): `http://host/path` as they are, or by what the
    /// server wants: `elasticsearch://host:9200/index`, `datadog://site`, `splunk://host:8088`,
    /// `loki://host:3100`, `clickhouse://host:8443/database.table`, `otlp://host:4318`. That is
    /// HTTPS, and HTTP with `elasticsearch+http://` and so on.
    Http(HttpAddress),
    /// Each row as a message to a topic of Kafka (feature `kafka`): `kafka://broker:9092,broker/topic`, over
    /// TLS with `kafka+tls://`. The port defaults to 9092.
    Kafka(KafkaAddress),
    /// Objects in S3, or in a store that speaks its protocol (feature `s3`): `s3://bucket/NAME`, where the name has a
    /// time as those of files that rotate. Each is written to a folder on disk first, and sent when it is complete.
    S3(S3Address),
    /// Messages of IPFIX to another collector, from [`Encoding::ipfix`](super::Encoding): by UDP with
    /// `ipfix://host:port`, else `ipfix+tcp://` and `ipfix+tls://`. The port defaults to 4739, for TLS to
    /// 4740 (RFC 7011, section 10).
    Ipfix {
        /// The transport below.
        transport: MessageTransport,
        /// Host and port.
        address: String,
    },
}

/// What carries messages of syslog or IPFIX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageTransport {
    /// One message per datagram.
    Udp,
    /// A connection; each message of syslog follows its length (RFC 6587, section 3.4.1).
    Tcp,
    /// A TLS connection, otherwise as TCP (RFC 5425).
    Tls,
}

impl MessageTransport {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => "+tcp",
            Self::Tls => "+tls",
        }
    }
}

/// A destination that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationError {
    text: String,
    reason: String,
}

impl fmt::Display for DestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.text, self.reason)
    }
}

impl core::error::Error for DestinationError {}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason: &str| DestinationError {
            text: without_credentials(text),
            reason: reason.to_owned(),
        };
        match text {
            "" => Err(error("an output needs a destination")),
            "-" => Ok(Self::Stdout),
            "null" => Ok(Self::Null),
            _ if text.contains("://") => Self::of_url(text).map_err(|reason| error(&reason)),
            _ if text.contains('%') => {
                let pattern = FilePattern::new(text);
                Ok(Self::Files(
                    pattern.map_err(|reason| error(&reason.to_string()))?,
                ))
            }
            path => Ok(Self::File(path.into())),
        }
    }
}

impl Destination {
    fn of_url(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
        let syslog = |transport, port| {
            Ok(Self::Syslog {
                transport,
                address: address(rest, Some(port))?,
            })
        };
        let ipfix = |transport, port| {
            Ok(Self::Ipfix {
                transport,
                address: address(rest, Some(port))?,
            })
        };
        match scheme {
            "tcp" => Ok(Self::Tcp(address(rest, None)?)),
            "tls" => Ok(Self::Tls(address(rest, None)?)),
            "unix" if rest.is_empty() => Err("the path of the socket is missing".to_owned()),
            "unix" => Ok(Self::Unix(rest.into())),
            "syslog" | "syslog+udp" => syslog(MessageTransport::Udp, 514),
            "syslog+tcp" => syslog(MessageTransport::Tcp, 514),
            "ipfix" | "ipfix+udp" => ipfix(MessageTransport::Udp, 4739),
            "ipfix+tcp" => ipfix(MessageTransport::Tcp, 4739),
            "ipfix+tls" => ipfix(MessageTransport::Tls, 4740),
            "syslog+tls" => syslog(MessageTransport::Tls, 6514),
            "kafka" => KafkaAddress::parse(rest, false).map(Self::Kafka),
            "kafka+tls" => KafkaAddress::parse(rest, true).map(Self::Kafka),
            "s3" => S3Address::parse(rest).map(Self::S3),
            _ => HttpAddress::parse(scheme, rest)
                .unwrap_or_else(|| Err(format!("{scheme}:// is not known")))
                .map(Self::Http),
        }
    }
}

/// The text of a destination without credentials, safe to print.
fn without_credentials(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
            let rest = rest.split('?').next().unwrap_or_default();
            format!("{scheme}://{rest}")
        }
        None => text.to_owned(),
    }
}

/// The destination as it was written, without credentials.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Stdout => f.write_str("-"),
            Self::File(path) => path.display().fmt(f),
            Self::Files(pattern) => pattern.fmt(f),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Tls(address) => write!(f, "tls://{address}"),
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Syslog { transport, address } => {
                write!(f, "syslog{}://{address}", transport.suffix())
            }
            Self::Http(address) => address.fmt(f),
            Self::Kafka(address) => address.fmt(f),
            Self::S3(address) => address.fmt(f),
            Self::Ipfix { transport, address } => {
                write!(f, "ipfix{}://{address}", transport.suffix())
            }
        }
    }
}
