//! The documents of Telegraf and nfacctd that their own tests record, kept with the captures of those tests.

use alloc::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use netflow_core::{Decoder, Limits};
use netflow_output::format::dialect::{DialectForm, DialectName, DialectOptions, Faults};
use serde_json::{Map, Value};

fn folder() -> PathBuf {
    PathBuf::from(option_env!("NETFLOW_CAPTURES").unwrap_or_default())
}

/// What a dialect writes for a capture.
fn ours(capture: &str, dialect: DialectName, faults: Faults) -> Vec<Map<String, Value>> {
    let mut options = DialectOptions::default();
    options.faults = faults;
    let mut format = options.format(dialect, DialectForm::Json).unwrap();
    let path = folder().join(format!("{capture}.pcap"));
    let mut source = netflow_io::open(&path).unwrap();
    let mut decoder = Decoder::new(Limits::new(0x5eed).with_template_lifetime(None));
    let mut out = Vec::new();
    while let Some(next) = source.next() {
        if let Ok(decoded) = decoder.decode(next.unwrap().datagram) {
            format.message(&decoded, &mut out).unwrap();
        }
    }
    let objects = crate::json_lines(&out).into_iter();
    objects
        .map(|object| match object {
            Value::Object(object) => object,
            other => panic!("{other}"),
        })
        .collect()
}

/// The documents that a project's test expects for a capture: those under `member` of the entries whose
/// source contains `from`.
fn theirs(capture: &str, from: &str, member: &str) -> Vec<Map<String, Value>> {
    let path = folder().join(format!("{capture}.expected.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}: {capture}"));
    let expected: Value = serde_json::from_str(&text).unwrap();
    let entries = expected["upstream"].as_array().unwrap().iter();
    let entry = entries
        .filter(|entry| {
            entry["from"]
                .as_str()
                .is_some_and(|text| text.contains(from))
        })
        .find_map(|entry| entry.get(member))
        .unwrap_or_else(|| panic!("no {member} of {from} in {capture}"));
    serde_json::from_value(entry.clone()).unwrap()
}

/// A document with its members in the order of their names.
fn sorted(document: Map<String, Value>) -> String {
    let sorted: BTreeMap<String, Value> = document.into_iter().collect();
    serde_json::to_string(&sorted).unwrap()
}

/// How often each of them occurs.
fn counted(documents: impl IntoIterator<Item = Map<String, Value>>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for document in documents {
        *counted.entry(sorted(document)).or_default() += 1;
    }
    counted
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn metrics_of_telegraf_are_those_that_its_tests_expect() {
    for (capture, from) in [
        ("nfv9-telegraf-example", "telegraf"),
        ("nfv9-telegraf-options", "telegraf"),
        ("ipfix-telegraf-yaf", "telegraf"),
        ("ipfix-telegraf-nprobe", "issue_13305"),
        ("sflow-telegraf-example", "telegraf"),
        ("sflow-telegraf-15375", "telegraf"),
        ("sflow-telegraf-18876", "telegraf"),
    ] {
        let metrics = ours(capture, DialectName::Telegraf, Faults::Copied);
        let metrics = metrics.into_iter().map(|mut metric| {
            let Some(Value::Object(mut fields)) = metric.remove("fields") else {
                panic!("{metric:?}");
            };
            fields.insert("measurement".to_owned(), metric["name"].clone());
            fields.insert("version".to_owned(), metric["tags"]["version"].clone());
            fields
        });
        let theirs = theirs(capture, from, "metrics")
            .into_iter()
            .map(|mut metric| {
                // Their tests send over loopback.
                metric.remove("source");
                metric
            });
        assert_eq!(counted(metrics), counted(theirs), "{capture}");
    }
}

/// Members that are not compared: the exporter is the host of their tests, the site defines the custom
/// primitives, and route distinguishers of options are not joined to flows here.
const MASKED: [&str; 5] = [
    "peer_ip_src",
    "custom_primitives",
    "mpls_vpn_rd",
    "mpls_vpn_rd_origin",
    "vrf_name",
];

/// The keys of a row as nfacctd sums by them, and its counters times this rate.
fn keys(mut row: Map<String, Value>, wanted: &BTreeSet<String>, rate: u64) -> (String, [u64; 2]) {
    let counters = ["packets", "bytes"].map(|key| row[key].as_u64().unwrap() * rate);
    row.retain(|key, _| wanted.contains(key));
    if let Some(Value::Array(flags)) = row.get_mut("tcp_flags") {
        flags.sort_by_key(Value::to_string);
    }
    (sorted(row), counters)
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn objects_of_pmacct_are_those_that_its_tests_expect() {
    // Of ipfix-pmacct-106-huawei, nfacctd takes the inner header for the flow's in two of three rows: the
    // records have both, and `--schema pmacct` writes the inner one as `tunnel_ip_src` and so on.
    for capture in [
        "ipfix-pmacct-100",
        "ipfix-pmacct-104-sampling",
        "ipfix-pmacct-112-options-map",
        "nfv9-pmacct-101-mpls",
    ] {
        let expected = theirs(capture, "pmacct, ", "rows");
        let mut wanted: BTreeSet<String> = expected.iter().flat_map(Map::keys).cloned().collect();
        wanted.retain(|key| !MASKED.contains(&&**key) && key != "packets" && key != "bytes");
        // Its setting `nfacctd_renormalize` is on in this test.
        let scales = capture.contains("sampling");
        let mut sums: BTreeMap<String, [u64; 2]> = BTreeMap::new();
        for object in ours(capture, DialectName::Pmacct, Faults::Copied) {
            let rate = object.get("sampling_rate").and_then(Value::as_u64);
            let rate = rate.filter(|_| scales).unwrap_or(1);
            let (key, counters) = keys(object, &wanted, rate);
            let sum = sums.entry(key).or_default();
            sum[0] += counters[0];
            sum[1] += counters[1];
        }
        let rows = expected.into_iter().map(|row| keys(row, &wanted, 1));
        assert_eq!(sums, rows.collect(), "{capture}");
    }
}
