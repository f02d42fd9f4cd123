//! Data that comes before its template.

use core::time::Duration;

use netflow_core::{Datagram, Decoder, Limits, MessageHeader, Timestamp};

use crate::builder::{Message, NOW, datagram, decoder, ports, problems};

const PORT: &[(u16, u16)] = &[(7, 2)];

fn data(id: u16, port: u8) -> Vec<u8> {
    Message::ipfix(0).set(id, &[0, port]).octets()
}

fn template_message(id: u16) -> Vec<u8> {
    Message::ipfix(0).template(id, PORT).octets()
}

fn frame(frame: u64, payload: &[u8]) -> Datagram<'_> {
    let mut datagram = datagram(payload).with_frame(u32::try_from(frame).unwrap(), frame);
    datagram.received = Timestamp::from_secs(NOW + u32::try_from(frame).unwrap());
    datagram
}

#[test]
fn it_is_decoded_with_its_own_header_when_its_template_arrives() {
    let mut decoder = decoder();
    let early = data(256, 53);
    assert_eq!(problems(&mut decoder, frame(3, &early)), ["no_template"]);
    let late_template = Message::ipfix(0)
        .template(256, PORT)
        .set(256, &[0, 54])
        .octets();
    let message = decoder.decode(frame(9, &late_template)).unwrap();
    let flows: Vec<_> = message
        .flows()
        .map(|flow| {
            (
                flow.source_port(),
                flow.late(),
                flow.frame(),
                flow.received(),
            )
        })
        .collect();
    let at = |secs| Some(Timestamp::from_secs(NOW + secs));
    assert_eq!(
        flows,
        [
            (Some(54), Some(false), Some(9), at(9)),
            (Some(53), Some(true), Some(3), at(3)),
        ]
    );
    let late = message.sets().find(netflow_core::Set::is_late).unwrap();
    assert_eq!(late.template_header().unwrap().frame, 9);
    let ids = message.headers().map(MessageHeader::datagram_id);
    let ids: Vec<_> = ids.map(|id| (id.input, id.frame)).collect();
    assert_eq!(ids, [(9, 9), (3, 3)]);
    assert_eq!(late.offset(), 16);
    assert_eq!(decoder.stats().late_sets, 1);
}

#[test]
fn it_waits_for_the_template_of_its_own_id_and_domain() {
    let mut decoder = decoder();
    decoder.decode(frame(1, &data(256, 53))).unwrap();
    assert_eq!(ports(&mut decoder, frame(2, &template_message(257))), []);
    let other = Message::ipfix(1).template(256, PORT).octets();
    assert_eq!(ports(&mut decoder, frame(3, &other)), []);
    assert_eq!(ports(&mut decoder, frame(4, &template_message(256))), [53]);
    assert_eq!(ports(&mut decoder, frame(5, &template_message(256))), []);
}

#[test]
fn data_before_its_template_in_one_message_is_late_too() {
    let payload = Message::v9(0)
        .set(256, &[0, 53])
        .template(256, PORT)
        .octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!((flow.source_port(), flow.late()), (Some(53), Some(true)));
}

#[test]
fn the_oldest_is_discarded_when_there_is_no_room() {
    let limits = Limits::new(1).with_waiting_octets(2_000);
    let mut decoder = Decoder::new(limits);
    for port in 0..100 {
        decoder.decode(frame(1, &data(256, port))).unwrap();
    }
    let given_up = decoder.stats().given_up_sets;
    let kept = ports(&mut decoder, frame(2, &template_message(256)));
    assert_eq!(kept.last(), Some(&99));
    assert_eq!(given_up + u64::try_from(kept.len()).unwrap(), 100);
    assert!(kept.len() > 2 && kept.len() < 40);
}

#[test]
fn what_has_waited_too_long_is_discarded_and_counted() {
    let mut decoder = decoder();
    decoder.decode(frame(0, &data(256, 53))).unwrap();
    assert_eq!(
        ports(&mut decoder, frame(1_801, &template_message(256))),
        []
    );
    assert_eq!(decoder.stats().given_up_sets, 1);
    assert_eq!(decoder.stats().given_up_octets, 2);
}

#[test]
fn data_waits_as_long_as_the_limit_says() {
    for (waiting_lifetime, later, wanted) in [
        (Some(Duration::from_secs(60)), 60, &[53][..]),
        (Some(Duration::from_secs(60)), 61, &[]),
        (None, 1_000_000, &[53]),
    ] {
        let mut decoder = Decoder::new(Limits::new(1).with_waiting_lifetime(waiting_lifetime));
        decoder.decode(frame(0, &data(256, 53))).unwrap();
        assert_eq!(
            ports(&mut decoder, frame(later, &template_message(256))),
            wanted
        );
    }
}

#[test]
fn what_waits_counts_against_the_budget() {
    let mut decoder = decoder();
    let before = decoder.state_octets();
    decoder.decode(frame(0, &data(256, 53))).unwrap();
    let waiting = decoder.state_octets();
    assert!(waiting > before);
    decoder.decode(frame(1, &template_message(256))).unwrap();
    decoder
        .decode(frame(2, &Message::ipfix(0).set(2, &[1, 0, 0, 0]).octets()))
        .unwrap();
    assert!(decoder.state_octets() < waiting);
}

#[test]
fn thousands_of_sets_and_templates_do_not_wait_for_each_other() {
    let mut decoder = decoder();
    let mut sets = Message::ipfix(0);
    for port in 0..=255 {
        for id in 300..312 {
            sets = sets.set(id, &[0, port]);
        }
    }
    let sets = sets.octets();
    decoder.decode(frame(1, &sets)).unwrap();
    // None waits for any of these, each defined anew in every message.
    for length in 1..=3 {
        let mut templates = Message::ipfix(0);
        for id in 1_000..2_000 {
            templates = templates.template(id, &[(1, length)]);
        }
        let templates = templates.octets();
        decoder.decode(frame(2, &templates)).unwrap();
    }
    for id in 300..312 {
        let expected: Vec<u16> = (0..=255).collect();
        assert_eq!(
            ports(&mut decoder, frame(3, &template_message(id))),
            expected
        );
    }
    assert_eq!(decoder.stats().given_up_sets, 0);
    assert_eq!(decoder.stats().late_sets, 12 * 256);
}
