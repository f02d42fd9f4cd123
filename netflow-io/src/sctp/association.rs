//! One direction of an association: its chunks in the order of their TSN, and the messages in them.

use alloc::collections::BTreeMap;

use super::SctpPacket;
use super::chunk::{Chunk, Data, Init, MessageId, chunk_type};
use super::partial::{CHUNK_OVERHEAD, Partials};
use crate::connection::{Captured, Cost, Endpoints, Messages};
use crate::octets::u16_at;
use crate::select::begins_ipfix;
use crate::sequence::NextSequence;
use crate::summary::{CaptureSummary, add, count};

/// Further from the next TSN, a chunk is of another association: no receiver announces room for
/// that many.
const FAR: u32 = 1 << 20;
const ASSOCIATION_OVERHEAD: usize = 128;

/// One direction of an association.
#[derive(Debug)]
pub(super) struct Association {
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
    /// The TSN of the next chunk. TSNs wrap (RFC 9260, section 1.6).
    next: NextSequence,
    /// Chunks before the first that came, one bit each, if the beginning was not seen.
    before: u64,
    /// It was seen to begin, and no message of it was returned.
    is_new: bool,
    partials: Partials,
    /// Chunks after a gap, by their position.
    early: BTreeMap<u64, Early>,
    /// Octets of `early`, with overhead.
    pub(super) early_octets: usize,
    pub(super) captured: Captured,
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

impl Association {
    pub(super) fn new(packet: &SctpPacket<'_>) -> Self {
        Self {
            tag: None,
            former_tag: None,
            init: None,
            opening: None,
            is_closed: false,
            next: NextSequence::first(0),
            before: 0,
            is_new: false,
            partials: Partials::default(),
            early: BTreeMap::new(),
            early_octets: 0,
            captured: packet.captured,
        }
    }

    pub(super) fn chunk(
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
        let position = self.next.position_of(data.tsn);
        if position < self.next.position() {
            self.before_first(data, position, packet.ends, messages, summary);
            return;
        }
        if self.next.ahead(data.tsn) > FAR {
            add(&mut summary.stream_octets_lost, data.octets.len());
            return;
        }
        if position > self.next.position() {
            self.early.entry(position).or_insert_with(|| {
                let early = Early::new(data);
                self.early_octets = self.early_octets.saturating_add(early.cost());
                early
            });
            return;
        }
        self.next.advance(1);
        self.accept(data, packet.ends, messages, summary);
        self.drain(packet.ends, messages, summary);
    }

    /// Whether a chunk is the first that is known of another association.
    fn is_another(&self, data: &Data<'_>, tag: u32) -> bool {
        let is_first = self.opening.is_some_and(|init| init.first_tsn == data.tsn);
        let is_far = || self.next.is_far(data.tsn, FAR) && data.begins && begins_ipfix(data.octets);
        // Without its beginning, a header has to prove that another tag is not a stray packet.
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
            next: NextSequence::first(
                first_tsn
                    .filter(|tsn| data.tsn.wrapping_sub(*tsn) <= FAR)
                    .unwrap_or(data.tsn),
            ),
            // All that came before the first chunk of an association is known.
            before: if opening.is_some() { u64::MAX } else { 0 },
            is_new: opening.is_some() || !is_first_known,
            ..Self::new(packet)
        };
    }

    /// A chunk before the next. One before the first that came is not duplicated if the
    /// beginning of the association was not seen: it only came late.
    fn before_first(
        &mut self,
        data: &Data<'_>,
        position: u64,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        let Some(bit) = NextSequence::START
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
    fn drain(&mut self, ends: Endpoints, messages: &mut Messages, summary: &mut CaptureSummary) {
        while let Some(first) = self
            .early
            .first_entry()
            .filter(|first| *first.key() <= self.next.position())
        {
            let is_next = *first.key() == self.next.position();
            let early = first.remove();
            self.early_octets = self.early_octets.saturating_sub(early.cost());
            if is_next {
                self.next.advance(1);
                self.accept(&early.data(), ends, messages, summary);
            }
        }
    }

    /// Skips what is missing before the first chunk that waits; `false` if none does.
    pub(super) fn skip_gap(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        let Some((position, _)) = self.early.first_key_value() else {
            return false;
        };
        self.next.skip_to(*position);
        self.partials.lose(summary);
        count(&mut summary.stream_gaps);
        self.drain(ends, messages, summary);
        true
    }

    /// The sender gives up what it has sent up to this TSN (RFC 3758, section 3.2).
    fn forward(
        &mut self,
        tsn: u32,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if self.next.ahead(tsn) > FAR {
            return;
        }
        let target = self.next.position_of(tsn).saturating_add(1);
        while self
            .early
            .first_key_value()
            .is_some_and(|(at, _)| *at < target)
        {
            self.skip_gap(ends, messages, summary);
        }
        if self.next.position() < target {
            self.partials.lose(summary);
            count(&mut summary.stream_gaps);
            self.next
                .advance(target.saturating_sub(self.next.position()));
            self.drain(ends, messages, summary);
        }
    }

    /// A chunk that is next.
    fn accept(
        &mut self,
        data: &Data<'_>,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        if let (true, MessageId::Data { .. }) = (data.begins, data.message) {
            self.partials.lose(summary);
        }
        if data.missing > 0 {
            self.partials.lose(summary);
            add(&mut summary.stream_octets_lost, data.octets.len());
            count(&mut summary.stream_gaps);
            return;
        }
        if data.begins && data.ends {
            self.message(data.octets, ends, messages, summary);
            return;
        }
        let Some(mut partial) = self.partials.take(data, summary) else {
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

    /// A whole message of a user, which is one of IPFIX or several.
    fn message(
        &mut self,
        octets: &[u8],
        ends: Endpoints,
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

    /// Returns the messages that can be read of what still waits.
    pub(super) fn finish(
        &mut self,
        ends: Endpoints,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) {
        while self.skip_gap(ends, messages, summary) {}
        self.partials.lose(summary);
    }

    /// Keeps incomplete messages within their limit.
    pub(super) fn bound_partials(&mut self, limit: usize, summary: &mut CaptureSummary) {
        self.partials.bound(limit, summary);
    }
}

impl Cost for Association {
    fn cost(&self) -> usize {
        self.partials
            .octets()
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
