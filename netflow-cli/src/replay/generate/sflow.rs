//! Datagrams of sFlow, of sampled packets.

use netflow_core::encode::EncodeError;
use netflow_core::encode::sflow::{
    DatagramBuilder, DatagramHeader, FlowSampleHeader, SampleBuilder, Xdr,
};
use netflow_core::wire::sflow::{Interface, SampledHeader, SourceId};

use super::{UPTIME, address, port};

/// Samples of a datagram, which fit in an Ethernet frame.
const SAMPLES: u32 = 8;
/// One packet of this number is sampled.
const RATE: u32 = 512;
/// The header protocol of Ethernet.
const ETHERNET: u32 = 1;
/// Octets of the sampled packets, with the four of the checksum that are stripped.
const FRAME_LEN: u32 = 1_518;
const STRIPPED: u32 = 4;

/// The next datagram of an exporter that has sent this number.
pub(super) fn datagram(
    exporter: usize,
    sent: u32,
    buffer: Vec<u8>,
    mut number: impl FnMut() -> u32,
) -> Vec<u8> {
    let header = DatagramHeader::default()
        .with_agent_address(Some(address(exporter).into()))
        .with_sequence_number(sent)
        .with_uptime_ms(UPTIME);
    let mut datagram = DatagramBuilder::new(&header).with_buffer(buffer);
    for index in 0..SAMPLES {
        let sequence = sent.wrapping_mul(SAMPLES).wrapping_add(index);
        // There is room for them.
        let _ = sample(sequence, number()).and_then(|sample| datagram.sample(&sample));
    }
    datagram.finish()
}

fn sample(sequence: u32, number: u32) -> Result<SampleBuilder, EncodeError> {
    let interface = |value| Interface { format: 0, value };
    let header = FlowSampleHeader::default()
        .with_sequence_number(sequence)
        .with_source_id(SourceId { class: 0, index: 1 })
        .with_sampling_rate(RATE)
        .with_sample_pool(sequence.wrapping_mul(RATE))
        .with_input(interface(1))
        .with_output(interface(2));
    let mut sample = SampleBuilder::flow(&header)?;
    let packet = packet(number);
    let record = Xdr::new().u32(ETHERNET).u32(FRAME_LEN).u32(STRIPPED);
    sample.record(SampledHeader::FORMAT, record.opaque(&packet));
    Ok(sample)
}

/// The first octets of a packet: Ethernet, IPv4 and TCP.
fn packet(number: u32) -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    // 1,500 octets of TCP, which may not be fragmented.
    packet.extend([0x45, 0, 0x05, 0xdc, 0, 0, 0x40, 0, 64, 6, 0, 0]);
    packet.extend((0xc000_0200 | number & 0xff).to_be_bytes());
    packet.extend((0xc633_6400 | number >> 8 & 0xff).to_be_bytes());
    packet.extend(port(number).to_be_bytes());
    packet.extend(443_u16.to_be_bytes());
    packet.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    packet
}
