//! Where sampling rates come from.

use netflow_core::{Fact, Flow, RateScope, SamplerKey, Timestamp};
use netflow_core::{Sampling, SamplingRule};

use super::few::Few;

/// Different rates that are told apart.
const RATES: usize = 64;

/// The rates that flows had.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// Flows by rate and rule; those without a rate have none.
    pub(crate) rates: Vec<(Option<Sampling>, u64)>,
    /// Flows of rates beyond the limit.
    pub(crate) other_flows: u64,
    last: usize,
}

impl Rates {
    pub(super) fn flow(&mut self, flow: &Flow<'_>) {
        let sampling = flow.sampling_source();
        // Flows of one sampler come together.
        let is_last = |(known, _): &(Option<Sampling>, u64)| *known == sampling;
        if !self.rates.get(self.last).is_some_and(is_last) {
            match self.rates.iter().position(is_last) {
                Some(index) => self.last = index,
                None if self.rates.len() >= RATES => {
                    self.other_flows += 1;
                    return;
                }
                None => {
                    self.last = self.rates.len();
                    self.rates.push((sampling, 0));
                }
            }
        }
        if let Some((_, flows)) = self.rates.get_mut(self.last) {
            *flows += 1;
        }
    }

    /// Flows without a rate.
    pub(crate) fn unknown(&self) -> u64 {
        self.rates
            .iter()
            .filter(|(sampling, _)| sampling.is_none())
            .map(|(_, flows)| flows)
            .sum()
    }
}

/// What options announced.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    pub(crate) rates: Few<Rate>,
    pub(crate) interfaces: Few<(u32, String)>,
    pub(crate) vrfs: Few<(u32, String)>,
    pub(crate) applications: Few<(String, String)>,
    pub(crate) samplers: Few<(SamplerKey, String)>,
    pub(crate) system_init: Option<Timestamp>,
}

/// A rate that was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rate {
    pub(crate) of: RateScope,
    pub(crate) rate: u64,
    pub(crate) frame: u64,
}

impl Announced {
    pub(super) fn add(&mut self, fact: Fact<'_>) {
        // All are taken, since they come in no order; the decoder bounds them.
        const ALL: usize = usize::MAX;
        match fact {
            Fact::Rate {
                of, rate, frame, ..
            } => {
                self.rates.push_within(Rate { of, rate, frame }, ALL);
            }
            Fact::InterfaceName(index, name) => {
                self.interfaces.push_within((index, name.to_string()), ALL);
            }
            Fact::VrfName(number, name) => self.vrfs.push_within((number, name.to_string()), ALL),
            Fact::ApplicationName(id, name) | Fact::ApplicationDescription(id, name) => {
                let id = id.iter().map(|octet| format!("{octet:02x}")).collect();
                self.applications.push_within((id, name.to_string()), ALL);
            }
            Fact::SamplerName(of, name) => self.samplers.push_within((of, name.to_string()), ALL),
            Fact::SystemInit(time) => self.system_init = Some(time),
            _ => {}
        }
    }

    /// Puts all in order and keeps the first.
    pub(super) fn settle(&mut self) {
        self.rates.kept.sort_unstable();
        self.interfaces.kept.sort_unstable();
        self.vrfs.kept.sort_unstable();
        self.applications.kept.sort_unstable();
        self.samplers.kept.sort_unstable();
        self.rates.kept.truncate(RATES);
        self.interfaces.kept.truncate(RATES);
        self.vrfs.kept.truncate(RATES);
        self.applications.kept.truncate(RATES);
        self.samplers.kept.truncate(RATES);
    }
}

/// A sampler as text: `sampler 1`.
pub(crate) fn sampler(of: SamplerKey) -> String {
    match of {
        SamplerKey::Sampler(id) => format!("sampler {id}"),
        SamplerKey::Selector(id) => format!("selector {id}"),
    }
}

/// What gave a rate, as text; the frame of options is told by the caller.
pub(crate) fn source(sampling: &Sampling) -> String {
    let rule = match sampling.rule {
        SamplingRule::Record => "by a field of the record",
        SamplingRule::Vendor305 => "by samplingPacketInterval (305) without 306",
        SamplingRule::Header => "by the message header",
        SamplingRule::Sample => "by the sFlow sample",
        SamplingRule::Configured => "by configuration",
        SamplingRule::Override => "by configuration, whatever the exporter says",
        rule => {
            let of = match sampling.announced {
                Some((of, _)) if of.is_domain() => format!("for {of}"),
                Some((of, _)) => format!("by {of}"),
                None => "by fields of the record".to_owned(),
            };
            return match rule {
                SamplingRule::FlowSelection => format!("{of}, flows selected"),
                SamplingRule::OtherDomain => format!("{of}, in another domain"),
                _ => of,
            };
        }
    };
    rule.to_owned()
}
