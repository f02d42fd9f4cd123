//! Packet sections in records (RFC 5477, section 8.5; RFC 7133).

use netflow_core::Flow;

use crate::builder::{Message, datagram, decoder};

/// UDP from 5555 to 4789 and VXLAN (RFC 7348) of VNI 99, up to the inner frame.
const VXLAN: &[u8] = b"\x15\xb3\x12\xb5\0\0\0\0\x08\0\0\0\0\0\x63\0";
/// Addresses and type of Ethernet before IPv4.
const ETHERNET: &[u8] = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0";
/// IPv4 from 10.0.0.1 to 10.0.0.2 with TCP from 1234 to 80, SYN.
const INNER: &[u8] = b"\x45\0\0\x28\0\0\0\0\x40\x06\0\0\x0a\0\0\x01\x0a\0\0\x02\
    \x04\xd2\0\x50\0\0\0\x01\0\0\0\0\x50\x02\xff\xff\0\0\0\0";

/// The sections of the one flow of a record with these fields; the last is of variable
/// length.
fn summary(fields: &[(u16, u16)], fixed: &[u8], section: &[u8]) -> String {
    let mut fields = fields.to_vec();
    fields.last_mut().unwrap().1 = 65_535;
    let length = u8::try_from(section.len()).unwrap();
    let message = Message::ipfix(0)
        .template(256, &fields)
        .set(256, &[fixed, &[length], section].concat());
    let payload = message.octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(message.problems().count(), 0);
    let flow = message.flows().next().unwrap();
    [outer(&flow), inner(&flow)].concat()
}

fn shown<T: core::fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn outer(flow: &Flow<'_>) -> String {
    let [source, destination] = [flow.source_port(), flow.destination_port()].map(shown);
    let flags = shown(flow.tcp_flags());
    let address = shown(flow.source_address());
    format!("{address} {source}>{destination} {flags}")
}

fn inner(flow: &Flow<'_>) -> String {
    let Some(tunnel) = flow.tunnel_type() else {
        return String::new();
    };
    let id = shown(flow.tunnel_id());
    let address = shown(flow.inner_source_address());
    let port = shown(flow.inner_destination_port());
    format!(", {tunnel} {id} {address} {port}")
}

#[test]
fn a_payload_is_read_by_the_protocol_of_the_record() {
    let payload = |protocol, octets: &[u8]| {
        let addresses = b"\xc0\0\x02\x01\xc0\0\x02\x02";
        let fields = [(8, 4), (12, 4), (4, 1), (314, 0)];
        summary(&fields, &[&addresses[..], &[protocol]].concat(), octets)
    };
    assert_eq!(payload(6, &INNER[20..]), "192.0.2.1 1234>80 2");
    let vxlan = [VXLAN, ETHERNET, INNER].concat();
    assert_eq!(
        payload(17, &vxlan),
        "192.0.2.1 5555>4789 -, vxlan 99 10.0.0.1 80"
    );
    assert_eq!(
        payload(4, INNER),
        "192.0.2.1 ->- -, ipv4_in_ipv4 - 10.0.0.1 80"
    );
    // GRE (RFC 2784) with a key (RFC 2890).
    let gre = [b"\x20\0\x08\0\0\0\0\x07", INNER].concat();
    assert_eq!(payload(47, &gre), "192.0.2.1 ->- -, gre 7 10.0.0.1 80");
    // What is cut is absent, and without a protocol nothing is known.
    assert_eq!(payload(6, &INNER[20..24]), "192.0.2.1 1234>80 -");
    assert_eq!(payload(6, &[]), "192.0.2.1 ->- -");
    assert_eq!(summary(&[(314, 0)], &[], &INNER[20..]), "- ->- -");
}

#[test]
fn a_payload_of_ipv6_begins_with_the_extension_headers() {
    let mut address = [0; 16];
    address[..2].copy_from_slice(&[0xfd, 1]);
    // Destination options of eight octets, then TCP.
    let payload = [b"\x06\0\x01\x04\0\0\0\0", &INNER[20..]].concat();
    let fields = [(27, 16), (4, 1), (193, 1), (314, 0)];
    let record = [&address[..], &[6, 60]].concat();
    assert_eq!(summary(&fields, &record, &payload), "fd01:: 1234>80 2");
    let fields = [(27, 16), (4, 1), (314, 0)];
    let record = [&address[..], &[4]].concat();
    assert_eq!(
        summary(&fields, &record, INNER),
        "fd01:: ->- -, ipv4_in_ipv6 - 10.0.0.1 80"
    );
}

#[test]
fn a_section_from_elsewhere_than_its_header_is_not_read() {
    // fragmentOffset (88) and sectionOffset (409).
    for (offset, ports) in [(0, "1234>80 2"), (8, "->- -")] {
        for element in [88, 409] {
            let fields = [(4, 1), (element, 2), (314, 0)];
            let read = summary(&fields, &[6, 0, offset], &INNER[20..]);
            assert_eq!(read, format!("- {ports}"), "{element}");
        }
        let read = summary(&[(409, 2), (313, 0)], &[0, offset], INNER);
        assert_eq!(read.contains("1234>80"), offset == 0);
    }
}

#[test]
fn a_header_and_its_payload_may_be_two_sections() {
    let (header, payload) = INNER.split_at(20);
    let fields = [(313, 20), (314, 0)];
    assert_eq!(summary(&fields, header, payload), "10.0.0.1 1234>80 2");
}

#[test]
fn the_payload_of_labels_is_ip_or_a_pseudowire() {
    assert_eq!(summary(&[(317, 0)], &[], INNER), "10.0.0.1 1234>80 2");
    // The control word of RFC 4385.
    let pseudowire = [&[0; 4], ETHERNET, INNER].concat();
    assert_eq!(
        summary(&[(317, 0)], &[], &pseudowire),
        "- ->- -, mpls_pseudowire - 10.0.0.1 80"
    );
    // Label 17 at the bottom of the stack, in a section of its own.
    let fields = [(316, 4), (317, 0)];
    let read = summary(&fields, &[0, 1, 0x11, 0xff], INNER);
    assert!(read.contains("1234>80"), "{read}");
}

#[test]
fn a_frame_is_what_its_type_says() {
    let ethernet = [ETHERNET, INNER].concat();
    let read = |kind, frame: &[u8]| summary(&[(408, 2), (315, 0)], &[0, kind], frame);
    assert_eq!(read(1, &ethernet), "10.0.0.1 1234>80 2");
    // 2 is IEEE 802.11; others are not known, and may be several at once.
    for kind in [0, 2, 3, 4] {
        assert_eq!(read(kind, &ethernet), "- ->- -", "{kind}");
    }
    // A data frame (IEEE 802.11, section 9.3.2.1), LLC and SNAP.
    let mut wireless = vec![0x08, 0];
    wireless.extend([0; 22]);
    wireless.extend(b"\xaa\xaa\x03\0\0\0\x08\0");
    wireless.extend(INNER);
    assert_eq!(read(2, &wireless), "10.0.0.1 1234>80 2");
}
