//! The samples of an sFlow datagram: one walk validates them and accounts for them.

use super::session::SessionId;
use super::{Decoder, Stats};
use crate::error::Error;
use crate::exporter::{ObservedSample, SequenceEvent, SourceKey};
use crate::wire::sflow::{Counts, Datagram, SampleKind, Visitor};

/// Accounts for each sample, source by source, and keeps the faults as problems.
struct SampleWalk<'d> {
    decoder: &'d mut Decoder,
    session: SessionId,
    /// Where the sFlow datagram begins in its payload.
    offset: usize,
    is_repeated: bool,
    is_before_restart: bool,
}

impl Decoder {
    /// Walks the samples of the current message, whose sequence number has been accounted for.
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
        wire.walk(&mut SampleWalk {
            decoder: self,
            session,
            offset,
            is_repeated: event == Some(SequenceEvent::Duplicate),
            is_before_restart,
        })
    }
}

impl Visitor for SampleWalk<'_> {
    #[inline]
    fn sample(&mut self, kind: SampleKind<'_>) {
        let (counters, source, number, drops) = match kind {
            SampleKind::Flow(flow) => {
                let drops = Some(flow.drops());
                (false, flow.source_id(), flow.sequence_number(), drops)
            }
            SampleKind::Counters(sample) => {
                (true, sample.source_id(), sample.sequence_number(), None)
            }
            _ => return,
        };
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

    #[cold]
    fn fault(&mut self, error: Error, octets: usize) {
        let offset = error.offset.saturating_add(self.offset);
        let error = Error::new(error.kind, offset);
        self.decoder.problem(error, None, octets);
    }
}

impl SampleWalk<'_> {
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
