//! `--where`: the report is of domains that have flows which match.

use std::collections::HashSet;

use netflow_core::{Decoded, DomainKey};
use netflow_health::{HealthLimits, Report};
use netflow_query::{Filter, SetFilter, SetMatch};
use serde_json::{Map, Value};

use super::words::{counted, grouped};

/// The domains that have flows which match.
#[derive(Debug)]
pub(super) struct Matching {
    filter: SetFilter,
    flows: u64,
    domains: HashSet<DomainKey>,
    limit: usize,
}

/// How much of the whole report is left.
#[derive(Debug)]
pub(super) struct Matched {
    filter: Filter,
    flows: u64,
    domains: usize,
    all_domains: usize,
}

impl Matching {
    pub(super) fn new(filter: Filter) -> Self {
        Self {
            filter: SetFilter::new(filter),
            flows: 0,
            domains: HashSet::new(),
            limit: HealthLimits::default().domains,
        }
    }

    /// Takes what a datagram decoded to.
    pub(super) fn decoded(&mut self, decoded: &Decoded<'_>) {
        for set in decoded.joined_sets() {
            let matched = self.filter.prepare(&set);
            if matched == SetMatch::None {
                continue;
            }
            let is_all = matched == SetMatch::All;
            let flows = set.flows();
            let flows = flows.filter(|flow| is_all || self.filter.matches(flow));
            let flows = flows.count();
            if flows > 0 && self.domains.len() < self.limit {
                self.domains.insert(set.header().domain_key());
            }
            self.flows = self
                .flows
                .saturating_add(u64::try_from(flows).unwrap_or(u64::MAX));
        }
    }

    /// Removes the other domains from the report.
    pub(super) fn apply(&self, report: &mut Report) -> Matched {
        let all_domains = report.domains.len();
        report.retain(|domain| self.domains.contains(&domain.key));
        Matched {
            filter: self.filter.filter().clone(),
            flows: self.flows,
            domains: report.domains.len(),
            all_domains,
        }
    }
}

impl Matched {
    /// A sentence for people.
    pub(super) fn sentence(&self) -> String {
        let plural = if self.all_domains == 1 { "" } else { "s" };
        let verb = if self.flows == 1 { "matches" } else { "match" };
        format!(
            "{} {verb} --where, in {} of {} observation domain{plural}: only these are shown below; \
             problems are those of all.",
            counted(self.flows, "flow"),
            self.domains,
            grouped(u64::try_from(self.all_domains).unwrap_or(u64::MAX)),
        )
    }

    /// The members that the JSON document has in addition.
    pub(super) fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("where".to_owned(), self.filter.as_str().into());
        members.insert("matching_flows".to_owned(), self.flows.into());
        members
    }
}
