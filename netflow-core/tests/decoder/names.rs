//! Names that options and records give to what flows have by number.

use netflow_core::value::Text;
use netflow_core::{Decoder, Fact, Flow, SamplerKey};

use crate::builder::{Message, datagram, decoder, words};

/// Decodes all messages and shows what each flow says, one after the other.
fn told(decoder: &mut Decoder, messages: &[Message], show: fn(&Flow<'_>) -> String) -> Vec<String> {
    let mut shown = Vec::new();
    for message in messages {
        let payload = message.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        assert_eq!(message.problems().count(), 0);
        shown.extend(message.flows().map(|flow| show(&flow)));
    }
    shown
}

fn text(text: Option<Text<'_>>) -> String {
    text.map_or_else(|| "none".to_owned(), |text| text.to_string())
}

fn sampler_name(flow: &Flow<'_>) -> String {
    text(flow.sampler_name())
}

#[test]
fn a_sampler_has_the_name_of_the_options() {
    // As Cisco sends them: samplerId, samplerName, samplerMode, samplerRandomInterval.
    let options = Message::v9(0)
        .options_template(257, 1, &[(1, 4), (48, 2), (84, 6), (49, 1), (50, 4)])
        .set(257, b"\0\0\0\0\0\x01core\0\0\x02\0\0\x03\xe8")
        .set(257, b"\0\0\0\0\0\x02edge\0\0\x02\0\0\0\x64");
    let flows = Message::v9(0)
        .template(256, &[(48, 1)])
        .set(256, &[1, 2, 3]);
    let mut decoder = decoder();
    let names = told(&mut decoder, &[options.clone(), flows], sampler_name);
    assert_eq!(names, ["core", "edge", "none"]);
    let named = |decoder: &Decoder| {
        let facts = decoder.announced().map(|known| known.fact);
        let mut names: Vec<_> = facts
            .filter_map(|fact| match fact {
                Fact::SamplerName(of, name) => Some((of, name.to_string())),
                _ => None,
            })
            .collect();
        names.sort();
        names
    };
    let expected = [(1, "core"), (2, "edge")];
    let expected = expected.map(|(id, name)| (SamplerKey::Sampler(id), name.to_owned()));
    assert_eq!(named(&decoder), expected);
    // Told again, they take no more room.
    let before = decoder.state_octets();
    told(&mut decoder, &[options], sampler_name);
    assert_eq!(decoder.state_octets(), before);
    assert_eq!(named(&decoder), expected);
}

#[test]
fn a_selector_has_the_name_of_the_options() {
    let options = Message::ipfix(0)
        .options_template(257, 1, &[(302, 8), (335, 65_535)])
        .set(257, b"\0\0\0\0\0\0\0\x07\x03one")
        .set(257, b"\0\0\0\0\0\0\0\x08\x00");
    let flows = Message::ipfix(0)
        .template(256, &[(302, 4)])
        .set(256, &words(&[7, 8]));
    let names = told(&mut decoder(), &[options.clone(), flows], sampler_name);
    // An empty name is none.
    assert_eq!(names, ["one", "none"]);
    // The sampler of this number is another, as is one of another domain.
    let flow = Message::ipfix(0).template(256, &[(48, 1)]).set(256, &[7]);
    let other = Message::ipfix(1).template(256, &[(302, 1)]).set(256, &[7]);
    let names = told(&mut decoder(), &[options, flow, other], sampler_name);
    assert_eq!(names, ["none", "none"]);
}

#[test]
fn the_last_name_of_a_sampler_stands_and_that_of_the_record_comes_first() {
    let options = |name: &[u8]| {
        Message::ipfix(0)
            .options_template(257, 1, &[(48, 1), (84, 3)])
            .set(257, &[b"\x01", name].concat())
    };
    let flow = Message::ipfix(0)
        .template(256, &[(48, 1), (84, 3)])
        .set(256, b"\x01own")
        .set(256, b"\x01\0\0\0");
    let messages = [options(b"old"), options(b"new"), flow];
    let names = told(&mut decoder(), &messages, sampler_name);
    assert_eq!(names, ["own", "new"]);
}
