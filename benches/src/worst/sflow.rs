//! sFlow version 5.

use netflow_core::encode::sflow::{
    CountersSampleHeader, DatagramBuilder, DatagramHeader, FlowSampleHeader, SampleBuilder, Xdr,
};
use netflow_core::wire::sflow::DataFormat;

use super::{Case, FULL};

fn datagram(number: u32) -> DatagramBuilder {
    let header = DatagramHeader::default()
        .with_agent_address(Some([192, 0, 2, 9].into()))
        .with_sequence_number(number);
    DatagramBuilder::new(&header).with_limit(FULL)
}

/// As many samples as fit.
fn full(number: u32, sample: impl Fn(u32) -> SampleBuilder) -> Vec<u8> {
    let mut datagram = datagram(number);
    while datagram.sample(&sample(datagram.count())).is_ok() {}
    datagram.finish()
}

fn flow() -> SampleBuilder {
    let header = FlowSampleHeader::default().with_sampling_rate(512);
    SampleBuilder::flow(&header).expect("all numbers are small")
}

/// The first octets of a packet of TCP in Ethernet.
fn tcp() -> Vec<u8> {
    let mut header = vec![2; 12];
    header.extend([
        8, 0, 0x45, 0, 5, 220, 0, 1, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1,
    ]);
    header.extend([
        0x9c, 0x40, 1, 187, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x10, 32, 0, 0, 0, 0, 0,
    ]);
    header.resize(128, b'x');
    header
}

fn packet(header: &[u8]) -> SampleBuilder {
    let mut sample = flow();
    sample.sampled_header(1, 1500, 4, header);
    sample
}

/// Tags of four octets after the addresses of Ethernet.
fn stack(ether_type: [u8; 2], tag: [u8; 4], octets: usize) -> Vec<u8> {
    let mut header = vec![2; 12];
    header.extend(ether_type);
    header.extend(tag.into_iter().cycle().take(octets));
    header
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("sflow", "normal: 7 samples of TCP packets", |number| {
            full(number, |_| packet(&tcp()))
        }),
        Case::new("sflow", "a count of 2^32-1 samples and none", |number| {
            let mut octets = datagram(number).finish();
            let len = octets.len();
            octets[len - 4..].fill(0xff);
            octets
        }),
        Case::new(
            "sflow",
            "samples of unknown formats and no octets",
            |number| {
                let mut datagram = datagram(number);
                while datagram.octets(DataFormat::new(9, 9), &[]).is_ok() {}
                datagram.finish()
            },
        ),
        Case::new("sflow", "flow samples without records", |number| {
            full(number, |_| flow())
        }),
        Case::new("sflow", "flow samples of another source each", |number| {
            full(number, |sample| {
                let mut header = FlowSampleHeader::default();
                header.source_id.index = (number.wrapping_mul(40) + sample) & 0x00ff_ffff;
                SampleBuilder::flow(&header).expect("all numbers are small")
            })
        }),
        Case::new(
            "sflow",
            "a sample of empty records of unknown formats",
            |number| {
                full(number, |_| {
                    let mut sample = flow();
                    for _ in 0..165 {
                        sample.record(DataFormat::new(9, 9), Xdr::new());
                    }
                    sample
                })
            },
        ),
        Case::new(
            "sflow",
            "a sample of empty records of known formats",
            |number| {
                full(number, |_| {
                    let mut sample = flow();
                    for _ in 0..165 {
                        sample.record(DataFormat::new(0, 1003), Xdr::new());
                    }
                    sample
                })
            },
        ),
        Case::new("sflow", "counters whose arrays announce 2^32-1", |number| {
            full(number, |_| {
                let header = CountersSampleHeader::default();
                let mut sample = SampleBuilder::counters(&header).expect("all numbers are small");
                for _ in 0..60 {
                    // Adapters of a host, each with its addresses.
                    sample.record(
                        DataFormat::new(0, 2001),
                        Xdr::new().u32(u32::MAX).u32(1).u32(u32::MAX),
                    );
                }
                sample
            })
        }),
        Case::new("sflow", "AS paths of segments without numbers", |number| {
            full(number, |_| {
                let mut sample = flow();
                let path = (0..150).fold(
                    Xdr::new()
                        .address(Some([1, 1, 1, 1].into()))
                        .u32(1)
                        .u32(1)
                        .u32(1)
                        .u32(150),
                    |xdr, _| xdr.u32(2).u32(0),
                );
                sample.record(DataFormat::new(0, 1003), path.u32(0).u32(0));
                sample
            })
        }),
        Case::new("sflow", "packets of 30 VLAN tags", |number| {
            full(number, |_| packet(&stack([0x81, 0], [0, 1, 0x81, 0], 120)))
        }),
        Case::new("sflow", "packets of 300 MPLS labels", |number| {
            full(number, |_| {
                packet(&stack([0x88, 0x47], [0, 1, 0, 64], 1200))
            })
        }),
        Case::new(
            "sflow",
            "packets inside packets, as often as there are octets",
            |number| {
                // IPv4 in IPv4, 20 octets each.
                let inner = [
                    0x45, 0, 0, 200, 0, 1, 0, 0, 64, 4, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
                ];
                let mut header = vec![2; 12];
                header.extend([8, 0]);
                header.extend(inner.into_iter().cycle().take(1200));
                full(number, move |_| packet(&header))
            },
        ),
        Case::new("sflow", "packets of six octets", |number| {
            full(number, |_| packet(&[2; 6]))
        }),
    ]
}
