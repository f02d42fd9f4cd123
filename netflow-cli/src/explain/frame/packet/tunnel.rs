//! What comes between a packet and the one it carries.

use core::ops::Range;

use super::row::{PacketHeaderFields, Show};
use super::{Tunnel, header};
use crate::explain::frame::tree::TreeNode;

const VXLAN: PacketHeaderFields = &[
    ("flags", 1, Show::Hex),
    ("reserved", 3, Show::Hex),
    ("VNI", 3, Show::Number),
    ("reserved", 1, Show::Hex),
];
const VXLAN_GPE: PacketHeaderFields = &[
    ("flags", 1, Show::Hex),
    ("reserved", 2, Show::Hex),
    ("next protocol", 1, Show::Number),
    ("VNI", 3, Show::Number),
    ("reserved", 1, Show::Hex),
];
const GENEVE: PacketHeaderFields = &[
    ("version and length of options", 1, Show::Hex),
    ("flags", 1, Show::Hex),
    ("protocol", 2, Show::EtherType),
    ("VNI", 3, Show::Number),
    ("reserved", 1, Show::Hex),
];
const GTP_U: PacketHeaderFields = &[
    ("version and flags", 1, Show::Hex),
    ("message type", 1, Show::Number),
    ("length", 2, Show::Number),
    ("TEID", 4, Show::Number),
];
const GRE: PacketHeaderFields = &[
    ("flags and version", 2, Show::Hex),
    ("protocol", 2, Show::EtherType),
];
const BACKBONE: PacketHeaderFields = &[
    ("priority and flags", 1, Show::Hex),
    ("I-SID", 3, Show::Number),
];
const ERSPAN: PacketHeaderFields = &[
    ("version and VLAN", 2, Show::Hex),
    ("session", 2, Show::Session),
];

/// The header of a tunnel.
pub(super) fn header_of(tunnel: Tunnel, range: Range<usize>, payload: &[u8]) -> TreeNode {
    let (fields, rest): (PacketHeaderFields, &str) = match tunnel {
        Tunnel::Gre | Tunnel::Erspan => return gre(tunnel, range, payload),
        Tunnel::Vxlan => (VXLAN, "rest"),
        Tunnel::VxlanGpe => (VXLAN_GPE, "rest"),
        Tunnel::Geneve => (GENEVE, "options"),
        Tunnel::GtpU => (GTP_U, "optional fields and extension headers"),
        Tunnel::ProviderBackboneBridge => (BACKBONE, "rest"),
        Tunnel::MplsPseudowire => {
            return TreeNode::leaf(range, "control word", "");
        }
        tunnel => return TreeNode::leaf(range, title(tunnel), ""),
    };
    header(title(tunnel), range, fields, (payload, rest))
}

fn title(tunnel: Tunnel) -> String {
    format!("{} header", tunnel.name())
}

/// GRE, whose flags say which fields are there (RFC 2784, 2890 and 2637), and ERSPAN after it.
fn gre(tunnel: Tunnel, range: Range<usize>, payload: &[u8]) -> TreeNode {
    const OPTIONAL: [(u8, u8, &str); 4] = [
        (0, 0x80, "checksum"),
        (0, 0x20, "key"),
        (0, 0x10, "sequence number"),
        (1, 0x80, "acknowledgment number"),
    ];
    let mut node = TreeNode::new(range.clone(), title(Tunnel::Gre));
    super::rows(&mut node, GRE, payload);
    let mut at = range.start + 4;
    for (place, flag, name) in OPTIONAL {
        let has = payload.get(range.start + usize::from(place));
        // The flag of the acknowledgment has a meaning in version 1 only.
        let version = payload.get(range.start + 1).map_or(0, |octet| octet & 7);
        let is_there = has.is_some_and(|octet| octet & flag != 0) && (place == 0 || version == 1);
        if is_there && at + 4 <= range.end {
            let octets = payload.get(at..at + 4).unwrap_or_default();
            let value = crate::explain::frame::show::number(octets).to_string();
            node.children.push(TreeNode::leaf(at..at + 4, name, value));
            at += 4;
        }
    }
    if tunnel == Tunnel::Erspan && at < range.end {
        let child = header(title(tunnel), at..range.end, ERSPAN, (payload, "rest"));
        node.children.push(child);
    }
    super::remainder(&mut node, "rest");
    node
}
