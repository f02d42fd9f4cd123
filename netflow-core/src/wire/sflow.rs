//! sFlow version 5: datagrams, samples, records and their structures.
//!
//! An sFlow datagram (sFlow version 5, section 5) is XDR: a header and a count
//! of samples; a sample is a data format and counted octets, which hold a
//! header and a count of records; a record is again a data format and counted
//! octets, which hold one structure.
//!
//! ```text
//! Datagram ── samples ──▶ Sample ── kind ──▶ FlowSample, CountersSample, DiscardedPacket
//!                                                └── records ──▶ Record ── members ──▶ Member
//!                                                                  └── as_… ──▶ SampledHeader, …
//! ```
//!
//! What all of it keeps to:
//!
//! - Lengths are the only way forward. An unknown format is passed over, a longer
//!   structure is read as far as it is known, and octets after the last record of a
//!   sample are padding.
//! - [`Samples`] and [`Records`] yield what fits, a last one shortened to the octets
//!   that are there, then at most one error, and end.
//! - Offsets count from the start of the datagram.
//! - Nothing is looked up while walking: the tables of [`structure`] are asked only by
//!   [`Record::members`] and the like.
//!
//! ```
//! use netflow_core::wire::sflow::{Datagram, SampleKind};
//!
//! # fn words(words: &[u32]) -> Vec<u8> { words.iter().flat_map(|w| w.to_be_bytes()).collect() }
//! # let payload = words(&[
//! #     5, 1, 0xc000_0201, 0, 7, 1000, 1, // header: 192.0.2.1, one sample
//! #     1, 56, 42, 3, 512, 5120, 0, 3, 4, 1, // flow sample, one record
//! #     1001, 16, 100, 0, 200, 0, // extended_switch
//! # ]);
//! let datagram = Datagram::parse(&payload)?;
//! for sample in datagram.samples() {
//!     if let SampleKind::Flow(flow) = sample?.kind()? {
//!         assert_eq!(flow.sampling_rate(), 512);
//!         for record in flow.records() {
//!             if let Some(switch) = record?.as_extended_switch() {
//!                 assert_eq!((switch.src_vlan(), switch.dst_vlan()), (100, 200));
//!             }
//!         }
//!     }
//! }
//! # Ok::<(), netflow_core::Error>(())
//! ```

mod block;
#[expect(
    unnameable_types,
    reason = "zerocopy derives items of a public layout in a nameless scope"
)]
mod counter_record;
mod counters_sample;
mod data_format;
mod datagram;
mod discarded_packet;
mod extended;
#[expect(
    unnameable_types,
    reason = "zerocopy derives items of a public layout in a nameless scope"
)]
mod flow_record;
mod flow_sample;
mod gateway;
mod interface;
mod measured;
mod record;
mod sample;
pub mod structure;
mod verify;
mod xdr;

pub use counter_record::{EthernetCounters, IfCounters};
pub use counters_sample::CountersSample;
pub use data_format::{DataFormat, Kind};
pub use datagram::{Datagram, Samples};
pub use discarded_packet::DiscardedPacket;
pub use extended::{ExtendedMpls, ExtendedNat, ExtendedRouter, ExtendedUser};
pub use flow_record::{
    ExtendedDecapsulateEgress, ExtendedDecapsulateIngress, ExtendedNatPort, ExtendedSocketIpv4,
    ExtendedSocketIpv6, ExtendedSwitch, ExtendedVniEgress, ExtendedVniIngress, SampledEthernet,
    SampledHeader, SampledIpv4, SampledIpv6,
};
pub use flow_sample::FlowSample;
pub use gateway::{AsPathSegment, AsPathSegments, ExtendedGateway};
pub use interface::{Interface, SourceId};
#[cfg(feature = "alloc")]
pub(crate) use measured::MeasuredSample;
pub use record::{Record, Records};
pub use sample::{Sample, SampleKind};
pub use verify::Counts;
#[cfg(feature = "alloc")]
pub(crate) use verify::Visitor;
pub use xdr::Words;
