//! Sampling rates and names that are in doubt, in a line each.

use netflow_core::{Doubt, DoubtKind};

/// Doubts that are written one by one.
const DOUBTS: usize = 5;

/// The first doubts, and how many more there are.
pub(super) fn lines(doubts: &[Doubt]) -> Vec<String> {
    let mut lines: Vec<String> = doubts.iter().take(DOUBTS).map(line).collect();
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
        DoubtKind::UnnamedSampler { of, rate } => {
            format!("1:{rate} is announced for {of}, which no record names")
        }
        DoubtKind::Unrated { of, selection, .. } => {
            let ratio = match selection.total {
                0 => String::new(),
                total => format!(" ({} of {total})", selection.selected),
            };
            format!("{} by {of}{ratio} yields no rate", selection.method)
        }
        DoubtKind::RateInOtherDomain { other_domain } => {
            format!("rates are announced in domain {other_domain} alone (--options-scope exporter)")
        }
        DoubtKind::NamesInOtherDomain { of, other_domain } => {
            format!(
                "names of {} are announced in domain {other_domain} alone \
                 (--options-scope exporter)",
                of.name()
            )
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
