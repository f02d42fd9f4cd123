//! One datagram that was captured several times: outside and inside tunnels of mirrored traffic, with
//! MPLS labels and without.

use core::net::IpAddr;

use netflow_core::packet::{MplsLabel, Packet, Tunnel};

use crate::connection::Endpoints;

/// Octets of a datagram by which it is recognised, with its ends and its length: they hold the
/// sequence number and the time of the exporter, and of NetFlow v1, which numbers nothing, the
/// first record.
const HEAD: usize = 64;

/// The datagrams that were seen last, in a ring.
///
/// A datagram is returned as often as it was seen in the encapsulation where it was seen most: one
/// that an exporter has repeated is no copy. As long as no tunnel and no label was seen nothing is
/// looked up.
#[derive(Debug)]
pub(crate) struct Recent {
    sightings: Vec<Sighting>,
    /// Where the next goes.
    next: usize,
    limit: usize,
    has_tunnels: bool,
    /// Hashes of those that were seen before reading began here, all of them outside tunnels.
    former: Vec<u64>,
}

/// Where a datagram was captured: in a tunnel, after MPLS labels, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Encapsulation {
    pub(crate) tunnel: Option<Tunnel>,
    pub(crate) id: Option<u64>,
    /// The addresses of the packet around it, if it has any.
    pub(crate) source: Option<IpAddr>,
    pub(crate) destination: Option<IpAddr>,
    /// A number of all label values of the stack, which each router on the path replaces; 0
    /// without labels.
    pub(crate) labels: u64,
}

impl Encapsulation {
    /// That of a packet in this encapsulation, and after the MPLS labels that it has.
    pub(crate) fn of_labels(outer: Option<Self>, packet: &Packet<'_>) -> Option<Self> {
        /// Values have 20 bits: one that is in no stack goes before the first.
        const START: u64 = 1;
        const BITS: u32 = 20;

        let mut labels = packet.mpls_labels().peekable();
        labels.peek()?;
        let fold =
            |labels: u64, label: MplsLabel| labels.rotate_left(BITS) ^ u64::from(label.label);
        Some(Self {
            labels: labels.fold(START, fold),
            ..outer.unwrap_or_default()
        })
    }
}

#[derive(Debug)]
struct Sighting {
    datagram: Fingerprint,
    encapsulation: Option<Encapsulation>,
    is_returned: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Fingerprint {
    length: usize,
    head: [u8; HEAD],
    ends: Endpoints,
}

impl Recent {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            sightings: Vec::new(),
            next: 0,
            limit,
            has_tunnels: false,
            former: Vec::new(),
        }
    }

    /// Whether a datagram inside a tunnel or after a label was seen.
    pub(crate) const fn has_tunnels(&self) -> bool {
        self.has_tunnels
    }

    /// Hashes of the datagrams that were seen last, for [`resume`](Self::resume) elsewhere. They
    /// are of use as long as no tunnel was seen.
    pub(crate) fn hashes(&self) -> Vec<u64> {
        let hashes = self.sightings.iter().map(|seen| seen.datagram.hash());
        hashes
            .chain(self.former.iter().copied())
            .take(self.limit)
            .collect()
    }

    /// Takes these for datagrams that were seen before.
    pub(crate) fn resume(&mut self, hashes: &[u64]) {
        self.former = hashes.iter().copied().take(self.limit).collect();
    }

    /// Remembers a datagram, and returns whether it is a copy of one that was returned.
    pub(crate) fn is_copy(
        &mut self,
        encapsulation: Option<Encapsulation>,
        ends: Endpoints,
        payload: &[u8],
    ) -> bool {
        let datagram = Fingerprint::of(ends, payload);
        self.has_tunnels |= encapsulation.is_some();
        let is_copy = self.has_tunnels && {
            let same = || {
                self.sightings
                    .iter()
                    .filter(|other| other.datagram == datagram)
            };
            let hash = datagram.hash();
            let former = self.former.iter().filter(|other| **other == hash).count();
            let alike = same()
                .filter(|other| other.encapsulation == encapsulation)
                .count()
                .saturating_add(if encapsulation.is_none() { former } else { 0 });
            let returned = same().filter(|other| other.is_returned).count();
            alike < returned.saturating_add(former)
        };
        self.remember(Sighting {
            datagram,
            encapsulation,
            is_returned: !is_copy,
        });
        is_copy
    }

    fn remember(&mut self, sighting: Sighting) {
        if let Some(oldest) = self.sightings.get_mut(self.next) {
            *oldest = sighting;
        } else if self.sightings.len() < self.limit {
            self.sightings.push(sighting);
        }
        self.next = self.next.saturating_add(1);
        if self.next >= self.limit {
            self.next = 0;
        }
    }
}

impl Fingerprint {
    fn of(ends: Endpoints, payload: &[u8]) -> Self {
        let mut head = [0; HEAD];
        if let Some(first) = payload.first_chunk() {
            head = *first;
        } else if let Some(short) = head.get_mut(..payload.len()) {
            short.copy_from_slice(payload);
        }
        Self {
            length: payload.len(),
            head,
            ends,
        }
    }

    /// The same on every machine, because marks are read elsewhere (FNV-1a).
    fn hash(&self) -> u64 {
        const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        let fold = |hash: u64, octet: &u8| (hash ^ u64::from(*octet)).wrapping_mul(PRIME);
        let length = u64::try_from(self.length).unwrap_or(u64::MAX).to_be_bytes();
        let mut hash = length.iter().chain(&self.head).fold(BASIS, fold);
        for end in [self.ends.source, self.ends.destination] {
            hash = match end.ip() {
                IpAddr::V4(address) => address.octets().iter().fold(hash, fold),
                IpAddr::V6(address) => address.octets().iter().fold(hash, fold),
            };
            hash = end.port().to_be_bytes().iter().fold(hash, fold);
        }
        hash
    }
}
