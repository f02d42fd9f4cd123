//! What the fuzz targets do: each module is a target, and `run` takes any octets.

pub mod arrow;
mod cell;
pub mod datagrams;
pub mod dialects;
pub mod file;
pub mod filter;
pub mod framing;
pub mod lists;
pub mod packet;
pub mod records;
pub mod relay;
pub mod scan;
pub mod sflow;
pub mod snapshot;
pub mod value;
#[path = "../../netflow-core/tests/support/walk.rs"]
mod walk;

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_io::CaptureOptions;

/// The time of every datagram: seconds since 1970.
const NOW: u32 = 1_700_000_000;

/// A decoder of little memory, so that its limits are met.
fn decoder() -> Decoder {
    Decoder::new(
        Limits::new(1)
            .with_state_octets(1 << 20)
            .with_domain_octets(1 << 18)
            .with_waiting_octets(1 << 16)
            .with_templates(64),
    )
}

/// A message of a stream, so that nothing in it is forbidden.
fn datagram(payload: &[u8]) -> Datagram<'_> {
    let exporter = ([192, 0, 2, 1], 2055).into();
    Datagram::new(
        exporter,
        Transport::Stream,
        Timestamp::from_secs(NOW),
        payload,
    )
}

/// Decodes octets and reads everything in them.
fn read(decoder: &mut Decoder, datagram: Datagram<'_>) {
    if let Ok(message) = decoder.decode(datagram) {
        walk::everything(message);
    }
    assert!(decoder.state_octets() <= decoder.limits().state_octets);
}

/// Little memory for the parts that are reassembled.
fn options() -> CaptureOptions {
    let mut limits = netflow_io::CaptureLimits::default();
    limits.fragment_octets = 1 << 18;
    limits.stream_octets = 1 << 18;
    limits.all_stream_octets = 1 << 20;
    CaptureOptions::default().with_limits(limits)
}
