//! The samples of an sFlow datagram: one walk validates them and accounts for them.

use super::scratch::{Content, SetSlot};
use super::session::SessionId;
use super::{Decoder, Stats};
use crate::error::Error;
use crate::exporter::{ObservedSample, SequenceEvent, SourceKey};
use crate::flow::SampleFlow;
use crate::wire::sflow::{
    Counts, Datagram, FlowSample, MeasuredSample, SampleKind, SourceId, Visitor,
};

/// Accounts for each sample, source by source, and keeps the faults as problems.
struct SampleWalk<'d> {
    decoder: &'d mut Decoder,
    session: SessionId,
    /// Where the sFlow datagram begins in its payload.
    offset: usize,
    is_repeated: bool,
    is_before_restart: bool,
    /// Neither of these.
    is_current: bool,
    /// Every flow sample was measured, and none is a discarded packet.
    are_measured: bool,
}

impl Decoder {
    /// Walks the samples of the current message, whose sequence number has been accounted for, and
    /// adds the set of them.
    pub(super) fn walk_samples(
        &mut self,
        session: SessionId,
        wire: &Datagram<'_>,
        offset: usize,
    ) -> Counts {
        let header = self.scratch.header();
        let event = header.map(|header| header.sequence_event);
        let stamp = header.and_then(|header| header.stamp());
        // The next message was sent since.
        let is_before_restart = stamp
            .filter(|_| event != Some(SequenceEvent::InOrder))
            .zip(self.sessions.get(session))
            .is_some_and(|(stamp, session)| session.sequence.is_before_restart(&stamp));
        let is_repeated = event == Some(SequenceEvent::Duplicate);
        let first_measured = self.scratch.samples.len();
        let mut walk = SampleWalk {
            decoder: self,
            session,
            offset,
            is_repeated,
            is_before_restart,
            is_current: !is_repeated && !is_before_restart,
            are_measured: true,
        };
        let counts = wire.walk(&mut walk);
        let is_measured = walk.are_measured;
        let body = offset..offset.saturating_add(counts.end);
        let count = self.scratch.samples.len().saturating_sub(first_measured);
        let slot = SetSlot {
            first_measured,
            is_measured,
            ..SetSlot::without_set(self.scratch.current, Content::Samples, body, count)
        };
        self.scratch.slots.push(slot);
        counts
    }
}

impl Visitor for SampleWalk<'_> {
    #[inline]
    fn measured(&mut self, flow: &FlowSample<'_>, measured: MeasuredSample) {
        self.decoder.scratch.samples.push(measured);
        let (source, number, drops) = (flow.source_id(), flow.sequence_number(), flow.drops());
        let is_next = self.is_current
            && self.decoder.sessions.touch(self.session, |session| {
                session.sources.observe_next(source, number, drops)
            }) == Some(true);
        if !is_next {
            self.account(false, source, number, Some(drops));
        }
    }

    fn sample(&mut self, kind: SampleKind<'_>) {
        self.are_measured &= matches!(kind, SampleKind::Counters(_));
        match kind {
            SampleKind::Flow(flow) => {
                self.account(
                    false,
                    flow.source_id(),
                    flow.sequence_number(),
                    Some(flow.drops()),
                );
            }
            SampleKind::Counters(sample) => {
                self.account(true, sample.source_id(), sample.sequence_number(), None);
            }
            _ => {}
        }
    }

    #[cold]
    fn fault(&mut self, error: Error, octets: usize) {
        let offset = error.offset.saturating_add(self.offset);
        let error = Error::new(error.kind, offset);
        self.decoder.problem(error, None, octets);
    }
}

impl SampleWalk<'_> {
    /// Accounts for a sample of this source and number.
    #[inline(never)]
    fn account(&mut self, counters: bool, source: SourceId, number: u32, drops: Option<u32>) {
        let source = SourceKey {
            counters,
            class: source.class,
            index: source.index,
        };
        let observed = ObservedSample {
            number,
            drops,
            is_repeated: self.is_repeated,
            is_before_restart: self.is_before_restart,
        };
        let sessions = &mut self.decoder.sessions;
        let is_known = sessions.touch(self.session, |session| {
            session.sources.observe(source, observed)
        });
        if is_known == Some(false) {
            self.admit(source, observed);
        }
    }

    /// Accounts for the first sample of a source.
    #[cold]
    fn admit(&mut self, source: SourceKey, observed: ObservedSample) {
        let (id, sessions) = (self.session, &mut self.decoder.sessions);
        let growth = sessions
            .get(id)
            .map_or(0, |session| session.sources.growth());
        let room = sessions.reserve(id, growth);
        Stats::add(&mut self.decoder.stats.evicted, room.unwrap_or(0));
        sessions.change(id, |session| {
            session.sources.admit(source, observed, room.is_some());
        });
    }
}

/// The flows of samples that were measured.
#[derive(Debug, Clone)]
pub(super) struct MeasuredFlows<'m> {
    datagram: &'m [u8],
    samples: core::slice::Iter<'m, MeasuredSample>,
}

impl<'m> MeasuredFlows<'m> {
    /// The flows of these samples of a datagram.
    pub(super) fn new(datagram: &'m [u8], samples: &'m [MeasuredSample]) -> Self {
        Self {
            datagram,
            samples: samples.iter(),
        }
    }

    /// Fills in the next flow; `None` if there is none. All that are measured can be read.
    #[inline]
    pub(super) fn fill_next(&mut self, flow: &mut SampleFlow<'m>) -> Option<()> {
        flow.fill(self.datagram, self.samples.next()?)
    }
}
