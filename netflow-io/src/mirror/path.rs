//! Where a datagram was captured: the headers that differ between copies of one datagram.

use core::net::IpAddr;

use netflow_core::packet::{Packet, Tunnel};

use super::CopyKind;
use crate::octets::u16_at;

/// Where a datagram was captured, by the interface and the headers around its own: a router lowers
/// the hop limit and replaces MPLS labels, a trunk adds a VLAN tag, an access concentrator a PPPoE
/// session, a mirror a tunnel. Each part is a number that is the same on every machine, 0 if there
/// is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CapturePath {
    /// Of the tunnel around it: kind, identifier, addresses, and the path of the packet that
    /// carries it.
    tunnel: u64,
    /// Of the values of all MPLS labels.
    mpls_labels: u64,
    pppoe_session: u64,
    /// Of all VLAN tags.
    vlan_tags: u64,
    hop_limit: u64,
    interface: u64,
}

impl CapturePath {
    /// The path of frames that were captured on this interface, by its number in the file and by
    /// that in the frame itself.
    pub(crate) fn of_interfaces(in_file: u32, in_frame: u32) -> Self {
        Self {
            interface: u64::from(in_file) << 32 | u64::from(in_frame),
            ..Self::default()
        }
    }

    /// The path of these parts, in the order of [`CopyKind::ALL`].
    pub(crate) const fn of_parts(parts: [u64; 6]) -> Self {
        let [
            tunnel,
            mpls_labels,
            pppoe_session,
            vlan_tags,
            hop_limit,
            interface,
        ] = parts;
        Self {
            tunnel,
            mpls_labels,
            pppoe_session,
            vlan_tags,
            hop_limit,
            interface,
        }
    }

    /// Its parts, in the order of [`CopyKind::ALL`].
    pub(crate) const fn parts(&self) -> [u64; 6] {
        [
            self.tunnel,
            self.mpls_labels,
            self.pppoe_session,
            self.vlan_tags,
            self.hop_limit,
            self.interface,
        ]
    }

    /// The path of a packet with these headers, in the same tunnel.
    pub(crate) fn with_headers(self, packet: &Packet<'_>) -> Self {
        let labels = packet.mpls_labels().map(|label| u64::from(label.label));
        Self {
            mpls_labels: number_of_all(labels),
            pppoe_session: pppoe_session(packet),
            vlan_tags: vlan_tags(packet),
            hop_limit: packet.ttl().map_or(0, one_more),
            ..self
        }
    }

    /// The path of the packet in a tunnel; `self` is the path of `outer`.
    pub(crate) fn in_tunnel(self, tunnel: Tunnel, id: Option<u64>, outer: &Packet<'_>) -> Self {
        let kind = Tunnel::ALL.iter().position(|kind| *kind == tunnel);
        let header = [
            kind.and_then(|kind| kind.try_into().ok()),
            id,
            outer.source_address().map(number_of),
            outer.destination_address().map(number_of),
        ];
        let header = header.map(|number| number.map_or(0, one_more));
        let path = Self {
            interface: 0,
            ..self
        };
        Self {
            tunnel: number_of_all(header.into_iter().chain(path.parts())),
            interface: self.interface,
            ..Self::default()
        }
    }

    /// Whether it is inside a tunnel or after MPLS labels.
    pub(crate) const fn is_encapsulated(&self) -> bool {
        self.tunnel != 0 || self.mpls_labels != 0
    }

    /// The first part, from the outermost header on, in which the two differ; `None` if they are
    /// the same.
    pub(crate) fn difference(&self, other: &Self) -> Option<CopyKind> {
        let parts = self.parts().into_iter().zip(other.parts());
        let mut kinds = CopyKind::ALL.into_iter().zip(parts);
        kinds.find_map(|(kind, (one, other))| (one != other).then_some(kind))
    }
}

/// The id of the session that the packet is in.
fn pppoe_session(packet: &Packet<'_>) -> u64 {
    const PPPOE_SESSION: u16 = 0x8864;
    /// Octets of the PPPoE header from its session id on (RFC 2516, section 4), and of a PPP
    /// protocol number.
    const FROM_SESSION: usize = 4 + 2;

    if packet.ether_type() != Some(PPPOE_SESSION) {
        return 0;
    }
    let at = packet.network_offset();
    let session = at.and_then(|at| u16_at(packet.octets(), at.checked_sub(FROM_SESSION)?));
    session.map_or(1, one_more)
}

/// The tags of a frame.
fn vlan_tags(packet: &Packet<'_>) -> u64 {
    let tags = packet.vlans();
    let tags = number_of_all(tags.map(|tag| u64::from(tag.tpid) << 16 | u64::from(tag.vlan_id)));
    if tags == 0 && packet.source_mac().is_none() {
        tags_without_addresses(packet).unwrap_or(0)
    } else {
        tags
    }
}

/// The tags in a cooked capture, where they begin after the first EtherType; `None` if something
/// else is between that and the IP header, such as a header of PPP or SNAP.
fn tags_without_addresses(packet: &Packet<'_>) -> Option<u64> {
    /// EtherTypes of tags (IEEE 802.1Q and 802.1ad, and two from before).
    const TAGS: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];
    /// Octets of a tag: its control information, and the EtherType after it.
    const TAG: usize = 4;

    let octets = packet.octets().get(..packet.network_offset()?)?;
    let tags = octets.chunks_exact(TAG);
    let is_whole = tags.remainder().is_empty();
    let mut ether_types = tags.filter_map(|tag| u16_at(tag, 2)).rev();
    let are_tags = is_whole
        && ether_types.next() == packet.ether_type()
        && ether_types.all(|ether_type| TAGS.contains(&ether_type));
    are_tags.then(|| number_of_all(octets.iter().copied().map(u64::from)))
}

fn one_more(number: impl Into<u64>) -> u64 {
    number.into().wrapping_add(1)
}

/// The hash of these numbers, continued from `start`. Marks hold such hashes, so another way to
/// compute them needs another version of marks.
pub(super) fn fold(start: u64, numbers: impl Iterator<Item = u64>) -> u64 {
    /// Odd, and without a pattern.
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    numbers.fold(start, |all: u64, number| {
        (all.rotate_left(5) ^ number).wrapping_mul(MULTIPLIER)
    })
}

/// One number for several; 0 for none.
fn number_of_all(numbers: impl Iterator<Item = u64>) -> u64 {
    fold(0, numbers.map(one_more))
}

fn number_of(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => number_of_all(address.octets().into_iter().map(u64::from)),
        IpAddr::V6(address) => number_of_all(address.octets().into_iter().map(u64::from)),
    }
}
