//! Link, network and transport headers. The dissector says where each begins and ends.

use core::ops::Range;

use netflow_core::packet::HeaderProtocol;

use super::row::{PacketHeaderFields, Show};
use super::{LocatedPacket, header};
use crate::explain::frame::tree::TreeNode;

/// What comes between the last header and the end of what was sampled of it.
const CUT: &str = "cut header";

const ADDRESSES: PacketHeaderFields = &[("destination", 6, Show::Mac), ("source", 6, Show::Mac)];
const VLAN_TAG: PacketHeaderFields = &[("tag type", 2, Show::EtherType), ("VLAN", 2, Show::Vlan)];
const IEEE80211: PacketHeaderFields = &[
    ("frame control", 2, Show::Hex),
    ("duration", 2, Show::Number),
    ("address 1", 6, Show::Mac),
    ("address 2", 6, Show::Mac),
    ("address 3", 6, Show::Mac),
    ("sequence control", 2, Show::Number),
];
const IPV4: PacketHeaderFields = &[
    ("version and length", 1, Show::VersionAndLength),
    ("type of service", 1, Show::Tos),
    ("total length", 2, Show::Number),
    ("identification", 2, Show::Number),
    ("fragment", 2, Show::Fragment),
    ("time to live", 1, Show::Number),
    ("protocol", 1, Show::IpProtocol),
    ("checksum", 2, Show::Hex),
    ("source", 4, Show::Address),
    ("destination", 4, Show::Address),
];
const IPV6: PacketHeaderFields = &[
    ("version, class and label", 4, Show::Ipv6Start),
    ("payload length", 2, Show::Number),
    ("next header", 1, Show::IpProtocol),
    ("hop limit", 1, Show::Number),
    ("source", 16, Show::Address),
    ("destination", 16, Show::Address),
];
const FRAGMENT: PacketHeaderFields = &[
    ("next header", 1, Show::IpProtocol),
    ("reserved", 1, Show::Number),
    ("fragment", 2, Show::FragmentIpv6),
    ("identification", 4, Show::Number),
];
const ROUTING: PacketHeaderFields = &[
    ("next header", 1, Show::IpProtocol),
    ("length", 1, Show::Number),
    ("routing type", 1, Show::Number),
    ("segments left", 1, Show::Number),
];
const EXTENSION: PacketHeaderFields = &[
    ("next header", 1, Show::IpProtocol),
    ("length", 1, Show::Number),
];
const TCP: PacketHeaderFields = &[
    ("source port", 2, Show::Number),
    ("destination port", 2, Show::Number),
    ("sequence number", 4, Show::Number),
    ("acknowledgment number", 4, Show::Number),
    ("flags", 2, Show::TcpFlags),
    ("window", 2, Show::Number),
    ("checksum", 2, Show::Hex),
    ("urgent pointer", 2, Show::Number),
];
const UDP: PacketHeaderFields = &[
    ("source port", 2, Show::Number),
    ("destination port", 2, Show::Number),
    ("length", 2, Show::Number),
    ("checksum", 2, Show::Hex),
];
const ICMP: PacketHeaderFields = &[
    ("type", 1, Show::Number),
    ("code", 1, Show::Number),
    ("checksum", 2, Show::Hex),
    ("rest of the header", 4, Show::Hex),
];
const SCTP: PacketHeaderFields = &[
    ("source port", 2, Show::Number),
    ("destination port", 2, Show::Number),
    ("verification tag", 4, Show::Hex),
    ("checksum", 4, Show::Hex),
];
const PORTS: PacketHeaderFields = &[
    ("source port", 2, Show::Number),
    ("destination port", 2, Show::Number),
];

/// Adds what comes before the network header: Ethernet with its tags, 802.11, PPP, MPLS.
pub(super) fn link(node: &mut TreeNode, place: LocatedPacket<'_>, payload: &[u8]) {
    let packet = place.packet;
    let end = packet
        .mpls_offset()
        .or(packet.network_offset())
        .or(place.payload_offset())
        .unwrap_or(place.len());
    let range = place.start..place.start + end;
    let is_wireless = place.protocol == Some(HeaderProtocol::IEEE80211_MAC);
    if is_wireless && !range.is_empty() {
        let rest = "rest of the link header";
        node.children
            .push(header("IEEE 802.11", range, IEEE80211, (payload, rest)));
    } else if packet.destination_mac().is_some() {
        ethernet(node, place, range, payload);
    } else if !range.is_empty() && is_ppp(place) {
        node.children.push(TreeNode::leaf(range, "PPP", ""));
    }
    let mut at = place.start + packet.mpls_offset().unwrap_or(place.len());
    for label in packet.mpls_labels() {
        let bottom = if label.bottom {
            ", bottom of the stack"
        } else {
            ""
        };
        let (class, ttl) = (label.traffic_class, label.ttl);
        let value = format!(
            "{}, traffic class {class}, time to live {ttl}{bottom}",
            label.label
        );
        node.children
            .push(TreeNode::leaf(at..at + 4, "MPLS label", value));
        at += 4;
    }
}

/// Whether what comes before the first header is PPP. In a tunnel nothing else is read that
/// is there; of what is not read no header is found.
fn is_ppp(place: LocatedPacket<'_>) -> bool {
    match place.protocol {
        Some(protocol) => matches!(protocol, HeaderProtocol::PPP | HeaderProtocol::POS),
        None => {
            let found = place.packet.mpls_offset().or(place.packet.network_offset());
            found.or(place.payload_offset()).is_some()
        }
    }
}

/// Ethernet up to its type, then what leads from there to the next header.
fn ethernet(node: &mut TreeNode, place: LocatedPacket<'_>, range: Range<usize>, payload: &[u8]) {
    const TYPE: PacketHeaderFields = &[("type", 2, Show::EtherType)];
    let mut child = TreeNode::new(range.clone(), "Ethernet");
    super::rows(&mut child, ADDRESSES, payload);
    let mut at = range.start + 12;
    for _ in place.packet.vlans() {
        let tag = header("VLAN tag", at..at + 4, VLAN_TAG, (payload, CUT));
        child.children.push(tag);
        at += 4;
    }
    let mut following = None;
    if at + 2 <= range.end {
        let mut last = TreeNode::new(at..at + 2, "");
        super::rows(&mut last, TYPE, payload);
        child.children.append(&mut last.children);
        at += 2;
        following = match payload.get(at - 2..at) {
            Some([0..6, _]) => Some("LLC and SNAP"),
            Some([0x88, 0x64]) => Some("PPPoE and PPP"),
            _ => Some(CUT),
        }
        .filter(|_| at < range.end);
    }
    if let Some(name) = following {
        child.range.end = at;
        node.children.push(child);
        node.children.push(TreeNode::leaf(at..range.end, name, ""));
    } else {
        super::remainder(&mut child, CUT);
        node.children.push(child);
    }
}

/// Adds the IP header and its extension headers.
pub(super) fn network(node: &mut TreeNode, place: LocatedPacket<'_>, payload: &[u8]) {
    let packet = place.packet;
    let Some(offset) = packet.network_offset() else {
        return;
    };
    let next = packet.transport_offset().or(place.payload_offset());
    let start = place.start + offset;
    let limit = place.start + next.unwrap_or(place.len());
    let octet = |at: usize| payload.get(at).copied().filter(|_| at < limit);
    let is_ipv6 = packet.ip_version() == Some(6);
    let (name, fields, len, next_header) = if is_ipv6 {
        ("IPv6", IPV6, 40, octet(start + 6))
    } else {
        let words = octet(start).map_or(0, |first| usize::from(first & 15));
        ("IPv4", IPV4, (words * 4).max(20), octet(start + 9))
    };
    let end = limit.min(start + len);
    let rest = if end == start + len { "options" } else { CUT };
    node.children
        .push(header(name, start..end, fields, (payload, rest)));
    let mut at = end;
    let mut next_header = next_header;
    while let Some(kind) = next_header.filter(|kind| at < limit && (is_ipv6 || *kind == 51)) {
        let words = usize::from(octet(at + 1).unwrap_or(0));
        let (name, fields, len) = match kind {
            0 => ("hop-by-hop options", EXTENSION, (words + 1) * 8),
            43 => ("routing header", ROUTING, (words + 1) * 8),
            44 => ("fragment header", FRAGMENT, 8),
            51 => ("authentication header", EXTENSION, (words + 2) * 4),
            60 => ("destination options", EXTENSION, (words + 1) * 8),
            _ => break,
        };
        next_header = octet(at);
        let end = limit.min(at + len);
        node.children
            .push(header(name, at..end, fields, (payload, "contents")));
        at = end;
    }
}

/// Adds the transport header, if it is one that is read.
pub(super) fn transport(node: &mut TreeNode, place: LocatedPacket<'_>, payload: &[u8]) {
    let packet = place.packet;
    let Some(offset) = packet.transport_offset() else {
        return;
    };
    let (name, fields) = match packet.protocol() {
        Some(1) => ("ICMP", ICMP),
        Some(6) => ("TCP", TCP),
        Some(17) => ("UDP", UDP),
        Some(33) => ("DCCP", PORTS),
        Some(58) => ("ICMPv6", ICMP),
        Some(132) => ("SCTP", SCTP),
        Some(136) => ("UDP-Lite", UDP),
        _ => return,
    };
    let (end, rest) = match place.payload_offset() {
        Some(end) => (end, "options"),
        None => (place.len(), CUT),
    };
    if offset < end {
        let range = place.start + offset..place.start + end;
        node.children
            .push(header(name, range, fields, (payload, rest)));
    }
}
