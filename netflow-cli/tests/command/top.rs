//! `netflow top`, beside sums over the rows of `netflow decode`.

use alloc::collections::BTreeMap;

use serde_json::Value;

use crate::run::{decode, netflow, testdata};

/// The rows of `netflow top --format json` on a file of `testdata/`.
fn top(options: &[&str], file: &str) -> Vec<Value> {
    let file = testdata(file).into_os_string();
    let options = options.iter().map(Into::into);
    let run = netflow(
        ["top".into(), "--format=json".into()]
            .into_iter()
            .chain(options)
            .chain([file]),
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.rows()
}

/// Octets, packets and flows by the value of a field: those of `octets_scaled` where there is one.
fn grouped(file: &str, field: &str) -> BTreeMap<String, [u64; 3]> {
    let run = decode(&["--format", "json", "--split-biflows"], &[file]);
    let mut groups: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for row in run.rows().iter().filter(|row| row["kind"] != "problem") {
        let sums = groups.entry(row[field].to_string()).or_default();
        let number = |name: &str| row[name].as_u64();
        let scaled = |name: &str| number(&format!("{name}_scaled")).or(number(name));
        sums[0] += scaled("octets").unwrap_or(0);
        sums[1] += scaled("packets").unwrap_or(0);
        sums[2] += 1;
    }
    groups
}

#[test]
fn sums_are_those_of_the_rows() {
    for file in [
        "genuine/nfr_v5.pcap",
        "genuine/nfr_v9.pcap",
        "genuine/sf_v9_sampling.pcap",
        "genuine/sf_v10_biflow.pcap",
        "genuine/ovs.pcap",
        "genuine/pm_sf.pcap",
    ] {
        for field in [
            "source_address",
            "destination_port",
            "protocol",
            "input_interface",
        ] {
            let rows = top(&["-n", "100000", "--by", field], file);
            let found: BTreeMap<String, [u64; 3]> = rows
                .iter()
                .map(|row| {
                    let sums = ["octets", "packets", "flows"].map(|sum| row[sum].as_u64().unwrap());
                    (row[field].to_string(), sums)
                })
                .collect();
            assert_eq!(found, grouped(file, field), "{file} {field}");
            let octets: Vec<u64> = rows
                .iter()
                .map(|row| row["octets"].as_u64().unwrap())
                .collect();
            assert!(
                octets.is_sorted_by(|one, other| one >= other),
                "{file} {field}"
            );
        }
    }
}

#[test]
fn running_totals_count_once() {
    let sum = |file: &str| {
        let rows = top(&["--by", "protocol", "--sum", "octets"], file);
        rows.iter()
            .map(|row| row["octets"].as_u64().unwrap())
            .sum::<u64>()
    };
    let repeated = grouped("cases/running_totals.pcap", "protocol");
    let repeated: u64 = repeated.values().map(|sums| sums[0]).sum();
    assert!(sum("cases/running_totals.pcap") < repeated);
}

#[test]
fn a_filter_and_prefixes_choose_what_is_summed() {
    let options = [
        "--where",
        "proto tcp and dst port 22",
        "--prefix",
        "24",
        "--sum",
        "flows",
    ];
    let rows = top(&options, "genuine/nfr_v5.pcap");
    let expected = serde_json::json!([{"source_address": "203.0.113.0/24", "flows": 20}]);
    assert_eq!(Value::from(rows), expected);
}

#[test]
fn what_makes_no_sense_is_an_error_of_usage() {
    for options in [
        ["--by", "source_adress"],
        ["--sum", "bits"],
        ["--prefix", "33"],
        ["--where", "port"],
    ] {
        let run = netflow(["top"].into_iter().chain(options).chain(["x.pcap"]));
        assert_eq!(run.status, 2, "{options:?}");
    }
}

#[test]
fn little_memory_gives_a_bound_of_error() {
    let options = ["--memory", "0", "--by", "source_port", "--sum", "flows"];
    let rows = top(&options, "genuine/nfr_v5.pcap");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["flows"], 182);
    assert!(rows[0]["error"].as_u64().unwrap() > 0);
}
