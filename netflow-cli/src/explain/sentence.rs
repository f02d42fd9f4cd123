//! One sentence for each kind of finding, and what to do about it.

use netflow_core::{DatagramId, DomainKey, InputNames, OptionsScope};
use netflow_health::{Finding, FindingKind, Report};

use super::words::{counted, frame, grouped, list, percent_first, shorten, skew_in_words, times};

/// What a sentence may name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) report: &'c Report,
    pub(super) inputs: &'c InputNames,
}

impl Context<'_> {
    /// The domain of a finding in a sentence.
    fn whose(self, finding: &Finding) -> String {
        let domain = self.report.domain_of(finding);
        domain.map_or_else(String::new, |domain| name(&domain.key))
    }

    /// `in frame 3`
    fn place(self, place: Option<DatagramId>) -> String {
        place.map_or_else(
            || "in an unknown frame".to_owned(),
            |place| format!("in {}", frame(place, self.inputs)),
        )
    }
}

/// How a domain is named in a sentence.
pub(super) fn name(key: &DomainKey) -> String {
    let number = key.observation_domain;
    match (key.agent_address, key.exporter_address()) {
        (Some(agent), _) => format!("agent {agent}, sub-agent {number}"),
        (None, Some(exporter)) => format!("{exporter}, domain {number}"),
        (None, None) => format!("the file, domain {number}"),
    }
}

/// The sentence.
pub(super) fn of(finding: &Finding, context: Context<'_>) -> String {
    let whose = context.whose(finding);
    let place = context.place(finding.place);
    let kind = &finding.kind;
    of_input(kind)
        .or_else(|| of_templates(kind, &whose, &place))
        .or_else(|| of_sequence(kind, &whose))
        .or_else(|| of_times(kind, &whose, &place))
        .or_else(|| of_counters(kind, &whose, &place))
        .or_else(|| of_rates(kind, &whose))
        .or_else(|| of_announcements(kind, &whose, &place))
        // A kind that has no sentence yet.
        .unwrap_or_else(|| format!("{}: {} {:?}.", capital(&whose), kind.code(), kind.details()))
}

/// Findings on what the input lacks, and on what could not be read.
fn of_input(kind: &FindingKind) -> Option<String> {
    Some(match kind {
        FindingKind::NoFlowExport { packets } => {
            format!(
                "No flow export was found in {}.",
                counted(*packets, "packet")
            )
        }
        FindingKind::CutDatagrams { cut, datagrams } => format!(
            "{} of {} {} not captured whole.",
            grouped(*cut),
            counted(*datagrams, "datagram"),
            were(*cut),
        ),
        FindingKind::KernelDrops { drops } => {
            format!("The kernel dropped {}.", counted(*drops, "datagram"))
        }
        FindingKind::QueueDrops { drops } => format!(
            "{} {} dropped because a queue was full.",
            counted(*drops, "item"),
            were(*drops),
        ),
        FindingKind::Problems { count, reasons } => {
            let mut reasons = reasons.clone();
            shorten(&mut reasons);
            let problems = counted(*count, "problem");
            format!("{problems} {} found: {}.", were(*count), list(&reasons))
        }
        FindingKind::MissingParts { .. } => {
            "Parts of datagrams or streams are not in the capture.".to_owned()
        }
        _ => return None,
    })
}

/// Findings on templates.
fn of_templates(kind: &FindingKind, whose: &str, place: &str) -> Option<String> {
    Some(match kind {
        FindingKind::TemplateAbsent { octets, sets } => {
            let is = if sets.len() == 1 { "is" } else { "are" };
            let data = needing(*octets, whose);
            let templates = templates(sets);
            format!("{data} {templates}, which {is} not in the capture.")
        }
        FindingKind::TemplateInOtherDomain {
            octets,
            set,
            other_domain,
        } => format!(
            "{} template {set}, which is not there; that of domain {other_domain} of the exporter \
             fits.",
            needing(*octets, whose),
        ),
        FindingKind::TemplateUnreadable {
            octets,
            set,
            reason,
        } => {
            let data = needing(*octets, whose);
            let why = match *reason {
                "empty_template" => format!("it arrived {place} but has no fields"),
                // In IPFIX, a template without fields is a withdrawal (RFC 7011, section 8.1).
                "withdrawal_unknown" => format!("it was withdrawn {place} and never defined"),
                reason => format!("it arrived {place} but cannot be read ({reason})"),
            };
            format!("{data} template {set}: {why}.")
        }
        FindingKind::TemplateSetUnreadable {
            octets,
            sets,
            reason,
        } => {
            let data = needing(*octets, whose);
            let templates = templates(sets);
            let may = if sets.len() == 1 { "it" } else { "they" };
            format!(
                "{data} {templates}: {may} may be among the templates {place} that cannot be read \
                 to the end ({reason}).",
            )
        }
        FindingKind::TemplateLate { octets, set } => format!(
            "{} template {set}: it arrived {place}, too late or with another layout.",
            needing(*octets, whose),
        ),
        FindingKind::TemplateWithdrawn { octets, set } => format!(
            "{} template {set}: it was withdrawn before.",
            needing(*octets, whose),
        ),
        FindingKind::OutdatedTemplate { records } => format!(
            "{} of {whose} arrived after a restart and before a new template with another layout: \
             the old one was used, and the numbers are wrong.",
            counted(*records, "record"),
        ),
        FindingKind::TemplateFlaps {
            template, changes, ..
        } => format!(
            "Template {template} of {whose} changes back and forth: its definition changed \
             {}, first {place}.",
            times(*changes),
        ),
        _ => return None,
    })
}

/// Findings on sequence numbers.
fn of_sequence(kind: &FindingKind, whose: &str) -> Option<String> {
    Some(match kind {
        FindingKind::SeveralExporters { ports } => {
            let mut ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            shorten(&mut ports);
            format!(
                "Ports {} of {whose} each count on their own, like several exporters that share \
                 an address: their templates, options and sequence numbers are mixed here.",
                list(&ports)
            )
        }
        FindingKind::Lost {
            lost,
            expected,
            unit,
        } => {
            let percent = percent_first(*lost, *expected);
            format!("{percent} of the {unit}s of {whose} are missing.")
        }
        FindingKind::Miscounted {
            lost,
            expected,
            unit,
            jumps,
            messages,
        } => format!(
            "{} of the {unit}s of {whose} are missing, or it counts wrongly: its numbers jump in \
             {} of {}.",
            percent_first(*lost, *expected),
            grouped(*jumps),
            counted(*messages, "message"),
        ),
        FindingKind::LostSamples { lost, expected } => format!(
            "{} of the samples of {whose} are missing by their numbers, though no datagram is.",
            percent_first(*lost, *expected),
        ),
        FindingKind::ConstantSequence { .. } => {
            format!("The sequence number of {whose} never changes: loss cannot be seen.")
        }
        FindingKind::Duplicated { messages } => format!(
            "{} of {whose} {} duplicated: a collector that keeps duplicates counts their flows \
             twice.",
            counted(*messages, "message"),
            were(*messages),
        ),
        FindingKind::Restarted { times: count } => {
            format!("The exporter of {whose} restarted {}.", times(*count))
        }
        _ => return None,
    })
}

/// Findings on clocks.
fn of_times(kind: &FindingKind, whose: &str, place: &str) -> Option<String> {
    Some(match kind {
        FindingKind::ClockSkew { flows, skew } => format!(
            "The export time of {whose} is {} the receive time, so that {} {} impossible times.",
            skew_in_words(*skew),
            counted(*flows, "flow"),
            have(*flows),
        ),
        FindingKind::ImpossibleTimes { flows } => format!(
            "{} of {whose} {} impossible times by the exporter's own clock, first {place}: an end \
             before the start or after the export, or a start more than a year before it.",
            counted(*flows, "flow"),
            have(*flows),
        ),
        FindingKind::TimesMissing {
            flows,
            time,
            reason,
        } => {
            let time = match *time {
                "both" => "neither start nor end",
                "start" => "no start",
                _ => "no end",
            };
            let why = match *reason {
                "zero" => "the elements are zero",
                "unknown_origin" => {
                    "the elements count from a time that is not known, such as the start of the exporter, \
                     so that only the duration is"
                }
                _ => "the elements hold no time",
            };
            let has = have(*flows);
            let flows = counted(*flows, "flow");
            format!("{flows} of {whose} {has} {time}, first {place}: {why}.")
        }
        _ => return None,
    })
}

/// Findings on what elements count or mean.
fn of_counters(kind: &FindingKind, whose: &str, place: &str) -> Option<String> {
    Some(match kind {
        FindingKind::RunningTotals { flows, all } => format!(
            "{} of {whose} {} totals since the flow began, first {place}: a flow that is reported \
             several times is counted once only if its last total is taken.",
            part(*flows, *all),
            if *flows == 1 { "carries" } else { "carry" },
        ),
        FindingKind::IcmpPortReversed { flows } => format!(
            "{} writes the code of ICMP before its type into the destination port, as its other \
             records show: {} {} read so.",
            capital(whose),
            counted(*flows, "flow"),
            were(*flows),
        ),
        FindingKind::SecondCounters { rule, template, .. } => {
            if *rule == "unknown" {
                return Some(format!(
                    "Nothing shows what elements 23 and 24 in template {template} of {whose} count: \
                     they are the octets and packets of flows whose elements 1 and 2 are zero, and \
                     of other flows only fields of the record."
                ));
            }
            let meaning = match *rule {
                "nprobe" => "the reverse direction, since nProbe sends so",
                "exceeded" => {
                    "the reverse direction, since a record has more of them than of octets or \
                     packets"
                }
                "biflow" => "the reverse direction, as configured",
                _ => "the same packets after the exporter, as configured",
            };
            format!("Elements 23 and 24 in template {template} of {whose} count {meaning}.")
        }
        _ => return None,
    })
}

/// Findings on rates that flows lack.
fn of_rates(kind: &FindingKind, whose: &str) -> Option<String> {
    Some(match kind {
        FindingKind::RateMissing { flows, all } => format!(
            "{} of {whose} {} no sampling rate, though others have one.",
            part(*flows, *all),
            have(*flows),
        ),
        FindingKind::RateUnused {
            rates,
            rate,
            sampler,
        } => {
            let others = match rates.saturating_sub(1) {
                0 => String::new(),
                more => format!(" and {}", counted(more, "other rate")),
            };
            let it = if *rates > 1 { "any of them" } else { "it" };
            format!(
                "Options of {whose} announce 1:{rate} for {sampler}{others}, but no flow names \
                 {it}: none has a sampling rate."
            )
        }
        FindingKind::RateInOtherDomain { rate, other_domain } => format!(
            "No flow of {whose} has a sampling rate, though domain {other_domain} of the \
             exporter announces 1:{rate}."
        ),
        FindingKind::RateAmbiguous { flows, rates } => {
            let announced = if rates.is_empty() {
                "different rates".to_owned()
            } else {
                list(rates)
            };
            format!(
                "The sampling rate of {} of {whose} is ambiguous: options announce {announced}, and \
                 the records do not say which is theirs.",
                counted(*flows, "flow"),
            )
        }
        _ => return None,
    })
}

/// Findings on what options announce, and on samples.
fn of_announcements(kind: &FindingKind, whose: &str, place: &str) -> Option<String> {
    Some(match kind {
        FindingKind::SelectionWithoutRate {
            flows,
            sampler,
            method,
            selected,
            total,
        } => {
            let ratio = match (*method, total) {
                (_, 0) => String::new(),
                ("time", _) => format!(", {selected} of {total} microseconds"),
                _ => format!(", {selected} of {total}"),
            };
            let method = method.replace('_', " ");
            let concerned = match flows {
                0 => String::new(),
                flows => format!(" {} {} none for it.", counted(*flows, "flow"), have(*flows)),
            };
            format!(
                "Options of {whose} {place} announce a selection ({method}) for \
                 {sampler}{ratio}: no sampling rate follows from it.{concerned}"
            )
        }
        FindingKind::NamesInOtherDomain {
            names,
            of,
            other_domain,
        } => format!(
            "{} of {whose} have no names, though domain {other_domain} of the exporter \
             announces {}.",
            capital(of),
            counted(*names, "name"),
        ),
        FindingKind::UnknownAlgorithm { rate, algorithm } => format!(
            "Options of {whose} {place} announce 1:{rate} by samplingAlgorithm {algorithm}, but \
             only 1 and 2 exist: if it samples nothing, octets_scaled is too large."
        ),
        FindingKind::ShortFrames { samples } => {
            let its = if *samples == 1 {
                "its IP header says"
            } else {
                "their IP headers say"
            };
            format!(
                "The frame_length of {} of {whose} is less than {its}, first {place}: octets are \
                 too few.",
                counted(*samples, "sampled packet"),
            )
        }
        FindingKind::DroppedSamples { drops, received } => format!(
            "{} dropped {} and sent {}: scaled counters are too low.",
            capital(whose),
            counted(*drops, "sample"),
            grouped(*received),
        ),
        _ => return None,
    })
}

/// What to do about findings of a kind.
pub(super) fn advice(kind: &FindingKind, options_scope: OptionsScope) -> Option<&'static str> {
    Some(match kind {
        FindingKind::CutDatagrams { .. } => "Capture whole packets (tcpdump -s 0).",
        FindingKind::TemplateAbsent { .. } => {
            "Exporters send templates every few minutes: capture longer."
        }
        FindingKind::TemplateFlaps { .. } => {
            "Two exporters may share the address and domain, or the exporter uses one id for two \
             layouts: data that arrives out of order is read with the wrong layout."
        }
        FindingKind::SeveralExporters { .. } => "decode --by-port keeps them apart.",
        FindingKind::Lost { .. } => {
            "They were lost on the network or while capturing (look for drops at the receiving \
             socket), or the capture holds only a part of what was sent."
        }
        FindingKind::LostSamples { .. } => {
            "The agent did not send them, or does not number its samples as sFlow specifies."
        }
        FindingKind::KernelDrops { .. } => {
            "Make the receive buffer of the socket larger, or use more workers."
        }
        FindingKind::QueueDrops { .. } => "The output is slower than the input.",
        FindingKind::MissingParts { .. } => "Capture all fragments and segments.",
        FindingKind::RateInOtherDomain { .. } | FindingKind::NamesInOtherDomain { .. }
            if options_scope == OptionsScope::Exporter =>
        {
            "With --options-scope exporter, options of the exporter's other domains apply where \
             they agree and the records name what they are for."
        }
        FindingKind::RateInOtherDomain { .. } | FindingKind::NamesInOtherDomain { .. } => {
            "--options-scope exporter applies options of the exporter's other domains."
        }
        FindingKind::SecondCounters {
            rule: "unknown", ..
        } => "--exporter CIDR=biflow or CIDR=post says what they count.",
        FindingKind::RateAmbiguous { .. } | FindingKind::RateUnused { .. } => {
            "--sampling-override CIDR=RATE sets the rate of an exporter."
        }
        _ => return None,
    })
}

/// `20 octets of data of 192.0.2.1, domain 0 need`
fn needing(octets: u64, whose: &str) -> String {
    let need = if octets == 1 { "needs" } else { "need" };
    format!("{} of data of {whose} {need}", counted(octets, "octet"))
}

/// `template 258`, `templates 258 and 264`
fn templates(sets: &[u16]) -> String {
    let plural = if sets.len() == 1 { "" } else { "s" };
    let mut ids: Vec<String> = sets.iter().map(u16::to_string).collect();
    shorten(&mut ids);
    format!("template{plural} {}", list(&ids))
}

/// `2 of the 3 flows`, `all 3 flows`
fn part(flows: u64, all: u64) -> String {
    match (flows, all) {
        (1, 1) => "The one flow".to_owned(),
        (2, 2) => "Both flows".to_owned(),
        (flows, all) if flows == all => format!("All {}", counted(all, "flow")),
        (flows, all) => format!("{} of the {}", grouped(flows), counted(all, "flow")),
    }
}

const fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

const fn have(count: u64) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

/// A name with a capital letter, for the beginning of a sentence.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
