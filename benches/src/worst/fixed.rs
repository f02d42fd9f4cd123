//! Versions 1 and 5 to 8, whose layouts are fixed.

use netflow_core::encode::{FixedBuilder, FixedHeader};
use netflow_core::wire::fixed::{self, FixedLayout};

use super::{Case, FULL, NOW};

/// Name, version and scheme: of v8 the one that most routers send, and the longest records.
const VERSIONS: [(&str, u16, u8); 6] = [
    ("v5", 5, 0),
    ("v1", 1, 0),
    ("v6", 6, 0),
    ("v7", 7, 0),
    ("v8 by AS", 8, 1),
    ("v8 by prefix and port", 8, 14),
];

pub(super) fn cases() -> Vec<Case> {
    let of_version = |(name, version, scheme)| {
        let layout = fixed::layout(version, scheme).expect("there is such a version");
        cases_of(name, layout)
    };
    VERSIONS.into_iter().flat_map(of_version).collect()
}

fn cases_of(protocol: &'static str, layout: &'static FixedLayout) -> Vec<Case> {
    let header_len = message(layout, FixedHeader::default(), 0).len();
    let records = (FULL - header_len) / usize::from(layout.record_len);
    let headers = FULL / header_len;
    let numbered = move |number, records| numbered(layout, number, records);
    vec![
        Case::new(protocol, "normal: as many records as fit", move |number| {
            numbered(number, records)
        }),
        Case::new(protocol, "one record", move |number| numbered(number, 1)),
        Case::new(
            protocol,
            "headers without records, as many as fit",
            move |number| (0..headers).flat_map(|_| numbered(number, 0)).collect(),
        ),
        Case::new(
            protocol,
            "messages of one record, each from another engine",
            move |number| {
                let [_, _, engine_type, low] = number.to_be_bytes();
                let engines = (0..19_u8).map(|part| {
                    FixedHeader::default()
                        .with_engine_type(engine_type)
                        .with_engine_id(low.wrapping_mul(19).wrapping_add(part))
                });
                engines
                    .flat_map(|header| message(layout, header, 1))
                    .collect()
            },
        ),
        Case::new(protocol, "each from another address", move |number| {
            numbered(number, 1)
        })
        .forged(),
        Case::new(
            protocol,
            "octets of nothing after the header",
            move |number| {
                let mut octets = numbered(number, 0);
                octets.resize(FULL, 0xff);
                octets
            },
        ),
    ]
}

fn message(layout: &'static FixedLayout, header: FixedHeader, records: usize) -> Vec<u8> {
    let mut message = FixedBuilder::new(layout, header);
    let record = vec![1; layout.record_len.into()];
    for _ in 0..records {
        message
            .octets(&record)
            .expect("it is as long as the layout says");
    }
    message.finish()
}

/// A message with a number, so that none is another's duplicate.
fn numbered(layout: &'static FixedLayout, number: u32, records: usize) -> Vec<u8> {
    let header = FixedHeader::default()
        .with_sequence(number)
        .with_unix_secs(NOW);
    message(layout, header, records)
}

/// A message of v5.
pub(super) fn v5(number: u32, records: usize) -> Vec<u8> {
    let layout = fixed::layout(5, 0).expect("there is a version 5");
    numbered(layout, number, records)
}
