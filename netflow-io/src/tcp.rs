//! IPFIX over TCP (RFC 7011, section 10.4): segments reassembled to streams, and streams cut
//! into messages.
//!
//! A stream is followed from its first segment, from a segment that begins with an IPFIX
//! message, or, on a port of IPFIX, from any segment. Segments that come early wait, within
//! bounds; duplicated octets are dropped. After a gap, after octets that are not a message, and in
//! a stream that was joined in mid-message, the stream is [searched](search) for the next header.

mod search;
mod stream;

use std::collections::HashMap;

use self::stream::{Early, Framing, TcpDirection};
use crate::connection::{Captured, Connections, Endpoints, Messages};
use crate::limits::CaptureLimits;
use crate::select::begins_ipfix;
use crate::summary::{CaptureSummary, count};

/// How long after the end of a stream its octets count as sent again: a window of TCP.
const RETRANSMITTED: u32 = 1 << 20;

/// The streams that are followed.
#[derive(Debug)]
pub(crate) struct Streams {
    streams: Connections<TcpDirection>,
    /// Streams that have ended, and the sequence number after them.
    ended: HashMap<Endpoints, u32>,
    ended_limit: usize,
    octet_limit: usize,
}

/// A TCP segment of a capture.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) ends: Endpoints,
    pub(crate) sequence: u32,
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    pub(crate) payload: &'a [u8],
    /// Octets of its payload that were not captured.
    pub(crate) missing: usize,
    pub(crate) captured: Captured,
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
                TcpDirection::new(segment)
            }
            Some(mut stream) if begins && stream.is_far(segment) => {
                stream.finish(segment.ends, messages, summary);
                count(&mut summary.stream_gaps);
                let mut stream = TcpDirection::new(segment);
                stream.is_new = true;
                stream
            }
            Some(stream) => stream,
            None if self.is_retransmission(segment) => return true,
            None if begins || (expected && (segment.syn || !segment.payload.is_empty())) => {
                let mut stream = TcpDirection::new(segment);
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
        mut stream: TcpDirection,
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
        if segment.rst || stream.end == Some(stream.next.number()) {
            stream.finish(ends, messages, summary);
            // Forgetting which streams ended is no worse than not having seen it.
            if self.ended.len() >= self.ended_limit {
                self.ended.clear();
            }
            self.ended.insert(ends, stream.next.number());
            return;
        }
        self.streams.insert(ends, stream);
        while let Some((ends, mut stream)) = self.streams.evict() {
            stream.finish(ends, messages, summary);
        }
    }
}

/// A length as a step of sequence numbers, which wrap.
fn wrapped(length: usize) -> u32 {
    let [.., a, b, c, d] = u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}
