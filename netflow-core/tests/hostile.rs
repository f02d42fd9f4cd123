//! For any octets: no panic, no loop without end, and what comes before a fault
//! is still returned. Every message of `testdata/` is cut at every length, and each
//! octet that steers the reading is set to its least and its greatest value.

#[path = "support/captured.rs"]
mod captured;
#[path = "support/walk.rs"]
mod walk;

use core::ops::Range;

use netflow_core::{Decoded, Decoder, Limits, SetKind};

use self::captured::Captured;

/// Larger messages are cut at every length too, but read to the last field only at some.
const LARGE: usize = 1500;
/// One cut in this many of them.
const STRIDE: usize = 61;
/// The octets of the message's header, and of the first set's.
const HEADERS: usize = 64;
/// The octets of a set or a sample that steer the reading.
const SET_HEADER: usize = 8;

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "takes minutes unless optimised: --profile checked"
)]
fn a_message_cut_at_any_length_yields_the_records_before_the_cut() {
    let mut cuts = 0_usize;
    for path in netflow_testdata::captures() {
        let datagrams = captured::read(&path);
        let mut decoder = decoder_after(&datagrams);
        for datagram in &datagrams {
            let whole = records(&mut decoder, datagram, &datagram.payload);
            for length in 0..datagram.payload.len() {
                let cut = &datagram.payload[..length];
                let found = records(&mut decoder, datagram, cut);
                let before = whole.iter().filter(|row| row.1.end <= length);
                assert!(
                    before.eq(&found),
                    "{}: frame {} cut at {length}",
                    path.display(),
                    datagram.frame
                );
                if length < LARGE || length % STRIDE == 0 {
                    read(&mut decoder, datagram, cut);
                }
                cuts += 1;
            }
        }
    }
    assert!(cuts > 100_000, "only {cuts} cuts");
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "takes minutes unless optimised: --profile checked"
)]
fn no_octet_of_a_header_does_harm() {
    let mut changes = 0_usize;
    for path in netflow_testdata::captures() {
        let datagrams = captured::read(&path);
        for datagram in &datagrams {
            let mut decoder = decoder_after(&datagrams);
            for place in steering(&mut decoder, datagram) {
                for octet in [0, 255] {
                    let mut payload = datagram.payload.clone();
                    payload[place] = octet;
                    read(&mut decoder, datagram, &payload);
                    // The message itself is still read.
                    read(&mut decoder, datagram, &datagram.payload);
                    changes += 1;
                }
            }
        }
    }
    assert!(changes > 50_000, "only {changes} changes");
}

/// A decoder that has decoded these datagrams.
fn decoder_after(datagrams: &[Captured]) -> Decoder {
    let mut decoder = Decoder::new(Limits::new(1));
    for datagram in datagrams {
        read(&mut decoder, datagram, &datagram.payload);
    }
    decoder
}

fn read(decoder: &mut Decoder, datagram: &Captured, payload: &[u8]) {
    if let Ok(message) = decoder.decode(datagram.with(payload)) {
        walk::everything(message);
    }
}

/// One record: what it is, its place in the payload, and its octets.
type Row = (SetKind, Range<usize>, Vec<u8>);

/// The rows of a message that are whole, without those that waited from another one.
fn records(decoder: &mut Decoder, datagram: &Captured, payload: &[u8]) -> Vec<Row> {
    // The whole message first: its templates are in force, and those of a cut one are not.
    let _ = decoder.decode(datagram.with(&datagram.payload));
    decoder
        .decode(datagram.with(payload))
        .map(rows)
        .unwrap_or_default()
}

fn rows(message: Decoded<'_>) -> Vec<Row> {
    let start = message.payload().as_ptr().addr();
    let row = |kind, octets: &[u8]| {
        let place = octets.as_ptr().addr().wrapping_sub(start);
        (kind, place..place + octets.len(), octets.to_vec())
    };
    let mut rows = Vec::new();
    for set in message.sets().filter(|set| !set.is_late()) {
        let kind = set.kind();
        rows.extend(set.records().map(|record| row(kind, record.octets())));
        let templates = set.template_records();
        rows.extend(templates.map(|template| row(kind, template.specifiers())));
        for sample in set.samples() {
            let records = sample.kind().map(|kind| kind.records());
            for record in records.into_iter().flatten().flatten() {
                if !record.is_cut() {
                    rows.push(row(kind, record.octets()));
                }
            }
        }
    }
    rows
}

/// The places of the octets that steer the reading.
fn steering(decoder: &mut Decoder, datagram: &Captured) -> Vec<usize> {
    let mut places: Vec<usize> = (0..HEADERS).collect();
    if let Ok(message) = decoder.decode(datagram.datagram()) {
        for set in message.sets() {
            places.extend(set.offset()..set.offset() + SET_HEADER);
            for sample in set.samples() {
                places.extend(sample.offset()..sample.offset() + SET_HEADER);
                let records = sample.kind().map(|kind| kind.records());
                for record in records.into_iter().flatten().flatten() {
                    places.extend(record.offset()..record.offset() + SET_HEADER);
                }
            }
        }
    }
    places.retain(|place| *place < datagram.payload.len());
    places.sort_unstable();
    places.dedup();
    places
}
