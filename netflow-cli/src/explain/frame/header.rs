//! The headers of messages, field by field.

use netflow_core::{Protocol, Timestamp};

use super::show::{address, number};
use super::tree::TreeNode;
use crate::explain::words::{grouped, span};

/// How a field of a header is shown.
#[derive(Debug, Clone, Copy)]
enum HeaderFieldKind {
    Number,
    /// Milliseconds.
    Uptime,
    /// Seconds since 1970.
    Time,
    /// Mode in the top two bits, interval below.
    Sampling,
    Address,
}

/// Name, octets and kind of each field.
type HeaderFields = &'static [(&'static str, usize, HeaderFieldKind)];

const CLOCK: HeaderFields = &[
    ("version", 2, HeaderFieldKind::Number),
    ("count", 2, HeaderFieldKind::Number),
    ("sys_uptime", 4, HeaderFieldKind::Uptime),
    ("unix_secs", 4, HeaderFieldKind::Time),
    ("unix_nsecs", 4, HeaderFieldKind::Number),
];
const ENGINE: HeaderFields = &[
    ("sequence", 4, HeaderFieldKind::Number),
    ("engine_type", 1, HeaderFieldKind::Number),
    ("engine_id", 1, HeaderFieldKind::Number),
];
const SAMPLING: HeaderFields = &[("sampling", 2, HeaderFieldKind::Sampling)];
const V7: HeaderFields = &[
    ("sequence", 4, HeaderFieldKind::Number),
    ("reserved", 4, HeaderFieldKind::Number),
];
const V8: HeaderFields = &[
    ("aggregation scheme", 1, HeaderFieldKind::Number),
    ("aggregation version", 1, HeaderFieldKind::Number),
    ("reserved", 4, HeaderFieldKind::Number),
];
const V9: HeaderFields = &[
    ("version", 2, HeaderFieldKind::Number),
    ("count", 2, HeaderFieldKind::Number),
    ("sys_uptime", 4, HeaderFieldKind::Uptime),
    ("unix_secs", 4, HeaderFieldKind::Time),
    ("sequence", 4, HeaderFieldKind::Number),
    ("source id", 4, HeaderFieldKind::Number),
];
const IPFIX: HeaderFields = &[
    ("version", 2, HeaderFieldKind::Number),
    ("length", 2, HeaderFieldKind::Number),
    ("export time", 4, HeaderFieldKind::Time),
    ("sequence", 4, HeaderFieldKind::Number),
    ("observation domain", 4, HeaderFieldKind::Number),
];
const SFLOW: HeaderFields = &[
    ("version", 4, HeaderFieldKind::Number),
    ("agent address type", 4, HeaderFieldKind::Number),
];
const SFLOW_TAIL: HeaderFields = &[
    ("sub-agent", 4, HeaderFieldKind::Number),
    ("sequence", 4, HeaderFieldKind::Number),
    ("uptime", 4, HeaderFieldKind::Uptime),
    ("sample count", 4, HeaderFieldKind::Number),
];

/// The fields of a header, of what begins like this protocol if none is known.
fn layout(protocol: Protocol, octets: &[u8]) -> Vec<HeaderFields> {
    const IPV4: HeaderFields = &[("agent address", 4, HeaderFieldKind::Address)];
    const IPV6: HeaderFields = &[("agent address", 16, HeaderFieldKind::Address)];
    match protocol {
        Protocol::NetflowV1 => vec![CLOCK],
        Protocol::NetflowV5 | Protocol::NetflowV6 => vec![CLOCK, ENGINE, SAMPLING],
        Protocol::NetflowV7 => vec![CLOCK, V7],
        Protocol::NetflowV8 => vec![CLOCK, ENGINE, V8],
        Protocol::NetflowV9 => vec![V9],
        Protocol::Ipfix => vec![IPFIX],
        Protocol::SflowV5 => match octets.get(7) {
            Some(1) => vec![SFLOW, IPV4, SFLOW_TAIL],
            Some(2) => vec![SFLOW, IPV6, SFLOW_TAIL],
            _ => vec![SFLOW],
        },
        _ => Vec::new(),
    }
}

/// Octets of the header of a fixed version.
pub(super) fn len(protocol: Protocol) -> usize {
    let parts = layout(protocol, &[]);
    parts
        .iter()
        .flat_map(|part| part.iter())
        .map(|field| field.1)
        .sum()
}

/// Adds the header at `offset` of the payload to a message, as far as it is there.
pub(super) fn fields(
    node: &mut TreeNode,
    protocol: Option<Protocol>,
    payload: &[u8],
    offset: usize,
) {
    let octets = payload.get(offset..).unwrap_or_default();
    let found = || netflow_core::wire::message::protocol(octets, offset).ok();
    let Some(protocol) = protocol.or_else(found) else {
        return;
    };
    let mut header = TreeNode::new(offset..offset, "header");
    let mut at = offset;
    for (name, len, kind) in layout(protocol, octets).into_iter().flatten() {
        let Some(octets) = payload.get(at..at + len) else {
            break;
        };
        header
            .children
            .push(TreeNode::leaf(at..at + len, *name, value(octets, *kind)));
        at += len;
    }
    header.range.end = at;
    node.children.push(header);
}

fn value(octets: &[u8], kind: HeaderFieldKind) -> String {
    let number = number(octets);
    let narrow = u32::try_from(number).unwrap_or(u32::MAX);
    match kind {
        HeaderFieldKind::Number => number.to_string(),
        HeaderFieldKind::Uptime => {
            let nanos = i64::from(narrow).saturating_mul(1_000_000);
            format!("{} ms, {}", grouped(number), span(nanos))
        }
        HeaderFieldKind::Time => format!("{number}, {}", Timestamp::from_secs(narrow)),
        HeaderFieldKind::Sampling => {
            let (mode, interval) = (number >> 14, number & 0x3fff);
            format!("mode {mode}, interval {interval}")
        }
        HeaderFieldKind::Address => address(octets),
    }
}
