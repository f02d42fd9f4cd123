//! The headers of sampled packets.

use core::ops::Range;

use netflow_core::packet::{HeaderProtocol, Packet, Tunnel, protocol};

use super::{Anonymiser, place};

/// Packets inside packets are followed to this depth.
const DEPTH: u8 = 4;
/// Octets of a MAC address.
const MAC: usize = 6;
/// Where the addresses of an Ethernet frame begin.
const ETHERNET: &[usize] = &[0, MAC];
/// Where the first three addresses of a frame of IEEE 802.11 begin (section 9.2.3).
const WIRELESS: &[usize] = &[4, 10, 16];
/// Where the fourth is, if both flags are set: to and from the distribution system.
const FOURTH: usize = 24;
const BETWEEN_STATIONS: u8 = 3;
/// Where the addresses of an IPv4 header begin, and where its options do (RFC 791, section 3.1).
const IPV4: [usize; 2] = [12, 16];
const IPV4_OPTIONS: usize = 20;
const IPV4_CHECKSUM: Range<usize> = 10..12;
/// Where the addresses of an IPv6 header begin, and its octets (RFC 8200, section 3).
const IPV6: [usize; 2] = [8, 24];
const IPV6_LEN: usize = 40;
const IPV6_NEXT_HEADER: usize = 6;
/// Octets of a routing header before its addresses (RFC 8200, section 4.4): how many of them are left
/// is in the last.
const ROUTING: usize = 4;
/// Octets of an options header before its options (RFC 8200, section 4.3).
const OPTIONS: usize = 2;
/// Where the options of a TCP header begin (RFC 9293, section 3.1).
const TCP_OPTIONS: usize = 20;
/// What follows type, code and checksum of ICMP and IGMP may be an address: that of a gateway (RFC 792),
/// of a group (RFC 2236).
const ICMP_REST: usize = 4;

impl Anonymiser {
    /// Replaces the addresses in the headers of a packet. All that is not a known part of a header is
    /// zeroed: the payload, options, headers that are not read.
    pub(super) fn replace_packet(
        &self,
        protocol: HeaderProtocol,
        packet: &Packet<'_>,
        body: &mut [u8],
    ) {
        body.fill(0);
        let link = if protocol == HeaderProtocol::IEEE80211_MAC {
            WIRELESS
        } else {
            ETHERNET
        };
        if let Some(body) = body.get_mut(..packet.octets().len()) {
            self.packet(packet, body, link, DEPTH);
        }
    }

    /// Fills the body of a packet, which is zero. `link` is where its MAC addresses are, if it has any.
    fn packet(&self, packet: &Packet<'_>, body: &mut [u8], link: &[usize], depth: u8) {
        let original = packet.octets();
        let carried = packet
            .payload()
            .and_then(|carried| place(carried, original));
        let headers = match &carried {
            Some(carried) => carried.start,
            // They are cut.
            None if packet.network_offset().is_some()
                || packet.destination_mac().is_some()
                || packet.mpls_offset().is_some() =>
            {
                original.len()
            }
            None => return,
        };
        let mut replaced = Replaced { original, body };
        replaced.keep(0..headers);
        replaced.link(packet, link, self);
        replaced.network(packet, headers, self);
        replaced.transport(packet, headers);
        let inner = packet.inner().zip(carried).zip(depth.checked_sub(1));
        let Some(((inner, carried), depth)) = inner else {
            return;
        };
        if let Some(inside) = place(inner.packet.octets(), original) {
            // The header of the tunnel. A control word of zeros is one too (RFC 4385, section 3), and
            // where it is only a guess, these octets are of an address (RFC 8469).
            if inner.tunnel != Tunnel::MplsPseudowire {
                replaced.keep(carried.start..inside.start);
            }
            if let Some(body) = replaced.body.get_mut(inside) {
                self.packet(&inner.packet, body, ETHERNET, depth);
            }
        }
    }
}

/// The octets of a packet, and those in their place.
struct Replaced<'p> {
    original: &'p [u8],
    body: &'p mut [u8],
}

impl Replaced<'_> {
    /// Copies octets.
    fn keep(&mut self, place: Range<usize>) {
        let body = self.body.get_mut(place.clone());
        if let Some((body, original)) = body.zip(self.original.get(place)) {
            body.copy_from_slice(original);
        }
    }

    /// Zeroes octets, as far as they are there.
    fn blank(&mut self, start: usize, end: usize) {
        let end = end.min(self.body.len());
        if let Some(octets) = self.body.get_mut(start..end) {
            octets.fill(0);
        }
    }

    /// Replaces an address; one that is cut is zeroed.
    fn address(&mut self, start: usize, len: usize, replace: impl FnOnce(&mut [u8])) {
        match self.body.get_mut(start..start.saturating_add(len)) {
            Some(address) => replace(address),
            None => self.blank(start, usize::MAX),
        }
    }

    fn link(&mut self, packet: &Packet<'_>, addresses: &[usize], anonymiser: &Anonymiser) {
        if packet.destination_mac().is_none() && packet.source_mac().is_none() {
            // A frame that is cut inside its addresses.
            if packet.network_offset().is_none() && packet.mpls_offset().is_none() {
                self.blank(0, MAC + MAC);
            }
            return;
        }
        for start in addresses {
            self.address(*start, MAC, |address| anonymiser.replace_mac(address));
        }
        let has_fourth = self
            .pair(0)
            .is_some_and(|[_, flags]| flags & BETWEEN_STATIONS == BETWEEN_STATIONS);
        if addresses == WIRELESS && has_fourth {
            self.address(FOURTH, MAC, |address| anonymiser.replace_mac(address));
        }
    }

    fn network(&mut self, packet: &Packet<'_>, headers: usize, anonymiser: &Anonymiser) {
        let Some(start) = packet.network_offset() else {
            return;
        };
        let is_v4 = packet.ip_version() == Some(4);
        let (addresses, len) = if is_v4 { (IPV4, 4) } else { (IPV6, 16) };
        for at in addresses {
            self.address(start + at, len, |address| {
                anonymiser.replace_address(address);
            });
        }
        if is_v4 {
            let words = self.original.get(start).map_or(0, |first| first & 0x0f);
            let end = start + 4 * usize::from(words);
            self.blank(start + IPV4_OPTIONS, end.min(headers));
            self.correct(start..end);
        } else {
            self.extensions(start, packet.transport_offset().unwrap_or(headers));
        }
    }

    /// Corrects the checksum of an IPv4 header, if it was right: after MPLS labels a packet is recognised
    /// by it.
    fn correct(&mut self, place: Range<usize>) {
        let was_right = self
            .original
            .get(place.clone())
            .is_some_and(|header| sum(header) == u16::MAX);
        let Some(header) = self.body.get_mut(place).filter(|_| was_right) else {
            return;
        };
        if let Some(checksum) = header.get_mut(IPV4_CHECKSUM) {
            checksum.fill(0);
        }
        let checksum = !sum(header);
        if let Some(place) = header.get_mut(IPV4_CHECKSUM) {
            place.copy_from_slice(&checksum.to_be_bytes());
        }
    }

    /// Zeroes what extension headers of IPv6 hold.
    fn extensions(&mut self, ip: usize, end: usize) {
        let mut kind = self.original.get(ip + IPV6_NEXT_HEADER).copied();
        let mut at = ip + IPV6_LEN;
        while let (Some(this), Some([next, len])) = (kind, self.pair(at).filter(|_| at < end)) {
            let content = match this {
                protocol::FRAGMENT => {
                    at += 8;
                    kind = Some(next);
                    continue;
                }
                protocol::AUTHENTICATION => {
                    at += 4 * (usize::from(len) + 2);
                    kind = Some(next);
                    continue;
                }
                protocol::ROUTING => ROUTING,
                protocol::HOP_BY_HOP | protocol::DESTINATION_OPTIONS => OPTIONS,
                _ => return,
            };
            let size = 8 * (usize::from(len) + 1);
            self.blank(at + content, (at + size).min(end));
            at += size;
            kind = Some(next);
        }
    }

    /// Two octets.
    fn pair(&self, at: usize) -> Option<[u8; 2]> {
        self.original.get(at..)?.first_chunk().copied()
    }

    fn transport(&mut self, packet: &Packet<'_>, headers: usize) {
        let Some(start) = packet.transport_offset() else {
            return;
        };
        match packet.protocol() {
            Some(protocol::TCP) => self.blank(start + TCP_OPTIONS, headers),
            Some(protocol::ICMP | protocol::ICMPV6 | protocol::IGMP) => {
                self.blank(start + ICMP_REST, headers);
            }
            _ => {}
        }
    }
}

/// The ones' complement sum of 16-bit numbers (RFC 1071), of which a header with a checksum has all bits.
fn sum(header: &[u8]) -> u16 {
    let numbers = header.chunks(2).map(|pair| match pair {
        [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    });
    let mut sum: u32 = numbers.sum();
    while sum > u16::MAX.into() {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).unwrap_or(0)
}
