//! What follows from the numbers of a report: a rule finds what is wrong, with which exporter, and
//! where.

mod clock;
mod counters;
mod loss;
mod sampling;
mod source;
mod template;

use crate::finding::Finding;
use crate::report::Report;

/// Everything that follows from a report, the gravest first.
pub(crate) fn findings(report: &Report) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, domain) in report.domains.iter().enumerate() {
        findings.extend(template::findings(index, domain, report));
        findings.extend(loss::findings(index, domain));
        findings.extend(clock::findings(index, domain));
        findings.extend(counters::findings(index, domain));
        findings.extend(sampling::findings(index, domain, report));
    }
    let sources = source::findings(report, &findings);
    findings.extend(sources);
    findings.sort_by_key(|finding| finding.kind.rank());
    findings
}
