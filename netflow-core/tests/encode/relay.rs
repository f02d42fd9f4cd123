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
