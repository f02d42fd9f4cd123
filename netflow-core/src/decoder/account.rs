//! Accounting: what each observation domain sent and how much of it was lost.

use alloc::sync::Arc;

use super::session::{Session, SessionId};
use super::{Content, Decoder, SessionScope, Stats};
use crate::datagram::{Datagram, Protocol, Transport};
use crate::domain::DomainKey;
use crate::error::ErrorKind;
use crate::exporter::{
    CountingScheme, DecodedUnits, MessageStamp, NumberedMessage, PerScheme, SampleCounts,
    SequenceCounts, SequenceEvent, SequenceUnit, Undecoded, Units,
};
use crate::header::MessageHeader;
use crate::time::Timestamp;

/// The account of one observation domain of one exporter.
///
/// ```
/// use netflow_core::{Decoder, Limits, SequenceUnit, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let domain = decoder.domains().next().unwrap();
/// assert_eq!(domain.key.observation_domain, 7);
/// assert_eq!((domain.messages, domain.sequence.received, domain.templates), (1, 3, 3));
/// assert_eq!(domain.sequence_unit, Some(SequenceUnit::DataRecord));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DomainReport {
    /// The observation domain.
    pub key: DomainKey,
    /// Messages that were received.
    pub messages: u64,
    /// When the first was received.
    pub first_received: Timestamp,
    /// When the last was received.
    pub last_received: Timestamp,
    /// The loss by sequence numbers, in the unit that they count.
    pub sequence: SequenceCounts,
    /// What the sequence numbers count; absent in v1, which has none, and where
    /// they never change.
    pub sequence_unit: Option<SequenceUnit>,
    /// The loss by the numbers of sFlow samples.
    pub samples: SampleCounts,
    /// Nanoseconds that the clock of the exporter was ahead of that of the
    /// receiver, in the last message.
    pub clock_skew: Option<i64>,
    /// Templates in force.
    pub templates: usize,
    /// Octets of memory that all its state takes.
    pub state_octets: usize,
}

impl Decoder {
    /// Every observation domain that is known, in no order.
    pub fn domains(&self) -> impl Iterator<Item = DomainReport> {
        self.sessions.iter().map(report)
    }

    /// Accounts for the current message of a datagram, which has been decoded. Its slots
    /// begin at `first`.
    pub(super) fn account(&mut self, id: SessionId, first: usize, payload: &[u8]) {
        let contents = self.contents(first);
        self.reserve_payload(id);
        if !self.account_next(id, &contents, payload) {
            self.account_any(id, &contents, payload);
        }
    }

    /// Fast path: accounts for the next message of an exporter if all of it was decoded.
    /// `false` if it may be something else; then nothing has changed.
    #[inline]
    fn account_next(&mut self, id: SessionId, contents: &Contents, payload: &[u8]) -> bool {
        let scratch = &mut self.scratch;
        let is_decoded =
            contents.waiting == 0 && !contents.undecodable && scratch.late_slots.is_empty();
        let origin = scratch.origins.get_mut(scratch.current);
        let Some(origin) = origin.filter(|_| is_decoded) else {
            return false;
        };
        let header = &mut origin.header;
        let Some(stamp) = header.stamp() else {
            return false;
        };
        let units = DecodedUnits {
            data_records: contents.records,
            flows: contents.flows,
        };
        let accounted = self.sessions.touch(id, |session| {
            if !session.sequence.observe_next(&stamp, units) {
                return None;
            }
            session.record_message(header.received, header.skew());
            let hash = session.payloads.sample(payload);
            session.payloads.push(hash.wrapping_add(salt(header)));
            Some(session.sequence.standard().unit())
        });
        let Some(unit) = accounted.flatten() else {
            return false;
        };
        header.sequence_event = SequenceEvent::InOrder;
        header.sequence_unit = Some(unit);
        true
    }

    /// Accounts for a message that may be anything.
    #[inline(never)]
    fn account_any(&mut self, id: SessionId, contents: &Contents, payload: &[u8]) {
        let current = self.scratch.current;
        let Some(header) = self.scratch.header() else {
            return;
        };
        let received = header.received;
        let message = header.place();
        let stamp = header.stamp();
        let skew = header.skew();
        let salt = salt(header);
        let numbered = header.numbered(contents);
        let whole_datagram = &mut self.scratch.payload_hash;
        let accounted = self.sessions.touch(id, |session| {
            session.record_message(received, skew);
            let payloads = &mut session.payloads;
            let sample = || payloads.sample(payload).wrapping_add(salt);
            let mut whole = None;
            let mut is_repeated = || {
                let hash = *whole_datagram.get_or_insert_with(|| payloads.whole(payload));
                let hash = *whole.insert(hash.wrapping_add(salt));
                payloads.contains(hash) || payloads.contains(sample())
            };
            let Some(message) = numbered else {
                // Without a number (v1), the payload alone shows a duplicate: its header has
                // uptime and time.
                if is_repeated() {
                    session.sequence.repeat();
                    return Some((SequenceEvent::Duplicate, None));
                }
                let hash = whole.unwrap_or_else(sample);
                payloads.push(hash);
                return None;
            };
            let number = message.stamp.number;
            let event = session.sequence.observe(&message, is_repeated);
            if event != SequenceEvent::Duplicate {
                let hash = whole.unwrap_or_else(sample);
                payloads.push(hash);
            }
            if contents.waiting > 0 {
                let sets = session.waiting.of(number).take(contents.waiting);
                sets.for_each(|set| set.header.sequence_event = event);
            }
            Some((event, sequence_unit(session)))
        });
        let (event, unit) = accounted.flatten().unwrap_or_default();
        for origin in self.scratch.origins.iter_mut().skip(current) {
            // The data of this message that waited for a template in it. What waited before
            // has been accounted for, and may have the same number.
            let is_open = origin.header.sequence_event == SequenceEvent::None;
            if is_open && origin.header.place() == message {
                origin.header.sequence_event = event;
                origin.header.sequence_unit = unit;
            }
        }
        if contents.waiting > 0 || !self.scratch.late_slots.is_empty() {
            self.settle(id);
        }
        if event == SequenceEvent::Restart {
            self.sessions.touch(id, |session| session.sources.restart());
        }
        if event != SequenceEvent::InOrder {
            self.forget_start(id, event, stamp);
        }
    }

    /// Makes room to remember the payload of one more message, if the budget allows.
    #[inline]
    fn reserve_payload(&mut self, id: SessionId) {
        let session = self.sessions.get(id);
        let growth = session.map_or(0, |session| session.payloads.growth());
        if growth > 0 {
            self.grow_payloads(id, growth);
        }
    }

    #[cold]
    fn grow_payloads(&mut self, id: SessionId, growth: usize) {
        let room = self.sessions.reserve(id, growth);
        Stats::add(&mut self.stats.evicted, room.unwrap_or(0));
        if room.is_some() {
            self.sessions.change(id, |session| session.payloads.grow());
        }
    }

    /// After a restart, the exporter's former start no longer applies to its
    /// messages, though late ones may have announced it again.
    fn forget_start(&mut self, id: SessionId, event: SequenceEvent, stamp: Option<MessageStamp>) {
        self.sessions.touch(id, |session| {
            session.exporter.system_init()?;
            let sequence = &session.sequence;
            let after = sequence.restarted_after()?;
            if event == SequenceEvent::Restart || sequence.is_before_restart(&stamp?) {
                Arc::make_mut(&mut session.exporter).restart(after);
            }
            Some(())
        });
    }

    /// The content of the current message.
    #[inline]
    fn contents(&self, first: usize) -> Contents {
        let mut contents = Contents::default();
        for slot in self.scratch.slots.get(first..).unwrap_or_default() {
            match &slot.content {
                Content::Records(template) => contents.add(slot.count, template.is_options()),
                Content::NoTemplate => contents.waiting = contents.waiting.saturating_add(1),
                _ => {}
            }
        }
        let current = self.scratch.current;
        contents.undecodable = self.scratch.problems.iter().any(|problem| {
            let is_waiting = matches!(problem.error.kind, ErrorKind::NoTemplate { .. });
            problem.origin == current && problem.octets > 0 && !is_waiting
        });
        contents
    }

    /// Accounts for the waiting data that was decoded by templates of the current
    /// message. Of duplicated data there are two waiting sets.
    fn settle(&mut self, id: SessionId) {
        let (slots, origins) = (&self.scratch.late_slots, &self.scratch.origins);
        self.sessions.touch(id, |session| {
            for slot in slots {
                let Some(header) = origins.get(slot.origin).map(|origin| &origin.header) else {
                    continue;
                };
                let mut contents = Contents::default();
                if let Content::Records(template) = &slot.content {
                    contents.add(slot.count, template.is_options());
                }
                // The message was counted when it was received.
                let units = header.units(&contents, None);
                let event = header.sequence_event;
                if let Some(stamp) = header.stamp().filter(|_| event != SequenceEvent::Duplicate) {
                    let is_late = event == SequenceEvent::Late;
                    session.sequence.settle(&stamp, is_late, &units);
                }
            }
            if session.waiting.is_empty() {
                let given_up = session.waiting.gave_up();
                session.sequence.resolve(given_up);
            }
        });
    }

    /// The session of the current message, created if it is new.
    #[inline]
    pub(super) fn enter(&mut self, datagram: &Datagram<'_>) -> Option<SessionId> {
        let header = self.scratch.header()?;
        let has_port =
            self.scope == SessionScope::Transport || datagram.transport == Transport::Stream;
        let again = self
            .sessions
            .enter_again(|key| key.is_of(datagram, has_port, header));
        let id = match again {
            Some(id) => id,
            None => {
                let key = DomainKey::of(datagram, has_port, header);
                let (id, evicted) = self.sessions.enter(key);
                Stats::add(&mut self.stats.evicted, evicted);
                id
            }
        };
        if let Some(session) = self.scratch.sessions.get_mut(self.scratch.current) {
            *session = Some(id);
        }
        Some(id)
    }
}

/// The content of a message or of a set.
#[derive(Default)]
struct Contents {
    records: u32,
    /// Records other than options.
    flows: u32,
    /// Sets without a template.
    waiting: usize,
    /// Octets that cannot be decoded.
    undecodable: bool,
}

impl Contents {
    fn add(&mut self, count: usize, options: bool) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.records = self.records.saturating_add(count);
        if !options {
            self.flows = self.flows.saturating_add(count);
        }
    }

    const fn units(&self, count: u32) -> Units {
        let undecoded = match self {
            Self {
                undecodable: true, ..
            } => Undecoded::Never,
            Self { waiting: 0, .. } => Undecoded::Nothing,
            _ => Undecoded::Waiting,
        };
        Units {
            undecoded,
            ..Units::decoded(count)
        }
    }
}

impl MessageHeader {
    /// What identifies the message.
    fn place(&self) -> impl PartialEq + use<> {
        (
            self.sequence,
            self.received,
            self.datagram_id(),
            self.offset,
        )
    }

    /// Nanoseconds that the clock of the exporter is ahead of the receiver's.
    #[inline]
    fn skew(&self) -> Option<i64> {
        let time = self.export_time?;
        Some(time.nanos_since(self.received))
    }

    #[inline]
    pub(super) fn stamp(&self) -> Option<MessageStamp> {
        Some(MessageStamp {
            number: self.sequence?,
            uptime: self.sys_uptime,
            time: self.export_time.unwrap_or(self.received),
            received: self.received,
        })
    }

    fn numbered(&self, contents: &Contents) -> Option<NumberedMessage> {
        Some(NumberedMessage {
            stamp: self.stamp()?,
            units: self.units(contents, Some(Units::decoded(1))),
        })
    }

    /// What was decoded, in each scheme that exporters of the protocol use; `message` is
    /// what counts as one message.
    const fn units(&self, contents: &Contents, message: Option<Units>) -> PerScheme<Option<Units>> {
        let flows = contents.units(contents.flows);
        let units = PerScheme {
            messages: message,
            data_records: None,
            flows: Some(flows),
            flows_included: Some(Units {
                included: true,
                ..flows
            }),
        };
        match self.protocol {
            Protocol::SflowV5 => PerScheme {
                flows: None,
                flows_included: None,
                ..units
            },
            Protocol::Ipfix => PerScheme {
                data_records: Some(contents.units(contents.records)),
                ..units
            },
            _ => units,
        }
    }
}

/// What is added to the hash of the datagram: its messages have hashes of their own.
#[inline]
fn salt(header: &MessageHeader) -> u64 {
    u64::try_from(header.offset).unwrap_or(u64::MAX)
}

/// What the numbers of the exporter count; `None` if they do not count.
fn sequence_unit(session: &Session) -> Option<SequenceUnit> {
    let scheme = session.sequence.scheme();
    // v1 has no numbers.
    let scheme = scheme.filter(|_| session.key().protocol != Protocol::NetflowV1);
    scheme.map(CountingScheme::unit)
}

fn report(session: &Session) -> DomainReport {
    DomainReport {
        key: *session.key(),
        messages: session.messages,
        first_received: session.first_received,
        last_received: session.last_received,
        sequence: session.sequence.counts(),
        sequence_unit: sequence_unit(session),
        samples: session.sources.counts(),
        clock_skew: session.clock_skew,
        templates: session.templates.len(),
        state_octets: session.octets(),
    }
}
