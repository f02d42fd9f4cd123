//! A packet that was sampled.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::wire::sflow::block::Tail;
use crate::wire::sflow::data_format::Kind;
use crate::wire::sflow::interface::{Interface, SourceId};
use crate::wire::sflow::record::Records;

/// `flow_sample` and `flow_sample_expanded` (sFlow version 5, section 5): a packet
/// that was sampled.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// assert_eq!((flow.sequence_number(), flow.sample_pool(), flow.drops()), (1, 512, 0));
/// assert_eq!((flow.output().index(), flow.record_count()), (Some(4), 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct FlowSample<'a> {
    pub(super) header: FlowHeader<'a>,
    pub(super) records: Tail<'a>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum FlowHeader<'a> {
    Compact(&'a Flow),
    Expanded(&'a FlowExpanded),
}

#[derive(Debug, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Flow {
    sequence_number: U32,
    source_id: U32,
    sampling_rate: U32,
    sample_pool: U32,
    drops: U32,
    input: U32,
    output: U32,
    record_count: U32,
}

#[derive(Debug, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct FlowExpanded {
    sequence_number: U32,
    source_class: U32,
    source_index: U32,
    sampling_rate: U32,
    sample_pool: U32,
    drops: U32,
    input_format: U32,
    input_value: U32,
    output_format: U32,
    output_value: U32,
    record_count: U32,
}

impl<'a> FlowSample<'a> {
    /// Whether it came in the expanded form.
    #[must_use]
    pub const fn expanded(&self) -> bool {
        matches!(self.header, FlowHeader::Expanded(_))
    }

    /// Counts the flow samples of the data source.
    #[inline]
    #[must_use]
    pub const fn sequence_number(&self) -> u32 {
        match self.header {
            FlowHeader::Compact(header) => header.sequence_number.get(),
            FlowHeader::Expanded(header) => header.sequence_number.get(),
        }
    }

    /// What was sampled.
    #[inline]
    #[must_use]
    pub const fn source_id(&self) -> SourceId {
        match self.header {
            FlowHeader::Compact(header) => SourceId::from_compact(header.source_id.get()),
            FlowHeader::Expanded(header) => SourceId {
                class: header.source_class.get(),
                index: header.source_index.get(),
            },
        }
    }

    /// One in this number of packets is sampled.
    #[inline]
    #[must_use]
    pub const fn sampling_rate(&self) -> u32 {
        match self.header {
            FlowHeader::Compact(header) => header.sampling_rate.get(),
            FlowHeader::Expanded(header) => header.sampling_rate.get(),
        }
    }

    /// How many packets could have been sampled so far; wraps.
    #[must_use]
    pub const fn sample_pool(&self) -> u32 {
        match self.header {
            FlowHeader::Compact(header) => header.sample_pool.get(),
            FlowHeader::Expanded(header) => header.sample_pool.get(),
        }
    }

    /// How many samples were lost in the device because it lacked resources.
    #[must_use]
    pub const fn drops(&self) -> u32 {
        match self.header {
            FlowHeader::Compact(header) => header.drops.get(),
            FlowHeader::Expanded(header) => header.drops.get(),
        }
    }

    /// Where the packet came in.
    #[inline]
    #[must_use]
    pub const fn input(&self) -> Interface {
        match self.header {
            FlowHeader::Compact(header) => Interface::from_compact(header.input.get()),
            FlowHeader::Expanded(header) => Interface {
                format: header.input_format.get(),
                value: header.input_value.get(),
            },
        }
    }

    /// Where the packet went out, or what became of it.
    #[inline]
    #[must_use]
    pub const fn output(&self) -> Interface {
        match self.header {
            FlowHeader::Compact(header) => Interface::from_compact(header.output.get()),
            FlowHeader::Expanded(header) => Interface {
                format: header.output_format.get(),
                value: header.output_value.get(),
            },
        }
    }

    /// The index of a single input interface that is known ([`Interface::index`]).
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) const fn input_index(&self) -> Option<u32> {
        match self.header {
            FlowHeader::Compact(header) => Interface::compact_index(header.input.get()),
            FlowHeader::Expanded(_) => self.input().index(),
        }
    }

    /// The same of the output.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) const fn output_index(&self) -> Option<u32> {
        match self.header {
            FlowHeader::Compact(header) => Interface::compact_index(header.output.get()),
            FlowHeader::Expanded(_) => self.output().index(),
        }
    }

    /// How many flow records the header announces.
    #[inline]
    #[must_use]
    pub const fn record_count(&self) -> u32 {
        match self.header {
            FlowHeader::Compact(header) => header.record_count.get(),
            FlowHeader::Expanded(header) => header.record_count.get(),
        }
    }

    /// The flow records.
    #[inline]
    #[must_use]
    pub const fn records(&self) -> Records<'a> {
        let Tail { octets, offset } = self.records;
        Records::new(Kind::Flow, octets, offset, self.record_count())
    }
}
