//! Whose templates are whose.

use netflow_core::{Datagram, Decoder, SessionScope};

use crate::builder::{Message, datagram, decoder, ports};

/// An exporter, and its source port.
const FIRST: &str = "192.0.2.1:1";

fn announce(decoder: &mut Decoder, from: &str, message: &Message) {
    let payload = message.clone().template(256, &[(7, 2)]).octets();
    decoder.decode(sent(from, &payload)).unwrap();
}

fn understood(decoder: &mut Decoder, from: &str, message: &Message) -> bool {
    let payload = message.clone().set(256, &[0, 53]).octets();
    ports(decoder, sent(from, &payload)) == [53]
}

fn sent<'p>(from: &str, payload: &'p [u8]) -> Datagram<'p> {
    let mut datagram = datagram(payload);
    datagram.exporter = from.parse().unwrap();
    datagram
}

#[test]
fn exporters_do_not_share_templates() {
    let mut decoder = decoder();
    announce(&mut decoder, FIRST, &Message::ipfix(0));
    assert!(understood(&mut decoder, FIRST, &Message::ipfix(0)));
    assert!(!understood(&mut decoder, "192.0.2.2:1", &Message::ipfix(0)));
}

#[test]
fn observation_domains_do_not_share_templates() {
    let mut decoder = decoder();
    announce(&mut decoder, FIRST, &Message::v9(7));
    assert!(understood(&mut decoder, FIRST, &Message::v9(7)));
    assert!(!understood(&mut decoder, FIRST, &Message::v9(8)));
}

#[test]
fn v9_and_ipfix_do_not_share_templates() {
    let mut decoder = decoder();
    announce(&mut decoder, FIRST, &Message::v9(7));
    assert!(!understood(&mut decoder, FIRST, &Message::ipfix(7)));
}

#[test]
fn an_exporter_that_sends_over_equal_cost_paths_may_change_its_port() {
    let mut decoder = decoder();
    announce(&mut decoder, FIRST, &Message::ipfix(0));
    assert!(understood(&mut decoder, "192.0.2.1:2", &Message::ipfix(0)));
}

#[test]
fn with_the_scope_of_the_rfc_the_port_is_part_of_the_session() {
    let mut decoder = decoder().with_scope(SessionScope::Transport);
    announce(&mut decoder, FIRST, &Message::ipfix(0));
    assert!(understood(&mut decoder, FIRST, &Message::ipfix(0)));
    assert!(!understood(&mut decoder, "192.0.2.1:2", &Message::ipfix(0)));
}

#[test]
fn an_ipv4_exporter_is_the_same_on_an_ipv6_socket() {
    let mut decoder = decoder();
    announce(&mut decoder, FIRST, &Message::ipfix(0));
    let mapped = "[::ffff:192.0.2.1]:1";
    assert!(understood(&mut decoder, mapped, &Message::ipfix(0)));
}

#[test]
fn a_decoder_may_move_between_threads() {
    fn assert<T: Send + Sync>() {}
    assert::<Decoder>();
    assert::<netflow_core::Flow<'static>>();
}
