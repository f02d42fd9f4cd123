//! Where flow-export datagrams come from: captures, IPFIX files and, with the feature `live` on
//! Linux, the network.
//!
//! [`open`] recognises a file by its content: a pcap or pcapng capture or an IPFIX
//! file (RFC 5655), plain or compressed with gzip or zstd. The [`Source`] it returns yields one
//! [`CapturedDatagram`] after the other: a [`Datagram`](netflow_core::Datagram) for the decoder and
//! where it was sent to, borrowed until the next call. IP fragments, TCP streams and SCTP
//! associations are reassembled on the way.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # // An IPFIX file of one message, which has one set with one template.
//! # let path = std::env::temp_dir().join(format!("netflow-io-{}.ipfix", std::process::id()));
//! # let mut message = vec![0, 10, 0, 28, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7];
//! # message.extend([0, 2, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4]);
//! # std::fs::write(&path, message)?;
//! let mut source = netflow_io::open(&path)?;
//! while let Some(packet) = source.next() {
//!     let packet = packet?;
//!     println!("{} octets from {}", packet.datagram.payload.len(), packet.datagram.exporter);
//! }
//! println!("{:?}", source.summary());
//! # assert_eq!(source.summary().datagrams, 1);
//! # std::fs::remove_file(path)?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Feed`] is the loop around a decoder: it numbers datagrams, ends transport sessions and keeps the
//! first problems. It reads any source that implements [`Datagrams`], as [`Source`] does, or takes the
//! datagrams that the caller receives. [`IpfixFraming`] finds the messages of IPFIX in a stream that
//! the caller reads.
//!
//! # Features
//!
//! `live` adds the module `live`: sockets for UDP and TCP (Linux). `tls` adds TLS to it. `kafka` adds the
//! module `kafka`: topics whose messages are datagrams. There are none by default.
//!
//! # What is returned
//!
//! A UDP datagram is returned if it goes to a port that collectors listen on ([`PORTS`] and those
//! of [`CaptureOptions::ports`]), if its pair of addresses was seen exporting before, or if it
//! [looks like flow export](looks_like_export). IPFIX over TCP and SCTP is followed on port 4739
//! and those of [`CaptureOptions::ports`], and wherever a segment or chunk begins with an IPFIX
//! message; a TCP stream that begins inside a message, or lost a segment, is read from the next
//! message on. What is passed over is counted in [`CaptureSummary`].
//!
//! Captures of mirrored traffic hold exports inside GRE, ERSPAN, VXLAN, TZSP and the other tunnels
//! that [`netflow_core::packet`] knows. The exporter is then the sender of the inner packet. Inside a
//! tunnel, only port or content selects a datagram.
//!
//! A datagram that was captured on several paths is returned once: outside and inside a tunnel, with
//! other MPLS labels, VLAN tags or another PPPoE session, before and after a router, on several
//! interfaces of a pcapng file or of a cooked capture of Linux, version 2 ([`CopyKind`]). A datagram
//! that was captured again on the same path was sent twice, or duplicated by the network: it is
//! returned again, and the decoder counts it as a duplicate.
//!
//! # What is promised
//!
//! No octets of a file lead to a panic, to a loop without end, or to memory that grows past
//! [`CaptureLimits`]: nothing is allocated for a length before its octets have arrived. Everything
//! before the offset where a file is cut is returned before the [`CaptureError`].
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::as_conversions,
        clippy::arithmetic_side_effects,
        clippy::string_slice
    )
)]

extern crate alloc;

mod arrivals;
mod compression;
mod connection;
mod counted;
mod decompress;
mod error;
mod extract;
mod feed;
mod format;
mod fragment;
mod frame;
mod framing;
mod input;
mod ip;
mod ipfix_file;
#[cfg(feature = "kafka")]
pub mod kafka;
mod limits;
mod link;
#[cfg(all(feature = "live", target_os = "linux"))]
pub mod live;
mod mark;
mod mirror;
mod octets;
mod pcap;
mod pcapng;
mod raw;
mod reader;
mod sctp;
mod select;
mod sequence;
mod source;
mod summary;
mod tcp;

pub use arrivals::{Arrival, Arrivals, Datagrams};
pub use compression::Compression;
pub use error::{CaptureError, CaptureErrorKind, FirstOctets};
pub use feed::{Event, Feed, KeptProblem};
pub use format::CaptureFormat;
pub use framing::{FramingError, IpfixFraming};
pub use limits::{CaptureLimits, CaptureOptions};
pub use mark::Mark;
pub use mirror::CopyKind;
pub use select::{PORTS, looks_like_export};
pub use source::{CapturedDatagram, Source, open, open_with};
pub use summary::{CaptureSummary, CopyCounts, TunnelCounts};
