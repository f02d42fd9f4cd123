//! What BGP says about a packet.

use core::net::IpAddr;

use nom::Parser;
use nom::number::complete::be_u32;

use crate::wire::sflow::data_format::DataFormat;
use crate::wire::sflow::xdr::{Parsed, Words, address, words};

/// `extended_gateway`, 0:1003 (sFlow version 5, section 5): the autonomous systems and
/// the path of a packet.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is extended_gateway.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 92, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     1003, 52, 1, 0xc000_0202, 64500, 64501, 64502, 1, 2, 2, 64503, 64504, 1, 0xfbf4_0001, 100,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let gateway = record.as_extended_gateway().unwrap();
/// assert_eq!((gateway.autonomous_system, gateway.src_as, gateway.localpref), (64500, 64501, 100));
/// assert_eq!(gateway.communities.collect::<Vec<u32>>(), [0xfbf4_0001]); // 64500:1
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ExtendedGateway<'a> {
    /// Address of the border router that is the next hop; `None` if it is not known.
    pub nexthop: Option<IpAddr>,
    /// Autonomous system of the router.
    pub autonomous_system: u32,
    /// Autonomous system of the source; 0 is the router's own.
    pub src_as: u32,
    /// Autonomous system of the peer towards the source.
    pub src_peer_as: u32,
    /// The path to the destination.
    pub dst_as_path: AsPathSegments<'a>,
    /// Communities of the route.
    pub communities: Words<'a>,
    /// Local preference of the route.
    pub localpref: u32,
}

/// The segments of a path of autonomous systems, nearest first.
#[derive(Debug, Clone)]
pub struct AsPathSegments<'a> {
    octets: &'a [u8],
    left: u32,
}

/// `as_path_type` (sFlow version 5, section 5): a part of a path.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is extended_gateway.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 92, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     1003, 52, 1, 0xc000_0202, 64500, 64501, 64502, 1, 2, 2, 64503, 64504, 1, 0xfbf4_0001, 100,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let segment = record.as_extended_gateway().unwrap().dst_as_path.next().unwrap();
/// assert_eq!(segment.segment_type, 2); // a sequence
/// assert_eq!(segment.autonomous_systems.collect::<Vec<u32>>(), [64503, 64504]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AsPathSegment<'a> {
    /// 1 an unordered set, 2 a sequence.
    pub segment_type: u32,
    /// The autonomous systems.
    pub autonomous_systems: Words<'a>,
}

impl<'a> ExtendedGateway<'a> {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 1003);

    pub(super) fn parse(octets: &'a [u8]) -> Option<Self> {
        let head = (address, be_u32, be_u32, be_u32, segments);
        let (_, (head, communities, localpref)) = (head, words, be_u32).parse(octets).ok()?;
        let (nexthop, autonomous_system, src_as, src_peer_as, dst_as_path) = head;
        Some(Self {
            nexthop,
            autonomous_system,
            src_as,
            src_peer_as,
            dst_as_path,
            communities,
            localpref,
        })
    }

    /// The path to the destination, of all segments.
    pub fn as_path(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.dst_as_path
            .clone()
            .flat_map(|segment| segment.autonomous_systems)
    }
}

impl<'a> Iterator for AsPathSegments<'a> {
    type Item = AsPathSegment<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (rest, item) = segment(self.octets).ok()?;
        self.octets = rest;
        Some(item)
    }
}

impl core::iter::FusedIterator for AsPathSegments<'_> {}

fn segment(input: &[u8]) -> Parsed<'_, AsPathSegment<'_>> {
    let (rest, (segment_type, autonomous_systems)) = (be_u32, words).parse(input)?;
    let segment = AsPathSegment {
        segment_type,
        autonomous_systems,
    };
    Ok((rest, segment))
}

/// Walks all segments, so that they are known to be whole. Each takes 8 octets or
/// more, which bounds the walk for any count.
fn segments(input: &[u8]) -> Parsed<'_, AsPathSegments<'_>> {
    let (octets, count) = be_u32(input)?;
    let mut rest = octets;
    for _ in 0..count {
        (rest, _) = segment(rest)?;
    }
    let segments = AsPathSegments {
        octets,
        left: count,
    };
    Ok((rest, segments))
}
