//! Fields that exporters use in several ways, and by which rule they were read.

use netflow_core::template::SecondCounters;
use netflow_core::{DatagramId, Flow, IcmpRule};

/// The rules by which ambiguous fields of one domain were read: those that exporters use in several
/// ways.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Meanings {
    /// What elements 23 and 24 beside 1 and 2 count, in the order they were seen.
    pub second_counters: Vec<SecondCounterUse>,
    /// Flows by where the type of ICMP was found, in the order they were seen.
    pub icmp: Vec<IcmpUse>,
}

/// Flows whose second counters were read by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondCounterUse {
    /// The rule.
    pub rule: SecondCounters,
    /// The template of the first of them.
    pub template: u16,
    /// How many.
    pub flows: u64,
    /// The first.
    pub first: DatagramId,
}

/// Flows whose type and code of ICMP were found by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct IcmpUse {
    /// The rule.
    pub rule: IcmpRule,
    /// How many.
    pub flows: u64,
    /// The first.
    pub first: DatagramId,
}

impl Meanings {
    pub(super) fn flow(&mut self, flow: &Flow<'_>) {
        let first = || flow.header().datagram_id();
        let template = flow.record().map(|record| record.template());
        let counters = template.and_then(|template| Some((template, template.second_counters()?)));
        if let Some((template, rule)) = counters {
            let known = self.second_counters.iter_mut();
            match known.into_iter().find(|known| known.rule == rule) {
                Some(known) => known.flows = known.flows.saturating_add(1),
                None => self.second_counters.push(SecondCounterUse {
                    rule,
                    template: template.id(),
                    flows: 1,
                    first: first(),
                }),
            }
        }
        if let Some(rule) = flow.icmp_rule() {
            let known = self.icmp.iter_mut();
            match known.into_iter().find(|known| known.rule == rule) {
                Some(known) => known.flows = known.flows.saturating_add(1),
                None => self.icmp.push(IcmpUse {
                    rule,
                    flows: 1,
                    first: first(),
                }),
            }
        }
    }
}
