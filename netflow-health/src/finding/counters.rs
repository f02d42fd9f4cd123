//! Counters that are easily added up wrongly.

use super::{Finding, FindingKind};
use crate::domain::DomainHealth;

pub(super) fn findings(index: usize, domain: &DomainHealth) -> Option<Finding> {
    let (flows, all) = (domain.total_flows, domain.flows);
    let kind = FindingKind::RunningTotals { flows, all };
    (flows > 0).then(|| Finding::of(index, kind).at(domain.first_total))
}
