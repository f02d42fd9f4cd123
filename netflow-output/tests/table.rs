//! What the table shows of flows that are not addresses, ports and counters alone.

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_output::format::{Biflows, Format as _, Table};

/// 2021-04-11T10:13:20Z.
const SENT: u32 = 1_618_136_000;

/// An IPFIX message with a template of these elements and these records.
fn ipfix(elements: &[(u16, u16)], records: &[&[u8]]) -> Vec<u8> {
    let mut sets = Vec::new();
    let count = u16::try_from(elements.len()).unwrap();
    put(&mut sets, &[2, 4 + 4 + 4 * count, 256, count]);
    for (element, length) in elements {
        put(&mut sets, &[*element, *length]);
    }
    let data = records.concat();
    put(&mut sets, &[256, 4 + u16::try_from(data.len()).unwrap()]);
    sets.extend(data);
    let mut message = Vec::new();
    put(&mut message, &[10, 16 + u16::try_from(sets.len()).unwrap()]);
    message.extend(SENT.to_be_bytes());
    message.extend([0; 8]);
    message.extend(sets);
    message
}

fn put(octets: &mut Vec<u8>, numbers: &[u16]) {
    octets.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
}

/// The table of a message, of this width.
fn table(width: usize, payload: &[u8]) -> String {
    let mut decoder = Decoder::new(Limits::new(0x5eed));
    let exporter = "198.51.100.1:2055".parse().unwrap();
    let received = Timestamp::from_secs(SENT);
    let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
    let mut table = Table::new(width, Biflows::Whole, None);
    let mut out = Vec::new();
    let message = decoder.decode(datagram).unwrap();
    table.message(&message, &mut out).unwrap();
    table.finish(decoder.stats(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn frames_without_ip_have_mac_addresses_ether_type_and_vlan() {
    let payload = ipfix(
        &[(56, 6), (80, 6), (256, 2), (58, 2), (1, 4)],
        &[
            &[
                2, 0, 0, 0, 0, 0xa, 1, 0x80, 0xc2, 0, 0, 0, 0x88, 0xcc, 0, 100, 0, 0, 2, 0x80,
            ],
            &[
                2, 0, 0, 0, 0, 0xb, 255, 255, 255, 255, 255, 255, 8, 6, 0, 0, 0, 0, 0, 64,
            ],
            &[
                2, 0, 0, 0, 0, 0xb, 255, 255, 255, 255, 255, 255, 0x88, 0x99, 0, 1, 0, 0, 0, 64,
            ],
        ],
    );
    assert_eq!(
        table(80, &payload),
        "\
proto  source               destination       octets vlan exporter
----------------------------------------------------------------------
LLDP   02:00:00:00:00:0a -> 01:80:c2:00:00:00    640  100 198.51.100.1
ARP    02:00:00:00:00:0b -> ff:ff:ff:ff:ff:ff     64      198.51.100.1
0x8899 02:00:00:00:00:0b -> ff:ff:ff:ff:ff:ff     64    1 198.51.100.1
----------------------------------------------------------------------
3 flows                                          768
"
    );
}

/// Time, addresses and ports before NAT, address and port of the source after it, protocol, and the
/// events of firewall and NAT.
const TRANSLATED: [(u16, u16); 10] = [
    (323, 8),
    (8, 4),
    (12, 4),
    (7, 2),
    (11, 2),
    (225, 4),
    (227, 2),
    (4, 1),
    (233, 1),
    (230, 1),
];

fn translated(source_port: u16, after: (u8, u16), events: [u8; 2]) -> Vec<u8> {
    let mut record = (u64::from(SENT) * 1_000).to_be_bytes().to_vec();
    record.extend([192, 168, 100, 200, 198, 51, 100, 7]);
    put(&mut record, &[source_port, 443]);
    record.extend([203, 0, 113, after.0]);
    put(&mut record, &[after.1]);
    record.push(6);
    record.extend(events);
    record
}

#[test]
fn events_of_firewalls_and_nat_are_named() {
    let records = [
        translated(40_000, (9, 1_024), [1, 0]),
        translated(40_000, (9, 1_024), [3, 0]),
        translated(40_000, (9, 1_024), [0, 4]),
        translated(40_000, (9, 1_024), [0, 99]),
    ];
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    let table = table(200, &ipfix(&TRANSLATED, &records));
    let events: Vec<&str> = table
        .lines()
        .skip(2)
        .filter_map(|line| {
            line.split_once("203.0.113.9:1024 ")?
                .1
                .split_once("198.51.100.1")
        })
        .map(|(event, _)| event.trim())
        .collect();
    assert_eq!(events, ["created", "denied", "NAT44 create", "99"]);
}

#[test]
fn without_room_a_translation_has_a_line_of_its_own() {
    let changed = translated(40_000, (9, 1_024), [1, 0]);
    let table = table(80, &ipfix(&TRANSLATED, &[&changed]));
    let lines: Vec<&str> = table.lines().skip(2).take(3).collect();
    assert_eq!(
        lines,
        [
            "2021-04-11",
            "10:13:20 0ms TCP   192.168.100.200:40000 -> 198.51.100.7:443 created",
            "                => 203.0.113.9:1024",
        ]
    );
}

#[test]
fn without_room_the_sampling_rate_has_a_line_where_it_changes() {
    let mut elements = vec![(27, 16), (28, 16), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8)];
    elements.extend([(153, 8), (152, 8), (34, 4)]);
    let record = |rate: u32| {
        let mut record = vec![0x20, 1, 0xd, 0xb8];
        record.extend([0x11; 12]);
        record.extend([0x20, 1, 0xd, 0xb8]);
        record.extend([0x22; 12]);
        put(&mut record, &[40_000, 40_001]);
        record.push(6);
        record.extend(1_234_567_u64.to_be_bytes());
        record.extend(1_234_567_u64.to_be_bytes());
        record.extend((u64::from(SENT) * 1_000 - 250).to_be_bytes());
        record.extend((u64::from(SENT) * 1_000 - 100_250).to_be_bytes());
        record.extend(rate.to_be_bytes());
        record
    };
    let records = [record(100), record(100), record(1_000)];
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    let table = table(78, &ipfix(&elements, &records));
    let rates: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("sampling "))
        .collect();
    assert_eq!(rates, ["sampling 1:100", "sampling 1:1000"]);
    assert!(table.lines().all(|line| line.len() <= 78), "{table}");
}

#[test]
fn a_running_total_adds_its_increase_to_the_sum() {
    // octetTotalCount (85) of one flow, twice, and of another.
    let total = |port: u16, octets: u64| {
        let mut record = (u64::from(SENT) * 1_000).to_be_bytes().to_vec();
        record.extend([192, 0, 2, 1, 198, 51, 100, 7]);
        put(&mut record, &[port, 443]);
        record.extend(octets.to_be_bytes());
        record
    };
    let records = [total(1, 1_000), total(1, 1_500), total(2, 70)];
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    let elements = [(152, 8), (8, 4), (12, 4), (7, 2), (11, 2), (85, 8)];
    let table = table(200, &ipfix(&elements, &records));
    let sum = table.lines().find(|line| line.starts_with("3 flows"));
    let sum = sum.and_then(|line| line.split_whitespace().nth(2));
    assert_eq!(sum, Some("1570"), "{table}");
    // packetTotalCount (86) beside octetDeltaCount (1): 2 packets and 300 octets.
    let packets = [1, 2].map(|packets| [6, 0, 0, 0, packets, 0, 0, 0, 150]);
    let records: Vec<&[u8]> = packets.iter().map(<[u8; 9]>::as_slice).collect();
    let table = self::table(200, &ipfix(&[(4, 1), (86, 4), (1, 4)], &records));
    let sum = table.lines().find(|line| line.starts_with("2 flows"));
    let sum = sum.map(|line| line.split_whitespace().skip(2).collect::<Vec<_>>());
    assert_eq!(sum, Some(vec!["2", "300"]), "{table}");
}

#[test]
fn an_inner_vlan_and_a_block_of_ports_are_shown() {
    let record = [
        &[100, 64, 2, 5, 203, 0, 113, 112][..], // before and after NAT
        &[4, 0, 7, 255],                        // ports 1024 to 2047
        &[0, 10, 0, 200, 0, 20, 0, 200],        // tags before and after
    ]
    .concat();
    let elements = [
        (8, 4),
        (225, 4),
        (361, 2),
        (362, 2),
        (58, 2),
        (245, 2),
        (59, 2),
        (255, 2),
    ];
    let table = table(200, &ipfix(&elements, &[&record]));
    let row: Vec<&str> = table.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(
        row,
        [
            "100.64.2.5",
            "->",
            "203.0.113.112:1024-2047",
            "10.200>20.200",
            "198.51.100.1",
        ],
        "{table}"
    );
}

/// The first rows are written from cells, by which the widths are chosen; later ones as a single line.
#[test]
fn rows_look_the_same_before_and_after_the_widths_are_chosen() {
    const REPEATED: usize = 150;
    // Addresses, ports, protocol, flags, counters, interfaces, VLAN, ICMP, start and end: those of a
    // long and a short address, of no TCP, and of impossible times.
    let elements = [
        (27, 16),
        (28, 16),
        (7, 2),
        (11, 2),
        (4, 1),
        (6, 1),
        (2, 8),
        (1, 8),
        (10, 4),
        (14, 4),
        (58, 2),
        (176, 1),
        (152, 8),
        (153, 8),
    ];
    let record = |addresses: [u8; 2], protocol: u8, large: u8, start: u64, end: u64| {
        let mut octets = Vec::new();
        for address in addresses {
            octets.extend([0x20, 1, 0xd, 0xb8]);
            octets.extend([address; 11]);
            octets.push(1);
        }
        octets.extend([0xff, 1, 0, large, protocol, large]);
        octets.extend([0, large, large, 0, 0, 0, large, 9]);
        octets.extend([0, 0, large, 1, 0, 0, 0, large]);
        octets.extend([0, 0, 0, large, 0, 1, 0, 2]);
        octets.extend([0, large, large]);
        octets.extend(start.to_be_bytes());
        octets.extend(end.to_be_bytes());
        octets
    };
    let sent = u64::from(SENT) * 1_000;
    let records = [
        record([0, 0], 6, 0, sent - 90_000, sent - 250),
        record([0x11, 0], 17, 200, sent - 7_500_000, sent),
        record([0, 0xab], 58, 8, sent - 1_000, sent - 1_000),
        record([0xff, 0xee], 6, 255, sent + 90_000_000, sent - 90_000_000),
    ];
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    let payload = ipfix(&elements, &records.repeat(REPEATED));
    for width in [60, 80, 100, 120, 140, 160, 180, 200, 260] {
        let table = table(width, &payload);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        // A date has a line of its own where it changes, and an address that does not fit.
        let body = &lines[..lines.len() - 2];
        assert_eq!(body.len() % REPEATED, 0, "{table}");
        let first = &body[..body.len() / REPEATED];
        for (index, rows) in body.chunks(first.len()).enumerate() {
            assert_eq!(rows, first, "width {width}, repetition {index}");
        }
    }
}
