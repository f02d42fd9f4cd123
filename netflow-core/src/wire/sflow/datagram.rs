//! The datagram: its header and the way to its samples.

use core::net::IpAddr;

use nom::Parser;
use nom::number::complete::be_u32;
use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::error::{Error, ErrorKind};
use crate::wire::sflow::block::{Blocks, iterator_methods};
use crate::wire::sflow::data_format::Kind;
use crate::wire::sflow::sample::Sample;
use crate::wire::sflow::xdr;

/// The version that is read.
const VERSION: u32 = 5;
/// Octets of the header of an agent with an IPv4 address.
const SHORTEST_HEADER: usize = 28;
/// Octets of the header of an agent that reports no address.
const HEADER_WITHOUT_ADDRESS: usize = 24;
/// Octets of the header of an agent with an IPv6 address.
const IPV6_HEADER: usize = 40;

/// `sample_datagram_v5`, one datagram (sFlow version 5, section 5).
///
/// ```
/// use netflow_core::wire::sflow::Datagram;
///
/// let mut payload = Vec::new();
/// for word in [5_u32, 1, 0xc000_0201, 2, 17, 60_000, 0] {
///     payload.extend(word.to_be_bytes());
/// }
/// let datagram = Datagram::parse(&payload)?;
/// assert_eq!(datagram.agent_address(), Some([192, 0, 2, 1].into()));
/// assert_eq!(datagram.sub_agent_id(), 2);
/// assert_eq!(datagram.sequence_number(), 17);
/// assert_eq!(datagram.samples().count(), 0);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Datagram<'a> {
    agent_address: Option<IpAddr>,
    tail: &'a Tail,
    samples: &'a [u8],
    offset: usize,
}

/// What follows the agent address in the header.
#[derive(Debug, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Tail {
    sub_agent_id: U32,
    sequence_number: U32,
    uptime: U32,
    sample_count: U32,
}

impl<'a> Datagram<'a> {
    /// Reads the header of a datagram; the octets are its whole payload.
    ///
    /// # Errors
    ///
    /// [`UnsupportedVersion`](ErrorKind::UnsupportedVersion) for sFlow version 2 and 4,
    /// [`NotFlowExport`](ErrorKind::NotFlowExport) for anything else but version 5,
    /// [`AddressType`](ErrorKind::AddressType) if the type of the agent's address is
    /// none of unknown, IPv4 and IPv6, and [`Cut`](ErrorKind::Cut) if the header is not all there.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Error> {
        let cut = |needed| {
            let kind = ErrorKind::Cut {
                structure: "sFlow datagram header",
                needed,
                left: octets.len(),
            };
            Error::new(kind, 0)
        };
        let (rest, version) = word(octets).ok_or(cut(SHORTEST_HEADER))?;
        if version != VERSION {
            return Err(Error::new(other_version(version), 0));
        }
        let (_, address_type) = word(rest).ok_or(cut(SHORTEST_HEADER))?;
        let needed = match address_type {
            0 => HEADER_WITHOUT_ADDRESS,
            1 => SHORTEST_HEADER,
            2 => IPV6_HEADER,
            _ => {
                return Err(Error::new(
                    ErrorKind::AddressType { address_type },
                    xdr::WORD,
                ));
            }
        };
        let header = (xdr::address, xdr::fixed::<Tail>).parse(rest);
        let Ok((samples, (agent_address, tail))) = header else {
            return Err(cut(needed));
        };
        Ok(Self {
            agent_address,
            tail,
            samples,
            offset: needed,
        })
    }

    /// The version, 5.
    #[must_use]
    pub const fn version(&self) -> u32 {
        VERSION
    }

    /// The address of the agent, by which it is known wherever it sends from;
    /// `None` if it does not report one (address type 0).
    #[must_use]
    pub const fn agent_address(&self) -> Option<IpAddr> {
        self.agent_address
    }

    /// The part of the agent that sent the datagram; each part has its own sequence.
    #[must_use]
    pub const fn sub_agent_id(&self) -> u32 {
        self.tail.sub_agent_id.get()
    }

    /// Counts the datagrams of the sub-agent.
    #[must_use]
    pub const fn sequence_number(&self) -> u32 {
        self.tail.sequence_number.get()
    }

    /// Milliseconds since the device was started, when the datagram was sent.
    #[must_use]
    pub const fn uptime_ms(&self) -> u32 {
        self.tail.uptime.get()
    }

    /// How many samples the header announces.
    #[must_use]
    pub const fn sample_count(&self) -> u32 {
        self.tail.sample_count.get()
    }

    /// The samples, at most as many as are announced.
    #[inline]
    #[must_use]
    pub const fn samples(&self) -> Samples<'a> {
        Samples {
            blocks: Blocks::new(Kind::Sample, self.samples, self.offset, self.sample_count()),
        }
    }
}

/// The samples of a datagram.
///
/// A sample that runs past the datagram is returned with the octets that are there,
/// then [`SampleTooLong`](ErrorKind::SampleTooLong); fewer samples than announced are
/// [`SampleCount`](ErrorKind::SampleCount). The iterator ends after its first error.
#[derive(Debug, Clone)]
pub struct Samples<'a> {
    blocks: Blocks<'a>,
}

iterator_methods!(Samples, "those that belong to none");

impl<'a> Samples<'a> {
    /// No samples.
    #[cfg(feature = "alloc")]
    pub(crate) const EMPTY: Self = Self {
        blocks: Blocks::new(Kind::Sample, &[], 0, 0),
    };

    /// The next sample; `None` also where there is a fault.
    #[inline]
    pub(crate) fn sample(&mut self) -> Option<Sample<'a>> {
        self.blocks.block().map(Sample::new)
    }
}

impl<'a> Iterator for Samples<'a> {
    type Item = Result<Sample<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.blocks.next().map(|block| block.map(Sample::new))
    }
}

fn word(octets: &[u8]) -> Option<(&[u8], u32)> {
    be_u32::<_, ()>(octets).ok()
}

/// What a version word means that is not 5. Other protocols have their version in
/// the first 16 bits.
fn other_version(version: u32) -> ErrorKind {
    match version {
        2 | 4 => ErrorKind::UnsupportedVersion {
            protocol: "sFlow",
            version,
        },
        _ => {
            let [a, b, ..] = version.to_be_bytes();
            ErrorKind::NotFlowExport {
                version: u16::from_be_bytes([a, b]),
            }
        }
    }
}
