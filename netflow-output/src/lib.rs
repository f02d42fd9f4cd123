//! Writes what the decoder of netflow-core returns as text, CSV, JSON or columns, to files and servers.
//!
//! # Overview
//!
//! - [`format`](mod@format): messages in, octets out. A [`Format`](crate::format::Format) appends rows to the
//!   caller's buffer; it opens no file and no socket.
//! - [`anonymise`](mod@anonymise): a decoder shows other addresses than those that were sent.
//! - [`enrich`]: what databases and name servers know of the addresses of flows.
//! - [`sink`]: where the octets are written: standard output, a file, a folder; for a collector, any number of
//!   [`Outputs`](crate::sink::Outputs).
//!
//! # Example
//!
//! ```
//! use netflow_core::field::FlowField;
//! use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
//! use netflow_output::format::{Biflows, Csv, Format as _};
//!
//! // IPFIX: a template of source address and octets, and a record.
//! let payload = [
//!     0, 10, 0, 44, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, // header, domain 7
//!     0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4, // template 256
//!     1, 0, 0, 12, 192, 0, 2, 1, 0, 0, 5, 0xdc, // data
//! ];
//! let mut decoder = Decoder::new(Limits::default());
//! let exporter = "198.51.100.1:2055".parse()?;
//! let received = Timestamp::from_secs(1_700_000_000);
//! let message = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
//!
//! let fields = vec![FlowField::SourceAddress, FlowField::Octets];
//! let mut csv = Csv::new(Some(fields), Biflows::Whole, Default::default());
//! let mut out = Vec::new();
//! csv.begin(&mut out);
//! csv.message(&message, &mut out)?;
//! assert_eq!(String::from_utf8(out)?, "source_address,octets\r\n192.0.2.1,1500\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `columns`: Parquet and Arrow IPC ([`format`](mod@format)), and a folder of such files ([`sink`]).
//! - `compression`: files of rows compressed with gzip and zstd.
//! - `dns`: names of addresses from the DNS ([`enrich`]).
//! - `geo`: databases of places and autonomous systems ([`enrich`]).
//! - `http`: requests to Elasticsearch, Datadog, Splunk, Loki, ClickHouse, OTLP and others.
//! - `ipfix`: IPFIX messages to another collector.
//! - `kafka`: messages to Kafka. It builds librdkafka, which takes minutes.
//! - `s3`: files as objects in S3 and stores like it ([`sink`]).
//! - `tls`: rows over TLS, with rustls.
//!
//! There are none by default.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod anonymise;
pub mod enrich;
pub mod format;
pub mod sink;
