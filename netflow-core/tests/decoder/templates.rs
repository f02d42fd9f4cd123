//! How templates are learned, replaced, withdrawn and forgotten.

use core::time::Duration;

use netflow_core::{
    Datagram, Decoder, Limits, SetKind, TemplateEvent, TemplateEventKind, Timestamp, Transport,
};

use crate::builder::{Message, NOW, datagram, decoder, ports, problems, template};

const PORT: &[(u16, u16)] = &[(7, 2)];
/// Padding, then the port.
const PADDED: &[(u16, u16)] = &[(210, 2), (7, 2)];

fn at(seconds: u32, payload: &[u8]) -> Datagram<'_> {
    let mut datagram = datagram(payload);
    datagram.received = Timestamp::from_secs(NOW + seconds);
    datagram
}

fn stream(mut datagram: Datagram<'_>) -> Datagram<'_> {
    datagram.transport = Transport::Stream;
    datagram
}

#[test]
fn each_set_is_read_by_the_template_in_force_at_its_point_of_the_message() {
    let payload = Message::ipfix(0)
        .template(256, PORT)
        .set(256, &[0, 1])
        .template(256, PADDED)
        .set(256, &[0, 0, 0, 2])
        .octets();
    assert_eq!(ports(&mut decoder(), datagram(&payload)), [1, 2]);
}

/// What a datagram changed among the templates.
fn events(decoder: &mut Decoder, datagram: Datagram<'_>) -> Vec<(TemplateEventKind, u16, usize)> {
    let decoded = decoder.decode(datagram).unwrap();
    let event = |event: &TemplateEvent| {
        assert_eq!(event.domain.exporter.ip(), datagram.exporter.ip());
        let template = &event.template;
        (event.kind, template.id(), template.fields().len())
    };
    decoded.template_events().iter().map(event).collect()
}

#[test]
fn changes_of_templates_are_events_and_refreshes_are_none() {
    use TemplateEventKind::{Changed, Expired, Learned, Withdrawn};

    let mut decoder = Decoder::new(Limits::default().with_template_fields(2));
    let first = Message::ipfix(0).template(256, PORT).template(257, PORT);
    let first = first.options_template(258, 1, &[(149, 4), (7, 2)]).octets();
    let learned = [(Learned, 256, 1), (Learned, 257, 1), (Learned, 258, 2)];
    assert_eq!(events(&mut decoder, datagram(&first)), learned);
    assert_eq!(events(&mut decoder, datagram(&first)), []);

    let second = Message::ipfix(0).template(256, PADDED).octets();
    assert_eq!(events(&mut decoder, datagram(&second)), [(Changed, 256, 2)]);
    // Three fields are more than the limit: what the definition replaces is not in force any more.
    let third = Message::ipfix(0).template(256, &[(7, 2), (11, 2), (1, 4)]);
    let third = third.octets();
    assert_eq!(
        events(&mut decoder, datagram(&third)),
        [(Withdrawn, 256, 2)]
    );
    // One by its id, then all of data: only that one was left.
    let fourth = Message::ipfix(0).template(256, PORT).set(2, &[1, 0, 0, 0]);
    let fourth = fourth.set(2, &[0, 2, 0, 0]).octets();
    let withdrawn = [(Learned, 256, 1), (Withdrawn, 256, 1), (Withdrawn, 257, 1)];
    assert_eq!(events(&mut decoder, datagram(&fourth)), withdrawn);

    let late = Message::ipfix(0).set(258, &[0, 0, 0, 1, 0, 9]).octets();
    assert_eq!(events(&mut decoder, at(1_799, &late)), []);
    assert_eq!(events(&mut decoder, at(3_601, &late)), [(Expired, 258, 2)]);
    assert_eq!(events(&mut decoder, at(3_602, &late)), []);
}

#[test]
fn options_and_data_templates_share_one_space_of_ids() {
    let payload = Message::v9(0)
        .template(256, PORT)
        .options_template(256, 1, &[(1, 2), (7, 2)])
        .set(256, &[0, 0, 0, 9])
        .octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(message.flows().count(), 0);
    let kinds: Vec<SetKind> = message.sets().map(|set| set.kind()).collect();
    assert_eq!(
        kinds,
        [
            SetKind::Templates,
            SetKind::OptionsTemplates,
            SetKind::Options
        ]
    );
}

#[test]
fn a_withdrawn_template_is_gone_and_withdrawal_over_udp_is_reported() {
    let mut decoder = decoder();
    let template = Message::ipfix(0).template(256, PORT).octets();
    decoder.decode(datagram(&template)).unwrap();
    let withdrawal = Message::ipfix(0).set(2, &[1, 0, 0, 0]);
    let payload = withdrawal.set(256, &[0, 1]).octets();
    assert_eq!(
        problems(&mut decoder, datagram(&payload)),
        ["withdrawal_over_udp", "no_template"]
    );
}

#[test]
fn a_withdrawal_of_an_unknown_template_is_reported() {
    let payload = Message::ipfix(0).set(2, &[1, 0, 0, 0]).octets();
    let withdrawal = stream(datagram(&payload));
    assert_eq!(problems(&mut decoder(), withdrawal), ["withdrawal_unknown"]);
}

#[test]
fn a_withdrawal_of_all_templates_leaves_the_options_templates() {
    let mut decoder = decoder();
    let payload = Message::ipfix(0)
        .template(256, PORT)
        .template(257, PORT)
        .options_template(258, 1, &[(149, 4), (41, 8)])
        .set(2, &[0, 2, 0, 0])
        .octets();
    decoder.decode(datagram(&payload)).unwrap();
    let left: Vec<u16> = decoder
        .templates()
        .map(|known| known.template.id())
        .collect();
    assert_eq!(left, [258]);
}

#[test]
fn over_udp_a_template_expires_when_it_is_not_sent_again() {
    let mut decoder = decoder();
    let template = Message::ipfix(0).template(256, PORT).octets();
    let data = Message::ipfix(0).set(256, &[0, 1]).octets();
    decoder.decode(at(0, &template)).unwrap();
    assert_eq!(ports(&mut decoder, at(1_800, &data)), [1]);
    decoder.decode(at(1_800, &template)).unwrap();
    assert_eq!(ports(&mut decoder, at(3_600, &data)), [1]);
    assert_eq!(problems(&mut decoder, at(3_601, &data)), ["no_template"]);
}

#[test]
fn a_template_lives_as_long_as_the_limit_says() {
    let template = Message::ipfix(0).template(256, PORT).octets();
    let data = Message::ipfix(0).set(256, &[0, 1]).octets();
    for (template_lifetime, later, is_known) in [
        (Some(Duration::from_secs(60)), 60, true),
        (Some(Duration::from_secs(60)), 61, false),
        (None, 1_000_000, true),
    ] {
        let mut decoder = Decoder::new(Limits::new(1).with_template_lifetime(template_lifetime));
        decoder.decode(at(0, &template)).unwrap();
        let found = problems(&mut decoder, at(later, &data));
        assert_eq!(found.is_empty(), is_known, "{later}");
    }
}

#[test]
fn in_a_stream_a_template_lives_until_the_session_ends() {
    let mut decoder = decoder();
    let template = Message::ipfix(0).template(256, PORT).octets();
    let data = Message::ipfix(0).set(256, &[0, 1]).octets();
    decoder.decode(stream(at(0, &template))).unwrap();
    assert_eq!(ports(&mut decoder, stream(at(99_999, &data))), [1]);
    decoder.end_session(datagram(&[]).exporter);
    assert_eq!(
        problems(&mut decoder, stream(at(99_999, &data))),
        ["no_template"]
    );
}

#[test]
fn a_template_of_too_many_fields_is_reported_and_costs_no_other() {
    let limits = Limits::new(1).with_template_fields(2);
    let mut sets = template(256, &[(1, 4), (2, 4), (7, 2)]);
    sets.extend(template(257, PORT));
    let payload = Message::ipfix(0).set(2, &sets).set(257, &[0, 5]).octets();
    let mut decoder = Decoder::new(limits);
    assert_eq!(
        problems(&mut decoder, datagram(&payload)),
        ["too_many_fields"]
    );
    assert_eq!(ports(&mut decoder, datagram(&payload)), [5]);
}

#[test]
fn data_is_not_read_by_a_template_that_one_not_kept_replaces() {
    let limits = Limits::new(1).with_template_fields(2);
    let first = Message::ipfix(0).template(257, PORT).set(257, &[0, 5]);
    let mut decoder = Decoder::new(limits);
    assert_eq!(ports(&mut decoder, datagram(&first.octets())), [5]);
    let second = Message::ipfix(0)
        .template(257, &[(1, 4), (2, 4), (7, 2)])
        .set(257, &[0, 0, 0, 1, 0, 0, 0, 2, 0, 7])
        .octets();
    assert_eq!(
        problems(&mut decoder, datagram(&second)),
        ["too_many_fields", "no_template"]
    );
}

#[test]
fn a_template_of_many_zero_length_fields_is_not_kept() {
    let hollow = |id, count| {
        let mut fields = vec![(82, 0); count];
        fields.extend_from_slice(PORT);
        template(id, &fields)
    };
    let mut decoder = Decoder::new(Limits::new(1));
    for (count, reported, found) in [
        (65, vec!["limit", "no_template"], vec![]),
        (64, vec![], vec![5]),
    ] {
        let sets = hollow(256, count);
        let payload = Message::ipfix(0).set(2, &sets).set(256, &[0, 5]).octets();
        assert_eq!(problems(&mut decoder, datagram(&payload)), reported);
        assert_eq!(ports(&mut decoder, datagram(&payload)), found);
    }
}

#[test]
fn one_template_more_than_the_limit_is_not_kept() {
    let limits = Limits::new(1).with_templates(1);
    let mut decoder = Decoder::new(limits);
    let payload = Message::ipfix(0)
        .template(256, PORT)
        .template(257, PORT)
        .octets();
    assert_eq!(problems(&mut decoder, datagram(&payload)), ["limit"]);
    assert_eq!(decoder.templates().count(), 1);
}

#[test]
fn the_domains_not_heard_of_for_longest_make_room_for_new_ones() {
    let limits = Limits::new(1).with_state_octets(1 << 20);
    let mut decoder = Decoder::new(limits);
    for domain in 0..10_000 {
        let payload = Message::ipfix(domain).template(256, PORT).octets();
        decoder.decode(datagram(&payload)).unwrap();
        assert!(decoder.state_octets() <= 1 << 20);
        // One domain is heard of all the time.
        let payload = Message::ipfix(0).set(256, &[0, 7]).octets();
        assert_eq!(ports(&mut decoder, datagram(&payload)), [7], "{domain}");
    }
    assert!(decoder.stats().evicted > 5_000);
    assert!(decoder.domain_count() > 10);
}

#[test]
fn one_domain_keeps_no_more_than_its_share() {
    let limits = Limits::new(1).with_domain_octets(100_000);
    let mut decoder = Decoder::new(limits);
    for id in 256..1_000 {
        let payload = Message::ipfix(0).template(id, PORT).octets();
        decoder.decode(datagram(&payload)).unwrap();
    }
    assert!(
        decoder
            .domains()
            .all(|domain| domain.state_octets <= 100_000)
    );
    let refused = decoder
        .stats()
        .problems()
        .find(|(code, _)| *code == "limit");
    assert!(refused.is_some_and(|(_, count)| count > 100));
}

#[test]
fn a_variable_length_in_v9_is_read_as_in_ipfix() {
    let payload = Message::v9(0)
        .template(256, &[(82, 65535), (7, 2)])
        .set(256, &[2, b'g', b'e', 0, 53, 0, 0, 54])
        .octets();
    assert_eq!(ports(&mut decoder(), datagram(&payload)), [53, 54]);
}

#[test]
fn fields_after_many_variable_ones_are_found() {
    let mut fields = vec![(82, 65535); 9];
    fields.push((7, 2));
    let mut body = Vec::new();
    for n in 0..9 {
        body.push(n);
        body.extend(vec![b'x'; usize::from(n)]);
    }
    body.extend([0, 53]);
    let payload = Message::ipfix(0)
        .template(256, &fields)
        .set(256, &body)
        .octets();
    assert_eq!(ports(&mut decoder(), datagram(&payload)), [53]);
}

#[test]
fn records_of_variable_length_that_are_passed_over_are_those_that_would_be_read() {
    let mut body = Vec::new();
    for n in 0..6 {
        body.push(n);
        body.extend(vec![b'x'; usize::from(n)]);
        body.extend([0, n]);
    }
    let payload = Message::ipfix(0)
        .template(256, &[(82, 65535), (7, 2)])
        .set(256, &body)
        .octets();
    let mut decoder = decoder();
    let decoded = decoder.decode(datagram(&payload)).unwrap();
    let set = decoded
        .sets()
        .find(|set| set.kind() == SetKind::Data)
        .unwrap();
    assert_eq!(set.record_count(), 6);
    let all: Vec<&[u8]> = set.records().map(|record| record.octets()).collect();
    for first in 0..8 {
        for second in 0..8 {
            let mut records = set.records();
            let found = [records.nth(first), records.nth(second)];
            let found = found.map(|record| record.map(|record| record.octets()));
            let expected = [first, first + 1 + second].map(|index| all.get(index).copied());
            assert_eq!(found, expected, "{first} and {second}");
            let left = 6_usize.saturating_sub(first + second + 2);
            assert_eq!(records.len(), left, "{first} and {second}");
        }
    }
}
