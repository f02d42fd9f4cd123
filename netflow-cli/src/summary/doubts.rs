//! Sampling rates and names that are in doubt, in a line each.

use netflow_core::{Doubt, DoubtKind};

/// Doubts that are written one by one.
const DOUBTS: usize = 5;

/// It is about names, not about sampling rates.
pub(super) const fn is_of_names(doubt: &Doubt) -> bool {
    matches!(
        doubt.kind,
        DoubtKind::NamesInOtherDomain { .. } | DoubtKind::OtherDomainsDiffer { of: Some(_), .. }
    )
}

/// The first doubts, and how many more there are.
pub(super) fn lines(doubts: &[Doubt]) -> Vec<String> {
    let first = doubts.iter().take(DOUBTS);
    let mut lines: Vec<String> = first.map(line).collect();
    match doubts.len().saturating_sub(DOUBTS) {
        0 => {}
        1 => lines.push("and 1 more doubt".to_owned()),
        more => lines.push(format!("and {more} more doubts")),
    }
    if let Some(last) = lines.last_mut() {
        *last += "; see netflow explain";
    }
    lines
}

/// `rates differ by line card, and template 300 names none, of 192.0.2.1, domain 0 (netflow9)`
fn line(doubt: &Doubt) -> String {
    let what = match doubt.kind {
        DoubtKind::AmbiguousRate { of, template } => {
            format!("ambiguous: rates differ by {of}, which template {template} does not name")
        }
        DoubtKind::DifferentScopes { of, template } => {
            let none = match of {
                [Some(kind), None] | [None, Some(kind)] => format!("no {kind}"),
                _ => "neither".to_owned(),
            };
            let [one, other] = of.map(|kind| match kind {
                Some(kind) => format!("by {kind}"),
                None => "of the whole domain".to_owned(),
            });
            format!(
                "ambiguous: rates {one} and {other} differ, and template {template} names {none}"
            )
        }
        DoubtKind::UnnamedSampler {
            of,
            rate,
            others: 0,
        } => {
            format!("1:{rate} is announced for {of}, which no record names")
        }
        DoubtKind::UnnamedSampler { of, rate, others } => {
            let rates = if others == 1 { "rate" } else { "rates" };
            format!(
                "1:{rate} for {of} and {others} other {rates} are announced, and no record names any \
                 of them"
            )
        }
        DoubtKind::UnknownSampler { named } => {
            format!("records name {named}, for which no rate is announced")
        }
        DoubtKind::Unrated { of, selection, .. } => {
            let ratio = match selection.total {
                0 => String::new(),
                total => format!(" ({} of {total})", selection.selected),
            };
            format!("{} by {of}{ratio} yields no rate", selection.method)
        }
        DoubtKind::RateInOtherDomain { other_domain } => {
            format!(
                "domain {other_domain} announces rates, this one none (--options-scope exporter)"
            )
        }
        DoubtKind::NamesInOtherDomain { of, other_domain } => {
            format!(
                "domain {other_domain} announces names of {}, this one none (--options-scope exporter)",
                of.name()
            )
        }
        DoubtKind::OtherDomainsDiffer {
            of,
            domains: [one, other],
        } => {
            let what = of.map_or_else(
                || "rates".to_owned(),
                |of| format!("names of {}", of.name()),
            );
            format!("ambiguous: domains {one} and {other} announce different {what}")
        }
        _ => "in doubt".to_owned(),
    };
    let mut whose = String::new();
    let domain = &doubt.domain;
    let address = domain.agent_address.unwrap_or(domain.exporter.ip());
    // Nothing names the exporter of an IPFIX file.
    if !address.is_unspecified() {
        whose = format!("{address}, ");
    }
    let (number, protocol) = (domain.observation_domain, domain.protocol.name());
    format!("{what}; {whose}domain {number} ({protocol})")
}
