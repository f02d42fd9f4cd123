//! `--anonymise`: nothing in the output leads back to an address.

use alloc::collections::{BTreeMap, BTreeSet};
use std::fs;

use netflow_core::value::MacAddress;
use netflow_output::anonymise::Anonymiser;
use serde_json::Value;

use crate::by_protocol::{Case, cases};
use crate::run::{Directory, command, decode, netflow, testdata, with_input};

/// The key of the original sample of Crypto-PAn.
const KEY: &str = "1522178d33a4cf80130a5b1649907d10d8988f8379796527 62574c2d2a842202";

/// The key in a file, and what replaces addresses by it.
fn key(directory: &Directory) -> (String, Anonymiser) {
    let path = directory.file("key");
    fs::write(&path, KEY.replace(' ', "") + "\n").unwrap();
    let anonymiser = Anonymiser::from_file(&path).unwrap();
    (format!("--anonymise={}", path.display()), anonymiser)
}

/// The text in place of one that is an address, in JSON.
fn replaced(anonymiser: &Anonymiser, text: &str) -> Option<String> {
    if let Ok(address) = text.parse() {
        return Some(anonymiser.address(address).to_string());
    }
    let mut octets = text.split(':').map(|octet| u8::from_str_radix(octet, 16));
    let octets: [_; 6] = core::array::from_fn(|_| octets.next().and_then(Result::ok));
    if text.len() != "00:11:22:33:44:55".len() || octets.iter().any(Option::is_none) {
        return None;
    }
    let address = MacAddress(octets.map(Option::unwrap_or_default));
    Some(anonymiser.mac(address).to_string())
}

const FILES: [&str; 10] = [
    "genuine/nfr_v5.pcap",
    "genuine/nfr_v9.pcap",
    "genuine/sf_v10_biflow.pcap",
    "genuine/ovs.pcap",
    "genuine/pm_sf.pcap",
    "synthetic/cisco_asr9k_v9.pcap",
    "synthetic/data_before_template.pcap",
    "synthetic/ipfix_lists.pcap",
    "synthetic/ipfix_enterprise.pcap",
    "synthetic/sflow_headers.pcap",
];

#[test]
fn all_addresses_are_replaced_and_all_else_stays() {
    let directory = Directory::new("anonymise-flows");
    let (option, anonymiser) = key(&directory);
    for file in FILES {
        let before = decode(&["--format", "json"], &[file]).rows();
        let after = decode(&["--format", "json", &option], &[file]).rows();
        assert_eq!(before.len(), after.len(), "{file}");
        for (before, after) in before.iter().zip(&after) {
            for (name, value) in before.as_object().unwrap() {
                let text = value.as_str().filter(|_| name != "detail");
                match text.and_then(|text| replaced(&anonymiser, text)) {
                    Some(expected) => assert_eq!(after[name], expected, "{file} {name}"),
                    None => assert_eq!(&after[name], value, "{file} {name}"),
                }
            }
            assert_eq!(
                before.as_object().unwrap().len(),
                after.as_object().unwrap().len()
            );
        }
    }
}

/// All texts of a document.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.values().for_each(|item| texts(item, into)),
        _ => {}
    }
}

#[test]
fn no_schema_shows_the_octets_of_an_address() {
    let directory = Directory::new("anonymise-schemas");
    let (option, _) = key(&directory);
    for file in FILES {
        let mut known = BTreeSet::new();
        for row in decode(&["--schema", "record"], &[file]).rows() {
            texts(&row, &mut known);
        }
        // Addresses of at least four octets that are not zero: others may be anything in hex.
        let mut hex = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for text in known {
            let Ok(address) = text.parse::<core::net::IpAddr>() else {
                continue;
            };
            let octets = match address {
                core::net::IpAddr::V4(address) => address.octets().to_vec(),
                core::net::IpAddr::V6(address) => address.octets().to_vec(),
            };
            if octets.iter().filter(|octet| **octet > 3).count() >= 2 {
                hex.insert(
                    octets
                        .iter()
                        .map(|octet| format!("{octet:02x}"))
                        .collect::<String>(),
                );
                addresses.insert(text);
            }
        }
        for schema in ["wire", "record", "ecs", "logstash", "goflow2", "nfdump"] {
            let shown = decode(&["--schema", schema, "--format", "json", &option], &[file]);
            assert_eq!(shown.status, 0, "{}", shown.stderr);
            for (index, line) in shown.stdout.lines().enumerate() {
                let hidden = |text: &String| !line.contains(text.as_str());
                assert!(hex.iter().all(hidden), "{file} {schema} {index}: {line}");
                let quoted = |text: &String| !line.contains(&format!("\"{text}\""));
                assert!(
                    addresses.iter().all(quoted),
                    "{file} {schema} {index}: {line}"
                );
            }
        }
    }
}

/// Labels, pseudowires and sections of packets of each protocol: addresses are where only the length
/// of a frame or the checksum of a header shows that they are addresses.
#[test]
fn addresses_of_labelled_packets_are_replaced_wherever_they_are() {
    let directory = Directory::new("anonymise-labels");
    let (option, _) = key(&directory);
    // The addresses of all these packets (`testdata/cases/by_protocol.py`).
    let addresses = [
        "020000000001",
        "020000000002",
        "600000000014",
        "6aaaaaaaaaaa",
        "6c0000000000",
        "c0000205",
        "c6336405",
    ];
    let mut found = 0;
    let of_labels = |case: &Case| case.content["point"] == "labels, tags and bits";
    for case in cases().into_iter().filter(of_labels) {
        let shown = |options: &[&str]| {
            let fixed = ["decode", "--quiet", "--schema", "wire", "--format", "json"];
            let run = with_input(command(fixed.iter().chain(options)).arg("-"), &case.capture);
            assert_eq!(run.status, 0, "{}", run.stderr);
            run.stdout
        };
        let before = shown(&[]);
        let after = shown(&[&option]);
        for address in addresses {
            found += usize::from(before.contains(address));
            assert!(
                !after.contains(address),
                "{}: {address} in {after}",
                case.content
            );
        }
    }
    assert!(found > 20, "{found}");
}

#[test]
fn filters_ask_for_the_addresses_before() {
    let directory = Directory::new("anonymise-filters");
    let (option, _) = key(&directory);
    for (file, filter) in [
        (
            "genuine/nfr_v9.pcap",
            "src net 0.0.0.0/1 and dst port > 100",
        ),
        ("genuine/nfr_v5.pcap", "not src net 128.0.0.0/2"),
        (
            "genuine/ovs.pcap",
            "host 0.0.0.0 or src net 192.168.0.0/16 or ipv6",
        ),
        (
            "synthetic/cisco_asr9k_v9.pcap",
            "src ip in [192.0.2.2, 192.0.2.4] or src net 2001:db8:1::2/127",
        ),
        (
            "synthetic/cisco_asr9k_v9.pcap",
            "exporter 10.0.0.0/8 or dst ip 198.51.100.3",
        ),
    ] {
        let rows = |options: &[&str]| {
            let common = ["--format", "json", "--where", filter];
            let rows = decode(&[&common[..], options].concat(), &[file]).rows();
            let numbers = rows.iter().filter(|row| row["kind"] != "problem");
            let numbers = numbers.map(|row| (row["frame"].to_string(), row["octets"].to_string()));
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(rows(&[]), rows(&[&option]), "{filter}");
    }
}

#[test]
fn threads_columns_and_top_show_the_same_addresses() {
    let directory = Directory::new("anonymise-top");
    let (option, anonymiser) = key(&directory);
    let file = "genuine/nfr_v9.pcap";
    let one = decode(&["--format", "json", &option], &[file]);
    let two = decode(&["--format", "json", "--threads", "2", &option], &[file]);
    assert_eq!(one.stdout, two.stdout);
    let path = testdata(file);
    let top = |options: &[&str]| {
        let fixed = [
            "top",
            "--format",
            "json",
            "-n",
            "1000000",
            "--by",
            "source_address",
        ];
        let arguments = fixed.iter().chain(options).map(|text| (*text).to_owned());
        let rows = netflow(arguments.chain([path.display().to_string()])).rows();
        let groups = rows.into_iter().map(|row| {
            (
                row["source_address"].as_str().map(str::to_owned),
                row["octets"].as_u64(),
            )
        });
        groups.collect::<BTreeMap<_, _>>()
    };
    let expected = top(&[]).into_iter().map(|(address, octets)| {
        (
            address.map(|address| replaced(&anonymiser, &address).unwrap()),
            octets,
        )
    });
    assert_eq!(top(&[&option]), expected.collect());
}

#[test]
fn a_key_that_is_none_is_refused() {
    let directory = Directory::new("anonymise-key");
    let path = directory.file("key");
    fs::write(&path, "too short").unwrap();
    let option = format!("--anonymise={}", path.display());
    let run = decode(&[&option], &["genuine/nfr_v5.pcap"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("32 octets or 64 hexadecimal digits"),
        "{}",
        run.stderr
    );
}
