//! What a relay sends says what came.

use netflow_core::encode::{Relay, RelayLimits};
use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoder, Flow, FlowValue, Limits, Protocol, Transport};

use crate::captured::{self, Captured};

/// Fields that have to be the same in every protocol. Times of nanoseconds stay
/// what they are; those of uptimes are whole milliseconds.
const SAME: &[FlowField] = &[
    FlowField::SourceAddress,
    FlowField::DestinationAddress,
    FlowField::SourcePort,
    FlowField::DestinationPort,
    FlowField::Protocol,
    FlowField::Octets,
    FlowField::Packets,
    FlowField::InputInterface,
    FlowField::OutputInterface,
    FlowField::Tos,
    FlowField::TcpFlags,
    FlowField::Vlan,
    FlowField::SourceMac,
    FlowField::SourceAs,
    FlowField::DestinationAs,
    FlowField::NextHop,
    FlowField::SamplingRate,
    FlowField::Start,
    FlowField::End,
];

/// One flow as text, field by field.
fn row(flow: &Flow<'_>) -> Vec<String> {
    SAME.iter()
        .map(|field| {
            let value = flow.get(*field);
            match value {
                None => String::new(),
                // The uptimes of v1 to v9 are milliseconds.
                Some(FlowValue::Time(time)) => {
                    format!("{} ms", time.as_nanos().div_euclid(1_000_000))
                }
                Some(value) => format!("{value:?}"),
            }
        })
        .collect()
}

/// The flows of datagrams, and those of the messages that a relay makes of them.
fn both(
    datagrams: &[Captured],
    limits: RelayLimits,
) -> (Vec<Vec<String>>, Vec<Vec<String>>, Relay) {
    let mut decoder = Decoder::new(Limits::new(1));
    let mut collector = Decoder::new(Limits::new(1));
    let mut relay = Relay::new(limits);
    let (mut came, mut went) = (Vec::new(), Vec::new());
    for datagram in datagrams {
        let Ok(message) = decoder.decode(datagram.datagram()) else {
            continue;
        };
        came.extend(message.flows().map(|flow| row(&flow)));
        relay.forward(message, |octets| {
            assert!(octets.len() <= limits.message_octets);
            let exporter = "203.0.113.1:4739".parse().unwrap();
            let sent = Datagram::new(exporter, Transport::Stream, datagram.received, octets);
            let message = collector.decode(sent).unwrap();
            let problems: Vec<_> = message.problems().map(|p| p.error.to_string()).collect();
            assert_eq!(problems, [""; 0], "frame {}", datagram.frame);
            went.extend(message.flows().map(|flow| row(&flow)));
        });
    }
    // What was relayed is counted without a gap.
    for report in collector.domains() {
        assert_eq!(report.sequence.lost, 0, "{report:?}");
    }
    (came, went, relay)
}

#[test]
fn every_capture_says_the_same_after_a_relay() {
    let (mut flows, mut captures, mut all_refused) = (0, 0, 0);
    for path in netflow_testdata::captures() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let limits = RelayLimits::default().with_message_octets(60_000);
        let (came, went, relay) = both(&captured::read(&path), limits);
        let refused = usize::try_from(relay.stats().refused).unwrap();
        assert_eq!(went.len() + refused, came.len(), "{name}");
        if refused == 0 {
            for (number, (came, went)) in came.iter().zip(&went).enumerate() {
                assert_eq!(went, came, "{name}, flow {number}");
            }
        }
        all_refused += refused;
        flows += went.len();
        captures += 1;
    }
    assert!(
        captures > 60 && flows > 3000,
        "{captures} captures, {flows} flows"
    );
    assert_eq!(all_refused, 0);
}

#[test]
fn small_messages_lose_no_record() {
    let datagrams = captured::read("genuine/sf_v9.pcap");
    let small = RelayLimits::default().with_message_octets(300);
    let (came, went, relay) = both(&datagrams, small);
    assert_eq!(came, went);
    assert_eq!(relay.stats().refused, 0);
    assert!(relay.stats().messages > 10, "{:?}", relay.stats());
}

#[test]
fn each_domain_has_a_domain_of_its_own() {
    let mut relay = Relay::new(RelayLimits::default());
    let mut decoder = Decoder::new(Limits::new(1));
    let mut domains = Vec::new();
    let mut origins = Vec::new();
    for datagram in captured::read("synthetic/two_exporters.pcap") {
        let message = decoder.decode(datagram.datagram()).unwrap();
        for header in message.headers() {
            origins.push((
                header.protocol,
                header.exporter.ip(),
                header.observation_domain,
            ));
        }
        relay.forward(message, |octets| {
            domains.push(u32::from_be_bytes(octets[12..16].try_into().unwrap()));
        });
    }
    origins.sort_unstable();
    origins.dedup();
    domains.sort_unstable();
    domains.dedup();
    assert_eq!(domains.len(), origins.len());
    assert!(origins.iter().any(|origin| origin.0 == Protocol::NetflowV9));
}

#[test]
fn what_is_kept_of_exporters_is_bounded() {
    let layout = netflow_core::wire::fixed::layout(5, 0).unwrap();
    let mut v5 = netflow_core::encode::FixedBuilder::new(layout, Default::default());
    v5.octets(&[1; 48]).unwrap();
    let octets = v5.finish();
    let mut relay = Relay::new(RelayLimits::default().with_domains(16));
    let mut decoder = Decoder::new(Limits::new(1));
    let mut sent = 0;
    for exporter in 0..1000_u32 {
        let address = core::net::Ipv4Addr::from(exporter);
        let datagram = Datagram::new(
            (address, 1).into(),
            Transport::Udp,
            Default::default(),
            &octets,
        );
        relay.forward(decoder.decode(datagram).unwrap(), |_| sent += 1);
    }
    assert_eq!((sent, relay.stats().forgotten), (1000, 1000 - 16));
}

/// The octets of a message of v9: sets after the header.
fn version_9(sets: &[(u16, &[u16])]) -> Vec<u8> {
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let mut octets: Vec<u8> = words(&[9, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    for (id, content) in sets {
        let length = u16::try_from(4 + 2 * content.len()).unwrap();
        octets.extend::<Vec<u8>>(words(&[*id, length]));
        octets.extend::<Vec<u8>>(words(content));
    }
    octets
}

/// The rates of the flows that a relay makes of these messages.
fn relayed_rates(messages: &[Vec<u8>], transport: Transport) -> Vec<Option<u64>> {
    let limits = RelayLimits::default();
    let limits = match transport {
        Transport::Stream => limits.with_template_refresh(None),
        _ => limits,
    };
    let mut relay = Relay::new(limits);
    let [mut decoder, mut collector] = [1, 2].map(|seed| Decoder::new(Limits::new(seed)));
    let mut rates = Vec::new();
    for octets in messages {
        relay.forward(decoder.decode(crate::datagram(octets)).unwrap(), |octets| {
            let exporter = "203.0.113.1:4739".parse().unwrap();
            let datagram = Datagram::new(exporter, transport, Default::default(), octets);
            let message = collector.decode(datagram).unwrap();
            assert_eq!(message.problems().map(|p| p.error).collect::<Vec<_>>(), []);
            rates.extend(message.flows().map(|flow| flow.sampling_rate()));
        });
    }
    rates
}

#[test]
fn options_about_a_template_are_about_that_of_the_relay() {
    // Scope Template (5) of two octets and samplingInterval (34) of two.
    let options = (1, &[400, 4, 4, 5, 2, 34, 2][..]);
    let templates = (0, &[300, 1, 7, 2, 301, 1, 7, 2][..]);
    let (of_300, of_301) = ((300, &[80, 81][..]), (301, &[443, 444][..]));
    let rates = (400, &[301, 200, 300, 100][..]);
    for transport in [Transport::Udp, Transport::Stream] {
        let known = [Some(100), Some(100), Some(200), Some(200)];
        // Both templates have the same fields; the options come first, or last in one message.
        let first = [
            version_9(&[options, rates]),
            version_9(&[templates, of_300, of_301]),
        ];
        assert_eq!(relayed_rates(&first, transport), known);
        let last = [version_9(&[templates, of_300, of_301, options, rates])];
        assert_eq!(relayed_rates(&last, transport)[..], known);
        // What is sent before the options has no rate, as it came.
        let before = [
            version_9(&[templates, of_300]),
            version_9(&[options, rates, of_300, of_301]),
        ];
        let found = relayed_rates(&before, transport);
        assert_eq!((&found[..2], &found[2..]), (&[None; 2][..], &known[..]));
        // A template that is defined anew stays the one that the options are about.
        let anew = (0, &[300, 2, 7, 2, 11, 2][..]);
        let other = (300, &[80, 81][..]);
        let changed = [
            version_9(&[options, rates, templates, of_300]),
            version_9(&[anew, other, templates, of_300]),
        ];
        // Over TCP it is withdrawn, and its rate with it, until the options come again.
        let after = match transport {
            Transport::Udp => Some(100),
            _ => None,
        };
        let found = relayed_rates(&changed, transport);
        assert_eq!((&found[..2], &found[2..]), (&known[..2], &[after; 3][..]));
        let again = [&changed[..], &[version_9(&[options, rates, of_300])]].concat();
        assert_eq!(relayed_rates(&again, transport)[5..], known[..2]);
    }
}

#[test]
fn a_scope_of_version_9_stays_one() {
    // A cache (4), and by the number of its element a VRF (234): both announce two rates.
    for scope in [4, 234] {
        let options = (1, &[400, 4, 4, scope, 2, 34, 2][..]);
        let rates = (400, &[1, 100, 2, 200][..]);
        let data = [(0, &[300, 2, 7, 2, 234, 2][..]), (300, &[80, 2][..])];
        let found = relayed_rates(
            &[version_9(&[options, rates, data[0], data[1]])],
            Transport::Udp,
        );
        let rate = if scope == 234 { Some(200) } else { None };
        assert_eq!(found, [rate], "{scope}");
    }
}

#[test]
fn a_relay_sends_the_flows_that_match_and_all_options() {
    let datagrams = captured::read("genuine/sf_v10.pcap");
    let mut decoder = Decoder::new(Limits::new(1));
    let mut collector = Decoder::new(Limits::new(1));
    let mut relay = Relay::new(RelayLimits::default());
    let is_tcp = |flow: &Flow<'_>| flow.protocol() == Some(6);
    let (mut chosen, mut all, mut received) = (0, 0, 0);
    for datagram in &datagrams {
        let message = decoder.decode(datagram.datagram()).unwrap();
        all += message.flows().count();
        chosen += message.flows().filter(is_tcp).count();
        relay.forward_where(message, is_tcp, |octets| {
            let datagram = Datagram::new(
                "192.0.2.1:1".parse().unwrap(),
                Transport::Udp,
                datagram.datagram().received,
                octets,
            );
            let message = collector.decode(datagram).unwrap();
            assert!(message.flows().all(|flow| is_tcp(&flow)));
            received += message.flows().count();
        });
    }
    assert!(chosen > 0 && chosen < all);
    assert_eq!(received, chosen);
    let options = collector.stats().options_records;
    assert!(options > 0 && options == decoder.stats().options_records);
}
