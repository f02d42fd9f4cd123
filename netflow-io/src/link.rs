//! Link layers: the packet that a captured frame carries.

use netflow_core::packet::{HeaderProtocol, Packet};

use crate::octets::{ByteOrder, chunk, u16_at};

/// What a frame carries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinkPayload<'a> {
    /// The headers, as far as they can be read.
    pub(crate) packet: Packet<'a>,
    /// Where they begin in the frame.
    pub(crate) start: usize,
    /// The link layer says that an IP packet follows.
    pub(crate) names_ip: bool,
    /// The index of the interface that it was captured on, if the link layer says so; else 0.
    pub(crate) interface: u32,
}

// Numbers of tcpdump.org/linktypes.html.
const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const PPP: u32 = 9;
const LOOP: u32 = 108;
const LINUX_COOKED: u32 = 113;
pub(crate) const JUNIPER_ETHERNET: u32 = 178;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_COOKED_2: u32 = 276;
/// Raw IP is 101 in files; 12 and 14 are what some systems wrote for it.
const RAW: [u32; 3] = [101, 12, 14];

/// A protocol without layers.
const NOTHING: HeaderProtocol = HeaderProtocol(0);

/// Whether frames of a link type are read here.
pub(crate) fn is_supported(link_type: u32) -> bool {
    dissect(link_type, &[]).is_some()
}

/// The headers of a frame; `None` if its link type is not read here.
pub(crate) fn dissect(link_type: u32, frame: &[u8]) -> Option<LinkPayload<'_>> {
    match link_type {
        ETHERNET => Some(typed(Packet::dissect(HeaderProtocol::ETHERNET, frame), 0)),
        LINUX_COOKED => Some(cooked(frame, 14, 16)),
        LINUX_COOKED_2 => Some(LinkPayload {
            interface: ByteOrder::Big.u32(frame, 4).unwrap_or(0),
            ..cooked(frame, 0, 20)
        }),
        NULL | LOOP => Some(loopback(frame)),
        JUNIPER_ETHERNET => Some(juniper(frame).unwrap_or(nothing())),
        PPP => Some(typed(Packet::dissect(HeaderProtocol::PPP, frame), 0)),
        IPV4 | IPV6 => Some(ip(frame, 0)),
        raw if RAW.contains(&raw) => Some(ip(frame, 0)),
        _ => None,
    }
}

/// A packet whose link header has an EtherType, or says nothing that matters here.
fn typed(packet: Packet<'_>, start: usize) -> LinkPayload<'_> {
    const ETHERTYPE_IPV4: u16 = 0x0800;
    const ETHERTYPE_IPV6: u16 = 0x86dd;
    LinkPayload {
        packet,
        start,
        names_ip: matches!(packet.ether_type(), Some(ETHERTYPE_IPV4 | ETHERTYPE_IPV6)),
        interface: 0,
    }
}

/// An IP packet, even if it does not look like one.
fn ip(frame: &[u8], start: usize) -> LinkPayload<'_> {
    let octets = frame.get(start..).unwrap_or_default();
    LinkPayload {
        packet: Packet::dissect(HeaderProtocol::IPV4, octets),
        start,
        names_ip: true,
        interface: 0,
    }
}

/// Linux cooked captures: an EtherType, and what it names elsewhere in the frame.
fn cooked(frame: &[u8], ether_type: usize, start: usize) -> LinkPayload<'_> {
    let packet = match (u16_at(frame, ether_type), frame.get(start..)) {
        (Some(ether_type), Some(octets)) => Packet::dissect_ether_type(ether_type, octets),
        _ => return nothing(),
    };
    typed(packet, start)
}

/// What cannot be read.
fn nothing() -> LinkPayload<'static> {
    typed(Packet::dissect(NOTHING, &[]), 0)
}

/// Captures of Junos: a magic number, flags, extensions if a flag says so, and the frame, or the
/// number of a protocol if another flag says that there is no link header (the dissectors of
/// tcpdump and Wireshark; Juniper has published no format).
fn juniper(frame: &[u8]) -> Option<LinkPayload<'_>> {
    const MAGIC: [u8; 3] = *b"MGC";
    const NO_LINK_HEADER: u8 = 0x02;
    const EXTENSIONS: u8 = 0x80;
    const IPV4: u32 = 2;
    const IPV6: u32 = 6;

    let [magic @ .., flags] = chunk::<4>(frame, 0)?;
    (magic == MAGIC).then_some(())?;
    let start = if flags & EXTENSIONS == 0 {
        4
    } else {
        usize::from(u16_at(frame, 4)?).checked_add(6)?
    };
    if flags & NO_LINK_HEADER == 0 {
        let packet = Packet::dissect(HeaderProtocol::ETHERNET, frame.get(start..)?);
        return Some(typed(packet, start));
    }
    // In the order of the host that captured, which is little-endian.
    let protocol = ByteOrder::Little.u32(frame, start)?;
    matches!(protocol, IPV4 | IPV6).then_some(())?;
    Some(ip(frame, start.checked_add(4)?))
}

/// BSD loopback: the address family in the order of the host (NULL) or the network's
/// (LOOP); both orders are accepted for both, because files come from other hosts.
fn loopback(frame: &[u8]) -> LinkPayload<'_> {
    let is_ip = |order: ByteOrder| {
        // AF_INET; AF_INET6 of Linux, NetBSD, FreeBSD and Darwin.
        order
            .u32(frame, 0)
            .is_some_and(|family| matches!(family, 2 | 10 | 24 | 28 | 30))
    };
    if is_ip(ByteOrder::Big) || is_ip(ByteOrder::Little) {
        ip(frame, 4)
    } else {
        nothing()
    }
}
