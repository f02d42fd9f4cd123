//! The report: everything that is known, and what follows from it.

use netflow_core::OptionsScope;

use crate::domain::DomainHealth;
use crate::finding::Finding;
use crate::problem::ProblemsByKind;
use crate::source::SourceFacts;

/// Everything that is known of the exporters, and what follows from it.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// assert_eq!((report.flows(), report.unreadable, report.lost_octets()), (1, 0, 0));
/// for finding in &report.findings {
///     println!("{}: {}", finding.severity().name(), finding.code());
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// Observation domains in the order they were first seen.
    pub domains: Vec<DomainHealth>,
    /// Messages of domains beyond [`HealthLimits::domains`](crate::HealthLimits::domains).
    pub other_messages: u64,
    /// Datagrams whose first header could not be read.
    pub unreadable: u64,
    /// What could not be read.
    pub problems: ProblemsByKind,
    /// Whether options applied to other observation domains of their exporter too.
    pub options_scope: OptionsScope,
    /// What the caller counted.
    pub source: SourceFacts,
    /// What follows, the gravest first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Flows of all domains.
    #[must_use]
    pub fn flows(&self) -> u64 {
        let flows = self.domains.iter().map(|domain| domain.flows);
        flows.fold(0, u64::saturating_add)
    }

    /// Octets that were decoded when their template came.
    #[must_use]
    pub fn late_octets(&self) -> u64 {
        let unread = self
            .domains
            .iter()
            .flat_map(|domain| domain.unread_sets.values());
        unread.fold(0, |all, unread| all.saturating_add(unread.late_octets))
    }

    /// Octets that could not be decoded, and were not decoded later.
    #[must_use]
    pub fn lost_octets(&self) -> u64 {
        self.problems.octets().saturating_sub(self.late_octets())
    }

    /// Removes the domains for which `keep` is false, and the findings about them. What is not known
    /// by domain, such as problems, stays.
    pub fn retain(&mut self, mut keep: impl FnMut(&DomainHealth) -> bool) {
        // The index of each domain that stays.
        let mut kept = Vec::with_capacity(self.domains.len());
        let mut next = 0_usize;
        self.domains.retain(|domain| {
            let stays = keep(domain);
            kept.push(stays.then_some(next));
            next = next.saturating_add(stays.into());
            stays
        });
        self.findings.retain_mut(|finding| match finding.domain {
            None => true,
            Some(index) => {
                finding.domain = kept.get(index).copied().flatten();
                finding.domain.is_some()
            }
        });
    }

    /// Adds the report on other exporters, such as that of another thread of a collector.
    ///
    /// ```
    /// use netflow_core::{Decoder, example};
    /// use netflow_health::Health;
    ///
    /// let report = |datagram| {
    ///     let (mut decoder, mut health) = (Decoder::default(), Health::default());
    ///     health.decoded(&decoder.decode(datagram)?);
    ///     Ok::<_, netflow_core::Error>(health.report(&decoder))
    /// };
    /// let mut all = report(example::ipfix())?;
    /// all.merge(report(example::netflow_v5())?);
    /// assert_eq!((all.domains.len(), all.flows()), (2, 2));
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) {
        let first = self.domains.len();
        self.domains.extend(other.domains);
        self.other_messages = self.other_messages.saturating_add(other.other_messages);
        self.unreadable = self.unreadable.saturating_add(other.unreadable);
        self.problems.merge(other.problems);
        self.findings
            .extend(other.findings.into_iter().map(|mut finding| {
                finding.domain = finding.domain.map(|index| index.saturating_add(first));
                finding
            }));
        self.findings.sort_by_key(|finding| finding.kind.rank());
    }

    /// The domain that a finding is about, if it is about one.
    #[must_use]
    pub fn domain_of(&self, finding: &Finding) -> Option<&DomainHealth> {
        self.domains.get(finding.domain?)
    }
}
