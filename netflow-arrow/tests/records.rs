//! Records of every capture in `testdata/` against the rows that the reader in Python
//! expects.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Float64Type, Int64Type, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::DataType;
use netflow_arrow::{
    Addresses, CounterBatchBuilder, CounterOptions, RecordBatchBuilder, TemplateBatch,
    counter_columns,
};
use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use serde_json::Value;

fn tables(path: &Path, rows: usize, addresses: Addresses) -> Vec<TemplateBatch> {
    let mut tables = Vec::new();
    let Ok(mut source) = netflow_io::open(path) else {
        return tables;
    };
    let mut decoder = Decoder::new(Limits::new(1).with_template_lifetime(None));
    let mut builder = RecordBatchBuilder::new(addresses, rows);
    while let Some(Ok(packet)) = source.next() {
        if packet.begins_session {
            decoder.end_session(packet.datagram.exporter);
        }
        if let Ok(message) = decoder.decode(packet.datagram) {
            let full = |table: TemplateBatch| {
                assert!(table.batch.num_rows() <= rows);
                tables.push(table);
                Ok(())
            };
            builder.append(&message, full).unwrap();
        }
    }
    tables.extend(builder.finish().unwrap());
    tables
}

/// A value as the expected rows have it; `None` is none, and lists are looked at elsewhere.
fn value(column: &ArrayRef, row: usize) -> Option<Value> {
    if column.is_null(row) {
        return Some(Value::Null);
    }
    Some(match column.data_type() {
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Binary => {
            let octets = column.as_binary::<i32>().value(row);
            octets
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect::<String>()
                .into()
        }
        DataType::Timestamp(..) => {
            let nanos = column.as_primitive::<TimestampNanosecondType>().value(row);
            time(&Timestamp::from_nanos(nanos).to_string()).into()
        }
        _ => return None,
    })
}

/// A time to the microsecond, since expected ones are rounded to it or not.
fn time(text: &str) -> String {
    let (head, fraction) = text
        .trim_end_matches('Z')
        .split_once('.')
        .unwrap_or((text.trim_end_matches('Z'), ""));
    format!(
        "{head}.{:0<3}",
        fraction.chars().take(3).collect::<String>()
    )
}

/// Exporter, protocol, domain, set.
type Key = (String, String, u64, u64);

#[test]
fn every_element_has_its_expected_value() {
    let mut compared = 0_u64;
    for path in netflow_testdata::expected_files() {
        let rows: Vec<Value> = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let mut expected: HashMap<Key, Vec<Value>> = HashMap::new();
        for row in rows {
            if row["kind"] == "data" || row["kind"] == "options" {
                let text = |name: &str| row[name].as_str().unwrap_or("0.0.0.0").to_owned();
                let number = |name: &str| row[name].as_u64().unwrap_or(0);
                let key = (
                    text("exporter"),
                    text("protocol"),
                    number("domain"),
                    number("set"),
                );
                expected.entry(key).or_default().push(row);
            }
        }
        let mut found: HashMap<Key, usize> = HashMap::new();
        for table in tables(&netflow_testdata::capture_of(&path), 5, Addresses::Text) {
            let batch = &table.batch;
            let key = (
                table.key.domain.exporter.ip().to_string(),
                table.key.domain.protocol.name().to_owned(),
                u64::from(table.key.domain.observation_domain),
                u64::from(table.key.template_id),
            );
            let next = found.entry(key.clone()).or_default();
            let expected = &expected[&key][*next..];
            *next += batch.num_rows();
            for (row, expected) in expected.iter().enumerate().take(batch.num_rows()) {
                let frame = value(batch.column(4), row);
                assert_eq!(
                    frame.as_ref(),
                    Some(&expected["frame"]),
                    "{}",
                    path.display()
                );
                let fields = expected["fields"].as_array().unwrap();
                let is_plain = fields.len() + 5 == batch.num_columns();
                for (index, field) in fields.iter().enumerate().filter(|_| is_plain) {
                    let column = batch.column(index + 5);
                    let wanted = match (&field[2], column.data_type()) {
                        (Value::String(text), DataType::Timestamp(..)) => time(text).into(),
                        // Octets of no known meaning.
                        (Value::Null, DataType::Binary) => field[1].clone(),
                        // Neither true nor false.
                        (Value::Number(_), DataType::Boolean) => Value::Null,
                        (wanted, _) => wanted.clone(),
                    };
                    if let Some(value) = value(column, row) {
                        assert_eq!(value, wanted, "{} {row} {field}", path.display());
                        compared += 1;
                    }
                }
            }
        }
        for (key, rows) in &expected {
            let found = found.get(key).copied().unwrap_or(0);
            assert_eq!(found, rows.len(), "{key:?} of {}", path.display());
        }
    }
    println!("{compared} values");
    assert!(compared > 10_000, "captures are missing");
}

#[test]
fn the_form_of_addresses_changes_nothing_else() {
    for expected in netflow_testdata::expected_files() {
        let path = netflow_testdata::capture_of(&expected);
        let in_text = tables(&path, 4_096, Addresses::Text);
        for addresses in [Addresses::Octets, Addresses::View, Addresses::Key] {
            let others = tables(&path, 4_096, addresses);
            assert_eq!(in_text.len(), others.len());
            for text in &in_text {
                // Those of the end come in no order.
                let is_same = |other: &&TemplateBatch| {
                    other.key == text.key && other.batch.column(4) == text.batch.column(4)
                };
                let other = others.iter().find(is_same).unwrap();
                for (one, other) in text.batch.columns().iter().zip(other.batch.columns()) {
                    assert_eq!(one.null_count(), other.null_count(), "{}", path.display());
                    if one.data_type() == other.data_type() {
                        assert_eq!(one, other, "{}", path.display());
                    }
                }
            }
        }
    }
}

#[test]
fn lists_are_semantic_and_entries() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let mut lists = 0;
    let mut entries_of_all = 0;
    for capture in ["genuine/fixbuf_lists.ipfix", "synthetic/ipfix_lists.pcap"] {
        for table in tables(&testdata.join(capture), usize::MAX, Addresses::Text) {
            for column in table.batch.columns() {
                let Some(column) = column.as_struct_opt() else {
                    continue;
                };
                lists += column.len() - column.null_count();
                let entries = column.column_by_name("entries").unwrap().as_list::<i32>();
                let values = entries.values().as_struct();
                let names = values.column_by_name("name").unwrap().as_string::<i32>();
                assert!(names.iter().flatten().all(|name| !name.is_empty()));
                entries_of_all += values.len();
            }
        }
    }
    assert!(
        lists > 10 && entries_of_all > lists,
        "{lists} lists of {entries_of_all} entries"
    );
}

#[test]
fn more_templates_than_are_gathered_at_a_time_are_returned_before() {
    let mut decoder = Decoder::new(Limits::new(1));
    let mut builder = RecordBatchBuilder::new(Addresses::Text, usize::MAX);
    let mut returned = 0;
    for id in 256..256 + 1_000_u16 {
        // A template of a port, and a record by it.
        let mut payload = vec![
            0, 10, 0, 34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 2, 0, 12,
        ];
        payload.extend(id.to_be_bytes());
        payload.extend([0, 1, 0, 7, 0, 2]);
        payload.extend(id.to_be_bytes());
        payload.extend([0, 6, 0, 80]);
        let exporter = "192.0.2.1:4739".parse().unwrap();
        let received = Timestamp::default();
        let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
        let full = |table: TemplateBatch| {
            returned += table.batch.num_rows();
            Ok(())
        };
        let message = decoder.decode(datagram).unwrap();
        builder.append(&message, full).unwrap();
        let held = usize::from(id - 255) - returned;
        assert!((1..=256).contains(&held), "{held}");
    }
    assert_eq!(returned + builder.finish().unwrap().len(), 1_000);
}

/// A message of IPFIX with these sets.
fn message(sets: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut payload = vec![0, 10, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7];
    for (id, octets) in sets {
        payload.extend(id.to_be_bytes());
        payload.extend(u16::try_from(octets.len() + 4).unwrap().to_be_bytes());
        payload.extend(octets);
    }
    let length = u16::try_from(payload.len()).unwrap();
    payload[2..4].copy_from_slice(&length.to_be_bytes());
    payload
}

/// Element 20 of enterprise 64,999 and so on, by names that the exporter announces.
fn type_records(names: &[&str]) -> Vec<u8> {
    const UNSIGNED_32: u8 = 3;
    // As RFC 5610 announces it: enterprise, element, type, name.
    let mut types = vec![1, 44, 0, 4, 0, 2, 1, 90, 0, 4, 1, 47, 0, 2];
    types.extend([1, 83, 0, 1, 1, 85, 255, 255]);
    let mut described = Vec::new();
    for (id, name) in (20_u8..).zip(names) {
        described.extend([0, 0, 0xFD, 0xE7, 0, id, UNSIGNED_32, 255]);
        described.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
        described.extend(name.as_bytes());
    }
    message(&[(3, types), (300, described)])
}

#[test]
fn columns_of_one_name_are_distinguished_by_number() {
    let names = ["frame", "a", "a", "a (64999:22)", "file", "late"];
    let described = type_records(&names);
    let mut template = vec![1, 0, 0, 8];
    let mut record = Vec::new();
    for id in (20_u8..).take(names.len()) {
        template.extend([0x80, id, 0, 4, 0, 0, 0xFD, 0xE7]);
        record.extend([0, 0, 0, id]);
    }
    // Two octetDeltaCount: an element that repeats is still a list.
    template.extend([0, 1, 0, 4, 0, 1, 0, 4]);
    record.extend([0, 0, 0, 1, 0, 0, 0, 2]);
    let counted = message(&[(2, template), (256, record)]);

    let mut decoder = Decoder::new(Limits::new(1));
    let mut builder = RecordBatchBuilder::new(Addresses::Text, usize::MAX);
    for payload in [&described, &counted] {
        let exporter = "192.0.2.1:4739".parse().unwrap();
        let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::default(), payload);
        let message = decoder.decode(datagram).unwrap();
        assert_eq!(message.problems().count(), 0);
        builder.append(&message, |_full| Ok(())).unwrap();
    }
    let tables = builder.finish().unwrap();
    let table = tables.iter().find(|table| !table.is_options).unwrap();
    let schema = table.batch.schema();
    let found: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let expected = [
        "received",
        "export_time",
        "sequence",
        "late",
        "frame",
        "frame (64999:20)",
        "a",
        "a (64999:22)",
        "a (64999:22) (64999:23)",
        "file (64999:24)",
        "late (64999:25)",
        "octetDeltaCount",
    ];
    assert_eq!(found, expected);
    assert!(matches!(schema.field(11).data_type(), DataType::List(_)));
    for (id, column) in (20_u8..).zip(&table.batch.columns()[5..11]) {
        assert_eq!(column.as_primitive::<UInt32Type>().value(0), u32::from(id));
    }
}

/// A template of 64 zero-length fields and one of one octet, by this id.
fn hollow(id: u16) -> Vec<u8> {
    let mut template = id.to_be_bytes().to_vec();
    template.extend(65_u16.to_be_bytes());
    template.extend([0, 82, 0, 0].repeat(64));
    template.extend([0, 4, 0, 1]);
    template
}

/// All batches of these messages.
fn batches(messages: &[Vec<u8>]) -> Vec<TemplateBatch> {
    let mut decoder = Decoder::new(Limits::new(1));
    let mut builder = RecordBatchBuilder::new(Addresses::Text, usize::MAX);
    let mut batches = Vec::new();
    for payload in messages {
        let exporter = "192.0.2.1:4739".parse().unwrap();
        let received = Timestamp::from_secs(1);
        let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
        let message = decoder.decode(datagram).unwrap();
        let full = |batch| {
            batches.push(batch);
            Ok(())
        };
        builder.append(&message, full).unwrap();
    }
    batches.extend(builder.finish().unwrap());
    batches
}

#[test]
fn zero_length_fields_do_not_fill_the_memory() {
    let mut messages = vec![message(&[(2, hollow(256))])];
    messages.extend((0..5).map(|_| message(&[(256, vec![17; 60_000])])));
    let mut rows = 0;
    for table in batches(&messages) {
        rows += table.batch.num_rows();
        assert!(table.batch.get_array_memory_size() < 40 << 20);
    }
    assert_eq!(rows, 300_000);
}

#[test]
fn entries_of_lists_are_of_fields_that_have_octets() {
    // A subTemplateList (292) of variable length, and all of it in one record.
    let list = [1, 1, 0, 1, 1, 36, 255, 255];
    let mut record = vec![255, 3, 235, 255, 1, 0];
    record.resize(6 + 1_000, 17);
    let messages = [
        message(&[(2, hollow(256))]),
        message(&[(2, list.to_vec()), (257, record)]),
    ];
    let [table] = batches(&messages).try_into().unwrap();
    assert!(table.batch.get_array_memory_size() < 1 << 20);
    let lists = table.batch.column(5).as_struct();
    let entries = lists.column(1).as_list::<i32>().value(0);
    let (names, values) = (entries.as_struct().column(2), entries.as_struct().column(3));
    assert_eq!(entries.len(), 1_000);
    let is_all = |texts: &ArrayRef, wanted| {
        texts
            .as_string::<i32>()
            .iter()
            .all(|text| text == Some(wanted))
    };
    assert!(is_all(names, "protocolIdentifier") && is_all(values, "17"));
}

/// Each entry of a list holds the name of its element.
#[test]
fn a_long_name_is_left_to_its_number() {
    let long = "x".repeat(256);
    let named = vec![1, 0, 0, 1, 0x80, 20, 0, 1, 0, 0, 0xFD, 0xE7];
    // A subTemplateList (292) of such records.
    let list = vec![1, 1, 0, 1, 1, 36, 255, 255];
    let mut record = vec![255, 3, 235, 255, 1, 0];
    record.resize(6 + 1_000, 7);
    let sets = [(2, named), (2, list), (256, vec![7]), (257, record)];
    let tables = batches(&[type_records(&[&long]), message(&sets)]);
    let of = |id| {
        tables
            .iter()
            .find(|table| table.key.template_id == id)
            .unwrap()
    };
    let (named, lists) = (of(256), of(257));
    assert_eq!(named.batch.schema().field(5).name(), "64999:20");
    let column = lists.batch.column(5).as_struct();
    let entries = column.column(1).as_list::<i32>().value(0);
    assert_eq!(entries.len(), 1_000);
    let names = entries.as_struct().column(2).as_string::<i32>();
    assert!(names.iter().all(|name| name == Some("64999:20")));
}

#[test]
fn counters_of_a_structure_are_a_row_of_columns() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/genuine/ovs.pcap");
    let mut source = netflow_io::open(&path).unwrap();
    let mut decoder = Decoder::new(Limits::new(1).with_template_lifetime(None));
    let mut builder = CounterBatchBuilder::new(CounterOptions::default());
    while let Some(Ok(packet)) = source.next() {
        let message = decoder.decode(packet.datagram).unwrap();
        builder.append(&message, |_| Ok(())).unwrap();
    }
    let long = builder.finish().unwrap();
    let wide = counter_columns(core::slice::from_ref(&long), "ovs_dp_stats").unwrap();
    let halves = [
        long.slice(0, long.num_rows() / 2),
        long.slice(long.num_rows() / 2, long.num_rows() - long.num_rows() / 2),
    ];
    assert_eq!(counter_columns(&halves, "ovs_dp_stats").unwrap(), wide);

    let counters = long.column_by_name("counter").unwrap();
    let counters = counters.as_any_dictionary();
    let names = counters.values().as_string::<i32>();
    let numbers = long
        .column_by_name("value")
        .unwrap()
        .as_primitive::<UInt64Type>();
    let mut of_counter: HashMap<&str, Vec<u64>> = HashMap::new();
    for (row, place) in counters.normalized_keys().into_iter().enumerate() {
        if numbers.is_valid(row) {
            of_counter
                .entry(names.value(place))
                .or_default()
                .push(numbers.value(row));
        }
    }
    // Its counters (registry/sflow.csv), after 8 columns of the sample.
    let fields = wide.schema();
    let names: Vec<&str> = fields
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(
        names[8..],
        ["hits", "misses", "lost", "mask_hits", "flows", "masks"]
    );
    for field in wide.schema().fields().iter().skip(8) {
        let column = wide
            .column_by_name(field.name())
            .unwrap()
            .as_primitive::<UInt64Type>();
        let found: Vec<u64> = column.iter().flatten().collect();
        let expected = of_counter
            .get(field.name().as_str())
            .cloned()
            .unwrap_or_default();
        assert_eq!(found, expected, "{}", field.name());
    }
    assert_eq!(wide.num_rows(), 13);
    assert_eq!(counter_columns(&[long], "no_such").unwrap().num_rows(), 0);
}
