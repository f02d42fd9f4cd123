//! What an exporter announced about itself through its options: what one
//! observation domain knows beside its templates.

mod announced;
mod by_prefix;
mod configured;
mod counters;
mod doubt;
mod icmp;
mod interfaces;
mod learn;
mod named_samplers;
mod names;
mod options_record;
mod prefix;
mod sampling;
mod scope;
mod selection;
mod sequence;
mod snapshot;
mod sources;

pub use self::announced::Fact;
pub use self::configured::{ConfiguredRate, ConfiguredRates, ParseRateError};
pub use self::counters::{ConfiguredCounter, ConfiguredCounters, ParseCounterError};
pub(crate) use self::doubt::{DomainData, LACKS};
pub use self::doubt::{DoubtKind, NamedKind};
pub(crate) use self::icmp::IcmpPorts;
pub(crate) use self::interfaces::ExporterInterfaces;
pub use self::interfaces::{ConfiguredInterface, ConfiguredInterfaces};
pub(crate) use self::learn::News;
pub(crate) use self::named_samplers::{NamedSamplers, samplers_of};
pub(crate) use self::names::AnnouncedNames;
pub use self::names::SamplerKey;
pub(crate) use self::options_record::{OptionsRecord, selection_of_flows};
pub use self::prefix::{ParsePrefixError, Prefix};
use self::sampling::Samplers;
pub(crate) use self::sampling::{AnnouncedSampling, FoundRate};
pub use self::scope::{RateScope, ScopeKind};
pub(crate) use self::selection::RateElements;
pub use self::selection::{SelectionMethod, Selects, Unrated};
pub(crate) use self::sequence::{
    CountingScheme, DecodedUnits, MessageStamp, NumberedMessage, PerScheme, Sequence, Undecoded,
    Units,
};
pub use self::sequence::{SequenceCounts, SequenceEvent, SequenceUnit};
pub(crate) use self::snapshot::Learned;
pub use self::sources::SampleCounts;
pub(crate) use self::sources::{
    ObservedSample, SavedCounts, SavedSeries, SavedSource, SourceKey, Sources,
};
use crate::hash::KeyedHash;
use crate::time::Timestamp;

/// What one observation domain announced.
#[derive(Debug, Clone)]
pub(crate) struct Exporter {
    pub(crate) samplers: Samplers,
    pub(crate) names: AnnouncedNames,
    /// Where its records have the type of ICMP.
    pub(crate) icmp_ports: IcmpPorts,
    system_init: Option<Timestamp>,
}

impl Exporter {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            samplers: Samplers::new(hash),
            names: AnnouncedNames::new(hash),
            icmp_ports: IcmpPorts::default(),
            system_init: None,
        }
    }

    /// When the exporter started (systemInitTimeMilliseconds): what the
    /// uptimes of its records count from.
    pub(crate) const fn system_init(&self) -> Option<Timestamp> {
        self.system_init
    }

    /// The exporter started anew after this time: an older start is not the one
    /// its uptimes count from any more, and its options will announce that.
    pub(crate) fn restart(&mut self, after: Timestamp) {
        self.system_init = self.system_init.filter(|init| *init >= after);
    }

    /// Octets of memory that it takes, shared as it is.
    pub(crate) fn memory(&self) -> usize {
        size_of::<(Self, [usize; 2])>()
            .saturating_add(self.samplers.memory())
            .saturating_add(self.names.memory())
    }

    /// It announced neither rates nor names.
    pub(crate) fn is_empty(&self) -> bool {
        self.samplers.is_empty() && self.names.is_empty()
    }

    /// A template was withdrawn; `true` if there may be a rate to forget with it.
    pub(crate) fn has_template_rates(&self) -> bool {
        self.samplers.has_template_rates()
    }

    /// Forgets the rate of a template that was withdrawn.
    pub(crate) fn forget_template(&mut self, id: u16) {
        self.samplers.forget_template(id);
    }
}
