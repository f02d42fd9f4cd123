//! What each observation domain sent and what of it was lost.

use core::net::{IpAddr, SocketAddr};

use super::session::{Session, SessionId, SessionKey};
use super::{Content, Decoder, Stats};
use crate::datagram::{Datagram, Protocol};
use crate::exporter::{SampleCounts, SequenceCounts, SourceKey, Step};
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
    /// What the sequence numbers told, in the unit of the protocol: flows in
    /// v5 to v8, messages in v9, data records in IPFIX, datagrams in sFlow.
    pub sequence: SequenceCounts,
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
        let Some(header) = self
            .scratch
            .origins
            .get_mut(current)
            .map(|origin| &mut origin.header)
        else {
            return;
        };
        let slots = self.scratch.slots.get(first..).unwrap_or_default();
        let records = slots
            .iter()
            .filter(|slot| matches!(slot.content, Content::Records(_)))
            .map(|slot| slot.count)
            .fold(0, usize::saturating_add);
        let records = u32::try_from(records).unwrap_or(u32::MAX);
        let unread = slots
            .iter()
            .any(|slot| matches!(slot.content, Content::NoTemplate))
            || self
                .scratch
                .problems
                .iter()
                .any(|problem| problem.origin == current && problem.octets > 0);
        let units = match header.protocol {
            Protocol::NetflowV9 | Protocol::SflowV5 => Some(1),
            _ => (!unread).then_some(records),
        };
        let skew = header
            .export_time
            .map(|time| time.nanos_since(header.received));
        let (received, uptime) = (header.received, header.sys_uptime);
        let number = header.sequence;
        let event = self.sessions.touch(id, |session| {
            session.seen(received, skew);
            number.map(|number| {
                session.sequence.step(Step {
                    number,
                    units,
                    records,
                    uptime,
                })
            })
        });
        if let Some(event) = event.flatten() {
            header.sequence_event = event;
        }
    }

    /// Accounts for the samples of an sFlow datagram, source by source.
    pub(super) fn account_samples(&mut self, id: SessionId, wire: &SflowDatagram<'_>) {
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
            let known = self.sessions.touch(id, |session| {
                let known = session.sources.knows(source);
                if known {
                    session.sources.step(source, number, drops, true);
                }
                (known, session.sources.growth())
            });
            let Some((false, growth)) = known else {
                continue;
            };
            let room = self.sessions.reserve(id, growth);
            Stats::add(&mut self.stats.evicted, room.unwrap_or(0));
            self.sessions.change(id, |session| {
                session.sources.step(source, number, drops, room.is_some());
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
        samples: session.sources.counts(),
        clock_skew: session.clock_skew,
        templates: session.templates.len(),
        state_octets: session.octets(),
    }
}
