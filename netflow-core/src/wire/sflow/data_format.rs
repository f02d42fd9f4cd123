//! Data formats: which structure a sample or a record holds.

use core::fmt;

/// A data format (sFlow version 5, section 5): the enterprise that defined a
/// structure and its number for it.
///
/// Samples, flow records and counter records are numbered separately: see [`Kind`].
///
/// ```
/// use netflow_core::wire::sflow::DataFormat;
///
/// let format = DataFormat::new(4413, 1);
/// assert_eq!((format.enterprise(), format.format()), (4413, 1));
/// assert_eq!(format.to_string(), "4413:1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataFormat(u32);

/// Bits of the format below the enterprise.
const FORMAT_BITS: u32 = 12;
const FORMAT_MASK: u32 = 0xfff;

impl DataFormat {
    /// The format of this number of this enterprise; only the low 20 bits of the
    /// enterprise and the low 12 bits of the number exist.
    #[must_use]
    pub const fn new(enterprise: u32, format: u32) -> Self {
        Self((enterprise << FORMAT_BITS) | (format & FORMAT_MASK))
    }

    /// The format of this word of the wire.
    #[must_use]
    pub const fn from_tag(tag: u32) -> Self {
        Self(tag)
    }

    /// The word of the wire.
    #[must_use]
    pub const fn tag(self) -> u32 {
        self.0
    }

    /// The enterprise: its IANA private enterprise number, 0 for sFlow.org.
    #[must_use]
    pub const fn enterprise(self) -> u32 {
        self.0 >> FORMAT_BITS
    }

    /// The enterprise's number for the structure.
    #[must_use]
    pub const fn format(self) -> u32 {
        self.0 & FORMAT_MASK
    }
}

impl fmt::Display for DataFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.enterprise(), self.format())
    }
}

impl fmt::Debug for DataFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataFormat({self})")
    }
}

/// The number spaces of data formats (sFlow version 5, section 5).
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, Kind, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().last().unwrap()?;
/// let SampleKind::Counters(counters) = sample.kind()? else { panic!() };
/// assert_eq!(counters.records().next().unwrap()?.kind(), Kind::Counter);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `sample_type` of a sample.
    Sample,
    /// `flow_format` of a flow record.
    Flow,
    /// `counter_format` of a counter record.
    Counter,
}

impl Kind {
    /// One of them, as errors say it.
    pub(super) const fn singular(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Flow => "flow record",
            Self::Counter => "counter record",
        }
    }

    /// Several of them, as errors say it.
    pub(super) const fn plural(self) -> &'static str {
        match self {
            Self::Sample => "samples",
            Self::Flow => "flow records",
            Self::Counter => "counter records",
        }
    }
}
