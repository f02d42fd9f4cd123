//! One stream of TCP: its segments in their order, cut into messages.

use alloc::collections::BTreeMap;

use super::Segment;
use super::search::{SearchResult, search};
use crate::connection::{Captured, Cost, Endpoints, Messages};
use crate::octets::u16_at;
use crate::select::begins_ipfix;
use crate::sequence::NextSequence;
use crate::summary::{CaptureSummary, add, count};

/// Further from the next octet, a segment is of another connection.
const FAR: u32 = 16 << 20;
/// A message header with its version and length (RFC 7011, section 3.1).
const MESSAGE_HEADER: usize = 16;
/// What a waiting segment costs beside its octets.
const SEGMENT_OVERHEAD: usize = 64;

/// One stream.
#[derive(Debug)]
pub(super) struct TcpDirection {
    /// Sequence number of the first octet.
    pub(super) first: u32,
    /// The sequence number of the next octet.
    pub(super) next: NextSequence,
    /// Whether it is known where messages begin.
    pub(super) framing: Framing,
    /// It was seen to begin, and no message of it was returned.
    pub(super) is_new: bool,
    /// The start of a message whose rest was not received yet, or what is searched for a header.
    partial: FrontBuffer,
    /// Segments after a gap, by their position and in the order they came. A tree, because they
    /// may come in any order: inserting each before others would take the square of their number.
    early: BTreeMap<(u64, u64), Early>,
    /// Segments that came so far.
    came: u64,
    /// Octets of `early`, with overhead.
    pub(super) early_octets: usize,
    /// Sequence number after its last octet, once that is known.
    pub(super) end: Option<u32>,
    pub(super) captured: Captured,
}

/// Whether it is known where messages begin in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// The next octet is at or inside a message whose start is known.
    Known,
    /// Octets are missing, or the stream was joined in its midst.
    Lost,
    /// What came last is not a message.
    Invalid,
}

/// A segment that came before an earlier one.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) octets: Vec<u8>,
    pub(super) missing: usize,
}

impl TcpDirection {
    pub(super) fn new(segment: &Segment<'_>) -> Self {
        let first = segment.sequence.wrapping_add(segment.syn.into());
        Self {
            first,
            next: NextSequence::first(first),
            framing: Framing::Known,
            is_new: segment.syn,
            partial: FrontBuffer::default(),
            early: BTreeMap::new(),
            came: 0,
            early_octets: 0,
            end: None,
            captured: segment.captured,
        }
    }

    /// Whether a segment is so far from the next octet that it is of another connection.
    pub(super) const fn is_far(&self, segment: &Segment<'_>) -> bool {
        self.next.is_far(segment.sequence, FAR)
    }

    /// Adds a segment to those that wait, unless one at the same position is as long.
    pub(super) fn put_early(&mut self, sequence: u32, segment: Early) {
        let position = self.next.position_of(sequence);
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
            let seen = self.next.position().checked_sub(first.key().0)?;
            let mut segment = first.remove();
            self.early_octets = self.early_octets.saturating_sub(segment.cost());
            let seen = usize::try_from(seen).unwrap_or(usize::MAX);
            let length = segment.octets.len().saturating_add(segment.missing);
            let Some(new @ 1..) = length.checked_sub(seen) else {
                continue;
            };
            let captured = segment.octets.len();
            segment.octets.drain(..seen.min(captured));
            self.next.advance(u64::try_from(new).unwrap_or(u64::MAX));
            return Some((segment.octets, segment.missing.min(new)));
        }
    }

    /// Cuts what is no longer early into messages.
    pub(super) fn drain(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        while let Some((octets, missing)) = self.pop_next() {
            self.accept(&octets, ends, messages, summary);
            if missing > 0 {
                self.lose_framing(ends, messages, summary);
            }
        }
    }

    /// Skips what is missing before the first segment that waits; `false` if none does.
    pub(super) fn skip_gap(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        let Some(((position, _), _)) = self.early.first_key_value() else {
            return false;
        };
        self.next.skip_to(*position);
        self.lose_framing(ends, messages, summary);
        true
    }

    /// Cuts octets that are next in the stream into messages.
    fn accept(
        &mut self,
        octets: &[u8],
        ends: Endpoints,
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
        ends: Endpoints,
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
        let (SearchResult::Proved(at) | SearchResult::Open(at)) = found;
        self.discard(at, summary);
        if matches!(found, SearchResult::Proved(_)) {
            self.framing = Framing::Known;
        }
        self.framing == Framing::Known
    }

    /// What follows is not known to be at the start of a message.
    fn lose_framing(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        self.end_search(ends, messages, summary);
        self.framing = Framing::Lost;
        self.discard(self.partial.len(), summary);
        count(&mut summary.stream_gaps);
    }

    /// What was searched ends here, which proves a message that ends here too.
    fn end_search(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
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
    pub(super) fn finish(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        while self.skip_gap(ends, messages, summary) {
            self.drain(ends, messages, summary);
        }
        self.end_search(ends, messages, summary);
        self.discard(self.partial.len(), summary);
    }
}

impl Cost for TcpDirection {
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
struct FrontBuffer {
    octets: Vec<u8>,
    start: usize,
}

impl FrontBuffer {
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
