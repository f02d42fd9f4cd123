//! The versions without templates.

use netflow_core::encode::{FixedBuilder, FixedHeader};
use netflow_core::value::Value;
use netflow_core::wire::fixed::{FixedLayout, layouts};
use netflow_core::wire::{v1, v5, v6, v7};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

use crate::{datagram, decoder};

fn layout() -> impl Strategy<Value = &'static FixedLayout> {
    proptest::sample::select(layouts().collect::<Vec<_>>())
}

fn header() -> impl Strategy<Value = FixedHeader> {
    any::<(u32, u32, u32, u32, u8, u8, u16, u8)>().prop_map(|h| {
        FixedHeader::default()
            .with_sys_uptime(h.0)
            .with_unix_secs(h.1)
            .with_unix_nsecs(h.2 % 1_000_000_000)
            .with_sequence(h.3)
            .with_engine_type(h.4)
            .with_engine_id(h.5)
            .with_sampling(h.6)
            .with_scheme_version(h.7)
    })
}

/// The octets of a message of this layout.
fn message(layout: &'static FixedLayout, header: FixedHeader, records: &[Vec<u8>]) -> Vec<u8> {
    let mut message = FixedBuilder::new(layout, header);
    for record in records {
        message.octets(record).unwrap();
    }
    message.finish()
}

fn records() -> impl Strategy<Value = (&'static FixedLayout, Vec<Vec<u8>>)> {
    layout().prop_flat_map(|layout| {
        let len = usize::from(layout.record_len);
        vec(vec(any::<u8>(), len), 0..30).prop_map(move |records| (layout, records))
    })
}

proptest! {
    #[test]
    fn every_layout_is_read_as_it_was_written((layout, records) in records(), header in header()) {
        let octets = message(layout, header, &records);
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&octets)).unwrap();
        prop_assert_eq!(message.problems().count(), 0);
        let found: Vec<_> = message.records().map(|record| record.octets().to_vec()).collect();
        prop_assert_eq!(&found, &records);
        let read = message.headers().next().unwrap();
        prop_assert_eq!(read.sys_uptime, Some(header.sys_uptime));
        prop_assert_eq!(read.sequence.unwrap_or(header.sequence), header.sequence);
        // The values that were read make the same octets again.
        let mut again = FixedBuilder::new(layout, header);
        for record in message.records() {
            let values = record.fields().map(|field| field.value().unwrap_or(Value::Octets(field.octets())));
            again.record(values).unwrap();
        }
        prop_assert_eq!(again.finish(), octets);
    }

    /// The views of `wire`, the built-in templates and the flows are three readers
    /// of the same octets.
    #[test]
    fn typed_views_and_templates_agree((layout, records) in records(), header in header()) {
        let octets = message(layout, header, &records);
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&octets)).unwrap();
        let flows: Vec<Row> = message.flows().map(|flow| Row {
            source: flow.source_address().unwrap_or([0, 0, 0, 0].into()),
            ports: (flow.source_port().unwrap_or(0), flow.destination_port().unwrap_or(0)),
            octets: flow.octets().unwrap(),
            packets: flow.packets().unwrap(),
            interfaces: (flow.input_interface().unwrap_or(0), flow.output_interface().unwrap_or(0)),
        }).collect();
        macro_rules! typed {
            ($version:ident) => {{
                let message = $version::Message::parse(&octets, 0).unwrap();
                message.records().iter().map(|record| Row {
                    source: record.source_address().into(),
                    ports: (record.source_port(), record.destination_port()),
                    octets: record.octets().into(),
                    packets: record.packets().into(),
                    interfaces: (record.input_interface().into(), record.output_interface().into()),
                }).collect::<Vec<Row>>()
            }};
        }
        let typed = match layout.version {
            1 => typed!(v1),
            5 => typed!(v5),
            6 => typed!(v6),
            7 => typed!(v7),
            _ => return Ok(()),
        };
        prop_assert_eq!(flows, typed);
    }
}

/// What each reader says of a record.
#[derive(Debug, PartialEq)]
struct Row {
    source: core::net::IpAddr,
    ports: (u16, u16),
    octets: u64,
    packets: u64,
    interfaces: (u32, u32),
}
