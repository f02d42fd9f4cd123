//! The command line of `netflow listen`.

use core::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netflow_core::{Prefix, Protocol};
use netflow_query::Filter;

use super::anonymise::KeyFile;
use super::dialect::DialectArgs;
use super::exporters::Exporters;
use super::fields::FieldParser;
use super::format::{Format, SchemaName, SchemaParser};
use super::quantity::{OctetCount, Span};

/// Collect flows from exporters until stopped.
///
/// Every UDP port accepts every protocol. Without --udp, --tcp and --tls it listens on UDP 2055, 4739
/// and 6343 and on TCP 4739 of all addresses; without --output, it writes to standard output.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, args_override_self = true)]
pub(crate) struct Listen {
    /// Read options from this file (TOML: the names of these options without the dashes); options
    /// on the command line override it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Check the options and the configuration file, and exit
    #[arg(long)]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) sources: Sources,

    #[command(flatten)]
    pub(crate) outputs: OutputArgs,

    #[command(flatten)]
    pub(crate) exporters: Exporters,

    #[command(flatten)]
    pub(crate) dialect: DialectArgs,

    /// How long templates over UDP stay valid after they were last sent [default: 30m]; 0 is for ever
    #[arg(long, value_name = "TIME", help_heading = EXPORTERS)]
    pub(crate) template_timeout: Option<Span>,

    /// Treat each source port of an address as a separate exporter, as with NAT
    #[arg(long, help_heading = EXPORTERS)]
    pub(crate) by_port: bool,

    /// Replace addresses in all outputs by Crypto-PAn with the key in this file, 32 octets or 64 hexadecimal
    /// digits: IP and MAC addresses in all fields, of exporters too, and in sampled packets, whose payload is
    /// zeroed; --where uses the original addresses. Names and texts, the state and the metrics are not
    /// replaced
    #[arg(long, value_name = "KEYFILE", conflicts_with = "forward", help_heading = EXPORTERS)]
    pub(crate) anonymise: Option<KeyFile>,

    /// Maximum memory for the state of all exporters [default: 64MiB]
    #[arg(long, value_name = "SIZE", help_heading = EXPORTERS)]
    pub(crate) state_memory: Option<OctetCount>,

    /// Load templates and the data of options from this file if it exists, and save them to it
    /// regularly and at the end
    #[arg(long, value_name = "FILE", help_heading = EXPORTERS)]
    pub(crate) state: Option<PathBuf>,

    /// How often the state is saved, that of partitions of Kafka too [default: 1m]
    #[arg(long, value_name = "TIME", help_heading = EXPORTERS)]
    #[cfg_attr(not(feature = "kafka"), arg(requires = "state"))]
    pub(crate) state_interval: Option<Span>,

    /// Forward all UDP datagrams, unchanged, to another collector; may be repeated. Each exporter
    /// gets its own source port
    #[arg(long, value_name = "ADDR", help_heading = SOURCES)]
    pub(crate) forward: Vec<SocketAddr>,

    /// Forward datagrams from the addresses of their exporters, for collectors that identify
    /// exporters by address; needs the capability CAP_NET_RAW
    #[arg(long, requires = "forward", help_heading = SOURCES)]
    pub(crate) forward_spoof: bool,

    /// Report only warnings and errors on standard error
    #[arg(short, long, help_heading = OPERATION)]
    pub(crate) quiet: bool,

    /// How long outputs may take to write remaining rows at the end [default: 10s]
    #[arg(long, value_name = "TIME", help_heading = OPERATION)]
    pub(crate) drain_timeout: Option<Span>,

    /// Serve a report on the traffic of the last hour at this address, or at this port of 127.0.0.1, and the
    /// state of the collector: /, /state, /metrics (Prometheus), /health and /ready. Another address than
    /// loopback needs --ui-token
    #[cfg(feature = "http")]
    #[arg(long, value_name = "ADDR", value_parser = http_address, help_heading = OPERATION)]
    pub(crate) http: Vec<SocketAddr>,

    /// As --http, without the report at / and without /state
    #[cfg(feature = "http")]
    #[arg(long, value_name = "ADDR", value_parser = http_address, help_heading = OPERATION)]
    pub(crate) metrics: Vec<SocketAddr>,

    /// Where to read the token that / and /state of --http need: file:PATH or env:NAME. Browsers ask for it
    /// as the password of any user name; programs send it as "Authorization: Bearer TOKEN"
    // Checked later: errors of values repeat them, and this may be a secret by mistake.
    #[cfg(feature = "http")]
    #[arg(long, value_name = "FROM", requires = "http", help_heading = OPERATION)]
    pub(crate) ui_token: Option<String>,

    /// Maximum memory for the groups of the report at / [default: 64MiB]; with less, its sums are less exact,
    /// and their errors are shown
    #[cfg(feature = "http")]
    #[arg(long, value_name = "SIZE", requires = "http", help_heading = OPERATION)]
    pub(crate) ui_memory: Option<OctetCount>,
}

/// Where datagrams come from.
#[derive(Debug, Args)]
#[command(next_help_heading = SOURCES)]
pub(crate) struct Sources {
    /// Listen on this UDP address and port; may be repeated
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) udp: Vec<SocketAddr>,

    /// Listen for IPFIX on this TCP address and port; may be repeated
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) tcp: Vec<SocketAddr>,

    /// Listen for IPFIX over TLS on this address and port; may be repeated
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "ADDR", value_parser = address, requires_all = ["tls_certificate", "tls_key"])]
    pub(crate) tls: Vec<SocketAddr>,

    /// The certificate chain of this collector: its certificate, then the intermediate ones (PEM)
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_certificate: Option<PathBuf>,

    /// The private key of the certificate (PEM)
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Ask exporters for a certificate signed by one of these authorities (PEM)
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_client_ca: Option<PathBuf>,

    /// Whether exporters may connect without a certificate [default: required]
    #[cfg(feature = "tls")]
    #[arg(long, value_enum, value_name = "WHICH", requires = "tls_client_ca")]
    pub(crate) tls_clients: Option<TlsClients>,

    #[cfg(feature = "kafka")]
    #[command(flatten)]
    pub(crate) kafka: KafkaArgs,

    /// Accept only these protocols, such as v5,v9,ipfix,sflow: on the preceding address, or on all
    /// if the option comes before the first address
    #[arg(long, value_name = "NAME,…", value_enum, value_delimiter = ',')]
    pub(crate) protocol: Vec<ProtocolName>,

    /// Accept only exporters in these subnets; may be repeated
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',')]
    pub(crate) allow: Vec<Prefix>,

    /// Number of threads that decode; each exporter address belongs to one [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: Option<u16>,

    /// Size of the receive buffer to ask for, for each UDP socket [default: 16MiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) read_buffer: Option<OctetCount>,

    /// Maximum octets of a datagram or message [default: 65535]
    #[arg(long, value_name = "SIZE", value_parser = max_message)]
    pub(crate) max_message: Option<OctetCount>,

    /// How long a message may take to arrive over TCP or TLS [default: 30s]
    #[arg(long, value_name = "TIME")]
    pub(crate) read_timeout: Option<Span>,

    /// Maximum TCP and TLS connections at a time [default: 1024]
    #[arg(long, value_name = "N")]
    pub(crate) max_connections: Option<usize>,

    /// Maximum TCP and TLS connections at a time from one address [default: 64]
    #[arg(long, value_name = "N")]
    pub(crate) max_connections_by_address: Option<usize>,

    /// Receive in one thread for all workers, instead of letting the kernel distribute datagrams
    #[arg(long)]
    pub(crate) no_steering: bool,

    /// Maximum datagrams that wait for each worker, if one thread receives for all [default: 4096]
    #[arg(long, value_name = "N")]
    pub(crate) queue: Option<usize>,
}

/// The topic that datagrams are read from.
#[cfg(feature = "kafka")]
#[derive(Debug, Args)]
#[command(next_help_heading = SOURCES)]
pub(crate) struct KafkaArgs {
    /// Read datagrams from this topic (kafka://BROKER,…/TOPIC, kafka+tls://), where other collectors put them with
    /// --schema raw. Each worker is a member of the consumer group; the state of each partition is kept in
    /// the topic TOPIC-GROUP-state. No address is listened on unless others are given, such as by --udp
    #[arg(long, value_name = "WHERE", requires = "group")]
    pub(crate) kafka: Option<String>,

    /// The consumer group that shares the partitions of the topic
    #[arg(long, value_name = "NAME", requires = "kafka")]
    pub(crate) group: Option<String>,

    /// Where to read user:password for the brokers of this topic, before each connection: file:PATH or env:NAME
    // Checked later: errors of values repeat them, and this may be a secret by mistake.
    #[arg(long, value_name = "FROM", requires = "kafka")]
    pub(crate) group_credentials: Option<String>,

    /// The CA certificates that the brokers of this topic are verified with (PEM) [default: those of the system]
    #[arg(long, value_name = "FILE", requires = "kafka")]
    pub(crate) group_ca: Option<PathBuf>,

    /// The certificate that this collector presents to the brokers of this topic (PEM)
    #[arg(long, value_name = "FILE", requires_all = ["kafka", "group_key"])]
    pub(crate) group_certificate: Option<PathBuf>,

    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires_all = ["kafka", "group_certificate"])]
    pub(crate) group_key: Option<PathBuf>,

    /// A setting of librdkafka for the members of the group, such as session.timeout.ms=10000; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute, requires = "kafka")]
    pub(crate) group_setting: Vec<NameAndText>,
}

/// Where rows go. Options before the first --output apply to all outputs, options after an --output
/// only to that one.
#[derive(Debug, Args)]
#[command(next_help_heading = OUTPUTS)]
pub(crate) struct OutputArgs {
    /// Write to standard output (-), a file, files by time (flows-%Y%m%d-%H%M.json.gz), a peer
    /// (tcp://, tls://, unix://, syslog://, syslog+tcp://, syslog+tls://, ipfix://, ipfix+tcp://,
    /// ipfix+tls://), a server (http://, https://, elasticsearch://, datadog://, splunk://, loki://,
    /// clickhouse://, otlp://), a topic of Kafka (kafka://BROKER/TOPIC, kafka+tls://), objects
    /// (s3://BUCKET/flows-%Y%m%d-%H%M.parquet) or nowhere (null); may be repeated. Options after it apply to this
    /// output, options before the first to all [default: -]
    #[arg(short, long, value_name = "WHERE")]
    pub(crate) output: Vec<String>,

    /// Output format [default: by the extension of the output, else json; a table on a terminal]
    #[arg(short, long, value_enum)]
    pub(crate) format: Vec<Format>,

    /// What rows contain [default: flow]; --schema help describes the schemas
    #[arg(short, long, value_parser = SchemaParser)]
    pub(crate) schema: Vec<SchemaName>,

    /// Fields of the schema flow to write, in this order; --fields help lists them
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = FieldParser)]
    pub(crate) fields: Vec<String>,

    /// Only flows that match this expression, such as 'proto tcp and dst port 443', in the filter syntax of
    /// tcpdump and nfdump or with the names of fields of the schema flow; any selects all flows
    #[arg(id = "filter", short = 'w', long = "where", value_name = "EXPR", value_parser = super::filter::parse)]
    pub(crate) filter: Vec<Filter>,

    /// Show a record of two directions (RFC 5103) as two flows
    #[arg(long, value_name = "yes|no", default_missing_value = "yes", num_args = 0..=1, require_equals = true, value_enum)]
    pub(crate) split_biflows: Vec<YesNo>,

    /// What happens when an output is too slow [default: block]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) when_full: Vec<WhenFull>,

    /// Maximum memory for rows that wait for an output [default: 64MiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) output_queue: Vec<OctetCount>,

    /// Time that a file covers [default: 5m, or the smallest unit of time in its name]
    #[arg(long, value_name = "TIME")]
    pub(crate) rotate: Vec<Span>,

    /// Maximum size of a file; the next one then begins early
    #[arg(long, value_name = "SIZE")]
    pub(crate) rotate_size: Vec<OctetCount>,

    /// Remove files older than this
    #[arg(long, value_name = "TIME")]
    pub(crate) keep: Vec<Span>,

    /// Remove the oldest files while the total size is above this
    #[arg(long, value_name = "SIZE")]
    pub(crate) keep_size: Vec<OctetCount>,

    /// The folder where rows wait on disk for --when-full spool; no other output may use it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) spool: Vec<PathBuf>,

    /// Maximum size of the spool [default: 1GiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) spool_size: Vec<OctetCount>,

    /// How long a peer may accept nothing before its connection is closed [default: 30s]
    #[arg(long, value_name = "TIME")]
    pub(crate) output_timeout: Vec<Span>,

    /// The CA certificates that peers are verified with (PEM) [default: those of the system]
    #[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
    #[arg(long, value_name = "FILE")]
    pub(crate) output_ca: Vec<PathBuf>,

    /// The certificate that this collector presents to peers (PEM)
    #[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
    #[arg(long, value_name = "FILE", requires = "output_key")]
    pub(crate) output_certificate: Vec<PathBuf>,

    /// The private key of that certificate (PEM)
    #[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
    #[arg(long, value_name = "FILE", requires = "output_certificate")]
    pub(crate) output_key: Vec<PathBuf>,

    /// Where to read the API key, token or user:password of a server or of Kafka, or KEY-ID:SECRET of S3, before
    /// each request or connection: file:PATH or env:NAME
    // Checked later: errors of values repeat them, and this may be a secret by mistake.
    #[cfg(any(feature = "http", feature = "kafka"))]
    #[arg(long, value_name = "FROM")]
    pub(crate) output_credentials: Vec<String>,

    /// A setting of librdkafka for an output to Kafka, such as compression.type=zstd; may be repeated
    #[cfg(feature = "kafka")]
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    pub(crate) kafka_setting: Vec<NameAndText>,

    /// The folder where objects for S3 wait until they are sent; no other output may use it
    #[cfg(feature = "s3")]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) staging: Vec<PathBuf>,

    /// Maximum size of the complete objects that wait there; when it is reached, rows wait in the queue
    /// [default: 10GiB]
    #[cfg(feature = "s3")]
    #[arg(long, value_name = "SIZE")]
    pub(crate) staging_size: Vec<OctetCount>,

    /// The address of another store than Amazon's, such as https://minio.example.net:9000
    #[cfg(feature = "s3")]
    #[arg(long, value_name = "URL")]
    pub(crate) s3_endpoint: Vec<String>,

    /// The region of the bucket [default: that of AWS_REGION, else us-east-1]
    #[cfg(feature = "s3")]
    #[arg(long, value_name = "NAME")]
    pub(crate) s3_region: Vec<String>,

    /// Where requests name the bucket [default: path]
    #[cfg(feature = "s3")]
    #[arg(long, value_enum)]
    pub(crate) s3_addressing: Vec<Addressing>,

    #[cfg(feature = "http")]
    #[command(flatten)]
    pub(crate) http: HttpArgs,
}

/// Where requests of S3 name the bucket.
#[cfg(feature = "s3")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Addressing {
    /// In the path, which every store accepts
    Path,
    /// In the name of the host, before that of the store
    Host,
}

/// What outputs over HTTP need.
#[cfg(feature = "http")]
#[derive(Debug, Args)]
#[command(next_help_heading = HTTP_OUTPUTS)]
pub(crate) struct HttpArgs {
    /// A further header of each request; may be repeated
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) output_header: Vec<NameAndText>,

    /// How requests are compressed [default: gzip]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) output_compression: Vec<Compression>,

    /// Maximum rows of a request [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) batch_rows: Vec<u32>,

    /// Maximum size of a request, before compression [default: 4MiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) batch_size: Vec<OctetCount>,

    /// Maximum time before waiting rows are sent [default: 1s]
    #[arg(long, value_name = "TIME")]
    pub(crate) batch_time: Vec<Span>,

    /// What the rows are called: ddsource of Datadog, sourcetype of Splunk, the label job of Loki,
    /// service.name of OTLP [default: netflow]
    #[arg(long, value_name = "NAME")]
    pub(crate) output_source: Vec<String>,

    /// Further properties of all rows: ddtags, service and hostname of Datadog, labels of Loki,
    /// attributes of OTLP, index, host and source of Splunk; may be repeated
    #[arg(long, value_name = "NAME=TEXT", value_parser = attribute)]
    pub(crate) output_attribute: Vec<NameAndText>,
}

/// A name and the text that belongs to it.
#[cfg(any(feature = "http", feature = "kafka"))]
#[derive(Debug, Clone)]
pub(crate) struct NameAndText(pub(crate) String, pub(crate) String);

/// How requests are compressed.
#[cfg(feature = "http")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compression {
    /// Not at all
    None,
    /// gzip, which every server accepts
    Gzip,
    /// zstd, which Datadog and ClickHouse accept too
    Zstd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}

/// What happens to rows that an output cannot accept now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhenFull {
    /// Decoding and all other outputs wait; if that lasts, the kernel drops datagrams
    Block,
    /// New rows are dropped and counted
    DropNewest,
    /// New rows are written to disk and sent when the output accepts rows again, also after a restart
    Spool,
}

/// Whether exporters have to authenticate themselves.
#[cfg(feature = "tls")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TlsClients {
    /// Exporters need a valid certificate
    Required,
    /// Exporters may have no certificate
    Optional,
}

/// A protocol that a listener can be restricted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolName {
    /// NetFlow v1
    V1,
    /// NetFlow v5
    V5,
    /// NetFlow v6
    V6,
    /// NetFlow v7
    V7,
    /// NetFlow v8
    V8,
    /// NetFlow v9
    V9,
    /// IPFIX
    Ipfix,
    /// sFlow v5
    Sflow,
}

impl From<ProtocolName> for Protocol {
    fn from(name: ProtocolName) -> Self {
        match name {
            ProtocolName::V1 => Self::NetflowV1,
            ProtocolName::V5 => Self::NetflowV5,
            ProtocolName::V6 => Self::NetflowV6,
            ProtocolName::V7 => Self::NetflowV7,
            ProtocolName::V8 => Self::NetflowV8,
            ProtocolName::V9 => Self::NetflowV9,
            ProtocolName::Ipfix => Self::Ipfix,
            ProtocolName::Sflow => Self::SflowV5,
        }
    }
}

/// An address and a port; only a port means that port of all addresses.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
        return Ok(all_addresses(port));
    }
    text.parse().map_err(|_| {
        "it is not an address and port, such as 0.0.0.0:2055, [::]:2055 or 2055".to_owned()
    })
}

/// An address and a port; only a port means that port of the loopback interface.
#[cfg(feature = "http")]
fn http_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
        return Ok((core::net::Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse()
        .map_err(|_| "it is not an address and port, such as 127.0.0.1:8080 or 8080".to_owned())
}

/// Parses a header of HTTP.
#[cfg(feature = "http")]
fn header(text: &str) -> Result<NameAndText, String> {
    let header = split(text, ':', "NAME: VALUE")?;
    // The characters of a token, and those of a value (RFC 9110, section 5).
    let is_token = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
    if !header.0.bytes().all(is_token) {
        return Err("the name of a header has letters, digits and hyphens".to_owned());
    }
    if header.1.chars().any(char::is_control) {
        return Err("the value of a header has no control characters".to_owned());
    }
    Ok(header)
}

/// Parses a property of rows, or a setting.
#[cfg(any(feature = "http", feature = "kafka"))]
fn attribute(text: &str) -> Result<NameAndText, String> {
    split(text, '=', "NAME=TEXT")
}

#[cfg(any(feature = "http", feature = "kafka"))]
fn split(text: &str, separator: char, form: &str) -> Result<NameAndText, String> {
    match text.split_once(separator) {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(NameAndText(name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("expected {form}")),
    }
}

/// A port of all addresses of IPv4 and, if the host has it, IPv6.
pub(crate) fn all_addresses(port: u16) -> SocketAddr {
    use core::net::{Ipv4Addr, Ipv6Addr};

    let has_ipv6 = std::net::UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).is_ok();
    if has_ipv6 {
        (Ipv6Addr::UNSPECIFIED, port).into()
    } else {
        (Ipv4Addr::UNSPECIFIED, port).into()
    }
}

/// Parses the maximum length of a message, which has 16 bits in IPFIX.
fn max_message(text: &str) -> Result<OctetCount, String> {
    let octets: OctetCount = text.parse()?;
    if (16..=65_535).contains(&octets.0) {
        Ok(octets)
    } else {
        Err("it is not between 16 and 65535".to_owned())
    }
}

const SOURCES: &str = "Sources";
const OUTPUTS: &str = "Outputs";
#[cfg(feature = "http")]
const HTTP_OUTPUTS: &str = "Outputs over HTTP";
const EXPORTERS: &str = "Exporters";
const OPERATION: &str = "Operation";

const AFTER_HELP: &str = "\
Sizes are octets, or with KiB, MiB, GiB; times are 250ms, 30s, 5m, 1h.

Examples:
  netflow listen
  netflow listen --udp 0.0.0.0:9995 --format json --output -
  netflow listen --udp 2055 --protocol v5,v9 --tcp 4739 --workers 4 --output flows.json
  netflow listen --output all.parquet --output web.json --where 'port 80 or port 443'
  netflow listen --config /etc/netflow/listen.toml

SIGTERM and Ctrl-C end it: what was received by then is decoded and written. A second one ends it
at once. SIGHUP reads again: the configuration file, and the files
of --definitions, --geo, --asn and --interface-names.

Exit status: 0 it was stopped and all rows are written, 1 it cannot listen or write, 2 the options
are invalid, 3 rows were lost, as the message about the output says.";
