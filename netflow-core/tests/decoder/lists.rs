//! Lists of RFC 6313, and the templates that they name.

use netflow_core::record::List;
use netflow_core::{Decoded, Decoder, Limits};

use crate::builder::{Message, datagram, decoder, problems};

const MULTI: &[(u16, u16)] = &[(293, 65535)];
const PORT: &[(u16, u16)] = &[(7, 2)];

/// The ports in the records of the subTemplateMultiLists of a message.
fn listed(message: &Decoded<'_>) -> Vec<Option<String>> {
    let mut ports = Vec::new();
    for record in message.records() {
        for field in record.fields() {
            let Some(List::SubTemplateMulti(list)) = field.list() else {
                continue;
            };
            for part in list.parts() {
                for record in part.records() {
                    let field = record.fields().last().unwrap();
                    ports.push(field.value().map(|value| value.to_string()));
                }
            }
        }
    }
    ports
}

/// A record that is one list of one part of one record.
fn list(id: u16, record: &[u8]) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    let part = u8::try_from(record.len() + 4).unwrap();
    let mut body = vec![part + 1, 3, high, low, 0, part];
    body.extend(record);
    body
}

#[test]
fn a_list_is_read_by_the_template_in_force_at_its_point_of_the_message() {
    let payload = Message::ipfix(0)
        .template(256, MULTI)
        .template(300, PORT)
        .set(256, &list(300, &[0, 1]))
        .template(300, &[(210, 2), (7, 2)])
        .set(256, &list(300, &[0, 0, 0, 2]))
        .octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(message.problems().count(), 0);
    let some = |port: &str| Some(port.to_owned());
    assert_eq!(listed(&message), [some("1"), some("2")]);
}

#[test]
fn a_list_of_an_unknown_template_costs_no_other() {
    let mut body = list(300, &[0, 1]);
    body.extend(list(301, &[0, 2]));
    let payload = Message::ipfix(0)
        .template(256, MULTI)
        .template(301, PORT)
        .set(256, &body)
        .octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(listed(&message), [Some("2".to_owned())]);
    let codes = problems(&mut decoder, datagram(&payload));
    assert_eq!(codes, ["list_no_template"]);
}

#[test]
fn a_list_that_does_not_hold_what_it_announces_is_reported() {
    let mut body = list(300, &[0, 1]);
    body[5] = 60;
    let payload = Message::ipfix(0)
        .template(256, MULTI)
        .template(300, PORT)
        .set(256, &body)
        .octets();
    assert_eq!(
        problems(&mut decoder(), datagram(&payload)),
        ["list_malformed"]
    );
}

/// A basicList of basicLists, so deep.
fn nested(depth: usize) -> Vec<u8> {
    let mut list = Vec::new();
    for _ in 0..depth {
        let inner = list;
        // semantic, element 291 (basicList), length variable
        list = vec![3, 1, 35, 0xff, 0xff];
        if !inner.is_empty() {
            list.push(u8::try_from(inner.len()).unwrap());
            list.extend(inner);
        }
    }
    let mut body = vec![u8::try_from(list.len()).unwrap()];
    body.extend(list);
    body
}

#[test]
fn lists_are_followed_as_deep_as_the_limit() {
    let limits = Limits::new(1).with_list_depth(3);
    for (depth, expected) in [(3, &[][..]), (4, &["list_too_deep"])] {
        let payload = Message::ipfix(0)
            .template(256, &[(291, 65535)])
            .set(256, &nested(depth))
            .octets();
        let mut decoder = Decoder::new(limits);
        assert_eq!(problems(&mut decoder, datagram(&payload)), expected);
    }
}

#[test]
fn lists_of_more_templates_than_the_limit_are_reported() {
    let limits = Limits::new(1).with_list_templates(2);
    let mut message = Message::ipfix(0).template(256, MULTI);
    let mut body = Vec::new();
    for id in 300..303 {
        message = message.template(id, PORT);
        body.extend(list(id, &[0, 1]));
    }
    let payload = message.set(256, &body).octets();
    let mut decoder = Decoder::new(limits);
    assert_eq!(problems(&mut decoder, datagram(&payload)), ["limit"]);
}
