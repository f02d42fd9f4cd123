//! IPFIX over TCP (RFC 7011, section 10.4): segments reassembled to streams, and streams cut
//! into messages.
//!
//! A stream is followed from its first segment, from a segment that begins with an IPFIX
//! message, or, on a port of IPFIX, from any segment. Segments that come early wait, within
//! bounds; duplicated octets are dropped. After a gap, after octets that are no message, and in
//! a stream that was joined in mid-message, the stream is [searched](search) for the next header.

mod search;

use alloc::collections::BTreeMap;
use std::collections::HashMap;

use crate::connection::{Captured, Connections, Cost, Ends, Messages};
use crate::limits::CaptureLimits;
use crate::octets::u16_at;
use crate::select::begins_ipfix;
use crate::summary::{CaptureSummary, add, count};

use self::search::{Found, search};

/// How long after the end of a stream its octets count as sent again: a window of TCP.
const RETRANSMITTED: u32 = 1 << 20;
/// Further from the next octet, a segment is of another connection.
const FAR: u32 = 16 << 20;
/// The position of a stream's first octet, so that others may come before it.
const START: u64 = 1 << 32;
/// A message header with its version and length (RFC 7011, section 3.1).
const MESSAGE_HEADER: usize = 16;
/// What a waiting segment costs beside its octets.
const SEGMENT_OVERHEAD: usize = 64;

/// The streams that are followed.
#[derive(Debug)]
pub(crate) struct Streams {
    streams: Connections<Stream>,
    /// Streams that have ended, and the sequence number after them.
    ended: HashMap<Ends, u32>,
    ended_limit: usize,
    octet_limit: usize,
}

/// A TCP segment of a capture.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) ends: Ends,
    pub(crate) sequence: u32,
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    pub(crate) payload: &'a [u8],
    /// Octets of its payload that were not captured.
    pub(crate) missing: usize,
    pub(crate) captured: Captured,
}

/// One stream.
#[derive(Debug)]
struct Stream {
    /// Sequence number of the first octet.
    first: u32,
    /// Sequence number of the next octet.
    next: u32,
    /// Its position: [`START`] is that of the first octet.
    at: u64,
    /// Whether it is known where messages begin.
    framing: Framing,
    /// It was seen to begin, and no message of it was returned.
    is_new: bool,
    /// The start of a message whose rest was not received yet, or what is searched for a header.
    partial: Partial,
    /// Segments after a gap, by their position and in the order they came. A tree, because they
    /// may come in any order: inserting each before others would take the square of their number.
    early: BTreeMap<(u64, u64), Early>,
    /// Segments that came so far.
    came: u64,
    /// Octets of `early`, with overhead.
    early_octets: usize,
    /// Sequence number after its last octet, once that is known.
    end: Option<u32>,
    captured: Captured,
}

/// Whether it is known where messages begin in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// The next octet is at or inside a message whose start is known.
    Known,
    /// Octets are missing, or the stream was joined in its midst.
    Lost,
    /// What came last is no message.
    Invalid,
}

/// A segment that came before an earlier one.
#[derive(Debug)]
struct Early {
    octets: Vec<u8>,
    missing: usize,
}

impl Streams {
    pub(crate) fn new(limits: &CaptureLimits) -> Self {
        Self {
            streams: Connections::new(limits.streams, limits.all_stream_octets),
            ended: HashMap::new(),
            ended_limit: limits.streams.max(1),
            octet_limit: limits.stream_octets,
        }
    }

    /// Whether no stream was followed so far.
    pub(crate) fn is_unused(&self) -> bool {
        self.streams.is_unused() && self.ended.is_empty()
    }

    /// Takes a segment; `expected` if its port is one of IPFIX. Returns whether it belongs to
    /// a stream that is followed.
    pub(crate) fn insert(
        &mut self,
        segment: &Segment<'_>,
        expected: bool,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        // The stream is taken out and put back, so that both can be borrowed.
        let known = self.streams.remove(&segment.ends);
        let begins = begins_ipfix(segment.payload);
        let stream = match known {
            Some(mut stream) if segment.syn && segment.sequence.wrapping_add(1) != stream.first => {
                stream.finish(segment.ends, messages, summary);
                Stream::new(segment)
            }
            Some(mut stream) if begins && stream.is_far(segment) => {
                stream.finish(segment.ends, messages, summary);
                count(&mut summary.stream_gaps);
                Stream {
                    is_new: true,
                    ..Stream::new(segment)
                }
            }
            Some(stream) => stream,
            None if self.is_retransmission(segment) => return true,
            None if begins || (expected && (segment.syn || !segment.payload.is_empty())) => {
                let mut stream = Stream::new(segment);
                stream.is_new |= self.ended.contains_key(&segment.ends);
                if !begins && !segment.syn {
                    stream.framing = Framing::Lost;
                }
                stream
            }
            None => return false,
        };
        self.follow(stream, segment, messages, summary);
        true
    }

    /// Whether a segment is part of a stream that has ended.
    fn is_retransmission(&self, segment: &Segment<'_>) -> bool {
        let is_before = |end: &u32| end.wrapping_sub(segment.sequence) <= RETRANSMITTED;
        let end = self.ended.get(&segment.ends);
        !segment.syn && !segment.payload.is_empty() && end.is_some_and(is_before)
    }

    /// Returns what can be read of what still waits.
    pub(crate) fn finish(&mut self, messages: &mut Messages, summary: &mut CaptureSummary) {
        while let Some((ends, mut stream)) = self.streams.remove_idle() {
            stream.finish(ends, messages, summary);
        }
    }

    fn follow(
        &mut self,
        mut stream: Stream,
        segment: &Segment<'_>,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        let ends = segment.ends;
        stream.captured = segment.captured;
        let sequence = segment.sequence.wrapping_add(segment.syn.into());
        let length = segment.payload.len().saturating_add(segment.missing);
        if segment.fin && !stream.is_far(segment) {
            stream.end = Some(sequence.wrapping_add(wrapped(length)));
        }
        if length > 0 && !stream.is_far(segment) {
            let early = Early {
                octets: segment.payload.to_vec(),
                missing: segment.missing,
            };
            stream.put_early(sequence, early);
        }
        stream.drain(ends, messages, summary);
        while stream.early_octets > self.octet_limit && stream.skip_gap(ends, messages, summary) {
            stream.drain(ends, messages, summary);
        }
        if segment.rst || stream.end == Some(stream.next) {
            stream.finish(ends, messages, summary);
            // Forgetting which streams ended is no worse than not having seen it.
            if self.ended.len() >= self.ended_limit {
                self.ended.clear();
            }
            self.ended.insert(ends, stream.next);
            return;
        }
        self.streams.insert(ends, stream);
        while let Some((ends, mut stream)) = self.streams.evict() {
            stream.finish(ends, messages, summary);
        }
    }
}

impl Stream {
    fn new(segment: &Segment<'_>) -> Self {
        let first = segment.sequence.wrapping_add(segment.syn.into());
        Self {
            first,
            next: first,
            at: START,
            framing: Framing::Known,
            is_new: segment.syn,
            partial: Partial::default(),
            early: BTreeMap::new(),
            came: 0,
            early_octets: 0,
            end: None,
            captured: segment.captured,
        }
    }

    /// Whether a segment is so far from the next octet that it is of another connection.
    fn is_far(&self, segment: &Segment<'_>) -> bool {
        let ahead = segment.sequence.wrapping_sub(self.next);
        ahead > FAR && ahead < FAR.wrapping_neg()
    }

    /// The position of an octet by its sequence number.
    fn position(&self, sequence: u32) -> u64 {
        let ahead = sequence.wrapping_sub(self.next).to_ne_bytes();
        self.at
            .saturating_add_signed(i32::from_ne_bytes(ahead).into())
    }

    fn advance(&mut self, octets: u64) {
        self.at = self.at.saturating_add(octets);
        // Sequence numbers wrap.
        let [_, _, _, _, low @ ..] = octets.to_be_bytes();
        self.next = self.next.wrapping_add(u32::from_be_bytes(low));
    }

    /// Adds a segment to those that wait, unless one at the same position is as long.
    fn put_early(&mut self, sequence: u32, segment: Early) {
        let position = self.position(sequence);
        let same = self
            .early
            .range((position, 0)..=(position, u64::MAX))
            .next_back();
        if same.is_some_and(|(_, other)| other.octets.len() >= segment.octets.len()) {
            return;
        }
        self.came = self.came.saturating_add(1);
        self.early_octets = self.early_octets.saturating_add(segment.cost());
        self.early.insert((position, self.came), segment);
    }

    /// The octets that are next, without those that came before, and how many are missing
    /// after them.
    fn pop_next(&mut self) -> Option<(Vec<u8>, usize)> {
        loop {
            let first = self.early.first_entry()?;
            let seen = self.at.checked_sub(first.key().0)?;
            let mut segment = first.remove();
            self.early_octets = self.early_octets.saturating_sub(segment.cost());
            let seen = usize::try_from(seen).unwrap_or(usize::MAX);
            let length = segment.octets.len().saturating_add(segment.missing);
            let Some(new @ 1..) = length.checked_sub(seen) else {
                continue;
            };
            let captured = segment.octets.len();
            segment.octets.drain(..seen.min(captured));
            self.advance(u64::try_from(new).unwrap_or(u64::MAX));
            return Some((segment.octets, segment.missing.min(new)));
        }
    }

    /// Cuts what is no longer early into messages.
    fn drain(&mut self, ends: Ends, messages: &mut Messages, summary: &mut CaptureSummary) {
        while let Some((octets, missing)) = self.pop_next() {
            self.accept(&octets, ends, messages, summary);
            if missing > 0 {
                self.lose_framing(ends, messages, summary);
            }
        }
    }

    /// Skips what is missing before the first segment that waits; `false` if none does.
    fn skip_gap(
        &mut self,
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        let Some(((position, _), _)) = self.early.first_key_value() else {
            return false;
        };
        self.advance(position.saturating_sub(self.at));
        self.lose_framing(ends, messages, summary);
        true
    }

    /// Cuts octets that are next in the stream into messages.
    fn accept(
        &mut self,
        octets: &[u8],
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if self.framing == Framing::Lost && begins_ipfix(octets) {
            // A segment that begins with a message needs no further proof, and proves what was
            // searched if that ends here.
            self.cut(ends, true, messages, summary);
            self.discard(self.partial.len(), summary);
            self.framing = Framing::Known;
        }
        self.partial.extend(octets);
        self.cut(ends, false, messages, summary);
    }

    /// Returns the whole messages of `partial`; `is_end` if nothing follows it.
    fn cut(
        &mut self,
        ends: Ends,
        is_end: bool,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        loop {
            if self.framing != Framing::Known && !self.search(is_end, summary) {
                return;
            }
            let rest = self.partial.octets();
            let (Some(version), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) else {
                return;
            };
            let length = usize::from(length);
            if version != 10 || length < MESSAGE_HEADER {
                self.framing = Framing::Invalid;
                continue;
            }
            let Some(message) = rest.get(..length) else {
                return;
            };
            let begins_session = core::mem::take(&mut self.is_new);
            messages.push(ends, self.captured, begins_session, message);
            self.partial.consume(length);
        }
    }

    /// Looks for the next message in `partial` and drops what comes before it. Returns whether
    /// one is believed; `is_end` if nothing follows.
    fn search(&mut self, is_end: bool, summary: &mut CaptureSummary) -> bool {
        let found = search(self.partial.octets(), is_end);
        let (Found::Proved(at) | Found::Open(at)) = found;
        self.discard(at, summary);
        if matches!(found, Found::Proved(_)) {
            self.framing = Framing::Known;
        }
        self.framing == Framing::Known
    }

    /// What follows is not known to be at the start of a message.
    fn lose_framing(&mut self, ends: Ends, messages: &mut Messages, summary: &mut CaptureSummary) {
        self.end_search(ends, messages, summary);
        self.framing = Framing::Lost;
        self.discard(self.partial.len(), summary);
        count(&mut summary.stream_gaps);
    }

    /// What was searched ends here, which proves a message that ends here too.
    fn end_search(&mut self, ends: Ends, messages: &mut Messages, summary: &mut CaptureSummary) {
        if self.framing != Framing::Known {
            self.cut(ends, true, messages, summary);
        }
    }

    /// Drops the first octets of `partial`, which belong to no whole message.
    fn discard(&mut self, octets: usize, summary: &mut CaptureSummary) {
        self.partial.consume(octets);
        add(
            match self.framing {
                Framing::Known | Framing::Lost => &mut summary.stream_octets_lost,
                Framing::Invalid => &mut summary.stream_octets_passed_over,
            },
            octets,
        );
    }

    /// Ends the stream: returns the messages that can be read of what still waits.
    fn finish(&mut self, ends: Ends, messages: &mut Messages, summary: &mut CaptureSummary) {
        while self.skip_gap(ends, messages, summary) {
            self.drain(ends, messages, summary);
        }
        self.end_search(ends, messages, summary);
        self.discard(self.partial.len(), summary);
    }
}

impl Cost for Stream {
    fn cost(&self) -> usize {
        self.partial
            .len()
            .saturating_add(self.early_octets)
            .saturating_add(SEGMENT_OVERHEAD)
    }
}

impl Early {
    fn cost(&self) -> usize {
        self.octets.len().saturating_add(SEGMENT_OVERHEAD)
    }
}

/// Octets that are read from the front. Those that were read are dropped from time to time:
/// moving the rest for each of them would take the square of their number.
#[derive(Debug, Default)]
struct Partial {
    octets: Vec<u8>,
    start: usize,
}

impl Partial {
    fn octets(&self) -> &[u8] {
        self.octets.get(self.start..).unwrap_or_default()
    }

    fn len(&self) -> usize {
        self.octets().len()
    }

    fn extend(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
    }

    fn consume(&mut self, octets: usize) {
        self.start = self.start.saturating_add(octets).min(self.octets.len());
        if self.start > self.len() {
            self.octets.drain(..self.start);
            self.start = 0;
        }
    }
}

/// A length as a step of sequence numbers, which wrap.
fn wrapped(length: usize) -> u32 {
    let [.., a, b, c, d] = u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}
