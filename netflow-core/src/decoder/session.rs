//! The state of one observation domain of one exporter.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::common_properties::CommonProperties;
use super::payloads::RecentPayloads;
use super::waiting::Waiting;
use crate::domain::DomainKey;
use crate::element::LearnedElements;
use crate::exporter::{CountingScheme, Exporter, NamedSamplers, Sequence, Sources};
use crate::hash::KeyedHash;
use crate::template::Templates;
use crate::time::Timestamp;

/// The state of one observation domain.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) templates: Templates,
    pub(super) learned_elements: LearnedElements,
    /// Shared with the message that the caller reads, and copied if it
    /// changes meanwhile.
    pub(super) exporter: Arc<Exporter>,
    pub(super) common_properties: CommonProperties,
    pub(super) waiting: Waiting,
    pub(super) sequence: Sequence,
    pub(super) payloads: RecentPayloads,
    pub(super) sources: Sources,
    pub(super) messages: u64,
    pub(super) first_received: Timestamp,
    pub(super) last_received: Timestamp,
    pub(super) clock_skew: Option<i64>,
    /// Fields of templates that may be recompiled for types learned since.
    pub(super) refinable: usize,
    /// Whether the samplers that records name were announced.
    pub(super) named_samplers: NamedSamplers,
    /// Data sets, whether or not they were examined for what they show about the exporter.
    pub(super) sets: u32,
    pub(super) key: DomainKey,
    /// The tick of its last use.
    pub(super) used: u64,
    /// Octets of memory as charged.
    pub(super) octets: usize,
}

impl Session {
    /// A domain without state, and the tick of its first use.
    pub(super) fn new(key: DomainKey, used: u64, hash: KeyedHash) -> Box<Self> {
        let mut session = Box::new(Self {
            templates: Templates::new(hash),
            learned_elements: LearnedElements::new(hash),
            exporter: Arc::new(Exporter::new(hash)),
            common_properties: CommonProperties::new(hash),
            waiting: Waiting::default(),
            payloads: RecentPayloads::new(hash),
            sequence: Sequence::new(CountingScheme::of_protocol(key.protocol)),
            sources: Sources::new(hash),
            messages: 0,
            first_received: Timestamp::default(),
            last_received: Timestamp::default(),
            clock_skew: None,
            refinable: 0,
            named_samplers: NamedSamplers::default(),
            sets: 0,
            key,
            used,
            octets: 0,
        });
        session.octets = session.memory();
        session
    }

    /// Sets whether numbers that decrease are a restart of the exporter.
    pub(super) const fn detect_restarts(&mut self, detects: bool) {
        self.sequence.detect_restarts(detects);
        self.sources.detect_restarts(detects);
    }

    /// Records that a message was received.
    pub(super) fn record_message(&mut self, received: Timestamp, clock_skew: Option<i64>) {
        if self.messages == 0 {
            self.first_received = received;
        }
        self.messages = self.messages.saturating_add(1);
        self.last_received = received;
        self.clock_skew = clock_skew;
    }

    /// The domain.
    pub(super) const fn key(&self) -> &DomainKey {
        &self.key
    }

    /// Octets of memory as charged.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// Octets of memory it takes.
    pub(super) fn memory(&self) -> usize {
        size_of::<Self>()
            .saturating_add(self.templates.memory())
            .saturating_add(self.learned_elements.memory())
            .saturating_add(self.exporter.memory())
            .saturating_add(self.common_properties.memory())
            .saturating_add(self.waiting.memory())
            .saturating_add(self.sources.memory())
            .saturating_add(self.payloads.memory())
    }
}

/// The index of an observation domain. It is valid until the next message is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionId(pub(super) usize);
