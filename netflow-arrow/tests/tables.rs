//! Which batches are one table.

use core::net::SocketAddr;

use arrow_array::cast::AsArray as _;
use arrow_array::types::UInt32Type;
use netflow_arrow::{
    Addresses, BatchBuilder as _, RecordBatch, RecordBatchBuilder, TableBatchBuilder, Tables,
    TemplateTable,
};
use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

/// IPFIX of domain 7: template 256 of these elements, 4 octets each, and a record of ones.
fn message(elements: &[u16]) -> Vec<u8> {
    let mut sets = vec![];
    let count = u16::try_from(elements.len()).unwrap();
    for word in [2, 8 + 4 * count, 256, count] {
        sets.extend(word.to_be_bytes());
    }
    for element in elements {
        sets.extend(element.to_be_bytes());
        sets.extend(4_u16.to_be_bytes());
    }
    for word in [256, 4 + 4 * count] {
        sets.extend(word.to_be_bytes());
    }
    sets.extend([0, 0, 0, 1].repeat(elements.len()));
    let length = u16::try_from(16 + sets.len()).unwrap();
    let mut octets = vec![0, 10];
    octets.extend(length.to_be_bytes());
    octets.extend([0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7]);
    octets.extend(sets);
    octets
}

const OCTETS: u16 = 1;
const PACKETS: u16 = 2;
const INPUT: u16 = 10;

/// The messages of one exporter after the other, decoded for `each`.
fn decode(messages: &[(&str, Vec<u8>)], mut each: impl FnMut(&netflow_core::Decoded<'_>)) {
    let mut decoder = Decoder::new(Limits::new(1));
    for (exporter, payload) in messages {
        let exporter: SocketAddr = exporter.parse().unwrap();
        let received = Timestamp::from_secs(1_618_136_400);
        let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
        each(&decoder.decode(datagram).unwrap());
    }
}

fn messages() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("192.0.2.1:4739", message(&[OCTETS, PACKETS])),
        ("192.0.2.1:4739", message(&[INPUT])),
        ("[2001:db8::1]:4739", message(&[INPUT])),
        // From another port: the same exporter, whose template is as it was first.
        ("192.0.2.1:4740", message(&[OCTETS, PACKETS])),
    ]
}

fn place(tables: &mut Tables, messages: &[(&str, Vec<u8>)]) -> Vec<Option<usize>> {
    let mut places = vec![];
    let mut builder = RecordBatchBuilder::new(Addresses::Text, 100);
    let mut batches = vec![];
    decode(messages, |message| {
        let full = |batch| {
            batches.push(batch);
            Ok(())
        };
        builder.append(message, full).unwrap();
    });
    batches.extend(builder.finish().unwrap());
    for batch in batches {
        places.push(tables.place(&batch));
    }
    places
}

#[test]
fn a_template_that_is_redefined_is_another_table() {
    let mut tables = Tables::default();
    place(&mut tables, &messages());
    let mut found: Vec<_> = tables
        .all()
        .iter()
        .map(|table| (table.name.as_str(), table.rows))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("192.0.2.1-ipfix-7-256", 2),
            ("192.0.2.1-ipfix-7-256-2", 1),
            ("2001_db8__1-ipfix-7-256", 1),
        ]
    );
    assert_eq!(tables.left_out(), 0);
}

#[test]
fn tables_have_no_more_columns_than_they_may() {
    // Five columns of the message and one or two elements.
    let mut tables = Tables::new(13);
    let places = place(&mut tables, &messages());
    assert_eq!(tables.all().len(), 2);
    assert_eq!(places.iter().filter(|place| place.is_none()).count(), 1);
    assert_eq!(tables.left_out(), 1);
}

/// v9: template 256 of one counter, of flows or of options without a scope, and a record.
fn without_scope(is_options: bool) -> Vec<u8> {
    let mut octets = vec![0, 9, 0, 2];
    octets.extend([0, 0, 0, 1, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7]);
    if is_options {
        octets.extend([0, 1, 0, 14, 1, 0, 0, 0, 0, 4]);
    } else {
        octets.extend([0, 0, 0, 12, 1, 0, 0, 1]);
    }
    octets.extend([0, 1, 0, 4]);
    octets.extend([1, 0, 0, 8, 0, 0, 0, 1]);
    octets
}

/// The rows of a table alone.
fn rows(table: &TemplateTable, messages: &[(&str, Vec<u8>)]) -> Vec<RecordBatch> {
    let records = RecordBatchBuilder::new(Addresses::Text, 100);
    let mut builder = TableBatchBuilder::new(records, table);
    let mut batches: Vec<RecordBatch> = vec![];
    let mut full = |batch| {
        batches.push(batch);
        Ok(())
    };
    decode(messages, |message| {
        builder.append(message, &mut full).unwrap();
    });
    builder.finish(&mut full).unwrap();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(u64::try_from(rows).unwrap(), table.rows, "{}", table.name);
    batches
}

#[test]
fn options_and_flows_of_the_same_columns_are_two_tables() {
    let messages =
        [false, true, false].map(|is_options| ("192.0.2.1:2055", without_scope(is_options)));
    let mut tables = Tables::default();
    place(&mut tables, &messages);
    let mut kinds = vec![];
    for table in tables.all() {
        rows(table, &messages);
        kinds.push((table.is_options, table.rows));
    }
    kinds.sort_unstable();
    assert_eq!(kinds, [(false, 2), (true, 1)]);
}

#[test]
fn one_table_is_given_alone() {
    let mut tables = Tables::default();
    place(&mut tables, &messages());
    for table in tables.all() {
        for batch in rows(table, &messages()) {
            assert_eq!(batch.schema(), table.schema);
            let last = batch.columns().last().unwrap();
            assert!(
                last.as_primitive::<UInt32Type>()
                    .values()
                    .iter()
                    .all(|value| *value == 1)
            );
        }
    }
}
