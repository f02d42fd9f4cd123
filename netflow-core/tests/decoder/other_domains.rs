//! Options of other observation domains of an exporter, and rates that the caller sets.

use netflow_core::{ConfiguredRates, Decoder, Flow, Limits, OptionsScope};

use crate::builder::{Message, datagram, decoder, words};

fn of_exporter() -> Decoder {
    decoder().with_options_scope(OptionsScope::Exporter)
}

fn run<T>(decoder: &mut Decoder, messages: &[Message], show: impl Fn(&Flow<'_>) -> T) -> T {
    let mut last = None;
    for message in messages {
        let payload = message.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        last = message.flows().last().map(|flow| show(&flow)).or(last);
    }
    last.unwrap()
}

fn sampled(decoder: &mut Decoder, messages: &[Message]) -> (Option<u64>, Option<&'static str>) {
    run(decoder, messages, |flow| {
        (flow.sampling_rate(), flow.sampling())
    })
}

type Of = fn(u32) -> Message;
const BOTH: [(Of, u16); 2] = [(Message::v9, 1), (Message::ipfix, 144)];

/// The rate of sampler 1.
fn sampler(message: Message, scope: u16, rate: u32) -> Message {
    let template = message.options_template(257, 1, &[(scope, 4), (48, 4), (50, 4)]);
    template.set(257, &words(&[0, 1, rate]))
}

fn flow(message: Message) -> Message {
    let template = message.template(300, &[(48, 4), (10, 4)]);
    template.set(300, &words(&[1, 501]))
}

#[test]
fn rates_of_other_domains_apply_where_the_caller_says_so() {
    for (of, scope) in BOTH {
        let messages = [sampler(of(6), scope, 100), flow(of(0))];
        assert_eq!(sampled(&mut decoder(), &messages), (None, None));
        let applied = sampled(&mut of_exporter(), &messages);
        assert_eq!(applied, (Some(100), Some("other_domain")));
        // Its own domain comes first.
        let own = [
            sampler(of(6), scope, 100),
            sampler(of(0), scope, 7),
            flow(of(0)),
        ];
        assert_eq!(
            sampled(&mut of_exporter(), &own),
            (Some(7), Some("sampler"))
        );
        // Domains that differ do not say which one is meant, those that agree do.
        for (other, rate) in [(200, None), (100, Some(100))] {
            let others = [
                sampler(of(6), scope, 100),
                sampler(of(7), scope, other),
                flow(of(0)),
            ];
            assert_eq!(sampled(&mut of_exporter(), &others).0, rate);
        }
    }
}

#[test]
fn options_for_another_domain_are_for_that_one_alone() {
    // Sent in domain 0, with observationDomainId (149) as their scope.
    let options = Message::ipfix(0)
        .options_template(257, 1, &[(149, 4), (34, 4)])
        .set(257, &words(&[5, 10, 6, 20]));
    for (domain, rate) in [(5, Some(10)), (6, Some(20)), (7, None)] {
        let messages = [options.clone(), flow(Message::ipfix(domain))];
        assert_eq!(sampled(&mut of_exporter(), &messages).0, rate);
        assert_eq!(sampled(&mut decoder(), &messages).0, None);
    }
}

#[test]
fn another_exporter_or_protocol_is_no_other_domain() {
    let mut decoder = of_exporter();
    let payload = sampler(Message::v9(6), 1, 100).octets();
    let mut other = datagram(&payload);
    other.exporter = "192.0.2.99:50000".parse().unwrap();
    decoder.decode(other).unwrap();
    let messages = [sampler(Message::ipfix(6), 144, 100), flow(Message::v9(0))];
    assert_eq!(sampled(&mut decoder, &messages), (None, None));
}

#[test]
fn names_of_other_domains_apply_where_the_caller_says_so() {
    let named = |domain, name: &[u8]| {
        Message::v9(domain)
            .options_template(256, 1, &[(1, 4), (10, 4), (82, 7), (14, 4)])
            .set(256, &[&words(&[0, 501]), name, &words(&[501])].concat())
    };
    let name = |flow: &Flow<'_>| flow.input_interface_name().map(|name| name.to_string());
    let messages = [named(0, b"Gi1/0/1"), flow(Message::v9(256))];
    assert_eq!(run(&mut decoder(), &messages, name), None);
    let applied = run(&mut of_exporter(), &messages, name);
    assert_eq!(applied, Some("Gi1/0/1".to_owned()));
    let differ = [
        named(0, b"Gi1/0/1"),
        named(1, b"Gi2/0/2"),
        flow(Message::v9(256)),
    ];
    assert_eq!(run(&mut of_exporter(), &differ, name), None);
}

#[test]
fn other_domains_that_were_loaded_apply() {
    let mut first = decoder();
    let payload = sampler(Message::v9(6), 1, 100).octets();
    first.decode(datagram(&payload)).unwrap();
    let mut second = of_exporter();
    second.load(&first.save()).unwrap();
    let applied = sampled(&mut second, &[flow(Message::v9(0))]);
    assert_eq!(applied, (Some(100), Some("other_domain")));
}

#[test]
fn of_more_other_domains_than_the_limit_the_first_apply() {
    for (silent, rate) in [(63, Some(100)), (64, None)] {
        let mut decoder = of_exporter();
        for domain in 1..=silent {
            let payload = Message::v9(domain).template(300, &[(10, 4)]).octets();
            decoder.decode(datagram(&payload)).unwrap();
        }
        let messages = [
            flow(Message::v9(0)),
            sampler(Message::v9(1_000), 1, 100),
            flow(Message::v9(0)),
        ];
        assert_eq!(sampled(&mut decoder, &messages).0, rate, "{silent}");
    }
}

#[test]
fn domains_that_were_forgotten_apply_no_more() {
    let mut decoder = Decoder::new(Limits::new(1).with_state_octets(100_000))
        .with_options_scope(OptionsScope::Exporter);
    let options = sampler(Message::v9(6), 1, 100);
    assert_eq!(
        sampled(&mut decoder, &[options, flow(Message::v9(0))]).0,
        Some(100)
    );
    for domain in 1_000..3_000 {
        let payload = flow(Message::v9(domain)).octets();
        decoder.decode(datagram(&payload)).unwrap();
        assert!(decoder.state_octets() <= 100_000);
    }
    assert_eq!(sampled(&mut decoder, &[flow(Message::v9(0))]).0, None);
}

/// A v5 message of one record, which states this rate in its header.
fn v5(rate: u32) -> Vec<u8> {
    let mut octets = words(&[0x0005_0001, 60_000, 1_700_000_000, 0, 1, rate]);
    octets.extend([0; 48]);
    octets
}

/// An sFlow datagram of one flow sample, one packet of `rate`.
fn sflow(rate: u32) -> Vec<u8> {
    let header = [5, 1, 0xc000_0209, 3, 1, 60_000, 1];
    words(&[&header[..], &[1, 32, 1, 7, rate, 5_120, 0, 1, 2, 0]].concat())
}

#[test]
fn overrides_apply_first_and_configured_rates_last_in_every_protocol() {
    let rates = |text: &str| ConfiguredRates::from_iter([text.parse().unwrap()]);
    let in_record = |of: Of, rate: u32| {
        let message = of(0).template(300, &[(10, 4), (34, 4)]);
        message.set(300, &words(&[1, rate])).octets()
    };
    for (stated, unstated) in [
        (in_record(Message::v9, 10), in_record(Message::v9, 0)),
        (in_record(Message::ipfix, 10), in_record(Message::ipfix, 0)),
        (v5(10), v5(0)),
        (sflow(10), sflow(0)),
    ] {
        let rate = |decoder: &mut Decoder, payload: &[u8]| {
            let message = decoder.decode(datagram(payload)).unwrap();
            let flow = message.flows().next().unwrap();
            (flow.sampling_rate(), flow.sampling().unwrap())
        };
        let mut decoder = decoder().with_configured_rates(rates("192.0.2.0/24=500"));
        assert_eq!(rate(&mut decoder, &stated).0, Some(10));
        assert_eq!(rate(&mut decoder, &unstated), (Some(500), "configured"));
        let mut decoder = decoder.with_override_rates(rates("192.0.2.1=700"));
        for payload in [&stated, &unstated] {
            assert_eq!(rate(&mut decoder, payload), (Some(700), "override"));
        }
    }
}

#[test]
fn an_override_applies_to_ambiguous_and_sampled_flows() {
    let rates = ConfiguredRates::from_iter(["192.0.2.1=700".parse().unwrap()]);
    let mut decoder = decoder().with_override_rates(rates);
    let options = Message::v9(0)
        .options_template(257, 1, &[(3, 4), (34, 4), (396, 4), (397, 4)])
        .set(257, &words(&[1, 10, 1, 9, 2, 20, 1, 9]));
    let applied = sampled(&mut decoder, &[options, flow(Message::v9(0))]);
    assert_eq!(applied, (Some(700), Some("override")));
}
