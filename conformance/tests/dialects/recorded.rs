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

/// Columns of akvorado that differ from what its tests expect, with the capture (all if empty) and the reason.
const OF_AKVORADO: [(&str, &str, &str); 14] = [
    ("", "InIf", "is not a column; the name of the interface is"),
    ("", "OutIf", "likewise"),
    (
        "",
        "DstVlan",
        "the tags of a packet are those that it came in by (IEEE 802.1Q)",
    ),
    (
        "nfv5-akvorado",
        "SamplingRate",
        "the header announces none; akvorado takes 1",
    ),
    (
        "ipfix-akvorado-datalink",
        "Bytes",
        "the record has the size of the frame (IANA 312)",
    ),
    (
        "sflow-akvorado-qinq",
        "SrcVlan",
        "the outer tag is that of the VLAN (IEEE 802.1ad)",
    ),
    (
        "sflow-akvorado-discard",
        "ForwardingStatus",
        "akvorado makes it of the reason of the discard",
    ),
    (
        "ipfix-akvorado-srv6",
        "SrcAddr",
        "akvorado was asked to look into the tunnel",
    ),
    ("ipfix-akvorado-srv6", "DstAddr", "likewise"),
    ("ipfix-akvorado-srv6", "Bytes", "likewise"),
    ("ipfix-akvorado-srv6", "EType", "likewise"),
    ("ipfix-akvorado-srv6", "Proto", "likewise"),
    ("ipfix-akvorado-srv6", "IPTTL", "likewise"),
    ("ipfix-akvorado-srv6", "IPFragmentID", "likewise"),
];

/// A value in one form: addresses as IPv6, an unknown rate as 0.
fn in_one_form(value: Option<&Value>) -> Value {
    let text = value.and_then(Value::as_str);
    match text.and_then(|text| text.parse::<core::net::IpAddr>().ok()) {
        Some(address) if address.to_canonical().is_unspecified() => "::".into(),
        Some(address) => address.to_canonical().to_string().into(),
        None => value.cloned().unwrap_or_else(|| 0.into()),
    }
}

/// The flows that a test of akvorado expects for a capture.
fn flows_of_akvorado(capture: &str) -> Vec<Map<String, Value>> {
    let path = folder().join(format!("{capture}.expected.json"));
    let text = fs::read_to_string(path).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let is_of_akvorado = |entry: &&Value| {
        let from = entry["from"].as_str();
        from.is_some_and(|from| from.starts_with("akvorado,"))
    };
    let mut entries = expected["upstream"].as_array().into_iter().flatten();
    let flows = entries
        .find(is_of_akvorado)
        .and_then(|entry| entry.get("flows"));
    flows.map_or_else(Vec::new, |flows| {
        serde_json::from_value(flows.clone()).unwrap()
    })
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn rows_of_akvorado_are_those_that_its_tests_expect() {
    let mut wrong = Vec::new();
    let mut unused: BTreeSet<_> = OF_AKVORADO.into_iter().collect();
    let mut compared = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(capture) = name.strip_suffix(".expected.json") else {
            continue;
        };
        let expected = flows_of_akvorado(capture);
        if expected.is_empty() {
            continue;
        }
        let rows = ours(capture, DialectName::Akvorado, Faults::Corrected);
        // Some tests look at the first flows alone.
        assert!(rows.len() >= expected.len(), "{capture}");
        for (place, (row, flow)) in rows.iter().zip(&expected).enumerate() {
            for (column, theirs) in flow {
                let (ours, theirs) = (in_one_form(row.get(column)), in_one_form(Some(theirs)));
                compared += 1;
                if ours == theirs {
                    continue;
                }
                let listed = OF_AKVORADO
                    .into_iter()
                    .find(|(of, listed, _)| (of.is_empty() || *of == capture) && listed == column);
                match listed {
                    Some(listed) => drop(unused.remove(&listed)),
                    None => wrong.push(format!("{capture} {place} {column}: {ours}, not {theirs}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unused.is_empty(), "{unused:?}");
    assert!(compared > 500, "{compared}");
}
