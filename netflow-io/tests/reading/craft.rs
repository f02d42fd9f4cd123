//! Builders of captures, packets and export payloads, and a reader of all that is in one.

use std::io::{Cursor, Write};
use std::net::{IpAddr, SocketAddr};

use netflow_core::{Timestamp, Transport};
use netflow_io::{CaptureError, CaptureLimits, CaptureOptions, CaptureSummary, Source};

pub(crate) const ETHERNET: u32 = 1;
pub(crate) const RAW: u32 = 101;
pub(crate) const ETHERTYPE_IPV4: u16 = 0x0800;

pub(crate) const EXPORTER: [u8; 4] = [192, 0, 2, 1];
pub(crate) const COLLECTOR: [u8; 4] = [198, 51, 100, 1];
pub(crate) const EXPORTER_6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
pub(crate) const COLLECTOR_6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
pub(crate) const SECONDS: u32 = 1_618_136_400;

/// What a source returned, copied out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) frame: u64,
    pub(crate) exporter: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) received: Timestamp,
    pub(crate) cut: bool,
    pub(crate) payload: Vec<u8>,
}

/// Everything that a source returns.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) packets: Vec<Got>,
    pub(crate) error: Option<CaptureError>,
    pub(crate) summary: CaptureSummary,
}

impl Read {
    pub(crate) fn frames(&self) -> Vec<u64> {
        self.packets.iter().map(|packet| packet.frame).collect()
    }

    pub(crate) fn payloads(&self) -> Vec<&[u8]> {
        self.packets
            .iter()
            .map(|packet| packet.payload.as_slice())
            .collect()
    }
}

pub(crate) fn read(file: &[u8]) -> Read {
    try_read(file, CaptureOptions::default()).unwrap()
}

pub(crate) fn read_with(file: &[u8], options: CaptureOptions) -> Read {
    try_read(file, options).unwrap()
}

pub(crate) fn limited(file: &[u8], change: impl FnOnce(&mut CaptureLimits)) -> Read {
    let mut limits = CaptureLimits::default();
    change(&mut limits);
    read_with(file, CaptureOptions::default().with_limits(limits))
}

pub(crate) fn try_read(file: &[u8], options: CaptureOptions) -> Result<Read, CaptureError> {
    let source = Source::from_reader_with(Cursor::new(file.to_vec()), "test", options)?;
    Ok(read_source(source))
}

pub(crate) fn read_source(mut source: Source<'_>) -> Read {
    let mut packets = Vec::new();
    let mut error = None;
    while let Some(packet) = source.next() {
        assert!(error.is_none(), "something follows an error");
        match packet {
            Ok(packet) => packets.push(Got {
                frame: packet.datagram.frame,
                exporter: packet.datagram.exporter,
                destination: packet.destination,
                transport: packet.datagram.transport,
                received: packet.datagram.received,
                cut: packet.cut,
                payload: packet.datagram.payload.to_vec(),
            }),
            Err(found) => error = Some(found),
        }
    }
    assert!(source.next().is_none(), "something follows the end");
    Read {
        packets,
        error,
        summary: *source.summary(),
    }
}

/// The order of the octets in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Big,
    Little,
}

impl Order {
    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Big => value.to_be_bytes(),
            Self::Little => value.to_le_bytes(),
        }
    }

    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Big => value.to_be_bytes(),
            Self::Little => value.to_le_bytes(),
        }
    }
}

/// A pcap file in the making.
#[derive(Debug, Clone)]
pub(crate) struct Pcap {
    pub(crate) order: Order,
    pub(crate) octets: Vec<u8>,
    modified: bool,
    count: u32,
}

impl Pcap {
    pub(crate) fn new(link_type: u32) -> Self {
        Self::variant(Order::Little, 0xa1b2_c3d4, link_type)
    }

    pub(crate) fn variant(order: Order, magic: u32, link_type: u32) -> Self {
        let mut octets = order.u32(magic).to_vec();
        octets.extend(order.u16(2));
        octets.extend(order.u16(4));
        for word in [0, 0, 65_535, link_type] {
            octets.extend(order.u32(word));
        }
        Self {
            order,
            octets,
            modified: magic == 0xa1b2_cd34,
            count: 0,
        }
    }

    /// A packet one second after the one before it.
    pub(crate) fn packet(self, packet: &[u8]) -> Self {
        let time = SECONDS + self.count;
        self.record(time, 0, packet, packet.len())
    }

    pub(crate) fn packets(self, packets: &[Vec<u8>]) -> Self {
        packets
            .iter()
            .fold(self, |file, packet| file.packet(packet))
    }

    pub(crate) fn record(
        mut self,
        time: u32,
        fraction: u32,
        packet: &[u8],
        original: usize,
    ) -> Self {
        let captured = u32::try_from(packet.len()).unwrap();
        for word in [time, fraction, captured, u32::try_from(original).unwrap()] {
            self.octets.extend(self.order.u32(word));
        }
        if self.modified {
            self.octets.extend([0; 8]);
        }
        self.octets.extend(packet);
        self.count += 1;
        self
    }

    pub(crate) fn read(&self) -> Read {
        read(&self.octets)
    }
}

/// A pcapng file in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pcapng {
    order: Option<Order>,
    pub(crate) octets: Vec<u8>,
}

impl Pcapng {
    /// A new section; the first begins a file.
    pub(crate) fn section(mut self, order: Order) -> Self {
        self.order = Some(order);
        let mut body = order.u32(0x1a2b_3c4d).to_vec();
        body.extend(order.u16(1));
        body.extend(order.u16(0));
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, &body)
    }

    /// An interface with these if_tsresol and if_tsoffset.
    pub(crate) fn interface(
        self,
        link_type: u16,
        snap_length: u32,
        resolution: Option<u8>,
        offset: Option<i64>,
    ) -> Self {
        let order = self.order.unwrap();
        let mut body = order.u16(link_type).to_vec();
        body.extend([0, 0]);
        body.extend(order.u32(snap_length));
        // if_name, to pass over.
        body.extend(order.u16(2));
        body.extend(order.u16(3));
        body.extend(b"en0\0");
        if let Some(resolution) = resolution {
            body.extend(order.u16(9));
            body.extend(order.u16(1));
            body.extend([resolution, 0, 0, 0]);
        }
        if let Some(offset) = offset {
            body.extend(order.u16(14));
            body.extend(order.u16(8));
            body.extend(match order {
                Order::Big => offset.to_be_bytes(),
                Order::Little => offset.to_le_bytes(),
            });
        }
        body.extend([0; 4]);
        self.block(1, &body)
    }

    pub(crate) fn enhanced(
        self,
        interface: u32,
        ticks: u64,
        packet: &[u8],
        original: usize,
    ) -> Self {
        let order = self.order.unwrap();
        let body = order.u32(interface).to_vec();
        self.packet_block(6, body, ticks, packet, original)
    }

    pub(crate) fn obsolete(self, interface: u16, ticks: u64, packet: &[u8]) -> Self {
        let order = self.order.unwrap();
        let mut body = order.u16(interface).to_vec();
        body.extend(order.u16(0xffff));
        self.packet_block(2, body, ticks, packet, packet.len())
    }

    pub(crate) fn simple(self, packet: &[u8], original: usize) -> Self {
        let order = self.order.unwrap();
        let mut body = order.u32(u32::try_from(original).unwrap()).to_vec();
        body.extend(packet);
        self.block(3, &body)
    }

    fn packet_block(
        self,
        kind: u32,
        mut body: Vec<u8>,
        ticks: u64,
        packet: &[u8],
        original: usize,
    ) -> Self {
        let order = self.order.unwrap();
        let words = [
            u32::try_from(ticks >> 32).unwrap(),
            u32::try_from(ticks & 0xffff_ffff).unwrap(),
            u32::try_from(packet.len()).unwrap(),
            u32::try_from(original).unwrap(),
        ];
        for word in words {
            body.extend(order.u32(word));
        }
        body.extend(packet);
        self.block(kind, &body)
    }

    /// A block of any type, padded.
    pub(crate) fn block(mut self, kind: u32, body: &[u8]) -> Self {
        let order = self.order.unwrap();
        let padded = body.len().next_multiple_of(4);
        let length = order.u32(u32::try_from(padded + 12).unwrap());
        self.octets.extend(order.u32(kind));
        self.octets.extend(length);
        self.octets.extend(body);
        self.octets
            .resize(self.octets.len() + padded - body.len(), 0);
        self.octets.extend(length);
        self
    }

    pub(crate) fn read(&self) -> Read {
        read(&self.octets)
    }
}

pub(crate) fn ethernet(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend(ethertype.to_be_bytes());
    frame.extend(payload);
    frame
}

/// IPv4, with the identification, and flags and offset as in the header.
pub(crate) fn ipv4_fragment(protocol: u8, id: u16, place: u16, payload: &[u8]) -> Vec<u8> {
    let total = u16::try_from(20 + payload.len()).unwrap_or(0);
    let mut packet = vec![0x45, 0];
    packet.extend(total.to_be_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend(place.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(EXPORTER);
    packet.extend(COLLECTOR);
    packet.extend(payload);
    packet
}

pub(crate) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_fragment(protocol, 0, 0, payload)
}

pub(crate) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    packet.extend([next, 64]);
    packet.extend(EXPORTER_6);
    packet.extend(COLLECTOR_6);
    packet.extend(payload);
    packet
}

pub(crate) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = source.to_be_bytes().to_vec();
    datagram.extend(destination.to_be_bytes());
    let length = u16::try_from(payload.len() + 8).unwrap_or(0);
    datagram.extend(length.to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    datagram
}

/// A raw IPv4 packet with a datagram from port 50000.
pub(crate) fn datagram(destination: u16, payload: &[u8]) -> Vec<u8> {
    ipv4(17, &udp(50_000, destination, payload))
}

/// The same from and to other addresses.
pub(crate) fn datagram_between(
    source: [u8; 4],
    destination: [u8; 4],
    port: u16,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = datagram(port, payload);
    packet[12..16].copy_from_slice(&source);
    packet[16..20].copy_from_slice(&destination);
    packet
}

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// A raw IPv4 packet with a TCP segment from port 40000.
pub(crate) fn segment(port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = 40_000_u16.to_be_bytes().to_vec();
    segment.extend(port.to_be_bytes());
    segment.extend(sequence.to_be_bytes());
    segment.extend([0; 4]);
    // A header of 24 octets: one word of options.
    segment.extend([0x60, flags, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0]);
    segment.extend(payload);
    ipv4(6, &segment)
}

/// A NetFlow v5 packet of zeros but for version and count.
pub(crate) fn netflow5(count: u8) -> Vec<u8> {
    let mut packet = vec![0; 24 + 48 * usize::from(count)];
    packet[1] = 5;
    packet[3] = count;
    packet
}

/// An IPFIX message with one set of as many octets.
pub(crate) fn ipfix(sequence: u32, octets: usize) -> Vec<u8> {
    let set = u16::try_from(octets + 4).unwrap();
    let mut message = vec![0, 10];
    message.extend((set + 16).to_be_bytes());
    message.extend(SECONDS.to_be_bytes());
    message.extend(sequence.to_be_bytes());
    message.extend([0, 0, 0, 7, 1, 0]);
    message.extend(set.to_be_bytes());
    message.extend((0..octets).map(|octet| u8::try_from(octet % 251).unwrap()));
    message
}

pub(crate) fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(octets: &[u8]) -> Vec<u8> {
    zstd::encode_all(octets, 1).unwrap()
}

pub(crate) fn exporter(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::from(EXPORTER), port)
}

pub(crate) fn collector(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::from(COLLECTOR), port)
}
