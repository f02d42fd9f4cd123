//! The headers of a sampled packet.

use netflow_core::packet::{HeaderProtocol, Packet};

/// Dissects a packet; the first octet is the protocol it begins with.
pub fn run(octets: &[u8]) {
    let Some((protocol, octets)) = octets.split_first() else {
        return;
    };
    let packet = Packet::dissect(HeaderProtocol(u32::from(*protocol % 32)), octets);
    assert!(
        packet
            .payload()
            .is_none_or(|payload| payload.len() <= octets.len())
    );
    let text = format!("{packet:?}");
    // What is said of a packet does not grow with it but for its own octets.
    assert!(text.len() < 20_000 + 6 * octets.len());
}
