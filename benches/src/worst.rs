//! Datagrams that cost most: each kind of hostile traffic beside a normal datagram of
//! its protocol.

mod file;
mod fixed;
mod ipfix;
mod sets;
mod sflow;

use core::net::{IpAddr, Ipv4Addr};
use std::io::Cursor;

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_io::Source;

/// Traffic of one kind: templates and options that are announced first, and the datagrams that follow.
pub struct Case {
    /// What it is measured against: the normal case of its protocol.
    pub protocol: &'static str,
    /// What it is.
    pub name: &'static str,
    /// Datagrams before the others, not counted.
    pub announced: Vec<Vec<u8>>,
    /// The datagram of this number.
    pub datagram: Box<dyn Fn(u32) -> Vec<u8>>,
    /// Each datagram comes from an address of its own.
    pub forged: bool,
    /// The datagrams are records of a capture.
    pub is_file: bool,
}

impl core::fmt::Debug for Case {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.protocol, self.name)
    }
}

impl Case {
    fn new(
        protocol: &'static str,
        name: &'static str,
        datagram: impl Fn(u32) -> Vec<u8> + 'static,
    ) -> Self {
        Self {
            protocol,
            name,
            announced: Vec::new(),
            datagram: Box::new(datagram),
            forged: false,
            is_file: false,
        }
    }

    fn announced(mut self, payload: Vec<u8>) -> Self {
        self.announced.push(payload);
        self
    }

    fn in_a_file(self) -> Self {
        Self {
            is_file: true,
            ..self
        }
    }

    fn forged(mut self) -> Self {
        self.forged = true;
        self
    }
}

/// Octets of a hostile datagram: what UDP carries unfragmented.
pub(crate) const FULL: usize = 1400;

/// Every case; the first of each protocol is the normal one.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases = fixed::cases();
    cases.extend(sets::NETFLOW_V9.cases());
    cases.extend(sets::IPFIX.cases());
    cases.extend(ipfix::cases());
    cases.extend(sflow::cases());
    cases.extend(file::cases());
    cases
}

pub(crate) const NOW: u32 = 1_700_000_000;

/// A decoder with the limits by default.
#[must_use]
pub fn decoder() -> Decoder {
    Decoder::new(Limits::new(1))
}

/// Decodes a datagram and reads what a collector reads of each flow: eleven fields.
/// Returns a number, so that the compiler leaves nothing out.
pub fn read(decoder: &mut Decoder, case: &Case, number: u32, payload: &[u8]) -> u64 {
    let address = if case.forged {
        Ipv4Addr::from(number)
    } else {
        Ipv4Addr::new(192, 0, 2, 1)
    };
    let received = Timestamp::from_secs(NOW);
    let exporter = (IpAddr::V4(address), 2055).into();
    let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
    decode(decoder, datagram)
}

/// The most datagrams of a run.
pub const MOST: u32 = 400;

/// The records of a capture: the announcements, and `count` units.
#[must_use]
pub fn records(case: &Case, count: u32) -> Vec<Vec<u8>> {
    let mut records: Vec<Vec<u8>> = (0..MOST).map(|number| (case.datagram)(number)).collect();
    records.truncate(usize::try_from(count).unwrap_or(0));
    case.announced.iter().cloned().chain(records).collect()
}

/// The same of all datagrams in a capture of these records.
///
/// # Panics
///
/// If the capture cannot be read, which would be a fault of the case.
pub fn read_file(decoder: &mut Decoder, records: &[Vec<u8>]) -> u64 {
    // Of microseconds, packets of any length, Ethernet.
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend([0, 0, 4, 0, 1, 0, 0, 0]);
    records.iter().for_each(|record| file.extend(record));
    let mut source = Source::from_reader(Cursor::new(file), "worst").expect("it is a capture");
    let mut sum = 0;
    while let Some(packet) = source.next() {
        let packet = packet.expect("the capture is whole");
        sum = decode(decoder, packet.datagram).wrapping_add(sum);
    }
    sum.wrapping_add(source.summary().packets)
}

fn decode(decoder: &mut Decoder, datagram: Datagram<'_>) -> u64 {
    let Ok(message) = decoder.decode(datagram) else {
        return 1;
    };
    let mut sum = 0;
    for flow in message.flows() {
        let address = |address: Option<IpAddr>| u64::from(address.is_some());
        let time = |time: Option<Timestamp>| time.map_or(0, |time| time.as_nanos().unsigned_abs());
        let numbers = [
            address(flow.source_address()),
            address(flow.destination_address()),
            flow.source_port().unwrap_or(0).into(),
            flow.destination_port().unwrap_or(0).into(),
            flow.protocol().unwrap_or(0).into(),
            flow.octets().unwrap_or(0),
            flow.packets().unwrap_or(0),
            time(flow.start()),
            time(flow.end()),
            flow.input_interface().unwrap_or(0).into(),
            flow.output_interface().unwrap_or(0).into(),
        ];
        sum = numbers.into_iter().fold(sum, u64::wrapping_add);
    }
    message
        .problems()
        .fold(sum, |sum, problem| sum.wrapping_add(problem.octets as u64))
}
