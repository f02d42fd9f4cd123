//! Flow structures with addresses and text, whose members have no fixed offset.

use core::net::IpAddr;

use nom::Parser;
use nom::number::complete::be_u32;

use crate::wire::sflow::data_format::DataFormat;
use crate::wire::sflow::xdr::{Words, address, counted, words};

/// `extended_router`, 0:1002 (sFlow version 5, section 5): where a packet is routed.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is extended_router.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 56, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     1002, 16, 1, 0xc000_0202, 24, 16,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let router = record.as_extended_router().unwrap();
/// assert_eq!(router.nexthop, Some([192, 0, 2, 2].into()));
/// assert_eq!((router.src_mask_len, router.dst_mask_len), (24, 16));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedRouter {
    /// Address of the next router; `None` if it is not known.
    pub nexthop: Option<IpAddr>,
    /// Bits of the source's prefix in the routing table.
    pub src_mask_len: u32,
    /// Bits of the destination's prefix in the routing table.
    pub dst_mask_len: u32,
}

impl ExtendedRouter {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 1002);

    pub(super) fn parse(octets: &[u8]) -> Option<Self> {
        let (_, (nexthop, src_mask_len, dst_mask_len)) =
            (address, be_u32, be_u32).parse(octets).ok()?;
        Some(Self {
            nexthop,
            src_mask_len,
            dst_mask_len,
        })
    }
}

/// `extended_user`, 0:1004 (sFlow version 5, section 5): who sends and who receives.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is extended_user.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 60, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     1004, 20, 106, 3, 0x616e_6e00, 106, 0,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let user = record.as_extended_user().unwrap();
/// assert_eq!((user.src_user, user.dst_user), (&b"ann"[..], &b""[..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedUser<'a> {
    /// Character set of the source's name, an IANA MIBenum; 106 is UTF-8.
    pub src_charset: u32,
    /// Name of the source's user.
    pub src_user: &'a [u8],
    /// Character set of the destination's name.
    pub dst_charset: u32,
    /// Name of the destination's user.
    pub dst_user: &'a [u8],
}

impl<'a> ExtendedUser<'a> {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 1004);

    pub(super) fn parse(octets: &'a [u8]) -> Option<Self> {
        let (_, (src_charset, src_user, dst_charset, dst_user)) =
            (be_u32, counted, be_u32, counted).parse(octets).ok()?;
        Some(Self {
            src_charset,
            src_user,
            dst_charset,
            dst_user,
        })
    }
}

/// `extended_mpls`, 0:1006 (sFlow version 5, section 5): the label stacks of a packet.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is extended_mpls.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 60, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     1006, 20, 1, 0xc000_0202, 1, 0x0006_4140, 0,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let mpls = record.as_extended_mpls().unwrap();
/// let labels: Vec<u32> = mpls.in_stack.map(|entry| entry >> 12).collect();
/// assert_eq!((labels, mpls.out_stack.len()), (vec![100], 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ExtendedMpls<'a> {
    /// Address of the next hop; `None` if it is not known.
    pub nexthop: Option<IpAddr>,
    /// Entries of the stack as the packet came in (RFC 3032), outermost first.
    pub in_stack: Words<'a>,
    /// Entries of the stack as it went out.
    pub out_stack: Words<'a>,
}

impl<'a> ExtendedMpls<'a> {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 1006);

    pub(super) fn parse(octets: &'a [u8]) -> Option<Self> {
        let (_, (nexthop, in_stack, out_stack)) = (address, words, words).parse(octets).ok()?;
        Some(Self {
            nexthop,
            in_stack,
            out_stack,
        })
    }
}

/// `extended_nat`, 0:1007 (sFlow version 5, section 5): addresses after translation.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is extended_nat.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 56, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     1007, 16, 1, 0xc000_0205, 1, 0xc633_6414,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let nat = record.as_extended_nat().unwrap();
/// assert_eq!(nat.src_address, Some([192, 0, 2, 5].into()));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedNat {
    /// Source address; `None` if it is not known.
    pub src_address: Option<IpAddr>,
    /// Destination address; `None` if it is not known.
    pub dst_address: Option<IpAddr>,
}

impl ExtendedNat {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 1007);

    pub(super) fn parse(octets: &[u8]) -> Option<Self> {
        let (_, (src_address, dst_address)) = (address, address).parse(octets).ok()?;
        Some(Self {
            src_address,
            dst_address,
        })
    }
}
