//! One observation domain of one exporter: what came of it.

use alloc::collections::BTreeMap;
use core::net::IpAddr;

use netflow_core::wire::sflow::SampleKind;
use netflow_core::{
    Announcement, DomainReport, ErrorKind, Flow, KnownTemplate, MessageHeader, Problem, Protocol,
    SampleCounts, SequenceCounts, SequenceEvent, SequenceUnit, Set, SetKind, Timestamp,
};

use super::clock::Clock;
use super::doubt::Doubts;
use super::few::Few;
use super::ports::Ports;
use super::sampling::{Announced, Rates};
use super::template::Templates;
use crate::summary;

/// Templates that are missed, or were refused, of one domain.
const MISSED: usize = 256;

/// Whose data it is. Ports are no part of it: TCP sessions of one exporter are told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) exporter: IpAddr,
    pub(crate) protocol: Protocol,
    pub(crate) domain: u32,
    pub(crate) agent: Option<IpAddr>,
}

impl Key {
    pub(super) fn of(header: &MessageHeader) -> Self {
        Self {
            exporter: header.exporter.ip().to_canonical(),
            protocol: header.protocol,
            domain: header.observation_domain,
            agent: header.agent_address,
        }
    }

    pub(super) fn of_report(report: &DomainReport) -> Self {
        Self {
            exporter: report.exporter.ip(),
            protocol: report.protocol,
            domain: report.observation_domain,
            agent: report.agent_address,
        }
    }

    pub(super) fn of_announcement(announcement: &Announcement<'_>) -> Self {
        Self {
            exporter: announcement.exporter.ip(),
            protocol: announcement.protocol,
            domain: announcement.observation_domain,
            agent: announcement.agent_address,
        }
    }

    pub(super) fn of_template(known: &KnownTemplate<'_>) -> Self {
        Self {
            exporter: known.exporter.ip(),
            protocol: known.protocol,
            domain: known.observation_domain,
            agent: None,
        }
    }

    /// Whether nothing tells who sent it, as in a file.
    pub(crate) const fn is_nobody(&self) -> bool {
        self.exporter.is_unspecified()
    }
}

/// When something was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// File and frame.
    pub(crate) frame: u64,
    pub(crate) time: Timestamp,
}

/// Data sets that had no template when they came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missed {
    pub(crate) sets: u64,
    pub(crate) octets: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// Where the template came in the end.
    pub(crate) template_frame: Option<u64>,
    /// What was decoded when it came.
    pub(crate) late_sets: u64,
    pub(crate) late_octets: u64,
}

impl Missed {
    /// Octets that were never decoded.
    pub(crate) const fn lost_octets(&self) -> u64 {
        self.octets.saturating_sub(self.late_octets)
    }
}

/// Units that are missing before a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gap {
    pub(crate) frame: u64,
    pub(crate) lost: u32,
}

/// One observation domain.
#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) key: Key,
    pub(crate) first: Seen,
    pub(crate) last: Seen,
    pub(crate) messages: u64,
    pub(crate) ports: Few<u16>,
    pub(crate) numbers: Ports,
    pub(crate) flows: u64,
    pub(crate) options_records: u64,
    pub(crate) counters_samples: u64,
    pub(crate) discarded_packets: u64,
    pub(crate) templates: Templates,
    pub(crate) rates: Rates,
    pub(crate) announced: Announced,
    pub(crate) clock: Clock,
    pub(crate) doubts: Doubts,
    pub(crate) gaps: Few<Gap>,
    pub(crate) sequence: SequenceCounts,
    unit: Option<SequenceUnit>,
    /// Its numbers never change.
    pub(crate) stands: bool,
    pub(crate) samples: SampleCounts,
    pub(crate) missed: BTreeMap<u16, Missed>,
    /// Templates that came and could not be kept, with the frame of the first.
    pub(crate) refused: BTreeMap<u16, u64>,
}

impl Domain {
    pub(super) fn new(key: Key, header: &MessageHeader) -> Self {
        let seen = Seen {
            frame: header.frame,
            time: header.received,
        };
        Self {
            key,
            first: seen,
            last: seen,
            messages: 0,
            ports: Few::default(),
            numbers: Ports::default(),
            flows: 0,
            options_records: 0,
            counters_samples: 0,
            discarded_packets: 0,
            templates: Templates::default(),
            rates: Rates::default(),
            announced: Announced::default(),
            clock: Clock::default(),
            doubts: Doubts::default(),
            gaps: Few::default(),
            sequence: SequenceCounts::default(),
            unit: None,
            stands: false,
            samples: SampleCounts::default(),
            missed: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// A message came.
    pub(super) fn message(&mut self, header: &MessageHeader) {
        self.messages += 1;
        self.last = Seen {
            frame: header.frame,
            time: header.received,
        };
        let port = header.exporter.port();
        let told = self.ports.more() > 0 || self.ports.kept.contains(&port);
        if !told && port != 0 {
            self.ports.push(port);
        }
        if let Some(number) = header.sequence {
            self.numbers.message(port, number);
        }
        if !self.key.is_nobody() {
            self.clock.message(header);
        }
        if header.sequence_unit.is_some() && self.unit != header.sequence_unit {
            // What was taken for gaps before was counted wrongly.
            self.gaps = Few::default();
            self.unit = header.sequence_unit;
        }
        match header.sequence_event {
            SequenceEvent::Gap(lost) => {
                let frame = header.frame;
                self.gaps.push(Gap { frame, lost });
            }
            SequenceEvent::Restart => self.templates.restarted(),
            _ => {}
        }
    }

    /// A set came, or was decoded late in the datagram `number`.
    pub(super) fn set(&mut self, set: &Set<'_>, number: u64, room: &mut usize) {
        match set.kind() {
            SetKind::Data | SetKind::Options => {
                let records = count(set.records().len());
                if set.kind() == SetKind::Options {
                    self.options_records += records;
                    for record in set.records() {
                        self.doubts.options(&record, number);
                    }
                }
                if let Some(template) = set.template().filter(|known| !known.is_fixed_version()) {
                    self.templates.records(template.id(), records);
                }
                if let Some(missed) = self.missed.get_mut(&set.id()).filter(|_| set.is_late()) {
                    missed.late_sets += 1;
                    missed.late_octets += count(set.body().len());
                }
            }
            SetKind::Templates | SetKind::OptionsTemplates => {
                for record in set.template_records() {
                    self.templates.record(&record, number, room);
                    if let Some(missed) = self.missed.get_mut(&record.id()) {
                        missed.template_frame.get_or_insert(number);
                    }
                }
            }
            SetKind::NoTemplate => self.missed(set, number),
            SetKind::Samples => {
                for sample in set.samples() {
                    match sample.kind() {
                        Ok(SampleKind::Counters(_)) => self.counters_samples += 1,
                        Ok(SampleKind::Discarded(_)) => self.discarded_packets += 1,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn missed(&mut self, set: &Set<'_>, number: u64) {
        if self.missed.len() >= MISSED && !self.missed.contains_key(&set.id()) {
            return;
        }
        let missed = self.missed.entry(set.id()).or_insert(Missed {
            sets: 0,
            octets: 0,
            first: number,
            last: number,
            template_frame: None,
            late_sets: 0,
            late_octets: 0,
        });
        missed.sets += 1;
        missed.octets += count(set.body().len());
        missed.last = number;
    }

    pub(super) fn flow(&mut self, flow: &Flow<'_>) {
        self.flows += 1;
        self.rates.flow(flow);
        self.clock.flow(flow);
        self.doubts.flow(flow);
    }

    /// Notes the templates that could not be kept.
    pub(super) fn problem(&mut self, problem: &Problem<'_>) {
        let (ErrorKind::TemplateCut { id, .. }
        | ErrorKind::EmptyTemplate { id }
        | ErrorKind::ScopeCount { id, .. }
        | ErrorKind::TooManyFields { id, .. }) = problem.error.kind
        else {
            return;
        };
        if self.refused.len() < MISSED {
            self.refused.entry(id).or_insert(problem.header.frame);
        }
    }

    /// Takes what the decoder counted; of TCP there is one report a session.
    pub(super) fn settle(&mut self, report: &DomainReport) {
        self.stands |= report.sequence_unit.is_none() && report.protocol != Protocol::NetflowV1;
        let (all, one) = (&mut self.sequence, report.sequence);
        all.received += one.received;
        all.lost += one.lost;
        all.late += one.late;
        all.duplicated += one.duplicated;
        all.restarted += one.restarted;
        all.unread += one.unread;
        let (all, one) = (&mut self.samples, report.samples);
        all.received += one.received;
        all.lost += one.lost;
        all.late += one.late;
        all.restarted += one.restarted;
        all.drops += one.drops;
    }

    /// What its sequence numbers count.
    pub(crate) const fn unit(&self) -> &'static str {
        summary::unit(self.key.protocol, self.unit)
    }

    /// How that differs from what the protocol says, if it does.
    pub(crate) const fn unit_note(&self) -> Option<&'static str> {
        Some(match (self.key.protocol, self.unit) {
            (Protocol::NetflowV9, Some(SequenceUnit::Flow)) => {
                "its numbers count flows, not messages (RFC 3954, section 5.1)"
            }
            (Protocol::NetflowV9, Some(SequenceUnit::FlowCountedIn)) => {
                "its numbers count flows, those of the message too, not messages (RFC 3954, section 5.1)"
            }
            (Protocol::Ipfix, Some(SequenceUnit::Message)) => {
                "its numbers count messages, not data records (RFC 7011, section 3.1)"
            }
            (Protocol::Ipfix, Some(SequenceUnit::FlowCountedIn)) => {
                "its numbers count the flows of the message too, not the data records before it (RFC 7011, section 3.1)"
            }
            (_, Some(SequenceUnit::FlowCountedIn)) => {
                "its numbers count the flows of the message too, not only those before it"
            }
            (
                Protocol::NetflowV5
                | Protocol::NetflowV6
                | Protocol::NetflowV7
                | Protocol::NetflowV8,
                Some(SequenceUnit::Message),
            ) => "its numbers count messages, not flows",
            (Protocol::Ipfix, Some(SequenceUnit::Flow)) => {
                "its numbers count flows, not options (RFC 7011, section 3.1)"
            }
            _ => return None,
        })
    }
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
