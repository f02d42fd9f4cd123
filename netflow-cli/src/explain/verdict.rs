//! The whole in a few plain sentences, the gravest first, with advice where there is one.

use super::Story;
use super::domain::{Domain, Key};
use super::doubt;
use super::words::{counted, frame, grouped, lean, list, percent};
use crate::rows::End;

/// The kind of problem that is told with the templates.
pub(super) const NO_TEMPLATE: &str = "no_template";
/// Things of one kind that are named.
const NAMED: usize = 3;

/// The sentences.
pub(super) fn verdict(story: &Story, end: &End<'_>) -> Vec<String> {
    let mut sentences = vec![decoded(story, end)];
    cut(end, &mut sentences);
    no_template(story, &mut sentences);
    apart(story, end, &mut sentences);
    lost(story, end, &mut sentences);
    twice(story, end, &mut sentences);
    restarts(story, end, &mut sentences);
    clocks(story, &mut sentences);
    samplers(story, &mut sentences);
    sentences.extend(doubt::sentences(story, end));
    others(story, end, &mut sentences);
    sentences
}

/// How a domain is named in a sentence.
pub(super) fn name(key: &Key) -> String {
    match key.agent {
        Some(agent) => format!("agent {agent}, sub-agent {}", key.domain),
        None => format!("{}, domain {}", exporter(key), key.domain),
    }
}

fn exporter(key: &Key) -> String {
    if key.is_nobody() {
        "the file".to_owned()
    } else {
        key.exporter.to_string()
    }
}

fn decoded(story: &Story, end: &End<'_>) -> String {
    let flows = story.flows();
    let lost: u64 = story.problems.kinds.iter().map(|kind| kind.octets).sum();
    let lost = lost.saturating_sub(story.late_octets());
    if story.domains.is_empty() && story.problems.kinds.is_empty() {
        return format!(
            "No flow export was found in {}.",
            counted(end.read.packets, "packet")
        );
    }
    let flows = match (flows, lost) {
        (0, 0) => return "All was decoded, but it describes no flow.".to_owned(),
        (1, 0) => "The one flow was".to_owned(),
        (2, 0) => "Both flows were".to_owned(),
        (flows, 0) => format!("All {} flows were", grouped(flows)),
        (1, _) => "1 flow was".to_owned(),
        (flows, _) => format!("{} flows were", grouped(flows)),
    };
    if lost == 0 {
        format!("{flows} decoded.")
    } else {
        let could = if lost == 1 { "octet" } else { "octets" };
        format!("{flows} decoded; {} {could} could not be.", grouped(lost))
    }
}

/// Datagrams that were not captured whole: what is missing of them is no fault of the
/// exporter's, whatever the problems say.
fn cut(end: &End<'_>, sentences: &mut Vec<String>) {
    let (cut, all) = (end.read.cut, end.read.datagrams);
    if cut > 0 {
        let (were, ends) = match cut {
            1 => ("was", "its end is"),
            _ => ("were", "their ends are"),
        };
        sentences.push(format!(
            "{} of {} {were} not captured whole, {ends} missing: capture \
             whole packets (tcpdump -s 0).",
            grouped(cut),
            counted(all, "datagram"),
        ));
    }
}

fn missed(story: &Story) -> impl Iterator<Item = (&Domain, u16, &super::domain::Missed)> {
    story.domains.iter().flat_map(|domain| {
        let missed = domain.missed.iter();
        missed.map(move |(id, missed)| (domain, *id, missed))
    })
}

/// Data that never got a template, and why.
fn no_template(story: &Story, sentences: &mut Vec<String>) {
    let lost = || missed(story).filter(|(.., missed)| missed.lost_octets() > 0);
    let octets: u64 = lost().map(|(.., missed)| missed.lost_octets()).sum();
    if octets == 0 {
        return;
    }
    // By domain, with their ids.
    let mut absent: Vec<(String, Vec<String>)> = Vec::new();
    let mut others = Vec::new();
    for (domain, id, missed) in lost() {
        let what = format!("template {id} of {}", name(&domain.key));
        if let Some(refused) = domain.refused.get(&id) {
            let frame = frame(*refused, &story.files);
            others.push(format!("{what}, came in {frame} but cannot be read"));
        } else if let Some(came) = missed.template_frame {
            let frame = frame(came, &story.files);
            others.push(format!(
                "{what}, came in {frame}, too late or for another set"
            ));
        } else if domain.templates.by_id.contains_key(&id) {
            others.push(format!("{what}, was withdrawn before"));
        } else {
            let whose = name(&domain.key);
            match absent.last_mut().filter(|(known, _)| *known == whose) {
                Some((_, ids)) => ids.push(id.to_string()),
                None => absent.push((whose, vec![id.to_string()])),
            }
        }
    }
    let mut text = format!("{} of data never got a template", counted(octets, "octet"));
    let mut separator = ": ";
    if !absent.is_empty() {
        let (is, sends) = match absent.as_slice() {
            [(_, ids)] if ids.len() == 1 => ("is", "exporters send it"),
            _ => ("are", "exporters send them"),
        };
        let mut absent: Vec<String> = absent
            .into_iter()
            .map(|(whose, mut ids)| {
                let plural = if ids.len() == 1 { "" } else { "s" };
                shorten(&mut ids);
                format!("template{plural} {} of {whose}", list(&ids))
            })
            .collect();
        shorten(&mut absent);
        text += &format!(
            "{separator}{}, {is} not in the capture; {sends} every few minutes: capture longer",
            list(&absent)
        );
        separator = "; ";
    }
    if !others.is_empty() {
        shorten(&mut others);
        text += &format!("{separator}{}", others.join("; "));
    }
    sentences.push(text + ".");
}

/// Names the first and counts the rest.
fn shorten(names: &mut Vec<String>) {
    if names.len() > NAMED {
        let more = names.len() - NAMED + 1;
        names.truncate(NAMED - 1);
        names.push(format!("{more} others"));
    }
}

/// Whether the numbers are those of several exporters: that they jump says nothing of one.
/// The sessions of TCP count alone as well, and are told apart.
pub(super) fn is_apart(domain: &Domain, end: &End<'_>) -> bool {
    end.read.segments == 0 && domain.numbers.are_apart()
}

/// Exporters behind one address, whose templates are taken for each other's.
fn apart(story: &Story, end: &End<'_>, sentences: &mut Vec<String>) {
    let domains = story.domains.iter();
    for domain in domains.filter(|domain| is_apart(domain, end)) {
        let ports = domain.numbers.ports();
        let mut ports: Vec<String> = ports.map(|port| port.to_string()).collect();
        shorten(&mut ports);
        sentences.push(format!(
            "Ports {} of {} each count on their own, like exporters behind one address; their \
             templates, options and sequence numbers are mixed here: decode --by-port tells them \
             apart.",
            list(&ports),
            name(&domain.key)
        ));
    }
}

/// What the sequence numbers say is missing, where they are those of one exporter.
fn lost(story: &Story, end: &End<'_>, sentences: &mut Vec<String>) {
    let mut domains: Vec<&Domain> = story
        .domains
        .iter()
        .filter(|domain| domain.sequence.lost > 0 && !is_apart(domain, end))
        .collect();
    domains.sort_by_key(|domain| core::cmp::Reverse(domain.sequence.lost));
    let mut is_any_sure = false;
    for domain in domains.iter().take(NAMED) {
        let counts = &domain.sequence;
        let all = counts.received.saturating_add(counts.lost);
        let mut text = format!(
            "{} of the {}s of {} are missing",
            percent(counts.lost, all),
            domain.unit(),
            name(&domain.key)
        );
        if counts_wrongly(domain) {
            let jumps = jumps(domain);
            text += &format!(
                ", or it counts wrongly: its numbers jump in {} of {}",
                grouped(jumps),
                counted(domain.messages, "message")
            );
        } else {
            is_any_sure = true;
        }
        sentences.push(text + ".");
    }
    if domains.len() > NAMED {
        let many = domains.len() - NAMED;
        sentences.push(format!("So are some of {many} other domains."));
    }
    if is_any_sure {
        sentences.push(
            "They were lost on the way or in capturing: look for drops at the receiving socket."
                .to_owned(),
        );
    }
}

/// Messages that do not follow the one before.
fn jumps(domain: &Domain) -> u64 {
    domain.gaps.count.saturating_add(domain.sequence.duplicated)
}

/// Whether what looks like loss is in the numbers: losses are rare, and come with no number
/// twice.
fn counts_wrongly(domain: &Domain) -> bool {
    let counts = &domain.sequence;
    let is_odd = counts.lost > 0 && counts.duplicated > 0;
    is_odd && jumps(domain).saturating_mul(2) >= domain.messages
}

/// Of what number the largest are named, the largest first, and how many are not.
fn largest(story: &Story, of: impl Fn(&Domain) -> u64) -> (Vec<(&Domain, u64)>, usize) {
    let numbers = story.domains.iter().map(|domain| (domain, of(domain)));
    let mut numbers: Vec<(&Domain, u64)> = numbers.filter(|(_, number)| *number > 0).collect();
    numbers.sort_by_key(|(_, number)| core::cmp::Reverse(*number));
    let more = numbers.len().saturating_sub(NAMED);
    numbers.truncate(NAMED);
    (numbers, more)
}

/// Messages that came twice, unless it is only their numbers that did.
fn twice(story: &Story, end: &End<'_>, sentences: &mut Vec<String>) {
    let (numbers, more) = largest(story, |domain| {
        match counts_wrongly(domain) || is_apart(domain, end) {
            true => 0,
            false => domain.sequence.duplicated,
        }
    });
    if numbers.is_empty() {
        return;
    }
    let mut is_one = numbers.len() == 1 && more == 0;
    let mut parts: Vec<String> = Vec::new();
    for (domain, number) in numbers {
        is_one &= number == 1;
        let messages = counted(number, "message");
        parts.push(format!("{messages} of {}", name(&domain.key)));
    }
    if more > 0 {
        let plural = if more == 1 { "" } else { "s" };
        parts.push(format!("some of {more} other domain{plural}"));
    }
    let (it, its) = if is_one {
        ("it", "its")
    } else {
        ("them", "their")
    };
    sentences.push(format!(
        "{} came twice; a collector that counts {it} twice doubles {its} flows.",
        list(&parts)
    ));
}

/// Exporters that started anew, after which their templates and uptimes are new.
fn restarts(story: &Story, end: &End<'_>, sentences: &mut Vec<String>) {
    let (numbers, more) = largest(story, |domain| match is_apart(domain, end) {
        true => 0,
        false => domain.sequence.restarted,
    });
    for (domain, number) in numbers {
        let times = match number {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            number => format!("{} times", grouped(number)),
        };
        sentences.push(format!(
            "The exporter of {} started anew {times}.",
            name(&domain.key)
        ));
    }
    if more > 0 {
        let plural = if more == 1 { "" } else { "s" };
        sentences.push(format!("So did those of {more} other domain{plural}."));
    }
}

fn clocks(story: &Story, sentences: &mut Vec<String>) {
    for domain in story.domains.iter().filter(|known| known.clock.suspect > 0) {
        let mut text = format!(
            "{} of {} cannot have the times they tell",
            counted(domain.clock.suspect, "flow"),
            name(&domain.key)
        );
        const DAY: u64 = 86_400_000_000_000;
        let far = domain
            .clock
            .skew
            .filter(|skew| skew.last.unsigned_abs() > DAY);
        if let Some(skew) = far {
            text += &format!(
                ": the exporter's clock is {} the receiver's; set it by NTP",
                lean(skew.last)
            );
        }
        sentences.push(text + ".");
    }
}

/// Flows without a rate, if others have one, or options tell of one.
fn samplers(story: &Story, sentences: &mut Vec<String>) {
    for domain in &story.domains {
        let unknown = domain.rates.unknown();
        let whose = name(&domain.key);
        if unknown == 0 {
            continue;
        }
        if unknown < domain.flows {
            let have = if unknown == 1 { "has" } else { "have" };
            sentences.push(format!(
                "{} of the {} of {whose} {have} no sampling rate, though others have one.",
                grouped(unknown),
                counted(domain.flows, "flow"),
            ));
        } else if domain.announced.rates.count > 0 {
            sentences.push(format!(
                "No flow of {whose} has a sampling rate, though options announce some."
            ));
        } else if let Some((teller, rate)) = elsewhere(story, domain) {
            sentences.push(format!(
                "No flow of {whose} has a sampling rate, though domain {teller} of the exporter, \
                 which sends no flows, announces 1:{rate}."
            ));
        }
    }
}

/// A domain of the same exporter that announces rates and has no flows they could be of, and
/// the first of them.
fn elsewhere(story: &Story, domain: &Domain) -> Option<(u32, u64)> {
    let is_same = |other: &&Domain| {
        let (one, other) = (&domain.key, &other.key);
        one.domain != other.domain
            && one.exporter == other.exporter
            && one.protocol == other.protocol
    };
    let others = story.domains.iter().filter(is_same);
    let mut silent = others.filter(|other| other.flows == 0);
    silent.find_map(|other| Some((other.key.domain, other.announced.rates.kept.first()?.rate)))
}

/// Problems that no sentence told yet, and what the file itself lacks.
fn others(story: &Story, end: &End<'_>, sentences: &mut Vec<String>) {
    let kinds = &story.problems.kinds;
    let is_told = kinds.iter().any(|kind| kind.code == NO_TEMPLATE);
    let kinds = kinds.iter().filter(|kind| kind.code != NO_TEMPLATE);
    let count: u64 = kinds.clone().map(|kind| kind.count).sum();
    if count > 0 {
        let mut codes: Vec<String> = kinds.map(|kind| kind.code.to_owned()).collect();
        shorten(&mut codes);
        let were = if count == 1 { "was" } else { "were" };
        sentences.push(format!(
            "{} {were} met: {}.",
            counted(count, if is_told { "other problem" } else { "problem" }),
            list(&codes)
        ));
    }
    let read = end.read;
    let missing = read.fragmented_given_up + read.stream_gaps;
    if missing > 0 {
        sentences.push(
            "Parts of datagrams or streams are not in the capture: capture all fragments and \
             segments."
                .to_owned(),
        );
    }
}
