//! The layers agree: the wire without state, the Decoder, typed views and members.

use netflow_core::wire::set::{Dialect, FIRST_DATA_SET, Sets};
use netflow_core::wire::sflow::{Record, SampleKind};
use netflow_core::wire::template::{TemplateKind, TemplateRecords};
use netflow_core::wire::{ipfix, record, v9};
use netflow_core::{Decoded, Flow, Protocol, SetKind};
use proptest::prelude::{prop_assert_eq, proptest};

use crate::mutation::datagrams;
use crate::{datagram, decoder};

/// One record as the layers see it: set id and the octets of its fields.
type Row = (u16, Vec<Vec<u8>>);

/// The data records of one message by the wire layer alone, with the templates it brings.
fn by_wire(message: Decoded<'_>) -> Option<Vec<Row>> {
    let header = message.headers().next()?;
    let payload = message.payload();
    let (dialect, len, end) = match header.protocol {
        Protocol::NetflowV9 => (Dialect::NETFLOW_V9, v9::Header::LEN, payload.len()),
        Protocol::Ipfix => {
            let (wire, _) = ipfix::Header::parse(payload, 0).ok()?;
            let end = usize::from(wire.length()).min(payload.len());
            (Dialect::IPFIX, ipfix::Header::LEN, end)
        }
        _ => return None,
    };
    let mut templates = Vec::new();
    let mut rows = Vec::new();
    for set in Sets::new(payload.get(len..end)?, len) {
        let Ok(set) = set else { break };
        let options = set.id() == dialect.options_template_set;
        if options || set.id() == dialect.template_set {
            let records = TemplateRecords::new(set.body(), set.body_offset(), dialect, options);
            for template in records.flatten() {
                if let TemplateKind::Withdrawal { .. } = template.kind() {
                    let id = template.id();
                    let all_options = id == dialect.options_template_set;
                    templates.retain(|known: &netflow_core::wire::template::TemplateRecord<'_>| {
                        let is_options = matches!(known.kind(), TemplateKind::Options { .. });
                        known.id() != id && (id >= FIRST_DATA_SET || is_options != all_options)
                    });
                } else if template.field_count() > 0 && template.field_count() <= 4096 {
                    templates.retain(|known| known.id() != template.id());
                    templates.push(template);
                }
            }
        } else if let Some(template) = templates.iter().find(|known| known.id() == set.id()) {
            let records = record::Records::new(set.body(), template);
            rows.extend(records.map(|record| {
                let fields = record.fields().map(|field| field.octets.to_vec());
                (set.id(), fields.collect())
            }));
        }
    }
    Some(rows)
}

/// The same by a Decoder that knows nothing else.
fn by_decoder(message: Decoded<'_>) -> Vec<Row> {
    let first = message.headers().next().map(|header| header.offset);
    let sets = message.sets().filter(|set| {
        let data = matches!(set.kind(), SetKind::Data | SetKind::Options);
        data && !set.is_late() && Some(set.header().offset) == first
    });
    sets.flat_map(|set| {
        set.records().map(move |record| {
            let fields = record.fields().map(|field| field.octets().to_vec());
            (set.id(), fields.collect())
        })
    })
    .collect()
}

/// The octets that a flow is read from.
fn source<'m>(flow: Flow<'m>) -> [Option<&'m [u8]>; 2] {
    let record = flow.record().map(|record| record.octets());
    [record, flow.sample().map(|sample| sample.octets())]
}

/// Each `step`th of them, and that nothing follows the last.
fn stepped<T>(mut all: impl Iterator<Item = T>, step: usize) -> Vec<T> {
    let found = core::iter::from_fn(|| all.nth(step)).collect();
    assert!(all.next().is_none());
    found
}

/// What typed views of a record say, beside what its members say by the table.
fn typed(record: &Record<'_>) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    if let Some(view) = record.as_sampled_header() {
        said.push(("header_protocol", view.protocol.to_string()));
        said.push(("frame_length", view.frame_length.to_string()));
        said.push(("stripped", view.stripped.to_string()));
    }
    if let Some(view) = record.as_extended_switch() {
        said.push(("src_vlan", view.src_vlan().to_string()));
        said.push(("dst_vlan", view.dst_vlan().to_string()));
    }
    if let Some(view) = record.as_if_counters() {
        said.push(("ifIndex", view.if_index().to_string()));
        said.push(("ifInOctets", view.if_in_octets().to_string()));
    }
    said
}

proptest! {
    #[test]
    fn the_wire_and_the_decoder_yield_the_same_records(datagrams in datagrams()) {
        for (_, changed) in &datagrams {
            let mut decoder = decoder();
            let Ok(message) = decoder.decode(datagram(1, changed)) else { continue };
            if let Some(rows) = by_wire(message) {
                prop_assert_eq!(rows, by_decoder(message));
            }
        }
    }

    #[test]
    fn what_is_skipped_changes_nothing_after_it(datagrams in datagrams()) {
        let mut decoder = decoder();
        for (_, changed) in &datagrams {
            let Ok(message) = decoder.decode(datagram(1, changed)) else { continue };
            for step in [0, 1, 2, 5, 40] {
                let expected = |all: Vec<[Option<_>; 2]>| -> Vec<_> {
                    all.into_iter().skip(step).step_by(step + 1).collect()
                };
                let flows = || message.flows().map(source);
                prop_assert_eq!(
                    stepped(message.flows(), step).into_iter().map(source).collect::<Vec<_>>(),
                    expected(flows().collect())
                );
                for set in message.sets() {
                    let records = || set.records().map(|record| [Some(record.octets()), None]);
                    let passed = stepped(set.records(), step).into_iter();
                    prop_assert_eq!(
                        passed.map(|record| [Some(record.octets()), None]).collect::<Vec<_>>(),
                        expected(records().collect())
                    );
                }
            }
        }
    }

    #[test]
    fn typed_views_of_sflow_and_its_tables_agree(datagrams in datagrams()) {
        for (_, changed) in &datagrams {
            let mut decoder = decoder();
            let Ok(message) = decoder.decode(datagram(1, changed)) else { continue };
            for sample in message.samples() {
                let Ok(kind) = sample.kind() else { continue };
                if let SampleKind::Flow(flow) = kind {
                    let rate = sample.members().find(|member| member.name.to_string() == "sampling_rate");
                    let value = rate.and_then(|member| member.value);
                    let expected = netflow_core::wire::sflow::structure::MemberValue::Unsigned(flow.sampling_rate().into());
                    prop_assert_eq!(value, Some(expected));
                }
                for record in kind.records().flatten() {
                    for (name, said) in typed(&record) {
                        let member = record.members().find(|member| member.name.to_string() == name);
                        let value = member.and_then(|member| member.value);
                        let Some(netflow_core::wire::sflow::structure::MemberValue::Unsigned(value)) = value else {
                            return Err(proptest::test_runner::TestCaseError::fail(format!("{name} is {value:?}")));
                        };
                        prop_assert_eq!(value.to_string(), said);
                    }
                }
            }
        }
    }
}
