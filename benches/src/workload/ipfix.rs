//! Messages of IPFIX.

use super::octets::Octets;
use super::traffic::{Random, Traffic};
use super::{Expected, Head};
use crate::row::Row;

// Element and length of each field of the templates.
const IPV4: [(u16, u16); 20] = [
    (8, 4),
    (12, 4),
    (7, 2),
    (11, 2),
    (4, 1),
    (5, 1),
    (6, 1),
    (10, 4),
    (14, 4),
    (1, 8),
    (2, 8),
    (152, 8),
    (153, 8),
    (15, 4),
    (16, 4),
    (17, 4),
    (9, 1),
    (13, 1),
    (61, 1),
    (48, 1),
];
const IPV6: [(u16, u16); 20] = [
    (27, 16),
    (28, 16),
    (7, 2),
    (11, 2),
    (4, 1),
    (5, 1),
    (6, 1),
    (10, 4),
    (14, 4),
    (1, 8),
    (2, 8),
    (152, 8),
    (153, 8),
    (62, 16),
    (16, 4),
    (17, 4),
    (29, 1),
    (30, 1),
    (61, 1),
    (48, 1),
];
const VARIABLE: [(u16, u16); 14] = [
    (8, 4),
    (12, 4),
    (7, 2),
    (11, 2),
    (4, 1),
    (10, 4),
    (14, 4),
    (1, 8),
    (2, 8),
    (152, 8),
    (153, 8),
    (96, u16::MAX),
    (460, u16::MAX),
    (0x8000 | 101, 4),
];

/// Values of applicationName.
const APPLICATIONS: [&str; 12] = [
    "http",
    "https",
    "dns",
    "ssh",
    "quic",
    "smtp",
    "ms-office-365",
    "google-services",
    "netflix",
    "bittorrent",
    "unknown",
    "webex-meeting",
];
/// Values of httpRequestHost, one of them empty.
const HOSTS: [&str; 10] = [
    "www.example.com",
    "cdn.example.net",
    "api.example.org",
    "a.example",
    "mail.example.com",
    "static.assets.eu-central-1.example.net",
    "login.example.com",
    "",
    "telemetry.example.io",
    "images.example.com",
];

pub(super) fn fixed(
    out: &mut Octets<'_>,
    head: Head,
    random: &mut Random,
    expected: &mut Expected<'_>,
) -> u32 {
    let ipv6 = head.number % 4 == 3;
    let (id, records) = if ipv6 { (257, 11) } else { (256, 17) };
    begin(out, head);
    if head.templates {
        out.template(2, 256, &IPV4);
        out.template(2, 257, &IPV6);
    }
    out.set(id, |out| {
        for _ in 0..records {
            let traffic = Traffic::new(random, ipv6);
            address(out, traffic.source, ipv6);
            address(out, traffic.destination, ipv6);
            out.u16(traffic.source_port);
            out.u16(traffic.destination_port);
            out.put(&[traffic.protocol, traffic.tos, traffic.tcp_flags]);
            counters(out, &traffic, head, expected);
            address(out, traffic.next_hop, ipv6);
            out.u32(traffic.source_as);
            out.u32(traffic.destination_as);
            out.u8(traffic.source_prefix_length);
            out.u8(traffic.destination_prefix_length);
            out.put(&[traffic.direction, 1]);
        }
    });
    out.patch(2, out.len());
    records
}

pub(super) fn variable(
    out: &mut Octets<'_>,
    head: Head,
    random: &mut Random,
    expected: &mut Expected<'_>,
) -> u32 {
    const RECORDS: u32 = 14;
    begin(out, head);
    if head.templates {
        out.template(2, 258, &VARIABLE);
    }
    out.set(258, |out| {
        for _ in 0..RECORDS {
            let traffic = Traffic::new(random, false);
            address(out, traffic.source, false);
            address(out, traffic.destination, false);
            out.u16(traffic.source_port);
            out.u16(traffic.destination_port);
            out.u8(traffic.protocol);
            counters(out, &traffic, head, expected);
            out.counted(random.pick(&APPLICATIONS));
            out.counted(random.pick(&HOSTS));
            out.u32(random.next() as u32);
        }
    });
    out.patch(2, out.len());
    RECORDS
}

/// The header; its length is filled in at the end.
fn begin(out: &mut Octets<'_>, head: Head) {
    out.u16(10);
    out.u16(0);
    out.u32(head.seconds());
    out.u32(head.sequence);
    out.u32(1 + head.exporter);
}

fn address(out: &mut Octets<'_>, address: u128, ipv6: bool) {
    if ipv6 {
        out.u128(address);
    } else {
        out.u32(address as u32);
    }
}

/// Interfaces, counters and times, which are alike in all templates.
fn counters(out: &mut Octets<'_>, traffic: &Traffic, head: Head, expected: &mut Expected<'_>) {
    let now = u64::from(head.seconds()) * 1000 + u64::from(head.millis());
    let end = now - u64::from(traffic.age);
    let start = end - u64::from(traffic.duration);
    out.u32(traffic.input);
    out.u32(traffic.output);
    for value in [traffic.octets, traffic.packets, start, end] {
        out.u64(value);
    }
    let sent = Row {
        source: halves(traffic.source),
        destination: halves(traffic.destination),
        octets: traffic.octets,
        packets: traffic.packets,
        start,
        end,
        input: traffic.input,
        output: traffic.output,
        source_port: traffic.source_port,
        destination_port: traffic.destination_port,
        protocol: traffic.protocol,
    };
    expected.add(sent, start * 1_000_000, end * 1_000_000);
}

const fn halves(address: u128) -> u64 {
    ((address >> 64) as u64).wrapping_add(address as u64)
}
