//! What is gathered while datagrams are decoded.

use core::net::SocketAddr;
use std::collections::HashMap;

use netflow_core::{Datagram, Decoded, Decoder, DomainKey, Error, MessageHeader};

use crate::domain::{DomainHealth, TemplateRoom};
use crate::limits::HealthLimits;
use crate::problem::ProblemsByKind;
use crate::report::Report;
use crate::rules;
use crate::source::SourceFacts;

/// Gathers facts about all exporters: pass it each decoded datagram, and ask for
/// a [`Report`] at any time. It keeps counters and a few examples of everything, within
/// [`HealthLimits`].
///
/// ```
/// use netflow_core::{Datagram, Decoder, Timestamp, Transport};
/// use netflow_health::{Health, HealthLimits};
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::new(HealthLimits::default());
/// # let payload = [0, 10, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 3];
/// let exporter = "198.51.100.1:2055".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
/// match decoder.decode(datagram) {
///     Ok(decoded) => health.decoded(&decoded),
///     Err(error) => health.unreadable(&datagram, &error),
/// }
/// let report = health.report(&decoder);
/// for finding in &report.findings {
///     println!("{:?} {} {:?}", finding.severity(), finding.code(), finding.place);
/// }
/// # assert_eq!(report.findings[0].code(), "problems");
/// ```
#[derive(Debug, Clone)]
pub struct Health {
    limits: HealthLimits,
    /// The domains, in the order they were first seen.
    domains: Vec<DomainHealth>,
    by_key: HashMap<DomainKey, usize>,
    /// Messages of domains beyond the limit.
    other_messages: u64,
    problems: ProblemsByKind,
    room: TemplateRoom,
    unreadable: u64,
    source: SourceFacts,
}

impl Default for Health {
    fn default() -> Self {
        Self::new(HealthLimits::default())
    }
}

impl Health {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(limits: HealthLimits) -> Self {
        Self {
            limits,
            domains: Vec::new(),
            by_key: HashMap::new(),
            other_messages: 0,
            problems: ProblemsByKind::default(),
            room: TemplateRoom::new(&limits),
            unreadable: 0,
            source: SourceFacts::default(),
        }
    }

    /// Takes what a datagram decoded to.
    pub fn decoded(&mut self, decoded: &Decoded<'_>) {
        let place = decoded.headers().next().map(MessageHeader::datagram_id);
        let place = place.unwrap_or_default();
        let limits = self.limits;
        for message in decoded.messages() {
            let header = message.header();
            // A late message was counted when it came.
            if !message.is_late() {
                if let Some(domain) = self.enter(header) {
                    domain.message(header, &limits);
                }
            }
            let payload = (!message.is_late()).then_some(decoded.payload());
            for problem in message.problems() {
                self.problems.add(&problem, payload, &limits);
            }
            let index = self.find(header);
            if let Some(domain) = index.and_then(|index| self.domains.get_mut(index)) {
                for set in message.sets() {
                    domain.set(&set, place, &limits, &mut self.room);
                }
                for flow in message.flows() {
                    domain.flow(&flow, &limits);
                }
                for problem in message.problems() {
                    domain.problem(&problem, &limits);
                }
            }
        }
    }

    /// Takes a datagram whose first header could not be read, and why.
    pub fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.unreadable = self.unreadable.saturating_add(1);
        self.problems.unreadable(datagram, error, &self.limits);
    }

    /// Takes what the decoder knows of the sessions of an exporter, before
    /// [`Decoder::end_session`] forgets it.
    pub fn session_ended(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        // As the decoder writes it.
        let exporter = SocketAddr::new(exporter.ip().to_canonical(), exporter.port());
        self.learn(decoder, |other| other == exporter);
    }

    /// Sets what the caller knows of where the datagrams come from; the last numbers count.
    pub const fn source(&mut self, facts: SourceFacts) {
        self.source = facts;
    }

    /// What is known now. The decoder adds what it counted and what options announced.
    #[must_use]
    pub fn report(&self, decoder: &Decoder) -> Report {
        let mut all = self.clone();
        all.learn(decoder, |_| true);
        let mut report = Report {
            domains: all.domains,
            other_messages: all.other_messages,
            unreadable: all.unreadable,
            problems: all.problems,
            options_scope: decoder.options_scope(),
            source: all.source,
            findings: Vec::new(),
        };
        report.findings = rules::findings(&report);
        report
    }

    /// Adds what the decoder knows of the sessions of some exporters.
    fn learn(&mut self, decoder: &Decoder, of: impl Fn(SocketAddr) -> bool) {
        for report in decoder.domains().filter(|report| of(report.key.exporter)) {
            if let Some(domain) = self.domain_mut(report.key) {
                domain.add_report(&report);
            }
        }
        for announcement in decoder
            .announced()
            .filter(|known| of(known.domain.exporter))
        {
            if let Some(domain) = self.domain_mut(announcement.domain) {
                domain.announced.add(&announcement);
            }
        }
        for known in decoder
            .templates()
            .filter(|known| of(known.domain.exporter))
        {
            if let Some(domain) = self.domain_mut(known.domain) {
                domain.templates.name(known.template);
            }
        }
        for domain in &mut self.domains {
            domain.announced.keep(self.limits.rates);
        }
    }

    fn find(&self, header: &MessageHeader) -> Option<usize> {
        self.by_key.get(&header.domain_key()).copied()
    }

    /// The domain, whichever port its session has.
    fn domain_mut(&mut self, key: DomainKey) -> Option<&mut DomainHealth> {
        let index = *self.by_key.get(&key.without_port())?;
        self.domains.get_mut(index)
    }

    /// The domain of a header, made if it is new and there is room.
    fn enter(&mut self, header: &MessageHeader) -> Option<&mut DomainHealth> {
        let key = header.domain_key();
        let next = self.domains.len();
        let index = match self.by_key.get(&key) {
            Some(index) => *index,
            None if next >= self.limits.domains => {
                self.other_messages = self.other_messages.saturating_add(1);
                return None;
            }
            None => {
                self.domains.push(DomainHealth::new(key, header));
                self.by_key.insert(key, next);
                next
            }
        };
        self.domains.get_mut(index)
    }
}
