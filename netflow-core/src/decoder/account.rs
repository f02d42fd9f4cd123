//! What each observation domain sent and what of it was lost.

use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};

use super::session::{Session, SessionId, SessionKey};
use super::{Content, Decoder, Stats};
use crate::datagram::{Datagram, Protocol};
use crate::error::ErrorKind;
use crate::exporter::{
    Mark, Rest, SampleCounts, SampleStep, SequenceCounts, SequenceEvent, SequenceUnit, SourceKey,
    Step, Units, Ways,
};
use crate::header::MessageHeader;
use crate::time::Timestamp;
use crate::wire::sflow::{Datagram as SflowDatagram, SampleKind};

/// One observation domain of one exporter, as it is known.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DomainReport {
    /// Address of the exporter; the port is 0 if it is not part of the session.
    pub exporter: SocketAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The observation domain.
    pub observation_domain: u32,
    /// The address the sFlow agent gives itself.
    pub agent_address: Option<IpAddr>,
    /// Messages that came.
    pub messages: u64,
    /// When the first came and the last.
    pub first_received: Timestamp,
    /// When the last came.
    pub last_received: Timestamp,
    /// What the sequence numbers told, in their unit.
    pub sequence: SequenceCounts,
    /// What they count; absent in v1, which has none, and where they never change.
    pub sequence_unit: Option<SequenceUnit>,
    /// What the numbers of sFlow samples told.
    pub samples: SampleCounts,
    /// Nanoseconds that the clock of the exporter was ahead of that of the
    /// receiver, in the last message.
    pub clock_skew: Option<i64>,
    /// Templates in force.
    pub templates: usize,
    /// Octets of memory that all of it takes.
    pub state_octets: usize,
}

impl Decoder {
    /// Every observation domain that is known, in no order.
    pub fn domains(&self) -> impl Iterator<Item = DomainReport> {
        self.sessions.iter().map(report)
    }

    /// Accounts for the present message, which is read. Its slots begin at
    /// `first`.
    pub(super) fn account(&mut self, id: SessionId, first: usize) {
        let current = self.scratch.current;
        let read = self.read(first);
        let Some(header) = self.scratch.header() else {
            return;
        };
        let (protocol, received, sequence) = (header.protocol, header.received, header.sequence);
        let mark = header.mark();
        let skew = header.export_time.map(|time| time.nanos_since(received));
        let step = header.step(&read);
        let told = self.sessions.touch(id, |session| {
            session.seen(received, skew);
            let mut step = step?;
            if read.waits > 0 {
                let known = session.waiting.of(step.mark.number).count();
                step.twice = known > read.waits;
            }
            let event = session.sequence.step(step);
            if read.waits > 0 {
                let sets = session.waiting.of(step.mark.number).take(read.waits);
                sets.for_each(|set| set.header.sequence_event = event);
            }
            Some((event, unit(protocol, session.sequence.way())))
        });
        let (event, unit) = told.flatten().unwrap_or_default();
        for origin in self.scratch.origins.iter_mut().skip(current) {
            // The data of this message that waited for a template in it.
            if origin.header.sequence == sequence {
                origin.header.sequence_event = event;
                origin.header.sequence_unit = unit;
            }
        }
        if read.waits > 0 || !self.scratch.late_slots.is_empty() {
            self.settle(id);
        }
        if event == SequenceEvent::Restart {
            self.sessions.touch(id, |session| session.sources.restart());
        }
        if event != SequenceEvent::InOrder {
            self.forget_start(id, event, mark);
        }
    }

    /// A start of the exporter from before it started anew is not that of its
    /// messages any more; late ones may have told it again.
    fn forget_start(&mut self, id: SessionId, event: SequenceEvent, mark: Option<Mark>) {
        self.sessions.touch(id, |session| {
            session.exporter.system_init()?;
            let sequence = &session.sequence;
            let after = sequence.restarted_after()?;
            if event == SequenceEvent::Restart || sequence.is_before_restart(&mark?) {
                Arc::make_mut(&mut session.exporter).restart(after);
            }
            Some(())
        });
    }

    /// What the present message held.
    fn read(&self, first: usize) -> Read {
        let mut read = Read::default();
        for slot in self.scratch.slots.get(first..).unwrap_or_default() {
            match &slot.content {
                Content::Records(template) => read.add(slot.count, template.is_options()),
                Content::NoTemplate => read.waits = read.waits.saturating_add(1),
                _ => {}
            }
        }
        let current = self.scratch.current;
        read.unread = self.scratch.problems.iter().any(|problem| {
            let waits = matches!(problem.error.kind, ErrorKind::NoTemplate { .. });
            problem.origin == current && problem.octets > 0 && !waits
        });
        read
    }

    /// Accounts for the data that the present message freed. Data that came
    /// twice waited twice.
    fn settle(&mut self, id: SessionId) {
        let (slots, origins) = (&self.scratch.late_slots, &self.scratch.origins);
        self.sessions.touch(id, |session| {
            for slot in slots {
                let Some(header) = origins.get(slot.origin).map(|origin| &origin.header) else {
                    continue;
                };
                let mut read = Read::default();
                if let Content::Records(template) = &slot.content {
                    read.add(slot.count, template.is_options());
                }
                // The message was counted when it came.
                let units = header.ways(&read, None);
                let event = header.sequence_event;
                if let Some(mark) = header.mark().filter(|_| event != SequenceEvent::Duplicate) {
                    let late = event == SequenceEvent::Late;
                    session.sequence.settle(&mark, late, units);
                }
            }
            if session.waiting.is_empty() {
                let given_up = session.waiting.gave_up();
                session.sequence.resolve(given_up);
            }
        });
    }

    /// Accounts for the samples of an sFlow datagram, source by source.
    pub(super) fn account_samples(&mut self, id: SessionId, wire: &SflowDatagram<'_>) {
        let Some(header) = self.scratch.header() else {
            return;
        };
        let twice = header.sequence_event == SequenceEvent::Duplicate;
        let before_restart = header
            .mark()
            .zip(self.sessions.get(id))
            .is_some_and(|(mark, session)| session.sequence.is_before_restart(&mark));
        for sample in wire.samples().flatten() {
            let (counters, source, number, drops) = match sample.kind() {
                Ok(SampleKind::Flow(flow)) => {
                    let drops = Some(flow.drops());
                    (false, flow.source_id(), flow.sequence_number(), drops)
                }
                Ok(SampleKind::Counters(sample)) => {
                    (true, sample.source_id(), sample.sequence_number(), None)
                }
                _ => continue,
            };
            let source = SourceKey {
                counters,
                class: source.class,
                index: source.index,
            };
            let step = SampleStep {
                number,
                drops,
                twice,
                before_restart,
            };
            let known = self
                .sessions
                .touch(id, |session| session.sources.step(source, step));
            if known != Some(false) {
                continue;
            }
            let growth = self
                .sessions
                .get(id)
                .map_or(0, |session| session.sources.growth());
            let room = self.sessions.reserve(id, growth);
            Stats::add(&mut self.stats.evicted, room.unwrap_or(0));
            self.sessions.change(id, |session| {
                session.sources.begin(source, step, room.is_some());
            });
        }
    }

    /// Whose state the present message changes, made if it is new.
    pub(super) fn enter(&mut self, datagram: &Datagram<'_>) -> Option<SessionId> {
        let header = self.scratch.header()?;
        let key = SessionKey::new(datagram, self.scope, header);
        let (id, evicted) = self.sessions.enter(key);
        Stats::add(&mut self.stats.evicted, evicted);
        if let Some(session) = self.scratch.sessions.get_mut(self.scratch.current) {
            *session = Some(id);
        }
        Some(id)
    }
}

/// What a message held, or a set.
#[derive(Default)]
struct Read {
    records: u32,
    /// Records that are no options.
    flows: u32,
    /// Sets without a template.
    waits: usize,
    /// Octets that cannot be read.
    unread: bool,
}

impl Read {
    fn add(&mut self, count: usize, options: bool) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.records = self.records.saturating_add(count);
        if !options {
            self.flows = self.flows.saturating_add(count);
        }
    }

    const fn units(&self, count: u32) -> Units {
        let rest = match self {
            Self { unread: true, .. } => Rest::Unread,
            Self { waits: 0, .. } => Rest::Nothing,
            _ => Rest::Waits,
        };
        Units {
            rest,
            ..Units::whole(count)
        }
    }
}

impl MessageHeader {
    fn mark(&self) -> Option<Mark> {
        Some(Mark {
            number: self.sequence?,
            uptime: self.sys_uptime,
            time: self.export_time.unwrap_or(self.received),
        })
    }

    fn step(&self, read: &Read) -> Option<Step> {
        Some(Step {
            mark: self.mark()?,
            ways: self.ways(read, Some(Units::whole(1))),
            twice: false,
        })
    }

    /// What was read in the unit of the protocol and in those of some exporters,
    /// of which `message` is one.
    const fn ways(&self, read: &Read, message: Option<Units>) -> Ways<Units> {
        let flows = read.units(read.flows);
        let counted_in = Units {
            counted_in: true,
            ..flows
        };
        match self.protocol {
            Protocol::NetflowV9 => [message, Some(flows), Some(counted_in), None],
            Protocol::SflowV5 => [message, None, None, None],
            Protocol::Ipfix => {
                let records = read.units(read.records);
                [Some(records), message, Some(counted_in), Some(flows)]
            }
            _ => [Some(flows), message, Some(counted_in), None],
        }
    }
}

/// What is counted in a way of [`MessageHeader::ways`].
fn unit(protocol: Protocol, way: Option<usize>) -> Option<SequenceUnit> {
    let way = way?;
    Some(match (protocol, way) {
        (Protocol::NetflowV1, _) => return None,
        (Protocol::SflowV5, _) | (Protocol::NetflowV9, 0) => SequenceUnit::Message,
        (Protocol::Ipfix, 0) => SequenceUnit::DataRecord,
        (Protocol::NetflowV9, 1) | (_, 0) => SequenceUnit::Flow,
        (_, 1) => SequenceUnit::Message,
        (Protocol::Ipfix, 3) => SequenceUnit::Flow,
        _ => SequenceUnit::FlowCountedIn,
    })
}

fn report(session: &Session) -> DomainReport {
    let key = session.key();
    DomainReport {
        exporter: SocketAddr::new(key.address, key.port),
        protocol: key.protocol,
        observation_domain: key.observation_domain,
        agent_address: key.agent,
        messages: session.messages,
        first_received: session.first_received,
        last_received: session.last_received,
        sequence: session.sequence.counts(),
        sequence_unit: unit(key.protocol, session.sequence.way()),
        samples: session.sources.counts(),
        clock_skew: session.clock_skew,
        templates: session.templates.len(),
        state_octets: session.octets(),
    }
}
