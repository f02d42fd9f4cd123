//! The fixed versions: typed views, the tables of layouts and the Decoder's built-in
//! templates say the same of any octets.

use netflow_core::encode::{FixedBuilder, FixedHeader};
use netflow_core::wire::fixed::{FixedLayout, layouts};
use netflow_core::wire::{v1, v5, v6, v7};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, proptest};

use crate::{datagram, decoder};

/// What the accessors of a typed view return, record by record in the order of the wire, as numbers: a row of
/// `rows!(v5, octets, source_port …)` is `[u64::from(u32::from(record.source_port())), …]`.
macro_rules! rows {
    ($version:ident, $octets:expr, $($member:ident)+) => {{
        let message = $version::Message::parse($octets, 0).unwrap();
        let records = message.records().iter();
        let row = |record: &$version::Record| vec![$(u64::from(u32::from(record.$member())),)+];
        Some(records.map(row).collect())
    }};
}

/// The records by typed views; v8 has none.
fn typed(version: u16, octets: &[u8]) -> Option<Vec<Vec<u64>>> {
    match version {
        1 => rows!(v1, octets, source_address destination_address next_hop input_interface
            output_interface packets octets first last source_port destination_port pad1
            protocol tos tcp_flags tcp_retx_cnt tcp_retx_secs tcp_misseq_cnt reserved),
        5 => rows!(v5, octets, source_address destination_address next_hop input_interface
            output_interface packets octets first last source_port destination_port pad1
            tcp_flags protocol tos source_as destination_as source_prefix_length
            destination_prefix_length pad2),
        6 => rows!(v6, octets, source_address destination_address next_hop input_interface
            output_interface packets octets first last source_port destination_port pad1
            tcp_flags protocol tos source_as destination_as source_prefix_length
            destination_prefix_length input_encapsulation output_encapsulation peer_next_hop),
        7 => rows!(v7, octets, source_address destination_address next_hop input_interface
            output_interface packets octets first last source_port destination_port flags1
            tcp_flags protocol tos source_as destination_as source_prefix_length
            destination_prefix_length flags2 bypassed_router),
        _ => None,
    }
}

fn number(octets: &[u8]) -> u64 {
    octets
        .iter()
        .fold(0, |sum, octet| sum << 8 | u64::from(*octet))
}

fn records() -> impl Strategy<Value = (&'static FixedLayout, Vec<Vec<u8>>)> {
    let layouts = proptest::sample::select(layouts().collect::<Vec<_>>());
    layouts.prop_flat_map(|layout| {
        let record = vec(any::<u8>(), usize::from(layout.record_len));
        (Just(layout), vec(record, 1..20))
    })
}

proptest! {
    #[test]
    fn views_layouts_and_templates_of_fixed_versions_agree((layout, records) in records()) {
        let mut message = FixedBuilder::new(layout, FixedHeader::default());
        for record in &records {
            message.octets(record).unwrap();
        }
        let payload = message.finish();
        let by_table: Vec<Vec<u64>> = records.iter().map(|record| {
            layout.fields.iter().map(|field| {
                let start = usize::from(field.offset);
                number(&record[start..start + usize::from(field.len)])
            }).collect()
        }).collect();
        let mut decoder = decoder();
        let message = decoder.decode(datagram(1, &payload)).unwrap();
        let by_template: Vec<Vec<u64>> = message.records().map(|record| {
            record.fields().map(|field| number(field.octets())).collect()
        }).collect();
        prop_assert_eq!(&by_template, &by_table);
        if let Some(typed) = typed(layout.version, &payload) {
            prop_assert_eq!(&typed, &by_table);
        }
        // The names are those of the layout, or of the elements that they are.
        for record in message.records() {
            for (field, known) in record.fields().zip(layout.fields) {
                let name = field.template().name();
                let is_named = known.element != 0 || name == Some(known.name);
                prop_assert_eq!(is_named, true, "{:?} is {}", name, known.name);
            }
        }
    }
}
