//! The headers of tunnels: each function takes the octets from the start of the header, and returns the
//! packet after it if the header is whole and one of this tunnel.

use super::{Inner, Tunnel};
use crate::packet::HeaderProtocol;
use crate::packet::offset::{high_24_bits, load, load_u16, plus};

/// EtherIP (RFC 3378, section 3): four bits of version 3, twelve of zero.
pub(super) fn ether_ip(octets: &[u8]) -> Option<Inner<'_>> {
    let [version, _] = load(octets, 0)?;
    let frame = octets.get(2..)?;
    (version >> 4 == 3).then(|| Inner::new(Tunnel::EtherIp, HeaderProtocol::ETHERNET, frame))
}

/// GRE (RFC 2784 and 2890; RFC 2637, section 4.1). The source routes of RFC 1701 are not read.
pub(super) fn gre(octets: &[u8]) -> Option<Inner<'_>> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const ACKNOWLEDGMENT: u16 = 0x0080;
    const VERSION: u16 = 0x0007;
    const ERSPAN_1_OR_2: u16 = 0x88be;
    const ERSPAN_3: u16 = 0x22eb;

    let flags = load_u16(octets, 0)?;
    let protocol = load_u16(octets, 2)?;
    let is_pptp = flags & VERSION == 1;
    if flags & ROUTING != 0 || flags & VERSION > 1 {
        return None;
    }
    let mut at = 4;
    let mut optional_word = |flag: u16| -> Option<Option<[u8; 4]>> {
        if flags & flag == 0 {
            return Some(None);
        }
        let word = load(octets, at)?;
        at = plus(at, 4);
        Some(Some(word))
    };
    optional_word(CHECKSUM)?;
    let key = optional_word(KEY)?;
    optional_word(SEQUENCE)?;
    if is_pptp {
        optional_word(ACKNOWLEDGMENT)?;
    }
    let payload = octets.get(at..)?;
    match protocol {
        ERSPAN_1_OR_2 if flags & SEQUENCE == 0 => Some(Inner::new(
            Tunnel::Erspan,
            HeaderProtocol::ETHERNET,
            payload,
        )),
        ERSPAN_1_OR_2 => erspan(payload, 8),
        ERSPAN_3 => {
            let has_subheader = payload.get(11)? & 1 != 0;
            erspan(payload, if has_subheader { 20 } else { 12 })
        }
        _ => {
            let inner = Inner::of_ether_type(Tunnel::Gre, protocol, payload);
            Some(match key {
                Some([_, _, call_id @ ..]) if is_pptp => inner.with_id(u16::from_be_bytes(call_id)),
                Some(key) => inner.with_id(u32::from_be_bytes(key)),
                None => inner,
            })
        }
    }
}

/// ERSPAN of type II or III (draft-foschiano-erspan, section 4) with a header of `len` octets.
fn erspan(octets: &[u8], len: usize) -> Option<Inner<'_>> {
    let session_id = load_u16(octets, 2)? & 0x03ff;
    let frame = octets.get(len..)?;
    Some(Inner::new(Tunnel::Erspan, HeaderProtocol::ETHERNET, frame).with_id(session_id))
}

/// VXLAN (RFC 7348, section 5). The I flag says that the VNI is valid, and must be set.
pub(super) fn vxlan(octets: &[u8]) -> Option<Inner<'_>> {
    const HAS_VNI: u8 = 0x08;

    let vni = high_24_bits(load(octets, 4)?);
    let frame = octets.get(8..)?;
    (octets.first()? & HAS_VNI != 0)
        .then(|| Inner::new(Tunnel::Vxlan, HeaderProtocol::ETHERNET, frame).with_id(vni))
}

/// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe, section 3). Without the P flag it is VXLAN.
pub(super) fn vxlan_gpe(octets: &[u8]) -> Option<Inner<'_>> {
    const VERSION: u8 = 0x30;
    const HAS_VNI: u8 = 0x08;
    const HAS_PROTOCOL: u8 = 0x04;

    let [flags, _, _, next_protocol] = load(octets, 0)?;
    let vni = high_24_bits(load(octets, 4)?);
    let payload = octets.get(8..)?;
    if flags & VERSION != 0 {
        return None;
    }
    let protocol = match next_protocol {
        _ if flags & HAS_PROTOCOL == 0 => Some(HeaderProtocol::ETHERNET),
        1 | 2 => Some(HeaderProtocol::IPV4),
        3 => Some(HeaderProtocol::ETHERNET),
        5 => Some(HeaderProtocol::MPLS),
        _ => None,
    };
    let inner = match protocol {
        Some(protocol) => Inner::new(Tunnel::VxlanGpe, protocol, payload),
        None => Inner::unread(Tunnel::VxlanGpe, payload),
    };
    Some(if flags & HAS_VNI != 0 {
        inner.with_id(vni)
    } else {
        inner
    })
}

/// Geneve (RFC 8926, section 3.4), version 0.
pub(super) fn geneve(octets: &[u8]) -> Option<Inner<'_>> {
    const VERSION: u8 = 0xc0;
    const OPTIONS_LEN: u8 = 0x3f;

    let [first, _, high, low] = load(octets, 0)?;
    let vni = high_24_bits(load(octets, 4)?);
    let options_len = usize::from(first & OPTIONS_LEN) << 2;
    let payload = octets.get(plus(8, options_len)..)?;
    let protocol = u16::from_be_bytes([high, low]);
    (first & VERSION == 0)
        .then(|| Inner::of_ether_type(Tunnel::Geneve, protocol, payload).with_id(vni))
}

/// GTP-U version 1 (3GPP TS 29.281, sections 5.1 and 5.2), messages that carry a user's packet.
pub(super) fn gtp_u(octets: &[u8]) -> Option<Inner<'_>> {
    const VERSION_AND_TYPE: u8 = 0xf0;
    const GTP_VERSION_1: u8 = 0x30;
    const EXTENSION: u8 = 0x04;
    /// Any of the flags E, S and PN brings all three optional fields.
    const OPTIONAL: u8 = 0x07;
    const USER_PACKET: u8 = 255;

    let [flags, message_type, _, _] = load(octets, 0)?;
    let teid = u32::from_be_bytes(load(octets, 4)?);
    if flags & VERSION_AND_TYPE != GTP_VERSION_1 || message_type != USER_PACKET {
        return None;
    }
    let mut at = 8;
    if flags & OPTIONAL != 0 {
        at = plus(at, 4);
        let mut next_extension = *octets.get(11)?;
        while flags & EXTENSION != 0 && next_extension != 0 {
            // In words of 32 bits; the last octet names what follows.
            let len = usize::from(*octets.get(at)?) << 2;
            if len == 0 {
                return None;
            }
            at = plus(at, len);
            next_extension = *octets.get(at.wrapping_sub(1))?;
        }
    }
    let packet = octets.get(at..)?;
    Some(Inner::new(Tunnel::GtpU, HeaderProtocol::IPV4, packet).with_id(teid))
}

/// Teredo (RFC 4380, section 5.1.1): an IPv6 packet after an authentication and an origin
/// indication, each of which may be there.
pub(super) fn teredo(octets: &[u8]) -> Option<Inner<'_>> {
    const ORIGIN: [u8; 2] = [0, 0];

    let mut octets = octets;
    if let Some([0, 1, client_len, authentication_len]) = load(octets, 0) {
        let variable = plus(usize::from(client_len), usize::from(authentication_len));
        octets = octets.get(plus(13, variable)..)?;
    }
    if load(octets, 0) == Some(ORIGIN) {
        octets = octets.get(8..)?;
    }
    (octets.first()? >> 4 == 6).then(|| Inner::new(Tunnel::Teredo, HeaderProtocol::IPV6, octets))
}

/// TZSP version 1 (the protocol has no specification but its dissectors): type, protocol, tagged
/// fields, and the frame after the tag that ends them.
pub(super) fn tzsp(octets: &[u8]) -> Option<Inner<'_>> {
    const VERSION: u8 = 1;
    /// A received packet, and a packet for transmission.
    const WITH_PACKET: [u8; 2] = [0, 1];
    const TAG_PADDING: u8 = 0;
    const TAG_END: u8 = 1;

    let [version, packet_type, high, low] = load(octets, 0)?;
    if version != VERSION || !WITH_PACKET.contains(&packet_type) {
        return None;
    }
    let mut at = 4;
    loop {
        match *octets.get(at)? {
            TAG_PADDING => at = plus(at, 1),
            TAG_END => break,
            _ => at = plus(at, plus(2, usize::from(*octets.get(plus(at, 1))?))),
        }
    }
    let frame = octets.get(plus(at, 1)..)?;
    Some(match u16::from_be_bytes([high, low]) {
        1 => Inner::new(Tunnel::Tzsp, HeaderProtocol::ETHERNET, frame),
        18 => Inner::new(Tunnel::Tzsp, HeaderProtocol::IEEE80211_MAC, frame),
        _ => Inner::unread(Tunnel::Tzsp, frame),
    })
}
