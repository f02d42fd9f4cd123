//! Zero-copy reading of NetFlow, IPFIX and sFlow.
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

mod datagram;
#[cfg(feature = "alloc")]
mod decoder;
pub mod element;
pub mod error;
#[cfg(feature = "alloc")]
mod exporter;
pub mod field;
#[cfg(feature = "alloc")]
pub mod flow;
#[cfg(feature = "alloc")]
mod hash;
#[cfg(feature = "alloc")]
mod header;
pub mod packet;
#[cfg(feature = "alloc")]
pub mod record;
#[cfg(feature = "alloc")]
mod table;
#[cfg(feature = "alloc")]
pub mod template;
mod time;
pub mod value;
pub mod wire;

pub use datagram::{Datagram, Protocol, Transport};
#[cfg(feature = "alloc")]
pub use decoder::{
    Decoder, DomainReport, Flows, KnownTemplate, Limits, Message, MessageRecords, MessageSamples,
    Problem, Problems, Records, Samples, SessionScope, Set, SetKind, SetTemplateRecords, Sets,
    Stats,
};
pub use error::{Error, ErrorKind};
#[cfg(feature = "alloc")]
pub use exporter::{
    Announcement, ConfiguredRates, Fact, SampleCounts, SamplerKey, SequenceCounts, SequenceEvent,
};
#[cfg(feature = "alloc")]
pub use flow::Flow;
#[cfg(feature = "alloc")]
pub use header::MessageHeader;
pub use time::Timestamp;

/// The README's example, run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
