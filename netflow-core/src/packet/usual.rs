//! The headers that nearly every sampled packet begins with.

use super::ip::{IPV6_LEN, is_extension_header};
use super::link::ether_type;
use super::network::{IPV4_FRAGMENT_OFFSET, IPV4_LEN};
use super::offset::{Offset, plus, until};
use super::tag::CUSTOMER_TAG;
use super::{Link, Lower, Packet, protocol};

/// Octets of Ethernet with a tag.
const TAGGED: usize = 18;
/// Octets of Ethernet without one.
const UNTAGGED: usize = 14;

/// Ethernet with at most one customer tag, and a whole header of IP without options or extension
/// headers, of no later fragment. `None` for any other packet.
///
/// BE ADVISED: what this returns, [`ethernet`](super::link::ethernet) has to return too, which
/// `tests/usual.rs` compares for any octets. It is a short cut for sFlow, where most of the
/// instructions of a flow were those of its headers: from function to function, a packet is
/// returned in memory. To read more headers here, add them there first.
#[inline]
pub(super) fn ethernet(octets: &[u8]) -> Option<Packet<'_>> {
    let [.., t0, t1, _, _, n0, n1] = octets.first_chunk::<TAGGED>()?;
    let (ether_type, at) = match u16::from_be_bytes([*t0, *t1]) {
        CUSTOMER_TAG => (u16::from_be_bytes([*n0, *n1]), TAGGED),
        ether_type => (ether_type, UNTAGGED),
    };
    let (octets, ip_version, protocol, transport) = match ether_type {
        ether_type::IPV4 => ipv4(octets, at)?,
        ether_type::IPV6 => ipv6(octets, at)?,
        _ => return None,
    };
    Some(Packet {
        octets,
        lower: Lower {
            ether_type,
            ..Lower::new(Link::Ethernet)
        },
        network: Offset::new(at),
        fragment: Offset::ABSENT,
        transport: Offset::new(transport),
        next: Offset::new(transport),
        ip_version,
        protocol: Some(protocol),
        segment_routing: false,
    })
}

/// The octets of the packet, its version and protocol, and where what it carries begins.
type Ip<'a> = (&'a [u8], u8, u8, usize);

/// A header of IPv4 at `at`.
#[inline]
fn ipv4(octets: &[u8], at: usize) -> Option<Ip<'_>> {
    /// Version 4, and five words of header.
    const WITHOUT_OPTIONS: u8 = 0x45;

    let &[first, _, l0, l1, _, _, f0, f1, _, protocol, ..] =
        octets.get(at..)?.first_chunk::<IPV4_LEN>()?;
    let is_usual = first == WITHOUT_OPTIONS
        && u16::from_be_bytes([f0, f1]) & IPV4_FRAGMENT_OFFSET == 0
        && !matches!(
            protocol,
            protocol::AUTHENTICATION | protocol::NO_NEXT_HEADER
        );
    let total_len = usize::from(u16::from_be_bytes([l0, l1]));
    let octets = if total_len < IPV4_LEN {
        octets
    } else {
        until(octets, plus(at, total_len))
    };
    is_usual.then_some((octets, 4, protocol, plus(at, IPV4_LEN)))
}

/// A header of IPv6 at `at`.
#[inline]
fn ipv6(octets: &[u8], at: usize) -> Option<Ip<'_>> {
    let &[first, _, _, _, l0, l1, next_header, ..] = octets.get(at..)?.first_chunk::<IPV6_LEN>()?;
    let is_usual = first >> 4 == 6
        && !is_extension_header(next_header)
        && next_header != protocol::NO_NEXT_HEADER;
    let end = plus(at, IPV6_LEN);
    let octets = match usize::from(u16::from_be_bytes([l0, l1])) {
        0 => octets,
        payload_len => until(octets, plus(end, payload_len)),
    };
    is_usual.then_some((octets, 6, next_header, end))
}
