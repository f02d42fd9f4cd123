//! What a relay keeps and sends is bounded.

use core::time::Duration;

use netflow_core::Timestamp;
use netflow_core::element::iana;
use netflow_core::encode::{IpfixHeader, MessageBuilder, Relay, RelayLimits, TemplateDefinition};

use crate::lists::{Tree, message, read};
use crate::{NOW, datagram, decoder};

/// A template of the port and this many octets of padding, and a record by it.
fn padded(padding: u16) -> Vec<u8> {
    let template = TemplateDefinition::new(256)
        .field(iana::SOURCE_TRANSPORT_PORT.id, 2)
        .field(iana::INTERFACE_NAME.id, padding + 1);
    let mut message = MessageBuilder::new(IpfixHeader::default());
    message.template(&template).unwrap();
    let mut record = padding.to_be_bytes().to_vec();
    record.resize(2 + usize::from(padding) + 1, b'x');
    message.octets(&template, &record).unwrap();
    message.finish()
}

#[test]
fn of_templates_those_not_used_for_longest_are_forgotten() {
    let limits = RelayLimits::default().with_templates(128);
    let (mut relay, mut from, mut to) = (Relay::new(limits), decoder(), decoder());
    let mut ports = Vec::new();
    for padding in (0..200).chain(150..200) {
        let octets = padded(padding);
        relay.forward(from.decode(datagram(&octets)).unwrap(), |octets| {
            let message = to.decode(datagram(octets)).unwrap();
            assert_eq!(message.problems().count(), 0);
            ports.extend(message.flows().map(|flow| flow.source_port().unwrap()));
        });
    }
    assert!(ports.into_iter().eq((0..200).chain(150..200)));
    // Those that came again were still there.
    let stats = relay.stats();
    assert_eq!((stats.forgotten, stats.templates), (200 - 128, 200));
}

#[test]
fn of_templates_that_options_are_about_those_not_used_for_longest_are_forgotten() {
    let limits = RelayLimits::default().with_templates(128);
    let (mut relay, mut from, mut to) = (Relay::new(limits), decoder(), decoder());
    let options = TemplateDefinition::options(256, 1)
        .field(iana::TEMPLATE_ID.id, 2)
        .field(iana::SAMPLING_INTERVAL.id, 2);
    let mut records = 0;
    for first in (300_u16..6_000).step_by(300) {
        let mut message = MessageBuilder::new(IpfixHeader::default());
        message.template(&options).unwrap();
        for id in first..first + 300 {
            message
                .octets(&options, &[id.to_be_bytes(), [0, 7]].concat())
                .unwrap();
        }
        let octets = message.finish();
        relay.forward(from.decode(datagram(&octets)).unwrap(), |octets| {
            let message = to.decode(datagram(octets)).unwrap();
            assert_eq!(message.problems().count(), 0);
            records += message.records().count();
        });
    }
    assert_eq!(records, 5_700);
    // Each is named before its message is sent, and again in its record.
    assert!(relay.stats().forgotten >= 5_700 - 128);
}

#[test]
fn lists_are_sent_as_deep_as_the_limit() {
    let leaf = Tree::Records(3, vec![(443, b"eth0".to_vec())]);
    let tree = Tree::Lists(3, vec![Tree::Lists(3, vec![leaf])]);
    let empty = Tree::Lists(3, vec![Tree::Lists(3, vec![Tree::Records(3, Vec::new())])]);
    for (list_depth, wanted) in [(2, &empty), (3, &tree), (4, &tree)] {
        let limits = RelayLimits::default().with_list_depth(list_depth);
        let (mut relay, mut from, mut to) = (Relay::new(limits), decoder(), decoder());
        let mut found = Vec::new();
        let octets = message(&tree);
        relay.forward(from.decode(datagram(&octets)).unwrap(), |octets| {
            let message = to.decode(datagram(octets)).unwrap();
            found.extend(message.records().map(|record| read(&record, &tree)));
        });
        assert_eq!(found, core::slice::from_ref(wanted), "{list_depth}");
    }
}

#[test]
fn templates_are_sent_again_when_the_limit_says() {
    let octets = padded(1);
    for (refresh, wanted) in [(Some(60), [1, 0, 1, 0]), (None, [1, 0, 0, 0])] {
        let limits = RelayLimits::default().with_template_refresh(refresh.map(Duration::from_secs));
        let (mut relay, mut from) = (Relay::new(limits), decoder());
        let sent = [0, 59, 60, 119].map(|later| {
            let mut datagram = datagram(&octets);
            datagram.received = Timestamp::from_secs(NOW + later);
            let before = relay.stats().templates;
            relay.forward(from.decode(datagram).unwrap(), |_| {});
            relay.stats().templates - before
        });
        assert_eq!(sent, wanted);
    }
}
