//! Datagrams of NetFlow v5 and v9.

use super::octets::Octets;
use super::traffic::{Random, Traffic};
use super::{Expected, Head};
use crate::row::Row;

/// Element and length of each field of the template.
const V9: [(u16, u16); 20] = [
    (8, 4),
    (12, 4),
    (7, 2),
    (11, 2),
    (4, 1),
    (5, 1),
    (6, 1),
    (10, 4),
    (14, 4),
    (1, 4),
    (2, 4),
    (22, 4),
    (21, 4),
    (15, 4),
    (16, 4),
    (17, 4),
    (9, 1),
    (13, 1),
    (61, 1),
    (48, 1),
];

pub(super) fn v5(
    out: &mut Octets<'_>,
    head: Head,
    random: &mut Random,
    expected: &mut Expected<'_>,
) -> u32 {
    const RECORDS: u16 = 30;
    out.u16(5);
    out.u16(RECORDS);
    out.u32(head.uptime());
    out.u32(head.seconds());
    out.u32(head.millis() * 1_000_000);
    out.u32(head.sequence);
    out.u16(head.exporter as u16 & 0xff);
    out.u16(0);
    for _ in 0..RECORDS {
        let traffic = Traffic::new(random, false);
        let times = Uptimes::new(&traffic, head, true);
        let (input, output) = (traffic.input as u16, traffic.output as u16);
        out.u32(traffic.source as u32);
        out.u32(traffic.destination as u32);
        out.u32(traffic.next_hop as u32);
        out.u16(input);
        out.u16(output);
        out.u32(traffic.packets as u32);
        out.u32(traffic.octets as u32);
        out.u32(times.first);
        out.u32(times.last);
        out.u16(traffic.source_port);
        out.u16(traffic.destination_port);
        out.put(&[0, traffic.tcp_flags, traffic.protocol, traffic.tos]);
        out.u16(traffic.source_as as u16);
        out.u16(traffic.destination_as as u16);
        out.u8(traffic.source_prefix_length);
        out.u8(traffic.destination_prefix_length);
        out.u16(0);
        let (input, output) = (u32::from(input), u32::from(output));
        times.expect(&traffic, (input, output), expected);
    }
    u32::from(RECORDS)
}

pub(super) fn v9(
    out: &mut Octets<'_>,
    head: Head,
    random: &mut Random,
    expected: &mut Expected<'_>,
) -> u32 {
    const RECORDS: u16 = 25;
    out.u16(9);
    out.u16(RECORDS + u16::from(head.templates));
    out.u32(head.uptime());
    out.u32(head.seconds());
    out.u32(head.sequence);
    out.u32(1 + head.exporter);
    if head.templates {
        out.template(0, 256, &V9);
    }
    out.set(256, |out| {
        for _ in 0..RECORDS {
            let traffic = Traffic::new(random, false);
            let times = Uptimes::new(&traffic, head, false);
            out.u32(traffic.source as u32);
            out.u32(traffic.destination as u32);
            out.u16(traffic.source_port);
            out.u16(traffic.destination_port);
            out.put(&[traffic.protocol, traffic.tos, traffic.tcp_flags]);
            out.u32(traffic.input);
            out.u32(traffic.output);
            out.u32(traffic.octets as u32);
            out.u32(traffic.packets as u32);
            out.u32(times.first);
            out.u32(times.last);
            out.u32(traffic.next_hop as u32);
            out.u32(traffic.source_as);
            out.u32(traffic.destination_as);
            out.u8(traffic.source_prefix_length);
            out.u8(traffic.destination_prefix_length);
            out.put(&[traffic.direction, 1]);
            times.expect(&traffic, (traffic.input, traffic.output), expected);
        }
    });
    1
}

/// When a flow began and ended: as sent, and absolute.
struct Uptimes {
    first: u32,
    last: u32,
    start: u64,
    end: u64,
}

impl Uptimes {
    /// The header of v9 has whole seconds, that of v5 a fraction too.
    fn new(traffic: &Traffic, head: Head, fraction: bool) -> Self {
        let last = head.uptime() - traffic.age;
        let first = last - traffic.duration;
        let millis = if fraction { head.millis() } else { 0 };
        let sent = u64::from(head.seconds()) * 1000 + u64::from(millis);
        let absolute = |uptime| (sent - u64::from(head.uptime() - uptime)) * 1_000_000;
        Self {
            first,
            last,
            start: absolute(first),
            end: absolute(last),
        }
    }

    fn expect(&self, traffic: &Traffic, interfaces: (u32, u32), expected: &mut Expected<'_>) {
        let sent = Row {
            source: traffic.source as u64,
            destination: traffic.destination as u64,
            octets: u64::from(traffic.octets as u32),
            packets: u64::from(traffic.packets as u32),
            start: u64::from(self.first),
            end: u64::from(self.last),
            input: interfaces.0,
            output: interfaces.1,
            source_port: traffic.source_port,
            destination_port: traffic.destination_port,
            protocol: traffic.protocol,
        };
        expected.add(sent, self.start, self.end);
    }
}
