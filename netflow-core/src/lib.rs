//! Zero-copy reading of what routers, switches, firewalls and probes export
//! about traffic: NetFlow v1, v5 to v9, IPFIX and sFlow v5.
//!
//! # Overview
//!
//! A datagram goes into the [`Decoder`], a [`Decoded`] comes out: its
//! [`flows`](Decoded::flows) are the same normalised view
//! of every protocol, its [`records`](Decoded::records) and [`samples`](Decoded::samples) are
//! what was sent, its [`problems`](Decoded::problems) are what could not be read,
//! with a reason and an octet offset. Nothing is copied: all of it borrows the datagram;
//! an [`OwnedFlow`] outlives it.
//!
//! # Example
//!
//! ```
//! use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
//!
//! let mut decoder = Decoder::new(Limits::default());
//! # let payload = [0, 10, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
//! let exporter = "198.51.100.1:2055".parse().unwrap();
//! let received = Timestamp::from_secs(1_700_000_000);
//! let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
//! let decoded = decoder.decode(datagram)?;
//! for flow in decoded.flows() {
//!     println!("{:?} {:?} {:?}", flow.source_address(), flow.octets(), flow.start());
//! }
//! for problem in decoded.problems() {
//!     eprintln!("{}", problem.error);
//! }
//! # Ok::<(), netflow_core::Error>(())
//! ```
//!
//! # Three ways to read the same data
//!
//! The fastest first:
//!
//! - [`wire`]: octets, without state or allocator; the caller finds the template.
//! - [`record`]: fields with names and values, read with a compiled [`template`].
//! - [`Decoder`]: templates, options, waiting data, sequence numbers and clocks of
//!   any number of exporters are kept.
//!
//! # Features
//!
//! - none: `wire`, [`value`], [`element`], [`field`], [`packet`] and [`example`]; no allocator.
//! - `alloc`: the `Decoder` and everything that it returns.
//! - `encode`: writes messages from records; with `alloc`.
//! - `serde`: `Serialize` for [`OwnedFlow`]; with `alloc`.
//! - `std` (default): random keys for the hash tables, and times of the system.
//!
//! # Threads
//!
//! Every type is `Send` and `Sync`. Decoding changes the [`Decoder`]: a program with several threads gives each
//! its own decoder and passes all datagrams of one exporter *address* to the same one, because templates
//! arrive before their data, and options may apply to all domains of their exporter. Nothing needs a lock, and
//! nothing is shared. What borrows the datagram can be read by scoped threads; an [`OwnedFlow`] can be sent to
//! any thread. To keep records themselves, copy the datagram and clone the `Arc` of the template.
//!
//! ```
//! use std::net::SocketAddr;
//! use std::sync::mpsc;
//! use std::thread;
//!
//! use netflow_core::{Datagram, Decoder, Limits, OwnedFlow, Timestamp, Transport};
//!
//! let (flows, all) = mpsc::channel::<OwnedFlow>();
//! let shards: Vec<_> = (0..2)
//!     .map(|_| {
//!         let (sender, datagrams) = mpsc::channel::<(SocketAddr, Vec<u8>)>();
//!         let flows = flows.clone();
//!         thread::spawn(move || {
//!             let mut decoder = Decoder::new(Limits::default());
//!             for (exporter, payload) in datagrams {
//!                 let now = Timestamp::from(std::time::SystemTime::now());
//!                 let datagram = Datagram::new(exporter, Transport::Udp, now, &payload);
//!                 let Ok(decoded) = decoder.decode(datagram) else { continue };
//!                 decoded.flows().for_each(|flow| flows.send(flow.to_owned()).unwrap());
//!             }
//!         });
//!         sender
//!     })
//!     .collect();
//! drop(flows);
//!
//! # let mut payload = vec![0; 72];
//! # (payload[1], payload[3]) = (5, 1);
//! for exporter in ["192.0.2.1:2000", "192.0.2.2:2000"] {
//!     let exporter: SocketAddr = exporter.parse()?;
//!     // Any hash of the address does: one without the port, which may change.
//!     let shard = match exporter.ip() {
//!         std::net::IpAddr::V4(address) => usize::from(address.octets()[3]) % shards.len(),
//!         std::net::IpAddr::V6(address) => usize::from(address.octets()[15]) % shards.len(),
//!     };
//!     shards[shard].send((exporter, payload.clone()))?;
//! }
//! drop(shards);
//! assert_eq!(all.iter().count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! All state lives under the budget of [`Limits`], charged by capacity; no number
//! from the wire sizes an allocation. No octets make it panic or loop
//! without end, and nothing here is `unsafe`.
#![no_std]
#![forbid(unsafe_code)]
#![expect(
    non_ascii_idents,
    unnameable_types,
    reason = "the code that zerocopy derives names its items so; the lint knows no smaller scope"
)]
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

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod capture_counters;
mod datagram;
#[cfg(feature = "alloc")]
mod decoder;
#[cfg(feature = "alloc")]
mod domain;
pub mod element;
#[cfg(feature = "encode")]
pub mod encode;
mod error;
pub mod example;
#[cfg(feature = "alloc")]
mod exporter;
pub mod field;
#[cfg(feature = "alloc")]
mod flow;
#[cfg(feature = "alloc")]
mod hash;
#[cfg(feature = "alloc")]
mod header;
#[cfg(feature = "alloc")]
mod input_names;
mod named;
pub mod packet;
#[cfg(feature = "alloc")]
mod projection;
#[cfg(feature = "alloc")]
pub mod record;
mod setters;
#[cfg(feature = "alloc")]
pub mod snapshot;
#[cfg(feature = "alloc")]
mod table;
#[cfg(feature = "alloc")]
pub mod template;
pub mod text;
mod time;
pub mod value;
pub mod wire;

pub use datagram::{Datagram, DatagramId, Protocol, Transport};
#[cfg(feature = "alloc")]
pub use decoder::{
    Announcement, Decoded, Decoder, DomainReport, Doubt, Flows, JoinedSets, KnownTemplate, Limits,
    Message, MessageRecords, MessageSamples, Messages, OptionsScope, Problem, Problems, Records,
    Rewrite, Samples, SessionScope, Set, SetKind, SetTemplateRecords, Sets, Stats, TemplateEvent,
    TemplateEventKind,
};
#[cfg(feature = "alloc")]
pub use domain::DomainKey;
pub use error::{Error, ErrorKind};
#[cfg(feature = "alloc")]
pub use exporter::{
    ConfiguredCounter, ConfiguredCounters, ConfiguredInterface, ConfiguredInterfaces,
    ConfiguredRate, ConfiguredRates, DoubtKind, Fact, NamedKind, ParseCounterError,
    ParsePrefixError, ParseRateError, Prefix, RateScope, SampleCounts, SamplerKey, ScopeKind,
    SelectionMethod, Selects, SequenceCounts, SequenceEvent, SequenceUnit, Unrated,
};
#[cfg(feature = "alloc")]
pub use flow::{
    ApplicationId, ClockCheck, ClockRule, Flow, FlowColumn, FlowValue, IcmpRule, Increment,
    Increments, NoSamplingRate, NoTime, Numbers, NumbersIter, OwnedFlow, Sampling, SamplingRule,
    TimePlan,
};
#[cfg(feature = "alloc")]
pub use hash::KeyedHash;
#[cfg(feature = "alloc")]
pub use header::MessageHeader;
#[cfg(feature = "alloc")]
pub use input_names::InputNames;
#[cfg(feature = "alloc")]
pub use projection::{
    ColumnSink, ColumnValues, FlowColumns, NumbersColumn, OctetsColumn, Projected, ProjectedFlow,
    Projection, ProjectionKey,
};
pub use time::Timestamp;

/// The README's example, run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The example of the crate's own README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct CrateReadme;
