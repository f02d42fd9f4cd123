//! Flow messages as protobuf (<https://protobuf.dev/programming-guides/encoding/>).

use core::net::IpAddr;

use super::message::FlowMessage;

const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

/// Writes a message after its length. `body` is room for it.
pub(super) fn write(message: &FlowMessage, body: &mut Vec<u8>, out: &mut Vec<u8>) {
    body.clear();
    write_fields(message, body);
    varint(body.len() as u64, out);
    out.extend_from_slice(body);
}

/// The fields in the order of their numbers.
fn write_fields(message: &FlowMessage, out: &mut Vec<u8>) {
    number(1, message.kind as u64, out);
    number(3, message.sampling_rate, out);
    number(4, message.sequence, out);
    address(6, message.source, out);
    address(7, message.destination, out);
    number(9, message.bytes, out);
    number(10, message.packets, out);
    address(11, message.sampler_address, out);
    address(12, message.next_hop, out);
    number(13, message.next_hop_as, out);
    number(14, message.source_as, out);
    number(15, message.destination_as, out);
    number(16, message.source_prefix_length, out);
    number(17, message.destination_prefix_length, out);
    number(18, message.input, out);
    number(19, message.output, out);
    number(20, message.protocol, out);
    number(21, message.source_port, out);
    number(22, message.destination_port, out);
    number(23, message.tos, out);
    number(24, message.forwarding_status, out);
    number(25, message.ttl, out);
    number(26, message.tcp_flags, out);
    number(27, message.source_mac, out);
    number(28, message.destination_mac, out);
    number(29, message.vlan, out);
    number(30, message.ether_type, out);
    number(31, message.icmp_type, out);
    number(32, message.icmp_code, out);
    number(33, message.source_vlan, out);
    number(34, message.destination_vlan, out);
    number(35, message.fragment_id, out);
    number(36, message.fragment_offset, out);
    number(37, message.flow_label, out);
    number(38, message.ip_flags, out);
    number(70, message.observation_domain, out);
    number(71, message.observation_point, out);
    packed(80, message.mpls_ttls.iter().copied(), out);
    packed(81, message.mpls_labels.iter().copied(), out);
    for item in &message.mpls_addresses {
        address(82, Some(*item), out);
    }
    address(100, message.bgp_next_hop, out);
    packed(101, message.communities.iter().copied(), out);
    packed(102, message.as_path.iter().copied(), out);
    packed(
        103,
        message.layers.iter().map(|layer| layer.kind as u32),
        out,
    );
    packed(104, message.layers.iter().map(|layer| layer.size), out);
    number(110, message.time_received, out);
    number(111, message.start, out);
    number(112, message.end, out);
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn key(field: u64, wire_type: u64, out: &mut Vec<u8>) {
    varint(field << 3 | wire_type, out);
}

/// A number, which is left out if it is 0.
fn number(field: u64, number: impl Into<u64>, out: &mut Vec<u8>) {
    let number = number.into();
    if number > 0 {
        key(field, VARINT, out);
        varint(number, out);
    }
}

fn bytes(field: u64, octets: &[u8], out: &mut Vec<u8>) {
    key(field, LENGTH_DELIMITED, out);
    varint(octets.len() as u64, out);
    out.extend_from_slice(octets);
}

fn address(field: u64, address: Option<IpAddr>, out: &mut Vec<u8>) {
    match address {
        Some(IpAddr::V4(address)) => bytes(field, &address.octets(), out),
        Some(IpAddr::V6(address)) => bytes(field, &address.octets(), out),
        None => {}
    }
}

/// Numbers, one varint after the other.
fn packed(field: u64, numbers: impl Iterator<Item = u32>, out: &mut Vec<u8>) {
    let mut packed = Vec::new();
    for number in numbers {
        varint(number.into(), &mut packed);
    }
    if !packed.is_empty() {
        bytes(field, &packed, out);
    }
}
