//! What the language means, on flows made for it, and what its errors say.

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_query::{Filter, SetFilter, SetMatch};

/// NetFlow v5: TCP 192.0.2.1:50000 to 198.51.100.2:443, flags SYN and ACK, 10 packets of 1,500
/// octets in 2 seconds, interfaces 3 and 4, AS 64500 and 64501, next hop 203.0.113.1.
fn payload() -> Vec<u8> {
    let mut payload = vec![0; 24 + 48];
    payload[1] = 5;
    payload[3] = 1;
    payload[4..8].copy_from_slice(&100_000_u32.to_be_bytes());
    payload[8..12].copy_from_slice(&1_700_000_000_u32.to_be_bytes());
    let record = &mut payload[24..];
    record[0..4].copy_from_slice(&[192, 0, 2, 1]);
    record[4..8].copy_from_slice(&[198, 51, 100, 2]);
    record[8..12].copy_from_slice(&[203, 0, 113, 1]);
    record[12..14].copy_from_slice(&3_u16.to_be_bytes());
    record[14..16].copy_from_slice(&4_u16.to_be_bytes());
    record[16..20].copy_from_slice(&10_u32.to_be_bytes());
    record[20..24].copy_from_slice(&15_000_u32.to_be_bytes());
    record[24..28].copy_from_slice(&97_000_u32.to_be_bytes());
    record[28..32].copy_from_slice(&99_000_u32.to_be_bytes());
    record[32..34].copy_from_slice(&50_000_u16.to_be_bytes());
    record[34..36].copy_from_slice(&443_u16.to_be_bytes());
    record[37] = 0x12;
    record[38] = 6;
    record[40..42].copy_from_slice(&64_500_u16.to_be_bytes());
    record[42..44].copy_from_slice(&64_501_u16.to_be_bytes());
    record[44] = 24;
    record[45] = 16;
    payload
}

/// Asks both ways.
fn matches(expression: &str) -> bool {
    let filter = match Filter::parse(expression) {
        Ok(filter) => filter,
        Err(error) => panic!("{expression}: {error}"),
    };
    let payload = payload();
    let mut decoder = Decoder::new(Limits::new(0x5eed));
    let exporter = "198.51.100.1:50000".parse().unwrap();
    let received = Timestamp::from_secs(1_700_000_000);
    let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
    let decoded = decoder.decode(datagram).unwrap();
    let flow = decoded.flows().next().unwrap();
    let answer = filter.matches(&flow);
    let mut compiled = SetFilter::new(filter);
    let set = decoded.sets().next().unwrap();
    let whole = compiled.prepare(&set);
    assert_eq!(compiled.matches(&flow), answer, "{expression}");
    let chosen = compiled.choose(&set, 0).rows().count();
    assert_eq!(chosen, usize::from(answer), "{expression}");
    match whole {
        SetMatch::All => assert!(answer, "{expression}"),
        SetMatch::None => assert!(!answer, "{expression}"),
        SetMatch::Each => {}
    }
    answer
}

fn column_and_message(expression: &str) -> (usize, String) {
    let error = Filter::parse(expression).unwrap_err();
    let message = error.to_string();
    let (_, message) = message.split_once(": ").unwrap();
    (error.column(), message.to_owned())
}

#[test]
fn what_is_true_of_the_flow_matches() {
    for expression in [
        "any",
        "proto tcp",
        "PROTO TCP",
        "proto 6",
        "protocol = tcp",
        "tcp",
        "tcp port 443",
        "tcp dst port https",
        "ip tcp dst port 443",
        "proto tcp and dst port 443",
        "port 443",
        "port=443",
        "port == 443",
        "port eq 443",
        "port in [53, 443]",
        "port in [53 443]",
        "dst port in [1-1023]",
        "port 400-500",
        "portrange 400-500",
        "src port > 1024",
        "src port ge 50000",
        "src or dst port 443",
        "src and dst port > 400",
        "not src and dst port 443",
        "host 192.0.2.1",
        "ip 192.0.2.1",
        "src 192.0.2.1",
        "src host 192.0.2.1 and dst net 198.51.100.0/24",
        "net 192.0.2.0 255.255.255.0",
        "net 192.0.2.0 mask 255.255.255.0",
        "net 192.0/16",
        "src net 192",
        "ip in [10.0.0.0/8, 192.0.2.1, 2001:db8::/32]",
        "source_address = 192.0.2.0/24",
        "source_address in 192.0.2.0/24",
        "source_address != 10.0.0.1",
        "bytes > 14k",
        "bytes 15k",
        "octets = 15000",
        "bytes >= 0.015M",
        "in bytes 15000",
        "packets < 11",
        "pps = 5",
        "bps 60k",
        "bpp 1500",
        "duration = 2s",
        "duration > 1999ms and duration < 1m",
        "flags SA",
        "flags S",
        "flags SA and not flags R",
        "flags 18",
        "tcp_flags = SA",
        "tcp_flags != S",
        "as 64500",
        "src as 64500 and dst as in [1, 64501]",
        "if 3",
        "in if 3 and out if 4",
        "next ip 203.0.113.1",
        "next_hop = 203.0.113.1",
        "mask 24",
        "src mask 24 and dst mask 16",
        "tos 0",
        "src tos 0",
        "exporter 198.51.100.1",
        "router ip 198.51.100.1",
        "exporter in [198.51.100.0/24]",
        "export_protocol = netflow5",
        "ipv4",
        "inet",
        "ip",
        "not ipv6",
        "start > 2023-11-14T22:13",
        "start < 2023-11-15",
        "received = 2023-11-14T22:13:20Z",
        "has source_port",
        "has bytes and not has user_name",
        "not late",
        "late = false",
        "counters = delta",
        "not vlan 100",
        "not (vlan = 100)",
        "not user_name = x",
        "! proto udp && (port 1 || port 443)",
        "proto udp and port 1 or port 443",
        "port 443 or proto udp and port 1",
        "not (proto udp or not port 443)",
        "not not not port 1",
        "((((port 443))))",
    ] {
        assert!(matches(expression), "{expression}");
    }
}

#[test]
fn what_is_not_true_of_the_flow_does_not_match() {
    for expression in [
        "not any",
        "udp port 443",
        "not tcp port 443",
        "icmp",
        "ipv6",
        "src port 443",
        "src and dst port 443",
        "host 2001:db8::1",
        "net 10.0.0.0/8",
        "bytes > 15k",
        "bytes < 15000",
        "bytes < 0",
        "bytes > 18446744073709551615",
        "duration > 2s",
        "flags SR",
        "flags 2",
        "flags 0x13",
        "port in []",
        "port in [1-442]",
        "vlan 100",
        "vlan",
        "src vlan != 100",
        "post_vlan != 100",
        "user_name != x",
        "user_name = x",
        "has user_name",
        "mpls",
        "mpls any 24001",
        "mpls label1 24001",
        "event denied",
        "nat event create",
        "icmp-type 8",
        "late",
        "out bytes > 0",
        "source_address != 192.0.2.1",
        "source_address != 192.0.2.0/24",
        "bpp != 1500",
        "export_protocol = ipfix",
        "(proto udp or not port 443) and any",
        "(port 443 or proto udp) and port 1",
    ] {
        assert!(!matches(expression), "{expression}");
    }
}

#[test]
fn errors_have_a_column_and_what_was_expected() {
    for (expression, column, message) in [
        (
            "",
            1,
            "expected a comparison, such as \"port 443\", found the end",
        ),
        (
            "   ",
            4,
            "expected a comparison, such as \"port 443\", found the end",
        ),
        (
            "port",
            5,
            "expected a number, such as 443 or 1.5M, found the end",
        ),
        (
            "port 443 and",
            13,
            "expected a comparison, such as \"port 443\", found the end",
        ),
        (
            "port 443 port 80",
            10,
            "expected \"and\", \"or\" or the end, found \"port\"",
        ),
        (
            "port 70000",
            6,
            "70000 is too large: source_port is at most 65535",
        ),
        (
            "port http-alt",
            6,
            "expected a number, such as 443 or 1.5M, found \"http-alt\"",
        ),
        ("(port 443", 1, "this parenthesis is not closed"),
        (
            "port 443)",
            9,
            "there is no opening parenthesis for this one",
        ),
        (
            "port in [80, 443",
            17,
            "expected \"]\" after the last value, found the end",
        ),
        ("port 90-80", 6, "the range begins above its end"),
        (
            "port > 80-90",
            8,
            "a range can be equal or not: use = or in",
        ),
        (
            "host router1",
            6,
            "expected an address or a network, such as 192.0.2.1 or 10.0.0.0/8, found \"router1\"",
        ),
        (
            "host > 10.0.0.1",
            8,
            "source_address has no order: use =, != or in",
        ),
        (
            "net 10.0.0.0 mask 255.0.255.0",
            19,
            "this is not a mask: its ones have to come before its zeros",
        ),
        (
            "src octets > 1",
            5,
            "\"octets\" is of no side: leave out the word before it",
        ),
        ("user \"x", 6, "the text that begins here has no closing \""),
        (
            "start > yesterday",
            9,
            "expected a time, such as 2026-11-29T10:00, found \"yesterday\"",
        ),
        (
            "port 1 & port 2",
            8,
            "expected \"and\", \"or\" or the end, found \"&\"",
        ),
        (
            "mac 1:2",
            5,
            "expected a MAC address, such as 02:00:00:00:00:1f, found \"1:2\"",
        ),
    ] {
        assert_eq!(
            column_and_message(expression),
            (column, message.to_owned()),
            "{expression}"
        );
    }
}

#[test]
fn names_of_other_tools_are_names_of_fields() {
    for expression in [
        "in_bytes > 1k",
        "IN_BYTES = 15000",
        "l4_dst_port = 443 and SrcAddr = 192.0.2.1",
        "source.ip in 192.0.2.0/24 and destination.port 443",
        "flow.dst_addr = 198.51.100.2",
        "iface_in = 3 and port_dst = 443",
        "iana:octetDeltaCount > 1k and netflow.packet_delta_count = 10",
        "src_as = 64500 and ProtType = 6",
        "has srcport",
    ] {
        assert!(matches(expression), "{expression}");
    }
    assert!(!matches("in_packets > 10"));
    // Words of the language stay what they are.
    assert!(matches("src port 50000 and dst port 443"));
    assert!(Filter::parse("has src").is_err());
}

#[test]
fn errors_suggest_what_may_have_been_meant() {
    for (expression, column, suggestion) in [
        ("prot tcp", 1, "proto"),
        ("proto tpc", 7, "tcp"),
        ("dport 443", 1, "dst port"),
        ("saddr 10.0.0.1", 1, "src ip"),
        ("source_adress = 10.0.0.1", 1, "source_address"),
        ("has usr_name", 5, "user_name"),
        ("duration > 10", 12, "10ms"),
        ("port 53 or 80", 12, "port 80"),
        ("host 10.0.0.1 or 10.0.0.2", 18, "host 10.0.0.2"),
        ("port != 80", 6, "not port …"),
        ("export_protocol = netflow_9", 19, "netflow9"),
    ] {
        let error = Filter::parse(expression).unwrap_err();
        assert_eq!(
            (error.column(), error.suggestion()),
            (column, Some(suggestion)),
            "{expression}: {error}"
        );
    }
}

#[test]
fn depth_has_no_limit_but_the_length() {
    let half = Filter::MAX_LEN / 2 - 10;
    let nested = format!("{}port 443{}", "(".repeat(half), ")".repeat(half));
    assert!(matches(&nested));
    let negated = format!("{}port 443", "!".repeat(Filter::MAX_LEN - 9));
    assert!(!matches(&negated));
    assert!(Filter::parse(&"(".repeat(Filter::MAX_LEN)).is_err());
    assert!(Filter::parse(&")".repeat(Filter::MAX_LEN)).is_err());
    let mut mixed = "not (port 1 or ".repeat(Filter::MAX_LEN / 17);
    mixed.push_str("port 2");
    mixed.push_str(&")".repeat(Filter::MAX_LEN / 17));
    matches(&mixed);
}

#[test]
fn long_expressions_are_asked_to_their_end() {
    let many = "port 1 or ".repeat(Filter::MAX_LEN / 10 - 1) + "port 443";
    assert!(matches(&many));
    let list: Vec<String> = (0..60_000)
        .map(|number| format!("10.{}.{}.0/24", number >> 8, number & 0xff))
        .collect();
    let list = format!("ip in [{}, 192.0.2.1]", list.join(" "));
    assert!(matches(&list));
}

#[test]
fn an_expression_that_is_too_long_is_an_error() {
    let long = " ".repeat(Filter::MAX_LEN) + "any";
    assert_eq!(
        column_and_message(&long).1,
        "the expression has 1048579 octets, at most 1048576 are allowed"
    );
}

#[test]
fn any_text_is_a_filter_or_an_error() {
    for text in [
        "\0",
        "\u{202e}port",
        "🦀 = 1",
        "port 🦀",
        "'",
        "=",
        "in",
        "in [",
        "src",
        "src or",
        "src or dst",
        "next",
        "bgp",
        "mpls label99 1",
        "mpls label",
        "ether",
        "asa",
        "nat",
        "nat src",
        "has",
        "not",
        "pblock",
        "!",
        "flags",
        "flags Q",
        "net 10.0.0.0 mask",
        "observation",
        "event",
        "label",
        "lábel1",
    ] {
        assert!(Filter::parse(text).is_err(), "{text}");
    }
}
