//! Fields of fixed headers: name, octets, and how the value is shown.

use netflow_core::element::{self, iana};
use netflow_core::value::MacAddress;

use super::super::tree::TreeNode;
use super::{ip_protocol, named};
use crate::explain::frame::show::{address, number};

/// The fields of a header in their order.
pub(super) type PacketHeaderFields = &'static [(&'static str, usize, Show)];

/// How a field is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Show {
    Number,
    /// Only in hex, which is shown beside every field.
    Hex,
    Mac,
    Address,
    EtherType,
    IpProtocol,
    /// Version and octets of the header of IPv4.
    VersionAndLength,
    /// DSCP and ECN.
    Tos,
    /// Flags and offset of IPv4.
    Fragment,
    /// Offset and flag of IPv6.
    FragmentIpv6,
    /// Version, traffic class and flow label.
    Ipv6Start,
    /// Octets of the header and flags of TCP.
    TcpFlags,
    /// Priority and number of a VLAN.
    Vlan,
    /// The session of ERSPAN.
    Session,
}

/// Adds the fields to a header, from its start, as far as they are there whole.
pub(super) fn rows(node: &mut TreeNode, fields: PacketHeaderFields, payload: &[u8]) {
    let mut at = node.range.start;
    for (name, len, show) in fields {
        let end = at + len;
        let Some(octets) = payload.get(at..end).filter(|_| end <= node.range.end) else {
            return;
        };
        node.children
            .push(TreeNode::leaf(at..end, *name, value(octets, *show)));
        at = end;
    }
}

fn value(octets: &[u8], show: Show) -> String {
    let number = number(octets);
    match show {
        Show::Number => number.to_string(),
        Show::Hex => String::new(),
        Show::Mac => octets
            .try_into()
            .map_or_else(|_| String::new(), |octets| MacAddress(octets).to_string()),
        Show::Address => address(octets),
        Show::EtherType => ether_type(number),
        Show::IpProtocol => octets
            .last()
            .map_or_else(String::new, |it| ip_protocol(*it)),
        Show::VersionAndLength => {
            format!(
                "version {}, header of {} octets",
                number >> 4,
                (number & 15) * 4
            )
        }
        Show::Tos => format!("DSCP {}, ECN {}", number >> 2, number & 3),
        Show::Fragment => {
            let flags = names(number, &[(14, "don't fragment"), (13, "more fragments")]);
            format!("{flags}offset {}", (number & 0x1fff) * 8)
        }
        Show::FragmentIpv6 => {
            let flags = names(number, &[(0, "more fragments")]);
            format!("{flags}offset {}", number >> 3 << 3)
        }
        Show::Ipv6Start => {
            let (class, label) = (number >> 20 & 0xff, number & 0x000f_ffff);
            let (dscp, ecn) = (class >> 2, class & 3);
            format!(
                "version {}, DSCP {dscp}, ECN {ecn}, flow label {label}",
                number >> 28
            )
        }
        Show::TcpFlags => {
            let set = (0..9).rev().filter(|bit| number >> bit & 1 == 1);
            let flags = set.filter_map(|bit| element::flag(iana::TCP_CONTROL_BITS.id, bit));
            let flags: String = flags.map(|name| format!("{name}, ")).collect();
            format!("{flags}header of {} octets", (number >> 12) * 4)
        }
        Show::Vlan => {
            let drop = names(number, &[(12, "drop eligible")]);
            format!("{}, {drop}priority {}", number & 0x0fff, number >> 13)
        }
        Show::Session => (number & 0x03ff).to_string(),
    }
}

/// The names of the bits that are set, each followed by a comma.
fn names(bits: u64, names: &[(u32, &str)]) -> String {
    let set = names.iter().filter(|(bit, _)| bits >> bit & 1 == 1);
    set.map(|(_, name)| format!("{name}, ")).collect()
}

/// A type of Ethernet, or the length that is in its place (IEEE 802.3).
fn ether_type(number: u64) -> String {
    let name = match number {
        0..0x0600 => return format!("length {number}"),
        0x0800 => Some("IPv4"),
        0x0806 => Some("ARP"),
        0x6558 => Some("Ethernet"),
        0x8100 => Some("VLAN tag"),
        0x86dd => Some("IPv6"),
        0x8847 | 0x8848 => Some("MPLS"),
        0x8864 => Some("PPPoE session"),
        0x88a8 | 0x9100 | 0x9200 => Some("service VLAN tag"),
        0x88e7 => Some("backbone service tag"),
        _ => None,
    };
    named(format_args!("0x{number:04x}"), name)
}
