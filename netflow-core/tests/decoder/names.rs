//! Names, from options and records, of what flows have by number.

use netflow_core::field::FlowField;
use netflow_core::value::Text;
use netflow_core::{
    ConfiguredInterface, Decoder, Fact, Flow, FlowColumn, FlowValue, Projection, SamplerKey,
};

use crate::builder::{Message, datagram, decoder, words};

/// Decodes all messages and shows what each flow says, one after the other.
fn shown(
    decoder: &mut Decoder,
    messages: &[Message],
    show: fn(&Flow<'_>) -> String,
) -> Vec<String> {
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
    let names = shown(&mut decoder, &[options.clone(), flows], sampler_name);
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
    // Announced again, they take no more memory.
    let before = decoder.state_octets();
    shown(&mut decoder, &[options], sampler_name);
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
    let names = shown(&mut decoder(), &[options.clone(), flows], sampler_name);
    // An empty name is none.
    assert_eq!(names, ["one", "none"]);
    // samplerId is the old name of selectorId (IANA); one of another domain is another.
    let flow = Message::ipfix(0).template(256, &[(48, 1)]).set(256, &[7]);
    let other = Message::ipfix(1).template(256, &[(302, 1)]).set(256, &[7]);
    let names = shown(&mut decoder(), &[options, flow, other], sampler_name);
    assert_eq!(names, ["one", "none"]);
}

#[test]
fn the_last_name_of_a_sampler_applies_and_that_of_the_record_overrides_it() {
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
    let names = shown(&mut decoder(), &messages, sampler_name);
    assert_eq!(names, ["own", "new"]);
}

#[test]
fn a_name_longer_than_the_limit_is_reported_and_not_kept() {
    for (length, reported, expected) in [(1_024, 0, Some(1_024)), (1_025, 1, None)] {
        // Zeros at the end are not part of it.
        let name = [vec![b'x'; length], vec![0; 7]].concat();
        let width = u16::try_from(name.len()).unwrap();
        let options = Message::v9(0)
            .options_template(257, 1, &[(2, 4), (82, width)])
            .set(257, &[words(&[7]), name].concat());
        let flow = Message::v9(0).template(256, &[(10, 1)]).set(256, &[7]);
        let mut decoder = decoder();
        let payload = options.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        let problems: Vec<_> = message
            .problems()
            .map(|one| one.error.to_string())
            .collect();
        assert_eq!(problems.len(), reported);
        assert!(problems.iter().all(|one| one.contains("name_octets")));
        let payload = flow.octets();
        let message = decoder.decode(datagram(&payload)).unwrap();
        let flow = message.flows().next().unwrap();
        let name = flow.input_interface_name();
        assert_eq!(name.map(|name| name.octets().len()), expected);
    }
}

fn application_name(flow: &Flow<'_>) -> String {
    text(flow.application_name())
}

/// Options about the application 13:80 (PANA-L7), and data of it in other widths.
fn applications(options: &[(u16, u16, &[u8])], id: &[u8]) -> Vec<String> {
    let mut messages = Vec::new();
    for (element, length, name) in options {
        let id: &[u8] = &[0x0d, 0, 0, 0x50];
        let message = Message::ipfix(0).options_template(300, 1, &[(95, 4), (*element, *length)]);
        messages.push(message.set(300, &[id, name].concat()));
    }
    let length = id.len().try_into().unwrap();
    let flow = Message::ipfix(0).template(256, &[(95, length)]);
    messages.push(flow.set(256, id));
    shown(&mut decoder(), &messages, application_name)
}

#[test]
fn an_application_is_found_by_its_number_however_long() {
    // RFC 6759, section 4: an engine of one octet, then a number.
    let named = [(96, 4, &b"http"[..])];
    for (id, name) in [
        (&[0x0d, 0, 0, 0x50][..], "http"),
        (&[0x0d, 0, 0x50], "http"),
        (&[0x0d, 0x50], "http"),
        (&[0x0d, 0, 0, 0, 0, 0, 0, 0, 0, 0x50], "http"),
        (&[0x03, 0, 0x50], "none"),
        (&[0x0d, 0x50, 0], "none"),
    ] {
        assert_eq!(applications(&named, id), [name], "{id:02x?}");
    }
}

#[test]
fn an_application_of_an_enterprise_is_found_by_both_numbers() {
    // RFC 6759, section 4.1: engine 20 has an enterprise number of four octets first.
    let options = Message::ipfix(0)
        .options_template(300, 1, &[(95, 9), (96, 3)])
        .set(300, b"\x14\0\0\0\x09\0\0\x01\xf5ftp");
    let flows = Message::ipfix(0)
        .template(256, &[(95, 65_535)])
        .set(256, b"\x07\x14\0\0\0\x09\x01\xf5")
        .set(256, b"\x07\x14\0\0\0\x0a\x01\xf5")
        .set(256, b"\x03\x14\x01\xf5");
    let names = shown(&mut decoder(), &[options, flows], application_name);
    assert_eq!(names, ["ftp", "none", "none"]);
}

#[test]
fn a_description_replaces_a_name_that_is_not_announced() {
    let id = [0x0d, 0, 0x50];
    let [description, name]: [(u16, u16, &[u8]); 2] = [(94, 5, b"pages"), (96, 4, b"http")];
    assert_eq!(applications(&[description], &id), ["pages"]);
    // Whichever comes first.
    assert_eq!(applications(&[description, name], &id), ["http"]);
    assert_eq!(applications(&[name, description], &id), ["http"]);
    let newer = (94, 5, &b"sites"[..]);
    assert_eq!(applications(&[description, newer], &id), ["sites"]);
    let both = Message::ipfix(0)
        .options_template(300, 1, &[(95, 2), (94, 5), (96, 4)])
        .set(300, b"\x0d\x50pageshttp");
    let flow = Message::ipfix(0).template(256, &[(95, 2), (94, 4)]);
    let flow = flow.set(256, b"\x0d\x50mine").set(256, b"\x0d\x51mine");
    let mut decoder = decoder();
    let names = shown(&mut decoder, &[both], application_name);
    assert!(names.is_empty());
    // Beside a name it is not kept.
    let facts: Vec<_> = decoder.announced().map(|known| known.fact).collect();
    assert!(matches!(facts[..], [Fact::ApplicationName(b"\x0d\x50", _)]));
    // A record's own comes after the name of the options.
    let names = shown(&mut decoder, &[flow], application_name);
    assert_eq!(names, ["http", "mine"]);
}

#[test]
fn names_in_elements_of_vendors_count() {
    // Palo Alto: App-ID and User-ID, padded with zeros.
    let fields = [(56_701, 16), (56_702, 16)];
    let record = b"web-browsing\0\0\0\0EXAMPLE\\bob\0\0\0\0\0";
    let palo_alto = Message::v9(0).template(256, &fields).set(256, record);
    let both = |flow: &Flow<'_>| text(flow.application_name()) + " " + &text(flow.user_name());
    let names = shown(&mut decoder(), &[palo_alto], both);
    assert_eq!(names, ["web-browsing EXAMPLE\\bob"]);
    // nProbe: L7_PROTO_NAME.
    let probe = Message::v9(0).template(256, &[(57_591, 4)]);
    let names = shown(&mut decoder(), &[probe.set(256, b"HTTP")], application_name);
    assert_eq!(names, ["HTTP"]);
    // Element 119 of 35632 in IPFIX.
    let body = [1, 0, 0, 1, 0x80, 119, 0, 4, 0, 0, 0x8b, 0x30];
    let probe = Message::ipfix(0).set(2, &body).set(256, b"QUIC");
    assert_eq!(shown(&mut decoder(), &[probe], application_name), ["QUIC"]);
    // Unless the record has the element of IANA.
    let fields = [(57_591, 4), (96, 3)];
    let probe = Message::v9(0).template(256, &fields);
    let names = shown(
        &mut decoder(),
        &[probe.set(256, b"HTTPweb")],
        application_name,
    );
    assert_eq!(names, ["web"]);
}

#[test]
fn a_record_may_name_its_vrf() {
    let names = |flow: &Flow<'_>| {
        let names = [flow.ingress_vrf_name(), flow.egress_vrf_name()];
        names.map(text).join(" ")
    };
    let options = Message::ipfix(0)
        .options_template(300, 1, &[(234, 1), (236, 4)])
        .set(300, b"\x02blue");
    let flow = |fields: &[(u16, u16)], record: &[u8]| {
        let flow = Message::ipfix(0).template(256, fields).set(256, record);
        shown(&mut decoder(), &[options.clone(), flow], names).remove(0)
    };
    let both = [(234, 1), (235, 1), (236, 3)];
    assert_eq!(flow(&both, b"\x01\x02red"), "red blue");
    assert_eq!(flow(&both, b"\x02\x02red"), "red red");
    assert_eq!(flow(&both, b"\x02\x01\0\0\0"), "blue none");
    assert_eq!(flow(&[(234, 1), (236, 3)], b"\x02red"), "red none");
    assert_eq!(flow(&[(235, 1), (236, 3)], b"\x02red"), "none red");
    assert_eq!(flow(&[(236, 3)], b"red"), "red none");
}

/// A decoder for which interface 7 of the exporter of [`datagram`] has a name, and 8 a speed only.
fn with_interfaces() -> Decoder {
    let exporter = datagram(&[]).exporter.ip();
    let mut named = ConfiguredInterface::new(exporter, 7);
    named.name = Some("uplink".into());
    let mut unnamed = ConfiguredInterface::new(exporter, 8);
    unnamed.speed = Some(1_000);
    let mut elsewhere = ConfiguredInterface::new("203.0.113.77".parse().unwrap(), 9);
    elsewhere.name = Some("elsewhere".into());
    let interfaces = [named, unnamed, elsewhere].into_iter().collect();
    decoder().with_configured_interfaces(interfaces)
}

fn interfaces(flow: &Flow<'_>) -> String {
    let (input, output) = (flow.input_interface_name(), flow.output_interface_name());
    format!("{} {}", text(input), text(output))
}

#[test]
fn a_configured_interface_takes_precedence_over_options_and_record() {
    let options = Message::ipfix(0)
        .options_template(257, 1, &[(10, 4), (82, 3)])
        .set(257, b"\0\0\0\x07one")
        .set(257, b"\0\0\0\x08two");
    let flows = Message::ipfix(0)
        .template(256, &[(10, 4), (14, 4)])
        .set(256, &words(&[7, 8]))
        .set(256, &words(&[8, 7]))
        .set(256, &words(&[9, 9]));
    let own = Message::ipfix(0)
        .template(258, &[(10, 1), (82, 3)])
        .set(258, b"\x07own")
        .set(258, b"\x08own");
    let messages = [flows.clone(), options, flows, own];
    let names = shown(&mut with_interfaces(), &messages, interfaces);
    let unannounced = ["uplink none", "none uplink", "none none"];
    let announced = ["uplink two", "two uplink", "none none"];
    let own = ["uplink none", "own none"];
    assert_eq!(names, [&unannounced[..], &announced, &own].concat());
}

#[test]
fn columns_have_the_names_of_configured_interfaces_as_flows_do() {
    use FlowField::{InputInterfaceName as Input, OutputInterfaceName as Output};

    let flows = Message::ipfix(0)
        .template(256, &[(10, 4)])
        .set(256, &words(&[7]));
    let payload = flows.octets();
    let mut decoder = with_interfaces();
    let mut projection = Projection::new([Input, Output]);
    let decoded = decoder.decode(datagram(&payload)).unwrap();
    let set = decoded.sets().find(|set| set.id() == 256).unwrap();
    assert!(set.has_configured_interfaces());
    assert!(matches!(set.column(Input), FlowColumn::Each));
    assert!(matches!(set.column(Output), FlowColumn::Absent));
    let flow = decoded.flows().next().unwrap();
    let projected = projection.of(&set);
    let names = [0, 1].map(|position| match projected.value(&flow, position) {
        Some(FlowValue::Text(name)) => Some(name.to_string()),
        _ => None,
    });
    assert_eq!(names, [Some("uplink".to_owned()), None]);
    assert_eq!(flow.configured_input_interface().unwrap().index, 7);
    assert_eq!(flow.configured_output_interface(), None);
}
