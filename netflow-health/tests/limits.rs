//! Memory stays bounded: each limit is met.

use netflow_core::{Datagram, Decoder, Timestamp, Transport};
use netflow_health::{Health, HealthLimits, Report};

/// A NetFlow v9 message of these sets in an observation domain.
fn v9(domain: u32, sequence: u32, sets: &[&[u16]]) -> Vec<u8> {
    let mut message = vec![0, 9, 0, 1];
    for word in [1_000, 1_700_000_000, sequence, domain] {
        message.extend(word.to_be_bytes());
    }
    let halves = sets.iter().flat_map(|set| set.iter());
    message.extend(halves.flat_map(|half| half.to_be_bytes()));
    message
}

fn report(limits: HealthLimits, payloads: &[Vec<u8>]) -> Report {
    let mut decoder = Decoder::default();
    let mut health = Health::new(limits);
    for (frame, payload) in (1..).zip(payloads) {
        let port = u16::try_from(2_000 + frame).unwrap();
        let exporter = ([192, 0, 2, 1], port).into();
        let received = Timestamp::from_secs(1_700_000_000);
        let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
        let datagram = datagram.with_frame(0, frame);
        match decoder.decode(datagram) {
            Ok(decoded) => health.decoded(&decoded),
            Err(error) => health.unreadable(&datagram, &error),
        }
    }
    health.report(&decoder)
}

fn limits(change: impl FnOnce(&mut HealthLimits)) -> HealthLimits {
    let mut limits = HealthLimits::default();
    change(&mut limits);
    limits
}

const TEMPLATE: &[u16] = &[0, 16, 256, 2, 8, 4, 1, 4];
const DATA: &[u16] = &[256, 12, 49_152, 513, 0, 9];

#[test]
fn messages_of_domains_beyond_the_limit_are_counted() {
    let payloads: Vec<_> = (0..5).map(|domain| v9(domain, 0, &[])).collect();
    let report = report(limits(|limits| limits.domains = 2), &payloads);
    assert_eq!((report.domains.len(), report.other_messages), (2, 3));
}

#[test]
fn templates_beyond_the_limit_are_counted_and_their_data_is_read() {
    let second = [0, 12, 257, 1, 8, 4].as_slice();
    let payloads = [v9(7, 0, &[second, TEMPLATE, DATA])];
    let report = report(limits(|limits| limits.templates = 1), &payloads);
    let templates = &report.domains[0].templates;
    assert_eq!((templates.by_id.len(), templates.omitted), (1, 1));
    assert_eq!(report.flows(), 1);
}

#[test]
fn fields_beyond_the_limit_are_counted() {
    let report = report(limits(|limits| limits.fields = 1), &[v9(7, 0, &[TEMPLATE])]);
    let fields = &report.domains[0].templates.by_id[&256].fields;
    assert_eq!((fields.first.len(), fields.count, fields.more()), (1, 2, 1));
}

#[test]
fn changes_beyond_the_limit_are_counted() {
    let other = [0, 16, 256, 2, 1, 4, 8, 4].as_slice();
    let payloads: Vec<_> = (0..6)
        .map(|n| v9(7, n, &[if n % 2 == 0 { TEMPLATE } else { other }]))
        .collect();
    let report = report(limits(|limits| limits.changes = 2), &payloads);
    let template = &report.domains[0].templates.by_id[&256];
    assert_eq!((template.changes, template.returns), (5, 4));
    assert_eq!((template.events.first.len(), template.events.count), (2, 5));
}

#[test]
fn set_ids_without_a_template_beyond_the_limit_are_not_kept() {
    let payloads: Vec<_> = (0..4)
        .map(|n| v9(7, n, &[&[260 + u16::try_from(n).unwrap(), 8, 1, 1]]))
        .collect();
    let report = report(limits(|limits| limits.sets = 2), &payloads);
    assert_eq!(report.domains[0].unread_sets.len(), 2);
    assert_eq!(report.problems.count(), 4);
}

#[test]
fn ports_and_examples_of_problems_beyond_the_limits_are_counted() {
    let payloads: Vec<_> = (0..4).map(|n| v9(7, n, &[&[260, 8, 1, 1]])).collect();
    let limits = limits(|limits| {
        limits.examples = 2;
        limits.problem_examples = 3;
    });
    let report = report(limits, &payloads);
    let ports = &report.domains[0].ports;
    // After the limit a port is counted once: the others are not distinguished.
    assert_eq!((ports.first.len(), ports.count), (2, 3));
    let kind = &report.problems.kinds[0];
    assert_eq!((kind.examples.len(), kind.count), (3, 4));
}

#[test]
fn kinds_of_problems_beyond_the_limit_are_counted() {
    let payloads = [vec![0xff, 0xff], v9(7, 0, &[&[260, 8, 1, 1]])];
    let report = report(limits(|limits| limits.problems = 1), &payloads);
    assert_eq!((report.problems.kinds.len(), report.problems.other), (1, 1));
    assert_eq!(report.problems.count(), 2);
}

#[test]
fn rates_beyond_the_limit_are_counted() {
    // Element 34 in the record: a rate for each flow.
    let template = [0, 12, 256, 1, 34, 4].as_slice();
    let data = [256, 16, 0, 10, 0, 20, 0, 30].as_slice();
    let report = report(
        limits(|limits| limits.rates = 2),
        &[v9(7, 0, &[template, data])],
    );
    let rates = &report.domains[0].rates;
    assert_eq!((rates.rates.len(), rates.other_flows), (2, 1));
}

#[test]
fn a_report_changes_nothing_and_can_be_asked_for_again() {
    let mut decoder = Decoder::default();
    let mut health = Health::default();
    let payload = v9(7, 0, &[TEMPLATE, DATA]);
    let exporter = ([192, 0, 2, 1], 2_055).into();
    let received = Timestamp::from_secs(1_700_000_000);
    let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
    health.decoded(&decoder.decode(datagram).unwrap());
    let first = health.report(&decoder);
    let second = health.report(&decoder);
    let received = |report: &Report| report.domains[0].sequence.received;
    assert_eq!((received(&first), received(&second)), (1, 1));
    assert_eq!(first.findings, second.findings);
}
