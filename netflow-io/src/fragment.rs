//! Reassembly of IP fragments (RFC 791, section 3.2; RFC 8200, section 4.5).
//!
//! Where fragments overlap, the octets that came first count; a datagram is complete when
//! it has no hole. What waits is bounded in octets, in datagrams and in time; the oldest
//! is dropped.

use alloc::collections::{BTreeMap, VecDeque};
use core::net::IpAddr;
use std::collections::HashMap;

use netflow_core::Timestamp;

use crate::ip::{Fragment, Ip};
use crate::limits::CaptureLimits;
use crate::summary::{CaptureSummary, count};

/// The most octets a datagram can have.
const DATAGRAM: usize = 65_535;
/// What a part costs beside its octets.
const PART_OVERHEAD: usize = 64;
/// Maximum complete datagrams of which fragments of copies are expected.
const MAX_COMPLETE: usize = 64;
/// How long fragments of copies are expected, in nanoseconds of the capture: 1 s. Copies on other
/// paths follow at once, and an identification may be used again later (RFC 6864, section 4).
const COPY_AGE: i64 = 1_000_000_000;

/// The datagrams that wait for fragments.
#[derive(Debug)]
pub(crate) struct Fragments {
    waiting: HashMap<FragmentKey, PartialDatagram>,
    /// By age: the serial numbers of what waits.
    order: BTreeMap<u64, FragmentKey>,
    serial: u64,
    /// Complete datagrams of which fragments of copies are expected, by age.
    complete: VecDeque<Complete>,
    octets: usize,
    octet_limit: usize,
    datagram_limit: usize,
    age_limit: i64,
}

/// What fragments of one datagram have in common. In IPv6 the protocol is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct FragmentKey {
    source: IpAddr,
    destination: IpAddr,
    identification: u32,
    protocol: Option<u8>,
}

/// A datagram with holes.
#[derive(Debug)]
struct PartialDatagram {
    serial: u64,
    since: Timestamp,
    /// The protocol in the fragment that arrived first, until the first fragment of the datagram arrives.
    protocol: u8,
    /// Octets of the whole, once its last fragment came.
    total: Option<usize>,
    /// The parts, without overlap, by the octets before them. A tree, because fragments may come
    /// in any order: inserting each before the others would take the square of their number.
    parts: BTreeMap<usize, Vec<u8>>,
    have: usize,
    copies: FragmentCopies,
}

/// Duplicate fragments; a datagram captured on n paths has each n times.
#[derive(Debug)]
struct FragmentCopies {
    /// Where the fragment that arrived first is in the whole.
    first: usize,
    /// Copies of that fragment.
    of_first: usize,
    /// Copies of any.
    all: usize,
}

/// A complete datagram of which copies were captured too, as far as their fragments go.
#[derive(Debug)]
struct Complete {
    key: FragmentKey,
    since: Timestamp,
    /// The number of fragments still expected.
    expected: usize,
}

impl Fragments {
    pub(crate) fn new(limits: &CaptureLimits) -> Self {
        Self {
            waiting: HashMap::new(),
            order: BTreeMap::new(),
            serial: 0,
            complete: VecDeque::new(),
            octets: 0,
            octet_limit: limits.fragment_octets,
            datagram_limit: limits.fragment_datagrams,
            age_limit: i64::try_from(limits.fragment_age.as_nanos()).unwrap_or(i64::MAX),
        }
    }

    /// Takes the fragment `ip` of the octets `payload`. If it completes its datagram, that
    /// is written to `whole`, and its protocol returned.
    pub(crate) fn insert(
        &mut self,
        (ip, fragment): (&Ip, Fragment),
        payload: &[u8],
        now: Timestamp,
        whole: &mut Vec<u8>,
        summary: &mut CaptureSummary,
    ) -> Option<u8> {
        self.expire(now, summary);
        let length = payload.len().saturating_add(ip.missing);
        let end = fragment.offset.saturating_add(length);
        // Offsets count in eights, so all but the last end on one.
        if end > DATAGRAM || (fragment.more && length & 7 != 0) {
            count(&mut summary.malformed);
            return None;
        }
        let key = FragmentKey {
            source: ip.source,
            destination: ip.destination,
            identification: fragment.identification,
            protocol: ip.source.is_ipv4().then_some(ip.protocol),
        };
        if !self.waiting.contains_key(&key) && self.is_of_copy(&key, now) {
            return None;
        }
        let partial = self.partial(ip, fragment, key, now);
        if !fragment.more && partial.total.is_none() {
            partial.total = Some(end);
        }
        let added = partial.insert(fragment.offset, payload);
        let contradicts = partial.contradicts();
        let is_whole = partial.is_whole();
        self.octets = self.octets.saturating_add(added);
        if contradicts {
            self.remove(&key);
            count(&mut summary.fragmented_given_up);
            return None;
        }
        if is_whole {
            let partial = self.remove(&key)?;
            self.expect_copies(key, &partial, now);
            whole.clear();
            for part in partial.parts.values() {
                whole.extend_from_slice(part);
            }
            count(&mut summary.reassembled);
            return Some(partial.protocol);
        }
        while self.octets > self.octet_limit || self.waiting.len() > self.datagram_limit {
            self.give_up_oldest(summary)?;
        }
        None
    }

    /// The datagram of a fragment, with the fragments that have arrived.
    fn partial(
        &mut self,
        ip: &Ip,
        fragment: Fragment,
        key: FragmentKey,
        now: Timestamp,
    ) -> &mut PartialDatagram {
        let partial = self.waiting.entry(key).or_insert_with(|| {
            self.serial = self.serial.saturating_add(1);
            self.order.insert(self.serial, key);
            self.octets = self.octets.saturating_add(PART_OVERHEAD);
            PartialDatagram {
                serial: self.serial,
                since: now,
                protocol: ip.protocol,
                total: None,
                parts: BTreeMap::new(),
                have: 0,
                copies: FragmentCopies::new(fragment.offset),
            }
        });
        if fragment.offset == 0 {
            partial.protocol = ip.protocol;
        }
        partial
    }

    /// Whether nothing waits any more, `now` being the time: what is too old is dropped by
    /// the next fragment.
    pub(crate) fn is_quiet(&self, now: Timestamp) -> bool {
        let mut waiting = self.waiting.values();
        let mut complete = self.complete.iter();
        waiting.all(|partial| now.nanos_since(partial.since) > self.age_limit)
            && complete.all(|complete| {
                complete.expected == 0 || now.nanos_since(complete.since) > COPY_AGE
            })
    }

    /// Drops all that waits.
    pub(crate) fn finish(&mut self, summary: &mut CaptureSummary) {
        while self.give_up_oldest(summary).is_some() {}
    }

    /// Expects the fragments of copies that are missing when a datagram is complete.
    fn expect_copies(&mut self, key: FragmentKey, partial: &PartialDatagram, now: Timestamp) {
        let expected = partial.missing_copies();
        if expected == 0 {
            return;
        }
        if self.complete.len() >= MAX_COMPLETE {
            self.complete.pop_front();
        }
        self.complete.push_back(Complete {
            key,
            since: now,
            expected,
        });
    }

    /// Whether a fragment is the next of a copy of a datagram that is complete.
    fn is_of_copy(&mut self, key: &FragmentKey, now: Timestamp) -> bool {
        self.complete.retain(|complete| {
            complete.expected > 0 && now.nanos_since(complete.since) <= COPY_AGE
        });
        let mut all = self.complete.iter_mut();
        let found = all.find(|complete| complete.key == *key);
        found.is_some_and(|complete| {
            complete.expected = complete.expected.saturating_sub(1);
            true
        })
    }

    fn expire(&mut self, now: Timestamp, summary: &mut CaptureSummary) {
        while let Some(key) = self.order.values().next() {
            let fresh = self
                .waiting
                .get(key)
                .is_some_and(|partial| now.nanos_since(partial.since) <= self.age_limit);
            if fresh || self.give_up_oldest(summary).is_none() {
                break;
            }
        }
    }

    fn give_up_oldest(&mut self, summary: &mut CaptureSummary) -> Option<()> {
        let (_, key) = self.order.pop_first()?;
        self.remove(&key);
        count(&mut summary.fragmented_given_up);
        Some(())
    }

    fn remove(&mut self, key: &FragmentKey) -> Option<PartialDatagram> {
        let partial = self.waiting.remove(key)?;
        self.order.remove(&partial.serial);
        self.octets = self.octets.saturating_sub(partial.cost());
        Some(partial)
    }
}

impl PartialDatagram {
    /// Keeps the octets where there were none yet; returns what that costs.
    fn insert(&mut self, offset: usize, payload: &[u8]) -> usize {
        let before = self.cost();
        if self
            .parts
            .get(&offset)
            .is_some_and(|part| part.len() == payload.len())
        {
            self.copies.count(offset);
        }
        let end = offset.saturating_add(payload.len());
        let reaching = self.parts.range(..offset).next_back();
        let mut at = reaching.map_or(offset, |(start, part)| {
            offset.max(start.saturating_add(part.len()))
        });
        while at < end {
            let next = self.parts.range(at..).next();
            let (hole_end, after) = next.map_or((end, end), |(start, part)| {
                (end.min(*start), start.saturating_add(part.len()))
            });
            let hole = at.saturating_sub(offset)..hole_end.saturating_sub(offset);
            let new = payload.get(hole).unwrap_or_default();
            if !new.is_empty() {
                self.parts.insert(at, new.to_vec());
                self.have = self.have.saturating_add(new.len());
            }
            // What follows the hole is after the part that ends it.
            at = after;
        }
        self.cost().saturating_sub(before)
    }

    /// The number of fragments that are still missing from copies.
    fn missing_copies(&self) -> usize {
        let all = self.parts.len().saturating_mul(self.copies.of_first);
        all.saturating_sub(self.copies.all)
    }

    fn end(&self) -> usize {
        self.parts
            .last_key_value()
            .map_or(0, |(start, part)| start.saturating_add(part.len()))
    }

    /// Octets came that are after the last fragment.
    fn contradicts(&self) -> bool {
        self.total.is_some_and(|total| self.end() > total)
    }

    /// No part overlaps another or the end, so as many octets as the whole has leave no hole.
    fn is_whole(&self) -> bool {
        self.total == Some(self.have)
    }

    fn cost(&self) -> usize {
        self.parts
            .len()
            .saturating_add(1)
            .saturating_mul(PART_OVERHEAD)
            .saturating_add(self.have)
    }
}

impl FragmentCopies {
    const fn new(first: usize) -> Self {
        Self {
            first,
            of_first: 0,
            all: 0,
        }
    }

    const fn count(&mut self, offset: usize) {
        self.all = self.all.saturating_add(1);
        if offset == self.first {
            self.of_first = self.of_first.saturating_add(1);
        }
    }
}
