//! The report as JSON, over captures in which one thing went wrong.

use alloc::collections::BTreeSet;

use serde_json::{Value, json};

use crate::capture::{self, Cut, halves, ipfix, json, sent, sent_from, testdata};

fn sentence(report: &Value, part: &str) -> bool {
    let sentences = report["verdict"].as_array().unwrap();
    sentences
        .iter()
        .any(|sentence| sentence.as_str().unwrap().contains(part))
}

#[test]
fn a_rate_comes_with_its_sampler_and_the_frame_of_its_options() {
    let report = json(&testdata("synthetic/trap_two_samplers.pcap"));
    let domain = &report["domains"][0];
    assert_eq!(
        domain["sampling"],
        json!([
            {"rate": null, "rule": null, "flows": 2},
            {"rate": 100, "rule": "sampler", "of": "sampler 1", "frame": 2, "flows": 1},
            {"rate": 200, "rule": "sampler", "of": "sampler 2", "frame": 2, "flows": 1},
        ])
    );
    assert_eq!(
        domain["announced"]["rates"],
        json!([
            {"of": "sampler 1", "rate": 100, "frame": 2},
            {"of": "sampler 2", "rate": 200, "frame": 2},
        ])
    );
    assert!(sentence(&report, "2 of the 4 flows"));
}

#[test]
fn a_rate_that_line_cards_make_ambiguous_is_reported_with_both() {
    let report = json(&testdata("synthetic/trap_rates_of_line_cards.pcap"));
    assert_eq!(
        report["domains"][0]["sampling"],
        json!([{"rate": null, "rule": null, "reason": "ambiguous", "flows": 1}])
    );
    assert!(sentence(
        &report,
        "1 flow of 192.0.2.1, domain 0 is ambiguous: options announce 1:1000 for line card 1 and \
         1:2000 for line card 2"
    ));
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["flows"]),
        (&json!("rate_ambiguous"), &json!(1))
    );
}

#[test]
fn selection_without_a_rate_is_reported_with_its_ratio() {
    let report = json(&testdata("synthetic/trap_rates_without_number.pcap"));
    for part in [
        "a selection (time) for selector 1, 1000 of 100000 microseconds: no sampling rate follows",
        "a selection (hash) for selector 2, 64 of 4096: no sampling rate follows",
    ] {
        assert!(sentence(&report, part), "{report}");
    }
    let unrated = &report["domains"][0]["announced"]["unrated"];
    assert_eq!(unrated.as_array().unwrap().len(), 2);
}

#[test]
fn names_of_another_domain_are_reported() {
    let report = json(&testdata("synthetic/trap_names_of_other_domain.pcap"));
    let part = "Interfaces of 192.0.2.1, domain 256 have no names, though domain 0";
    assert!(sentence(&report, part), "{report}");
}

#[test]
fn names_that_options_announced_are_reported() {
    let report = json(&testdata("synthetic/cisco_asr9k_v9.pcap"));
    let announced = &report["domains"][0]["announced"];
    assert_eq!(announced["interface_count"], 3);
    assert_eq!(
        announced["interfaces"][0],
        json!({"index": 501, "name": "Te0/0/0/0"})
    );
    assert_eq!(
        announced["samplers"],
        json!([
            {"of": "sampler 1", "name": "SAMPLE-1"},
            {"of": "sampler 2", "name": "SAMPLE-2"},
        ])
    );
}

#[test]
fn a_domain_reports_what_it_sent() {
    let report = json(&testdata("synthetic/cisco_asr9k_v9.pcap"));
    let domain = &report["domains"][0];
    for (key, value) in [
        ("exporter", json!("192.0.2.1")),
        ("protocol", json!("netflow9")),
        ("domain", json!(2177)),
        ("first_frame", json!(1)),
        ("first_received", json!("2026-01-01T00:00:00.123456Z")),
        ("last_frame", json!(5)),
        ("messages", json!(5)),
        ("ports", json!([50000])),
        ("flows", json!(14)),
        ("options_records", json!(5)),
        ("no_template", json!([])),
    ] {
        assert_eq!(domain[key], value, "{key}");
    }
    assert_eq!(
        domain["clock"]["rules"],
        json!([{"rule": "uptime", "flows": 14}])
    );
    assert_eq!(domain["clock"]["skew"]["max"], json!(-123_456_000));
    assert_eq!(domain["clock"]["suspect"], 0);
    let template = &domain["templates"][0];
    assert_eq!(template["template"], 256);
    assert_eq!(template["scope_count"], 1);
    assert_eq!(template["record_len"], 106);
    assert_eq!(template["sent"], 1);
    assert_eq!(template["records"], 3);
    assert_eq!(
        template["fields"][1],
        json!({"key": "10", "name": "ingressInterface", "length": 4})
    );
    assert_eq!(report["verdict"], json!(["All 14 flows were decoded."]));
    assert_eq!(report["input"]["datagrams"], 5);
}

#[test]
fn a_message_that_is_missing_is_a_gap_before_the_next() {
    let cut = Cut::new("loss", "synthetic/cisco_asr9k_v9.pcap", &[1, 2, 3, 5]);
    let report = json(&cut.0);
    let sequence = &report["domains"][0]["sequence"];
    assert_eq!(sequence["unit"], "message");
    assert_eq!(
        (&sequence["received"], &sequence["lost"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(sequence["gaps"], json!([{"frame": 4, "lost": 1}]));
    assert!(sentence(
        &report,
        "20 % of the messages of 192.0.2.1, domain 2177 are missing"
    ));
    assert!(sentence(&report, "look for drops"));
}

#[test]
fn every_gap_is_listed_with_its_frame() {
    let payloads: Vec<_> = [0, 1, 3, 4, 6].map(|number| v9(number, 1_000)).into();
    let sequence = json(&sent("gaps", &payloads).0)["domains"][0]["sequence"].clone();
    assert_eq!(sequence["gap_count"], 2);
    assert_eq!(
        sequence["gaps"],
        json!([{"frame": 3, "lost": 1}, {"frame": 5, "lost": 1}])
    );
}

#[test]
fn a_duplicated_message_is_no_loss() {
    let cut = Cut::new(
        "twice",
        "synthetic/cisco_asr9k_v9.pcap",
        &[1, 2, 2, 3, 4, 5],
    );
    let report = json(&cut.0);
    let sequence = &report["domains"][0]["sequence"];
    assert_eq!(sequence["duplicated"], 1);
    assert_eq!(sequence["lost"], 0);
    assert!(sentence(
        &report,
        "1 message of 192.0.2.1, domain 2177 was duplicated: a collector that keeps duplicates \
         counts their flows twice."
    ));
    let cut = Cut::new(
        "thrice",
        "synthetic/cisco_asr9k_v9.pcap",
        &[1, 2, 2, 3, 4, 5, 5],
    );
    assert!(sentence(
        &json(&cut.0),
        "2 messages of 192.0.2.1, domain 2177 were duplicated: a collector that keeps duplicates \
         counts their flows twice."
    ));
}

/// A v9 message of a template and a flow, of an exporter that started `uptime` seconds ago.
fn v9(sequence: u32, uptime: u32) -> Vec<u8> {
    let mut message = vec![0, 9, 0, 2];
    for word in [uptime * 1_000, 1_800_000_000 + sequence, sequence, 5] {
        message.extend(word.to_be_bytes());
    }
    message.extend(halves(&[0, 12, 256, 1, 8, 4]));
    message.extend(halves(&[256, 8, 0xc000, 0x0201]));
    message
}

#[test]
fn an_exporter_that_restarts_is_reported() {
    // The time of the message, its sequence number and the uptime, in seconds.
    let message = |time: u32, sequence: u32, uptime: u32| {
        let mut message = v9(sequence, uptime);
        message[8..12].copy_from_slice(&(1_800_000_000 + time).to_be_bytes());
        message
    };
    let before = (0..5).map(|n| message(n, 9_000 + n, 1_000 + n));
    let after = (0..5).map(|n| message(33 + n, n, 1 + n));
    let payloads: Vec<Vec<u8>> = before.chain(after).collect();
    let report = json(&sent("restart", &payloads).0);
    assert_eq!(report["domains"][0]["sequence"]["restarted"], 1);
    assert!(sentence(&report, "restarted once."));
}

#[test]
fn records_before_the_new_template_of_a_new_run_are_doubted() {
    // Octets and packets change places. The time of a message, sequence, uptime in seconds.
    let message = |time: u32, sequence: u32, uptime: u32, template: Option<[u16; 2]>| {
        let mut message = vec![0, 9, 0, 2];
        for word in [uptime * 1_000, 1_800_000_000 + time, sequence, 5] {
            message.extend(word.to_be_bytes());
        }
        if let Some([first, second]) = template {
            message.extend(halves(&[0, 16, 256, 2, first, 4, second, 4]));
        }
        message.extend(halves(&[256, 12, 0, 1_500, 0, 1]));
        message
    };
    let before = [
        message(0, 9_000, 5_000, Some([1, 2])),
        message(1, 9_001, 5_001, None),
        message(2, 9_002, 5_002, None),
    ];
    let after = |template| {
        let messages = [
            message(33, 0, 1, None),
            message(34, 1, 2, None),
            message(35, 2, 3, Some(template)),
            message(36, 3, 4, None),
        ];
        before.iter().cloned().chain(messages).collect::<Vec<_>>()
    };
    let report = json(&sent("outdated", &after([2, 1])).0);
    assert!(sentence(&report, "restarted once."), "{report}");
    let part = "2 records of 192.0.2.1, domain 5 arrived after a restart";
    assert!(sentence(&report, part), "{report}");
    // The same layout as before.
    let report = json(&sent("restarted-same", &after([1, 2])).0);
    assert!(sentence(&report, "restarted once."), "{report}");
    assert!(!sentence(&report, "the numbers are wrong"), "{report}");
}

#[test]
fn numbers_that_jump_all_the_time_are_blamed_on_the_exporter() {
    let cut = Cut::new(
        "jumps",
        "synthetic/cisco_asr9k_v9.pcap",
        &[1, 3, 3, 3, 5, 5],
    );
    let report = json(&cut.0);
    assert!(sentence(
        &report,
        "or it counts wrongly: its numbers jump in 4 of 6 messages"
    ));
    assert!(!sentence(&report, "look for drops"));
    assert!(!sentence(&report, "duplicated"));
}

#[test]
fn exporters_that_share_an_address_are_found_by_their_ports() {
    let messages = |first: u32| (first..first + 4).map(|number| v9(number, 1_000));
    let two: Vec<_> = messages(10)
        .zip(messages(7_000))
        .flat_map(|(one, other)| [(1_111, one), (2_222, other)])
        .collect();
    let report = json(&sent_from("apart", &two).0);
    let part = "Ports 1111 and 2222 of 192.0.2.1, domain 5 each count on their own";
    assert!(sentence(&report, part), "{report}");
    assert!(!sentence(&report, "are missing"));
    // The second has not run for long, and its template has another layout.
    let message = |number: u32, uptime: u32, template: Option<[u16; 2]>| {
        let mut message = vec![0, 9, 0, 2];
        for word in [uptime, 1_800_000_000 + number % 10, number, 5] {
            message.extend(word.to_be_bytes());
        }
        if let Some([first, second]) = template {
            message.extend(halves(&[0, 16, 256, 2, first, 4, second, 4]));
        }
        message.extend(halves(&[256, 12, 0, 1_500, 0, 1]));
        message
    };
    let mixed: Vec<_> = (0..6)
        .flat_map(|n| {
            let old = (n == 0).then_some([1, 2]);
            let young = (n % 3 == 1).then_some([2, 1]);
            let old = message(9_000 + n, 500_000_000 + 1_000 * n, old);
            let young = message(50 + n, 700_000 + 1_000 * n, young);
            [(1_111, old), (2_222, young)]
        })
        .collect();
    let report = json(&sent_from("apart-young", &mixed).0);
    assert!(sentence(&report, part), "{report}");
    assert!(!sentence(&report, "restarted"), "{report}");
    // One exporter that sends from two ports.
    let one: Vec<_> = messages(10)
        .zip([1_111, 2_222, 1_111, 2_222])
        .map(|(message, port)| (port, message))
        .collect();
    let report = json(&sent_from("balanced", &one).0);
    assert!(!sentence(&report, "count on their own"), "{report}");
}

#[test]
fn numbers_that_never_change_are_reported() {
    let cut = Cut::new("stand", "genuine/sf_v10.pcap", &[1, 2, 3, 4, 5, 6]);
    let mut octets = std::fs::read(&cut.0).unwrap();
    let mut at = 24;
    while at < octets.len() {
        let len = u32::from_le_bytes(octets[at + 8..at + 12].try_into().unwrap());
        // After the headers of the packet, Ethernet, IPv4 and UDP.
        let message = at + 16 + 14 + 20 + 8;
        assert_eq!(octets[message..message + 2], [0, 10]);
        octets[message + 8..message + 12].fill(0);
        at += 16 + usize::try_from(len).unwrap();
    }
    std::fs::write(&cut.0, octets).unwrap();
    let sequence = json(&cut.0)["domains"][0]["sequence"].clone();
    for (key, value) in [
        ("unit", json!("none")),
        ("lost", json!(0)),
        ("duplicated", json!(0)),
    ] {
        assert_eq!(sequence[key], value, "{key}");
    }
    let run = capture::run(100, &[], &cut.0);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("the numbers never change"), "{text}");
}

/// The exporters of these captures sent over a network that loses nothing.
#[test]
fn of_genuine_captures_nothing_is_lost_however_the_exporter_counts() {
    let mut units = BTreeSet::new();
    for path in netflow_testdata::all_captures() {
        // The one is the traffic that the exporters saw.
        if !path.parent().unwrap().ends_with("genuine") || path.ends_with("in.pcap") {
            continue;
        }
        for domain in json(&path)["domains"].as_array().unwrap() {
            let sequence = &domain["sequence"];
            for count in [
                "lost",
                "late",
                "duplicated",
                "restarted",
                "unread",
                "gap_count",
            ] {
                assert_eq!(sequence[count], 0, "{count} of {}", path.display());
            }
            units.insert(sequence["unit"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(units.len(), 4, "{units:?}");
    // The number of OVS is that of the last flow, in softflowd how many were sent.
    for name in ["genuine/ovs.pcap", "genuine/sf_v10.pcap"] {
        let run = capture::run(100, &[], &testdata(name));
        let text = String::from_utf8(run.stdout).unwrap();
        assert!(
            text.contains("its numbers count the flows of the message too"),
            "{text}"
        );
    }
}

#[test]
fn data_before_its_template_names_the_frame_of_the_template() {
    let report = json(&testdata("synthetic/data_before_template.pcap"));
    assert_eq!(
        report["domains"][0]["no_template"],
        json!([{"set": 256, "sets": 1, "octets": 24, "first_frame": 1, "last_frame": 1,
                "template_frame": 2, "late_sets": 1, "late_octets": 24}])
    );
    assert_eq!(report["verdict"], json!(["All 6 flows were decoded."]));
    // Late data is a message of the datagram that it came in, and of no other.
    assert_eq!(report["domains"][0]["messages"], 3);
}

#[test]
fn data_whose_template_never_comes_asks_for_a_longer_capture() {
    let cut = Cut::new("never", "synthetic/cisco_asr9k_v9.pcap", &[1, 2, 4, 5]);
    let report = json(&cut.0);
    let missed = &report["domains"][0]["no_template"];
    assert_eq!(missed[0]["template_frame"], Value::Null);
    assert!(sentence(
        &report,
        "of data of 192.0.2.1, domain 2177 need templates 260, 261 and 313, which are not in the \
         capture."
    ));
    assert!(sentence(&report, "capture longer"));
    assert_eq!(report["flows"], 0);
}

#[test]
fn a_template_that_cannot_be_read_is_why_its_data_cannot() {
    let report = json(&testdata("synthetic/trap_fields_65535.pcap"));
    assert!(sentence(&report, "arrived in frame 1 but cannot be read"));
}

#[test]
fn a_template_that_is_changed_or_withdrawn_names_the_frame() {
    let report = json(&testdata("synthetic/ipfix_withdrawal.pcap"));
    let templates = &report["domains"][0]["templates"];
    let events_of = |events: &Value| -> Vec<Value> {
        let events = events.as_array().unwrap().iter();
        events
            .map(|event| json!([event["frame"], event["event"]]))
            .collect()
    };
    assert_eq!(
        events_of(&templates[0]["events"]),
        [
            json!([2, "withdrawn"]),
            json!([4, "withdrawn"]),
            json!([6, "changed"])
        ]
    );
    assert_eq!(templates[0]["sent"], 2);
    assert_eq!(
        templates[2]["events"],
        json!([{"frame": 5, "event": "withdrawn"}])
    );
    let report = json(&testdata("synthetic/trap_id_new_layout.pcap"));
    let domain = &report["domains"][0];
    assert_eq!(
        events_of(&domain["templates"][0]["events"]),
        [json!([2, "changed"])]
    );
    assert_eq!(domain["sequence"]["restarted"], 1);
}

#[test]
fn a_problem_has_place_octets_and_section() {
    let report = json(&testdata("synthetic/trap_set_length_3.pcap"));
    let kind = &report["problems"][0];
    assert_eq!(kind["reason"], "set_too_short");
    assert_eq!(kind["section"], "RFC 3954, section 5.3");
    assert_eq!((&kind["count"], &kind["octets"]), (&json!(1), &json!(12)));
    assert_eq!(
        kind["examples"][0],
        json!({"frame": 1, "exporter": "192.0.2.1", "port": 50000, "protocol": "netflow9",
               "domain": 0, "offset": 56, "octets": 12,
               "detail": "set length 3 is shorter than its header",
               "around": {"offset": 48, "hex": "c6336401000005ed012c00030000000000000000",
                          "marked_offset": 56, "marked_length": 4}})
    );
}

#[test]
fn of_one_kind_five_problems_are_shown_and_all_are_counted() {
    let cut = Cut::new("many", "synthetic/trap_set_length_3.pcap", &[1; 30]);
    let report = json(&cut.0);
    let kind = &report["problems"][0];
    assert_eq!(kind["count"], 30);
    assert_eq!(kind["examples"].as_array().unwrap().len(), 5);
    assert_eq!(report["problem_count"], 30);
}

#[test]
fn a_datagram_that_cannot_be_read_at_all_is_a_problem() {
    let report = json(&testdata("synthetic/sflow_v2_v4.pcap"));
    assert_eq!(report["unreadable"], 2);
    assert_eq!(report["problems"][0]["reason"], "unsupported_version");
    assert_eq!(report["problems"][0]["examples"][0]["frame"], 1);
}

#[test]
fn sflow_is_named_by_agent_and_sub_agent() {
    let report = json(&testdata("synthetic/sflow_samples.pcap"));
    let domains = report["domains"].as_array().unwrap();
    assert!(domains.len() > 2);
    for domain in domains {
        assert!(domain["agent"].is_string() && domain["sub_agent"].is_number());
        assert_eq!(domain["sequence"]["unit"], "datagram");
        assert!(domain.get("domain").is_none());
    }
}

/// A v9 message with options of the template 256 (scope System; 34, and 35 of one octet) and
/// this record of them.
fn v9_options(domain: u32, interval: u32, algorithm: u8) -> Vec<u8> {
    let mut message = vec![0, 9, 0, 2];
    for word in [1_000, 1_800_000_000, 1, domain] {
        message.extend(word.to_be_bytes());
    }
    message.extend(halves(&[1, 22, 256, 4, 8, 1, 2, 34, 4, 35, 1]));
    message.extend(halves(&[256, 11, 7]));
    message.extend(interval.to_be_bytes());
    message.push(algorithm);
    message
}

/// One flow of this domain, with the template it is of.
fn v9_flow(domain: u32) -> Vec<u8> {
    let mut message = vec![0, 9, 0, 2];
    for word in [1_000, 1_800_000_000, 1, domain] {
        message.extend(word.to_be_bytes());
    }
    message.extend(halves(&[0, 12, 257, 1, 1, 4, 257, 8, 0, 1_500]));
    message
}

#[test]
fn a_rate_by_an_algorithm_that_is_none_is_doubted() {
    let doubted = "frame 1 announce 1:67 by samplingAlgorithm 131";
    for (algorithm, is_doubted) in [(131, true), (3, true), (2, false), (1, false), (0, false)] {
        let payloads = [v9_options(5, 67, algorithm), v9_flow(5)];
        let report = json(&sent("algorithm", &payloads).0);
        assert_eq!(report["domains"][0]["sampling"][0]["rate"], 67);
        let part = "but only 1 and 2 exist";
        assert_eq!(sentence(&report, part), is_doubted, "{algorithm}");
        assert_eq!(sentence(&report, doubted), algorithm == 131);
    }
}

#[test]
fn a_rate_of_another_domain_is_reported() {
    let part = "No flow of 192.0.2.1, domain 5 has a sampling rate, though domain 0 of the exporter \
                announces 1:1000.";
    let report = json(&sent("elsewhere", &[v9_options(0, 1_000, 2), v9_flow(5)]).0);
    assert!(sentence(&report, part), "{report}");
    // Whether it has flows of its own or not.
    let payloads = [v9_options(0, 1_000, 2), v9_flow(0), v9_flow(5)];
    let report = json(&sent("elsewhere-own", &payloads).0);
    assert!(sentence(&report, part));
    // A rate of sampler 9 (48), of which the flow says nothing.
    let mut options = vec![0, 9, 0, 2];
    for word in [1_000, 1_800_000_000, 1, 5] {
        options.extend(u32::to_be_bytes(word));
    }
    options.extend(halves(&[1, 22, 256, 4, 8, 1, 1, 48, 1, 34, 4]));
    options.extend(halves(&[256, 10]));
    options.extend([7, 9, 0, 0, 1, 0]);
    let report = json(&sent("elsewhere-sampler", &[options, v9_flow(5)]).0);
    let part = "Options of 192.0.2.1, domain 5 announce 1:256 for sampler 9, but no flow names it";
    assert!(sentence(&report, part), "{report}");
}

/// An sFlow datagram of one flow sample: the header of an IPv4 packet of 1,040 octets in
/// Ethernet, and the length of its frame.
fn sflow_frame(frame_length: u32) -> Vec<u8> {
    let mut header = vec![2; 12];
    header.extend(halves(&[0x0800, 0x4500, 1_040, 0, 0, 0x4006, 0]));
    header.extend([192, 0, 2, 1, 192, 0, 2, 2, 0, 80, 0, 81, 0, 0]);
    let words = [
        // Version, agent, sub-agent, sequence, uptime, one sample.
        [5, 1, 0xc000_0209, 0, 1, 1_000, 1].as_slice(),
        // A flow sample of 96 octets: sequence, source, rate, pool, drops, interfaces, a record.
        &[1, 96, 1, 1, 100, 100, 0, 1, 2, 1],
        // A sampled header of 56 octets, of Ethernet.
        &[1, 56, 1, frame_length, 4, 40],
    ]
    .concat();
    let mut datagram: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    datagram.extend(header);
    datagram
}

#[test]
fn samples_that_the_agent_dropped_are_reported() {
    // Sequence number, pool and drops stand 36, 48 and 52 octets into the datagram.
    let sample = |number: u32, drops: u32| {
        let mut datagram = sflow_frame(1_058);
        for (at, value) in [(16, number), (36, number), (48, 100 * number), (52, drops)] {
            datagram[at..at + 4].copy_from_slice(&value.to_be_bytes());
        }
        datagram
    };
    let part =
        "Agent 192.0.2.9, sub-agent 0 dropped 7 samples and sent 3: scaled counters are too low";
    for (drops, is_reported) in [([5, 5, 12], true), ([5, 5, 5], false)] {
        let datagrams: Vec<_> = (1..)
            .zip(drops)
            .map(|(n, drops)| sample(n, drops))
            .collect();
        let report = json(&sent("dropped", &datagrams).0);
        assert_eq!(sentence(&report, part), is_reported, "{report}");
    }
}

#[test]
fn a_frame_that_is_shorter_than_its_packet_is_doubted() {
    let part = "The frame_length of 1 sampled packet of agent 192.0.2.9, sub-agent 0 is less than its IP header says";
    for (frame_length, is_doubted) in [(128, true), (1_039, true), (1_040, false), (1_058, false)] {
        let report = json(&sent("frame", &[sflow_frame(frame_length)]).0);
        assert_eq!(report["flows"], 1);
        assert_eq!(sentence(&report, part), is_doubted, "{report}");
    }
}

#[test]
fn clocks_that_are_far_apart_are_suspect() {
    let report = json(&testdata("genuine/sf_v9_sampling.pcap"));
    let clock = &report["domains"][0]["clock"];
    assert_eq!(
        (&clock["suspect"], &clock["first_suspect_frame"]),
        (&json!(36), &json!(1))
    );
    assert!(clock["skew"]["last"].as_i64().unwrap() < -86_400_000_000_000);
    assert!(sentence(&report, "set it by NTP"));
}

#[test]
fn missing_fragments_are_reported() {
    let report = json(&testdata("synthetic/link_fragment_missing.pcap"));
    assert_eq!(report["input"]["fragmented_given_up"], 1);
    assert_eq!(report["input"]["fragments"], 2);
    assert!(sentence(&report, "Capture all fragments"));
}

#[test]
fn what_the_capture_cut_off_is_not_blamed_on_the_exporter() {
    let report = json(&testdata("synthetic/link_snapped.pcap"));
    assert_eq!(report["input"]["cut"], 4);
    assert_eq!(
        report["verdict"][1],
        "4 of 4 datagrams were not captured whole."
    );
    let report = json(&testdata("synthetic/link_ethernet.pcap"));
    assert_eq!(report["input"]["cut"], 0);
    assert!(!sentence(&report, "captured whole"));
}

#[test]
fn every_capture_is_explained_as_it_was_decoded() {
    for file in netflow_testdata::all_captures() {
        let name = file.file_name().unwrap().to_str().unwrap();
        // Files that end too soon, or hold no flow export.
        if name.contains("_cut.") || name == "in.pcap" {
            continue;
        }
        let report = json(&file);
        let flows = report["domains"].as_array().unwrap().iter();
        let flows: u64 = flows.map(|domain| domain["flows"].as_u64().unwrap()).sum();
        assert_eq!(report["flows"], flows, "{}", file.display());
        for domain in report["domains"].as_array().unwrap() {
            let by = |key: &str, of: &Value| -> u64 {
                let rows = of[key].as_array().unwrap().iter();
                rows.map(|row| row["flows"].as_u64().unwrap()).sum()
            };
            assert_eq!(domain["flows"], by("sampling", domain));
            assert_eq!(domain["flows"], by("rules", &domain["clock"]));
        }
    }
}

/// The events of template 256 after these definitions, and the text of the report.
fn events(name: &str, templates: &[(u16, Vec<u8>)]) -> (Value, String) {
    let message = |set: &(u16, Vec<u8>)| ipfix(0, core::slice::from_ref(set));
    let payloads: Vec<Vec<u8>> = templates.iter().map(message).collect();
    let cut = sent(name, &payloads);
    let text = capture::text_of_width(200, &cut.0);
    // Lines end anywhere.
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let events = json(&cut.0)["domains"][0]["templates"][0]["events"].clone();
    (events, text)
}

#[test]
fn a_template_that_changes_reports_its_changes() {
    let first = (2, halves(&[256, 3, 8, 4, 12, 4, 1, 4]));
    let second = (
        2,
        halves(&[256, 4, 8, 4, 1, 8, 10, 4, 0x8007, 4, 1, 0x869f]),
    );
    let (events, text) = events("anew", &[first.clone(), first, second]);
    assert_eq!(
        events,
        json!([{
            "frame": 3, "event": "changed",
            "scope_count_before": null, "scope_count": null,
            "added_count": 2,
            "added": [{"key": "10", "name": "ingressInterface", "length": 4},
                      {"key": "99999/7", "name": null, "length": 4}],
            "removed_count": 1,
            "removed": [{"key": "12", "name": "destinationIPv4Address", "length": 4}],
            "length_count": 1,
            "lengths": [{"key": "1", "name": "octetDeltaCount", "length": 8, "length_before": 4}],
            "reordered": false,
        }])
    );
    assert!(
        text.contains("octetDeltaCount 8 instead of 4, ingressInterface 4 added"),
        "{text}"
    );
    assert!(text.contains("destinationIPv4Address 4 removed"), "{text}");
}

#[test]
fn a_new_order_and_a_new_kind_are_changes() {
    let data = (2, halves(&[256, 2, 8, 4, 12, 4]));
    let turned = (2, halves(&[256, 2, 12, 4, 8, 4]));
    let (changes, text) = events("order", &[data.clone(), turned]);
    assert_eq!(changes[0]["reordered"], true);
    assert!(text.contains("changed in frame 2: another order"), "{text}");
    let options = (3, halves(&[256, 2, 1, 8, 4, 12, 4]));
    let (changes, text) = events("kind", &[data, options]);
    assert_eq!(changes[0]["scope_count"], 1);
    assert!(
        text.contains("options with 1 scope field instead of data"),
        "{text}"
    );
}

#[test]
fn of_many_changes_the_first_are_listed_and_all_counted() {
    let many = |ids: core::ops::Range<u16>| {
        let count = u16::try_from(ids.len()).unwrap();
        let fields = ids.flat_map(|id| [id, 4]);
        (
            2,
            halves(&[256, count].into_iter().chain(fields).collect::<Vec<_>>()),
        )
    };
    let (changes, text) = events("many-changes", &[many(1..40), many(40..70)]);
    assert_eq!(
        (&changes[0]["added_count"], &changes[0]["removed_count"]),
        (&json!(30), &json!(39))
    );
    assert_eq!(changes[0]["added"].as_array().unwrap().len(), 8);
    assert!(text.contains("22 more added"), "{text}");
    // Fields after those that are kept are not compared.
    let (changes, text) = events("far-changes", &[many(1..300), many(1..301)]);
    assert_eq!(changes[0]["added_count"], 0);
    assert!(text.contains("fields after those shown"), "{text}");
}

#[test]
fn problems_of_v9_cite_its_own_specification() {
    let report = json(&testdata("synthetic/trap_set_length_3.pcap"));
    let kinds = report["problems"].as_array().unwrap();
    let sections: Vec<_> = kinds
        .iter()
        .map(|kind| (kind["section"].as_str().unwrap(), kind["count"].as_u64()))
        .collect();
    assert_eq!(
        sections,
        [
            ("RFC 3954, section 5.3", Some(1)),
            ("RFC 7011, section 3.3.2", Some(1)),
        ]
    );
}

#[test]
fn problems_of_sflow_name_agent_and_sub_agent() {
    // The sample's length is one word too large.
    let mut datagram = sflow_frame(1_058);
    datagram[35] = 200;
    let cut = sent("sflow-problem", &[datagram]);
    let report = json(&cut.0);
    let example = &report["problems"][0]["examples"][0];
    assert_eq!(
        (&example["agent"], &example["sub_agent"]),
        (&json!("192.0.2.9"), &json!(0))
    );
    assert_eq!(example["domain"], Value::Null);
    let text = capture::text_of_width(200, &cut.0);
    assert!(
        text.contains("192.0.2.1, agent 192.0.2.9, sub-agent 0, octet"),
        "{text}"
    );
}

/// A v9 message of these sets in an observation domain.
fn v9_sets(domain: u32, sequence: u32, sets: &[&[u16]]) -> Vec<u8> {
    let mut message = vec![0, 9, 0, 1];
    for word in [1_000, 1_800_000_000, sequence, domain] {
        message.extend(word.to_be_bytes());
    }
    message.extend(sets.iter().flat_map(|set| halves(set)));
    message
}

#[test]
fn a_template_without_fields_is_not_the_template_of_its_data() {
    let data = [300, 8, 192, 2].as_slice();
    let payloads = [
        v9_sets(5, 0, &[data]),
        v9_sets(5, 1, &[&[0, 8, 300, 0]]),
        v9_sets(5, 2, &[data]),
    ];
    let cut = sent("empty-template", &payloads);
    let report = json(&cut.0);
    let missed = &report["domains"][0]["no_template"][0];
    assert_eq!(missed["template_frame"], Value::Null);
    let part = "need template 300: it arrived in frame 2 but has no fields.";
    assert!(sentence(&report, part), "{report}");
    let text = capture::text_of_width(200, &cut.0);
    assert!(
        text.contains("its template in frame 2 has no fields"),
        "{text}"
    );
}

#[test]
fn a_template_that_was_withdrawn_and_never_defined_is_not_awaited() {
    // In IPFIX a template without fields is a withdrawal.
    let message = ipfix(0, &[(2, halves(&[300, 0])), (300, halves(&[192, 2]))]);
    let cut = sent("withdrawn", &[message]);
    let report = json(&cut.0);
    let part = "need template 300: it was withdrawn in frame 1 and never defined.";
    assert!(sentence(&report, part), "{report}");
    // One fault, one sentence, and no advice to wait for it.
    assert!(!sentence(&report, "capture longer"), "{report}");
    assert!(!sentence(&report, "problem"), "{report}");
    let text = capture::text_of_width(200, &cut.0);
    assert!(
        text.contains("its template was withdrawn in frame 1"),
        "{text}"
    );
}

#[test]
fn a_template_that_was_defined_is_not_said_to_have_been_withdrawn_alone() {
    let template = (2, halves(&[300, 1, 8, 4]));
    let withdrawal = (2, halves(&[300, 0]));
    let data = (300, vec![192, 0, 2, 1]);
    // Withdrawn twice, as over UDP; withdrawn, unknown, and then one that cannot be used.
    let twice = [&template, &withdrawal, &withdrawal, &data];
    let unusable = (2, halves(&[300, 2, 8, 4]));
    for (name, sets, part) in [
        (
            "twice",
            twice,
            "need template 300: it was withdrawn before.",
        ),
        (
            "unusable",
            [&withdrawal, &unusable, &data, &data],
            "cannot be read",
        ),
    ] {
        let messages = (0..)
            .zip(sets)
            .map(|(number, set)| ipfix(number, core::slice::from_ref(set)));
        let report = json(&sent(name, &messages.collect::<Vec<_>>()).0);
        assert!(!sentence(&report, "never defined"), "{name}: {report}");
        assert!(sentence(&report, part), "{name}: {report}");
    }
}

#[test]
fn a_template_of_another_domain_that_fits_is_named() {
    let template = [0, 16, 300, 2, 8, 4, 1, 4].as_slice();
    let data = [300, 20, 0, 1, 0, 2, 0, 3, 0, 4].as_slice();
    let payloads = [v9_sets(1, 0, &[template]), v9_sets(5, 0, &[data])];
    let report = json(&sent("fits", &payloads).0);
    let part = "of data of 192.0.2.1, domain 5 need template 300, which is not there; that of \
                domain 1 of the exporter fits.";
    assert!(sentence(&report, part), "{report}");
    // Ten octets are not whole records of eight, and more than padding is left.
    let data = [300, 18, 0, 1, 0, 2, 0, 3, 9].as_slice();
    let payloads = [v9_sets(1, 0, &[template]), v9_sets(5, 0, &[data])];
    let report = json(&sent("fits-not", &payloads).0);
    assert!(!sentence(&report, "of the exporter fits"), "{report}");
}

#[test]
fn a_template_that_changes_back_and_forth_is_reported() {
    let report = json(&testdata("cases/template_flaps.pcap"));
    let part = "Template 257 of 192.0.2.1, domain 0 changes back and forth: its definition \
                changed twice, first in frame 2.";
    assert!(sentence(&report, part), "{report}");
    // That flows read by the wrong definition have impossible times is not a second fault.
    assert!(!sentence(&report, "impossible times"), "{report}");
    // One that only changes does not.
    let report = json(&testdata("synthetic/trap_id_new_layout.pcap"));
    assert!(!sentence(&report, "back and forth"), "{report}");
}

#[test]
fn an_option_length_with_excess_is_one_problem_and_costs_nothing() {
    let report = json(&testdata("cases/option_length_with_excess.pcap"));
    assert_eq!(report["problem_count"], 1);
    let kind = &report["problems"][0];
    assert_eq!(kind["reason"], "options_length");
    assert_eq!(kind["section"], "RFC 3954, section 6.1");
    // At the option length, not at the id before it.
    assert_eq!(kind["examples"][0]["offset"], 28);
    assert_eq!(
        kind["examples"][0]["detail"],
        "option length 9 of options template 257 is not a multiple of 4"
    );
    let applications = &report["domains"][0]["announced"]["applications"];
    assert_eq!(applications[0]["name"], "DNS");
    assert_eq!(report["domains"][0]["no_template"], json!([]));
}

#[test]
fn running_totals_are_reported() {
    // IPFIX: octetTotalCount (85) in one template, octetDeltaCount (1) in another.
    let totals = (2, halves(&[256, 1, 85, 4]));
    let deltas = (2, halves(&[257, 1, 1, 4]));
    let data = [(256, vec![0, 0, 0, 9]), (257, vec![0, 0, 0, 9])];
    let message = ipfix(0, &[&[totals, deltas], &data[..]].concat());
    let report = json(&sent("totals", &[message]).0);
    let part = "1 of the 2 flows of 192.0.2.1, domain 0 carries totals since the flow began";
    assert!(sentence(&report, part), "{report}");
    assert_eq!(report["domains"][0]["total_flows"], 1);
}

#[test]
fn a_clock_far_away_may_be_a_capture_that_was_replayed() {
    let report = json(&testdata("genuine/sf_v9_sampling.pcap"));
    assert!(sentence(
        &report,
        "Either the exporter's clock is wrong (set it by NTP), or the capture was replayed or \
         rewritten."
    ));
    // A flow that ends long after its message was sent is impossible by any clock.
    let template = [0, 16, 300, 2, 1, 4, 21, 4].as_slice();
    let data = [300, 12, 0, 9, 600, 0].as_slice();
    let report = json(&sent("future", &[v9_sets(5, 0, &[template, data])]).0);
    let part = "1 flow of 192.0.2.1, domain 5 has impossible times by the exporter's own clock, \
                first in frame 1: an end before the start or after the export, or a start more \
                than a year before it.";
    assert!(sentence(&report, part), "{report}");
    assert!(!sentence(&report, "NTP"), "{report}");
}

#[test]
fn one_clock_that_is_off_is_one_sentence() {
    let flows = |domain: u32| {
        let template = [0, 20, 300, 3, 1, 4, 22, 4, 21, 4].as_slice();
        let data = [300, 16, 0, 9, 0, 100, 0, 600].as_slice();
        let mut message = v9_sets(domain, 0, &[template, data]);
        message[8..12].copy_from_slice(&1_790_000_000_u32.to_be_bytes());
        message
    };
    let report = json(&sent("skews", &[flows(5), flows(6)]).0);
    let part = "The export times of 192.0.2.1, domain 5 and 192.0.2.1, domain 6 are";
    let sentences = report["verdict"].as_array().unwrap();
    let count = |part: &str| {
        let texts = sentences.iter().filter_map(|sentence| sentence.as_str());
        texts.filter(|text| text.contains(part)).count()
    };
    assert_eq!(count(part), 1, "{report}");
    assert_eq!(count("receive time"), 1, "{report}");
    assert_eq!(count("NTP"), 1, "{report}");
}

#[test]
fn findings_have_stable_codes_and_numbers() {
    let cut = Cut::new("finding", "synthetic/cisco_asr9k_v9.pcap", &[1, 2, 3, 5]);
    let report = json(&cut.0);
    assert_eq!(
        report["findings"][0],
        json!({"code": "lost", "number": 9, "severity": "error", "exporter": "192.0.2.1",
               "protocol": "netflow9", "domain": 2177, "frame": 4, "lost": 1, "expected": 5,
               "unit": "message"})
    );
}

#[test]
fn the_rule_of_second_counters_is_reported() {
    let report = json(&testdata("cases/reverse_in_second_counters.pcap"));
    let counters = &report["domains"][0]["second_counters"];
    assert_eq!(counters[0]["rule"], "exceeded", "{report}");
    let part = "count the reverse direction, since a record has more of them";
    assert!(sentence(&report, part), "{report}");
    let report = json(&testdata("cases/second_counters_of_egress.pcap"));
    assert_eq!(
        report["domains"][0]["second_counters"][0]["rule"],
        "unknown"
    );
    let part = "--exporter CIDR=biflow or CIDR=post says what they count";
    assert!(sentence(&report, part), "{report}");
    let codes = report["findings"].as_array().unwrap().iter();
    let codes: Vec<_> = codes.map(|finding| &finding["code"]).collect();
    assert!(codes.contains(&&json!("second_counters")), "{codes:?}");
}

#[test]
fn why_flows_have_no_time_is_reported() {
    for (case, time, reason, part) in [
        ("end_of_zero", "end", "zero", "has no end, first in frame"),
        (
            "start_of_exporter_of_zero",
            "both",
            "unknown_origin",
            "the elements count from a time that is not known, such as the start of the exporter",
        ),
    ] {
        let report = json(&testdata(&format!("cases/{case}.pcap")));
        let missing = &report["domains"][0]["clock"]["missing"][0];
        assert_eq!(
            (&missing["time"], &missing["reason"]),
            (&json!(time), &json!(reason)),
            "{report}"
        );
        assert!(sentence(&report, part), "{report}");
    }
    // A template without any time: nothing is wrong.
    let report = json(&testdata("synthetic/trap_two_samplers.pcap"));
    let missing = &report["domains"][0]["clock"]["missing"][0];
    assert_eq!(missing["reason"], "not_sent", "{report}");
    assert!(!sentence(&report, "neither start nor end"), "{report}");
}

#[test]
fn one_fault_is_one_sentence() {
    for (name, part) in [
        (
            "template_no_fields",
            "need template 256: it arrived in frame 1 but has no fields",
        ),
        (
            "v9_options_in_ipfix",
            "need template 260: it arrived in frame 1 but cannot be read",
        ),
    ] {
        let report = json(&testdata(&format!("synthetic/trap_{name}.pcap")));
        assert!(sentence(&report, part), "{report}");
        let problems = problem_sentences(&report);
        assert_eq!(problems, 0, "{report}");
    }
    // Anything wrong with datagrams that were not captured whole follows from that.
    let report = json(&testdata("synthetic/link_snapped.pcap"));
    assert!(sentence(
        &report,
        "4 of 4 datagrams were not captured whole."
    ));
    assert_eq!(problem_sentences(&report), 0, "{report}");
}

#[test]
fn templates_after_one_that_is_cut_are_not_said_to_be_missing_in_the_capture() {
    let mut ipfix = halves(&[10, 0, 0, 0, 0, 0, 0, 0]);
    // Template 256 announces 1000 fields, and 257 would follow it.
    ipfix.extend(halves(&[2, 24, 256, 1_000, 8, 4, 257, 2, 8, 4, 12, 4]));
    ipfix.extend(halves(&[257, 12, 1, 2, 3, 4]));
    let length = u16::try_from(ipfix.len()).unwrap();
    ipfix[2..4].copy_from_slice(&length.to_be_bytes());
    let report = json(&sent("cut-templates", &[ipfix]).0);
    let part = "8 octets of data of 192.0.2.1, domain 0 need template 257: it may be among the \
                templates in frame 1 that cannot be read to the end (template_cut).";
    assert!(sentence(&report, part), "{report}");
    assert!(!sentence(&report, "not in the capture"), "{report}");
    assert_eq!(problem_sentences(&report), 0, "{report}");
    assert_eq!(report["findings"][0]["code"], "template_set_unreadable");
}

/// Sentences on problems that no other sentence explains.
fn problem_sentences(report: &Value) -> usize {
    let sentences = report["verdict"].as_array().unwrap().iter();
    let texts = sentences.map(|sentence| sentence.as_str().unwrap());
    texts.filter(|text| text.contains(" found: ")).count()
}

#[test]
fn how_types_of_icmp_were_found_is_reported() {
    let report = json(&testdata("cases/icmpv6_code_first_in_port.pcap"));
    let icmp = report["domains"][0]["icmp"].as_array().unwrap();
    assert!(icmp.iter().any(|one| one["rule"] == "port_reversed"));
    let part = "writes the code of ICMP before its type into the destination port";
    assert!(sentence(&report, part), "{report}");
}
