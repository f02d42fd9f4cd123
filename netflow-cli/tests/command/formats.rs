//! The schemas `flow` and `record`, and CSV.

use std::fs;

use serde_json::json;

use crate::run::{Directory, command, decode, with_input};

#[test]
fn a_flow_has_the_normalised_fields_and_no_others() {
    let rows = decode(&["-f", "json"], &["synthetic/nfv5.pcap"]).rows();
    assert_eq!(
        rows[0],
        json!({
            "exporter_address": "192.0.2.1", "exporter_port": 50000,
            "export_protocol": "netflow5", "observation_domain": 263, "sequence": 100,
            "received": "2026-01-01T00:00:00.123456Z", "export_time": "2026-01-01T00:00:00.250Z",
            "late": false, "frame": 1,
            "start": "2025-12-31T23:59:30.250Z", "end": "2025-12-31T23:59:58.250Z",
            "duration": 28_000_000_000_u64, "clock": "uptime", "clock_suspect": false,
            "source_address": "192.0.2.1", "destination_address": "198.51.100.1",
            "source_port": 50000, "destination_port": 443, "protocol": 6,
            "octets": 9000, "packets": 12,
            "sampling_rate": 100, "sampling": "header",
            "octets_scaled": 900_000, "packets_scaled": 1200,
            "tcp_flags": 27, "tos": 40, "ip_version": 4,
            "input_interface": 11, "output_interface": 12,
            "next_hop": "203.0.113.1", "source_as": 64500, "destination_as": 64510,
            "source_prefix_length": 24, "destination_prefix_length": 25,
            "counters": "delta", "dscp": 10, "ecn": 0,
        })
    );
}

#[test]
fn fields_are_chosen_and_ordered() {
    let options = ["-f", "json", "--fields", "packets,source_address,as_path"];
    let run = decode(&options, &["synthetic/nfv1.pcap"]);
    let first = run.stdout.lines().next();
    assert_eq!(
        first,
        Some(r#"{"packets":12,"source_address":"192.0.2.1"}"#)
    );
}

#[test]
fn csv_has_a_header_and_empty_places() {
    let options = [
        "-f",
        "csv",
        "--fields",
        "packets,source_address,as_path,start",
    ];
    let run = decode(&options, &["synthetic/nfv1.pcap"]);
    let mut lines = run.stdout.split("\r\n");
    assert_eq!(lines.next(), Some("packets,source_address,as_path,start"));
    assert_eq!(lines.next(), Some("12,192.0.2.1,,2025-12-31T23:59:30.250Z"));

    let all = decode(&["-f", "csv"], &["synthetic/nfv1.pcap"]);
    let columns: Vec<usize> = all
        .stdout
        .split_terminator("\r\n")
        .map(|line| line.split(',').count())
        .collect();
    assert!(
        columns
            .iter()
            .all(|count| *count == columns[0] && *count > 70)
    );
}

#[test]
fn rows_tell_their_file_if_there_are_several() {
    let files = ["synthetic/nfv1.pcap", "synthetic/trap_v5_count.pcap"];
    for options in [&["-s", "wire"][..], &["-s", "record"], &["-f", "json"]] {
        let rows = decode(options, &files).rows();
        let is_of = |row: &serde_json::Value, file: &str| {
            row["file"]
                .as_str()
                .is_some_and(|name| name.ends_with(file))
        };
        assert!(
            rows.iter()
                .all(|row| is_of(row, files[0]) || is_of(row, files[1]))
        );
        assert!(
            rows.iter()
                .any(|row| row["kind"] == "problem" && is_of(row, files[1]))
        );
        assert!(rows.iter().all(|row| row["frame"].as_u64() < Some(10)));
        assert!(
            decode(options, &files[..1])
                .rows()
                .iter()
                .all(|row| row["file"].is_null())
        );
    }
    let csv = decode(&["-f", "csv"], &files).stdout;
    assert!(csv.starts_with("file,exporter_address,"));
}

#[test]
fn a_record_has_the_names_of_the_registry() {
    let rows = decode(&["-s", "record"], &["synthetic/cisco_asa_nsel_v9.pcap"]).rows();
    let data = rows.iter().find(|row| row["kind"] == "data").unwrap();
    assert_eq!(data["received"], "2026-01-01T00:00:01.123456Z");
    let fields = data["fields"].as_object().unwrap();
    assert_eq!(fields["sourceIPv4Address"], "192.0.2.1");
    assert_eq!(fields["ingressAclId"].as_str().unwrap().len(), 24);
}

/// Each record has the names of its elements again.
#[test]
fn a_long_name_is_left_to_its_number() {
    // As RFC 5610 announces element 20 of enterprise 64,999, which is an unsigned32; then a
    // template of it, and two records.
    let names = |length: u16| {
        let mut described = vec![0, 3, 0, 26, 1, 44, 0, 4, 0, 2];
        described.extend([1, 90, 0, 4, 1, 47, 0, 2, 1, 83, 0, 1, 1, 85, 255, 255]);
        described.extend([1, 44]);
        described.extend((14 + length).to_be_bytes());
        described.extend([0, 0, 0xfd, 0xe7, 0, 20, 3, 255]);
        described.extend(length.to_be_bytes());
        described.extend(vec![b'x'; length.into()]);
        described.extend([0, 2, 0, 16, 1, 0, 0, 1, 0x80, 20, 0, 1, 0, 0, 0xfd, 0xe7]);
        described.extend([1, 0, 0, 6, 7, 8]);
        let mut message = vec![0, 10];
        message.extend(u16::try_from(16 + described.len()).unwrap().to_be_bytes());
        message.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7]);
        message.extend(described);
        let args = ["decode", "-q", "-f", "json", "-s", "record", "-"];
        let rows = with_input(&mut command(args), &message).rows();
        let data = rows.into_iter().filter(|row| row["kind"] == "data");
        data.map(|row| row["fields"].clone()).collect::<Vec<_>>()
    };
    let longest = "x".repeat(255);
    assert_eq!(names(255), [json!({ &longest: 7 }), json!({ &longest: 8 })]);
    let numbered = [json!({"64999:20": 7}), json!({"64999:20": 8})];
    assert_eq!(names(256), numbered);
}

#[test]
fn the_scope_of_options_stands_apart() {
    let rows = decode(&["-s", "record"], &["synthetic/cisco_asr9k_v9.pcap"]).rows();
    let options = rows.iter().find(|row| row["kind"] == "options").unwrap();
    assert!(options["scope"]["System"].is_string(), "{options}");
    assert!(options["fields"]["System"].is_null(), "{options}");
    assert!(options["fields"]["samplerId"].is_number(), "{options}");
}

#[test]
fn repeated_elements_become_an_array_in_the_order_of_the_wire() {
    let wire = decode(&["-s", "wire"], &["synthetic/trap_odd_fields.pcap"]).rows();
    let record = decode(&["-s", "record"], &["synthetic/trap_odd_fields.pcap"]).rows();
    let (wire, record) = wire
        .iter()
        .zip(&record)
        .find(|(_, record)| {
            let fields = record["fields"].as_object();
            fields.is_some_and(|fields| fields.values().any(serde_json::Value::is_array))
        })
        .unwrap();
    let fields = record["fields"].as_object().unwrap();
    let count: usize = fields
        .values()
        .map(|value| value.as_array().map_or(1, Vec::len))
        .sum();
    assert_eq!(wire["fields"].as_array().unwrap().len(), count);
}

#[test]
fn lists_are_nested_by_name() {
    let rows = decode(&["-s", "record"], &["genuine/fixbuf_lists.ipfix"]).rows();
    let data = rows
        .iter()
        .filter(|row| row["kind"] == "data")
        .nth(1)
        .unwrap();
    assert!(data["exporter"].is_null());
    assert_eq!(
        data["fields"]["basicList"],
        json!({"semantic": 3, "element": "destinationTransportPort", "values": [80]})
    );
    assert_eq!(
        data["fields"]["subTemplateList"],
        json!({"semantic": 4, "template": 4097, "values": [
            {"ipNextHopIPv4Address": "198.51.100.1", "egressInterface": 53, "octetDeltaCount": 0}
        ]})
    );
    assert_eq!(
        data["fields"]["subTemplateMultiList"]["values"][0]["template"],
        4097
    );
}

#[test]
fn samples_have_the_names_of_their_members() {
    let rows = decode(&["-s", "record"], &["synthetic/sflow_samples.pcap"]).rows();
    assert_eq!(rows[0]["kind"], "sample");
    assert_eq!(rows[0]["agent"], "192.0.2.9");
    assert!(rows[0]["domain"].is_null());
    assert_eq!(rows[0]["fields"]["sampling_rate"], 1000);
    assert_eq!(rows[0]["records"][0]["fields"]["frame_length"], 98);
    for kind in ["counters", "discarded"] {
        assert!(rows.iter().any(|row| row["kind"] == kind), "{kind}");
    }
}

#[test]
fn late_data_has_its_own_frame_and_that_of_its_template() {
    let rows = decode(&["-s", "record"], &["synthetic/data_before_template.pcap"]).rows();
    let late: Vec<_> = rows.iter().filter(|row| row["late"] == true).collect();
    assert!(!late.is_empty());
    for row in late {
        assert!(
            row["frame"].as_u64() <= row["template_frame"].as_u64(),
            "{row}"
        );
    }
}

#[test]
fn a_problem_is_a_row_of_every_schema() {
    for options in [&["-s", "wire"][..], &["-s", "record"], &["-f", "json"]] {
        let rows = decode(options, &["synthetic/trap_not_flow_export.pcap"]).rows();
        let problem = rows.iter().find(|row| row["kind"] == "problem").unwrap();
        assert_eq!(problem["reason"], "not_flow_export", "{options:?}");
        assert_eq!(problem["offset"], 0);
        assert_eq!(problem["exporter"], "192.0.2.1");
        assert!(problem["detail"].is_string());
    }
}

#[test]
fn times_of_the_schema_record_have_the_digits_of_their_type() {
    for (file, key, time) in [
        (
            "genuine/sf_v10_micro.pcap",
            "flowStartMicroseconds",
            "2023-11-14T22:13:20.010001Z",
        ),
        (
            "genuine/sf_v10_nano_ether.pcap",
            "flowStartNanoseconds",
            "2023-11-14T22:13:20.010000999Z",
        ),
        (
            "genuine/sf_v10_milli_vlan.pcap",
            "flowStartMilliseconds",
            "2023-11-14T22:13:20.010Z",
        ),
        (
            "genuine/sf_v10_sec.pcap",
            "flowStartSeconds",
            "2023-11-14T22:13:20Z",
        ),
    ] {
        let rows = decode(&["-s", "record"], &[file]).rows();
        let row = rows.iter().find(|row| row["kind"] == "data").unwrap();
        assert_eq!(row["fields"][key], time, "{file}");
        assert_eq!(row["export_time"], "2023-11-14T22:13:23Z", "{file}");
        assert_eq!(row["received"].as_str().unwrap().len(), 27, "{file}");
    }
}

#[test]
fn the_format_follows_the_extension_of_the_output() {
    let directory = Directory::new("extension");
    for (name, start) in [
        ("flows.json", &b"{\""[..]),
        ("flows.ndjson", b"{\""),
        ("flows.CSV", b"exporter_address,"),
        #[cfg(feature = "columns")]
        ("flows.parquet", b"PAR1"),
        #[cfg(feature = "columns")]
        ("flows.arrow", b"ARROW1"),
        #[cfg(feature = "columns")]
        ("flows.arrows", &[0xff; 4]),
        ("flows.txt", b"start (UTC)"),
    ] {
        let path = directory.file(name);
        let run = decode(&["-o", path.to_str().unwrap()], &["synthetic/nfv5.pcap"]);
        assert_eq!(run.status, 0, "{run:?}");
        let written = fs::read(&path).unwrap();
        assert!(written.starts_with(start), "{name}: {:?}", &written[..20]);
    }
}

#[test]
fn a_format_that_contradicts_the_extension_is_refused() {
    let directory = Directory::new("contradiction");
    let path = directory.file("flows.parquet");
    let output = path.to_str().unwrap();
    let run = decode(&["-f", "csv", "-o", output], &["synthetic/nfv5.pcap"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("csv contradicts"), "{}", run.stderr);
    assert!(!path.exists());
}
