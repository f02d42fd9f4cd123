//! IPFIX over SCTP (RFC 7011, section 10.2): DATA chunks reassembled to messages.
//!
//! An endpoint numbers the chunks of all its streams in one sequence, the TSN, and sends the
//! messages of a stream, and the fragments of a message, in their order (RFC 9260, sections 6.5
//! and 6.9). Chunks are therefore read in the order of their TSN, which is that of every stream;
//! messages that are marked as unordered keep it too. Chunks that come early wait, within bounds;
//! duplicated ones are dropped. I-DATA chunks (RFC 8260) number the fragments of each message, so
//! that those of several messages may alternate.

use alloc::collections::BTreeMap;

use crate::connection::{Captured, Connections, Cost, Ends, Messages};
use crate::limits::CaptureLimits;
use crate::octets::{u8_at, u16_at, u32_at};
use crate::select::begins_ipfix;
use crate::summary::{CaptureSummary, add, count};

/// Further from the next TSN, a chunk is of another association: no receiver announces room for
/// that many.
const FAR: u32 = 1 << 20;
/// The position of the first chunk, so that others may come before it.
const START: u64 = 1 << 32;
/// Incomplete messages of one association. Each fragment is looked for among them.
const MAX_PARTIALS: usize = 256;
/// What a waiting chunk costs beside its octets.
const CHUNK_OVERHEAD: usize = 64;
const ASSOCIATION_OVERHEAD: usize = 128;

/// Types of chunks (RFC 9260, section 3.2; RFC 3758, section 3.2; RFC 8260, section 2).
mod chunk_type {
    pub(super) const DATA: u8 = 0;
    pub(super) const INIT: u8 = 1;
    pub(super) const INIT_ACK: u8 = 2;
    pub(super) const ABORT: u8 = 6;
    pub(super) const SHUTDOWN: u8 = 7;
    pub(super) const SHUTDOWN_ACK: u8 = 8;
    pub(super) const SHUTDOWN_COMPLETE: u8 = 14;
    pub(super) const I_DATA: u8 = 64;
    pub(super) const FORWARD_TSN: u8 = 192;
    pub(super) const I_FORWARD_TSN: u8 = 194;
}

/// The associations that are followed, each in one direction.
#[derive(Debug)]
pub(crate) struct Associations {
    associations: Connections<Association>,
    octet_limit: usize,
}

/// An SCTP packet of a capture (RFC 9260, section 3).
#[derive(Debug)]
pub(crate) struct SctpPacket<'a> {
    pub(crate) ends: Ends,
    /// The verification tag.
    pub(crate) tag: u32,
    /// Its chunks, as far as they were captured.
    pub(crate) chunks: &'a [u8],
    pub(crate) captured: Captured,
}

/// One direction of an association.
#[derive(Debug)]
struct Association {
    /// The verification tag of its packets; `None` before one came with data.
    tag: Option<u32>,
    /// The tag of the association before it, whose chunks may still be sent again.
    former_tag: Option<u32>,
    /// The INIT of this association, if it was seen.
    init: Option<Init>,
    /// The INIT of another, until a chunk of it comes.
    opening: Option<Init>,
    /// It was closed.
    is_closed: bool,
    /// The TSN of the next chunk.
    next: u32,
    /// Its position: [`START`] is that of the first chunk.
    at: u64,
    /// Chunks before the first that came, one bit each, if the beginning was not seen.
    before: u64,
    /// It was seen to begin, and no message of it was returned.
    is_new: bool,
    /// The starts of messages whose other fragments have not come: one of DATA chunks, any
    /// number of I-DATA chunks.
    partials: Vec<Partial>,
    /// Chunks after a gap, by their position.
    early: BTreeMap<u64, Early>,
    /// Octets of `early`, with overhead.
    early_octets: usize,
    captured: Captured,
}

/// What an INIT or INIT ACK says of its sender (RFC 9260, sections 3.3.2 and 3.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Init {
    tag: u32,
    first_tsn: u32,
}

/// The first fragments of a message.
#[derive(Debug)]
struct Partial {
    message: MessageId,
    /// The number of the next fragment, in I-DATA chunks.
    next: u32,
    octets: Vec<u8>,
}

/// To which message of an association a fragment belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MessageId {
    /// A message in DATA chunks: the fragments of one message follow each other.
    Data { stream: u16 },
    /// A message in I-DATA chunks: ordered and unordered messages are numbered separately (RFC
    /// 8260, section 2.1).
    Interleaved {
        stream: u16,
        is_unordered: bool,
        number: u32,
    },
}

/// A DATA chunk (RFC 9260, section 3.3.1) or I-DATA chunk (RFC 8260, section 2.1).
#[derive(Debug, Clone, Copy)]
struct Data<'a> {
    begins: bool,
    ends: bool,
    tsn: u32,
    message: MessageId,
    /// Fragments of the message before it; 0 in DATA chunks.
    fragment: u32,
    octets: &'a [u8],
    /// Octets that were not captured.
    missing: usize,
}

/// A DATA or I-DATA chunk that came before an earlier one.
#[derive(Debug)]
struct Early {
    begins: bool,
    ends: bool,
    message: MessageId,
    fragment: u32,
    octets: Vec<u8>,
    missing: usize,
}

impl Associations {
    pub(crate) fn new(limits: &CaptureLimits) -> Self {
        Self {
            associations: Connections::new(limits.associations, limits.all_association_octets),
            octet_limit: limits.association_octets,
        }
    }

    /// Whether no association was followed so far.
    pub(crate) const fn is_unused(&self) -> bool {
        self.associations.is_unused()
    }

    /// Takes a packet; `expected` if its port is one of IPFIX. Returns whether it belongs to an
    /// association that is followed.
    pub(crate) fn insert(
        &mut self,
        packet: &SctpPacket<'_>,
        expected: bool,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        let mut association = self.associations.remove(&packet.ends);
        for chunk in Chunks::new(packet.chunks) {
            if association.is_none() && begins_association(&chunk, expected) {
                association = Some(Association::new(packet));
            }
            let Some(association) = &mut association else {
                continue;
            };
            association.captured = packet.captured;
            association.chunk(&chunk, packet, messages, summary);
            while association.early_octets > self.octet_limit {
                association.skip_gap(packet.ends, messages, summary);
            }
            association.bound_partials(self.octet_limit, summary);
        }
        let Some(association) = association else {
            return false;
        };
        self.associations.insert(packet.ends, association);
        while let Some((ends, mut association)) = self.associations.evict() {
            association.finish(ends, messages, summary);
        }
        true
    }

    /// Returns what can be read of what still waits.
    pub(crate) fn finish(&mut self, messages: &mut Messages, summary: &mut CaptureSummary) {
        while let Some((ends, mut association)) = self.associations.remove_idle() {
            association.finish(ends, messages, summary);
        }
    }
}

/// Whether an association is followed from this chunk on.
fn begins_association(chunk: &Chunk<'_>, expected: bool) -> bool {
    match chunk.chunk_type {
        chunk_type::INIT | chunk_type::INIT_ACK => expected,
        chunk_type::DATA | chunk_type::I_DATA => chunk
            .data()
            .is_some_and(|data| expected || data.begins && begins_ipfix(data.octets)),
        _ => false,
    }
}

impl Association {
    fn new(packet: &SctpPacket<'_>) -> Self {
        Self {
            tag: None,
            former_tag: None,
            init: None,
            opening: None,
            is_closed: false,
            next: 0,
            at: START,
            before: 0,
            is_new: false,
            partials: Vec::new(),
            early: BTreeMap::new(),
            early_octets: 0,
            captured: packet.captured,
        }
    }

    fn chunk(
        &mut self,
        chunk: &Chunk<'_>,
        packet: &SctpPacket<'_>,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        match chunk.chunk_type {
            chunk_type::DATA | chunk_type::I_DATA => {
                if let Some(data) = chunk.data() {
                    self.data(&data, packet, messages, summary);
                }
            }
            // One that was sent again changes nothing.
            chunk_type::INIT | chunk_type::INIT_ACK => {
                let init = chunk.init().filter(|_| chunk.missing == 0);
                if self.is_closed || init != self.init {
                    self.opening = init;
                }
            }
            chunk_type::FORWARD_TSN | chunk_type::I_FORWARD_TSN if self.tag == Some(packet.tag) => {
                if let Some(tsn) = chunk.u32_at(0) {
                    self.forward(tsn, packet.ends, messages, summary);
                }
            }
            chunk_type::ABORT
            | chunk_type::SHUTDOWN
            | chunk_type::SHUTDOWN_ACK
            | chunk_type::SHUTDOWN_COMPLETE => {
                self.finish(packet.ends, messages, summary);
                self.is_closed = true;
            }
            _ => {}
        }
    }

    fn data(
        &mut self,
        data: &Data<'_>,
        packet: &SctpPacket<'_>,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if self.former_tag == Some(packet.tag) {
            return;
        }
        if self.is_another(data, packet.tag) {
            self.restart(data, packet, messages, summary);
        } else if self.tag != Some(packet.tag) {
            add(&mut summary.stream_octets_lost, data.octets.len());
            return;
        }
        let position = self.position(data.tsn);
        if position < self.at {
            self.before_first(data, position, packet.ends, messages, summary);
            return;
        }
        if data.tsn.wrapping_sub(self.next) > FAR {
            add(&mut summary.stream_octets_lost, data.octets.len());
            return;
        }
        if position > self.at {
            self.early.entry(position).or_insert_with(|| {
                let early = Early::new(data);
                self.early_octets = self.early_octets.saturating_add(early.cost());
                early
            });
            return;
        }
        self.advance(1);
        self.accept(data, packet.ends, messages, summary);
        self.drain(packet.ends, messages, summary);
    }

    /// Whether a chunk is the first that is known of another association.
    fn is_another(&self, data: &Data<'_>, tag: u32) -> bool {
        let is_first = self.opening.is_some_and(|init| init.first_tsn == data.tsn);
        let is_far = || {
            let ahead = data.tsn.wrapping_sub(self.next);
            ahead > FAR && ahead < FAR.wrapping_neg() && data.begins && begins_ipfix(data.octets)
        };
        // Without its beginning, a header has to prove that another tag is no stray packet.
        let is_other_tag = || {
            self.tag != Some(tag)
                && (self.opening.is_some() || data.begins && begins_ipfix(data.octets))
        };
        self.tag.is_none() || is_first || is_other_tag() || is_far()
    }

    /// Begins with a chunk of another association.
    fn restart(
        &mut self,
        data: &Data<'_>,
        packet: &SctpPacket<'_>,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        self.finish(packet.ends, messages, summary);
        let opening = self.opening.take();
        let is_first_known = self.tag.is_none();
        let first_tsn = opening.map(|init| init.first_tsn);
        *self = Self {
            tag: Some(packet.tag),
            former_tag: self.tag.filter(|tag| *tag != packet.tag),
            init: opening,
            next: first_tsn
                .filter(|tsn| data.tsn.wrapping_sub(*tsn) <= FAR)
                .unwrap_or(data.tsn),
            // All that came before the first chunk of an association is known.
            before: if opening.is_some() { u64::MAX } else { 0 },
            is_new: opening.is_some() || !is_first_known,
            ..Self::new(packet)
        };
    }

    /// The position of a chunk by its TSN.
    fn position(&self, tsn: u32) -> u64 {
        let ahead = tsn.wrapping_sub(self.next).to_ne_bytes();
        self.at
            .saturating_add_signed(i32::from_ne_bytes(ahead).into())
    }

    fn advance(&mut self, chunks: u64) {
        self.at = self.at.saturating_add(chunks);
        // TSNs wrap (RFC 9260, section 1.6).
        let [_, _, _, _, low @ ..] = chunks.to_be_bytes();
        self.next = self.next.wrapping_add(u32::from_be_bytes(low));
    }

    /// A chunk before the next. One before the first that came is not duplicated if the
    /// beginning of the association was not seen: it only came late.
    fn before_first(
        &mut self,
        data: &Data<'_>,
        position: u64,
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        let Some(bit) = START
            .checked_sub(position)
            .and_then(|back| back.checked_sub(1))
            .and_then(|back| u32::try_from(back).ok())
            .and_then(|back| 1_u64.checked_shl(back))
        else {
            return;
        };
        if self.before & bit != 0 {
            return;
        }
        self.before |= bit;
        if data.begins && data.ends && data.missing == 0 {
            self.message(data.octets, ends, messages, summary);
        } else {
            add(&mut summary.stream_octets_lost, data.octets.len());
        }
    }

    /// Reads the chunks that are no longer early.
    fn drain(&mut self, ends: Ends, messages: &mut Messages, summary: &mut CaptureSummary) {
        while let Some(first) = self
            .early
            .first_entry()
            .filter(|first| *first.key() <= self.at)
        {
            let is_next = *first.key() == self.at;
            let early = first.remove();
            self.early_octets = self.early_octets.saturating_sub(early.cost());
            if is_next {
                self.advance(1);
                self.accept(&early.data(), ends, messages, summary);
            }
        }
    }

    /// Skips what is missing before the first chunk that waits; `false` if none does.
    fn skip_gap(
        &mut self,
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        let Some((position, _)) = self.early.first_key_value() else {
            return false;
        };
        self.advance(position.saturating_sub(self.at));
        self.lose_partials(summary);
        count(&mut summary.stream_gaps);
        self.drain(ends, messages, summary);
        true
    }

    /// The sender gives up what it has sent up to this TSN (RFC 3758, section 3.2).
    fn forward(
        &mut self,
        tsn: u32,
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if tsn.wrapping_sub(self.next) > FAR {
            return;
        }
        let target = self.position(tsn).saturating_add(1);
        while self
            .early
            .first_key_value()
            .is_some_and(|(at, _)| *at < target)
        {
            self.skip_gap(ends, messages, summary);
        }
        if self.at < target {
            self.lose_partials(summary);
            count(&mut summary.stream_gaps);
            self.advance(target.saturating_sub(self.at));
            self.drain(ends, messages, summary);
        }
    }

    /// A chunk that is next.
    fn accept(
        &mut self,
        data: &Data<'_>,
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if let (true, MessageId::Data { .. }) = (data.begins, data.message) {
            self.lose_partials(summary);
        }
        if data.missing > 0 {
            self.lose_partials(summary);
            add(&mut summary.stream_octets_lost, data.octets.len());
            count(&mut summary.stream_gaps);
            return;
        }
        if data.begins && data.ends {
            self.message(data.octets, ends, messages, summary);
            return;
        }
        let Some(mut partial) = self.take_partial(data, summary) else {
            add(&mut summary.stream_octets_lost, data.octets.len());
            return;
        };
        partial.octets.extend_from_slice(data.octets);
        if data.ends {
            self.message(&partial.octets, ends, messages, summary);
        } else {
            self.partials.push(partial);
        }
    }

    /// The fragments before this one; `None` if they are not there.
    fn take_partial(&mut self, data: &Data<'_>, summary: &mut CaptureSummary) -> Option<Partial> {
        let is_same = |partial: &Partial| partial.message == data.message;
        let known = self.partials.iter().position(is_same);
        let known = known.map(|known| self.partials.swap_remove(known));
        let is_interleaved = matches!(data.message, MessageId::Interleaved { .. });
        match known {
            Some(mut partial) if !data.begins && partial.next == data.fragment => {
                partial.next = partial.next.wrapping_add(u32::from(is_interleaved));
                Some(partial)
            }
            other => {
                let lost = other.map_or(0, |partial| partial.octets.len());
                add(&mut summary.stream_octets_lost, lost);
                if !is_interleaved {
                    self.lose_partials(summary);
                }
                data.begins.then(|| Partial {
                    message: data.message,
                    next: u32::from(is_interleaved),
                    octets: Vec::new(),
                })
            }
        }
    }

    /// A whole message of a user, which is one of IPFIX or several.
    fn message(
        &mut self,
        octets: &[u8],
        ends: Ends,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if u16_at(octets, 0) == Some(10) {
            let begins_session = core::mem::take(&mut self.is_new);
            messages.push(ends, self.captured, begins_session, octets);
        } else {
            add(&mut summary.stream_octets_passed_over, octets.len());
        }
    }

    fn lose_partials(&mut self, summary: &mut CaptureSummary) {
        for partial in self.partials.drain(..) {
            add(&mut summary.stream_octets_lost, partial.octets.len());
        }
    }

    /// Fragments without an end may not grow for ever.
    fn bound_partials(&mut self, limit: usize, summary: &mut CaptureSummary) {
        if self.partials.len() > MAX_PARTIALS || self.partial_octets() > limit {
            self.lose_partials(summary);
        }
    }

    /// Octets of messages that are not complete, with overhead.
    fn partial_octets(&self) -> usize {
        let costs = self.partials.iter();
        let costs = costs.map(|partial| partial.octets.len().saturating_add(CHUNK_OVERHEAD));
        costs.fold(0, usize::saturating_add)
    }

    /// Returns the messages that can be read of what still waits.
    fn finish(&mut self, ends: Ends, messages: &mut Messages, summary: &mut CaptureSummary) {
        while self.skip_gap(ends, messages, summary) {}
        self.lose_partials(summary);
    }
}

impl Cost for Association {
    fn cost(&self) -> usize {
        self.partial_octets()
            .saturating_add(self.early_octets)
            .saturating_add(ASSOCIATION_OVERHEAD)
    }
}

impl Early {
    fn new(data: &Data<'_>) -> Self {
        Self {
            begins: data.begins,
            ends: data.ends,
            message: data.message,
            fragment: data.fragment,
            octets: data.octets.to_vec(),
            missing: data.missing,
        }
    }

    fn data(&self) -> Data<'_> {
        Data {
            begins: self.begins,
            ends: self.ends,
            tsn: 0,
            message: self.message,
            fragment: self.fragment,
            octets: &self.octets,
            missing: self.missing,
        }
    }

    fn cost(&self) -> usize {
        self.octets.len().saturating_add(CHUNK_OVERHEAD)
    }
}

/// The chunks of a packet (RFC 9260, section 3.2); ends after one that is cut.
struct Chunks<'a> {
    rest: &'a [u8],
}

/// One chunk.
struct Chunk<'a> {
    chunk_type: u8,
    flags: u8,
    /// What follows its header, as far as it was captured.
    value: &'a [u8],
    /// Octets that were not captured.
    missing: usize,
}

impl<'a> Chunks<'a> {
    const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        const HEADER: usize = 4;
        let length = usize::from(u16_at(self.rest, 2)?);
        if length < HEADER {
            return None;
        }
        let (chunk, rest) = self.rest.split_at(length.min(self.rest.len()));
        let padding = length.next_multiple_of(4).saturating_sub(length);
        self.rest = rest.get(padding..).unwrap_or_default();
        Some(Chunk {
            chunk_type: u8_at(chunk, 0)?,
            flags: u8_at(chunk, 1)?,
            value: chunk.get(HEADER..)?,
            missing: length.saturating_sub(chunk.len()),
        })
    }
}

impl<'a> Chunk<'a> {
    fn init(&self) -> Option<Init> {
        Some(Init {
            tag: self.u32_at(0)?,
            first_tsn: self.u32_at(12)?,
        })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        u32_at(self.value, at)
    }

    /// Its fields, if it is a DATA or I-DATA chunk whose header was captured.
    fn data(&self) -> Option<Data<'a>> {
        const UNORDERED: u8 = 4;
        const BEGINS: u8 = 2;
        const ENDS: u8 = 1;
        let stream = u16_at(self.value, 4)?;
        let begins = self.flags & BEGINS != 0;
        let (message, fragment, header) = if self.chunk_type == chunk_type::I_DATA {
            let message = MessageId::Interleaved {
                stream,
                is_unordered: self.flags & UNORDERED != 0,
                number: u32_at(self.value, 8)?,
            };
            // The first fragment has the protocol identifier in place of its number, which is 0.
            let fragment = u32_at(self.value, 12)?;
            (message, if begins { 0 } else { fragment }, 16)
        } else {
            (MessageId::Data { stream }, 0, 12)
        };
        Some(Data {
            begins,
            ends: self.flags & ENDS != 0,
            tsn: u32_at(self.value, 0)?,
            message,
            fragment,
            octets: self.value.get(header..)?,
            missing: self.missing,
        })
    }
}
