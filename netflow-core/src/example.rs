//! Datagrams to try the decoder with. The examples of this documentation decode them, so that each compiles
//! where it is pasted.
//!
//! ```
//! use netflow_core::{Decoder, Limits, example};
//!
//! let mut decoder = Decoder::new(Limits::default());
//! for datagram in [example::ipfix(), example::netflow_v5(), example::sflow()] {
//!     for flow in decoder.decode(datagram)?.flows() {
//!         assert_eq!(flow.source_address(), Some("192.0.2.1".parse().unwrap()));
//!         println!("{flow}");
//!     }
//! }
//! # Ok::<(), netflow_core::Error>(())
//! ```

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::datagram::{Datagram, Transport};
use crate::time::Timestamp;

/// IPFIX of observation domain 7: three templates, options and one flow.
///
/// - Template 256: elements 8, 12, 7, 11, 4, 10, 1, 2, 152 and 153, which are addresses, ports, protocol, input
///   interface, octets, packets, start and end. Its flow is TCP from 192.0.2.1, port 50000, to 198.51.100.20,
///   port 443: 1500 octets in 2 packets within 5.5 seconds.
/// - Options template 257: the domain (149) selects 1 packet (305) and passes over 99 (306).
/// - Options template 258: the name (82) of interface 3 (10) is eth0.
#[must_use]
pub const fn ipfix() -> Datagram<'static> {
    datagram(&IPFIX)
}

/// NetFlow v5: one flow of UDP from 192.0.2.1, port 50001, to 198.51.100.20, port 53, with 100 octets in a packet.
/// The header says that one packet of 10 is counted.
#[must_use]
pub const fn netflow_v5() -> Datagram<'static> {
    datagram(&NETFLOW_V5)
}

/// sFlow of agent 198.51.100.1: a flow sample with the header of a DNS query from 192.0.2.1 to 198.51.100.20,
/// taken at a rate of 1 in 512, and a sample of the counters of interface 3.
#[must_use]
pub const fn sflow() -> Datagram<'static> {
    datagram(&SFLOW)
}

const fn datagram(payload: &[u8]) -> Datagram<'_> {
    let exporter = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), 50_000);
    let received = Timestamp::from_nanos(1_700_000_000_000_000_000);
    Datagram::new(exporter, Transport::Udp, received, payload)
}

#[rustfmt::skip]
const IPFIX: [u8; 173] = [
    // Header: version, length, export time, sequence number, domain 7.
    0, 10, 0, 173, 101, 83, 241, 0, 0, 0, 0, 1, 0, 0, 0, 7,
    // Set 2: template 256, ten fields with their lengths.
    0, 2, 0, 48, 1, 0, 0, 10, 0, 8, 0, 4, 0, 12, 0, 4,
    0, 7, 0, 2, 0, 11, 0, 2, 0, 4, 0, 1, 0, 10, 0, 4,
    0, 1, 0, 4, 0, 2, 0, 4, 0, 152, 0, 8, 0, 153, 0, 8,
    // Set 3: options template 257 (domain, 305, 306) and 258 (interface, name).
    0, 3, 0, 36, 1, 1, 0, 3, 0, 1, 0, 149, 0, 4, 1, 49,
    0, 4, 1, 50, 0, 4, 1, 2, 0, 2, 0, 1, 0, 10, 0, 4,
    0, 82, 0, 4,
    // Set 257: domain 7 selects 1 packet, then passes over 99.
    1, 1, 0, 16, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 99,
    // Set 258: interface 3 is eth0.
    1, 2, 0, 12, 0, 0, 0, 3, 101, 116, 104, 48,
    // Set 256: the flow.
    1, 0, 0, 45, 192, 0, 2, 1, 198, 51, 100, 20, 195, 80, 1, 187,
    6, 0, 0, 0, 3, 0, 0, 5, 220, 0, 0, 0, 2, 0, 0, 1,
    139, 207, 229, 64, 240, 0, 0, 1, 139, 207, 229, 86, 108,
];

#[rustfmt::skip]
const NETFLOW_V5: [u8; 72] = [
    // Header: version, one record, uptime, time, sequence number, engine, sampling of 1 in 10.
    0, 5, 0, 1, 0, 0, 234, 96, 101, 83, 241, 0, 0, 0, 0, 0,
    0, 0, 0, 1, 0, 0, 64, 10,
    // The record.
    192, 0, 2, 1, 198, 51, 100, 20, 0, 0, 0, 0, 0, 3, 0, 4,
    0, 0, 0, 1, 0, 0, 0, 100, 0, 0, 195, 80, 0, 0, 214, 216,
    195, 81, 0, 53, 0, 0, 17, 0, 251, 244, 251, 245, 24, 24, 0, 0,
];

#[rustfmt::skip]
const SFLOW: [u8; 252] = [
    // Header: version, agent, sub-agent, sequence number, uptime, two samples.
    0, 0, 0, 5, 0, 0, 0, 1, 198, 51, 100, 1, 0, 0, 0, 0,
    0, 0, 0, 1, 0, 0, 234, 96, 0, 0, 0, 2,
    // A flow sample of interface 3: 1 in 512, from interface 3 to 4, with one structure.
    0, 0, 0, 1, 0, 0, 0, 100, 0, 0, 0, 1, 0, 0, 0, 3,
    0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3,
    0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60,
    // The structure, a sampled header: Ethernet, length of the frame, octets removed, octets.
    0, 0, 0, 1, 0, 0, 5, 218, 0, 0, 0, 4, 0, 0, 0, 42,
    // Ethernet.
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
    // IPv4.
    69, 0, 5, 200, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1,
    198, 51, 100, 20,
    // UDP, and two octets of padding.
    195, 81, 0, 53, 5, 180, 0, 0, 0, 0,
    // A counters sample of interface 3 with one structure.
    0, 0, 0, 2, 0, 0, 0, 108, 0, 0, 0, 1, 0, 0, 0, 3,
    0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 88,
    // The generic counters of the interface.
    0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0, 0, 59, 154, 202, 0,
    0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 39, 16,
    0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 78, 32,
    0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
];
