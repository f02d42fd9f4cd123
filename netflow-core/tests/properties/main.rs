//! Properties that hold for any octets.

#[path = "../support/captured.rs"]
mod captured;
#[path = "../support/walk.rs"]
mod walk;

mod account;
mod after_bad;
mod agreement;
mod fixed;
mod isolation;
mod mutation;
mod projection;
mod samples;
mod split;

use netflow_core::{Datagram, Decoded, Decoder, Limits, Timestamp, Transport};

fn decoder() -> Decoder {
    Decoder::new(Limits::new(0x5eed))
}

/// A datagram of this exporter.
fn datagram(exporter: u8, payload: &[u8]) -> Datagram<'_> {
    let address = core::net::Ipv4Addr::new(192, 0, 2, exporter);
    let received = Timestamp::from_secs(1_700_000_000);
    Datagram::new((address, 2055).into(), Transport::Udp, received, payload)
}

/// All that a message says of its records and samples, as text: two are the same
/// if they say the same. What is counted across datagrams is not in it.
fn rows(message: Decoded<'_>) -> Vec<String> {
    let mut rows = Vec::new();
    for set in message.sets() {
        let (id, kind) = (set.id(), set.kind());
        for record in set.records() {
            let fields: Vec<_> = record
                .fields()
                .map(|field| (field.template().key(), field.octets(), field.value()))
                .collect();
            rows.push(format!("{id} {kind:?} {fields:?}"));
        }
        for record in set.template_records() {
            rows.push(format!("{id} {kind:?} {:?}", record.specifiers()));
        }
        for sample in set.samples() {
            rows.push(format!("{:?} {:?}", sample.format(), sample.octets()));
        }
    }
    for problem in message.problems() {
        rows.push(problem.error.to_string());
    }
    rows
}
