//! What an exporter taught about itself through its options: what one
//! observation domain knows beside its templates.

mod announced;
mod configured;
mod learn;
mod names;
mod prefix;
mod sampling;
mod sequence;
mod snapshot;
mod sources;

pub use self::announced::{Announcement, Fact};
pub use self::configured::{ConfiguredRate, ConfiguredRates, ParseRateError};
pub(crate) use self::learn::OptionsRecord;
use self::names::Names;
pub use self::prefix::{ParsePrefixError, Prefix};
pub use self::sampling::SamplerKey;
use self::sampling::Samplers;
pub(crate) use self::sampling::ToldRate;
pub(crate) use self::sequence::{
    CountingScheme, MessageStamp, NumberedMessage, PerScheme, Sequence, Undecoded, Units,
};
pub use self::sequence::{SequenceCounts, SequenceEvent, SequenceUnit};
pub(crate) use self::snapshot::Learned;
pub use self::sources::SampleCounts;
pub(crate) use self::sources::{ObservedSample, SavedCounts, SavedSource, SourceKey, Sources};
use crate::hash::KeyedHash;
use crate::time::Timestamp;

/// What one observation domain taught.
#[derive(Debug, Clone)]
pub(crate) struct Exporter {
    pub(crate) samplers: Samplers,
    pub(crate) names: Names,
    system_init: Option<Timestamp>,
}

impl Exporter {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            samplers: Samplers::new(hash),
            names: Names::new(hash),
            system_init: None,
        }
    }

    /// When the exporter started (systemInitTimeMilliseconds): what the
    /// uptimes of its records count from.
    pub(crate) const fn system_init(&self) -> Option<Timestamp> {
        self.system_init
    }

    /// The exporter started anew after this time: an older start is not the one
    /// its uptimes count from any more, and its options will tell that.
    pub(crate) fn restart(&mut self, after: Timestamp) {
        self.system_init = self.system_init.filter(|init| *init >= after);
    }

    /// Octets of memory that it takes, shared as it is.
    pub(crate) fn memory(&self) -> usize {
        size_of::<(Self, [usize; 2])>()
            .saturating_add(self.samplers.memory())
            .saturating_add(self.names.memory())
    }

    /// Octets that must be free for its tables to take one more entry each.
    pub(crate) fn growth(&self) -> usize {
        self.samplers.growth().saturating_add(self.names.growth())
    }
}
