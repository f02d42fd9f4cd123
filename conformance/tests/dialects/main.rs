//! The documents of each dialect against what the tool that it stands in for prints for the same
//! captures.
//!
//! All that differs is listed in `differences/`, a line each, with the reason; a line that does not
//! apply any more fails, and so does a dialect of which more than 3 % of the fields differ.

extern crate alloc;

mod compare;
mod oracle;
mod recorded;

use netflow_output::format::Format;
use netflow_output::format::dialect::{
    Documents, Ecs, EcsOptions, Faults, Fluentd, FluentdOptions, Goflow2, Goflow2Options,
    JsonDocument, Logstash, LogstashOptions, Nfdump, NfdumpForm, NfdumpOptions, OctetArrays,
};
use serde_json::Value;

use self::compare::{Comparison, Document};
use self::oracle::Oracle;

fn json_lines(octets: &[u8]) -> Vec<Value> {
    octets
        .split(|octet| *octet == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice(line)
                .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(line)))
        })
        .collect()
}

fn ecs(faults: Faults) -> Box<dyn Format> {
    let mut options = EcsOptions::default();
    options.faults = faults;
    options.octet_arrays = OctetArrays::Base64;
    Box::new(Documents::<_, JsonDocument<'_>>::new(Ecs::new(options)))
}

/// The documents that Elastic recorded; those of older versions in today's form.
fn recorded_ecs(oracle: &Oracle) -> Vec<Document> {
    let recorded: Value = serde_json::from_slice(&oracle.output).unwrap();
    let events = recorded["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| {
            let mut doc = event["doc"].clone();
            let is_old = event.get("era").is_some();
            modernise(&mut doc, is_old);
            Document::anywhere(event["index"].as_u64().unwrap(), &doc)
        })
        .collect()
}

/// Version 8 of the input names localities and the category otherwise, writes MAC addresses with
/// hyphens, and copies counters to the source.
fn modernise(doc: &mut Value, is_old: bool) {
    // When the test was recorded, or the time of the message.
    if let Some(event) = doc["event"].as_object_mut() {
        event.remove("created");
        event["category"] = serde_json::json!(["network"]);
    }
    if !is_old {
        return;
    }
    for object in ["source", "destination", "flow"] {
        let Some(object) = doc[object].as_object_mut() else {
            continue;
        };
        for (old, new) in [("private", "internal"), ("public", "external")] {
            if object
                .get("locality")
                .is_some_and(|locality| locality == old)
            {
                object["locality"] = new.into();
            }
        }
    }
    for (object, key) in [
        ("source", "mac"),
        ("destination", "mac"),
        ("netflow", "source_mac_address"),
    ] {
        if let Some(mac) = doc[object].get_mut(key) {
            *mac = mac
                .as_str()
                .unwrap()
                .to_uppercase()
                .replace(':', "-")
                .into();
        }
    }
    let addresses = ["source", "destination"].map(|end| doc[end]["ip"].clone());
    let mut addresses: Vec<_> = addresses.into_iter().filter(Value::is_string).collect();
    addresses.sort_by_key(|address| {
        address
            .as_str()
            .unwrap()
            .parse::<core::net::IpAddr>()
            .unwrap()
    });
    addresses.dedup();
    if !addresses.is_empty() {
        doc["related"]["ip"] = addresses.into();
    }
    for key in ["bytes", "packets"] {
        if let Some(count) = doc["network"].get(key).cloned() {
            doc["source"][key] = count;
        }
    }
    if let Some(octets) = doc["netflow"].get("responder_octets").cloned() {
        doc["destination"]["bytes"] = octets;
    }
}

/// When the documents of the ASA were recorded, the input did not know its elements above 32767.
fn without_asa_elements(mut doc: Value) -> Value {
    let later = [
        "ingress_acl_id",
        "egress_acl_id",
        "fw_ext_event",
        "username",
        "firewall_event",
        "xlate_source_address_ipv4",
        "xlate_destination_address_ipv4",
        "xlate_source_port",
        "xlate_destination_port",
    ];
    let fields = doc["netflow"].as_object_mut().unwrap();
    for key in later {
        fields.remove(key);
    }
    doc
}

fn without_created(mut doc: Value) -> Value {
    if let Some(event) = doc["event"].as_object_mut() {
        event.remove("created");
    }
    doc
}

#[test]
#[cfg_attr(
    not(oracles),
    ignore = "NETFLOW_ORACLES names no folder of what other tools print"
)]
fn ecs_documents_are_those_that_elastic_recorded() {
    let mut wrong = String::new();
    for (name, faults) in [("ecs", Faults::Corrected), ("ecs-compat", Faults::Copied)] {
        let mut comparison = Comparison::new(name);
        for oracle in Oracle::all("ecs") {
            let is_asa = oracle.name == "Netflow-9-Cisco-ASA";
            let ours = oracle.documents(&mut *ecs(faults), |_, octets| {
                let documents = json_lines(octets).into_iter().map(without_created);
                let documents = documents.map(|document| match is_asa {
                    true => without_asa_elements(document),
                    false => document,
                });
                documents.collect()
            });
            comparison.add(
                &oracle.name,
                &recorded_ecs(&oracle),
                &ours,
                &oracle.failed(),
            );
        }
        wrong += &comparison.finish();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Compares lines of a tool that prints one member of each line's object.
fn compare_lines(
    dialect: &str,
    name: &'static str,
    member: &str,
    format: impl Fn() -> Box<dyn Format>,
) -> String {
    let mut comparison = Comparison::new(name);
    for oracle in Oracle::all(dialect) {
        let theirs: Vec<Document> = oracle
            .lines()
            .iter()
            .filter_map(|line| {
                let document = line.get(member)?;
                Some(Document::of_packet(line["packet"].as_u64()?, document))
            })
            .collect();
        let ours = oracle.documents(&mut *format(), |_, octets| json_lines(octets));
        comparison.add(&oracle.name, &theirs, &ours, &oracle.failed());
    }
    comparison.finish()
}

#[test]
#[cfg_attr(
    not(oracles),
    ignore = "NETFLOW_ORACLES names no folder of what other tools print"
)]
fn logstash_events_are_those_of_the_codec() {
    let mut wrong = String::new();
    for (name, faults) in [
        ("logstash", Faults::Corrected),
        ("logstash-compat", Faults::Copied),
    ] {
        wrong += &compare_lines("logstash", name, "event", || {
            let mut options = LogstashOptions::default();
            options.faults = faults;
            Box::new(Documents::<_, JsonDocument<'_>>::new(Logstash::new(
                options,
            )))
        });
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[cfg_attr(
    not(oracles),
    ignore = "NETFLOW_ORACLES names no folder of what other tools print"
)]
fn goflow2_messages_are_those_of_its_producer() {
    let mut wrong = String::new();
    for (name, faults) in [
        ("goflow2", Faults::Corrected),
        ("goflow2-compat", Faults::Copied),
    ] {
        wrong += &compare_lines("goflow2", name, "flow", || {
            let mut options = Goflow2Options::default();
            options.faults = faults;
            Box::new(Goflow2::new(&options))
        });
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The rows of nfdump, which do not say which packet brought them.
fn compare_nfdump(name: &'static str, form: NfdumpForm, faults: Faults, end: &str) -> String {
    let mut comparison = Comparison::new(name);
    for oracle in Oracle::ending("nfdump", end) {
        let text = String::from_utf8(oracle.output.clone()).unwrap();
        let theirs = match form {
            NfdumpForm::Json => serde_json::from_str(&text).unwrap_or_default(),
            _ => csv_rows(&text),
        };
        let mut options = NfdumpOptions::default();
        options.form = form;
        options.faults = faults;
        let ours = oracle.documents(&mut Nfdump::new(options), |_, octets| match form {
            NfdumpForm::Json => json_lines(octets),
            _ => csv_rows(core::str::from_utf8(octets).unwrap()),
        });
        let theirs: Vec<Value> = theirs;
        let theirs: Vec<_> = theirs
            .into_iter()
            .map(|row| Document::of_packet(0, &without_collector(row)))
            .collect();
        let ours: Vec<_> = ours
            .into_iter()
            .map(|document| document.without(&MASKED).of_first_packet())
            .collect();
        comparison.add(&oracle.name, &theirs, &ours, &oracle.failed());
    }
    comparison.finish()
}

/// What differs because the flows were received over loopback.
const MASKED: [&str; 5] = [
    "received",
    "ip4_router",
    "ip6_router",
    "cnt",
    "export_sysid",
];

fn without_collector(mut row: Value) -> Value {
    for key in MASKED {
        row.as_object_mut().unwrap().remove(key);
    }
    row
}

/// Rows of CSV by their header; the columns are those of `-o csv`.
fn csv_rows(text: &str) -> Vec<Value> {
    let columns = [
        "firstSeen",
        "duration",
        "proto",
        "srcAddr",
        "srcPort",
        "dstAddr",
        "dstPort",
        "packets",
        "bytes",
        "flows",
    ];
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|cells| cells.len() == columns.len() && cells[0] != "firstSeen")
        .map(|cells| {
            columns
                .into_iter()
                .map(str::to_owned)
                .zip(cells.into_iter().map(Value::from))
                .collect::<serde_json::Map<_, _>>()
                .into()
        })
        .collect()
}

#[test]
#[cfg_attr(
    not(oracles),
    ignore = "NETFLOW_ORACLES names no folder of what other tools print"
)]
fn flows_of_nfdump_are_those_that_it_prints() {
    let mut wrong = String::new();
    wrong += &compare_nfdump("nfdump", NfdumpForm::Json, Faults::Corrected, ".json.gz");
    wrong += &compare_nfdump(
        "nfdump-compat",
        NfdumpForm::Json,
        Faults::Copied,
        ".json.gz",
    );
    wrong += &compare_nfdump(
        "nfdump-csv-compat",
        NfdumpForm::Csv,
        Faults::Copied,
        ".csv.gz",
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[cfg_attr(
    not(oracles),
    ignore = "NETFLOW_ORACLES names no folder of what other tools print"
)]
fn fluentd_records_are_those_of_the_plugin() {
    let mut wrong = String::new();
    for (name, faults) in [
        ("fluentd", Faults::Corrected),
        ("fluentd-compat", Faults::Copied),
    ] {
        wrong += &compare_lines("fluentd", name, "record", || {
            let mut options = FluentdOptions::default();
            options.faults = faults;
            Box::new(Documents::<_, JsonDocument<'_>>::new(Fluentd::new(options)))
        });
    }
    assert!(wrong.is_empty(), "{wrong}");
}
