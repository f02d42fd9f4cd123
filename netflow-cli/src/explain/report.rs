//! The report for people.

mod overview;
mod problem;
mod sampling;
mod source;
mod template;

use netflow_core::{InputNames, Protocol, SequenceUnit};
use netflow_health::{DomainHealth, Meanings, MissingTime, Report, UnreadSets};

use super::matching::Matched;
use super::page::{Page, PageStyle, Tone};
use super::words::{counted, frame, grouped, skew_in_words};
use super::{sentence, verdict};

/// Writes the report.
pub(super) fn write(
    report: &Report,
    inputs: &InputNames,
    matched: Option<&Matched>,
    look: PageStyle,
    out: &mut Vec<u8>,
) {
    let mut page = Page::new(look);
    let verdict = verdict::verdict(report, inputs);
    page.paragraph(0, 0, &verdict.join(" "), Tone::Title);
    if let Some(matched) = matched {
        page.paragraph(0, 0, &matched.sentence(), Tone::Plain);
    }
    overview::write(report, &mut page);
    for domain in &report.domains {
        write_domain(domain, inputs, &mut page);
    }
    if report.other_messages > 0 {
        page.gap();
        let text = format!(
            "{} of further observation domains are only counted.",
            counted(report.other_messages, "message")
        );
        page.paragraph(0, 0, &text, Tone::Plain);
    }
    if !report.problems.kinds.is_empty() {
        page.gap();
        page.paragraph(0, 0, "Problems", Tone::Title);
        for kind in &report.problems.kinds {
            problem::write(kind, report, inputs, &mut page);
        }
    }
    source::write(&report.source, &mut page);
    out.extend_from_slice(page.text.as_bytes());
}

fn write_domain(domain: &DomainHealth, inputs: &InputNames, page: &mut Page) {
    page.gap();
    let key = &domain.key;
    let mut title = sentence::name(key);
    let exporter = key.exporter_address();
    if let Some(exporter) = exporter.filter(|_| key.agent_address.is_some()) {
        title += &format!(" at {exporter}");
    }
    title += &format!(", {}", key.protocol.name());
    page.paragraph(0, 2, &title, Tone::Title);
    let (first, last) = (&domain.first, &domain.last);
    let mut seen = format!("{} at {}", frame(first.place, inputs), first.time);
    if first.place != last.place {
        seen += &format!(" to {} at {}", frame(last.place, inputs), last.time);
    }
    page.item("seen", &seen, Tone::Plain);
    page.item("received", &received(domain), Tone::Plain);
    write_sequence(domain, inputs, page);
    sampling::write(domain, inputs, page);
    sampling::write_announced(&domain.announced, inputs, page);
    write_clock(domain, inputs, page);
    write_meanings(&domain.meanings, page);
    for (id, unread) in &domain.unread_sets {
        let text = unread_text(domain, *id, unread, inputs);
        let tone = if unread.lost_octets() > 0 {
            Tone::Bad
        } else {
            Tone::Plain
        };
        page.item("no template", &text, tone);
    }
    for (id, template) in &domain.templates.by_id {
        template::write(*id, template, inputs, page);
    }
    if domain.templates.omitted > 0 {
        let text = format!("{} more were sent", grouped(domain.templates.omitted));
        page.item("templates", &text, Tone::Plain);
    }
}

fn received(domain: &DomainHealth) -> String {
    let mut text = counted(domain.messages, "message");
    let ports: Vec<String> = domain.ports.first.iter().map(u16::to_string).collect();
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

/// Bad if something was lost.
const fn tone(lost: u64) -> Tone {
    if lost > 0 { Tone::Bad } else { Tone::Plain }
}

fn write_sequence(domain: &DomainHealth, inputs: &InputNames, page: &mut Page) {
    let counts = &domain.sequence;
    if domain.sequence_is_constant {
        let text = "the numbers never change: loss cannot be seen";
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
    append_counts(
        &mut text,
        &[
            (counts.lost, "lost"),
            (counts.late, "late"),
            (counts.duplicated, "duplicated"),
            (counts.restarted, "restarted"),
            (counts.unread, "lost or in data that was not read"),
        ],
    );
    page.item("sequence", &text, tone(counts.lost));
    if let Some(note) = unit_note(domain) {
        page.item("", note, Tone::Plain);
    }
    write_gaps(domain, inputs, page);
    write_samples(domain, page);
}

/// Appends the counts that are not zero, each with its word.
fn append_counts(text: &mut String, counts: &[(u64, &str)]) {
    for (count, what) in counts {
        if *count > 0 {
            *text += &format!(", {} {what}", grouped(*count));
        }
    }
}

/// The first gaps in the sequence numbers.
fn write_gaps(domain: &DomainHealth, inputs: &InputNames, page: &mut Page) {
    if domain.gaps.count > 0 {
        let gaps: Vec<String> = domain
            .gaps
            .first
            .iter()
            .map(|gap| {
                format!(
                    "{} before {}",
                    grouped(gap.lost.into()),
                    frame(gap.place, inputs)
                )
            })
            .collect();
        let mut text = format!("missing: {}", gaps.join(", "));
        if domain.gaps.more() > 0 {
            text += &format!(", and {} more", counted(domain.gaps.more(), "gap"));
        }
        page.item("", &text, Tone::Plain);
    }
}

/// What the numbers of sFlow samples say.
fn write_samples(domain: &DomainHealth, page: &mut Page) {
    let samples = &domain.samples;
    if samples.received > 0 {
        let mut text = format!("{} received", counted(samples.received, "sample"));
        let sources = |count: u64| if count == 1 { "source" } else { "sources" };
        let restarted = format!("{} restarted", sources(samples.restarted));
        let parallel = sources(samples.parallel_sources);
        let parallel = format!("{parallel} numbered by several threads");
        append_counts(
            &mut text,
            &[
                (samples.lost, "lost"),
                (samples.late, "late"),
                (samples.restarted, &restarted),
                (samples.drops, "dropped by the agent"),
                (samples.parallel_sources, &parallel),
            ],
        );
        page.item("samples", &text, tone(samples.lost));
    }
}

fn write_clock(domain: &DomainHealth, inputs: &InputNames, page: &mut Page) {
    let clock = &domain.clock;
    let rules = clock.rules.iter();
    let rules = rules.filter_map(|(rule, flows)| Some((rule.as_ref()?.name(), *flows)));
    let mut texts: Vec<String> = rules
        .map(|(rule, flows)| format!("{rule} {}", counted(flows, "flow")))
        .collect();
    texts.extend(clock.missing.iter().map(|missing| {
        let time = match missing.time {
            MissingTime::Both => "time",
            MissingTime::Start => "start",
            MissingTime::End => "end",
        };
        let reason = missing.reason.name().replace('_', " ");
        format!("no {time} ({reason}) {}", counted(missing.flows, "flow"))
    }));
    if let Some(skew) = clock.skew {
        let mut text = format!("export time is {} receive time", skew_in_words(skew.last));
        let [min, max] = [skew.min, skew.max].map(|nanos| skew_in_words(nanos).replace(" of", ""));
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
            frame(first, inputs)
        );
        page.item("", &text, Tone::Bad);
    }
}

/// Writes the rules by which ambiguous fields were read: those that exporters use in several ways.
fn write_meanings(meanings: &Meanings, page: &mut Page) {
    let counters = meanings.second_counters.iter().map(|known| {
        let flows = counted(known.flows, "flow");
        format!(
            "{} {flows}, first template {}",
            known.rule.name(),
            known.template
        )
    });
    let counters: Vec<String> = counters.collect();
    if !counters.is_empty() {
        page.item("23 and 24", &counters.join(", "), Tone::Plain);
    }
    let icmp = meanings.icmp.iter();
    let icmp = icmp.map(|known| format!("{} {}", known.rule.name(), counted(known.flows, "flow")));
    let icmp: Vec<String> = icmp.collect();
    if !icmp.is_empty() {
        page.item("ICMP", &icmp.join(", "), Tone::Plain);
    }
}

fn unread_text(domain: &DomainHealth, id: u16, unread: &UnreadSets, inputs: &InputNames) -> String {
    let mut text = format!(
        "{id}: {} in {} from {}",
        counted(unread.octets, "octet"),
        counted(unread.sets, "set"),
        frame(unread.first, inputs)
    );
    if unread.last != unread.first {
        text += &format!(" to {}", unread.last.frame);
    }
    match (unread.template, domain.refused_templates.get(&id)) {
        (Some(came), _) => text += &format!("; its template arrived in {}", frame(came, inputs)),
        (None, Some(refused)) => {
            let came = frame(refused.place, inputs);
            text += &match refused.reason {
                "empty_template" => format!("; its template in {came} has no fields"),
                "withdrawal_unknown" => format!("; its template was withdrawn in {came}"),
                _ => format!("; its template in {came} cannot be read"),
            };
        }
        (None, None) if domain.templates.by_id.contains_key(&id) => {
            text += "; its template did not arrive again";
        }
        (None, None) => text += "; its template never arrived",
    }
    if unread.late_sets == unread.sets {
        text += ", and all was decoded then";
    } else if unread.late_sets > 0 {
        let sets = counted(unread.late_sets, "set");
        text += &format!(", and {sets} were decoded then");
    }
    text
}

/// How what the sequence numbers count differs from the protocol, if it does.
const fn unit_note(domain: &DomainHealth) -> Option<&'static str> {
    Some(match (domain.key.protocol, domain.sequence_unit) {
        (Protocol::NetflowV9, Some(SequenceUnit::Flow)) => {
            "its numbers count flows, not messages (RFC 3954, section 5.1)"
        }
        (Protocol::NetflowV9, Some(SequenceUnit::FlowCountedIn)) => {
            "its numbers count flows, those of the message too, not messages (RFC 3954, section 5.1)"
        }
        (Protocol::Ipfix, Some(SequenceUnit::Message)) => {
            "its numbers count messages, not data records (RFC 7011, section 3.1)"
        }
        (Protocol::Ipfix, Some(SequenceUnit::FlowCountedIn)) => {
            "its numbers count the flows of the message too, not the data records before it (RFC 7011, section 3.1)"
        }
        (_, Some(SequenceUnit::FlowCountedIn)) => {
            "its numbers count the flows of the message too, not only those before it"
        }
        (
            Protocol::NetflowV5 | Protocol::NetflowV6 | Protocol::NetflowV7 | Protocol::NetflowV8,
            Some(SequenceUnit::Message),
        ) => "its numbers count messages, not flows",
        (Protocol::Ipfix, Some(SequenceUnit::Flow)) => {
            "its numbers count flows, not options (RFC 7011, section 3.1)"
        }
        _ => return None,
    })
}
