//! Captures: packets that have to be reassembled first.

use core::net::Ipv4Addr;

use super::Case;
use super::fixed::v5;

/// Packets of a capture in one unit.
const PACKETS: u32 = 20;

/// Where the hop limit is in a record of a capture: after the headers of the record and of Ethernet,
/// and 8 octets of IPv4.
const HOP_LIMIT: usize = 16 + 14 + 8;

const UDP: u8 = 17;
const TCP: u8 = 6;
const SYN: u8 = 2;
const ACK: u8 = 16;

/// Sequence number of the first octet of every connection.
const START: u32 = 1_000;

/// A record of a capture: an IPv4 packet in Ethernet. The fragment is the word of flags
/// and offset.
fn packet(source: Ipv4Addr, id: u32, fragment: u16, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).expect("an IP packet is no longer");
    let [_, _, high, low] = id.to_be_bytes();
    let mut ip = vec![0x45, 0];
    ip.extend(length.to_be_bytes());
    ip.extend([high, low]);
    ip.extend(fragment.to_be_bytes());
    ip.extend([64, protocol, 0, 0]);
    ip.extend(source.octets());
    ip.extend([192, 0, 2, 1]);
    ip.extend(payload);
    let frame = 14 + u32::from(length);
    let mut record = vec![0; 8];
    record.extend(frame.to_le_bytes());
    record.extend(frame.to_le_bytes());
    record.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    record.extend(ip);
    record
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).expect("a datagram is no longer");
    let mut octets = port.to_be_bytes().to_vec();
    octets.extend(port.to_be_bytes());
    octets.extend(length.to_be_bytes());
    octets.extend([0, 0]);
    octets.extend(payload);
    octets
}

/// A segment to the port of IPFIX.
fn tcp(port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = port.to_be_bytes().to_vec();
    octets.extend(4739_u16.to_be_bytes());
    octets.extend(sequence.to_be_bytes());
    octets.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    octets.extend(payload);
    octets
}

const EXPORTER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 9);

/// This many packets, each with its number and their count.
fn packets(unit: u32, each: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    (0..PACKETS)
        .flat_map(|part| each(unit * PACKETS + part))
        .collect()
}

fn more_at(offset: u32) -> u16 {
    0x2000 | u16::try_from(offset).expect("offsets have 13 bits")
}

/// Cases in a capture.
pub(super) fn cases() -> Vec<Case> {
    // Offsets of one datagram, in eights.
    const PLACES: u32 = 8_190;
    let syn = packet(EXPORTER, 0, 0, TCP, &tcp(1, START - 1, SYN, &[]));
    let segment = |sequence: u32, payload: &[u8]| {
        packet(EXPORTER, 0, 0, TCP, &tcp(1, sequence, ACK, payload))
    };
    vec![
        Case::new("file", "normal: v5 of 29 records", |unit| {
            packet(EXPORTER, unit, 0, UDP, &udp(2055, &v5(unit, 29)))
        }),
        Case::new(
            "file",
            "v5 of one record, each from another address",
            |unit| {
                packets(unit, |number| {
                    let source = Ipv4Addr::from(number);
                    packet(source, 0, 0, UDP, &udp(50_000, &v5(number, 1)))
                })
            },
        ),
        Case::new(
            "file",
            "copies of one datagram, each after another number of routers",
            |unit| {
                packets(unit, |number| {
                    let mut record = packet(EXPORTER, 0, 0, UDP, &udp(2055, &v5(0, 1)));
                    record[HOP_LIMIT] = number.to_be_bytes()[3];
                    record
                })
            },
        ),
        Case::new(
            "file",
            "fragments of 1,400 octets, never finished",
            |unit| packet(EXPORTER, unit, more_at(0), UDP, &[0; 1_400]),
        ),
        Case::new("file", "fragments of 8 octets, never finished", |unit| {
            packets(unit, |number| {
                packet(EXPORTER, number, more_at(0), UDP, &[0; 8])
            })
        }),
        Case::new("file", "fragments of 8 octets, the last first", |unit| {
            packets(unit, |number| {
                let at = PLACES - number % PLACES;
                packet(EXPORTER, number / PLACES, more_at(at), UDP, &[0; 8])
            })
        }),
        Case::new("file", "the same fragment again and again", |unit| {
            packets(unit, |_| packet(EXPORTER, 1, more_at(0), UDP, &[0; 8]))
        }),
        Case::new("file", "a TCP connection each packet", |unit| {
            packets(unit, |number| {
                let source = Ipv4Addr::from(number);
                packet(source, 0, 0, TCP, &tcp(1, START, SYN, &[]))
            })
        }),
        Case::new(
            "file",
            "segments of one octet, from both ends inwards",
            move |unit| {
                packets(unit, |number| {
                    let at = if number % 2 == 0 {
                        START + 1 + number
                    } else {
                        START + 1_000_000 - number
                    };
                    segment(at, &[0])
                })
            },
        )
        .announced(syn.clone()),
        Case::new(
            "file",
            "TCP, what looks like headers everywhere",
            move |unit| {
                let headers: Vec<u8> = [0, 10, 0, 24].repeat(350);
                segment(START + unit * 1_400, &headers)
            },
        )
        .announced(syn),
    ]
    .into_iter()
    .map(Case::in_a_file)
    .collect()
}
