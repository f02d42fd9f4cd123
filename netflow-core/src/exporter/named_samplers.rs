//! The samplers that records name, and whether they were announced.

use super::{DoubtKind, Exporter, RateScope, SamplerKey, ScopeKind};
use crate::field::Ingredient;
use crate::record::DataRecord;

/// What records of a domain showed: of each data set, the first.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NamedSamplers {
    /// One named a sampler that options had announced.
    is_announced: bool,
    /// The first sampler that a record named before one named an announced one.
    other: Option<SamplerKey>,
}

impl NamedSamplers {
    /// Takes a record of flows. 0 is no sampler: routers send it for flows that are not sampled.
    pub(crate) fn observe(&mut self, record: &DataRecord<'_, '_>, exporter: &Exporter) {
        if self.is_announced || exporter.samplers.is_empty() {
            return;
        }
        let mut named = samplers_of(record).peekable();
        let Some(first) = named.peek().copied().filter(|key| key.id() > 0) else {
            return;
        };
        self.is_announced = named.any(|key| exporter.samplers.announce(key));
        self.other = self.other.or(Some(first));
    }

    /// A doubt if options announce rates of samplers, but none of the sampler that records name.
    pub(crate) fn doubt(&self, exporter: &Exporter) -> Option<DoubtKind> {
        let key = self.other.filter(|_| !self.is_announced)?;
        // Its options may have come after the record.
        let is_announced = exporter.samplers.announce(key);
        let only_others = exporter.samplers.only_samplers(|_| false).is_some();
        let kind = match key {
            SamplerKey::Sampler(_) => ScopeKind::Sampler,
            SamplerKey::Selector(_) => ScopeKind::Selector,
        };
        let named = RateScope::new(&[(kind, key.id().into())])?;
        (only_others && !is_announced).then_some(DoubtKind::UnknownSampler { named })
    }
}

/// The samplers that the record may mean, the likeliest first. The registry has 302 in
/// place of 48: where options announce one and records name the other, the numbers are the
/// same.
pub(crate) fn samplers_of(record: &DataRecord<'_, '_>) -> impl Iterator<Item = SamplerKey> {
    let plan = record.template().plan();
    let id = |what| record.unsigned(plan.ingredient(what));
    let (of_sampler, of_selector) = (id(Ingredient::SamplerId), id(Ingredient::SelectorId));
    let keys = [
        of_sampler.map(SamplerKey::Sampler),
        of_selector.map(SamplerKey::Selector),
        of_sampler.map(SamplerKey::Selector),
        of_selector.map(SamplerKey::Sampler),
    ];
    keys.into_iter().flatten()
}

impl SamplerKey {
    const fn id(self) -> u64 {
        match self {
            Self::Sampler(id) | Self::Selector(id) => id,
        }
    }
}
