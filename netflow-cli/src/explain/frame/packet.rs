//! The headers of a sampled packet.

mod layer;
mod row;
mod tunnel;

use netflow_core::element::iana;
use netflow_core::packet::{HeaderProtocol, Packet, Tunnel};

use self::row::{PacketHeaderFields, rows};
use super::tree::{TreeNode, place};

/// Packets inside packets are followed so deep.
const DEPTH: u8 = 4;

/// Octets after the end of a packet by its own lengths.
const AFTER_PACKET: &str = "after the packet";

/// A packet, or one inside another, and where its octets are in the payload.
#[derive(Debug, Clone, Copy)]
struct LocatedPacket<'a> {
    packet: Packet<'a>,
    /// What the sample begins with; `None` of a packet inside another.
    protocol: Option<HeaderProtocol>,
    start: usize,
    depth: u8,
}

/// Adds the headers of a sample to its node, which holds just its octets. Of a packet that
/// is not read nothing is added.
pub(super) fn headers(
    node: &mut TreeNode,
    protocol: HeaderProtocol,
    packet: Packet<'_>,
    payload: &[u8],
) {
    let has_layers = packet.payload().is_some()
        || packet.network_offset().is_some()
        || packet.mpls_offset().is_some()
        || packet.destination_mac().is_some();
    if !has_layers {
        return;
    }
    let place = LocatedPacket {
        packet,
        protocol: Some(protocol),
        start: node.range.start,
        depth: 0,
    };
    node.value = None;
    place.add(node, payload);
    node.fill(payload, AFTER_PACKET);
}

impl LocatedPacket<'_> {
    /// Adds all headers, then what they carry.
    fn add(self, node: &mut TreeNode, payload: &[u8]) {
        layer::link(node, self, payload);
        layer::network(node, self, payload);
        layer::transport(node, self, payload);
        self.carried(node, payload);
    }

    /// Octets of the packet.
    const fn len(self) -> usize {
        self.packet.octets().len()
    }

    /// Where what the headers carry begins, from the start of the packet.
    fn payload_offset(self) -> Option<usize> {
        let carried = self.packet.payload()?;
        place(carried, self.packet.octets()).map(|range| range.start)
    }

    fn carried(self, node: &mut TreeNode, payload: &[u8]) {
        let Some(carried) = self.packet.payload() else {
            return;
        };
        let Some(start) = self.payload_offset().map(|offset| self.start + offset) else {
            return;
        };
        let end = start + carried.len();
        let inner = self.packet.inner().filter(|_| self.depth < DEPTH);
        let within = inner.and_then(|inner| {
            let range = place(inner.packet.octets(), carried)?;
            Some((inner, start + range.start))
        });
        let Some((inner, inner_start)) = within else {
            if !carried.is_empty() {
                node.children
                    .push(TreeNode::leaf(start..end, "payload", ""));
            }
            return;
        };
        if inner_start > start {
            let header = tunnel::header_of(inner.tunnel, start..inner_start, payload);
            node.children.push(header);
        }
        if inner_start < end {
            let name = format!("packet in {}", inner.tunnel.name());
            let mut child = TreeNode::new(inner_start..end, name);
            let place = Self {
                packet: inner.packet,
                protocol: None,
                start: inner_start,
                depth: self.depth + 1,
            };
            place.add(&mut child, payload);
            let is_read = !child.children.is_empty();
            child.fill(payload, if is_read { AFTER_PACKET } else { "not read" });
            node.children.push(child);
        }
    }
}

/// A header whose fields are these, as far as they are there before `end`; further octets
/// are `rest`.
fn header(
    name: impl Into<String>,
    range: core::ops::Range<usize>,
    fields: PacketHeaderFields,
    (payload, rest): (&[u8], &str),
) -> TreeNode {
    let mut node = TreeNode::new(range, name);
    rows(&mut node, fields, payload);
    remainder(&mut node, rest);
    node
}

/// Adds the octets that no field of a header covers; zero or not, they are not padding.
fn remainder(node: &mut TreeNode, name: &str) {
    let last = node.children.last();
    let range = last.map_or(node.range.start, |last| last.range.end)..node.range.end;
    if !range.is_empty() {
        node.children.push(TreeNode::leaf(range, name, ""));
    }
}

/// `6, TCP`
fn ip_protocol(number: u8) -> String {
    let name = netflow_core::element::code(iana::PROTOCOL_IDENTIFIER.id, number.into());
    named(number, name)
}

fn named(number: impl core::fmt::Display, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{number}, {name}"),
        None => number.to_string(),
    }
}
