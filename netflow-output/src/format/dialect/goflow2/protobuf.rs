//! Flow messages as protobuf (<https://protobuf.dev/programming-guides/encoding/>).

use core::net::IpAddr;

use super::message::FlowMessage;
use crate::format::dialect::encode::RoomWriter;

const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

/// Writes a message after its length.
pub(super) fn write(message: &FlowMessage, out: &mut RoomWriter<'_>) {
    out.make_room();
    let start = out.position();
    // Most messages have 128 to 16,383 octets, a length of two octets.
    out.block(&[0; 2], 2);
    write_fields(message, out);
    let len = (out.position() - start - 2) as u64;
    match len {
        0..0x80 => {
            out.put(start, len as u8);
            out.remove(start + 1);
        }
        0x80..0x4000 => {
            out.put(start, len as u8 | 0x80);
            out.put(start + 1, (len >> 7) as u8);
        }
        _ => write_long_after(len, start, out),
    }
}

/// Replaces the two octets at a position by a length that has more.
#[cold]
#[inline(never)]
fn write_long_after(len: u64, start: usize, out: &mut RoomWriter<'_>) {
    let body = out.directly(|out| {
        let body = out.split_off(start + 2);
        out.truncate(start);
        body
    });
    varint(len, out);
    out.text(&body);
}

/// The fields in the order of their numbers.
fn write_fields(message: &FlowMessage, out: &mut RoomWriter<'_>) {
    number(1, message.kind as u64, out);
    number(3, message.sampling_rate, out);
    number(4, message.sequence, out);
    address(6, message.source, out);
    address(7, message.destination, out);
    number(9, message.bytes, out);
    number(10, message.packets, out);
    address(11, message.sampler_address, out);
    address(12, message.next_hop, out);
    out.make_room();
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
    out.make_room();
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
    out.make_room();
    number(33, message.source_vlan, out);
    number(34, message.destination_vlan, out);
    number(35, message.fragment_id, out);
    number(36, message.fragment_offset, out);
    number(37, message.flow_label, out);
    number(38, message.ip_flags, out);
    number(70, message.observation_domain, out);
    number(71, message.observation_point, out);
    out.make_room();
    packed(80, message.mpls_ttls.iter().copied(), out);
    packed(81, message.mpls_labels.iter().copied(), out);
    for item in &message.mpls_addresses {
        out.make_room();
        address(82, Some(*item), out);
    }
    out.make_room();
    address(100, message.bgp_next_hop, out);
    packed(101, message.communities.iter().copied(), out);
    packed(102, message.as_path.iter().copied(), out);
    packed(
        103,
        message.layers.iter().map(|layer| layer.kind as u32),
        out,
    );
    packed(104, message.layers.iter().map(|layer| layer.size), out);
    out.make_room();
    number(110, message.time_received, out);
    number(111, message.start, out);
    number(112, message.end, out);
}

/// The largest number that a varint of one octet has.
const MOST_OF_ONE: u64 = 0x7f;

#[inline(always)]
fn varint(number: u64, out: &mut RoomWriter<'_>) {
    if number <= MOST_OF_ONE {
        out.octet(number as u8);
    } else if number < 1 << 14 {
        out.block(&[number as u8 | 0x80, (number >> 7) as u8], 2);
    } else {
        long_varint(number, out);
    }
}

#[inline(never)]
fn long_varint(mut number: u64, out: &mut RoomWriter<'_>) {
    if number >= 1 << 56 {
        let octets = groups_of_seven(number) | EACH_FOLLOWED;
        out.block(&octets.to_le_bytes(), 8);
        number >>= 56;
    }
    let bits = u64::BITS - (number | 1).leading_zeros();
    // Divided by seven and rounded up.
    let len = (bits * 9 + 64) / 64;
    // All but the last.
    let follow = EACH_FOLLOWED & ((1 << (8 * (len - 1))) - 1);
    let octets = groups_of_seven(number) | follow;
    out.block(&octets.to_le_bytes(), len as usize);
}

/// The bit of each octet that says that another follows.
const EACH_FOLLOWED: u64 = 0x8080_8080_8080_8080;

/// The lowest 56 bits, seven in each octet from the lowest.
const fn groups_of_seven(number: u64) -> u64 {
    // The halves are moved apart, then the halves of these, then those of these.
    let halves = number & 0x0fff_ffff | (number & 0x00ff_ffff_f000_0000) << 4;
    let quarters = halves & 0x0000_3fff_0000_3fff | (halves & 0x0fff_c000_0fff_c000) << 2;
    quarters & 0x007f_007f_007f_007f | (quarters & 0x3f80_3f80_3f80_3f80) << 1
}

/// The octets of a number as a varint.
const fn varint_len(number: u32) -> u32 {
    let bits = u32::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7)
}

#[inline(always)]
fn key(field: u64, wire_type: u64, out: &mut RoomWriter<'_>) {
    let key = field << 3 | wire_type;
    if key <= MOST_OF_ONE {
        out.octet(key as u8);
    } else {
        // The numbers of fields are below 2,048.
        out.block(&[key as u8 | 0x80, (key >> 7) as u8], 2);
    }
}

/// A number, which is left out if it is 0.
#[inline(always)]
fn number(field: u64, number: impl Into<u64>, out: &mut RoomWriter<'_>) {
    let number = number.into();
    if number > 0 {
        key(field, VARINT, out);
        varint(number, out);
    }
}

#[inline(always)]
fn address(field: u64, address: Option<IpAddr>, out: &mut RoomWriter<'_>) {
    match address {
        Some(IpAddr::V4(address)) => bytes(field, &address.octets(), out),
        Some(IpAddr::V6(address)) => bytes(field, &address.octets(), out),
        None => {}
    }
}

#[inline(always)]
fn bytes<const N: usize>(field: u64, octets: &[u8; N], out: &mut RoomWriter<'_>) {
    key(field, LENGTH_DELIMITED, out);
    varint(N as u64, out);
    out.block(octets, N);
}

/// Numbers, one varint after the other.
fn packed(field: u64, numbers: impl Iterator<Item = u32> + Clone, out: &mut RoomWriter<'_>) {
    let len: u32 = numbers.clone().map(varint_len).sum();
    if len == 0 {
        return;
    }
    out.make_room();
    key(field, LENGTH_DELIMITED, out);
    varint(len.into(), out);
    for number in numbers {
        out.make_room();
        varint(number.into(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::{RoomWriter, varint};

    #[test]
    fn a_varint_has_seven_bits_an_octet_and_a_mark_but_in_the_last() {
        let bits = (0..u64::BITS).map(|bit| 1_u64 << bit);
        let numbers = bits.flat_map(|bit| [bit - 1, bit, bit | 1, bit | 0x5a5a_5a5a, !bit]);
        for number in numbers {
            let mut out = Vec::new();
            RoomWriter::append_to(&mut out, |out| varint(number, out));
            let mut rest = number;
            let mut expected = Vec::new();
            while rest > 0x7f {
                expected.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            expected.push(rest as u8);
            assert_eq!(out, expected, "{number:#x}");
        }
    }
}
