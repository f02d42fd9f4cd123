//! Datagrams of sFlow.

use super::octets::Octets;
use super::traffic::{Random, Traffic};
use super::{Expected, Head};
use crate::row::Row;

const SAMPLES: u32 = 7;
const SAMPLING_RATE: u32 = 4096;

/// Data sources of an exporter, from 0: those of the inputs of [`Traffic`].
const SOURCES: usize = 65;

/// Samples that were sent of each data source of each exporter: each counts its own.
#[derive(Debug, Default)]
pub(super) struct SampleNumbers(Vec<[u32; SOURCES]>);

impl SampleNumbers {
    fn next(&mut self, exporter: u32, source: u32) -> u32 {
        let exporter = exporter as usize;
        if self.0.len() <= exporter {
            self.0.resize(exporter + 1, [0; SOURCES]);
        }
        let number = &mut self.0[exporter][source as usize];
        *number += 1;
        *number
    }
}

pub(super) fn datagram(
    out: &mut Octets<'_>,
    head: Head,
    random: &mut Random,
    numbers: &mut SampleNumbers,
    expected: &mut Expected<'_>,
) -> u32 {
    let with_counters = head.number % 10 == 0;
    for word in [
        5,
        1,
        0x0a00_0001 + head.exporter,
        1 + head.exporter,
        head.sequence,
        head.uptime(),
        SAMPLES + u32::from(with_counters),
    ] {
        out.u32(word);
    }
    for _ in 0..SAMPLES {
        let traffic = Traffic::new(random, false);
        let sequence = numbers.next(head.exporter, traffic.input & 0xff_ffff);
        flow_sample(out, sequence, &traffic, random, expected);
    }
    if with_counters {
        counters_sample(out, head.sequence, random);
    }
    1
}

fn flow_sample(
    out: &mut Octets<'_>,
    sequence: u32,
    traffic: &Traffic,
    random: &mut Random,
    expected: &mut Expected<'_>,
) {
    let vlan = 10 + (traffic.input & 63);
    let frame_length = 128 + random.below(1391) as u32;
    let pool = sequence.wrapping_mul(SAMPLING_RATE);
    let (input, output) = (traffic.input & 0x3fff_ffff, traffic.output);
    // flow_sample of 208 octets with two records
    for word in [
        1,
        208,
        sequence,
        input & 0xff_ffff,
        SAMPLING_RATE,
        pool,
        0,
        input,
        output,
        2,
    ] {
        out.u32(word);
    }
    // extended_switch
    for word in [1001, 16, vlan, 0, vlan, 0] {
        out.u32(word);
    }
    // sampled_header of Ethernet, the FCS taken away
    for word in [1, 144, 1, frame_length, 4, 128] {
        out.u32(word);
    }
    sampled_packet(out, traffic, vlan as u16, frame_length);
    let sent = Row {
        source: traffic.source as u64,
        destination: traffic.destination as u64,
        octets: u64::from(frame_length),
        packets: u64::from(SAMPLING_RATE),
        start: u64::from(sequence),
        end: u64::from(vlan),
        input,
        output,
        source_port: traffic.source_port,
        destination_port: traffic.destination_port,
        protocol: 6,
    };
    expected.add(sent, sent.start, sent.end);
}

/// 128 octets of a frame: Ethernet, 802.1Q, IPv4, TCP.
fn sampled_packet(out: &mut Octets<'_>, traffic: &Traffic, vlan: u16, frame_length: u32) {
    out.put(&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
    out.u16(0x8100);
    out.u16(vlan);
    out.u16(0x0800);
    out.put(&[0x45, traffic.tos]);
    out.u16(frame_length as u16 - 22);
    out.u16(traffic.packets as u16);
    out.u16(0x4000);
    out.put(&[63, 6, 0, 0]);
    out.u32(traffic.source as u32);
    out.u32(traffic.destination as u32);
    out.u16(traffic.source_port);
    out.u16(traffic.destination_port);
    out.u32(traffic.octets as u32);
    out.u32(traffic.packets as u32);
    out.put(&[0x50, traffic.tcp_flags | 0x10, 0xff, 0xff, 0, 0, 0, 0]);
    out.put(&[0x5a; 70]);
}

/// counters_sample of one interface.
fn counters_sample(out: &mut Octets<'_>, sequence: u32, random: &mut Random) {
    let count = random.next();
    let (low, high) = ((count >> 20) as u32, (count >> 24) as u32);
    for word in [2, 108, sequence, 1, 1, 1, 88, 1, 6] {
        out.u32(word);
    }
    out.u64(10_000_000_000);
    out.u32(1);
    out.u32(3);
    out.u64(count);
    (0..6).for_each(|_| out.u32(low));
    out.u64(count >> 1);
    (0..5).for_each(|_| out.u32(high));
    out.u32(0);
}
