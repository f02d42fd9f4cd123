//! Workloads as captures.

use core::net::{IpAddr, SocketAddr};

use crate::Workload;

/// The port of a capture's datagrams; each protocol is read on it.
const PORT: u16 = 9995;
/// Link type of packets without a link header (LINKTYPE_RAW).
const RAW_IP: u32 = 101;

/// A pcap file of raw IPv4 packets.
#[must_use]
pub fn write(workload: &Workload) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4, 0x0002_0004, 0, 0, 65_535, RAW_IP] {
        file.extend_from_slice(&u32::to_be_bytes(word));
    }
    for (exporter, payload) in workload.datagrams() {
        let packet = packet(workload.exporter(exporter), payload).unwrap_or_default();
        let length = u32::try_from(packet.len()).unwrap_or_default();
        for word in [workload.received_seconds(), 0, length, length] {
            file.extend_from_slice(&word.to_be_bytes());
        }
        file.extend_from_slice(&packet);
    }
    file
}

/// IPv4 and UDP around a payload, without checksums; `None` if it is too long for them, or the exporter has
/// another kind of address.
fn packet(exporter: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
    let IpAddr::V4(source) = exporter.ip() else {
        return None;
    };
    let udp = u16::try_from(payload.len() + 8).ok()?;
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&udp.checked_add(20)?.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0]);
    packet.extend_from_slice(&source.octets());
    packet.extend_from_slice(&[192, 0, 2, 1]);
    for number in [exporter.port(), PORT, udp, 0] {
        packet.extend_from_slice(&number.to_be_bytes());
    }
    packet.extend_from_slice(payload);
    Some(packet)
}
