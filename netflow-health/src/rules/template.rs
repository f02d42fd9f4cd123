//! Data without a template and why, and templates that change.

use alloc::collections::BTreeMap;

use crate::domain::{DomainHealth, TemplateHistory, UnreadSets};
use crate::finding::{Finding, FindingKind};
use crate::report::Report;

pub(super) fn findings(index: usize, domain: &DomainHealth, report: &Report) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut absent = (0_u64, Vec::new(), None);
    for (id, unread) in &domain.unread_sets {
        if unread.lost_octets() == 0 {
            continue;
        }
        match why(*id, unread, domain, report) {
            Some(finding) => findings.push(Finding {
                domain: Some(index),
                ..finding
            }),
            None => {
                absent.0 = absent.0.saturating_add(unread.lost_octets());
                absent.1.push(*id);
                absent.2.get_or_insert(unread.first);
            }
        }
    }
    let (octets, sets, first) = absent;
    if !sets.is_empty() {
        let mut refused = domain.refused_templates.values();
        let (kind, place) = match refused.find(|refused| refused.ends_set()) {
            Some(refused) => {
                let reason = refused.reason;
                let kind = FindingKind::TemplateSetUnreadable {
                    octets,
                    sets,
                    reason,
                };
                (kind, Some(refused.place))
            }
            None => (FindingKind::TemplateAbsent { octets, sets }, first),
        };
        findings.push(Finding::of(index, kind).at(place));
    }
    if domain.templates.outdated > 0 && !domain.has_several_exporters() {
        let records = domain.templates.outdated;
        findings.push(Finding::of(
            index,
            FindingKind::OutdatedTemplate { records },
        ));
    }
    findings.extend(flapping(index, &domain.templates.by_id));
    findings
}

/// Why data was not read; `None` if its template never came.
fn why(id: u16, unread: &UnreadSets, domain: &DomainHealth, report: &Report) -> Option<Finding> {
    let octets = unread.lost_octets();
    let is_defined = domain.templates.by_id.contains_key(&id);
    let was_defined = unread.template.is_some() || is_defined;
    let refused = domain.refused_templates.get(&id);
    let refused = refused.filter(|refused| !refused.is_withdrawal() || !was_defined);
    let (kind, place) = if let Some(refused) = refused {
        let reason = refused.reason;
        let kind = FindingKind::TemplateUnreadable {
            octets,
            set: id,
            reason,
        };
        (kind, refused.place)
    } else if let Some(came) = unread.template {
        (FindingKind::TemplateLate { octets, set: id }, came)
    } else if is_defined {
        let kind = FindingKind::TemplateWithdrawn { octets, set: id };
        (kind, unread.first)
    } else {
        let other_domain = fitting(id, unread, domain, report)?;
        let kind = FindingKind::TemplateInOtherDomain {
            octets,
            set: id,
            other_domain,
        };
        (kind, unread.first)
    };
    Some(Finding::of_all(kind).at(Some(place)))
}

/// Another domain of the exporter whose template of this id fits the data. Seen with nProbe
/// and Juniper, which send templates in one domain for all.
fn fitting(id: u16, unread: &UnreadSets, domain: &DomainHealth, report: &Report) -> Option<u32> {
    let mut siblings = report
        .domains
        .iter()
        .filter(|other| other.is_sibling(domain));
    let fitting = siblings.find(|other| {
        let template = other.templates.by_id.get(&id);
        template.is_some_and(|template| fits(template, unread))
    });
    fitting.map(|other| other.key.observation_domain)
}

/// Whether sets of these lengths are whole records and at most three octets of padding, to a
/// multiple of four (RFC 3954, section 5.3; RFC 7011, section 3.3.1).
fn fits(template: &TemplateHistory, unread: &UnreadSets) -> bool {
    const PADDING: u64 = 3;
    unread
        .lengths
        .iter()
        .all(|length| match template.record_len {
            Some(0) => false,
            Some(len) => {
                *length >= len && length.checked_rem(len).is_some_and(|rest| rest <= PADDING)
            }
            // Of variable length: each field takes an octet at least.
            None => *length >= template.fields.count,
        })
}

/// Templates that change back and forth.
fn flapping(
    index: usize,
    templates: &BTreeMap<u16, TemplateHistory>,
) -> impl Iterator<Item = Finding> {
    let flapping = templates.iter().filter(|(_, known)| known.returns > 0);
    flapping.map(move |(id, known)| {
        let kind = FindingKind::TemplateFlaps {
            returns: known.returns,
            changes: known.changes,
            template: *id,
        };
        let first = known.events.first.first().map(|(place, _)| *place);
        Finding::of(index, kind).at(first)
    })
}
