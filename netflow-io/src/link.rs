//! Link layers: where in a frame its IP packet begins.

use crate::octets::{ByteOrder, u8_at, u16_at, u32_at};

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// An IP packet, from this octet of the frame on.
    Ip(usize),
    /// Something else: ARP, a bridge's protocols, or a header that is cut.
    Other,
    /// The link type is not read here.
    Unsupported,
}

// Numbers of tcpdump.org/linktypes.html.
const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const PPP: u32 = 9;
const LOOP: u32 = 108;
const LINUX_COOKED: u32 = 113;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_COOKED_2: u32 = 276;
/// Raw IP is 101 in files; 12 and 14 are what some systems wrote for it.
const RAW: [u32; 3] = [101, 12, 14];

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_MPLS: [u16; 2] = [0x8847, 0x8848];
const ETHERTYPE_PPPOE: u16 = 0x8864;
/// 802.1Q, 802.1ad, and the two that were used for stacks before it.
const ETHERTYPE_VLAN: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];

const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// Whether frames of a link type are read here.
pub(crate) fn is_supported(link_type: u32) -> bool {
    carries(link_type, &[]) != Carries::Unsupported
}

/// What a frame of a link type carries.
pub(crate) fn carries(link_type: u32, frame: &[u8]) -> Carries {
    let at = match link_type {
        ETHERNET => behind_ethertype(frame, 12),
        LINUX_COOKED => behind_ethertype(frame, 14),
        LINUX_COOKED_2 => u16_at(frame, 0).and_then(|kind| ip_at(frame, kind, 20)),
        NULL | LOOP => loopback(frame),
        PPP => ppp(frame),
        IPV4 | IPV6 => Some(0),
        raw if RAW.contains(&raw) => Some(0),
        _ => return Carries::Unsupported,
    };
    at.map_or(Carries::Other, Carries::Ip)
}

/// From the octet where an EtherType stands.
fn behind_ethertype(frame: &[u8], at: usize) -> Option<usize> {
    /// Below it stands the length of an 802.3 frame.
    const LEAST_ETHERTYPE: u16 = 0x0600;
    /// Logical link control and SNAP of Ethernet protocols (RFC 1042).
    const SNAP: u32 = 0xaaaa_0300;
    let kind = u16_at(frame, at)?;
    let next = at.checked_add(2)?;
    if kind < LEAST_ETHERTYPE {
        (u32_at(frame, next) == Some(SNAP)).then_some(())?;
        let kind = u16_at(frame, next.checked_add(6)?)?;
        return ip_at(frame, kind, next.checked_add(8)?);
    }
    ip_at(frame, kind, next)
}

/// From the first octet behind an EtherType, through tags and labels.
fn ip_at(frame: &[u8], mut kind: u16, mut at: usize) -> Option<usize> {
    while ETHERTYPE_VLAN.contains(&kind) {
        kind = u16_at(frame, at.checked_add(2)?)?;
        at = at.checked_add(4)?;
    }
    match kind {
        ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => Some(at),
        ETHERTYPE_PPPOE => {
            let kind = u16_at(frame, at.checked_add(6)?)?;
            matches!(kind, PPP_IPV4 | PPP_IPV6).then_some(at.checked_add(8)?)
        }
        kind if ETHERTYPE_MPLS.contains(&kind) => behind_labels(frame, at),
        _ => None,
    }
}

/// From the first MPLS label to what is behind the bottom of the stack, if it looks like
/// IP (RFC 3032 has no type there).
fn behind_labels(frame: &[u8], mut at: usize) -> Option<usize> {
    const BOTTOM: u32 = 0x100;
    loop {
        let label = u32_at(frame, at)?;
        at = at.checked_add(4)?;
        if label & BOTTOM != 0 {
            return matches!(u8_at(frame, at)? >> 4, 4 | 6).then_some(at);
        }
    }
}

/// BSD loopback: the address family in the order of the host (NULL) or the network's
/// (LOOP); both are taken for both, as files come from elsewhere.
fn loopback(frame: &[u8]) -> Option<usize> {
    let family = |order: ByteOrder| {
        // AF_INET; AF_INET6 of Linux, NetBSD, FreeBSD and Darwin.
        order
            .u32(frame, 0)
            .is_some_and(|family| matches!(family, 2 | 10 | 24 | 28 | 30))
    };
    (family(ByteOrder::Big) || family(ByteOrder::Little)).then_some(4)
}

/// PPP, with or without its HDLC address and control.
fn ppp(frame: &[u8]) -> Option<usize> {
    let at = if u16_at(frame, 0) == Some(0xff03) {
        2_usize
    } else {
        0
    };
    matches!(u16_at(frame, at)?, PPP_IPV4 | PPP_IPV6).then_some(at.checked_add(2)?)
}
