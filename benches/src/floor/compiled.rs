//! Offsets known to the compiler.

use super::{be16, be32, be64, sets, v5_records};
use crate::row::Row;
use crate::workload::{Kind, Workload};

/// Reads all flows.
#[inline]
pub fn read(workload: &Workload, mut each: impl FnMut(Row)) {
    for (_, datagram) in workload.datagrams() {
        rows(workload.kind(), datagram, &mut each);
    }
}

/// Reads all flows, with times in nanoseconds since 1970. Of sFlow nothing changes: its rows have no times.
#[inline]
pub fn read_with_times(workload: &Workload, mut each: impl FnMut(Row)) {
    for (_, datagram) in workload.datagrams() {
        let nanos = nanos_at_zero(workload.kind(), datagram);
        rows(workload.kind(), datagram, &mut |row: Row| match nanos {
            Some(zero) => each(Row {
                start: zero.wrapping_add(row.start * 1_000_000),
                end: zero.wrapping_add(row.end * 1_000_000),
                ..row
            }),
            None => each(row),
        });
    }
}

/// The time of the number 0 of milliseconds, by the header of a datagram.
#[inline]
fn nanos_at_zero(kind: Kind, datagram: &[u8]) -> Option<u64> {
    let header = |at| {
        datagram
            .get(at..at + 4)
            .map(|_| u64::from(be32(datagram, at)))
    };
    let of_uptime = |nanos: u64| {
        let sent = header(8)? * 1_000_000_000 + nanos;
        Some(sent.wrapping_sub(header(4)? * 1_000_000))
    };
    match kind {
        Kind::NetflowV5 => of_uptime(header(12)?),
        Kind::NetflowV9 => of_uptime(0),
        Kind::Ipfix | Kind::IpfixVariable => Some(0),
        Kind::Sflow => None,
    }
}

/// The flows of a datagram.
#[inline(always)]
fn rows(kind: Kind, datagram: &[u8], each: &mut impl FnMut(Row)) {
    match kind {
        Kind::NetflowV5 => records::<48>(v5_records(datagram), |record| each(v5(record))),
        Kind::NetflowV9 => data(datagram, |_, body| {
            records::<55>(body, |record| each(v9(record)));
        }),
        Kind::Ipfix => data(datagram, |id, body| match id {
            256 => records::<71>(body, |record| each(ipv4(record))),
            _ => records::<107>(body, |record| each(ipv6(record))),
        }),
        Kind::IpfixVariable => data(datagram, |_, body| variable(body, each)),
        Kind::Sflow => samples(datagram, each),
    }
}

/// The data sets of a datagram.
#[inline]
fn data(datagram: &[u8], mut each: impl FnMut(u16, &[u8])) {
    sets(datagram, |id, body| {
        if id >= 256 {
            each(id, body);
        }
    });
}

#[inline]
fn records<const LEN: usize>(body: &[u8], mut each: impl FnMut(&[u8; LEN])) {
    for record in body.chunks_exact(LEN) {
        each(record.try_into().unwrap());
    }
}

#[inline]
fn v5(record: &[u8; 48]) -> Row {
    Row {
        source: u64::from(be32(record, 0)),
        destination: u64::from(be32(record, 4)),
        octets: u64::from(be32(record, 20)),
        packets: u64::from(be32(record, 16)),
        start: u64::from(be32(record, 24)),
        end: u64::from(be32(record, 28)),
        input: u32::from(be16(record, 12)),
        output: u32::from(be16(record, 14)),
        source_port: be16(record, 32),
        destination_port: be16(record, 34),
        protocol: record[38],
    }
}

#[inline]
fn v9(record: &[u8; 55]) -> Row {
    Row {
        source: u64::from(be32(record, 0)),
        destination: u64::from(be32(record, 4)),
        octets: u64::from(be32(record, 23)),
        packets: u64::from(be32(record, 27)),
        start: u64::from(be32(record, 31)),
        end: u64::from(be32(record, 35)),
        input: be32(record, 15),
        output: be32(record, 19),
        source_port: be16(record, 8),
        destination_port: be16(record, 10),
        protocol: record[12],
    }
}

#[inline]
fn ipv4(record: &[u8; 71]) -> Row {
    Row {
        source: u64::from(be32(record, 0)),
        destination: u64::from(be32(record, 4)),
        source_port: be16(record, 8),
        destination_port: be16(record, 10),
        protocol: record[12],
        ..counters(&record[15..])
    }
}

#[inline]
fn ipv6(record: &[u8; 107]) -> Row {
    Row {
        source: be64(record, 0).wrapping_add(be64(record, 8)),
        destination: be64(record, 16).wrapping_add(be64(record, 24)),
        source_port: be16(record, 32),
        destination_port: be16(record, 34),
        protocol: record[36],
        ..counters(&record[39..])
    }
}

/// Interfaces, counters and times of IPFIX, which are together.
#[inline]
fn counters(octets: &[u8]) -> Row {
    Row {
        input: be32(octets, 0),
        output: be32(octets, 4),
        octets: be64(octets, 8),
        packets: be64(octets, 16),
        start: be64(octets, 24),
        end: be64(octets, 32),
        ..Row::default()
    }
}

/// Records with two variable-length strings and four octets at the end.
#[inline]
fn variable(body: &[u8], each: &mut impl FnMut(Row)) {
    let mut rest = body;
    while rest.len() >= 59 {
        let mut at = 53;
        for _ in 0..2 {
            let Some(length) = rest.get(at) else { return };
            at += 1 + usize::from(*length);
        }
        at += 4;
        if at > rest.len() {
            return;
        }
        each(Row {
            source: u64::from(be32(rest, 0)),
            destination: u64::from(be32(rest, 4)),
            source_port: be16(rest, 8),
            destination_port: be16(rest, 10),
            protocol: rest[12],
            ..counters(&rest[13..])
        });
        rest = &rest[at..];
    }
}

/// The flow samples of an sFlow datagram whose agent has an IPv4 address.
#[inline]
fn samples(datagram: &[u8], each: &mut impl FnMut(Row)) {
    if datagram.len() < 28 || be32(datagram, 0) != 5 || be32(datagram, 4) != 1 {
        return;
    }
    let mut rest = &datagram[28..];
    for _ in 0..be32(datagram, 24) {
        let Some((format, sample, after)) = block(rest) else {
            return;
        };
        rest = after;
        if format == 1 && sample.len() >= 32 {
            each(flow_sample(sample));
        }
    }
}

#[inline]
fn flow_sample(sample: &[u8]) -> Row {
    let mut row = Row {
        start: u64::from(be32(sample, 0)),
        packets: u64::from(be32(sample, 8)),
        input: be32(sample, 20),
        output: be32(sample, 24),
        ..Row::default()
    };
    let mut rest = &sample[32..];
    for _ in 0..be32(sample, 28) {
        let Some((format, record, after)) = block(rest) else {
            break;
        };
        rest = after;
        match format {
            1001 if record.len() >= 16 => row.end = u64::from(be32(record, 0)),
            1 if record.len() >= 16 => {
                row.octets = u64::from(be32(record, 4));
                let length = be32(record, 12) as usize;
                if let (1, Some(packet)) = (be32(record, 0), record.get(16..16 + length)) {
                    ethernet(packet, &mut row);
                }
            }
            _ => (),
        }
    }
    row
}

/// Format, octets, and what follows.
#[inline]
fn block(octets: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    if octets.len() < 8 {
        return None;
    }
    let (format, length) = (be32(octets, 0), be32(octets, 4) as usize);
    let (contents, after) = octets[8..].split_at_checked(length)?;
    Some((format, contents, after))
}

/// Ethernet with at most one tag, and IPv4.
#[inline]
fn ethernet(packet: &[u8], row: &mut Row) {
    if packet.len() < 38 {
        return;
    }
    let (ether_type, at) = match be16(packet, 12) {
        0x8100 => (be16(packet, 16), 18),
        other => (other, 14),
    };
    let header_len = usize::from(packet[at] & 15) * 4;
    if ether_type != 0x0800 || header_len < 20 || packet.len() < at + header_len + 4 {
        return;
    }
    row.protocol = packet[at + 9];
    row.source = u64::from(be32(packet, at + 12));
    row.destination = u64::from(be32(packet, at + 16));
    row.source_port = be16(packet, at + header_len);
    row.destination_port = be16(packet, at + header_len + 2);
}
