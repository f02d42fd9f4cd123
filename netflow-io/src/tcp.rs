//! IPFIX over TCP (RFC 7011, section 10.4): streams put together and cut into messages.
//!
//! A stream is followed from its first segment, or from a segment that begins with an
//! IPFIX message. Segments that come early wait, within bounds; what was sent twice is
//! dropped. After a gap the stream is picked up at the next segment that begins with a
//! message; after octets that are no message, at the next that looks like one.

use alloc::collections::{BTreeMap, VecDeque};
use core::net::SocketAddr;
use core::ops::Range;
use std::collections::HashMap;

use netflow_core::Timestamp;

use crate::limits::CaptureLimits;
use crate::octets::u16_at;
use crate::select::begins_ipfix;
use crate::summary::{CaptureSummary, count};

/// Further from what is awaited, a segment is of another connection.
const FAR: u32 = 16 << 20;
/// The place of a stream's first octet, so that others may lie before it.
const START: u64 = 1 << 32;
/// A message header with its version and length (RFC 7011, section 3.1).
const MESSAGE_HEADER: usize = 16;
/// Sets by which a message is told among other octets.
const SETS: usize = 8;
/// What a waiting segment costs beside its octets.
const SEGMENT_OVERHEAD: usize = 64;

/// The streams that are followed, and the messages they have just completed.
#[derive(Debug)]
pub(crate) struct Streams {
    streams: HashMap<Ends, Stream>,
    /// By when they were last used.
    order: BTreeMap<u64, Ends>,
    /// Streams that have ended, and the sequence number behind them.
    ended: HashMap<Ends, u32>,
    ready: VecDeque<Ready>,
    /// The octets of the messages that are ready.
    messages: Vec<u8>,
    used: u64,
    octets: usize,
    stream_limit: usize,
    octet_limit: usize,
    all_octet_limit: usize,
}

/// One direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ends {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
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

/// Which packet, and when it was captured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Captured {
    pub(crate) frame: u64,
    pub(crate) time: Timestamp,
}

/// A whole message.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) ends: Ends,
    pub(crate) captured: Captured,
    /// It is the first of a connection that was seen to begin.
    pub(crate) begins_session: bool,
    /// Its octets in [`Streams::message`].
    pub(crate) octets: Range<usize>,
}

/// One stream.
#[derive(Debug)]
struct Stream {
    /// Sequence number of the first octet.
    first: u32,
    /// Sequence number of the next octet.
    next: u32,
    /// Its place: [`START`] is that of the first octet.
    at: u64,
    /// The next octet is at or inside a message whose start is known.
    in_step: bool,
    /// What came last is no message, and a message may begin anywhere behind it.
    is_astray: bool,
    /// It was seen to begin, and has given no message.
    is_new: bool,
    /// The start of a message whose rest has not come.
    partial: Vec<u8>,
    /// Segments behind a gap, by their place and in the order they came. A tree, since they
    /// may come in any order: putting each before others would take the square of their number.
    early: BTreeMap<(u64, u64), Early>,
    /// Segments that came so far.
    came: u64,
    /// Octets of `early`, with overhead.
    early_octets: usize,
    /// Sequence number behind its last octet, once that is known.
    end: Option<u32>,
    /// When it was last used; higher is later.
    used: u64,
    captured: Captured,
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
            streams: HashMap::new(),
            order: BTreeMap::new(),
            ended: HashMap::new(),
            ready: VecDeque::new(),
            messages: Vec::new(),
            used: 0,
            octets: 0,
            stream_limit: limits.streams.max(1),
            octet_limit: limits.stream_octets,
            all_octet_limit: limits.all_stream_octets,
        }
    }

    /// Whether no stream was followed so far.
    pub(crate) fn is_unused(&self) -> bool {
        self.used == 0 && self.ended.is_empty()
    }

    /// The next message that is whole.
    pub(crate) fn pop(&mut self) -> Option<Ready> {
        self.ready.pop_front()
    }

    /// The octets of a message that is ready.
    pub(crate) fn message(&self, octets: Range<usize>) -> &[u8] {
        self.messages.get(octets).unwrap_or_default()
    }

    /// Takes a segment; `expected` if its port is one of IPFIX. Gives whether it belongs to
    /// a stream that is followed.
    pub(crate) fn insert(
        &mut self,
        segment: &Segment<'_>,
        expected: bool,
        summary: &mut CaptureSummary,
    ) -> bool {
        if self.ready.is_empty() {
            self.messages.clear();
        }
        // The stream is taken out and put back, so that it and the rest are apart.
        let known = self.remove(&segment.ends);
        let begins = begins_ipfix(segment.payload);
        let stream = match known {
            Some(stream) if segment.syn && segment.sequence.wrapping_add(1) != stream.first => {
                stream.give_up(summary);
                Stream::new(segment)
            }
            Some(stream) if begins && stream.is_far(segment) => {
                stream.give_up(summary);
                count(&mut summary.stream_gaps);
                Stream {
                    is_new: true,
                    ..Stream::new(segment)
                }
            }
            Some(stream) => stream,
            None if begins || (expected && segment.syn) => {
                let mut stream = Stream::new(segment);
                stream.is_new |= self.is_behind_end(segment);
                stream
            }
            None => return false,
        };
        self.follow(stream, segment, summary);
        true
    }

    /// Whether a segment follows the end of a stream with the same ends, and is no part of
    /// that sent again.
    fn is_behind_end(&self, segment: &Segment<'_>) -> bool {
        self.ended
            .get(&segment.ends)
            .is_some_and(|end| end.wrapping_sub(segment.sequence) > FAR)
    }

    /// Gives what can be had of what still waits.
    pub(crate) fn finish(&mut self, summary: &mut CaptureSummary) {
        if self.ready.is_empty() {
            self.messages.clear();
        }
        while let Some((_, ends)) = self.order.pop_first() {
            let Some(mut stream) = self.remove(&ends) else {
                continue;
            };
            while stream.skip_gap(summary) {
                self.drain(&mut stream, ends, summary);
            }
            stream.give_up(summary);
        }
    }

    fn follow(&mut self, mut stream: Stream, segment: &Segment<'_>, summary: &mut CaptureSummary) {
        let ends = segment.ends;
        self.used = self.used.saturating_add(1);
        stream.used = self.used;
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
        self.drain(&mut stream, ends, summary);
        while stream.early_octets > self.octet_limit && stream.skip_gap(summary) {
            self.drain(&mut stream, ends, summary);
        }
        if segment.rst || stream.end == Some(stream.next) {
            while stream.skip_gap(summary) {
                self.drain(&mut stream, ends, summary);
            }
            // Forgetting who ended is no worse than not having seen it.
            if self.ended.len() >= self.stream_limit {
                self.ended.clear();
            }
            self.ended.insert(ends, stream.next);
            stream.give_up(summary);
            return;
        }
        self.octets = self.octets.saturating_add(stream.cost());
        self.order.insert(stream.used, ends);
        self.streams.insert(ends, stream);
        while self.streams.len() > self.stream_limit || self.octets > self.all_octet_limit {
            let idle = self.order.first_key_value().map(|(_, ends)| *ends);
            let Some(stream) = idle.and_then(|ends| self.remove(&ends)) else {
                break;
            };
            stream.give_up(summary);
        }
    }

    /// Takes what is no longer early into messages.
    fn drain(&mut self, stream: &mut Stream, ends: Ends, summary: &mut CaptureSummary) {
        while let Some((octets, missing)) = stream.pop_next() {
            self.accept(stream, ends, &octets, summary);
            if missing > 0 {
                stream.lose_step(summary);
            }
        }
    }

    /// Cuts octets that are next in a stream into messages.
    fn accept(
        &mut self,
        stream: &mut Stream,
        ends: Ends,
        octets: &[u8],
        summary: &mut CaptureSummary,
    ) {
        if !stream.in_step && !stream.is_astray {
            if !begins_ipfix(octets) {
                stream.lose(octets.len(), summary);
                return;
            }
            stream.in_step = true;
        }
        // The partial message grows in place: copying it for each segment would take the
        // square of its length.
        let mut buffer = core::mem::take(&mut stream.partial);
        buffer.extend_from_slice(octets);
        let mut rest = buffer.as_slice();
        while let (Some(version), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
            let length = usize::from(length);
            if stream.is_astray || version != 10 || length < MESSAGE_HEADER {
                let found = find_message(rest);
                stream.is_astray = found.is_none();
                stream.in_step = found.is_some();
                let (passed_over, behind) = rest.split_at(found.unwrap_or(rest.len()));
                pass_over(passed_over, summary);
                rest = behind;
                continue;
            }
            let Some((message, behind)) = rest.split_at_checked(length) else {
                break;
            };
            let start = self.messages.len();
            self.messages.extend_from_slice(message);
            self.ready.push_back(Ready {
                ends,
                captured: stream.captured,
                begins_session: core::mem::take(&mut stream.is_new),
                octets: start..self.messages.len(),
            });
            rest = behind;
        }
        let done = buffer.len().saturating_sub(rest.len());
        buffer.drain(..done);
        stream.partial = buffer;
    }

    fn remove(&mut self, ends: &Ends) -> Option<Stream> {
        let stream = self.streams.remove(ends)?;
        self.order.remove(&stream.used);
        self.octets = self.octets.saturating_sub(stream.cost());
        Some(stream)
    }
}

impl Stream {
    fn new(segment: &Segment<'_>) -> Self {
        let first = segment.sequence.wrapping_add(segment.syn.into());
        Self {
            first,
            next: first,
            at: START,
            in_step: true,
            is_astray: false,
            is_new: segment.syn,
            partial: Vec::new(),
            early: BTreeMap::new(),
            came: 0,
            early_octets: 0,
            end: None,
            used: 0,
            captured: segment.captured,
        }
    }

    /// Whether a segment is so far from what is awaited that it is of another connection.
    fn is_far(&self, segment: &Segment<'_>) -> bool {
        let ahead = segment.sequence.wrapping_sub(self.next);
        ahead > FAR && ahead < FAR.wrapping_neg()
    }

    /// The place of an octet by its sequence number.
    fn place_of(&self, sequence: u32) -> u64 {
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

    /// Puts a segment among those that wait, unless one of the same place is as long.
    fn put_early(&mut self, sequence: u32, segment: Early) {
        let place = self.place_of(sequence);
        let same = self.early.range((place, 0)..=(place, u64::MAX)).next_back();
        if same.is_some_and(|(_, other)| other.octets.len() >= segment.octets.len()) {
            return;
        }
        self.came = self.came.saturating_add(1);
        self.early_octets = self.early_octets.saturating_add(segment.cost());
        self.early.insert((place, self.came), segment);
    }

    /// The octets that are next, without those that came before, and how many are missing
    /// behind them.
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

    /// Gives up what is missing before the first segment that waits; `false` if none does.
    fn skip_gap(&mut self, summary: &mut CaptureSummary) -> bool {
        let Some(((place, _), _)) = self.early.first_key_value() else {
            return false;
        };
        self.advance(place.saturating_sub(self.at));
        self.lose_step(summary);
        true
    }

    /// What follows is not known to be at the start of a message.
    fn lose_step(&mut self, summary: &mut CaptureSummary) {
        self.in_step = false;
        self.is_astray = false;
        let partial = core::mem::take(&mut self.partial);
        self.lose(partial.len(), summary);
        count(&mut summary.stream_gaps);
    }

    fn lose(&self, octets: usize, summary: &mut CaptureSummary) {
        summary.stream_octets_lost = summary
            .stream_octets_lost
            .saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
    }

    /// Ends the stream: what it still holds is lost.
    fn give_up(self, summary: &mut CaptureSummary) {
        self.lose(self.partial.len(), summary);
        for segment in self.early.values() {
            self.lose(segment.octets.len(), summary);
        }
    }

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

/// Where a message begins behind octets that are none.
fn find_message(octets: &[u8]) -> Option<usize> {
    (0..octets.len()).find(|at| octets.get(*at..).is_some_and(is_message))
}

/// Whether octets begin with a message by all that can be seen of it: its header, its first
/// sets, and the version behind it.
fn is_message(octets: &[u8]) -> bool {
    if !begins_ipfix(octets) {
        return false;
    }
    let length = u16_at(octets, 2).map_or(0, usize::from);
    let mut at = MESSAGE_HEADER;
    for _ in 0..SETS {
        match u16_at(octets, at.saturating_add(2)).map(usize::from) {
            Some(set) if at < length => {
                at = at.saturating_add(set);
                if set < 4 || at > length {
                    return false;
                }
            }
            _ => break,
        }
    }
    u16_at(octets, length).is_none_or(|version| version == 10)
}

fn pass_over(octets: &[u8], summary: &mut CaptureSummary) {
    summary.stream_octets_passed_over = summary
        .stream_octets_passed_over
        .saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
}

/// A length as a step of sequence numbers, which wrap.
fn wrapped(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
