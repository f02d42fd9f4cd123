//! What sampling rates apply to: scopes of options, selection sequences, flow selection
//! (RFC 3954, section 6.1; RFC 7011, section 3.4.2; RFC 5476, section 6.5; RFC 7014).

use netflow_core::{ConfiguredRates, Decoder, Fact, NoSamplingRate, SelectionMethod};

use crate::builder::{Message, datagram, decoder, words};

/// The rate of the last flow, its rule, and why there is none.
type Sampled = (Option<u64>, Option<&'static str>, Option<NoSamplingRate>);

const AMBIGUOUS: Sampled = (None, Some("ambiguous"), Some(NoSamplingRate::Ambiguous));
const NOTHING: Sampled = (None, None, None);

fn rate(rate: u64, rule: &'static str) -> Sampled {
    (Some(rate), Some(rule), None)
}

fn run(decoder: &mut Decoder, messages: &[Message]) -> Sampled {
    let mut last = None;
    for message in messages {
        let payload = message.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        if let Some(flow) = message.flows().last() {
            let reason = flow.no_sampling_rate();
            last = Some((flow.sampling_rate(), flow.sampling(), reason));
        }
    }
    last.unwrap()
}

fn sampled(messages: &[Message]) -> Sampled {
    run(&mut decoder(), messages)
}

fn v9() -> Message {
    Message::v9(0)
}

fn ipfix() -> Message {
    Message::ipfix(0)
}

/// Options of these fields of four octets, the first of which are the scope.
fn options(message: Message, id: u16, scope: u16, fields: &[u16], records: &[u32]) -> Message {
    let fields: Vec<_> = fields.iter().map(|field| (*field, 4)).collect();
    let message = message.options_template(id, scope, &fields);
    message.set(id, &words(records))
}

/// One record of these fields of four octets.
fn flow(message: Message, fields: &[u16], values: &[u32]) -> Message {
    let fields: Vec<_> = fields.iter().map(|field| (*field, 4)).collect();
    message.template(300, &fields).set(300, &words(values))
}

/// A protocol, a scope of its options, and the element by which records name it.
type ScopeCase = (fn() -> Message, u16, u16);

/// Scopes that records name by an element: those of options, and of records. Scope type 3 of
/// v9 is a line card, lineCardId (141) in records.
fn cases() -> Vec<ScopeCase> {
    let mut cases: Vec<ScopeCase> = vec![(v9, 3, 141), (v9, 2, 10)];
    for id in [10, 130, 138, 141, 142, 143, 234, 235] {
        cases.push((ipfix, id, id));
    }
    cases
}

#[test]
fn records_that_name_a_scope_have_its_rate_and_no_other() {
    for (message, scope, element) in cases() {
        let announced = options(message(), 256, 1, &[scope, 34], &[1, 10, 2, 100]);
        for (value, expected) in [(1, Some(10)), (2, Some(100)), (3, None)] {
            let record = flow(message(), &[element, 1], &[value, 40]);
            let (rate, rule, reason) = sampled(&[announced.clone(), record]);
            assert_eq!((rate, reason), (expected, None), "{scope}");
            let expected = if element == 10 { "interface" } else { "scope" };
            assert_eq!(rule, rate.map(|_| expected), "{scope}");
        }
    }
}

#[test]
fn records_that_do_not_name_it_have_the_rate_on_which_all_agree() {
    let mut cases = cases();
    // A cache, and a scope type that no specification knows, are never named by records.
    cases.extend([(v9 as fn() -> Message, 4, 0), (v9, 77, 0), (ipfix, 58, 58)]);
    for (message, scope, _) in cases {
        let record = flow(message(), &[4, 1], &[6, 40]);
        let announce = |records: &[u32]| options(message(), 256, 1, &[scope, 34], records);
        let agreed = rate(10, "exporter");
        for (announcements, expected) in [
            (&[announce(&[1, 10])][..], agreed),
            (&[announce(&[1, 10, 2, 10])], agreed),
            (&[announce(&[1, 10, 2, 20])], AMBIGUOUS),
            // Repeated, in another order, and changed until all agree again.
            (&[announce(&[1, 10]), announce(&[1, 10])], agreed),
            (&[announce(&[2, 20, 1, 10])], AMBIGUOUS),
            (&[announce(&[1, 20, 2, 10]), announce(&[1, 10])], agreed),
            (
                &[
                    announce(&[1, 10, 2, 10]),
                    announce(&[2, 20]),
                    announce(&[2, 10]),
                ],
                agreed,
            ),
            (
                &[announce(&[1, 10, 2, 10]), announce(&[1, 20, 2, 20])],
                rate(20, "exporter"),
            ),
            // 1 is a rate, and 0 none.
            (&[announce(&[1, 10, 2, 1])], AMBIGUOUS),
            (&[announce(&[1, 1])], rate(1, "exporter")),
            (&[announce(&[1, 10, 2, 0])], agreed),
            (&[announce(&[1, 0])], NOTHING),
        ] {
            let mut messages = announcements.to_vec();
            messages.push(record.clone());
            assert_eq!(sampled(&messages), expected, "{scope}");
        }
    }
}

#[test]
fn a_scope_may_be_sent_in_fewer_octets_than_the_record_has() {
    let announced = v9()
        .options_template(256, 1, &[(3, 1), (34, 2)])
        .set(256, &[1, 0, 10, 2, 0, 20]);
    let record = v9().template(300, &[(141, 8)]).set(300, &words(&[0, 2]));
    assert_eq!(sampled(&[announced, record]), rate(20, "scope"));
}

#[test]
fn an_address_of_either_version_is_a_scope() {
    let address = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let other = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
    let announced = ipfix()
        .options_template(256, 1, &[(131, 16), (34, 4)])
        .set(256, &[&address[..], &words(&[10])].concat())
        .set(256, &[&other[..], &words(&[20])].concat());
    let record = ipfix().template(300, &[(131, 16)]).set(300, &other);
    assert_eq!(sampled(&[announced.clone(), record]), rate(20, "scope"));
    let unnamed = flow(ipfix(), &[4], &[6]);
    assert_eq!(sampled(&[announced, unnamed]), AMBIGUOUS);
}

#[test]
fn the_sender_itself_is_the_whole_domain() {
    // System of v9; exportingProcessId, and observationDomainId of the own domain or of none.
    let record = |message| flow(message, &[4], &[6]);
    for (message, scope) in [(v9(), 1), (ipfix(), 144)] {
        let announced = options(message.clone(), 256, 1, &[scope, 34], &[1, 10, 2, 20]);
        assert_eq!(sampled(&[announced, record(message)]), rate(20, "exporter"));
    }
    for (domain, expected) in [
        (7, rate(10, "exporter")),
        (0, rate(10, "exporter")),
        (8, NOTHING),
    ] {
        let announced = options(Message::ipfix(7), 256, 1, &[149, 34], &[domain, 10]);
        assert_eq!(sampled(&[announced, record(Message::ipfix(7))]), expected);
    }
}

#[test]
fn the_nearest_scope_wins() {
    let announced = options(ipfix(), 256, 1, &[144, 34], &[0, 1_000]);
    let announced = options(announced, 257, 1, &[143, 34], &[1, 500, 2, 600]);
    let announced = options(announced, 258, 1, &[10, 34], &[5, 50]);
    let announced = options(announced, 259, 1, &[302, 34], &[9, 7]);
    for (fields, values, expected) in [
        (&[302, 10, 143][..], &[9, 5, 1][..], rate(7, "selector")),
        (&[302, 10, 143], &[8, 5, 1], rate(50, "interface")),
        (&[10, 143], &[6, 2], rate(600, "scope")),
        (&[10, 143], &[6, 3], rate(1_000, "exporter")),
        // The metering processes differ, so one of them may be meant.
        (&[10], &[6], AMBIGUOUS),
    ] {
        let record = flow(ipfix(), fields, values);
        assert_eq!(sampled(&[announced.clone(), record]), expected);
    }
}

#[test]
fn rates_of_different_scopes_agree_or_are_ambiguous() {
    for (other, expected) in [(10, rate(10, "exporter")), (20, AMBIGUOUS)] {
        let announced = options(ipfix(), 256, 1, &[143, 34], &[1, 10]);
        let announced = options(announced, 257, 1, &[141, 34], &[1, other]);
        let record = flow(ipfix(), &[4], &[6]);
        assert_eq!(sampled(&[announced, record]), expected);
    }
}

#[test]
fn several_scopes_together_all_have_to_match() {
    let records = [1, 11, 10, 1, 12, 20, 2, 11, 30, 2, 12, 30];
    let announced = options(ipfix(), 256, 2, &[143, 138, 34], &records);
    for (fields, values, expected) in [
        (&[143, 138][..], &[1, 12][..], rate(20, "scope")),
        (&[138, 143], &[11, 2], rate(30, "scope")),
        (&[143, 138], &[3, 11], NOTHING),
        // Half of it is enough as long as the others agree.
        (&[143], &[2], rate(30, "scope")),
        (&[143], &[1], AMBIGUOUS),
        (&[138], &[11], AMBIGUOUS),
        (&[138], &[13], NOTHING),
        (&[4], &[6], AMBIGUOUS),
    ] {
        let record = flow(ipfix(), fields, values);
        assert_eq!(
            sampled(&[announced.clone(), record]),
            expected,
            "{fields:?} {values:?}"
        );
    }
}

#[test]
fn an_interface_with_a_sampler_is_for_records_of_either() {
    for (message, scope) in [(v9 as fn() -> Message, 2), (ipfix, 10)] {
        let announced = options(message(), 256, 1, &[scope, 48, 34], &[5, 1, 10, 6, 2, 20]);
        for (fields, values, expected) in [
            (&[10, 48][..], &[5, 1][..], rate(10, "sampler")),
            // The sampler decides, at any interface.
            (&[10, 48], &[5, 2], rate(20, "sampler")),
            (&[10, 48], &[9, 1], rate(10, "sampler")),
            (&[48], &[2], rate(20, "sampler")),
            // Records of the interface that name no sampler.
            (&[10], &[6], rate(20, "interface")),
            (&[10], &[7], NOTHING),
            (&[10, 48], &[5, 3], NOTHING),
            (&[4], &[6], NOTHING),
        ] {
            let record = flow(message(), fields, values);
            assert_eq!(
                sampled(&[announced.clone(), record]),
                expected,
                "{fields:?} {values:?}"
            );
        }
    }
}

#[test]
fn a_sampler_of_two_interfaces_with_two_rates_needs_the_interface() {
    let announced = options(v9(), 256, 1, &[2, 48, 34], &[5, 1, 10, 6, 1, 20]);
    for (fields, values, expected) in [
        (&[10, 48][..], &[6, 1][..], rate(20, "sampler")),
        (&[48], &[1], AMBIGUOUS),
        (&[10, 48], &[7, 1], AMBIGUOUS),
    ] {
        let record = flow(v9(), fields, values);
        assert_eq!(sampled(&[announced.clone(), record]), expected);
    }
}

#[test]
fn a_sampler_that_no_record_names_is_applied_to_none_and_found() {
    let announced = options(v9(), 256, 1, &[1, 48, 50], &[0, 1, 100]);
    let record = flow(v9(), &[10], &[5]);
    let mut decoder = decoder();
    assert_eq!(run(&mut decoder, &[announced, record]), NOTHING);
    let facts: Vec<_> = decoder.announced().map(|known| known.fact).collect();
    assert!(matches!(facts[..], [Fact::Rate { rate: 100, .. }]));
}

#[test]
fn the_rate_of_a_template_goes_when_that_is_withdrawn() {
    for withdrawn in [300_u16, 2] {
        let announced = options(ipfix(), 256, 1, &[145, 34], &[300, 10, 301, 20]);
        let template = flow(ipfix(), &[4], &[6]);
        let mut decoder = decoder();
        let before = run(&mut decoder, &[announced, template.clone()]);
        assert_eq!(before, rate(10, "template"));
        let withdrawal = [withdrawn.to_be_bytes(), [0, 0]].concat();
        let withdrawal = ipfix().set(2, &withdrawal);
        assert_eq!(run(&mut decoder, &[withdrawal, template]), NOTHING);
        // That of another template stays.
        let other = ipfix().template(301, &[(4, 4)]).set(301, &words(&[6]));
        assert_eq!(run(&mut decoder, &[other]), rate(20, "template"));
    }
}

#[test]
fn the_selectors_of_a_sequence_multiply_in_any_order_of_announcement() {
    // RFC 5476, sections 6.5.1 and 6.5.2: sequence 9 is selector 5, then 6; selector 5 takes 1
    // of 100, and 6 takes 2 of 8.
    let sequence = ipfix()
        .options_template(256, 1, &[(301, 8), (138, 4), (302, 4), (302, 4)])
        .set(256, &words(&[0, 9, 1, 5, 6]));
    let systematic = options(ipfix(), 257, 1, &[302, 304, 305, 306], &[5, 1, 1, 99]);
    let random = options(ipfix(), 258, 1, &[302, 304, 309, 310], &[6, 3, 2, 8]);
    let record = flow(ipfix(), &[301, 4], &[9, 6]);
    let expected = rate(400, "selection_sequence");
    for order in [
        [&sequence, &systematic, &random],
        [&random, &systematic, &sequence],
        [&systematic, &sequence, &random],
    ] {
        let mut messages: Vec<Message> = order.into_iter().cloned().collect();
        messages.push(record.clone());
        assert_eq!(sampled(&messages), expected);
    }
    // A selector that nothing is known of, and a sequence that nothing is known of.
    let messages = [sequence.clone(), systematic.clone(), record.clone()];
    assert_eq!(sampled(&messages).0, None);
    let other = flow(ipfix(), &[301, 4], &[8, 6]);
    assert_eq!(sampled(&[sequence, systematic, random, other]), NOTHING);
}

#[test]
fn a_filter_in_a_sequence_changes_no_rate() {
    let sequence = ipfix()
        .options_template(256, 1, &[(301, 4), (302, 4), (302, 4)])
        .set(256, &words(&[9, 4, 5]));
    let filter = options(ipfix(), 257, 1, &[302, 304, 4], &[4, 5, 17]);
    let sampler = options(ipfix(), 258, 1, &[302, 305, 306], &[5, 1, 9]);
    let record = flow(ipfix(), &[301], &[9]);
    let messages = [sequence, filter, sampler, record];
    assert_eq!(sampled(&messages), rate(10, "selection_sequence"));
}

#[test]
fn time_and_hash_space_yield_no_rate_and_state_their_ratio() {
    // 1 ms of 100 ms; 64 of 4096 hash values. A rate of the whole domain is not of such records.
    for (fields, values, method, ratio) in [
        (
            &[302, 304, 307, 308][..],
            &[7, 2, 1_000, 99_000][..],
            SelectionMethod::Time,
            (1_000, 100_000),
        ),
        (
            &[302, 304, 329, 330, 331, 332],
            &[7, 6, 0, 4_095, 128, 191],
            SelectionMethod::Hash,
            (64, 4_096),
        ),
        (&[302, 304], &[7, 8], SelectionMethod::Hash, (0, 0)),
        (
            &[302, 390, 398, 399],
            &[7, 2, 10, 90],
            SelectionMethod::Time,
            (10, 100),
        ),
        (&[302, 390], &[7, 9], SelectionMethod::FlowState, (0, 0)),
    ] {
        let announced = options(ipfix(), 256, 1, fields, values);
        let announced = options(announced, 257, 1, &[144, 34], &[0, 50]);
        let record = flow(ipfix(), &[302], &[7]);
        let (rate, _, reason) = sampled(&[announced, record]);
        assert_eq!(rate, None);
        let Some(NoSamplingRate::Unrated(selection)) = reason else {
            panic!("{reason:?}");
        };
        assert_eq!(selection.method, method);
        assert_eq!((selection.selected, selection.total), ratio);
    }
}

#[test]
fn what_announces_sampling_without_its_parameters_is_found() {
    let announced = options(ipfix(), 256, 1, &[302, 304], &[7, 1]);
    let mut decoder = decoder();
    run(
        &mut decoder,
        &[announced.clone(), flow(ipfix(), &[302], &[7])],
    );
    let fact = decoder.announced().next().unwrap().fact;
    let Fact::Unrated { of, selection, .. } = fact else {
        panic!("{fact:?}");
    };
    assert_eq!(of.to_string(), "selector 7");
    assert_eq!(selection.method, SelectionMethod::Incomplete(1));
    // It does not take a known rate away, as a time-based selector does.
    let rates = options(ipfix(), 257, 1, &[302, 305, 306], &[7, 1, 9]);
    let record = flow(ipfix(), &[302], &[7]);
    let messages = [rates.clone(), announced, record.clone()];
    assert_eq!(sampled(&messages), rate(10, "selector"));
    let timed = options(ipfix(), 258, 1, &[302, 307, 308], &[7, 1, 9]);
    assert_eq!(sampled(&[rates, timed, record]).0, None);
}

#[test]
fn a_record_that_says_how_packets_are_selected_without_a_rate_is_reported_with_it() {
    let protocols: [fn() -> Message; 2] = [v9, ipfix];
    for message in protocols {
        let of = |fields: &[u16], values: &[u32]| {
            let (rate, name, reason) = sampled(&[flow(message(), fields, values)]);
            assert_eq!((rate, reason.is_some()), (None, name.is_some()));
            name
        };
        assert_eq!(of(&[1, 307, 308], &[5, 1, 9]), Some("time"));
        assert_eq!(of(&[1, 331, 332], &[5, 1, 9]), Some("hash"));
        assert_eq!(of(&[1, 304], &[5, 1]), Some("incomplete"));
        assert_eq!(of(&[1, 35], &[5, 2]), Some("incomplete"));
        // What is configured for the exporter, or announced in another domain, has the rate.
        let incomplete = flow(message(), &[1, 35], &[5, 2]);
        let rates = ConfiguredRates::from_iter(["192.0.2.0/24=1000".parse().unwrap()]);
        let mut configured = decoder().with_configured_rates(rates);
        assert_eq!(
            run(&mut configured, &[incomplete]),
            rate(1000, "configured")
        );
        // No sampling; a filter; an interval of 0, which is not sampled.
        assert_eq!(of(&[1, 35], &[5, 0]), None);
        assert_eq!(of(&[1, 304], &[5, 5]), None);
        assert_eq!(of(&[1, 34, 35], &[5, 0, 1]), None);
        // Options have the interval of an algorithm, but not of time.
        let domain = options(message(), 400, 1, &[149, 34], &[0, 100]);
        let record = flow(message(), &[1, 304], &[5, 1]);
        assert_eq!(sampled(&[domain.clone(), record]), rate(100, "exporter"));
        let timed = flow(message(), &[1, 307, 308], &[5, 1, 9]);
        assert_eq!(sampled(&[domain, timed]).1, Some("time"));
        let stated = flow(message(), &[1, 34, 304], &[5, 10, 1]);
        assert_eq!(sampled(&[stated]), rate(10, "record"));
    }
}

#[test]
fn the_algorithm_says_which_parameters_count() {
    for (algorithm, expected) in [(1, 10), (3, 256), (4, 10)] {
        let fields = [302, 304, 305, 306, 309, 310];
        let values = [7, algorithm, 1, 9, 1, 256];
        let announced = options(ipfix(), 256, 1, &fields, &values);
        let record = flow(ipfix(), &[302], &[7]);
        assert_eq!(sampled(&[announced, record]), rate(expected, "selector"));
    }
}

#[test]
fn sampled_flows_have_a_rule_of_their_own_and_multiply_with_sampled_packets() {
    // RFC 7014, section 7: count-based, and by size and population or probability.
    let probability = 0.05_f32.to_bits();
    for (fields, values) in [
        (&[302, 390, 396, 397][..], &[1, 1, 1, 19][..]),
        (&[302, 390, 309, 310], &[1, 3, 5, 100]),
        (&[302, 390, 311], &[1, 4, probability]),
    ] {
        let flows = options(ipfix(), 256, 1, fields, values);
        let record = flow(ipfix(), &[302], &[1]);
        let messages = [flows.clone(), record.clone()];
        assert_eq!(sampled(&messages), rate(20, "flow_selection"));
        let packets = options(ipfix(), 257, 1, &[144, 34], &[0, 100]);
        let both = rate(2_000, "flow_selection");
        assert_eq!(sampled(&[flows.clone(), packets, record]), both);
        let in_record = flow(ipfix(), &[302, 34], &[1, 10]);
        assert_eq!(sampled(&[flows, in_record]), rate(200, "flow_selection"));
    }
    let record = flow(ipfix(), &[396, 397, 34], &[1, 3, 10]);
    assert_eq!(sampled(&[record]), rate(40, "flow_selection"));
    // A product that is not a number of 64 bits is not known.
    let flows = ipfix()
        .template(300, &[(396, 4), (397, 8), (34, 4)])
        .set(300, &words(&[1, u32::MAX, u32::MAX - 1, 2]));
    assert_eq!(sampled(&[flows]).0, None);
}

#[test]
fn packet_and_flow_selectors_of_one_sequence_multiply() {
    let sequence = ipfix()
        .options_template(256, 1, &[(301, 4), (302, 4), (302, 4)])
        .set(256, &words(&[9, 1, 2]));
    let packets = options(ipfix(), 257, 1, &[302, 305, 306], &[1, 1, 99]);
    let flows = options(ipfix(), 258, 1, &[302, 390, 396, 397], &[2, 1, 1, 3]);
    let record = flow(ipfix(), &[301], &[9]);
    let messages = [sequence, packets, flows, record];
    assert_eq!(sampled(&messages), rate(400, "flow_selection"));
}

#[test]
fn more_combinations_of_scopes_than_the_limit_are_reported_and_not_kept() {
    let mut decoder = decoder();
    let mut reported = vec![];
    for scope in 0..10 {
        // Scope types without a meaning.
        let message = options(v9(), 256 + scope, 1, &[900 + scope, 34], &[1, 10]);
        let payload = message.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        reported.extend(message.problems().map(|problem| problem.error.to_string()));
    }
    assert_eq!(reported.len(), 2);
    assert!(reported[0].contains("rate_scopes"), "{}", reported[0]);
    assert_eq!(decoder.announced().count(), 8);
    // More values of a known one are.
    let more = options(v9(), 256, 1, &[900, 34], &[2, 10, 3, 10]);
    decoder.decode(datagram(&more.octets())).unwrap();
    assert_eq!(decoder.announced().count(), 10);
}

#[test]
fn more_scopes_of_one_rate_than_the_limit_are_reported_and_not_kept() {
    for (scopes, kept) in [(4, 1), (5, 0)] {
        let mut fields = vec![141, 142, 143, 138, 234];
        fields.truncate(scopes);
        fields.push(34);
        let announced = options(ipfix(), 256, 1, &fields, &[1, 2, 3, 4, 5, 6][..=scopes]);
        let mut decoder = decoder();
        let payload = announced.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        assert_eq!(message.problems().count(), 1 - kept);
        assert_eq!(decoder.announced().count(), kept);
    }
}

#[test]
fn a_sequence_of_more_selectors_than_the_limit_is_reported_and_not_kept() {
    for (selectors, kept) in [(16, 1), (17, 0)] {
        let mut fields = vec![301];
        fields.resize(1 + selectors, 302);
        let values: Vec<u32> = (0..=selectors)
            .map(|id| u32::try_from(id).unwrap())
            .collect();
        let announced = options(ipfix(), 256, 1, &fields, &values);
        let mut decoder = decoder();
        let payload = announced.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        let problems: Vec<_> = message
            .problems()
            .map(|one| one.error.to_string())
            .collect();
        assert_eq!(problems.len(), 1 - kept, "{problems:?}");
        assert_eq!(decoder.announced().count(), kept);
    }
}

#[test]
fn scope_types_of_v9_beyond_those_of_rfc_3954_are_elements() {
    // ingressVRFID (234) as a scope type, as exporters that know IPFIX send it.
    let scoped = options(v9(), 400, 1, &[234, 34], &[1, 100, 2, 200]);
    let named = |vrf| flow(v9(), &[1, 234], &[5, vrf]);
    assert_eq!(sampled(&[scoped.clone(), named(1)]), rate(100, "scope"));
    assert_eq!(sampled(&[scoped.clone(), named(2)]), rate(200, "scope"));
    assert_eq!(sampled(&[scoped, flow(v9(), &[1], &[5])]), AMBIGUOUS);
    // Scope type 10 is an interface.
    let scoped = options(v9(), 400, 1, &[10, 34], &[1, 100, 2, 200]);
    let named = flow(v9(), &[1, 10], &[5, 2]);
    assert_eq!(sampled(&[scoped, named]), rate(200, "interface"));
}

#[test]
fn records_have_to_match_a_scope_of_any_element() {
    // IANA elements that identify something, strings and an octet array among them.
    let elements = [
        7, 27, 58, 61, 70, 82, 83, 84, 89, 94, 95, 96, 130, 136, 139, 201, 236, 239, 256, 304, 335,
        341, 346, 390, 405,
    ];
    let protocols: [fn() -> Message; 2] = [v9, ipfix];
    for (message, element) in protocols
        .into_iter()
        .flat_map(|message| elements.map(|element| (message, element)))
    {
        let [one, other, third] = [b"one1", b"two2", b"trio"].map(|text| u32::from_be_bytes(*text));
        let announced = options(message(), 400, 1, &[element, 34], &[one, 100, other, 10]);
        let of = |record: Message| sampled(&[announced.clone(), record]);
        for (value, expected) in [
            (one, rate(100, "scope")),
            (other, rate(10, "scope")),
            (third, NOTHING),
        ] {
            let record = flow(message(), &[1, element], &[5, value]);
            assert_eq!(of(record), expected, "{element}");
        }
        assert_eq!(of(flow(message(), &[1], &[5])), AMBIGUOUS, "{element}");
    }
}

#[test]
fn a_scope_that_counts_or_is_a_time_or_empty_is_none() {
    let protocols: [fn() -> Message; 2] = [v9, ipfix];
    // Octets and packets sent, exported messages, systemInitTimeMilliseconds, padding.
    for (message, element) in protocols
        .into_iter()
        .flat_map(|message| [23, 24, 41, 160, 210].map(|element| (message, element)))
    {
        let announced = options(message(), 400, 1, &[element, 34], &[7, 100, 8, 10]);
        let record = flow(message(), &[1], &[5]);
        assert_eq!(
            sampled(&[announced, record]),
            rate(10, "exporter"),
            "{element}"
        );
    }
    // A name of nothing but padding.
    let announced = options(v9(), 400, 1, &[82, 34], &[0, 100]);
    let record = flow(v9(), &[1], &[5]);
    assert_eq!(sampled(&[announced, record]), rate(100, "exporter"));
}

#[test]
fn two_interfaces_of_a_scope_both_have_to_match_where_they_are() {
    let protocols: [fn() -> Message; 2] = [v9, ipfix];
    let found = rate(100, "interface");
    for message in protocols {
        let pairs = [
            [10, 14],
            [14, 10],
            [10, 252],
            [252, 10],
            [14, 253],
            [252, 253],
            [10, 253],
        ];
        for pair in pairs {
            let fields = [pair[0], pair[1], 34];
            let announced = options(message(), 400, 2, &fields, &[11, 12, 100]);
            let of = |values: &[u32]| {
                let record = flow(message(), &[&pair[..], &[1, 61]].concat(), values);
                sampled(&[announced.clone(), record])
            };
            for direction in [0, 1] {
                assert_eq!(of(&[11, 12, 5, direction]), found, "{pair:?}");
                for other in [[12, 11], [11, 13], [13, 12]] {
                    let values = [other[0], other[1], 5, direction];
                    assert_eq!(of(&values), NOTHING, "{pair:?} {other:?}");
                }
            }
        }
        // Records that name one of the two have the rate on which all agree.
        let values = [11, 12, 100, 11, 13, 10, 14, 15, 5];
        let announced = options(message(), 400, 2, &[10, 14, 34], &values);
        for (interface, expected) in [(14, rate(5, "interface")), (11, AMBIGUOUS)] {
            let record = flow(message(), &[1, 10], &[5, interface]);
            assert_eq!(sampled(&[announced.clone(), record]), expected);
        }
        // One element of a side is not compared with the other if the scope has both.
        let announced = options(message(), 400, 2, &[10, 252, 34], &[11, 5, 100]);
        for element in [10, 252] {
            let value = if element == 10 { 11 } else { 5 };
            let record = flow(message(), &[1, element], &[5, value]);
            assert_eq!(sampled(&[announced.clone(), record]), found);
        }
    }
}

#[test]
fn an_interface_element_of_a_scope_is_the_same_in_both_protocols() {
    let protocols: [fn() -> Message; 2] = [v9, ipfix];
    for message in protocols {
        // In, out and direction of a record, and whether the interface is the one of the element.
        for (element, records) in [
            (
                10,
                [
                    ([11, 12, 0], false),
                    ([12, 11, 0], true),
                    ([11, 12, 1], true),
                ],
            ),
            (
                14,
                [
                    ([11, 12, 0], true),
                    ([12, 11, 0], false),
                    ([12, 11, 1], false),
                ],
            ),
            (
                252,
                [
                    ([12, 11, 0], true),
                    ([11, 12, 0], false),
                    ([12, 11, 1], true),
                ],
            ),
            (
                253,
                [
                    ([11, 12, 0], true),
                    ([12, 11, 0], false),
                    ([12, 11, 1], false),
                ],
            ),
        ] {
            let announced = options(message(), 400, 1, &[element, 34], &[12, 100]);
            for (values, is_matched) in records {
                let record = flow(message(), &[10, 14, 61], &values);
                let expected = if is_matched {
                    rate(100, "interface")
                } else {
                    NOTHING
                };
                let found = sampled(&[announced.clone(), record]);
                assert_eq!(found, expected, "{element} {values:?}");
            }
        }
    }
}

#[test]
fn a_scope_that_no_record_can_name_applies_to_none_that_names_such_a_thing() {
    // An interface and a template of more than their octets.
    let large = |message: Message, element| {
        let message = message.options_template(400, 1, &[(element, 8), (34, 4)]);
        message.set(400, &words(&[1, 300, 100]))
    };
    for (announced, fields) in [
        (large(v9(), 2), [1, 10]),
        (large(v9(), 5), [1, 10]),
        (large(ipfix(), 10), [1, 10]),
        (large(ipfix(), 145), [1, 10]),
        (large(ipfix(), 48), [1, 48]),
    ] {
        let message = if announced.octets()[1] == 9 {
            v9()
        } else {
            ipfix()
        };
        let record = flow(message, &fields, &[5, 300]);
        assert_eq!(sampled(&[announced, record]), NOTHING);
    }
}

#[test]
fn a_sampler_and_a_selector_of_one_scope_both_have_to_match() {
    let values = [1, 7, 100, 1, 8, 10];
    let announced = options(ipfix(), 400, 2, &[48, 302, 34], &values);
    for (fields, values, expected) in [
        (&[1, 48, 302], &[5, 1, 7], rate(100, "sampler")),
        (&[1, 48, 302], &[5, 1, 8], rate(10, "sampler")),
    ] {
        let record = flow(ipfix(), fields, values);
        assert_eq!(sampled(&[announced.clone(), record]), expected);
    }
}
