//! Which datagrams are flow export: by port, by what was seen before, by content.

use core::net::IpAddr;
use std::collections::HashSet;

use netflow_core::wire::{fixed, v1, v5, v6, v7, v8};

use crate::octets::{length, u8_at, u16_at, u32_at};

/// The UDP ports collectors listen on: NetFlow 2055, 2056, 9995 and 9996, IPFIX 4739,
/// sFlow 6343.
pub const PORTS: [u16; 6] = [2055, 2056, 4739, 6343, 9995, 9996];

/// The TCP port of IPFIX.
const IPFIX_PORT: u16 = 4739;

/// Selects datagrams, and remembers which pairs of addresses were seen exporting.
#[derive(Debug)]
pub(crate) struct Selection {
    ports: Vec<u16>,
    pairs: HashSet<(IpAddr, IpAddr)>,
    /// The pair of those that was seen last.
    last: Option<(IpAddr, IpAddr)>,
    pair_limit: usize,
}

impl Selection {
    pub(crate) fn new(ports: Vec<u16>, pair_limit: usize) -> Self {
        Self {
            ports,
            pairs: HashSet::new(),
            last: None,
            pair_limit,
        }
    }

    /// The pairs of exporter and collector that were seen, in order.
    pub(crate) fn pairs(&self) -> Vec<(IpAddr, IpAddr)> {
        let mut pairs: Vec<_> = self.pairs.iter().copied().collect();
        pairs.sort_unstable();
        pairs
    }

    /// These were seen before.
    pub(crate) fn remember(&mut self, pairs: &[(IpAddr, IpAddr)]) {
        self.pairs.extend(pairs.iter().take(self.pair_limit));
    }

    /// Whether a UDP datagram is selected.
    pub(crate) fn takes(
        &mut self,
        source: IpAddr,
        destination: IpAddr,
        port: u16,
        payload: &[u8],
    ) -> bool {
        let pair = (source, destination);
        // Most datagrams are of the pair before; its hash cost a fifth of reading a capture.
        if self.last == Some(pair) {
            return true;
        }
        if self.pairs.contains(&pair) {
            self.last = Some(pair);
            return true;
        }
        let recognised = looks_like_export(payload);
        if recognised && self.pairs.len() < self.pair_limit {
            self.pairs.insert(pair);
        }
        recognised || self.is_port(port)
    }

    /// Whether a UDP datagram is selected for its own port or content.
    pub(crate) fn is_proved(&self, port: u16, payload: &[u8]) -> bool {
        self.is_port(port) || looks_like_export(payload)
    }

    fn is_port(&self, port: u16) -> bool {
        PORTS.contains(&port) || self.ports.contains(&port)
    }

    /// Whether a TCP stream or SCTP association to this port is taken for IPFIX by its port alone.
    pub(crate) fn is_stream_port(&self, port: u16) -> bool {
        port == IPFIX_PORT || self.ports.contains(&port)
    }
}

/// Whether a UDP payload looks like flow export: NetFlow v1, v5 to v9, IPFIX or sFlow v5.
///
/// It is strict, as it decides about datagrams on any port: lengths and counts must agree.
/// A damaged or cut export packet may not look like one.
///
/// ```
/// use netflow_io::looks_like_export;
///
/// // A NetFlow v5 packet of one record of zeros, and a DNS query with the id 5.
/// let mut netflow = vec![0; 24 + 48];
/// netflow[1] = 5;
/// netflow[3] = 1;
/// assert!(looks_like_export(&netflow));
/// assert!(!looks_like_export(b"\0\x05\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01"));
/// ```
#[must_use]
pub fn looks_like_export(payload: &[u8]) -> bool {
    let fits = match u16_at(payload, 0) {
        Some(0) => sflow(payload),
        Some(1) => fixed_records::<v1::Header>(payload, 1, 0),
        Some(5) => fixed_records::<v5::Header>(payload, 5, 0),
        Some(6) => fixed_records::<v6::Header>(payload, 6, 0),
        Some(7) => fixed_records::<v7::Header>(payload, 7, 0),
        Some(8) => u8_at(payload, V8_SCHEME)
            .and_then(|scheme| fixed_records::<v8::Header>(payload, 8, scheme)),
        Some(9) => v9(payload),
        Some(10) => ipfix(payload),
        _ => None,
    };
    fits == Some(true)
}

/// Whether octets begin with the header of an IPFIX message and of a set in it; the rest
/// of the message may be missing.
pub(crate) fn begins_ipfix(octets: &[u8]) -> bool {
    u16_at(octets, 0) == Some(10)
        && u16_at(octets, 2).is_some_and(|length| set_fits(octets, 16, length.into(), 2))
}

/// The offset of the aggregation scheme in the header of NetFlow v8.
const V8_SCHEME: usize = 22;

/// Records of a fixed layout after a header `H`.
fn fixed_records<H>(payload: &[u8], version: u16, scheme: u8) -> Option<bool> {
    /// The largest datagrams that were seen. Cisco sends 1,464 octets at most, softflowd as
    /// many records as fit in the 1,500 octets of an Ethernet frame with its IP header.
    const MAX_OCTETS: usize = 1_480;
    const MAX_OCTETS_V8: usize = 1_464;
    let record = usize::from(fixed::layout(version, scheme)?.record_len);
    let max_octets = if version == 8 {
        MAX_OCTETS_V8
    } else {
        MAX_OCTETS
    };
    let limit = max_octets
        .checked_sub(size_of::<H>())?
        .checked_div(record)?;
    records(payload, size_of::<H>(), record, limit)
}

/// Fixed records after a header with their count: as many as are counted, or whole
/// packets back to back, or more records than are counted.
fn records(payload: &[u8], header: usize, record: usize, limit: usize) -> Option<bool> {
    const NANOS: u32 = 1_000_000_000;
    let version = u16_at(payload, 0)?;
    let count = usize::from(u16_at(payload, 2)?);
    // The offset of the nanoseconds in each of these headers.
    let nanos = u32_at(payload, 12)?;
    if !(1..=limit).contains(&count) || nanos >= NANOS {
        return Some(false);
    }
    let counted = header.checked_add(record.checked_mul(count)?)?;
    let rest = payload.get(counted..)?;
    Some(
        rest.is_empty()
            || rest.len().checked_rem(record) == Some(0)
            || u16_at(rest, 0) == Some(version)
                && records(rest, header, record, limit) == Some(true),
    )
}

fn v9(payload: &[u8]) -> Option<bool> {
    const HEADER: usize = 20;
    let count = u16_at(payload, 2)?;
    Some(count > 0 && set_fits(payload, HEADER, payload.len(), 0) && set_is_there(payload, HEADER))
}

/// One message that fills the payload, or several back to back.
fn ipfix(payload: &[u8]) -> Option<bool> {
    const HEADER: usize = 16;
    if !begins_ipfix(payload) || !set_is_there(payload, HEADER) {
        return Some(false);
    }
    let mut rest = payload;
    while !rest.is_empty() {
        let length = usize::from(u16_at(rest, 2)?);
        if u16_at(rest, 0)? != 10 || length < HEADER {
            return Some(false);
        }
        rest = rest.get(length..)?;
    }
    Some(true)
}

/// Whether a set header at `at` means something and its set ends within `end` octets.
/// `templates` is the lowest id of template sets: 0 in NetFlow v9, 2 in IPFIX.
fn set_fits(payload: &[u8], at: usize, end: usize, templates: u16) -> bool {
    const HEADER: usize = 4;
    let set = || {
        let id = u16_at(payload, at)?;
        let length = usize::from(u16_at(payload, at.checked_add(2)?)?);
        let known = id >= 256 || id == templates || id == templates.checked_add(1)?;
        Some(known && length >= HEADER && at.checked_add(length)? <= end)
    };
    set() == Some(true)
}

/// Whether the octets of the set at `at` are all there.
fn set_is_there(payload: &[u8], at: usize) -> bool {
    at.checked_add(2)
        .and_then(|at| u16_at(payload, at))
        .and_then(|length| at.checked_add(length.into()))
        .is_some_and(|end| end <= payload.len())
}

/// sFlow version 5: an address of a known type, and a first sample that fits.
fn sflow(payload: &[u8]) -> Option<bool> {
    /// More would not fit in a datagram: a sample is of 8 octets at least.
    const SAMPLES: u32 = 8_192;
    const SAMPLE_HEADER: usize = 8;
    let address = match (u32_at(payload, 0)?, u32_at(payload, 4)?) {
        (5, 1) => 4_usize,
        (5, 2) => 16,
        _ => return Some(false),
    };
    // Version and type, then the address, sub-agent, sequence number and uptime.
    let count_at = address.checked_add(20)?;
    let sample_at = count_at.checked_add(4)?;
    let count = u32_at(payload, count_at)?;
    let sample = length(u32_at(payload, sample_at.checked_add(4)?)?);
    let rest = payload
        .len()
        .checked_sub(sample_at)?
        .checked_sub(SAMPLE_HEADER)?;
    Some((1..=SAMPLES).contains(&count) && sample > 0 && sample <= rest)
}
