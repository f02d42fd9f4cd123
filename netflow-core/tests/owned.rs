//! Flows that outlive their datagrams.

#[path = "support/captured.rs"]
mod captured;

use allocation_counter::measure;
use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoder, Flow, Limits, OwnedFlow, Timestamp, Transport};

/// Captures of every protocol, with fields of every type: lists, texts, ids of applications.
const CAPTURES: [&str; 8] = [
    "genuine/sf_v1.pcap",
    "genuine/sf_v5.pcap",
    "genuine/fp_all.pcap",
    "genuine/sf_v9_ether.pcap",
    "synthetic/cisco_asa_nsel_v9.pcap",
    "cases/communities.pcap",
    "cases/mpls_in_frame_section.pcap",
    "cases/firewall_life.pcap",
];

/// Calls `check` for each flow of the captures.
fn for_each_flow(mut check: impl FnMut(&Flow<'_>)) {
    for name in CAPTURES {
        let mut decoder = Decoder::new(Limits::new(1));
        for captured in captured::read(name) {
            let decoded = decoder.decode(captured.datagram()).unwrap();
            decoded.flows().for_each(|flow| check(&flow));
        }
    }
}

#[test]
fn every_field_is_kept_and_no_other() {
    let mut fields = 0;
    for_each_flow(|flow| {
        let owned = flow.to_owned();
        for field in FlowField::ALL {
            let [kept, read] = [owned.get(*field), flow.get(*field)]
                .map(|value| value.map(|value| value.to_string()));
            assert_eq!(kept, read, "{}", field.name());
            assert_eq!(owned.get(*field), flow.get(*field), "{field}");
            fields += usize::from(kept.is_some());
        }
        let present = FlowField::ALL.iter().copied();
        let present = present.filter(|field| flow.get(*field).is_some());
        assert!(owned.fields().map(|(field, _)| field).eq(present));
    });
    assert!(fields > 1_000, "only {fields} fields");
}

#[test]
fn accessors_return_what_those_of_the_flow_do() {
    for_each_flow(|flow| {
        let owned = OwnedFlow::from(flow);
        assert_eq!(owned.protocol(), flow.protocol());
        assert_eq!(owned.source_port(), flow.source_port());
        assert_eq!(owned.input_interface(), flow.input_interface());
        assert_eq!(owned.octets(), flow.octets());
        assert_eq!(owned.late(), flow.late());
        assert_eq!(owned.source_address(), flow.source_address());
        assert_eq!(owned.source_mac(), flow.source_mac());
        assert_eq!(owned.start(), flow.start());
        assert_eq!(owned.duration(), flow.duration());
        assert_eq!(owned.user_name(), flow.user_name());
        assert_eq!(owned.ingress_acl(), flow.ingress_acl());
        assert_eq!(owned.export_protocol(), flow.export_protocol());
        assert_eq!(owned.application_id(), flow.application_id());
        let numbers = |list: Option<netflow_core::Numbers<'_>>| list.map(Vec::from_iter);
        assert_eq!(numbers(owned.communities()), numbers(flow.communities()));
    });
}

#[test]
fn an_owned_flow_weighs_a_few_hundred_octets() {
    let (mut flows, mut total) = (0, 0);
    for_each_flow(|flow| {
        let mut owned = None;
        let counted = measure(|| owned = Some(flow.to_owned()));
        let weight = usize::try_from(counted.bytes_current).unwrap() + size_of::<OwnedFlow>();
        assert!(counted.count_current <= 2, "{counted:?}");
        assert!(weight < 800, "{weight} octets: {owned:?}");
        flows += 1;
        total += weight;
    });
    println!("{flows} flows, {} octets on average", total / flows);
    assert!(total / flows < 400, "{}", total / flows);
}

#[test]
fn equal_flows_are_those_of_equal_fields() {
    for_each_flow(|flow| {
        let owned = flow.to_owned();
        assert_eq!(owned, owned.clone());
        assert_eq!(owned, OwnedFlow::from(*flow));
    });
    let mut frames = Vec::new();
    for_each_flow(|flow| frames.push(flow.to_owned()));
    let (first, last) = (frames.first().unwrap(), frames.last().unwrap());
    assert_ne!(first, last);
}

#[test]
fn an_owned_flow_can_go_anywhere() {
    const fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<OwnedFlow>();
}

#[test]
fn a_flow_is_printed_on_one_line() {
    for_each_flow(|flow| {
        let line = flow.to_owned().to_string();
        assert!(!line.chars().any(char::is_control), "{line}");
        assert_eq!(flow.to_string(), line);
        assert_eq!(format!("{flow:?}"), format!("Flow {{ {line} }}"));
        assert_eq!(
            format!("{:?}", flow.to_owned()),
            format!("OwnedFlow {{ {line} }}")
        );
    });
    let mut lines = Vec::new();
    for_each_flow(|flow| lines.push(flow.to_owned().to_string()));
    let first = lines.first().unwrap();
    assert!(first.contains(" export_protocol=netflow1 "), "{first}");
}

#[test]
fn times_and_texts_are_printed_as_text_by_debug_too() {
    let time = Timestamp::from_millis(1_618_136_400_250).unwrap();
    assert_eq!(format!("{time:?}"), "2021-04-11T10:20:00.250Z");
    let text = netflow_core::value::Text::new(b"a\n\"\xff\0");
    assert_eq!(format!("{text:?}"), "\"a\\n\\\"\u{fffd}\"");
}

#[test]
fn values_of_any_length_are_kept() {
    for len in [1, 254, 255, 256, 3_000] {
        // Of control characters and quotes, which are escaped on the line.
        let name: Vec<u8> = b"u\n\"\x7f".iter().copied().cycle().take(len).collect();
        let payload = ipfix_with_user_name(&name);
        let received = Timestamp::from_secs(1_700_000_000);
        let exporter = "198.51.100.1:2055".parse().unwrap();
        let mut decoder = Decoder::new(Limits::new(1));
        let decoded = decoder
            .decode(Datagram::new(exporter, Transport::Udp, received, &payload))
            .unwrap();
        let owned = decoded.flows().next().unwrap().to_owned();
        assert_eq!(owned.user_name().unwrap().octets(), name);
        // What is after it is found.
        assert_eq!(owned.flow_id(), Some(7));
        assert_eq!(owned.octets(), Some(0));
        assert!(!owned.to_string().chars().any(char::is_control));
    }
}

/// A message with a template of octetDeltaCount (1), flowId (148) and userName (371), and a record.
fn ipfix_with_user_name(name: &[u8]) -> Vec<u8> {
    let octets = |number: usize| u16::try_from(number).unwrap().to_be_bytes();
    let mut payload = vec![0; 16];
    payload.extend([
        0, 2, 0, 20, 1, 0, 0, 3, 0, 1, 0, 4, 0, 148, 0, 4, 1, 115, 255, 255,
    ]);
    payload.extend([1, 0]);
    payload.extend(octets(4 + 8 + 3 + name.len()));
    payload.extend([0, 0, 0, 0, 0, 0, 0, 7, 255]);
    payload.extend(octets(name.len()));
    payload.extend(name);
    let len = octets(payload.len());
    payload[..4].copy_from_slice(&[0, 10, len[0], len[1]]);
    payload
}

#[test]
fn eleven_fields_of_each_flow_go_through_a_channel() {
    const FIELDS: [FlowField; 11] = [
        FlowField::Start,
        FlowField::End,
        FlowField::SourceAddress,
        FlowField::DestinationAddress,
        FlowField::SourcePort,
        FlowField::DestinationPort,
        FlowField::Protocol,
        FlowField::Octets,
        FlowField::Packets,
        FlowField::InputInterface,
        FlowField::ExporterAddress,
    ];
    let (sender, flows) = std::sync::mpsc::channel::<OwnedFlow>();
    let reader = std::thread::spawn(move || {
        let rows = flows.iter().map(|flow| {
            let value = |field: &FlowField| flow.get(*field).map(|value| value.to_string());
            FIELDS.iter().map(value).collect()
        });
        rows.collect::<Vec<Vec<Option<String>>>>()
    });
    let mut expected = Vec::new();
    for_each_flow(|flow| {
        let value = |field: &FlowField| flow.get(*field).map(|value| value.to_string());
        expected.push(FIELDS.iter().map(value).collect::<Vec<_>>());
        sender.send(flow.to_owned()).unwrap();
    });
    drop(sender);
    assert_eq!(reader.join().unwrap(), expected);
    assert!(expected.iter().flatten().flatten().count() > 500);
}
