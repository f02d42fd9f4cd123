//! Several datagrams as one run of octets, with how each came.

use netflow_core::{Datagram, Timestamp, Transport};

use crate::NOW;

/// Datagrams one after the other: an octet of how it came, two of its length, its
/// octets. The last may be shorter.
#[derive(Debug)]
pub struct Datagrams<'a> {
    rest: &'a [u8],
    now: i64,
    frame: u64,
}

impl<'a> Datagrams<'a> {
    /// The datagrams in these octets.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self {
            rest: octets,
            now: NOW as i64,
            frame: 0,
        }
    }
}

/// Seconds that pass by the bits of a datagram: none, some, half a day, and back.
const PASS: [i64; 4] = [0, 61, 43_200, -3_600];

impl<'a> Iterator for Datagrams<'a> {
    type Item = Datagram<'a>;

    fn next(&mut self) -> Option<Datagram<'a>> {
        let [how, high, low, rest @ ..] = self.rest else {
            return None;
        };
        let len = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (payload, rest) = rest.split_at(len);
        self.rest = rest;
        self.now += PASS[usize::from(how >> 4 & 3)];
        self.frame += 1;
        let exporter = ([192, 0, 2, how & 3], 2000 + u16::from(how >> 6)).into();
        let transport = match how >> 2 & 3 {
            0 | 1 => Transport::Udp,
            2 => Transport::Stream,
            _ => Transport::File,
        };
        let received = Timestamp::from_nanos(self.now * 1_000_000_000);
        let datagram = Datagram::new(exporter, transport, received, payload);
        Some(datagram.with_frame(u32::from(how & 1), self.frame))
    }
}

/// The octets of these payloads, all from one exporter over UDP.
pub fn frame(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = Vec::new();
    for payload in payloads {
        octets.push(0);
        octets.extend(
            u16::try_from(payload.len())
                .unwrap_or(u16::MAX)
                .to_be_bytes(),
        );
        octets.extend(payload);
    }
    octets
}
