//! What is written is read again: every protocol, with values of every type.

#[path = "../support/captured.rs"]
mod captured;
mod fixed;
mod lists;
mod refused;
mod relay;
mod relay_limits;
mod relay_lists;
mod sets;
mod sflow;
mod value;

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

/// The time of every message: seconds since 1970.
const NOW: u32 = 1_700_000_000;

fn decoder() -> Decoder {
    Decoder::new(Limits::new(0x5eed))
}

fn datagram(payload: &[u8]) -> Datagram<'_> {
    let exporter = "192.0.2.1:50000".parse().unwrap();
    Datagram::new(
        exporter,
        Transport::Stream,
        Timestamp::from_secs(NOW),
        payload,
    )
}
