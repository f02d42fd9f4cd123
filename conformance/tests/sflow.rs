//! sFlow captures against their expected results: tags, names, octets and values.
//!
//! `NETFLOW_CAPTURES` names the folder of the captures.

use core::fmt::Write as _;
use std::fs;
use std::path::Path;

use netflow_core::wire::sflow::structure::{Member, MemberValue, Members, Structure};
use netflow_core::wire::sflow::{DataFormat, Datagram, Record, Sample, SampleKind};
use serde_json::{Value, json};

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn captures_decode_to_their_expected_results() {
    let is_sflow = |name: &str| name.starts_with("sflow-") && name.ends_with(".pcap");
    let paths = netflow_testdata::foreign(is_sflow).unwrap();
    let mut differences = Vec::new();
    let mut compared = 0;
    for path in &paths {
        compared += compare_capture(path, &mut differences);
    }
    println!("{} captures, {compared} members compared", paths.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn compare_capture(path: &Path, differences: &mut Vec<String>) -> usize {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let expected = fs::read(path.with_extension("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let capture = fs::read(path).unwrap();
    let frames = pcap_frames(&capture);
    let mut compared = 0;
    for packet in expected["packets"].as_array().unwrap() {
        let frame = usize::try_from(packet["frame"].as_u64().unwrap()).unwrap();
        let payload = udp_payload(frames[frame - 1]);
        let found = decode(payload);
        let wanted = wanted(packet);
        if found != wanted {
            differences.push(format!(
                "{name} frame {frame}:\n found {found}\nwanted {wanted}"
            ));
        }
        compared += found["samples"].as_array().map_or(0, |samples| {
            let fields = |item: &Value| item["fields"].as_array().map_or(0, Vec::len);
            let records = |s: &Value| {
                s["records"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(fields)
                    .sum::<usize>()
            };
            samples
                .iter()
                .map(|sample| fields(sample) + records(sample))
                .sum()
        });
    }
    compared
}

/// What was found, in the form of [`wanted`].
fn decode(payload: &[u8]) -> Value {
    let Ok(datagram) = Datagram::parse(payload) else {
        return json!({ "error": true });
    };
    let mut samples = Vec::new();
    let mut walk = datagram.samples();
    let mut fault = false;
    for sample in walk.by_ref() {
        match sample {
            Ok(sample) => samples.push(sample_found(&sample)),
            Err(_) => fault = true,
        }
    }
    let mut faults = 0;
    let counts = datagram.verify(|_, _| faults += 1);
    assert_eq!(
        usize::try_from(counts.flow_samples + counts.counters_samples + counts.discarded_packets),
        Ok(samples.len())
    );
    assert!(faults > 0 || !fault);
    json!({
        "header": {
            "agent_type": datagram.agent_address().map_or(0, |agent| if agent.is_ipv4() { 1 } else { 2 }),
            "agent": datagram.agent_address().map(|agent| agent.to_string()),
            "sub_agent_id": datagram.sub_agent_id(),
            "sequence": datagram.sequence_number(),
            "uptime_ms": datagram.uptime_ms(),
            "samples": datagram.sample_count(),
        },
        "samples": samples,
        "trailing": walk.rest().len(),
    })
}

fn sample_found(sample: &Sample<'_>) -> Value {
    let kind = sample.kind().unwrap();
    let mut records = kind.records();
    let found: Vec<Value> = records
        .by_ref()
        .filter_map(Result::ok)
        .map(|record| record_found(&record))
        .collect();
    json!({
        "tag": sample.format().to_string(),
        "length": sample.length(),
        "kind": sample.structure().map(Structure::name),
        "cut": sample.is_cut(),
        "fields": members_found(sample.members()),
        "split": split_found(&kind, sample.format()),
        "records": found,
        "padding": records.rest().len(),
    })
}

fn split_found(kind: &SampleKind<'_>, format: DataFormat) -> Value {
    match kind {
        SampleKind::Flow(flow) if format == DataFormat::new(0, 1) => json!({
            "source_id_class": flow.source_id().class,
            "source_id_index": flow.source_id().index,
            "input_format": flow.input().format,
            "input_value": flow.input().value,
            "output_format": flow.output().format,
            "output_value": flow.output().value,
        }),
        SampleKind::Counters(counters) if format == DataFormat::new(0, 2) => json!({
            "source_id_class": counters.source_id().class,
            "source_id_index": counters.source_id().index,
        }),
        _ => Value::Null,
    }
}

fn record_found(record: &Record<'_>) -> Value {
    json!({
        "tag": record.format().to_string(),
        "length": record.length(),
        "kind": record.structure().map(Structure::name),
        "cut": record.is_cut(),
        "fields": members_found(record.members()),
    })
}

fn members_found(members: Members<'_>) -> Value {
    members.map(|member| member_found(&member)).collect()
}

fn member_found(member: &Member<'_>) -> Value {
    let value = match member.value {
        None => Value::Null,
        Some(MemberValue::Unsigned(value)) => json!(value),
        Some(MemberValue::Signed(value)) => json!(value),
        Some(MemberValue::Float(value)) => json!(value),
        Some(MemberValue::Address(address)) => json!(address.to_string()),
        Some(MemberValue::MacAddress(octets)) => {
            json!(octets.map(|octet| format!("{octet:02x}")).join(":"))
        }
        Some(MemberValue::Text(text)) => json!(String::from_utf8_lossy(text)),
        Some(MemberValue::Octets(octets)) => json!(hex(octets)),
    };
    json!([member.name.to_string(), hex(member.octets), value])
}

/// What a packet's expected result says, without what only its maker reports.
fn wanted(packet: &Value) -> Value {
    if packet["samples"].is_null() {
        return json!({ "error": true });
    }
    json!({
        "header": packet["header"],
        "samples": list(&packet["samples"], sample_wanted),
        "trailing": packet["trailing_bytes"].as_u64().unwrap_or(0),
    })
}

fn sample_wanted(sample: &Value) -> Value {
    json!({
        "tag": sample["tag"],
        "length": sample["length"],
        "kind": sample["kind"],
        "cut": !sample["error"].is_null(),
        "fields": list(&sample["fields"], field_wanted),
        "split": sample["split"],
        "records": list(&sample["records"], record_wanted),
        "padding": sample["padding"].as_u64().unwrap_or(0),
    })
}

fn record_wanted(record: &Value) -> Value {
    json!({
        "tag": record["tag"],
        "length": record["length"],
        "kind": record["kind"],
        "cut": !record["error"].is_null(),
        "fields": list(&record["fields"], field_wanted),
    })
}

/// `[name, raw, value]` or `[name, raw, value, notes]`; the note `typed` wins.
fn field_wanted(field: &Value) -> Value {
    let typed = &field[3]["typed"];
    let value = if typed.is_null() { &field[2] } else { typed };
    json!([field[0], field[1], value])
}

fn list(values: &Value, map: impl Fn(&Value) -> Value) -> Value {
    values.as_array().unwrap().iter().map(map).collect()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        _ = write!(text, "{octet:02x}");
        text
    })
}

/// The frames of a classic capture file, little endian.
fn pcap_frames(capture: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut rest = &capture[24..];
    while let Some((head, octets)) = rest.split_first_chunk::<16>() {
        let length = u32::from_le_bytes(*head[8..].first_chunk().unwrap());
        let (frame, next) = octets.split_at(usize::try_from(length).unwrap());
        frames.push(frame);
        rest = next;
    }
    frames
}

/// The payload of a frame that is Ethernet, VLAN tags, IPv4 or IPv6, and UDP.
fn udp_payload(frame: &[u8]) -> &[u8] {
    let short = |octets: &[u8], at: usize| u16::from_be_bytes([octets[at], octets[at + 1]]);
    let mut at = 12;
    while matches!(short(frame, at), 0x8100 | 0x88a8) {
        at += 4;
    }
    let ip = &frame[at + 2..];
    let udp = match short(frame, at) {
        0x0800 => &ip[usize::from(ip[0] & 15) * 4..],
        0x86dd => &ip[40..],
        other => panic!("EtherType {other:#06x}"),
    };
    let length = usize::from(short(udp, 4));
    &udp[8..length.min(udp.len())]
}
