//! `--frame`: what each octet means.

use alloc::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use netflow_cli::Status;
use serde_json::Value;

use crate::capture::{frame, halves, ipfix, run, sent, testdata};

fn find<'r>(rows: &'r [Value], meaning: &str) -> &'r Value {
    rows.iter()
        .find(|row| row["meaning"] == meaning)
        .unwrap_or_else(|| panic!("no {meaning} in {rows:#?}"))
}

/// Offset, length and value of a range.
fn row<'r>(rows: &'r [Value], meaning: &str) -> (u64, u64, &'r str) {
    let row = find(rows, meaning);
    (
        row["offset"].as_u64().unwrap(),
        row["length"].as_u64().unwrap(),
        row["value"].as_str().unwrap_or_default(),
    )
}

#[test]
fn a_v5_message_is_explained_field_by_field() {
    let rows = frame(&testdata("synthetic/nfv5.pcap"), 1);
    assert_eq!(rows[0]["depth"], 0);
    assert_eq!(row(&rows, "version"), (0, 2, "5"));
    assert_eq!(row(&rows, "engine_id").0, 21);
    assert_eq!(row(&rows, "sampling").0, 22);
    assert_eq!(
        (row(&rows, "record 1").0, row(&rows, "record 1").1),
        (24, 48)
    );
    assert_eq!(row(&rows, "sourceIPv4Address").0, 24);
    assert_eq!(find(&rows, "sourceIPv4Address")["depth"], 3);
}

#[test]
fn a_v9_message_is_explained_with_templates_of_earlier_frames() {
    let file = testdata("synthetic/trap_two_samplers.pcap");
    let rows = frame(&file, 2);
    assert_eq!(row(&rows, "options template 257 of 4 fields").0, 24);
    assert_eq!(row(&rows, "scope field"), (30, 4, "System, 4 octets"));
    assert_eq!(row(&rows, "scope octets"), (26, 2, "4"));
    assert_eq!(row(&rows, "padding").0, 46);
    assert_eq!(row(&rows, "samplerRandomInterval"), (59, 4, "100"));
    // The template came in frame 1.
    let rows = frame(&file, 3);
    find(&rows, "set of data, by template 256");
    assert_eq!(row(&rows, "samplerId").1, 2);
}

#[test]
fn times_that_flows_read_are_shown_whatever_their_length() {
    // flowStartSeconds and flowEndSeconds (150, 151) of eight octets.
    let rows = frame(&testdata("cases/seconds_of_eight_octets.pcap"), 2);
    let start = row(&rows, "flowStartSeconds");
    assert_eq!((start.1, start.2), (8, "2026-05-28T20:26:30Z"));
    assert_eq!(row(&rows, "flowEndSeconds").2, "2026-05-28T20:26:38Z");
    // Two words of 64 bits in 154 and 155.
    let rows = frame(&testdata("genuine/pm_v10.pcap"), 3);
    let start = row(&rows, "flowStartMicroseconds");
    assert_eq!(start.1, 16);
    assert!(start.2.starts_with("20"), "{start:?}");
    // Zero is no time.
    let rows = frame(&testdata("cases/end_of_zero.pcap"), 2);
    assert_eq!(row(&rows, "flowEndMilliseconds").2, "0, no time");
}

#[test]
fn an_ipfix_message_is_explained_with_lengths_of_fields() {
    let rows = frame(&testdata("synthetic/ipfix_variable.pcap"), 2);
    assert_eq!(row(&rows, "observation domain"), (12, 4, "0"));
    let lengths = rows.iter().filter(|row| {
        let meaning = row["meaning"].as_str().unwrap();
        meaning.starts_with("length of ")
    });
    let lengths: BTreeSet<u64> = lengths.map(|row| row["length"].as_u64().unwrap()).collect();
    assert_eq!(lengths, BTreeSet::from([1, 3]));
}

#[test]
fn an_sflow_datagram_is_explained_member_by_member() {
    let rows = frame(&testdata("synthetic/sflow_samples.pcap"), 1);
    assert_eq!(row(&rows, "agent address"), (8, 4, "192.0.2.9"));
    assert_eq!(row(&rows, "sample 1: flow_sample").0, 28);
    assert_eq!(row(&rows, "sampling_rate"), (44, 4, "1000"));
    assert_eq!(row(&rows, "record 1: sampled_header").0, 68);
    assert_eq!(row(&rows, "header").0, 0);
    assert_eq!(row(&rows, "padding"), (186, 2, ""));
}

#[test]
fn a_damaged_message_shows_the_problem_where_it_is() {
    let rows = frame(&testdata("synthetic/trap_set_length_3.pcap"), 1);
    let problem = find(&rows, "set_too_short");
    assert_eq!(problem["problem"], true);
    assert_eq!(
        (&problem["offset"], &problem["length"]),
        (&56.into(), &0.into())
    );
    assert_eq!(row(&rows, "passed over").0, 56);
    // A message that is longer than it says what it is, and one that is none.
    let file = testdata("synthetic/sflow_v2_v4.pcap");
    assert_eq!(
        find(&frame(&file, 1), "unsupported_version")["problem"],
        true
    );
}

#[test]
fn data_whose_template_comes_later_in_the_datagram_is_explained_by_it() {
    let rows = frame(&testdata("synthetic/data_before_template.pcap"), 4);
    find(&rows, "set of data, decoded when template 256 arrived");
    assert_eq!(row(&rows, "sourceIPv4Address").2, "192.0.2.1");
}

#[test]
fn lists_are_explained_value_by_value() {
    let rows = frame(&testdata("synthetic/ipfix_lists.pcap"), 2);
    for part in [
        "semantic",
        "element",
        "element length",
        "records of one template",
    ] {
        find(&rows, part);
    }
    assert!(rows.iter().all(|row| row["meaning"] != "passed over"));
}

#[test]
fn a_frame_that_is_not_there_is_an_error_that_says_so() {
    let output = run(80, &["--frame", "99"], &testdata("synthetic/nfv5.pcap"));
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("frame 99"), "{stderr}");
}

/// The command as a library, since it is run for every frame.
fn explained(file: &Path, frame: u64, output: &Path) -> Option<Vec<Value>> {
    let status = netflow_cli::run([
        "netflow".as_ref(),
        "explain".as_ref(),
        "--format=json".as_ref(),
        format!("--frame={frame}").as_ref(),
        "--output".as_ref(),
        output.as_os_str(),
        file.as_os_str(),
    ]);
    let text = fs::read(output).ok()?;
    assert!(matches!(status, Status::Success | Status::Unreadable));
    fs::remove_file(output).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}

/// The frames of a capture that hold flow export.
fn frames(file: &Path, output: &Path) -> BTreeSet<u64> {
    netflow_cli::run([
        "netflow".as_ref(),
        "decode".as_ref(),
        "--quiet".as_ref(),
        "--schema=wire".as_ref(),
        "--output".as_ref(),
        output.as_os_str(),
        file.as_os_str(),
    ]);
    let text = fs::read_to_string(output).unwrap();
    fs::remove_file(output).unwrap();
    text.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["frame"].as_u64().unwrap()
        })
        .collect()
}

#[test]
fn every_octet_of_every_frame_is_explained_once() {
    let output = env::temp_dir().join(format!("netflow-explain-{}.json", std::process::id()));
    let mut datagrams = 0;
    for file in netflow_testdata::all_captures() {
        for frame in frames(&file, &output) {
            let rows = explained(&file, frame, &output)
                .unwrap_or_else(|| panic!("frame {frame} of {}", file.display()));
            let last = rows.last().unwrap()["datagram"].as_u64().unwrap();
            for datagram in 1..=last {
                let rows = rows.iter().filter(|row| row["datagram"] == datagram);
                check(
                    &rows.collect::<Vec<_>>(),
                    &format!("{frame} of {}", file.display()),
                );
                datagrams += 1;
            }
        }
    }
    assert!(datagrams > 400, "{datagrams}");
}

/// Octets of templates, sets and samples are changed: in any case, each
/// octet is explained once.
#[test]
fn every_octet_of_damaged_frames_is_explained_once() {
    let output = env::temp_dir().join(format!("netflow-explain-{}-bad.json", std::process::id()));
    let damaged = output.with_extension("pcap");
    // After the heads of file, packet, Ethernet, IPv4 and UDP.
    const FIRST: usize = 24 + 16 + 14 + 20 + 8;
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        usize::try_from(chance % u64::try_from(end).unwrap()).unwrap()
    };
    for name in [
        "cisco_asr9k_v9",
        "ipfix_lists",
        "ipfix_variable",
        "nf_fixed_concatenated",
        "sflow_all_flow_records",
        "sflow_headers",
        "sflow_samples",
        "trap_messages_in_datagram",
    ] {
        let whole = fs::read(testdata(&format!("synthetic/{name}.pcap"))).unwrap();
        let len = u32::from_le_bytes(whole[32..36].try_into().unwrap());
        let payload = usize::try_from(len).unwrap() - 42;
        for _ in 0..40 {
            let mut octets = whole.clone();
            for _ in 0..=below(3) {
                octets[FIRST + 2 + below(payload.min(200) - 2)] = match below(4) {
                    0 => 0,
                    1 => 0xff,
                    _ => u8::try_from(below(256)).unwrap(),
                };
            }
            fs::write(&damaged, &octets).unwrap();
            let rows = explained(&damaged, 1, &output).unwrap();
            check(&rows.iter().collect::<Vec<_>>(), name);
        }
    }
    fs::remove_file(damaged).unwrap();
}

/// The leaves follow each other from the first octet to the last, each lies in what is
/// above it, and what nobody could read has a problem.
fn check(rows: &[&Value], place: &str) {
    let number = |row: &Value, key: &str| row[key].as_u64().unwrap();
    let range = |row: &Value| {
        let start = number(row, "offset");
        start..start + number(row, "length")
    };
    let mut at = 0;
    let mut above: Vec<&Value> = Vec::new();
    let has_problem = rows.iter().any(|row| row["problem"] == true);
    for (index, row) in rows.iter().enumerate() {
        let depth = number(row, "depth");
        above.truncate(usize::try_from(depth).unwrap());
        assert_eq!(above.len(), usize::try_from(depth).unwrap(), "{place}");
        for outer in &above {
            let (outer, inner) = (range(outer), range(row));
            assert!(
                outer.start <= inner.start && inner.end <= outer.end,
                "{place}: {row}"
            );
        }
        let hex = row["hex"].as_str().unwrap();
        assert_eq!(u64::try_from(hex.len()).unwrap(), 2 * number(row, "length"));
        above.push(row);
        let below = rows.get(index + 1).map_or(0, |next| number(next, "depth"));
        if below <= depth && row["problem"] == false {
            assert_eq!(range(row).start, at, "{place}: {row}");
            at = range(row).end;
        }
        if row["meaning"] == "passed over" {
            assert!(has_problem, "{place}: {row}");
        }
    }
    assert_eq!(range(rows[0]), 0..at, "{place}");
}

/// A template of dataLinkFrameSection, and a record of it.
fn section(octets: &[u8]) -> Vec<u8> {
    let len = u16::try_from(octets.len()).unwrap();
    let template = halves(&[256, 1, 315, 0xffff]);
    let record = [&[255][..], &halves(&[len]), octets].concat();
    ipfix(0, &[(2, template), (256, record)])
}

/// Where the octets of the section begin: after header, template and the heads of set and
/// field.
const SECTION: u64 = 16 + 12 + 4 + 3;

/// UDP of IPv4, under two VLAN tags, in VXLAN, in UDP of IPv6 with a fragment header that
/// is of the only fragment, under one MPLS label.
fn tunnelled() -> Vec<u8> {
    let macs = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    let mut inner = macs.to_vec();
    inner.extend(halves(&[0x88a8, 0x2064, 0x8100, 0x0065, 0x0800]));
    inner.extend([0x46, 0xb8, 0, 36, 0, 1, 0x40, 0, 64, 17, 0, 0]);
    inner.extend([10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 0]);
    inner.extend(halves(&[1234, 53, 12, 0]));
    inner.extend([1, 2, 3, 4]);
    let udp_len = u16::try_from(8 + 8 + inner.len()).unwrap();
    let mut outer = macs.to_vec();
    outer.extend([0x88, 0x47, 0, 1, 1, 63]);
    outer.extend([0x60, 0, 0, 7]);
    outer.extend(halves(&[udp_len + 8]));
    outer.extend([44, 9]);
    outer.extend([&[0x20, 1][..], &[0; 13], &[1], &[0x20, 1], &[0; 13], &[2]].concat());
    outer.extend([17, 0, 0, 0, 0, 0, 0, 5]);
    outer.extend(halves(&[5555, 4789, udp_len, 0]));
    outer.extend([8, 0, 0, 0, 0, 0, 99, 0]);
    outer.extend(inner);
    outer
}

#[test]
fn a_sampled_packet_is_explained_header_by_header() {
    let packet = tunnelled();
    let cut = sent("headers", &[section(&packet)]);
    let rows = frame(&cut.0, 1);
    let place = rows
        .iter()
        .position(|row| row["meaning"] == "dataLinkFrameSection" && row["offset"] == SECTION)
        .unwrap();
    let of_it = |row: &&Value| row["depth"].as_u64() > rows[place]["depth"].as_u64();
    let rows: Vec<Value> = rows[place + 1..]
        .iter()
        .take_while(of_it)
        .cloned()
        .collect();
    let at = |meaning: &str| {
        let (offset, len, value) = row(&rows, meaning);
        (offset - SECTION, len, value.to_owned())
    };
    let range = |meaning: &str| (at(meaning).0, at(meaning).1);
    for (meaning, header) in [
        ("Ethernet", (0, 14)),
        ("MPLS label", (14, 4)),
        ("IPv6", (18, 40)),
        ("fragment header", (58, 8)),
        ("UDP", (66, 8)),
        ("vxlan header", (74, 8)),
        ("packet in vxlan", (82, 58)),
        ("VLAN tag", (94, 4)),
        ("IPv4", (104, 24)),
        ("options", (124, 4)),
        ("payload", (136, 4)),
    ] {
        assert_eq!(range(meaning), header, "{meaning}");
    }
    for (meaning, value) in [
        ("type", "0x8847, MPLS"),
        (
            "MPLS label",
            "16, traffic class 0, time to live 63, bottom of the stack",
        ),
        (
            "version, class and label",
            "version 6, DSCP 0, ECN 0, flow label 7",
        ),
        ("next header", "44, IPv6-Frag"),
        ("destination port", "4789"),
        ("VNI", "99"),
        ("VLAN", "100, priority 1"),
        ("type of service", "DSCP 46, ECN 0"),
        ("fragment", "offset 0"),
    ] {
        assert_eq!(at(meaning).2, value, "{meaning}");
    }
    let meanings = rows.iter().map(|row| row["meaning"].as_str().unwrap());
    assert_eq!(meanings.filter(|meaning| *meaning == "VLAN tag").count(), 2);
    let last = |meaning: &str| {
        let row = rows.iter().rfind(|row| row["meaning"] == meaning).unwrap();
        row["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(last("source"), "10.0.0.1");
    assert_eq!(last("fragment"), "don't fragment, offset 0");
    assert_eq!(last("destination port"), "53");
}

#[test]
fn a_pseudowire_is_explained_as_the_flow_is_read() {
    // The frame in the pseudowire begins as IPv6 would, with a packet longer than the frame.
    let mut packet = vec![
        2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47, 0, 1, 0x11, 64,
    ];
    packet.extend([0x6a, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 2, 0, 0, 0, 0, 2, 8, 6]);
    packet.extend([0; 46]);
    let frame_len = u16::try_from(packet.len()).unwrap();
    let template = halves(&[256, 2, 312, 2, 315, 0xffff]);
    let in_record = |octets: &[u8]| {
        let len = u16::try_from(octets.len()).unwrap();
        let record = [&halves(&[frame_len])[..], &[255], &halves(&[len]), octets].concat();
        ipfix(0, &[(2, template.clone()), (256, record)])
    };
    let cut = sent("pseudowire", &[in_record(&packet)]);
    let rows = frame(&cut.0, 1);
    find(&rows, "MPLS label");
    assert!(rows.iter().all(|row| row["meaning"] != "IPv6"), "{rows:?}");
}

#[test]
fn a_header_that_sflow_sampled_is_explained_too() {
    let rows = frame(&testdata("synthetic/sflow_samples.pcap"), 1);
    let record = find(&rows, "record 1: sampled_header")["offset"]
        .as_u64()
        .unwrap();
    // After format, length and four words.
    assert_eq!(row(&rows, "Ethernet").0, record + 24);
    find(&rows, "IPv4");
}

#[test]
fn a_sampled_packet_is_explained_wherever_it_is_cut() {
    let packet = tunnelled();
    let payloads: Vec<Vec<u8>> = (0..=packet.len())
        .map(|len| section(&packet[..len]))
        .collect();
    let cut = sent("cuts", &payloads);
    let output = env::temp_dir().join(format!("netflow-explain-{}-cut.json", std::process::id()));
    for (frame, len) in (1..).zip(0..=packet.len()) {
        let rows = explained(&cut.0, frame, &output).unwrap();
        check(&rows.iter().collect::<Vec<_>>(), &format!("{len} octets"));
        let ethernet = rows.iter().any(|row| row["meaning"] == "Ethernet");
        assert_eq!(ethernet, len >= 6);
        let inner = rows.iter().any(|row| row["meaning"] == "packet in vxlan");
        assert_eq!(inner, len > 82, "{len} octets");
    }
}

#[test]
fn tunnels_in_tunnels_are_followed_four_deep() {
    let mut packet = vec![1, 2, 3, 4];
    for _ in 0..100 {
        let total = u16::try_from(20 + packet.len()).unwrap();
        let head = [
            &[0x45, 0][..],
            &halves(&[total]),
            &[0, 0, 0, 0, 64, 4, 0, 0],
            &[10; 8],
        ];
        packet.splice(0..0, head.concat());
    }
    packet.splice(0..0, [&[2; 12][..], &[8, 0]].concat());
    let rows = frame(&sent("deep", &[section(&packet)]).0, 1);
    check(&rows.iter().collect::<Vec<_>>(), "deep");
    let inner = rows
        .iter()
        .filter(|row| row["meaning"] == "packet in ipv4_in_ipv4");
    assert_eq!(inner.count(), 4);
    assert_eq!(row(&rows, "payload").1, 95 * 20 + 4);
}

/// The meanings of the sets of a frame, each octet of which is explained once.
fn sets(file: &Path, number: u64) -> (Vec<String>, Vec<Value>) {
    let rows = frame(file, number);
    check(
        &rows.iter().collect::<Vec<_>>(),
        &file.display().to_string(),
    );
    let meanings = rows.iter().map(|row| row["meaning"].as_str().unwrap());
    let sets = meanings.filter(|meaning| meaning.starts_with("set of "));
    (sets.map(str::to_owned).collect(), rows)
}

#[test]
fn data_whose_template_comes_in_a_later_frame_is_explained_by_it() {
    let (explained_sets, rows) = sets(&testdata("synthetic/data_before_template.pcap"), 1);
    assert_eq!(
        explained_sets,
        ["set of data, decoded when template 256 arrived in frame 2"]
    );
    assert_eq!(find(&rows, "no_template")["problem"], true);
    assert_eq!(row(&rows, "sourceIPv4Address").0, 24);
    assert!(
        rows.iter()
            .all(|row| row["meaning"] != "data without a template")
    );
}

#[test]
fn each_set_names_the_frame_of_its_own_template() {
    let data = |id, octets: &[u8]| (id, octets.to_vec());
    let payloads = [
        ipfix(
            0,
            &[
                data(256, &[10, 0, 0, 1, 10, 0, 0, 2]),
                data(257, &[0, 53]),
                data(258, &[7; 4]),
            ],
        ),
        // Of another domain it is another template.
        {
            let mut other = ipfix(0, &[(2, halves(&[258, 1, 8, 4]))]);
            other[15] = 1;
            other
        },
        ipfix(3, &[(2, halves(&[257, 1, 11, 2]))]),
        ipfix(3, &[(2, halves(&[256, 1, 8, 4]))]),
        ipfix(3, &[data(256, &[10, 0, 0, 3])]),
    ];
    let (explained_sets, rows) = sets(&sent("own", &payloads).0, 1);
    assert_eq!(
        explained_sets,
        [
            "set of data, decoded when template 256 arrived in frame 4",
            "set of data, decoded when template 257 arrived in frame 3",
            "set of data, template 258 is not known",
        ]
    );
    assert_eq!(row(&rows, "destinationTransportPort"), (32, 2, "53"));
    assert_eq!(row(&rows, "record 2").0, 24);
}

#[test]
fn a_template_that_does_not_fit_is_named_with_its_frame() {
    let payloads = [
        ipfix(0, &[(256, vec![1, 2, 3, 4, 5])]),
        ipfix(1, &[(2, halves(&[256, 2, 27, 16, 28, 16]))]),
    ];
    let (explained_sets, _) = sets(&sent("unfit", &payloads).0, 1);
    assert_eq!(explained_sets.len(), 1);
    assert!(
        explained_sets[0].contains("arrived in frame 2"),
        "{explained_sets:?}"
    );
}

#[test]
fn fields_of_a_template_have_the_names_that_type_records_gave() {
    let type_record = [
        &99_999_u32.to_be_bytes()[..],
        &halves(&[7]),
        &[3, 5],
        b"depth",
    ]
    .concat();
    let sets = [
        (3, halves(&[301, 4, 2, 346, 4, 303, 2, 339, 1, 341, 0xffff])),
        (301, type_record),
        (
            2,
            halves(&[256, 3, 8, 4, 0x8007, 4, 1, 0x869f, 0x8008, 4, 1, 0x869f]),
        ),
    ];
    // The next message does not take the name away.
    let cut = sent("types", &[ipfix(0, &sets), ipfix(1, &[])]);
    let rows = frame(&cut.0, 1);
    let fields = rows.iter().filter(|row| row["meaning"] == "field");
    let values: Vec<&str> = fields.map(|row| row["value"].as_str().unwrap()).collect();
    assert_eq!(
        values[values.len() - 3..],
        [
            "sourceIPv4Address, 4 octets",
            "depth, 4 octets",
            "99999/8 (unknown), 4 octets"
        ]
    );
}

#[test]
fn a_tunnel_whose_packet_is_not_read_says_so() {
    // VXLAN-GPE with a network service header (next protocol 4).
    let mut udp = halves(&[5555, 4790, 24, 0]);
    udp.extend([0x0c, 0, 0, 4, 0, 0, 99, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let mut packet = [
        &[2; 12][..],
        &[8, 0, 0x45, 0, 0, 44, 0, 0, 0, 0, 64, 17, 0, 0],
    ]
    .concat();
    packet.extend([10; 8]);
    packet.extend(udp);
    let rows = frame(&sent("unread", &[section(&packet)]).0, 1);
    check(&rows.iter().collect::<Vec<_>>(), "unread");
    assert_eq!(row(&rows, "next protocol").2, "4");
    assert_eq!(
        (row(&rows, "not read").0, row(&rows, "not read").1),
        (SECTION + 50, 8)
    );
    assert!(rows.iter().all(|row| row["meaning"] != "PPP"));
}
