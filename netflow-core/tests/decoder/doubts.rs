//! What is doubtful about sampling rates and names, without looking at each flow.

use netflow_core::{
    ConfiguredRates, Decoder, DoubtKind, NamedKind, OptionsScope, ScopeKind, SelectionMethod,
};

use crate::builder::{Message, datagram, decoder, words};

fn doubts(messages: &[Message]) -> Vec<DoubtKind> {
    let mut decoder = decoder();
    for message in messages {
        let payload = message.octets();
        decoder.decode(datagram(&payload)).unwrap();
    }
    of(&decoder)
}

fn of(decoder: &Decoder) -> Vec<DoubtKind> {
    decoder.doubts().iter().map(|doubt| doubt.kind).collect()
}

/// Options of these fields of four octets, the first of which is the scope.
fn options(message: Message, id: u16, fields: &[u16], records: &[u32]) -> Message {
    let fields: Vec<_> = fields.iter().map(|field| (*field, 4)).collect();
    let message = message.options_template(id, 1, &fields);
    message.set(id, &words(records))
}

fn template(message: Message, fields: &[u16]) -> Message {
    let fields: Vec<_> = fields.iter().map(|field| (*field, 4)).collect();
    message.template(300, &fields)
}

#[test]
fn rates_that_agree_or_are_named_are_no_doubt() {
    for (records, fields) in [
        (&[1, 10, 2, 10][..], &[8][..]),
        (&[1, 10, 2, 20], &[8, 143]),
        (&[1, 10, 2, 20], &[8, 34]),
    ] {
        let announced = options(Message::ipfix(0), 256, &[143, 34], records);
        assert_eq!(doubts(&[template(announced, fields)]), []);
    }
}

#[test]
fn a_template_that_does_not_say_which_line_card_is_a_doubt() {
    let announced = options(Message::v9(0), 256, &[3, 34], &[1, 10, 2, 20]);
    let found = doubts(&[template(announced, &[8])]);
    let [DoubtKind::AmbiguousRate { of, template: 300 }] = found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(of.to_string(), "line card");
}

#[test]
fn a_rate_of_the_domain_beside_another_of_a_line_card_is_a_doubt() {
    for (message, [domain, card]) in [(Message::v9(0), [1, 3]), (Message::ipfix(0), [144, 141])] {
        let all = options(message, 256, &[domain, 34], &[0, 50]);
        let differs = options(all.clone(), 257, &[card, 34], &[1, 100]);
        let found = doubts(&[template(differs.clone(), &[8])]);
        let [DoubtKind::DifferentScopes { of, template: 300 }] = found[..] else {
            panic!("{found:?}");
        };
        let names = of.map(|kind| kind.map(|kind| kind.to_string()));
        assert_eq!(names, [Some("line card".to_owned()), None]);
        // Records of the other template say which.
        assert_eq!(doubts(&[template(differs, &[141])]), []);
        let agrees = options(all, 257, &[card, 34], &[1, 50]);
        assert_eq!(doubts(&[template(agrees, &[8])]), []);
    }
}

#[test]
fn samplers_that_no_template_names_are_a_doubt_unless_there_is_a_rate_for_all() {
    for (message, scope) in [(Message::v9(0), 1), (Message::ipfix(0), 144)] {
        let sampler = options(message, 256, &[scope, 48, 50], &[0, 1, 100]);
        let found = doubts(&[template(sampler.clone(), &[8])]);
        let [
            DoubtKind::UnnamedSampler {
                of,
                rate: 100,
                others: 0,
            },
        ] = found[..]
        else {
            panic!("{found:?}");
        };
        assert_eq!(of.get(ScopeKind::Sampler), Some(1));
        assert_eq!(doubts(&[template(sampler.clone(), &[48])]), []);
        let all = options(sampler, 257, &[scope, 34], &[0, 10]);
        assert_eq!(doubts(&[template(all, &[8])]), []);
    }
}

#[test]
fn a_sampler_that_records_name_and_options_do_not_is_a_doubt() {
    for (message, scope) in [(Message::v9(0), 1), (Message::ipfix(0), 144)] {
        let fields = [scope, 48, 50];
        let announced = options(message.clone(), 256, &fields, &[0, 1, 100, 0, 3, 10]);
        let of = |element, sampler| {
            let data = template(message.clone(), &[8, element]);
            data.set(300, &words(&[9, sampler]))
        };
        let found = doubts(&[announced.clone(), of(48, 2)]);
        let [DoubtKind::UnknownSampler { named }] = found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(named.to_string(), "sampler 2");
        // An announced one, by either element, before its options too; a flow that is not sampled.
        for record in [of(48, 1), of(302, 3), of(48, 0)] {
            assert_eq!(doubts(&[announced.clone(), record]), []);
        }
        assert_eq!(doubts(&[of(48, 1), announced.clone(), of(48, 1)]), []);
        // A rate for all.
        let all = options(announced, 257, &[scope, 34], &[0, 10]);
        assert_eq!(doubts(&[all, of(48, 2)]), []);
    }
}

#[test]
fn a_sampler_of_an_interface_is_a_doubt_if_no_template_names_either() {
    for (message, interface) in [(Message::v9(0), 2), (Message::ipfix(0), 10)] {
        let fields = [interface, 48, 50];
        let sampler = options(message, 256, &fields, &[11, 1, 100, 12, 2, 10]);
        let found = doubts(&[template(sampler.clone(), &[8])]);
        let [
            DoubtKind::UnnamedSampler {
                of,
                rate: 100,
                others: 1,
            },
        ] = found[..]
        else {
            panic!("{found:?}");
        };
        assert_eq!(of.to_string(), "sampler 1, interface 11");
        assert_eq!(doubts(&[template(sampler.clone(), &[10])]), []);
        assert_eq!(doubts(&[template(sampler, &[48])]), []);
    }
}

#[test]
fn what_another_domain_announces_for_a_third_or_for_samplers_is_no_doubt() {
    let data = template(Message::ipfix(5), &[8]);
    let doubt = DoubtKind::RateInOtherDomain { other_domain: 0 };
    for (fields, record, expected) in [
        (&[149, 34][..], &[6, 100][..], None),
        (&[149, 34], &[5, 100], Some(doubt)),
        (&[144, 48, 34], &[0, 1, 100], None),
        (&[145, 34], &[301, 100], None),
        (&[145, 34], &[300, 100], Some(doubt)),
        (&[141, 34], &[1, 100], Some(doubt)),
    ] {
        let announced = options(Message::ipfix(0), 256, fields, record);
        let found = doubts(&[announced, data.clone()]);
        assert_eq!(found, Vec::from_iter(expected), "{fields:?}");
    }
}

#[test]
fn other_domains_that_apply_and_differ_are_a_doubt() {
    let rates = |domain, rate| options(Message::v9(domain), 256, &[1, 34], &[0, rate]);
    let names = |domain, name: &str| {
        Message::v9(domain)
            .options_template(257, 1, &[(2, 4), (82, 4)])
            .set(257, &[b"\0\0\0\x05", name.as_bytes()].concat())
    };
    let data = template(Message::v9(0), &[8, 10]);
    let found = |messages: &[Message]| {
        let mut decoder = decoder().with_options_scope(OptionsScope::Exporter);
        for message in messages.iter().chain([&data]) {
            let payload = message.octets();
            decoder.decode(datagram(&payload)).unwrap();
        }
        of(&decoder)
    };
    let differ = |of| DoubtKind::OtherDomainsDiffer {
        of,
        domains: [7, 8],
    };
    assert_eq!(found(&[rates(7, 10), rates(8, 10)]), []);
    assert_eq!(found(&[rates(7, 10), rates(8, 20)]), [differ(None)]);
    assert_eq!(found(&[names(7, "eth0"), names(8, "eth0")]), []);
    let interfaces = Some(NamedKind::Interfaces);
    let differing = [names(7, "eth0"), names(8, "eth9")];
    assert_eq!(found(&differing), [differ(interfaces)]);
}

#[test]
fn selection_without_a_rate_is_a_doubt() {
    let timed = options(Message::ipfix(0), 256, &[302, 307, 308], &[1, 1_000, 9_000]);
    let found = doubts(&[template(timed, &[302])]);
    let [DoubtKind::Unrated { selection, .. }] = found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(selection.method, SelectionMethod::Time);
}

#[test]
fn a_sampler_with_a_mode_and_no_rate_is_a_doubt() {
    for (message, scope) in [(Message::v9(0), 1), (Message::ipfix(0), 144)] {
        // samplingAlgorithm (35), samplerMode (49) beside samplerId (48).
        for (fields, record) in [
            (&[scope, 35][..], &[0, 2][..]),
            (&[scope, 48, 49], &[0, 1, 2]),
        ] {
            let sampler = options(message.clone(), 256, fields, record);
            let found = doubts(&[template(sampler, &[8])]);
            let [DoubtKind::Unrated { selection, .. }] = found[..] else {
                panic!("{found:?}");
            };
            assert_eq!(selection.method, SelectionMethod::Incomplete(0));
        }
        // With the rate, or with one of zero: not sampled.
        for rate in [0, 100] {
            let all = options(message.clone(), 256, &[scope, 34, 35], &[0, rate, 1]);
            assert_eq!(doubts(&[template(all, &[8])]), []);
        }
    }
}

#[test]
fn a_selection_sequence_of_unknown_selectors_is_a_doubt() {
    let sequence = options(Message::ipfix(0), 256, &[301, 302, 302], &[9, 1, 2]);
    let one = options(sequence, 257, &[302, 34], &[1, 10]);
    let found = doubts(&[template(one.clone(), &[301])]);
    let [DoubtKind::Unrated { of, selection, .. }] = found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(of.to_string(), "selection sequence 9");
    assert_eq!(selection.method, SelectionMethod::Incomplete(0));
    let both = options(one, 258, &[302, 34], &[2, 10]);
    assert_eq!(doubts(&[template(both, &[301])]), []);
}

#[test]
fn what_another_domain_announces_is_a_doubt_of_those_with_data() {
    let sampler = options(Message::v9(6), 256, &[1, 48, 50], &[0, 1, 100]);
    let named = Message::v9(7)
        .options_template(257, 1, &[(2, 4), (82, 4)])
        .set(257, b"\0\0\0\x05ge-1");
    let data = template(Message::v9(0), &[8, 10, 48]);
    let both = [
        DoubtKind::RateInOtherDomain { other_domain: 6 },
        DoubtKind::NamesInOtherDomain {
            of: NamedKind::Interfaces,
            other_domain: 7,
        },
    ];
    assert_eq!(
        doubts(&[sampler.clone(), named.clone(), data.clone()]),
        both
    );
    // Its own rate and names suffice, and records without interfaces need none.
    let own = options(Message::v9(0), 256, &[1, 34], &[0, 10])
        .options_template(257, 1, &[(2, 4), (82, 4)])
        .set(257, b"\0\0\0\x05ge-1");
    assert_eq!(doubts(&[sampler, named.clone(), own, data]), []);
    assert_eq!(doubts(&[named, template(Message::v9(0), &[8])]), []);
}

#[test]
fn names_of_each_kind_in_another_domain_are_a_doubt() {
    // The VRF (234) and the application (95) of a number, and its name (236, 96).
    for (number, name, of) in [
        (234, 236, NamedKind::Vrfs),
        (95, 96, NamedKind::Applications),
    ] {
        let named = Message::v9(7)
            .options_template(257, 1, &[(1, 4), (number, 4), (name, 4)])
            .set(257, b"\0\0\0\0\0\0\0\x05blue");
        let kind = DoubtKind::NamesInOtherDomain {
            of,
            other_domain: 7,
        };
        let data = template(Message::v9(0), &[8, number]);
        assert_eq!(doubts(&[named.clone(), data]), [kind]);
        assert_eq!(doubts(&[named, template(Message::v9(0), &[8])]), []);
    }
}

#[test]
fn what_the_caller_settled_is_no_doubt() {
    let rates = || ConfiguredRates::from_iter(["192.0.2.1=100".parse().unwrap()]);
    let ambiguous = options(Message::v9(1), 256, &[3, 34], &[1, 10, 2, 20]);
    let ambiguous = template(ambiguous, &[8]);
    let other = template(Message::v9(2), &[8]);
    let doubts = |mut decoder: Decoder| {
        for message in [&ambiguous, &other] {
            let payload = message.octets();
            decoder.decode(datagram(&payload)).unwrap();
        }
        of(&decoder).len()
    };
    assert_eq!(doubts(decoder()), 2);
    assert_eq!(doubts(decoder().with_override_rates(rates())), 0);
    assert_eq!(doubts(decoder().with_configured_rates(rates())), 1);
    let scope = OptionsScope::Exporter;
    assert_eq!(doubts(decoder().with_options_scope(scope)), 1);
}
