//! One observation domain of one exporter: what came from it.

mod clock;
mod contradiction;
mod meaning;
mod ports;
mod sampling;
mod template;
mod unread;

use alloc::collections::BTreeMap;

use netflow_core::wire::sflow::SampleKind;
use netflow_core::wire::template::TemplateKind;
use netflow_core::{
    DatagramId, DomainKey, DomainReport, ErrorKind, Flow, MessageHeader, NamedKind, Problem,
    Protocol, SampleCounts, SequenceCounts, SequenceEvent, SequenceUnit, Set, SetKind, Timestamp,
};

pub use self::clock::{Clock, MissingTime, MissingTimes, Skew};
pub use self::contradiction::{Contradictions, UnknownAlgorithm};
pub use self::meaning::{IcmpUse, Meanings, SecondCounterUse};
use self::ports::PortSequences;
pub use self::sampling::{
    Announced, AnnouncedRate, AnnouncedSelection, RateCount, Rates, sampler_name,
};
use self::template::SentTemplate;
pub(crate) use self::template::TemplateRoom;
pub use self::template::{
    Changes, HistoryEvent, HistoryField, NewLength, TemplateHistory, Templates,
};
pub use self::unread::{RefusedTemplate, UnreadSets};
use crate::count;
use crate::examples::Examples;
use crate::limits::HealthLimits;

/// Where and when something was seen.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let domain = &report.domains[0];
/// assert_eq!(domain.first, domain.last); // one message
/// assert_eq!(domain.first.time, example::ipfix().received);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The datagram.
    pub place: DatagramId,
    /// When it was received.
    pub time: Timestamp,
}

/// Units that are missing before a message.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// let v5 = example::netflow_v5();
/// let mut later = v5.payload.to_vec();
/// later[19] = 4; // flow 4 after flow 1
/// for payload in [v5.payload, &later] {
///     health.decoded(&decoder.decode(v5.with_payload(payload))?);
/// }
/// let report = health.report(&decoder);
/// let gaps = &report.domains[0].gaps;
/// assert_eq!((gaps.count, gaps.first[0].lost), (1, 2)); // flows 2 and 3
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The message.
    pub place: DatagramId,
    /// How many, in the unit of the sequence numbers.
    pub lost: u32,
}

/// One observation domain.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let domain = &report.domains[0];
/// assert_eq!((domain.key.observation_domain, domain.messages, domain.flows), (7, 1, 1));
/// assert_eq!((domain.options_records, domain.templates.by_id.len()), (2, 3));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DomainHealth {
    /// Which observation domain. The port of its exporter is 0: the TCP sessions of one exporter count together.
    pub key: DomainKey,
    /// Its first message.
    pub first: Seen,
    /// Its last message.
    pub last: Seen,
    /// Messages received.
    pub messages: u64,
    /// UDP or TCP source ports, in the order they were seen.
    pub ports: Examples<u16>,
    /// Flows decoded.
    pub flows: u64,
    /// Those whose counters are totals since the flow began, not since its last record.
    pub total_flows: u64,
    /// The first of them.
    pub first_total: Option<DatagramId>,
    /// Options records decoded.
    pub options_records: u64,
    /// sFlow counters samples.
    pub counters_samples: u64,
    /// sFlow discarded packets.
    pub discarded_packets: u64,
    /// Its templates.
    pub templates: Templates,
    /// The sampling rates of its flows.
    pub rates: Rates,
    /// What its options announced.
    pub announced: Announced,
    /// Its clocks.
    pub clock: Clock,
    /// The rules by which ambiguous fields were read: those that exporters use in several ways.
    pub meanings: Meanings,
    /// Numbers that contradict each other.
    pub contradictions: Contradictions,
    /// Where sequence numbers jumped ahead.
    pub gaps: Examples<Gap>,
    /// What the sequence numbers say was received and lost.
    pub sequence: SequenceCounts,
    /// What they count, as far as is known.
    pub sequence_unit: Option<SequenceUnit>,
    /// Whether the sequence number never changes, so that loss cannot be seen.
    pub sequence_is_constant: bool,
    /// What the numbers of sFlow samples say was received and lost.
    pub samples: SampleCounts,
    /// Data without a template, by set id.
    pub unread_sets: BTreeMap<u16, UnreadSets>,
    /// Templates that came and cannot be used, by id.
    pub refused_templates: BTreeMap<u16, RefusedTemplate>,
    /// A flow has the number of such a thing without a name.
    pub(crate) unnamed: Vec<NamedKind>,
    port_sequences: PortSequences,
    /// The decoder keeps a session for each port, so that several exporters are not mixed.
    has_port_sessions: bool,
    /// The decoder reported a withdrawal over UDP.
    pub(crate) withdraws_over_udp: bool,
}

impl DomainHealth {
    /// Whether it is another domain of the same exporter, in the same protocol.
    pub(crate) fn is_sibling(&self, other: &Self) -> bool {
        let (own, other) = (&self.key, &other.key);
        own.observation_domain != other.observation_domain
            && own.exporter == other.exporter
            && own.protocol == other.protocol
    }

    pub(crate) fn new(key: DomainKey, header: &MessageHeader) -> Self {
        let seen = Seen {
            place: header.datagram_id(),
            time: header.received,
        };
        Self {
            key,
            first: seen,
            last: seen,
            messages: 0,
            ports: Examples::default(),
            flows: 0,
            total_flows: 0,
            first_total: None,
            options_records: 0,
            counters_samples: 0,
            discarded_packets: 0,
            templates: Templates::default(),
            rates: Rates::default(),
            announced: Announced::default(),
            clock: Clock::default(),
            meanings: Meanings::default(),
            contradictions: Contradictions::default(),
            gaps: Examples::default(),
            sequence: SequenceCounts::default(),
            sequence_unit: None,
            sequence_is_constant: false,
            samples: SampleCounts::default(),
            unread_sets: BTreeMap::new(),
            refused_templates: BTreeMap::new(),
            unnamed: Vec::new(),
            port_sequences: PortSequences::default(),
            has_port_sessions: false,
            withdraws_over_udp: false,
        }
    }

    /// Takes the header of a message.
    pub(crate) fn message(&mut self, header: &MessageHeader, limits: &HealthLimits) {
        add(&mut self.messages, 1);
        self.last = Seen {
            place: header.datagram_id(),
            time: header.received,
        };
        let port = header.exporter.port();
        let is_known = self.ports.more() > 0 || self.ports.first.contains(&port);
        if !is_known && port != 0 {
            self.ports.push(port, limits.examples);
        }
        if let Some(number) = header.sequence {
            self.port_sequences.message(port, number);
        }
        if self.key.exporter_address().is_some() {
            self.clock.message(header);
        }
        if header.sequence_unit.is_some() && self.sequence_unit != header.sequence_unit {
            // The gaps so far were counted in the wrong unit.
            self.gaps = Examples::default();
            self.sequence_unit = header.sequence_unit;
        }
        match header.sequence_event {
            SequenceEvent::Gap(lost) => {
                let place = header.datagram_id();
                self.gaps.push(Gap { place, lost }, limits.examples);
            }
            SequenceEvent::Restart => self.templates.restarted(),
            _ => {}
        }
    }

    /// Takes a set that came, or was decoded late, in the datagram at `place`.
    pub(crate) fn set(
        &mut self,
        set: &Set<'_>,
        place: DatagramId,
        limits: &HealthLimits,
        room: &mut TemplateRoom,
    ) {
        match set.kind() {
            SetKind::Data | SetKind::Options => self.data(set, place),
            SetKind::Templates | SetKind::OptionsTemplates => {
                for record in set.template_records() {
                    let sent = SentTemplate {
                        record: &record,
                        place,
                    };
                    self.templates.record(sent, limits, room);
                    let is_withdrawal = matches!(record.kind(), TemplateKind::Withdrawal { .. });
                    if is_withdrawal || record.field_count() == 0 {
                        continue;
                    }
                    if let Some(unread) = self.unread_sets.get_mut(&record.id()) {
                        unread.template.get_or_insert(place);
                    }
                }
            }
            SetKind::NoTemplate => self.unread(set, place, limits),
            SetKind::Samples => {
                for sample in set.samples() {
                    match sample.kind() {
                        Ok(SampleKind::Counters(_)) => add(&mut self.counters_samples, 1),
                        Ok(SampleKind::Discarded(_)) => add(&mut self.discarded_packets, 1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn data(&mut self, set: &Set<'_>, place: DatagramId) {
        let records = count(set.records().len());
        if set.kind() == SetKind::Options {
            add(&mut self.options_records, records);
            for record in set.records() {
                self.contradictions.options(&record, place);
            }
        }
        if let Some(template) = set.template().filter(|known| !known.is_fixed_version()) {
            self.templates.records(template.id(), records);
        }
        if !set.is_late() {
            return;
        }
        if let Some(unread) = self.unread_sets.get_mut(&set.id()) {
            add(&mut unread.late_sets, 1);
            add(&mut unread.late_octets, count(set.body().len()));
        }
    }

    fn unread(&mut self, set: &Set<'_>, place: DatagramId, limits: &HealthLimits) {
        let is_full = self.unread_sets.len() >= limits.sets;
        if is_full && !self.unread_sets.contains_key(&set.id()) {
            return;
        }
        let unread = self.unread_sets.entry(set.id());
        let unread = unread.or_insert_with(|| UnreadSets::new(place));
        unread.add(count(set.body().len()), place);
    }

    pub(crate) fn flow(&mut self, flow: &Flow<'_>, limits: &HealthLimits) {
        add(&mut self.flows, 1);
        if flow.counters() == Some("total") {
            add(&mut self.total_flows, 1);
            self.first_total
                .get_or_insert_with(|| flow.header().datagram_id());
        }
        self.rates.flow(flow, limits.rates);
        for of in NamedKind::ALL {
            if !self.unnamed.contains(&of) && is_unnamed(of, flow) {
                self.unnamed.push(of);
            }
        }
        if self.clock.flow(flow) {
            self.templates.impossible_time(flow);
        }
        self.meanings.flow(flow);
        self.contradictions.flow(flow);
    }

    /// Notes templates that cannot be used.
    pub(crate) fn problem(&mut self, problem: &Problem<'_>, limits: &HealthLimits) {
        let kind = problem.error.kind;
        self.withdraws_over_udp |= matches!(kind, ErrorKind::WithdrawalOverUdp { .. });
        let (ErrorKind::TemplateCut { id, .. }
        | ErrorKind::EmptyTemplate { id }
        | ErrorKind::ScopeCount { id, .. }
        | ErrorKind::OptionsLength { id, .. }
        | ErrorKind::TooManyFields { id, .. }
        | ErrorKind::WithdrawalUnknown { id }) = problem.error.kind
        else {
            return;
        };
        let place = problem.header.datagram_id();
        let is_readable = matches!(
            problem.error.kind,
            ErrorKind::ScopeCount { .. } | ErrorKind::OptionsLength { .. }
        );
        let known = self.templates.by_id.get(&id);
        if is_readable && known.is_some_and(|known| known.last == place) {
            return;
        }
        let reason = problem.error.kind.code();
        let is_withdrawal = matches!(problem.error.kind, ErrorKind::WithdrawalUnknown { .. });
        let is_room = self.refused_templates.len() < limits.sets;
        match self.refused_templates.get_mut(&id) {
            // A template that cannot be used says more than a withdrawal before it.
            Some(refused) if is_withdrawal || !refused.is_withdrawal() => {
                add(&mut refused.count, u64::from(refused.reason == reason));
            }
            known if known.is_some() || is_room => {
                let refused = RefusedTemplate {
                    place,
                    reason,
                    count: 1,
                };
                self.refused_templates.insert(id, refused);
            }
            _ => {}
        }
        if is_withdrawal {
            return;
        }
        if let Some(unread) = self.unread_sets.get_mut(&id) {
            // What came is not a template for them.
            unread.template = unread.template.filter(|came| *came != place);
        }
    }

    /// Adds what the decoder counted; over TCP there is one report a session.
    pub(crate) fn add_report(&mut self, report: &DomainReport) {
        self.sequence_is_constant |=
            report.sequence_unit.is_none() && report.key.protocol != Protocol::NetflowV1;
        self.has_port_sessions |= report.key.exporter.port() != 0;
        let (all, one) = (&mut self.sequence, report.sequence);
        add(&mut all.received, one.received);
        add(&mut all.lost, one.lost);
        add(&mut all.late, one.late);
        add(&mut all.duplicated, one.duplicated);
        add(&mut all.restarted, one.restarted);
        add(&mut all.unread, one.unread);
        let (all, one) = (&mut self.samples, report.samples);
        add(&mut all.received, one.received);
        add(&mut all.lost, one.lost);
        add(&mut all.late, one.late);
        add(&mut all.restarted, one.restarted);
        add(&mut all.drops, one.drops);
        add(&mut all.parallel_sources, one.parallel_sources);
    }

    /// What its sequence numbers count: `flow`, `message`, `data record` or `datagram`.
    #[must_use]
    pub const fn unit(&self) -> &'static str {
        match (self.key.protocol, self.sequence_unit) {
            (Protocol::SflowV5, _) => "datagram",
            (_, Some(unit)) => unit.name(),
            (_, None) => "message",
        }
    }

    /// Whether several exporters share the address: the sequence numbers of each source port
    /// continue on their own. Where the decoder keeps a session for each port, nothing is mixed.
    #[must_use]
    pub const fn has_several_exporters(&self) -> bool {
        !self.has_port_sessions && self.port_sequences.are_separate()
    }

    /// The source ports whose sequence numbers were followed.
    pub(crate) fn followed_ports(&self) -> impl Iterator<Item = u16> {
        self.port_sequences.ports()
    }
}

/// The flow has the number of such a thing, and no name for it.
fn is_unnamed(of: NamedKind, flow: &Flow<'_>) -> bool {
    match of {
        NamedKind::Interfaces => {
            flow.input_interface().is_some() && flow.input_interface_name().is_none()
        }
        NamedKind::Vrfs => flow.ingress_vrf().is_some() && flow.ingress_vrf_name().is_none(),
        NamedKind::Applications => {
            flow.application_id().is_some() && flow.application_name().is_none()
        }
        _ => false,
    }
}

fn add(all: &mut u64, one: u64) {
    *all = all.saturating_add(one);
}
