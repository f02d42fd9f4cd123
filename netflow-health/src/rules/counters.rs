//! Counters that are easily added up wrongly, and fields that exporters use in several ways.

use netflow_core::IcmpRule;

use crate::domain::DomainHealth;
use crate::finding::{Finding, FindingKind};

pub(super) fn findings(index: usize, domain: &DomainHealth) -> Vec<Finding> {
    let (flows, all) = (domain.total_flows, domain.flows);
    let totals = FindingKind::RunningTotals { flows, all };
    let totals = (flows > 0).then(|| Finding::of(index, totals).at(domain.first_total));
    let counters = domain.meanings.second_counters.iter().map(|known| {
        let kind = FindingKind::SecondCounters {
            flows: known.flows,
            rule: known.rule.name(),
            template: known.template,
        };
        Finding::of(index, kind).at(Some(known.first))
    });
    let icmp = domain.meanings.icmp.iter();
    let reversed = icmp.filter(|known| known.rule == IcmpRule::PortReversed);
    let reversed = reversed.map(|known| {
        let kind = FindingKind::IcmpPortReversed { flows: known.flows };
        Finding::of(index, kind).at(Some(known.first))
    });
    totals.into_iter().chain(counters).chain(reversed).collect()
}
