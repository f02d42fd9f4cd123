//! How the fields of sFlow samples are read: what a template says of records, found in each
//! sample.
//!
//! sFlow has no templates, yet the samples of a device are nearly all alike: the same structures,
//! and the same headers at the same places. Two samples of the same [`SampleShape`] have the same
//! fields in the same places, so what is prepared for one serves the others.

mod column;
mod find;

/// What decides which fields an sFlow sample has, and where they are.
///
/// Samples of the same shape have the same [`column`](Self::column)s, where
/// [`FlowColumn::Same`](super::FlowColumn::Same) means that all samples of one message have the same
/// value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SampleShape {
    structures: Structures,
    facts: Facts,
    /// Offsets in the octets of the sample; [`ABSENT`] if there is no such thing.
    header: u16,
    network: u16,
    transport: u16,
    switch: u16,
    /// 0 if there is none.
    ether_type: u16,
    /// The IP protocol; [`NO_PROTOCOL`] if there is none.
    protocol: u16,
}

/// No offset is that large: a datagram has fewer octets.
const ABSENT: u16 = u16::MAX;
/// Above all protocols.
const NO_PROTOCOL: u16 = 0x100;

impl SampleShape {
    /// A number that differs between most shapes.
    #[inline]
    pub(crate) fn spread(&self) -> usize {
        let sum = self.structures.0 ^ self.facts.0.rotate_left(7);
        let places = u32::from(self.network) << 16 | u32::from(self.transport);
        let types = u32::from(self.protocol) << 16 | u32::from(self.ether_type);
        let mixed = (sum ^ places.rotate_left(13) ^ types).wrapping_mul(0x9e37_79b1);
        usize::try_from(mixed >> 16).unwrap_or(0)
    }
}

/// The structures that a sample has, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Structures(u32);

impl Structures {
    const NONE: Self = Self(0);
    const HEADER: Self = Self(1);
    const ETHERNET: Self = Self(1 << 1);
    const IP: Self = Self(1 << 2);
    const SWITCH: Self = Self(1 << 3);
    const ROUTER: Self = Self(1 << 4);
    const GATEWAY: Self = Self(1 << 5);
    const USER: Self = Self(1 << 6);
    const MPLS: Self = Self(1 << 7);
    const NAT: Self = Self(1 << 8);
    const NAT_PORT: Self = Self(1 << 9);
    const TUNNEL: Self = Self(1 << 10);
    const DECAPSULATE: Self = Self(1 << 11);
    const VNI: Self = Self(1 << 12);
    const SOCKET: Self = Self(1 << 13);

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

/// What else decides how fields are read, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Facts(u32);

impl Facts {
    /// A `flow_sample_expanded`.
    const EXPANDED: Self = Self(1);
    /// A `discarded_packet`.
    const DISCARDED: Self = Self(1 << 1);
    const TRANSACTION: Self = Self(1 << 2);
    /// The sample has a sampling rate.
    const RATE: Self = Self(1 << 3);
    /// The caller configured one for samples that have none.
    const CONFIGURED_RATE: Self = Self(1 << 4);
    /// The caller configured one in place of any other.
    const OVERRIDE_RATE: Self = Self(1 << 5);
    /// The input interface is known.
    const INPUT: Self = Self(1 << 6);
    const OUTPUT: Self = Self(1 << 7);
    /// The output is a reason why the packet was discarded.
    const REASON: Self = Self(1 << 8);
    /// The packet was sampled as it came in.
    const INGRESS: Self = Self(1 << 9);
    /// The packet was sampled as it went out.
    const EGRESS: Self = Self(1 << 10);
    /// The switch reports a VLAN.
    const SOURCE_VLAN: Self = Self(1 << 11);
    const DESTINATION_VLAN: Self = Self(1 << 12);
    /// The packet begins with the addresses of Ethernet, both complete.
    const ETHERNET: Self = Self(1 << 13);
    /// It may begin with addresses, and not as [`ETHERNET`](Self::ETHERNET) has them.
    const OTHER_LINK: Self = Self(1 << 14);
    /// The packet has a VLAN tag.
    const TAG: Self = Self(1 << 15);
    /// It has two or more.
    const TAGS: Self = Self(1 << 16);
    const LABELS: Self = Self(1 << 17);
    const IPV4: Self = Self(1 << 18);
    const IPV6: Self = Self(1 << 19);
    /// The IP header is complete.
    const WHOLE_NETWORK: Self = Self(1 << 20);
    /// The packet is not a later fragment of IPv4.
    const NO_OFFSET: Self = Self(1 << 21);
    /// The packet has a Fragment header of IPv6.
    const FRAGMENT: Self = Self(1 << 22);
    /// The fields of the transport header that are read are there.
    const WHOLE_TRANSPORT: Self = Self(1 << 23);
    /// The flags of TCP are all in one octet.
    const LOW_FLAGS: Self = Self(1 << 24);
    /// The packet is a tunnel whose inner packet is read.
    const INNER: Self = Self(1 << 25);
    /// Options may have announced names.
    const NAMES: Self = Self(1 << 26);
    /// The caller named interfaces of the exporter.
    const INTERFACES: Self = Self(1 << 27);

    const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Adds a fact if it holds.
    fn set(&mut self, fact: Self, holds: bool) {
        if holds {
            self.0 |= fact.0;
        }
    }
}
