//! What options announce: sampling rates, names, types.

use netflow_core::SamplingRule;
use netflow_core::element::{DataType, DefinedElement, Definitions, ElementId};
use netflow_core::{ConfiguredRates, DatagramId, Decoder, Fact, Flow, Limits};
use netflow_core::{RateScope, ScopeKind, Selects};

use crate::builder::{Message, datagram, decoder, words};

/// Runs all messages and shows what the last flow says.
fn last<T>(decoder: &mut Decoder, messages: &[Message], show: impl Fn(&Flow<'_>) -> T) -> T {
    let mut shown = None;
    for message in messages {
        let payload = message.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        assert_eq!(message.problems().count(), 0);
        shown = message.flows().last().map(|flow| show(&flow)).or(shown);
    }
    shown.unwrap()
}

fn sampling(messages: &[Message]) -> (Option<u64>, Option<&'static str>) {
    last(&mut decoder(), messages, |flow| {
        (flow.sampling_rate(), flow.sampling())
    })
}

fn v9(n: u32) -> Message {
    Message::v9(n)
}

#[test]
fn a_rate_in_the_record_wins() {
    let flow = v9(0)
        .template(256, &[(10, 2), (34, 4)])
        .set(256, &[0, 1, 0, 0, 3, 0xe8]);
    assert_eq!(sampling(&[flow]), (Some(1_000), Some("record")));
}

#[test]
fn of_two_intervals_the_one_that_is_not_zero_is_the_rate() {
    let fields = [(34, 4), (50, 4)];
    for (intervals, rate) in [([0, 200], 200), ([100, 0], 100), ([100, 200], 100)] {
        let flow = v9(0).template(256, &fields).set(256, &words(&intervals));
        assert_eq!(sampling(&[flow]), (Some(rate), Some("record")));
    }
}

#[test]
fn options_that_waited_do_not_override_newer_ones() {
    let stale = v9(0).set(258, &words(&[0, 50]));
    let newer = v9(0)
        .options_template(257, 1, &[(1, 4), (34, 4)])
        .set(257, &words(&[0, 900]));
    let template = v9(0).options_template(258, 1, &[(1, 4), (34, 4)]);
    let flow = v9(0).template(256, &[(10, 2)]).set(256, &[0, 1]);
    for (messages, rate) in [
        (vec![&stale, &newer, &template, &flow], 900),
        (vec![&stale, &template, &flow], 50),
    ] {
        let mut decoder = decoder();
        let mut announced = None;
        for message in messages {
            let payload = message.octets();
            let message = decoder.decode(datagram(&payload)).unwrap();
            announced = message.flows().last().and_then(|flow| flow.sampling_rate());
        }
        assert_eq!(announced, Some(rate));
    }
}

#[test]
fn packets_taken_and_left_out_make_a_rate() {
    let flow = Message::ipfix(0).template(256, &[(305, 4), (306, 4)]);
    let flow = flow.set(256, &words(&[1, 99]));
    assert_eq!(sampling(&[flow]), (Some(100), Some("record")));
    let alone = Message::ipfix(0)
        .template(256, &[(305, 4)])
        .set(256, &words(&[100]));
    assert_eq!(sampling(&[alone]), (Some(100), Some("vendor_305")));
}

#[test]
fn a_population_or_a_probability_in_the_record_makes_a_rate() {
    // RFC 5477, sections 8.2.5 to 8.2.7; beside 1 packet in a row the population counts.
    let of = |fields: &[(u16, u16)], record: &[u8]| {
        let message = Message::ipfix(0).template(256, fields);
        sampling(&[message.set(256, record)])
    };
    let fields = [(309, 4), (310, 4)];
    assert_eq!(of(&fields, &words(&[2, 512])), (Some(256), Some("record")));
    assert_eq!(of(&fields, &words(&[0, 512])), (None, None));
    assert_eq!(of(&fields, &words(&[512, 2])), (None, None));
    let fields = [(305, 4), (309, 4), (310, 4)];
    assert_eq!(
        of(&fields, &words(&[1, 1, 100])),
        (Some(100), Some("record"))
    );
    for (probability, rate) in [
        (0.001_f64, Some(1_000)),
        (1.0, Some(1)),
        (0.0, None),
        (f64::NAN, None),
        (-0.5, None),
    ] {
        let rule = rate.map(|_| "record");
        assert_eq!(of(&[(311, 8)], &probability.to_be_bytes()), (rate, rule));
    }
    // Floats may be sent in four octets (RFC 7011, section 6.2).
    assert_eq!(
        of(&[(311, 4)], &0.01_f32.to_be_bytes()),
        (Some(100), Some("record"))
    );
}

#[test]
fn the_sampler_of_the_record_has_its_own_rate() {
    let options = v9(0)
        .options_template(257, 1, &[(1, 4), (48, 2), (50, 4)])
        .set(257, &[0, 0, 0, 0, 0, 1, 0, 0, 0, 10])
        .set(257, &[0, 0, 0, 0, 0, 2, 0, 0, 0, 20]);
    for (sampler, rate) in [(1, Some(10)), (2, Some(20)), (3, None)] {
        let flow = v9(0).template(256, &[(48, 1)]).set(256, &[sampler]);
        let rule = rate.map(|_| "sampler");
        assert_eq!(sampling(&[options.clone(), flow]), (rate, rule));
    }
}

#[test]
fn a_rate_of_0_replaces_the_rate_of_its_scope_and_no_other() {
    for (message, system) in [(v9(0), (1, 4)), (Message::ipfix(0), (144, 4))] {
        let samplers = |rates: [[u32; 2]; 2]| {
            let rates = rates.map(|[sampler, rate]| words(&[0, sampler, rate]));
            let template = [system, (48, 4), (34, 4)];
            let options = message.clone().options_template(257, 1, &template);
            options.set(257, &rates.concat())
        };
        let flow = |sampler: u8| {
            let template = message.clone().template(256, &[(48, 1)]);
            template.set(256, &[sampler])
        };
        let on = samplers([[1, 10], [2, 20]]);
        let off = samplers([[1, 0], [3, 0]]);
        let known = |sampler: u8, messages: &[&Message]| {
            let messages: Vec<_> = messages.iter().copied().cloned().collect();
            sampling(&[messages, vec![flow(sampler)]].concat())
        };
        assert_eq!(known(1, &[&on, &off]), (None, None));
        assert_eq!(known(2, &[&on, &off]), (Some(20), Some("sampler")));
        // A scope that never had a rate loses none.
        assert_eq!(known(3, &[&on, &off]), (None, None));
        assert_eq!(known(1, &[&off, &on]), (Some(10), Some("sampler")));
        assert_eq!(known(1, &[&on, &off, &on]), (Some(10), Some("sampler")));
        // Of the whole domain.
        let all = |fields: &[(u16, u16)], values: &[u32]| {
            let template = [&[system], fields].concat();
            let options = message.clone().options_template(258, 1, &template);
            options.set(258, &[words(&[0]), words(values)].concat())
        };
        let interval = |rate| all(&[(34, 4)], &[rate]);
        assert_eq!(known(9, &[&interval(100), &interval(0)]), (None, None));
        let population = |of| all(&[(309, 4), (310, 4)], &[1, of]);
        assert_eq!(known(9, &[&population(100), &population(0)]), (None, None));
        // What says nothing of a rate does not end it.
        let mode = all(&[(35, 4)], &[2]);
        assert_eq!(
            known(9, &[&interval(100), &mode]),
            (Some(100), Some("exporter"))
        );
    }
}

#[test]
fn a_rate_of_0_that_waited_replaces_no_newer_one() {
    let stale = v9(0).set(258, &words(&[0, 0]));
    let newer = v9(0)
        .options_template(257, 1, &[(1, 4), (34, 4)])
        .set(257, &words(&[0, 900]));
    let template = v9(0).options_template(258, 1, &[(1, 4), (34, 4)]);
    let flow = v9(0).template(256, &[(10, 2)]).set(256, &[0, 1]);
    let mut decoder = decoder();
    let mut announced = None;
    for message in [&stale, &newer, &template, &flow] {
        let payload = message.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        announced = message.flows().last().and_then(|flow| flow.sampling_rate());
    }
    assert_eq!(announced, Some(900));
}

#[test]
fn a_sampler_of_options_is_the_selector_of_records_and_the_reverse() {
    // The registry has 302 in place of 48.
    for (announced, used, rule) in [(302, 48, "selector"), (48, 302, "sampler")] {
        let options = v9(0)
            .options_template(257, 1, &[(1, 4), (announced, 4), (50, 4), (84, 4)])
            .set(257, &[words(&[0, 7, 1_000]), b"S-7\0".to_vec()].concat());
        let template = v9(0).template(256, &[(used, 1)]);
        let mut decoder = decoder();
        let selection = last(
            &mut decoder,
            &[options.clone(), template.clone().set(256, &[7])],
            |flow| {
                let name = flow.sampler_name().map(|name| name.to_string());
                (flow.sampling_rate(), flow.sampling(), name)
            },
        );
        assert_eq!(selection, (Some(1_000), Some(rule), Some("S-7".to_owned())));
        let other = template.set(256, &[8]);
        assert_eq!(sampling(&[options, other]), (None, None));
    }
    // Its own kind comes first.
    let options = v9(0)
        .options_template(257, 1, &[(1, 4), (48, 4), (50, 4)])
        .options_template(258, 1, &[(1, 4), (302, 4), (50, 4)])
        .set(257, &words(&[0, 7, 10]))
        .set(258, &words(&[0, 7, 20]));
    for (used, rate, rule) in [(48, 10, "sampler"), (302, 20, "selector")] {
        let flow = v9(0).template(256, &[(used, 1)]).set(256, &[7]);
        assert_eq!(sampling(&[options.clone(), flow]), (Some(rate), Some(rule)));
    }
}

#[test]
fn a_rate_for_a_template_is_that_of_its_records() {
    // Scope Template of v9 (RFC 3954, section 6.1), templateId of IPFIX.
    for (message, scope) in [(v9(0), (5, 2)), (Message::ipfix(0), (145, 2))] {
        let options = message
            .options_template(257, 1, &[scope, (34, 4)])
            .set(257, &[1, 0, 0, 0, 0, 10])
            .set(257, &[3, 0, 0, 0, 0, 20]);
        let all = options.clone().set(257, &[1, 1, 0, 0, 0, 30]);
        for (template, rate) in [(0x100_u16, Some(10)), (0x300, Some(20)), (0x400, None)] {
            let flow = |options: &Message| {
                let flow = options.clone().template(template, &[(10, 2)]);
                sampling(&[flow.set(template, &[0, 1])])
            };
            let rule = rate.map(|_| "template");
            assert_eq!(flow(&options), (rate, rule));
            // One for the template of the options themselves is for all.
            let rate = rate.or(Some(30));
            assert_eq!(flow(&all), (rate, rule.or(Some("exporter"))));
        }
    }
}

#[test]
fn a_rate_has_its_scope_and_the_datagram_that_announced_it() {
    let options = v9(0)
        .options_template(257, 1, &[(1, 4), (48, 2), (50, 4)])
        .set(257, &[0, 0, 0, 0, 0, 1, 0, 0, 0, 10]);
    let flow = v9(0).template(256, &[(48, 1)]).set(256, &[1]);
    let sampler = RateScope::new(&[(ScopeKind::Sampler, 1)]).unwrap();
    let mut decoder = decoder();
    for (frame, message) in [(7, &options), (8, &options), (9, &flow)] {
        let payload = message.octets();
        let datagram = datagram(&payload).with_frame(2, frame);
        let message = decoder.decode(datagram).unwrap();
        for flow in message.flows() {
            let source = flow.sampling_source().unwrap();
            assert_eq!((source.rate, source.rule), (10, SamplingRule::Sampler));
            // Options that say it again do not announce it anew.
            let first = DatagramId { input: 2, frame: 7 };
            assert_eq!(source.announced, Some((sampler, first)));
        }
    }
    let facts: Vec<Fact<'_>> = decoder.announced().map(|known| known.fact).collect();
    let rate = Fact::Rate {
        of: sampler,
        selects: Selects::Packets,
        rate: 10,
        datagram: DatagramId { input: 2, frame: 7 },
    };
    assert_eq!(facts, [rate]);
}

#[test]
fn options_after_the_data_of_their_message_apply_to_it() {
    let message = v9(0)
        .template(256, &[(48, 1)])
        .set(256, &[1])
        .options_template(257, 1, &[(1, 4), (48, 2), (50, 4)])
        .set(257, &[0, 0, 0, 0, 0, 1, 0, 0, 0, 10]);
    assert_eq!(sampling(&[message]), (Some(10), Some("sampler")));
}

#[test]
fn a_selector_has_a_rate_by_population_or_probability() {
    for (fields, values) in [
        (&[(302, 8), (309, 4), (310, 4)][..], words(&[0, 7, 2, 100])),
        (&[(302, 8), (311, 4)], words(&[0, 7, 0.02_f32.to_bits()])),
        (&[(302, 8), (305, 4), (306, 4)], words(&[0, 7, 1, 49])),
    ] {
        let options = Message::ipfix(0)
            .options_template(257, 1, fields)
            .set(257, &values);
        let flow = Message::ipfix(0)
            .template(256, &[(302, 8)])
            .set(256, &words(&[0, 7]));
        assert_eq!(sampling(&[options, flow]), (Some(50), Some("selector")));
    }
}

#[test]
fn packets_in_a_row_alone_are_replaced_by_a_population() {
    // Cisco IOS-XR: samplingPacketInterval 1 beside 1 of 256.
    let options = |fields: &[_], values: &[u32]| {
        Message::ipfix(0)
            .options_template(257, 1, fields)
            .set(257, &words(values))
    };
    let flow = Message::ipfix(0)
        .template(256, &[(302, 4)])
        .set(256, &words(&[7]));
    let both = options(&[(302, 4), (305, 4), (309, 4), (310, 4)], &[7, 1, 1, 256]);
    assert_eq!(
        sampling(&[both, flow.clone()]),
        (Some(256), Some("selector"))
    );
    let alone = options(&[(302, 4), (305, 4)], &[7, 100]);
    assert_eq!(sampling(&[alone, flow]), (Some(100), Some("selector")));
}

#[test]
fn an_interface_has_a_rate_and_its_neighbour_has_none() {
    let options = v9(0)
        .options_template(257, 1, &[(2, 4), (34, 4)])
        .set(257, &words(&[5, 100]));
    for (interface, expected) in [(5, (Some(100), Some("interface"))), (6, (None, None))] {
        let flow = v9(0)
            .template(256, &[(10, 4)])
            .set(256, &words(&[interface]));
        assert_eq!(sampling(&[options.clone(), flow]), expected);
    }
    // A flow counted on its way out is sampled by the output interface.
    let flow = v9(0)
        .template(256, &[(10, 1), (14, 1), (61, 1)])
        .set(256, &[6, 5, 1]);
    assert_eq!(sampling(&[options, flow]), (Some(100), Some("interface")));
}

#[test]
fn the_whole_exporter_has_a_rate_which_may_change() {
    let options = |rate| {
        v9(0)
            .options_template(257, 1, &[(1, 4), (34, 4)])
            .set(257, &words(&[0, rate]))
    };
    let flow = v9(0).template(256, &[(10, 1)]).set(256, &[1]);
    let first = [options(100), flow.clone()];
    assert_eq!(sampling(&first), (Some(100), Some("exporter")));
    let changed = [options(100), options(7), flow.clone()];
    assert_eq!(sampling(&changed), (Some(7), Some("exporter")));
    // Of 0 packets, none can be selected: no rate is known any more.
    let ended = [options(100), options(0), flow];
    assert_eq!(sampling(&ended), (None, None));
}

#[test]
fn rates_of_one_domain_do_not_apply_to_another() {
    let options = v9(1)
        .options_template(257, 1, &[(1, 4), (34, 4)])
        .set(257, &words(&[0, 100]));
    let flow = v9(2).template(256, &[(10, 1)]).set(256, &[1]);
    assert_eq!(sampling(&[options, flow]), (None, None));
}

#[test]
fn a_configured_rate_is_used_where_none_is_announced() {
    let mut rates = ConfiguredRates::default();
    rates.insert("192.0.2.0".parse().unwrap(), 24, 512);
    let mut decoder = Decoder::new(Limits::new(1)).with_configured_rates(rates);
    let flow = v9(0)
        .template(256, &[(1, 2), (34, 1)])
        .set(256, &[0, 10, 0]);
    let shown = last(&mut decoder, &[flow], |flow| {
        (flow.octets(), flow.octets_scaled(), flow.sampling())
    });
    assert_eq!(shown, (Some(10), Some(5_120), Some("configured")));
}

#[test]
fn interfaces_vrfs_and_applications_have_the_names_of_the_options() {
    let named = |message: Message, id, scope: (u16, u16), name: (u16, u16), values: &[u8]| {
        message
            .options_template(id, 1, &[scope, name])
            .set(id, values)
    };
    let options = named(Message::ipfix(0), 300, (10, 4), (82, 4), b"\0\0\0\x05ge-1");
    let options = named(options, 301, (234, 4), (236, 4), b"\0\0\0\x09blue");
    let options = named(options, 302, (95, 4), (96, 5), b"\x0d\0\0\x50http\0");
    let flow = Message::ipfix(0)
        .template(256, &[(10, 2), (14, 2), (234, 4), (95, 4)])
        .set(256, &[0, 5, 0, 6, 0, 0, 0, 9, 0x0d, 0, 0, 0x50]);
    let text = |text: Option<netflow_core::value::Text<'_>>| text.map(|text| text.to_string());
    let names = last(&mut decoder(), &[options, flow], |flow| {
        [
            text(flow.input_interface_name()),
            text(flow.output_interface_name()),
            text(flow.ingress_vrf_name()),
            text(flow.application_name()),
            flow.application_id().map(|id| id.to_string()),
        ]
    });
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(
        names,
        [
            some("ge-1"),
            None,
            some("blue"),
            some("http"),
            some("13:80")
        ]
    );
}

#[test]
fn the_scope_interface_of_v9_names_an_interface() {
    let options = v9(0)
        .options_template(257, 1, &[(2, 2), (83, 4)])
        .set(257, b"\0\x05ge-1");
    let flow = v9(0).template(256, &[(10, 4)]).set(256, &words(&[5]));
    let name = last(&mut decoder(), &[options, flow], |flow| {
        flow.input_interface_name().unwrap().to_string()
    });
    assert_eq!(name, "ge-1");
}

/// A template of one enterprise element, and a record of it.
fn enterprise_flow() -> Message {
    let template = [1, 0, 0, 1, 0x80, 5, 0, 4, 0, 1, 0x86, 0x9f];
    Message::ipfix(0).set(2, &template).set(256, &words(&[77]))
}

fn shown(flow: &Flow<'_>) -> (Option<String>, Option<String>) {
    let field = flow.record().unwrap().fields().next().unwrap();
    (
        field.template().name().map(str::to_owned),
        field.value().map(|value| value.to_string()),
    )
}

#[test]
fn a_type_record_names_an_unknown_element_in_templates_known_before() {
    let types = Message::ipfix(0)
        .options_template(300, 2, &[(346, 4), (303, 2), (339, 1), (341, 5)])
        .set(300, b"\0\x01\x86\x9f\0\x05\x03queue");
    let mut decoder = decoder();
    let before = last(&mut decoder, &[enterprise_flow()], shown);
    assert_eq!(before, (None, None));
    let data = Message::ipfix(0).set(256, &words(&[78]));
    let after = last(&mut decoder, &[types, data], shown);
    assert_eq!(after, (Some("queue".to_owned()), Some("78".to_owned())));
}

#[test]
fn the_callers_definitions_override_announced_types() {
    let id = ElementId::new(99_999, 5);
    let mine = DefinedElement::new(id, "mine", DataType::OctetArray);
    let definitions: Definitions = [mine].into_iter().collect();
    let mut decoder = Decoder::new(Limits::new(1)).with_definitions(definitions);
    let shown = last(&mut decoder, &[enterprise_flow()], shown);
    assert_eq!(
        shown,
        (Some("mine".to_owned()), Some("0000004d".to_owned()))
    );
}

#[test]
fn a_definition_that_means_the_same_as_an_element_supplies_its_field() {
    let octets = |same_as: Option<u16>| {
        let id = ElementId::new(99_999, 5);
        let mut mine = DefinedElement::new(id, "mine", DataType::Unsigned32);
        mine.same_as = same_as.map(ElementId::iana);
        let definitions: Definitions = [mine].into_iter().collect();
        let mut decoder = Decoder::new(Limits::new(1)).with_definitions(definitions);
        last(&mut decoder, &[enterprise_flow()], |flow| flow.octets())
    };
    assert_eq!(octets(None), None);
    assert_eq!(octets(Some(1)), Some(77)); // octetDeltaCount
    assert_eq!(octets(Some(2)), None); // packetDeltaCount
}

#[test]
fn templates_with_fields_of_both_versions_yield_the_one_in_use() {
    let pairs = [
        (8, 27),
        (12, 28),
        (15, 62),
        (18, 63),
        (225, 281),
        (226, 282),
    ];
    let mut fields: Vec<(u16, u16)> = pairs
        .iter()
        .flat_map(|(v4, v6)| [(*v4, 4), (*v6, 16)])
        .collect();
    fields.extend([(9, 1), (29, 1), (13, 1), (30, 1), (60, 1)]);
    let record = |version: u8| {
        let mut record = Vec::new();
        for n in 1..=6 {
            let (v4, v6) = if version == 4 { (n, 0) } else { (0, n) };
            record.extend([v4; 4]);
            record.extend([v6; 16]);
        }
        let (v4, v6) = if version == 4 { (24, 0) } else { (0, 64) };
        record.extend([v4, v6, v4, v6, version]);
        Message::ipfix(0).template(256, &fields).set(256, &record)
    };
    for (version, prefix) in [(4, 24), (6, 64)] {
        let shown = last(&mut decoder(), &[record(version)], |flow| {
            let addresses = [
                flow.source_address(),
                flow.destination_address(),
                flow.next_hop(),
                flow.bgp_next_hop(),
                flow.post_nat_source_address(),
                flow.post_nat_destination_address(),
            ];
            let prefixes = [
                flow.source_prefix_length(),
                flow.destination_prefix_length(),
            ];
            (addresses, prefixes, flow.ip_version())
        });
        let address = |n: u8| -> Option<core::net::IpAddr> {
            Some(if version == 4 {
                [n; 4].into()
            } else {
                [n; 16].into()
            })
        };
        let addresses = [1, 2, 3, 4, 5, 6].map(address);
        assert_eq!(shown, (addresses, [Some(prefix); 2], Some(version)));
    }
}
