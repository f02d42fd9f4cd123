//! ICMP in the destination port, by exporter.

use netflow_core::{Decoder, IcmpRule};

use crate::builder::{Message, datagram, decoder, words};

/// A message of records of this protocol with these destination ports.
type Ports = fn(u8, &[u16]) -> Vec<u8>;

fn templated(message: Message, protocol: u8, ports: &[u16]) -> Vec<u8> {
    let records = ports.iter().flat_map(|port| {
        let [high, low] = port.to_be_bytes();
        [protocol, high, low]
    });
    let records: Vec<u8> = records.collect();
    let message = message.template(256, &[(4, 1), (11, 2)]);
    message.set(256, &records).octets()
}

fn v9(protocol: u8, ports: &[u16]) -> Vec<u8> {
    templated(Message::v9(0), protocol, ports)
}

fn ipfix(protocol: u8, ports: &[u16]) -> Vec<u8> {
    templated(Message::ipfix(0), protocol, ports)
}

fn v5(protocol: u8, ports: &[u16]) -> Vec<u8> {
    let count = u32::try_from(ports.len()).unwrap();
    let mut octets = words(&[0x0005_0000 + count, 60_000, 1_700_000_000, 0, 0, 0]);
    for port in ports {
        let mut record = [0; 48];
        record[34..36].copy_from_slice(&port.to_be_bytes());
        record[38] = protocol;
        octets.extend(record);
    }
    octets
}

const ALL: [Ports; 3] = [v5, v9, ipfix];

fn found(decoder: &mut Decoder, payload: &[u8]) -> Vec<Option<[u8; 2]>> {
    let decoded = decoder.decode(datagram(payload)).unwrap();
    let flows = decoded.flows().map(|flow| {
        let both = flow.icmp_type().zip(flow.icmp_code());
        both.map(|(icmp_type, code)| [icmp_type, code])
    });
    flows.collect()
}

#[test]
fn a_type_that_cannot_be_turns_all_of_the_exporter() {
    for message in ALL {
        let mut decoder = decoder();
        // Redirects (5) and unreachable destinations (3) have both codes: these may be either.
        let echo = message(1, &[0x0303, 0x0008, 0x0503]);
        assert_eq!(
            found(&mut decoder, &echo),
            [[3, 3], [8, 0], [3, 5]].map(Some)
        );
        // Later messages too.
        let later = message(1, &[0x0503]);
        assert_eq!(found(&mut decoder, &later), [Some([3, 5])]);
        let tcp = message(6, &[0x0008]);
        assert_eq!(found(&mut decoder, &tcp), [None]);
        let decoded = decoder.decode(datagram(&later)).unwrap();
        let rules = decoded.flows().map(|flow| flow.icmp_rule());
        assert_eq!(rules.collect::<Vec<_>>(), [Some(IcmpRule::PortReversed)]);
    }
}

#[test]
fn the_type_is_first_where_nothing_shows_another_order() {
    for message in ALL {
        let mut decoder = decoder();
        let echo = message(1, &[0x0303, 0x0800, 0x0305]);
        assert_eq!(
            found(&mut decoder, &echo),
            [[3, 3], [8, 0], [3, 5]].map(Some)
        );
        // A packet that makes no sense does not turn the others.
        let odd = message(1, &[0x0008, 0x0800, 0x0305]);
        assert_eq!(
            found(&mut decoder, &odd),
            [[0, 8], [8, 0], [3, 5]].map(Some)
        );
    }
}

#[test]
fn each_domain_has_its_order_and_a_snapshot_keeps_it() {
    let mut decoder = decoder();
    let low = templated(Message::v9(1), 1, &[0x0008, 0x0503]);
    let high = templated(Message::v9(2), 1, &[0x0800, 0x0503]);
    assert_eq!(found(&mut decoder, &low), [[8, 0], [3, 5]].map(Some));
    assert_eq!(found(&mut decoder, &high), [[8, 0], [5, 3]].map(Some));
    let saved = decoder.save();
    let mut decoder = crate::builder::decoder();
    decoder.load(&saved).unwrap();
    let ambiguous = |domain| templated(Message::v9(domain), 1, &[0x0503]);
    assert_eq!(found(&mut decoder, &ambiguous(1)), [Some([3, 5])]);
    assert_eq!(found(&mut decoder, &ambiguous(2)), [Some([5, 3])]);
}

#[test]
fn the_order_is_found_long_after_the_first_sets() {
    let mut decoder = decoder();
    let ambiguous = v9(1, &[0x0503]);
    for _ in 0..1_000 {
        assert_eq!(found(&mut decoder, &ambiguous), [Some([5, 3])]);
    }
    let decisive = v9(1, &[0x0008]);
    for _ in 0..64 {
        found(&mut decoder, &decisive);
    }
    assert_eq!(found(&mut decoder, &ambiguous), [Some([3, 5])]);
}
