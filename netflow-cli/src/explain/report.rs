//! The report for people.

mod problem;
mod template;

use netflow_arrow::Files;
use netflow_core::ScopeKind;

use super::Story;
use super::domain::{Domain, Missed};
use super::page::{Page, Tone};
use super::sampling::{sampler, source};
use super::verdict;
use super::words::{counted, frame, grouped, lean};
use crate::rows::End;

/// Writes the report.
pub(super) fn write(story: &Story, end: &End<'_>, verdict: &[String], out: &mut Vec<u8>) {
    let mut page = Page::new(story.look);
    page.paragraph(0, 0, &verdict.join(" "), Tone::Title);
    for domain in &story.domains {
        write_domain(domain, &story.files, &mut page);
    }
    if story.other_messages > 0 {
        page.gap();
        let text = format!(
            "{} of further observation domains are not told apart.",
            counted(story.other_messages, "message")
        );
        page.paragraph(0, 0, &text, Tone::Plain);
    }
    if !story.problems.kinds.is_empty() {
        page.gap();
        page.paragraph(0, 0, "Problems", Tone::Title);
        for kind in &story.problems.kinds {
            problem::write(kind, story, &mut page);
        }
    }
    write_read(end.read, &mut page);
    out.extend_from_slice(page.text.as_bytes());
}

fn write_domain(domain: &Domain, files: &Files, page: &mut Page) {
    page.gap();
    let mut title = verdict::name(&domain.key);
    if domain.key.agent.is_some() && !domain.key.is_nobody() {
        title += &format!(" at {}", domain.key.exporter);
    }
    title += &format!(", {}", domain.key.protocol.name());
    page.paragraph(0, 2, &title, Tone::Title);
    let (first, last) = (&domain.first, &domain.last);
    let seen = if first.frame == last.frame {
        format!("{} at {}", frame(first.frame, files), first.time)
    } else {
        format!(
            "{} at {} to {} at {}",
            frame(first.frame, files),
            first.time,
            frame(last.frame, files),
            last.time
        )
    };
    page.item("seen", &seen, Tone::Plain);
    page.item("received", &received(domain), Tone::Plain);
    write_sequence(domain, files, page);
    write_sampling(domain, files, page);
    write_clock(domain, files, page);
    for (id, missed) in &domain.missed {
        let text = missed_text(domain, *id, missed, files);
        let tone = if missed.lost_octets() > 0 {
            Tone::Bad
        } else {
            Tone::Plain
        };
        page.item("no template", &text, tone);
    }
    for (id, template) in &domain.templates.by_id {
        template::write(*id, template, files, page);
    }
    if domain.templates.omitted > 0 {
        let text = format!("{} more were sent", grouped(domain.templates.omitted));
        page.item("templates", &text, Tone::Plain);
    }
}

fn received(domain: &Domain) -> String {
    let mut text = counted(domain.messages, "message");
    let ports: Vec<String> = domain.ports.kept.iter().map(u16::to_string).collect();
    if !ports.is_empty() {
        let plural = if ports.len() == 1 { "" } else { "s" };
        text += &format!(" from port{plural} {}", ports.join(", "));
        if domain.ports.more() > 0 {
            text += " and others";
        }
    }
    for (count, thing) in [
        (domain.flows, "flow"),
        (domain.options_records, "options record"),
        (domain.counters_samples, "counters sample"),
        (domain.discarded_packets, "discarded packet"),
    ] {
        if count > 0 {
            text += &format!(", {}", counted(count, thing));
        }
    }
    text
}

fn write_sequence(domain: &Domain, files: &Files, page: &mut Page) {
    let counts = &domain.sequence;
    if domain.stands {
        let text = "the numbers never change: what is lost cannot be told";
        page.item("sequence", text, Tone::Bad);
        return;
    }
    if counts.received == 0 && counts.lost == 0 {
        return;
    }
    let mut text = format!("{} received", counted(counts.received, domain.unit()));
    if counts.lost == 0 {
        text += ", none lost";
    }
    for (count, what) in [
        (counts.lost, "lost"),
        (counts.late, "late"),
        (counts.duplicated, "duplicated"),
        (counts.restarted, "restarted"),
        (counts.unread, "lost or in data that was not read"),
    ] {
        if count > 0 {
            text += &format!(", {} {what}", grouped(count));
        }
    }
    let tone = |lost| if lost > 0 { Tone::Bad } else { Tone::Plain };
    page.item("sequence", &text, tone(counts.lost));
    if let Some(note) = domain.unit_note() {
        page.item("", note, Tone::Plain);
    }
    if domain.gaps.count > 0 {
        let gaps: Vec<String> = domain
            .gaps
            .kept
            .iter()
            .map(|gap| {
                format!(
                    "{} before {}",
                    grouped(gap.lost.into()),
                    frame(gap.frame, files)
                )
            })
            .collect();
        let mut text = format!("missing: {}", gaps.join(", "));
        if domain.gaps.more() > 0 {
            text += &format!(", and {} more", counted(domain.gaps.more(), "gap"));
        }
        page.item("", &text, Tone::Plain);
    }
    let samples = &domain.samples;
    if samples.received > 0 {
        let mut text = format!("{} received", counted(samples.received, "sample"));
        for (count, what) in [
            (samples.lost, "lost"),
            (samples.late, "late"),
            (samples.restarted, "sources restarted"),
            (samples.drops, "dropped by the agent"),
        ] {
            if count > 0 {
                text += &format!(", {} {what}", grouped(count));
            }
        }
        page.item("samples", &text, tone(samples.lost));
    }
}

fn write_sampling(domain: &Domain, files: &Files, page: &mut Page) {
    let mut label = "sampling";
    for (sampling, flows) in &domain.rates.rates {
        let text = match sampling {
            None => format!("none  {}", counted(*flows, "flow")),
            Some(sampling) => {
                let mut text = format!("1:{} {}", sampling.rate, source(sampling));
                if let Some((_, told)) = sampling.announced {
                    text += &format!(" (options of {})", frame(told, files));
                }
                format!("{text}  {}", counted(*flows, "flow"))
            }
        };
        page.item(label, &text, Tone::Plain);
        label = "";
    }
    if domain.rates.other_flows > 0 {
        let text = format!("other rates  {}", counted(domain.rates.other_flows, "flow"));
        page.item(label, &text, Tone::Plain);
    }
    let announced = &domain.announced;
    let interface_name = |index: u128| {
        let names = announced.interfaces.kept.iter();
        names
            .filter(|(known, _)| u128::from(*known) == index)
            .map(|(_, name)| format!(" ({name})"))
            .next()
            .unwrap_or_default()
    };
    let rates = announced.rates.kept.iter().map(|rate| {
        let index = rate.of.get(ScopeKind::Interface);
        let name = index.map(interface_name).unwrap_or_default();
        format!(
            "{}{name} 1:{} since {}",
            rate.of,
            rate.rate,
            frame(rate.frame, files)
        )
    });
    let names = |what: &str, names: &[(u32, String)]| {
        let named = names
            .iter()
            .map(|(id, name)| format!("{what} {id} is {name}"));
        named.collect::<Vec<String>>()
    };
    some("announced", rates.collect(), announced.rates.count, page);
    let interfaces = names("interface", &announced.interfaces.kept);
    some("", interfaces, announced.interfaces.count, page);
    some(
        "",
        names("VRF", &announced.vrfs.kept),
        announced.vrfs.count,
        page,
    );
    let applications = announced.applications.kept.iter();
    let applications = applications.map(|(id, name)| format!("application {id} is {name}"));
    some(
        "",
        applications.collect(),
        announced.applications.count,
        page,
    );
    let samplers = announced.samplers.kept.iter();
    let samplers = samplers.map(|(of, name)| format!("{} is {name}", sampler(*of)));
    some("", samplers.collect(), announced.samplers.count, page);
    if let Some(time) = announced.system_init {
        page.item("", &format!("exporter started at {time}"), Tone::Plain);
    }
}

/// The first of these, and how many more there are.
fn some(label: &str, mut texts: Vec<String>, count: u64, page: &mut Page) {
    const SHOWN: usize = 8;
    if texts.is_empty() {
        return;
    }
    texts.truncate(SHOWN);
    let shown = super::domain::count(texts.len());
    let mut text = texts.join(", ");
    if count > shown {
        text += &format!(", and {} more", grouped(count - shown));
    }
    page.item(label, &text, Tone::Plain);
}

fn write_clock(domain: &Domain, files: &Files, page: &mut Page) {
    let clock = &domain.clock;
    let mut texts: Vec<String> = clock
        .rules
        .iter()
        .map(|(rule, flows)| {
            let rule = rule.map_or("no time", |rule| rule.name());
            format!("{rule} {}", counted(*flows, "flow"))
        })
        .collect();
    if let Some(skew) = clock.skew {
        let mut text = format!("export time is {} receive time", lean(skew.last));
        let [min, max] = [skew.min, skew.max].map(|nanos| lean(nanos).replace(" of", ""));
        if min != max {
            text += &format!(", between {min} and {max}");
        }
        texts.push(text);
    }
    if !texts.is_empty() {
        page.item("clock", &texts.join(", "), Tone::Plain);
    }
    if let Some(first) = clock.first_suspect {
        let text = format!(
            "{} with impossible times, first in {}",
            counted(clock.suspect, "flow"),
            frame(first, files)
        );
        page.item("", &text, Tone::Bad);
    }
}

fn missed_text(domain: &Domain, id: u16, missed: &Missed, files: &Files) -> String {
    let mut text = format!(
        "{id}: {} in {} from {}",
        counted(missed.octets, "octet"),
        counted(missed.sets, "set"),
        frame(missed.first, files)
    );
    if missed.last != missed.first {
        text += &format!(" to {}", Files::frame(missed.last));
    }
    match (missed.template_frame, domain.refused.get(&id)) {
        (Some(came), _) => text += &format!("; its template came in {}", frame(came, files)),
        (None, Some(came)) => {
            text += &format!("; its template in {} cannot be read", frame(*came, files));
        }
        (None, None) if domain.templates.by_id.contains_key(&id) => {
            text += "; its template did not come again";
        }
        (None, None) => text += "; its template never came",
    }
    if missed.late_sets == missed.sets {
        text += ", and all was decoded then";
    } else if missed.late_sets > 0 {
        let sets = counted(missed.late_sets, "set");
        text += &format!(", and {sets} were decoded then");
    }
    text
}

/// What the files held beside flow export.
fn write_read(read: &netflow_io::CaptureSummary, page: &mut Page) {
    page.gap();
    let text = format!(
        "{} of {} held flow export.",
        grouped(read.datagrams),
        counted(read.packets, "packet")
    );
    page.paragraph(0, 0, &text, Tone::Plain);
    for (label, counts) in [
        (
            "passed over",
            &[
                (read.udp_passed_over, "other UDP datagram"),
                (read.tcp_passed_over, "other TCP segment"),
                (read.other_passed_over, "packet of other protocols"),
                (read.link_type_passed_over, "packet of other link types"),
                (read.malformed, "malformed packet"),
            ][..],
        ),
        (
            "put together",
            &[
                (read.fragments, "IP fragment"),
                (read.reassembled, "whole datagram"),
                (read.segments, "TCP segment"),
            ],
        ),
        (
            "lost",
            &[
                (read.cut, "datagram of which the end was not captured"),
                (read.fragmented_given_up, "datagram of missing fragments"),
                (read.stream_gaps, "gap of TCP streams"),
                (read.stream_octets_lost, "octet of TCP streams"),
                (
                    read.stream_octets_passed_over,
                    "octet of TCP streams that are no message",
                ),
            ],
        ),
    ] {
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, thing)| crate::summary::counted(*count, thing))
            .collect();
        if !counts.is_empty() {
            page.item(label, &counts.join(", "), Tone::Plain);
        }
    }
}
