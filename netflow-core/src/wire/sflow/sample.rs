//! Samples: what a datagram holds, and the header of each kind.

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::error::{Error, ErrorKind};
use crate::wire::sflow::block::{OpaqueBlock, Tail, block_methods};
use crate::wire::sflow::counters_sample::{CountersHeader, CountersSample};
use crate::wire::sflow::data_format::{DataFormat, Kind};
use crate::wire::sflow::discarded_packet::DiscardedPacket;
use crate::wire::sflow::flow_sample::{FlowHeader, FlowSample};
use crate::wire::sflow::record::Records;
use crate::wire::sflow::structure::{Members, Structure};

const FLOW_SAMPLE: DataFormat = DataFormat::new(0, 1);
const COUNTERS_SAMPLE: DataFormat = DataFormat::new(0, 2);
const FLOW_SAMPLE_EXPANDED: DataFormat = DataFormat::new(0, 3);
const COUNTERS_SAMPLE_EXPANDED: DataFormat = DataFormat::new(0, 4);
const DISCARDED_PACKET: DataFormat = DataFormat::new(0, 5);

/// `sample_record` (sFlow version 5, section 5): a data format and the octets of one
/// sample.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::Datagram;
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let formats: Vec<String> = datagram
///     .samples()
///     .map(|sample| Ok(sample?.format().to_string()))
///     .collect::<Result<_, netflow_core::Error>>()?;
/// assert_eq!(formats, ["0:1", "0:2"]); // a flow sample, and one of counters
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample<'a> {
    block: OpaqueBlock<'a>,
}

/// What a sample is, by its format.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// assert_eq!((flow.sampling_rate(), flow.input().index()), (512, Some(3)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub enum SampleKind<'a> {
    /// `flow_sample` or `flow_sample_expanded`.
    Flow(FlowSample<'a>),
    /// `counters_sample` or `counters_sample_expanded`.
    Counters(CountersSample<'a>),
    /// `discarded_packet`.
    Discarded(DiscardedPacket<'a>),
    /// A format that is not known here.
    Unknown,
}

block_methods!(Sample: "sample", "datagram");

impl<'a> Sample<'a> {
    /// A sample without octets.
    #[cfg(feature = "alloc")]
    pub(crate) const EMPTY: Self = Self::new(OpaqueBlock::EMPTY);

    #[inline]
    pub(super) const fn new(block: OpaqueBlock<'a>) -> Self {
        Self { block }
    }

    /// The sample at this offset of a datagram.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(super) fn at(datagram: &'a [u8], offset: usize) -> Option<Self> {
        OpaqueBlock::at(datagram, offset).map(Self::new)
    }

    /// The sample by its kind.
    ///
    /// # Errors
    ///
    /// [`Cut`](ErrorKind::Cut) if it is shorter than the header of its kind.
    #[inline]
    pub fn kind(&self) -> Result<SampleKind<'a>, Error> {
        Ok(match self.block.format {
            FLOW_SAMPLE => {
                let (header, records) = self.header("flow_sample")?;
                SampleKind::Flow(FlowSample {
                    header: FlowHeader::Compact(header),
                    records,
                })
            }
            FLOW_SAMPLE_EXPANDED => {
                let (header, records) = self.header("flow_sample_expanded")?;
                SampleKind::Flow(FlowSample {
                    header: FlowHeader::Expanded(header),
                    records,
                })
            }
            COUNTERS_SAMPLE => {
                let (header, records) = self.header("counters_sample")?;
                SampleKind::Counters(CountersSample {
                    header: CountersHeader::Compact(header),
                    records,
                })
            }
            COUNTERS_SAMPLE_EXPANDED => {
                let (header, records) = self.header("counters_sample_expanded")?;
                SampleKind::Counters(CountersSample {
                    header: CountersHeader::Expanded(header),
                    records,
                })
            }
            DISCARDED_PACKET => {
                let (header, records) = self.header("discarded_packet")?;
                SampleKind::Discarded(DiscardedPacket { header, records })
            }
            _ => SampleKind::Unknown,
        })
    }

    /// A flow sample of either form; `None` if it is something else, or shorter than its header.
    #[inline]
    pub(crate) fn as_flow(&self) -> Option<FlowSample<'a>> {
        let (header, records) = match self.block.format {
            FLOW_SAMPLE => {
                let (header, records) = self.header("").ok()?;
                (FlowHeader::Compact(header), records)
            }
            FLOW_SAMPLE_EXPANDED => {
                let (header, records) = self.header("").ok()?;
                (FlowHeader::Expanded(header), records)
            }
            _ => return None,
        };
        Some(FlowSample { header, records })
    }

    /// What is known about its header, if the format is a known one.
    #[must_use]
    pub fn structure(&self) -> Option<&'static Structure> {
        Structure::get(Kind::Sample, self.block.format)
    }

    /// The members of its header up to `record_count`; one named `raw` if the format
    /// is not known.
    #[must_use]
    pub fn members(&self) -> Members<'a> {
        let structure = self.structure();
        let octets = self.block.octets;
        let header = structure
            .and_then(Structure::size)
            .and_then(|size| octets.get(..size))
            .unwrap_or(octets);
        Members::new(structure, header, self.block.contents_offset())
    }

    #[inline]
    fn header<H>(&self, structure: &'static str) -> Result<(&'a H, Tail<'a>), Error>
    where
        H: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        let octets = self.block.octets;
        match H::ref_from_prefix(octets) {
            Ok((header, records)) => {
                let offset = self.block.contents_offset();
                let tail = Tail {
                    octets: records,
                    offset: offset.saturating_add(size_of::<H>()),
                };
                Ok((header, tail))
            }
            Err(_) => {
                let kind = ErrorKind::Cut {
                    structure,
                    needed: size_of::<H>(),
                    left: octets.len(),
                };
                Err(Error::new(kind, self.block.offset))
            }
        }
    }
}

impl<'a> SampleKind<'a> {
    /// The records of the sample, of whichever kind; none if it is unknown.
    #[must_use]
    pub const fn records(&self) -> Records<'a> {
        match self {
            Self::Flow(sample) => sample.records(),
            Self::Counters(sample) => sample.records(),
            Self::Discarded(sample) => sample.records(),
            Self::Unknown => Records::new(Kind::Flow, &[], 0, 0),
        }
    }
}
