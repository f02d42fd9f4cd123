//! How many packets one counted packet stands for, and who said so.

use super::{Flow, SampleFlow, Source, ingredient};
use crate::exporter::{SamplerKey, ToldRate};
use crate::field::Ingredient;
use crate::record::DataRecord;

/// Which rule gave the sampling rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SamplingRule {
    /// A field of the record: 34 or 50, 305 and 306 together, 309 and 310
    /// together, or 311.
    Record,
    /// 305 without 306, which should be so many packets of how many: taken as
    /// the rate, as exporters mean it.
    Vendor305,
    /// The sampler of the record (48, or 302), which options announced as a sampler (48).
    Sampler,
    /// The selector of the record (302, or 48), which they announced as a selector (302).
    Selector,
    /// The options of the interface the flow was counted on.
    Interface,
    /// The options of the record's template.
    Template,
    /// The options of the whole observation domain.
    Exporter,
    /// The header of v5 or v6.
    Header,
    /// The sFlow sample.
    Sample,
    /// What the caller configured.
    Configured,
}

impl SamplingRule {
    /// The name in JSON and in every binding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Vendor305 => "vendor_305",
            Self::Sampler => "sampler",
            Self::Selector => "selector",
            Self::Interface => "interface",
            Self::Template => "template",
            Self::Exporter => "exporter",
            Self::Header => "header",
            Self::Sample => "sample",
            Self::Configured => "configured",
        }
    }
}

/// A sampling rate and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sampling {
    /// One packet of so many was counted.
    pub rate: u64,
    /// Which rule gave it.
    pub rule: SamplingRule,
    /// What options announced it for, if they did, and in which datagram (the
    /// caller's number for it).
    pub announced: Option<(SamplerKey, u64)>,
}

impl Sampling {
    const fn of(rate: u64, rule: SamplingRule) -> Self {
        Self {
            rate,
            rule,
            announced: None,
        }
    }
}

impl Flow<'_> {
    /// One packet of so many was counted.
    #[must_use]
    pub fn sampling_rate(&self) -> Option<u64> {
        self.sampling_source().map(|sampling| sampling.rate)
    }

    /// Which rule gave the sampling rate.
    #[must_use]
    pub fn sampling(&self) -> Option<&'static str> {
        self.sampling_rule().map(SamplingRule::name)
    }

    /// Which rule gave the sampling rate.
    #[must_use]
    pub fn sampling_rule(&self) -> Option<SamplingRule> {
        self.sampling_source().map(|sampling| sampling.rule)
    }

    /// Octets times the sampling rate; absent when that is not known.
    #[must_use]
    pub fn octets_scaled(&self) -> Option<u64> {
        self.octets()?.checked_mul(self.sampling_rate()?)
    }

    /// Packets times the sampling rate; absent when that is not known.
    #[must_use]
    pub fn packets_scaled(&self) -> Option<u64> {
        self.packets()?.checked_mul(self.sampling_rate()?)
    }

    /// The sampling rate with all that is known of where it comes from.
    #[must_use]
    pub fn sampling_source(&self) -> Option<Sampling> {
        let told = match &self.source {
            Source::Record(record) => in_record(record)
                .or_else(|| self.in_options(record))
                .or_else(|| {
                    // 0 says nothing, whatever the mode above it.
                    let interval = u64::from(self.origin.header.sampling? & 0x3fff);
                    (interval > 0).then_some(Sampling::of(interval, SamplingRule::Header))
                }),
            Source::Sample(flow) => flow
                .sampling_rate()
                .map(|rate| Sampling::of(rate, SamplingRule::Sample)),
        };
        told.or_else(|| {
            let unsampled = self
                .sample_flow()
                .is_some_and(SampleFlow::is_discarded_packet);
            let rate = self.origin.configured_rate.filter(|_| !unsampled)?;
            Some(Sampling::of(rate, SamplingRule::Configured))
        })
    }

    /// A rate that the options announced, the nearest to the record first.
    fn in_options(&self, record: &DataRecord<'_, '_>) -> Option<Sampling> {
        let samplers = &self.origin.exporter.as_ref()?.samplers;
        let counted_on = if self.direction() == Some(EGRESS) {
            self.output_interface()
        } else {
            self.input_interface()
        };
        let others = [
            counted_on.map(SamplerKey::Interface),
            Some(SamplerKey::Template(record.template().id())),
            Some(SamplerKey::Exporter),
        ];
        let mut keys = samplers_of(record).chain(others.into_iter().flatten());
        keys.find_map(|key| {
            let known = samplers.get(key)?;
            Some(Sampling {
                rate: known.rate,
                rule: match key {
                    SamplerKey::Sampler(_) => SamplingRule::Sampler,
                    SamplerKey::Selector(_) => SamplingRule::Selector,
                    SamplerKey::Interface(_) => SamplingRule::Interface,
                    SamplerKey::Template(_) => SamplingRule::Template,
                    SamplerKey::Exporter => SamplingRule::Exporter,
                },
                announced: Some((key, known.frame)),
            })
        })
    }
}

/// The samplers that the record may mean, the likeliest first. The registry has 302 in
/// place of 48: where options tell of one and records of the other, the numbers are the
/// same.
pub(super) fn samplers_of(record: &DataRecord<'_, '_>) -> impl Iterator<Item = SamplerKey> {
    let plan = record.template().plan();
    let id = |what| ingredient(record, plan.ingredient(what));
    let (of_sampler, of_selector) = (id(Ingredient::SamplerId), id(Ingredient::SelectorId));
    let keys = [
        of_sampler.map(SamplerKey::Sampler),
        of_selector.map(SamplerKey::Selector),
        of_sampler.map(SamplerKey::Selector),
        of_selector.map(SamplerKey::Sampler),
    ];
    keys.into_iter().flatten()
}

/// flowDirection of a flow that was counted as it went out.
const EGRESS: u8 = 1;

/// A rate that the record itself tells; 0 tells none.
fn in_record(record: &DataRecord<'_, '_>) -> Option<Sampling> {
    let plan = record.template().plan();
    let load = |what| ingredient(record, plan.ingredient(what));
    let told = ToldRate {
        interval: load(Ingredient::SamplingInterval)
            .filter(|interval| *interval > 0)
            .or_else(|| load(Ingredient::SamplingRandomInterval)),
        taken: load(Ingredient::SamplingPacketInterval),
        left_out: load(Ingredient::SamplingPacketSpace),
        size: load(Ingredient::SamplingSize),
        population: load(Ingredient::SamplingPopulation),
        probability: record.slot(plan.ingredient(Ingredient::SamplingProbability)),
    };
    let whole = told.whole();
    whole
        .map(|rate| Sampling::of(rate, SamplingRule::Record))
        .or_else(|| {
            let rate = told.taken_alone()?;
            Some(Sampling::of(rate, SamplingRule::Vendor305))
        })
}
