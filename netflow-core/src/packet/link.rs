//! Ethernet, PPP, IEEE 802.11, and the tags and labels between them and the network layer.

mod mpls;

use super::ip::ip;
use super::ip_fits::{Fit, ip_fits};
use super::offset::{Offset, load, load_u16, plus, until};
use super::tag::{MplsLabels, Vlans, is_tag};
use super::{Link, Lower, Packet};

pub(super) use self::mpls::mpls;
#[cfg(feature = "alloc")]
pub(super) use self::mpls::mpls_payload;

/// EtherTypes that lead to headers read here (IEEE 802 Numbers).
pub(super) mod ether_type {
    pub(in super::super) const IPV4: u16 = 0x0800;
    pub(in super::super) const TRANSPARENT_ETHERNET: u16 = 0x6558;
    pub(in super::super) const IPV6: u16 = 0x86dd;
    pub(in super::super) const PPP: u16 = 0x880b;
    pub(in super::super) const MPLS: u16 = 0x8847;
    pub(in super::super) const MPLS_UPSTREAM: u16 = 0x8848;
    pub(in super::super) const PPPOE_SESSION: u16 = 0x8864;
    pub(in super::super) const BACKBONE_SERVICE_TAG: u16 = 0x88e7;

    /// The least EtherType; below it the field is a length (IEEE 802.3, section 3.2.6).
    pub(in super::super) const LEAST: u16 = 0x0600;
}

/// PPP protocol numbers that lead to headers read here (RFC 1332, RFC 5072, RFC 3032).
mod ppp {
    pub(super) const IPV4: u16 = 0x0021;
    pub(super) const IPV6: u16 = 0x0057;
    pub(super) const MPLS_UNICAST: u16 = 0x0281;
    pub(super) const MPLS_MULTICAST: u16 = 0x0283;
}

/// Where the type or length of an Ethernet frame is, after two addresses.
const ETHERNET_TYPE: usize = 12;

impl<'a> Packet<'a> {
    /// Destination address of the frame (IEEE 802.3, section 3.2.4; IEEE 802.11, section 9.3.2.1).
    #[inline]
    #[must_use]
    pub fn destination_mac(&self) -> Option<[u8; 6]> {
        match self.lower.link {
            Link::Ethernet => load(self.octets, 0),
            Link::Ieee80211 if self.octets.get(1)? & TO_DS == 0 => load(self.octets, ADDRESS_1),
            Link::Ieee80211 => load(self.octets, ADDRESS_3),
            Link::Mpls | Link::None => None,
        }
    }

    /// Source address of the frame (IEEE 802.3, section 3.2.5; IEEE 802.11, section 9.3.2.1).
    #[inline]
    #[must_use]
    pub fn source_mac(&self) -> Option<[u8; 6]> {
        match self.lower.link {
            Link::Ethernet => load(self.octets, 6),
            Link::Ieee80211 => {
                let address = match self.octets.get(1)? & (TO_DS | FROM_DS) {
                    FROM_DS => ADDRESS_3,
                    BOTH_DS => ADDRESS_4,
                    _ => ADDRESS_2,
                };
                load(self.octets, address)
            }
            Link::Mpls | Link::None => None,
        }
    }

    /// Whether the packet begins with the addresses of Ethernet.
    #[cfg(feature = "alloc")]
    pub(crate) fn is_ethernet(&self) -> bool {
        self.lower.link == Link::Ethernet
    }

    /// The EtherType after the VLAN tags, as sent: 0x8847 before MPLS labels, 0x8864 before a
    /// PPPoE session. Absent in IEEE 802.3 frames without a SNAP header, and without a link header.
    #[inline]
    #[must_use]
    pub fn ether_type(&self) -> Option<u16> {
        (self.lower.ether_type != 0).then_some(self.lower.ether_type)
    }

    /// The VLAN tags, outermost first (IEEE 802.1Q, section 9).
    #[inline]
    #[must_use]
    pub fn vlans(&self) -> Vlans<'a> {
        match self.lower.link {
            Link::Ethernet => Vlans::new(self.octets, ETHERNET_TYPE),
            Link::Ieee80211 | Link::Mpls | Link::None => Vlans::new(&[], 0),
        }
    }

    /// VLAN Identifier of the outermost tag, 0 to 4,095; 0 is a tag that has only a priority.
    #[inline]
    #[must_use]
    pub fn vlan(&self) -> Option<u16> {
        self.vlans().next().map(|tag| tag.vlan_id)
    }

    /// Where the MPLS label stack begins, in octets from the start of the sample.
    #[inline]
    #[must_use]
    pub fn mpls_offset(&self) -> Option<usize> {
        self.lower.mpls.get()
    }

    /// The MPLS label stack, top first (RFC 3032).
    #[inline]
    #[must_use]
    pub fn mpls_labels(&self) -> MplsLabels<'a> {
        match self.lower.mpls.get() {
            Some(at) => MplsLabels::new(self.octets, at),
            None => MplsLabels::new(&[], 0),
        }
    }
}

/// Ethernet II and IEEE 802.3, at the start of the octets.
#[inline]
pub(super) fn ethernet(octets: &[u8]) -> Packet<'_> {
    let lower = Lower::new(Link::Ethernet);
    let mut at = ETHERNET_TYPE;
    loop {
        let Some(ether_type) = load_u16(octets, at) else {
            return Packet::without_ip(octets, lower, Offset::ABSENT);
        };
        match ether_type {
            ether_type::IPV4 | ether_type::IPV6 => {
                return ip(
                    octets,
                    Lower {
                        ether_type,
                        ..lower
                    },
                    plus(at, 2),
                );
            }
            _ if is_tag(ether_type) => at = plus(at, 4),
            _ => return after_type_or_length(octets, ether_type, plus(at, 2)),
        }
    }
}

/// Whether a frame of Ethernet carries IP whose lengths and checksum fit.
pub(super) fn carries_ip(frame: &[u8]) -> bool {
    let packet = ethernet(frame);
    packet.lower.link == Link::Ethernet
        && packet.lower.mpls.is_absent()
        && frame.len() > ETHERNET_TYPE
        && packet
            .network_offset()
            .is_some_and(|at| ip_fits(frame, at) == Fit::Yes)
}

/// What follows an EtherType that is not itself there, through VLAN tags.
pub(super) fn of_ether_type(octets: &[u8], mut ether_type: u16) -> Packet<'_> {
    let mut at = 0;
    while is_tag(ether_type) {
        let Some(next) = load_u16(octets, plus(at, 2)) else {
            return Packet::without_ip(octets, Lower::NONE, Offset::ABSENT);
        };
        ether_type = next;
        at = plus(at, 4);
    }
    if ether_type < ether_type::LEAST {
        llc(octets, Lower::NONE, at)
    } else {
        after_ether_type(octets, Lower::NONE, ether_type, at)
    }
}

/// What follows a type or length of Ethernet that is neither of a tag nor of IP.
#[inline(never)]
fn after_type_or_length(octets: &[u8], type_or_length: u16, at: usize) -> Packet<'_> {
    let lower = Lower::new(Link::Ethernet);
    if type_or_length < ether_type::LEAST {
        let end = plus(at, usize::from(type_or_length));
        llc(until(octets, end), lower, at)
    } else {
        after_ether_type(octets, lower, type_or_length, at)
    }
}

fn after_ether_type(octets: &[u8], lower: Lower, ether_type: u16, at: usize) -> Packet<'_> {
    let lower = Lower {
        ether_type,
        ..lower
    };
    match ether_type {
        ether_type::IPV4 | ether_type::IPV6 => ip(octets, lower, at),
        ether_type::MPLS | ether_type::MPLS_UPSTREAM => mpls(octets, lower, at),
        ether_type::PPPOE_SESSION => pppoe(octets, lower, at),
        _ => Packet::without_ip(octets, lower, Offset::new(at)),
    }
}

/// LLC (IEEE 802.2) and, after it, SNAP (IEEE 802, section 9.5) when it names an EtherType.
fn llc(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    const SNAP: [u8; 3] = [0xaa, 0xaa, 0x03];
    /// The Organizationally Unique Identifiers under which a protocol is an EtherType:
    /// that of RFC 1042, and the bridge tunnel of IEEE 802.1H.
    const ENCAPSULATED_ETHERNET: [[u8; 3]; 2] = [[0, 0, 0], [0, 0, 0xf8]];

    let next = match (load::<3>(octets, at), load::<5>(octets, plus(at, 3))) {
        (Some(SNAP), Some([oui @ .., high, low])) => {
            let ether_type = u16::from_be_bytes([high, low]);
            let at = plus(at, 8);
            if ENCAPSULATED_ETHERNET.contains(&oui) && ether_type >= ether_type::LEAST {
                return after_ether_type(octets, lower, ether_type, at);
            }
            Offset::new(at)
        }
        (Some(SNAP), None) | (None, _) => Offset::ABSENT,
        (Some(_), _) => Offset::new(at),
    };
    Packet::without_ip(octets, lower, next)
}

/// The header of a PPPoE session (RFC 2516, section 4).
fn pppoe(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    /// Version and type 1, code 0: data of a session.
    const SESSION_DATA: [u8; 2] = [0x11, 0];

    match load::<6>(octets, at) {
        Some([version_type, code, _, _, length @ ..]) if [version_type, code] == SESSION_DATA => {
            let at = plus(at, 6);
            let end = plus(at, usize::from(u16::from_be_bytes(length)));
            ppp(until(octets, end), lower, at)
        }
        _ => Packet::without_ip(octets, lower, Offset::ABSENT),
    }
}

/// A PPP frame (RFC 1661, section 2). The address and control octets of RFC 1662 and the
/// first octet of the protocol may have been left out (RFC 1661, sections 6.5 and 6.6).
pub(super) fn ppp(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    const ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];

    let at = match load(octets, at) {
        Some(ADDRESS_AND_CONTROL) => plus(at, 2),
        _ => at,
    };
    let Some([high, low]) = load(octets, at) else {
        return Packet::without_ip(octets, lower, Offset::ABSENT);
    };
    // The last octet of a protocol number is odd, those before it even.
    let (protocol, at) = if high & 1 == 1 {
        (u16::from(high), plus(at, 1))
    } else {
        (u16::from_be_bytes([high, low]), plus(at, 2))
    };
    match protocol {
        ppp::IPV4 | ppp::IPV6 => ip(octets, lower, at),
        ppp::MPLS_UNICAST | ppp::MPLS_MULTICAST => mpls(octets, lower, at),
        _ => Packet::without_ip(octets, lower, Offset::new(at)),
    }
}

/// A data frame (IEEE 802.11, section 9.3.2.1) that is neither encrypted, nor a later
/// fragment, nor an aggregate.
pub(super) fn ieee80211(octets: &[u8]) -> Packet<'_> {
    const VERSION_AND_TYPE: u8 = 0b0000_1111;
    const DATA: u8 = 0b0000_1000;

    match octets {
        [control, flags, ..] if control & VERSION_AND_TYPE == DATA => {
            let lower = Lower::new(Link::Ieee80211);
            match ieee80211_body(octets, *control, *flags) {
                Some(body) => llc(octets, lower, body),
                None => Packet::without_ip(octets, lower, Offset::ABSENT),
            }
        }
        _ => Packet::without_ip(octets, Lower::NONE, Offset::ABSENT),
    }
}

/// Where the body of a data frame begins, if it is one that can be read.
fn ieee80211_body(octets: &[u8], control: u8, flags: u8) -> Option<usize> {
    const NO_DATA: u8 = 0b0100_0000;
    const QOS: u8 = 0b1000_0000;
    const PROTECTED: u8 = 0x40;
    const HT_CONTROL: u8 = 0x80;
    const AGGREGATE: u8 = 0x80;
    const FRAGMENT_NUMBER: u8 = 0x0f;

    let fragment = octets.get(SEQUENCE_CONTROL)? & FRAGMENT_NUMBER;
    if control & NO_DATA != 0 || flags & PROTECTED != 0 || fragment != 0 {
        return None;
    }
    let at = match flags & BOTH_DS {
        BOTH_DS => plus(ADDRESS_4, 6),
        _ => ADDRESS_4,
    };
    if control & QOS == 0 {
        return Some(at);
    }
    let is_aggregate = octets.get(at)? & AGGREGATE != 0;
    let control_len = if flags & HT_CONTROL != 0 { 6 } else { 2 };
    (!is_aggregate).then_some(plus(at, control_len))
}

// The header of a data frame of IEEE 802.11: flags of its second octet, offsets of its fields.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const BOTH_DS: u8 = TO_DS | FROM_DS;
const ADDRESS_1: usize = 4;
const ADDRESS_2: usize = 10;
const ADDRESS_3: usize = 16;
const SEQUENCE_CONTROL: usize = 22;
const ADDRESS_4: usize = 24;
