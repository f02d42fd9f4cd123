//! Samples: a header and records.

use alloc::vec::Vec;

use super::xdr::Xdr;
use crate::encode::EncodeError;
use crate::wire::sflow::{
    CountersSample, DataFormat, DiscardedPacket, FlowSample, Interface, SampleKind, SourceId,
};

/// The header of a flow sample.
///
/// ```
/// use netflow_core::encode::sflow::{DatagramBuilder, DatagramHeader, FlowSampleHeader, SampleBuilder};
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let header = FlowSampleHeader::default().with_sampling_rate(512).with_sample_pool(1024);
/// let sample = SampleBuilder::flow(&header)?;
/// let mut datagram = DatagramBuilder::new(&DatagramHeader::default());
/// datagram.sample(&sample)?;
/// let payload = datagram.finish();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// assert_eq!((flow.sampling_rate(), flow.sample_pool()), (512, 1024));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlowSampleHeader {
    /// Whether to use the expanded form, which has a word for each number.
    pub expanded: bool,
    /// Flow samples of the source before this one.
    pub sequence_number: u32,
    /// What was sampled.
    pub source_id: SourceId,
    /// One packet in this many is sampled.
    pub sampling_rate: u32,
    /// Packets that could have been sampled so far.
    pub sample_pool: u32,
    /// Samples lost in the device.
    pub drops: u32,
    /// Where the packet came in.
    pub input: Interface,
    /// Where it went out.
    pub output: Interface,
}

crate::setters!(FlowSampleHeader {
    with_expanded(expanded: bool),
    with_sequence_number(sequence_number: u32),
    with_source_id(source_id: SourceId),
    with_sampling_rate(sampling_rate: u32),
    with_sample_pool(sample_pool: u32),
    with_drops(drops: u32),
    with_input(input: Interface),
    with_output(output: Interface),
});

/// The header of a counters sample.
///
/// ```
/// use netflow_core::encode::sflow::{CountersSampleHeader, DatagramBuilder, DatagramHeader, SampleBuilder};
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let header = CountersSampleHeader::default().with_expanded(true).with_sequence_number(9);
/// let sample = SampleBuilder::counters(&header)?;
/// let mut datagram = DatagramBuilder::new(&DatagramHeader::default());
/// datagram.sample(&sample)?;
/// let payload = datagram.finish();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Counters(counters) = sample.kind()? else { panic!() };
/// assert_eq!((counters.expanded(), counters.sequence_number()), (true, 9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountersSampleHeader {
    /// Whether to use the expanded form.
    pub expanded: bool,
    /// Counters samples of the source before this one.
    pub sequence_number: u32,
    /// What was polled.
    pub source_id: SourceId,
}

crate::setters!(CountersSampleHeader {
    with_expanded(expanded: bool),
    with_sequence_number(sequence_number: u32),
    with_source_id(source_id: SourceId),
});

/// The header of a discarded packet.
///
/// ```
/// use netflow_core::encode::sflow::{DatagramBuilder, DatagramHeader, DiscardedPacketHeader, SampleBuilder};
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let header = DiscardedPacketHeader::default().with_reason(257);
/// let sample = SampleBuilder::discarded(&header)?;
/// let mut datagram = DatagramBuilder::new(&DatagramHeader::default());
/// datagram.sample(&sample)?;
/// let payload = datagram.finish();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Discarded(packet) = sample.kind()? else { panic!() };
/// assert_eq!(packet.reason(), 257);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscardedPacketHeader {
    /// Discarded packets of the source before this one.
    pub sequence_number: u32,
    /// What dropped it.
    pub source_id: SourceId,
    /// Discarded packets that were not reported.
    pub drops: u32,
    /// Where the packet came in.
    pub input: Interface,
    /// Where it would have gone out.
    pub output: Interface,
    /// Why it was dropped.
    pub reason: u32,
}

crate::setters!(DiscardedPacketHeader {
    with_sequence_number(sequence_number: u32),
    with_source_id(source_id: SourceId),
    with_drops(drops: u32),
    with_input(input: Interface),
    with_output(output: Interface),
    with_reason(reason: u32),
});

/// No source and no interface is known.
const SOURCE: SourceId = SourceId { class: 0, index: 0 };
const NOWHERE: Interface = Interface {
    format: 0,
    value: 0,
};

impl Default for FlowSampleHeader {
    fn default() -> Self {
        Self {
            expanded: false,
            sequence_number: 0,
            source_id: SOURCE,
            sampling_rate: 0,
            sample_pool: 0,
            drops: 0,
            input: NOWHERE,
            output: NOWHERE,
        }
    }
}

impl Default for CountersSampleHeader {
    fn default() -> Self {
        Self {
            expanded: false,
            sequence_number: 0,
            source_id: SOURCE,
        }
    }
}

impl Default for DiscardedPacketHeader {
    fn default() -> Self {
        Self {
            sequence_number: 0,
            source_id: SOURCE,
            drops: 0,
            input: NOWHERE,
            output: NOWHERE,
            reason: 0,
        }
    }
}

impl From<&FlowSample<'_>> for FlowSampleHeader {
    fn from(sample: &FlowSample<'_>) -> Self {
        Self {
            expanded: sample.expanded(),
            sequence_number: sample.sequence_number(),
            source_id: sample.source_id(),
            sampling_rate: sample.sampling_rate(),
            sample_pool: sample.sample_pool(),
            drops: sample.drops(),
            input: sample.input(),
            output: sample.output(),
        }
    }
}

impl From<&CountersSample<'_>> for CountersSampleHeader {
    fn from(sample: &CountersSample<'_>) -> Self {
        Self {
            expanded: sample.expanded(),
            sequence_number: sample.sequence_number(),
            source_id: sample.source_id(),
        }
    }
}

impl From<&DiscardedPacket<'_>> for DiscardedPacketHeader {
    fn from(sample: &DiscardedPacket<'_>) -> Self {
        Self {
            sequence_number: sample.sequence_number(),
            source_id: sample.source_id(),
            drops: sample.drops(),
            input: sample.input(),
            output: sample.output(),
            reason: sample.reason(),
        }
    }
}

/// A sample that is being written.
///
/// ```
/// use netflow_core::encode::sflow::{DatagramBuilder, DatagramHeader, FlowSampleHeader, SampleBuilder, Xdr};
/// use netflow_core::wire::sflow::{Datagram, ExtendedSwitch, SampleKind};
///
/// let mut sample = SampleBuilder::flow(&FlowSampleHeader::default())?;
/// sample.record(ExtendedSwitch::FORMAT, Xdr::new().u32(100).u32(0).u32(200).u32(0));
/// let mut datagram = DatagramBuilder::new(&DatagramHeader::default());
/// datagram.sample(&sample)?;
/// let payload = datagram.finish();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// assert_eq!(record.as_extended_switch().unwrap().src_vlan(), 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SampleBuilder {
    format: DataFormat,
    xdr: Xdr,
    /// Offset of the count of records.
    place: usize,
    count: u32,
}

impl SampleBuilder {
    /// A flow sample without records yet.
    ///
    /// # Errors
    ///
    /// [`Compact`](EncodeError::Compact) if a number needs the expanded form.
    pub fn flow(header: &FlowSampleHeader) -> Result<Self, EncodeError> {
        let xdr = Xdr::new().u32(header.sequence_number);
        if header.expanded {
            let xdr = expanded_source(xdr, header.source_id)
                .u32(header.sampling_rate)
                .u32(header.sample_pool)
                .u32(header.drops)
                .u32(header.input.format)
                .u32(header.input.value)
                .u32(header.output.format)
                .u32(header.output.value);
            return Ok(Self::begin(DataFormat::new(0, 3), xdr));
        }
        let xdr = xdr
            .u32(compact_source(header.source_id)?)
            .u32(header.sampling_rate)
            .u32(header.sample_pool)
            .u32(header.drops)
            .u32(compact_interface(header.input)?)
            .u32(compact_interface(header.output)?);
        Ok(Self::begin(DataFormat::new(0, 1), xdr))
    }

    /// A counters sample without records yet.
    ///
    /// # Errors
    ///
    /// [`Compact`](EncodeError::Compact) if a number needs the expanded form.
    pub fn counters(header: &CountersSampleHeader) -> Result<Self, EncodeError> {
        let xdr = Xdr::new().u32(header.sequence_number);
        if header.expanded {
            let xdr = expanded_source(xdr, header.source_id);
            return Ok(Self::begin(DataFormat::new(0, 4), xdr));
        }
        let xdr = xdr.u32(compact_source(header.source_id)?);
        Ok(Self::begin(DataFormat::new(0, 2), xdr))
    }

    /// A discarded packet without records yet.
    ///
    /// # Errors
    ///
    /// [`Compact`](EncodeError::Compact) if an interface has a format, for which
    /// this sample has no place.
    pub fn discarded(header: &DiscardedPacketHeader) -> Result<Self, EncodeError> {
        let xdr = expanded_source(Xdr::new().u32(header.sequence_number), header.source_id)
            .u32(header.drops)
            .u32(plain_interface(header.input)?)
            .u32(plain_interface(header.output)?)
            .u32(header.reason);
        Ok(Self::begin(DataFormat::new(0, 5), xdr))
    }

    /// A sample with the header of one that was received, without records yet; `None` of a sample of
    /// an unknown kind.
    ///
    /// # Errors
    ///
    /// As for the method of its kind.
    pub fn of(kind: &SampleKind<'_>) -> Result<Option<Self>, EncodeError> {
        match kind {
            SampleKind::Flow(sample) => Self::flow(&sample.into()),
            SampleKind::Counters(sample) => Self::counters(&sample.into()),
            SampleKind::Discarded(sample) => Self::discarded(&sample.into()),
            SampleKind::Unknown => return Ok(None),
        }
        .map(Some)
    }

    fn begin(format: DataFormat, xdr: Xdr) -> Self {
        let place = xdr.len();
        Self {
            format,
            xdr: xdr.u32(0),
            place,
            count: 0,
        }
    }

    /// Adds a record: a flow record, or a counter record of a counters sample.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a structure is written once; a chain of calls makes it in place"
    )]
    pub fn record(&mut self, format: DataFormat, structure: Xdr) {
        self.xdr.block(format, structure.octets());
        self.count = self.count.wrapping_add(1);
    }

    /// Adds a `sampled_header`: the beginning of a packet.
    ///
    /// `protocol` is 1 for Ethernet, 11 and 12 for IPv4 and IPv6; `frame_length`
    /// and `stripped` are octets.
    pub fn sampled_header(
        &mut self,
        protocol: u32,
        frame_length: u32,
        stripped: u32,
        header: &[u8],
    ) {
        let structure = Xdr::new().u32(protocol).u32(frame_length).u32(stripped);
        self.record(DataFormat::new(0, 1), structure.opaque(header));
    }

    /// The format of the sample.
    #[must_use]
    pub const fn format(&self) -> DataFormat {
        self.format
    }

    /// The octets after its length.
    pub(super) fn octets(&self) -> Vec<u8> {
        let mut octets = Vec::from(self.xdr.octets());
        put(&mut octets, self.place, self.count);
        octets
    }
}

fn expanded_source(xdr: Xdr, source: SourceId) -> Xdr {
    xdr.u32(source.class).u32(source.index)
}

/// 8 bits of class above 24 bits of index.
fn compact_source(source: SourceId) -> Result<u32, EncodeError> {
    let class = limited("source_id_class", source.class, 0xff)?;
    let index = limited("source_id_index", source.index, 0x00ff_ffff)?;
    Ok(class << 24 | index)
}

/// Two bits of format above 30 bits of value.
fn compact_interface(interface: Interface) -> Result<u32, EncodeError> {
    let format = limited("interface_format", interface.format, 3)?;
    let value = limited("interface_value", interface.value, 0x3fff_ffff)?;
    Ok(format << 30 | value)
}

/// A value without format.
fn plain_interface(interface: Interface) -> Result<u32, EncodeError> {
    limited("interface_format", interface.format, 0)?;
    Ok(interface.value)
}

fn limited(member: &'static str, value: u32, most: u32) -> Result<u32, EncodeError> {
    if value > most {
        return Err(EncodeError::Compact { member, value });
    }
    Ok(value)
}

/// Writes a count at the offset reserved for it.
pub(super) fn put(octets: &mut [u8], place: usize, count: u32) {
    if let Some(four) = octets.get_mut(place..place.saturating_add(4)) {
        four.copy_from_slice(&count.to_be_bytes());
    }
}
