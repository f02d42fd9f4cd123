//! Counters that were polled.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::wire::sflow::block::Tail;
use crate::wire::sflow::data_format::Kind;
use crate::wire::sflow::interface::SourceId;
use crate::wire::sflow::record::Records;

/// `counters_sample` and `counters_sample_expanded` (sFlow version 5, section 5):
/// counters that were polled.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().last().unwrap()?;
/// let SampleKind::Counters(counters) = sample.kind()? else { panic!() };
/// assert_eq!((counters.source_id().index, counters.record_count()), (3, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CountersSample<'a> {
    pub(super) header: CountersHeader<'a>,
    pub(super) records: Tail<'a>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum CountersHeader<'a> {
    Compact(&'a Counters),
    Expanded(&'a CountersExpanded),
}

#[derive(Debug, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Counters {
    sequence_number: U32,
    source_id: U32,
    record_count: U32,
}

#[derive(Debug, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct CountersExpanded {
    sequence_number: U32,
    source_class: U32,
    source_index: U32,
    record_count: U32,
}

impl<'a> CountersSample<'a> {
    /// Whether it came in the expanded form.
    #[must_use]
    pub const fn expanded(&self) -> bool {
        matches!(self.header, CountersHeader::Expanded(_))
    }

    /// Counts the counter samples of the data source.
    #[must_use]
    pub const fn sequence_number(&self) -> u32 {
        match self.header {
            CountersHeader::Compact(header) => header.sequence_number.get(),
            CountersHeader::Expanded(header) => header.sequence_number.get(),
        }
    }

    /// What was polled.
    #[must_use]
    pub const fn source_id(&self) -> SourceId {
        match self.header {
            CountersHeader::Compact(header) => SourceId::from_compact(header.source_id.get()),
            CountersHeader::Expanded(header) => SourceId {
                class: header.source_class.get(),
                index: header.source_index.get(),
            },
        }
    }

    /// How many counter records the header announces.
    #[must_use]
    pub const fn record_count(&self) -> u32 {
        match self.header {
            CountersHeader::Compact(header) => header.record_count.get(),
            CountersHeader::Expanded(header) => header.record_count.get(),
        }
    }

    /// The counter records.
    #[inline]
    #[must_use]
    pub const fn records(&self) -> Records<'a> {
        let Tail { octets, offset } = self.records;
        Records::new(Kind::Counter, octets, offset, self.record_count())
    }
}
