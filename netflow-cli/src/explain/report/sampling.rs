//! Sampling rates, and what options announced.

use netflow_core::{InputNames, NoSamplingRate, Sampling, SamplingRule, ScopeKind};
use netflow_health::{Announced, DomainHealth, sampler_name};

use crate::explain::page::{Page, Tone};
use crate::explain::words::{counted, frame, grouped};

pub(super) fn write(domain: &DomainHealth, inputs: &InputNames, page: &mut Page) {
    let mut label = "sampling";
    for known in &domain.rates.rates {
        let mut text = match (&known.sampling, known.reason) {
            (Some(sampling), _) => format!("1:{} {}", sampling.rate, source(sampling)),
            (None, Some(NoSamplingRate::Ambiguous)) => "none, ambiguous".to_owned(),
            (None, Some(NoSamplingRate::Unrated(selection))) => {
                format!("none, {}", selection.method)
            }
            (None, _) => "none".to_owned(),
        };
        if let Some(place) = known.place() {
            text += &format!(" (options of {})", frame(place, inputs));
        }
        text += &format!("  {}", counted(known.flows, "flow"));
        page.item(label, &text, Tone::Plain);
        label = "";
    }
    if domain.rates.other_flows > 0 {
        let text = format!("other rates  {}", counted(domain.rates.other_flows, "flow"));
        page.item(label, &text, Tone::Plain);
    }
}

pub(super) fn write_announced(announced: &Announced, inputs: &InputNames, page: &mut Page) {
    let interface_name = |index: u128| {
        let names = announced.interfaces.first.iter();
        names
            .filter(|(known, _)| u128::from(*known) == index)
            .map(|(_, name)| format!(" ({name})"))
            .next()
            .unwrap_or_default()
    };
    let rates = announced.rates.first.iter().map(|rate| {
        let index = rate.of.get(ScopeKind::Interface);
        let name = index.map(interface_name).unwrap_or_default();
        format!(
            "{}{name} 1:{} since {}",
            rate.of,
            rate.rate,
            frame(rate.place, inputs)
        )
    });
    let names = |what: &str, names: &[(u32, String)]| {
        let named = names
            .iter()
            .map(|(id, name)| format!("{what} {id} is {name}"));
        named.collect::<Vec<String>>()
    };
    let interfaces = names("interface", &announced.interfaces.first);
    let vrfs = names("VRF", &announced.vrfs.first);
    let applications = announced.applications.first.iter();
    let applications = applications.map(|(id, name)| format!("application {id} is {name}"));
    let samplers = announced.samplers.first.iter();
    let samplers = samplers.map(|(of, name)| format!("{} is {name}", sampler_name(*of)));
    let mut label = "announced";
    for (texts, count) in [
        (rates.collect(), announced.rates.count),
        (interfaces, announced.interfaces.count),
        (vrfs, announced.vrfs.count),
        (applications.collect(), announced.applications.count),
        (samplers.collect(), announced.samplers.count),
    ] {
        if first_of(label, texts, count, page) {
            label = "";
        }
    }
    if let Some(time) = announced.system_init {
        page.item(label, &format!("exporter started at {time}"), Tone::Plain);
    }
}

/// Writes the first of these, and how many more there are. Returns whether there is one.
fn first_of(label: &str, mut texts: Vec<String>, count: u64, page: &mut Page) -> bool {
    const SHOWN: usize = 8;
    if texts.is_empty() {
        return false;
    }
    texts.truncate(SHOWN);
    let shown = u64::try_from(texts.len()).unwrap_or(u64::MAX);
    let mut text = texts.join(", ");
    if count > shown {
        text += &format!(", and {} more", grouped(count - shown));
    }
    page.item(label, &text, Tone::Plain);
    true
}

/// What a sampling rate comes from. The caller adds the frame of options.
fn source(sampling: &Sampling) -> String {
    let rule = match sampling.rule {
        SamplingRule::Record => "by a field of the record",
        SamplingRule::Vendor305 => "by samplingPacketInterval (305) without 306",
        SamplingRule::Header => "by the message header",
        SamplingRule::Sample => "by the sFlow sample",
        SamplingRule::Configured => "by configuration",
        SamplingRule::Override => "by configuration, in place of what the exporter says",
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
