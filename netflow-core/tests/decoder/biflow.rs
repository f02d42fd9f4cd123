//! Biflows: two directions in one record.

use netflow_core::Flow;

use crate::builder::{Message, datagram, decoder, words};

/// Ports, octets of both directions, and TCP flags.
type Ends = [Option<u64>; 5];

fn ends(flow: &Flow<'_>) -> Ends {
    [
        flow.source_port().map(u64::from),
        flow.destination_port().map(u64::from),
        flow.octets(),
        flow.reverse_octets(),
        flow.tcp_flags().map(u64::from),
    ]
}

/// Source and destination port, octets, TCP flags, and both of the reverse.
fn biflow(reverse_octets: u32) -> Vec<u8> {
    let mut template = vec![1, 0, 0, 6];
    for (id, length) in [(7, 2), (11, 2), (1, 4), (6, 1)] {
        template.extend([0, id, 0, length]);
    }
    for (id, length) in [(1, 4), (6, 1)] {
        template.extend([0x80, id, 0, length]);
        template.extend(29_305_u32.to_be_bytes());
    }
    let mut record = vec![0x30, 0x39, 0, 80];
    record.extend(words(&[100]));
    record.push(0x02);
    record.extend(words(&[reverse_octets]));
    record.push(0x12);
    Message::ipfix(0)
        .set(2, &template)
        .set(256, &record)
        .octets()
}

#[test]
fn the_reverse_direction_is_a_flow_of_its_own() {
    let payload = biflow(900);
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    let forward = [Some(12_345), Some(80), Some(100), Some(900), Some(2)];
    assert_eq!(ends(&flow), forward);
    let back = [Some(80), Some(12_345), Some(900), Some(100), Some(0x12)];
    assert_eq!(ends(&flow.reverse().unwrap()), back);
}

#[test]
fn split_biflows_have_both_directions_and_no_empty_one() {
    for (reverse_octets, flows) in [(900, 2), (0, 1)] {
        let payload = biflow(reverse_octets);
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&payload)).unwrap();
        assert_eq!(message.flows().count(), 1);
        assert_eq!(message.flows().split_biflows().count(), flows);
    }
}

#[test]
fn what_nprobe_counts_out_came_back() {
    // IN_BYTES and OUT_BYTES, IN_PKTS and OUT_PKTS; 57590 is L7_PROTO, and 57591 its name.
    let fields = [(7, 2), (11, 2), (1, 4), (23, 4), (2, 4), (24, 4)];
    let record = [&[0, 1, 0, 2][..], &words(&[30, 40, 3, 4])].concat();
    let of_nprobe = Message::v9(0)
        .template(256, &[&fields[..], &[(57_590, 2)]].concat())
        .set(256, &[&record[..], &[0, 7]].concat());
    let payload = of_nprobe.octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    let packets = |flow: &Flow<'_>| [flow.packets(), flow.reverse_packets()];
    assert_eq!(ends(&flow), [Some(1), Some(2), Some(30), Some(40), None]);
    assert_eq!(packets(&flow), [Some(3), Some(4)]);
    let back = flow.reverse().unwrap();
    assert_eq!(ends(&back), [Some(2), Some(1), Some(40), Some(30), None]);
    assert_eq!(packets(&back), [Some(4), Some(3)]);

    // The same in IPFIX: elements 1 and 23, and 118 of enterprise 35632.
    let template = [
        1, 0, 0, 3, 0, 1, 0, 4, 0, 23, 0, 4, 0x80, 118, 0, 2, 0, 0, 0x8b, 0x30,
    ];
    let record = [&words(&[30, 40])[..], &[0, 7]].concat();
    let payload = Message::ipfix(0)
        .set(2, &template)
        .set(256, &record)
        .octets();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!(ends(&flow), [None, None, Some(30), Some(40), None]);
    assert_eq!(
        ends(&flow.reverse().unwrap()),
        [None, None, Some(40), Some(30), None]
    );

    // What came back alone.
    let payload = Message::v9(3)
        .template(256, &[(7, 2), (11, 2), (23, 4), (57_590, 2)])
        .set(256, &[&[0, 1, 0, 2][..], &words(&[40]), &[0, 7]].concat())
        .octets();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!(ends(&flow), [Some(1), Some(2), None, Some(40), None]);
    let back = flow.reverse().unwrap();
    assert_eq!(ends(&back), [Some(2), Some(1), Some(40), None, None]);

    // Of others they are the same packets, counted as they leave.
    let record = [&[0, 1, 0, 2][..], &words(&[40, 30, 4, 3])].concat();
    let payload = Message::v9(1)
        .template(256, &fields)
        .set(256, &record)
        .octets();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!(ends(&flow), [Some(1), Some(2), Some(40), None, None]);
    assert!(flow.reverse().is_none());
    let payload = Message::v9(2)
        .template(256, &[(23, 4)])
        .set(256, &words(&[40]))
        .octets();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(message.flows().next().unwrap().octets(), Some(40));
}

#[test]
fn the_responder_of_a_firewall_is_the_reverse_direction() {
    let payload = Message::v9(0)
        .template(256, &[(7, 2), (11, 2), (231, 4), (232, 4)])
        .set(256, &[0, 1, 0, 2, 0, 0, 0, 30, 0, 0, 0, 40])
        .octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!(ends(&flow), [Some(1), Some(2), Some(30), Some(40), None]);
    assert_eq!(
        ends(&flow.reverse().unwrap()),
        [Some(2), Some(1), Some(40), Some(30), None]
    );
}
