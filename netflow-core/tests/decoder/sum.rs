//! Sums over records that repeat what others counted.

use netflow_core::{Decoder, Increment, Increments};

use crate::builder::{Message, NOW, datagram, decoder, words};
use crate::captured;

/// Octets that the records of messages add, and whether all were exact.
fn sum(increments: &mut Increments, decoder: &mut Decoder, messages: &[Vec<u8>]) -> (u64, bool) {
    let (mut octets, mut is_exact) = (0, true);
    for payload in messages {
        let decoded = decoder.decode(datagram(payload)).unwrap();
        for flow in decoded.flows() {
            let increment = increments.add(&flow);
            octets += increment.octets.unwrap_or(0);
            is_exact &= increment.is_exact;
        }
    }
    (octets, is_exact)
}

/// A record of an IPFIX flow by destination: octets in total, and its start.
fn total(domain: u32, destination: u32, octets: u32, start: u32) -> Vec<u8> {
    let message = Message::ipfix(domain).template(256, &[(12, 4), (85, 4), (150, 4)]);
    message
        .set(256, &words(&[destination, octets, start]))
        .octets()
}

fn all(messages: &[Vec<u8>]) -> (u64, bool) {
    sum(&mut Increments::new(1 << 16, 1), &mut decoder(), messages)
}

#[test]
fn a_running_total_adds_its_increase() {
    let start = NOW - 100;
    let of_one = [1000, 2000, 3000].map(|octets| total(0, 7, octets, start));
    assert_eq!(all(&of_one), (3000, true));
    // A late or duplicated one adds nothing.
    let late = [2000, 1000, 2000, 2500].map(|octets| total(0, 7, octets, start));
    assert_eq!(all(&late), (2500, true));
    // Another flow, start or domain has its own.
    let others = [
        total(0, 7, 1000, start),
        total(0, 8, 1000, start),
        total(0, 7, 1000, start + 1),
        total(1, 7, 1000, start),
    ];
    assert_eq!(all(&others), (4000, true));
}

/// Octets and packets of both directions that records of one flow of IPFIX add, of those whose
/// template may repeat what others counted.
fn added(fields: &[(u32, u16)], records: &[[u32; 4]]) -> [u64; 4] {
    let mut decoder = decoder();
    let mut increments = Increments::new(1 << 16, 1);
    let mut sums = [0; 4];
    for record in records {
        let mut template = vec![
            1,
            0,
            0,
            1 + u8::try_from(fields.len()).unwrap(),
            0,
            12,
            0,
            4,
        ];
        for (enterprise, id) in fields {
            let flag = if *enterprise > 0 { 0x8000 } else { 0 };
            template.extend((id | flag).to_be_bytes());
            template.extend(4_u16.to_be_bytes());
            if *enterprise > 0 {
                template.extend(enterprise.to_be_bytes());
            }
        }
        let values = &record[..fields.len()];
        let data = [&words(&[7]), &*words(values)].concat();
        let payload = Message::ipfix(0).set(2, &template).set(256, &data).octets();
        let decoded = decoder.decode(datagram(&payload)).unwrap();
        for flow in decoded.flows() {
            assert!(Increments::may_repeat(&flow));
            let Increment {
                octets,
                packets,
                reverse_octets,
                reverse_packets,
                ..
            } = increments.add(&flow);
            let counts = [octets, packets, reverse_octets, reverse_packets];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count.unwrap_or(0);
            }
        }
    }
    sums
}

#[test]
fn a_total_of_any_counter_may_repeat_what_others_counted() {
    // Deltas, with totals of the reverse direction (RFC 5103).
    let fields = [(0, 1), (0, 2), (29_305, 85), (29_305, 86)];
    let records = [[10, 1, 100, 1], [10, 1, 200, 2], [10, 1, 300, 3]];
    assert_eq!(added(&fields, &records), [30, 3, 300, 3]);
    // Octets of a delta, packets of a total.
    let records = [[100, 1, 0, 0], [100, 2, 0, 0], [100, 3, 0, 0]];
    assert_eq!(added(&[(0, 1), (0, 86)], &records), [300, 3, 0, 0]);
}

#[test]
fn deltas_add_what_they_say() {
    let delta = Message::v9(0).template(256, &[(12, 4), (1, 4)]);
    let delta = delta.set(256, &words(&[7, 1000])).octets();
    assert_eq!(all(&[delta.clone(), delta.clone()]), (2000, true));
    // And need no memory.
    let mut none = Increments::new(0, 1);
    let both = [delta.clone(), delta];
    assert_eq!(sum(&mut none, &mut decoder(), &both), (2000, true));
}

#[test]
fn the_life_of_a_connection_of_a_firewall_is_counted_once() {
    let mut decoder = decoder();
    let mut increments = Increments::new(1 << 16, 1);
    let mut found = Vec::new();
    for captured in captured::read("cases/firewall_life.pcap") {
        let decoded = decoder.decode(captured.datagram()).unwrap();
        found.extend(decoded.flows().map(|flow| increments.add(&flow)));
    }
    let sum = |of: fn(&Increment) -> Option<u64>| found.iter().filter_map(of).sum::<u64>();
    assert_eq!(sum(|one| one.octets), 2588);
    assert_eq!(sum(|one| one.reverse_octets), 1117);
    assert_eq!(sum(|one| one.packets), 11);
    assert_eq!(sum(|one| one.reverse_packets), 9);
    assert!(found.iter().all(|one| one.is_exact));
}

/// An event of connection `id`: created (1), deleted (2) or updated (5).
fn event(id: u32, event: u8, octets: u32) -> Vec<u8> {
    let message = Message::v9(0).template(256, &[(148, 4), (231, 4), (233, 1)]);
    let record = [&words(&[id, octets])[..], &[event]].concat();
    message.set(256, &record).octets()
}

#[test]
fn a_teardown_adds_what_updates_did_not() {
    let life = [
        event(1, 1, 0),
        event(1, 5, 700),
        event(1, 5, 200),
        event(1, 2, 1000),
    ];
    assert_eq!(all(&life), (1000, true));
    // The id is used again.
    let duplicated = [&life[..], &[event(1, 5, 100), event(1, 2, 150)]].concat();
    assert_eq!(all(&duplicated), (1150, true));
    assert_eq!(all(&[event(1, 2, 1000), event(2, 2, 1000)]), (2000, true));
}

/// The same with the times of the connection and of the event, in seconds.
fn timed_event(event: u8, octets: u32, [start, time]: [u32; 2]) -> Vec<u8> {
    let fields = [(148, 4), (231, 4), (233, 1), (152, 8), (323, 8)];
    let message = Message::v9(0).template(257, &fields);
    let millis = |second: u32| (u64::from(second) * 1_000).to_be_bytes();
    let record = [
        &words(&[1, octets])[..],
        &[event],
        &millis(start),
        &millis(time),
    ]
    .concat();
    message.set(257, &record).octets()
}

#[test]
fn updates_after_the_teardown_of_their_connection_add_nothing() {
    let first = NOW - 100;
    let life = |octets: [u32; 3]| {
        [
            timed_event(5, octets[0], [first, NOW - 60]),
            timed_event(2, octets[1], [first, NOW - 10]),
            timed_event(5, octets[2], [first, NOW - 30]),
        ]
    };
    assert_eq!(all(&life([700, 1000, 200])), (1000, true));
    // Also the teardown itself, received again.
    let [update, teardown, late] = life([700, 1000, 200]);
    let again = [update, teardown.clone(), late, teardown];
    assert_eq!(all(&again), (1000, true));
    // Another connection has the id next: it began later.
    let next = [
        timed_event(5, 50, [NOW - 5, NOW - 4]),
        timed_event(2, 80, [NOW - 5, NOW - 1]),
    ];
    assert_eq!(
        all(&[&life([700, 1000, 200])[..], &next].concat()),
        (1080, true)
    );
}

#[test]
fn a_connection_that_ended_is_forgotten_without_a_mark() {
    let mut increments = Increments::new(4_096, 1);
    let mut decoder = decoder();
    for id in 0..500 {
        let life = [event(id, 1, 0), event(id, 5, 7), event(id, 2, 10)];
        assert_eq!(
            sum(&mut increments, &mut decoder, &life),
            (10, true),
            "{id}"
        );
    }
    assert_eq!(increments.forgotten(), 0);
    assert!(increments.octets() <= 4_096);
}

#[test]
fn uptimes_of_one_flow_are_one_start_in_every_message() {
    // The header has whole seconds: by it the flow starts 400 ms later in the second message.
    let message = |uptime: u32, octets: u32| {
        let message = Message::v9_at(0, uptime).template(256, &[(12, 4), (85, 4), (22, 4)]);
        message.set(256, &words(&[7, octets, 4_000_000])).octets()
    };
    let flow = [message(5_000_000, 1000), message(5_000_400, 3000)];
    assert_eq!(all(&flow), (3000, true));
}

#[test]
fn a_flow_without_a_start_may_begin_again() {
    let message = |sequence: u32, octets: u32| {
        let message = Message::ipfix(0).template(256, &[(12, 4), (85, 4)]);
        let mut octets = message.set(256, &words(&[7, octets])).octets();
        octets[8..12].copy_from_slice(&sequence.to_be_bytes());
        octets
    };
    // 3000 and then 500 of the next flow.
    let flows = [message(1, 1000), message(2, 3000), message(3, 500)];
    assert_eq!(all(&flows).0, 3500);
    // Late, it is of the first.
    let late = [
        message(1, 1000),
        message(3, 3000),
        message(2, 2000),
        message(4, 4000),
    ];
    assert_eq!(all(&late), (4000, true));
}

#[test]
fn what_may_have_been_counted_before_is_marked() {
    let start = NOW - 100;
    let mut increments = Increments::new(4_096, 1);
    let mut decoder = decoder();
    let mut add = |messages: &[Vec<u8>]| {
        let sum = sum(&mut increments, &mut decoder, messages);
        assert!(increments.octets() <= 4_096, "{}", increments.octets());
        sum
    };
    assert_eq!(add(&[total(0, 7, 1000, start)]), (1000, true));
    for destination in 100..200 {
        add(&[total(0, destination, 1, start)]);
    }
    // It was forgotten, and is counted again.
    assert_eq!(add(&[total(0, 7, 1500, start)]), (1500, false));
    // A flow of later than all that was forgotten cannot be one of them.
    assert_eq!(add(&[total(0, 7, 800, NOW + 1)]), (800, true));
    // Updates before it was forgotten are not known at its teardown, those after it are.
    add(&[event(1, 1, 0), event(1, 5, 700)]);
    for destination in 100..200 {
        add(&[total(0, destination, 1, start)]);
    }
    assert_eq!(add(&[event(1, 5, 200)]), (200, true));
    assert_eq!(add(&[event(1, 2, 1000)]), (800, false));
    assert!(increments.forgotten() > 50);
    // Without memory every total is marked, and updates are not.
    let mut none = Increments::new(0, 1);
    let mut decoder = crate::builder::decoder();
    let messages = [event(1, 5, 700)];
    assert_eq!(sum(&mut none, &mut decoder, &messages), (700, true));
    let messages = [event(1, 2, 1000)];
    assert_eq!(sum(&mut none, &mut decoder, &messages), (1000, false));
}
