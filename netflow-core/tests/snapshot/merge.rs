//! Several snapshots, and what is known already.

use netflow_core::Decoder;

use crate::builder::{Message, words};
use crate::world::{decoder, later, named, numbered, receive, receive_from, v5, world};

/// A decoder that has loaded these in this order.
fn merged(snapshots: &[&[u8]]) -> Decoder {
    let mut decoder = decoder(3);
    for snapshot in snapshots {
        assert_eq!(decoder.load(snapshot).unwrap().refused, 0);
    }
    decoder
}

/// The snapshots of two decoders that received these messages.
fn two(receive: impl Fn(&mut Decoder, bool)) -> [Vec<u8>; 2] {
    [false, true].map(|second| {
        let mut decoder = decoder(u64::from(second));
        receive(&mut decoder, second);
        decoder.save()
    })
}

#[test]
fn exporters_of_two_decoders_are_merged_in_any_order() {
    let [a, b] = two(|decoder, second| {
        receive_from(
            decoder,
            1 + u8::from(second),
            1,
            &numbered(&named(b"ge-1"), 1),
        );
    });
    let both = merged(&[&a, &b]);
    assert_eq!((both.domain_count(), both.templates().count()), (2, 12));
    assert_eq!(both.save(), merged(&[&b, &a]).save());
}

#[test]
fn what_is_known_already_changes_nothing() {
    let mut decoder = world(1);
    let snapshot = decoder.save();
    let report = decoder.load(&snapshot).unwrap();
    assert_eq!(
        (report.domains, report.templates, report.refused),
        (4, 0, 0)
    );
    assert_eq!(decoder.save(), snapshot);
}

#[test]
fn the_template_that_was_sent_later_is_kept() {
    let [old, new] = two(|decoder, second| {
        let message = if second {
            Message::v9(1).template(256, &[(7, 2)])
        } else {
            let kept = Message::v9(1).template(300, &[(7, 2)]);
            kept.template(256, &[(11, 2)])
        };
        receive(decoder, u32::from(second), &message.octets());
    });
    for order in [[&old, &new], [&new, &old]] {
        let mut decoder = merged(&order.map(|snapshot| &snapshot[..]));
        assert_eq!(decoder.templates().count(), 2);
        let payload = Message::v9(1).set(256, &[0, 53]).octets();
        let message = decoder.decode(later(1, 2, &payload)).unwrap();
        let flow = message.flows().next().unwrap();
        assert_eq!(
            (flow.source_port(), flow.destination_port()),
            (Some(53), None)
        );
    }
}

#[test]
fn the_names_and_rates_of_the_domain_received_later_are_kept() {
    let rate = |rate| {
        Message::v9(1)
            .options_template(257, 1, &[(2, 4), (34, 4), (82, 1)])
            .set(257, &[words(&[5, rate]), vec![b'a' + rate as u8]].concat())
            .template(256, &[(10, 4)])
    };
    let [old, new] = two(|decoder, second| {
        receive(decoder, 1, &numbered(&rate(1 + u32::from(second)), 1));
        if second {
            receive(decoder, 3, &numbered(&rate(2), 2));
        } else {
            // What the other does not know is kept.
            let other = Message::v9(1).options_template(258, 1, &[(2, 4), (34, 4)]);
            receive(decoder, 2, &numbered(&other.set(258, &words(&[6, 9])), 2));
        }
    });
    for order in [[&old, &new], [&new, &old]] {
        let mut decoder = merged(&order.map(|snapshot| &snapshot[..]));
        let payload = numbered(&Message::v9(1).set(256, &words(&[5, 6])), 3);
        let message = decoder.decode(later(1, 4, &payload)).unwrap();
        let flows: Vec<_> = message
            .flows()
            .map(|flow| {
                let name = flow.input_interface_name().map(|name| name.to_string());
                (flow.sampling_rate(), name)
            })
            .collect();
        let five = (Some(2), Some("c".to_owned()));
        assert_eq!(flows, [five, (Some(9), None)]);
    }
}

#[test]
fn the_sequence_of_the_domain_received_later_continues() {
    let [old, new] = two(|decoder, second| {
        let (seconds, number) = if second { (5, 500) } else { (1, 10) };
        receive(decoder, seconds, &v5(number));
        receive(decoder, seconds + 1, &v5(number + 1));
    });
    for order in [[&old, &new], [&new, &old]] {
        let mut decoder = merged(&order.map(|snapshot| &snapshot[..]));
        receive(&mut decoder, 9, &v5(502));
        let report = decoder.domains().next().unwrap();
        assert_eq!((report.messages, report.sequence.received), (3, 3));
        assert_eq!(report.sequence.lost, 0);
        let first = later(1, 1, &[]).received;
        assert_eq!(report.first_received, first);
    }
}

#[test]
fn what_was_received_since_overrides_an_old_snapshot() {
    let mut decoder = decoder(1);
    receive(&mut decoder, 1, &numbered(&named(b"ge-1"), 1));
    let old = decoder.save();
    receive(&mut decoder, 2, &numbered(&named(b"xe-2"), 2));
    let before = decoder.save();
    let report = decoder.load(&old).unwrap();
    assert_eq!((report.templates, report.refused), (0, 0));
    assert_eq!(decoder.save(), before);
}
