//! A packet that was dropped.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::wire::sflow::block::Tail;
use crate::wire::sflow::data_format::Kind;
use crate::wire::sflow::interface::{Interface, SourceId};
use crate::wire::sflow::record::Records;

/// `discarded_packet` (sFlow Dropped Packet Notification Structures): a packet that
/// the device dropped. Not sampled: each is reported, up to a rate.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A packet that was dropped for reason 257, without structures.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     5, 32, 1, 0, 3, 0, 3, 0, 257, 0, // discarded packet, octets, number, source, …
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Discarded(packet) = sample.kind()? else { panic!() };
/// assert_eq!((packet.reason(), packet.input().index()), (257, Some(3)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DiscardedPacket<'a> {
    pub(super) header: &'a Discarded,
    pub(super) records: Tail<'a>,
}

#[derive(Debug, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Discarded {
    sequence_number: U32,
    source_class: U32,
    source_index: U32,
    drops: U32,
    input: U32,
    output: U32,
    reason: U32,
    record_count: U32,
}

impl<'a> DiscardedPacket<'a> {
    /// Counts the notifications of the data source.
    #[must_use]
    pub const fn sequence_number(&self) -> u32 {
        self.header.sequence_number.get()
    }

    /// What observed the drop.
    #[must_use]
    pub const fn source_id(&self) -> SourceId {
        SourceId {
            class: self.header.source_class.get(),
            index: self.header.source_index.get(),
        }
    }

    /// How many notifications were not sent since they would have exceeded the rate.
    #[must_use]
    pub const fn drops(&self) -> u32 {
        self.header.drops.get()
    }

    /// The ifIndex the packet came in by, 0 if it is not known.
    #[must_use]
    pub const fn input(&self) -> Interface {
        Interface {
            format: 0,
            value: self.header.input.get(),
        }
    }

    /// The ifIndex the packet would have gone out by, 0 if it is not known.
    #[must_use]
    pub const fn output(&self) -> Interface {
        Interface {
            format: 0,
            value: self.header.output.get(),
        }
    }

    /// Why it was dropped: 0 to 255 are the codes of ICMP Destination Unreachable,
    /// above that the list of sFlow.org.
    #[must_use]
    pub const fn reason(&self) -> u32 {
        self.header.reason.get()
    }

    /// How many flow records the header announces.
    #[must_use]
    pub const fn record_count(&self) -> u32 {
        self.header.record_count.get()
    }

    /// The flow records.
    #[inline]
    #[must_use]
    pub const fn records(&self) -> Records<'a> {
        let Tail { octets, offset } = self.records;
        Records::new(Kind::Flow, octets, offset, self.record_count())
    }
}
