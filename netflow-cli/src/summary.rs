//! What was read, and what could not be: a few lines on standard error.

mod doubts;
mod lines;

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use core::cmp::Reverse;
use core::fmt::Write as _;
use core::net::SocketAddr;
use std::io::{self, Write as _};

use netflow_core::{
    Datagram, DatagramId, Decoded, Decoder, DomainReport, Error, InputNames, Protocol,
    SequenceCounts, SequenceUnit, Stats,
};
use netflow_io::CopyKind;
use netflow_output::enrich::DnsCounts;
use netflow_output::format::Suspects;

use self::lines::Lines;
pub(crate) use self::lines::counted;
use crate::source::{lost, passed_over, source_facts};

/// Domains that have a line of their own.
const DOMAINS: usize = 5;
/// Domains of sessions that have ended that are kept.
const ENDED: usize = 1_000;

/// What was met in all files.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    files: InputNames,
    file_count: u64,
    read: netflow_io::CaptureSummary,
    messages: BTreeMap<Protocol, u64>,
    problems: BTreeMap<&'static str, ProblemCount>,
    /// Domains of TCP sessions that have ended, whose sequence numbers are irregular.
    ended: Vec<DomainReport>,
    /// Flows that the schema cannot express.
    left_out: u64,
    /// What name servers were asked.
    asked: Option<DnsCounts>,
    /// The number of the present datagram among all, where several threads decode.
    sequence: u64,
}

/// Problems of one reason.
#[derive(Debug)]
struct ProblemCount {
    count: u64,
    /// The datagram of the first.
    first: DatagramId,
    /// The number of the datagram with which it was reported.
    sequence: u64,
}

impl ProblemCount {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        if other.sequence < self.sequence {
            self.first = other.first;
            self.sequence = other.sequence;
        }
    }
}

impl Summary {
    pub(crate) fn new(files: InputNames) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// What follows is of the datagram with this number among all.
    pub(crate) const fn begin(&mut self, sequence: u64) {
        self.sequence = sequence;
    }

    /// Counts flows that the schema cannot express.
    pub(crate) const fn leave_out(&mut self, flows: u64) {
        self.left_out += flows;
    }

    /// Takes what name servers were asked.
    pub(crate) const fn asked(&mut self, counts: Option<DnsCounts>) {
        self.asked = counts;
    }

    /// Adds what a thread met.
    pub(crate) fn add(&mut self, other: Self) {
        for (protocol, count) in other.messages {
            *self.messages.entry(protocol).or_default() += count;
        }
        for (code, problems) in other.problems {
            match self.problems.entry(code) {
                Entry::Vacant(entry) => {
                    entry.insert(problems);
                }
                Entry::Occupied(entry) => entry.into_mut().add(&problems),
            }
        }
        self.left_out += other.left_out;
        self.ended.extend(other.ended);
        self.ended.truncate(ENDED);
    }

    /// Takes what a datagram held.
    pub(crate) fn message(&mut self, decoded: &Decoded<'_>) {
        for message in decoded.messages() {
            // Late data was counted with the message that it came in.
            if !message.is_late() {
                *self.messages.entry(message.header().protocol).or_default() += 1;
            }
            for problem in message.problems() {
                self.problem(&problem.error, problem.header.datagram_id());
            }
        }
    }

    pub(crate) fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.problem(error, datagram.id());
    }

    fn problem(&mut self, error: &Error, datagram: DatagramId) {
        self.problems
            .entry(error.kind.code())
            .or_insert(ProblemCount {
                count: 0,
                first: datagram,
                sequence: self.sequence,
            })
            .count += 1;
    }

    /// A TCP session, which the decoder is about to forget, has ended.
    pub(crate) fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        // As the decoder writes it.
        let exporter = SocketAddr::new(exporter.ip().to_canonical(), exporter.port());
        let of_session = decoder.domains().filter(|domain| {
            domain.key.exporter == exporter && has_irregular_sequence(&domain.sequence)
        });
        self.ended.extend(of_session);
        self.ended.truncate(ENDED);
    }

    /// A file is done.
    pub(crate) fn file(&mut self, read: &netflow_io::CaptureSummary) {
        self.file_count += 1;
        self.read += *read;
    }

    /// What all files held.
    pub(crate) const fn read(&self) -> &netflow_io::CaptureSummary {
        &self.read
    }

    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Writes the lines; each exporter is known to one of these decoders.
    pub(crate) fn write(&self, decoders: &[Decoder], suspects: Suspects) {
        let mut lines = Lines::default();
        self.read_lines(&mut lines);
        decoded_lines(decoders, &mut lines);
        self.doubt_lines(decoders, suspects, &mut lines);
        if let Some(asked) = &self.asked {
            lines.line("host names", &host_names(asked));
        }
        self.problem_lines(&mut lines);
        self.source_lines(&mut lines);
        let ended = self.ended.iter().copied();
        let domains = decoders.iter().flat_map(Decoder::domains);
        sequence_lines(domains.chain(ended).collect(), &mut lines);
        let _ = io::stderr().lock().write_all(lines.text().as_bytes());
    }

    /// What was read.
    fn read_lines(&self, lines: &mut Lines) {
        lines.add(
            "read",
            &[
                (self.read.datagrams, "datagram"),
                (self.read.packets, "packet"),
                (self.file_count, "file"),
            ],
            " of ",
        );
        let tunnels = self.read.tunnels.iter();
        let mut tunnels: Vec<(u64, &str)> = tunnels
            .map(|(tunnel, count)| (count, tunnel.name()))
            .collect();
        if self.read.juniper > 0 {
            tunnels.push((self.read.juniper, "juniper"));
        }
        lines.add_named("in tunnels", &tunnels);
        let messages: Vec<(u64, &str)> = self
            .messages
            .iter()
            .map(|(protocol, count)| (*count, protocol.name()))
            .collect();
        lines.add_named("messages", &messages);
    }

    /// What may be wrong with times and sampling, and what the schema cannot express.
    fn doubt_lines(&self, decoders: &[Decoder], suspects: Suspects, lines: &mut Lines) {
        if suspects.flows > 0 {
            let flows = counted(suspects.flows, "flow");
            let mark = suspects.mark;
            lines.line(
                "clock",
                &format!(
                    "{flows} whose times cannot be right (marked {mark}), see netflow explain"
                ),
            );
        }
        if self.left_out > 0 {
            let flows = counted(self.left_out, "flow");
            lines.line(
                "left out",
                &format!("{flows} that the schema cannot express"),
            );
        }
        let mut doubts: Vec<_> = decoders.iter().flat_map(Decoder::doubts).collect();
        doubts.sort_by_key(|doubt| doubt.domain);
        let (names, rates): (Vec<_>, Vec<_>) = doubts.into_iter().partition(doubts::is_of_names);
        lines.lines("sampling", &doubts::lines(&rates));
        lines.lines("names", &doubts::lines(&names));
    }

    /// What the source passed over and lacks.
    fn source_lines(&self, lines: &mut Lines) {
        let source = source_facts(&self.read);
        lines.add("passed over", &passed_over(&source), ", ");
        let copies = self.read.copies.iter().map(|(kind, count)| {
            let copies = if count == 1 { "copy" } else { "copies" };
            format!("{count} {copies} {}", place(kind))
        });
        let copies: Vec<String> = copies.collect();
        if !copies.is_empty() {
            lines.line("read once", &copies.join(", "));
        }
        lines.add("lost", &lost(&source), ", ");
    }

    fn problem_lines(&self, lines: &mut Lines) {
        let mut title = "problems";
        for (reason, problems) in &self.problems {
            let mut text = format!(
                "{} {reason}, first in frame {}",
                problems.count, problems.first.frame
            );
            if let Some(file) = self.files.name(problems.first.input) {
                let _ = write!(text, " of {file}");
            }
            lines.line(title, &text);
            title = "";
        }
    }
}

/// Where a copy of a datagram was captured that is not read again.
const fn place(kind: CopyKind) -> &'static str {
    match kind {
        CopyKind::Tunnel => "inside a tunnel, outside it or in another",
        CopyKind::MplsLabels => "with other MPLS labels",
        CopyKind::PppoeSession => "in another PPPoE session",
        CopyKind::VlanTags => "with other VLAN tags",
        CopyKind::HopLimit => "with another TTL",
        CopyKind::Interface => "of another interface",
        _ => "of another path",
    }
}

/// What name servers were asked, and what came of it.
fn host_names(asked: &DnsCounts) -> String {
    let queries = if asked.queries == 1 {
        "query"
    } else {
        "queries"
    };
    let mut text = format!("{} {queries}", asked.queries);
    for (count, what) in [
        (asked.names, "answered with a name"),
        (asked.nameless, "answered that there is none"),
        (asked.failures, "without a usable answer"),
        (asked.left_out, "not asked for because the queue was full"),
        (asked.late, "that arrived too late for their rows"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    text
}

/// What was decoded.
fn decoded_lines(decoders: &[Decoder], lines: &mut Lines) {
    let mut stats = Stats::default();
    for decoder in decoders {
        stats += *decoder.stats();
    }
    lines.add(
        "decoded",
        &[
            (stats.flows(), "flow"),
            (stats.options_records, "options record"),
            (stats.counters_samples, "counters sample"),
            (stats.discarded_packets, "discarded packet"),
            (stats.templates, "template"),
            (stats.withdrawals, "withdrawal"),
        ],
        ", ",
    );
}

/// What the sequence numbers of the domains show, those that lost most first.
fn sequence_lines(mut domains: Vec<DomainReport>, lines: &mut Lines) {
    domains.retain(|domain| has_irregular_sequence(&domain.sequence));
    domains.sort_by_key(|domain| (Reverse(domain.sequence.lost), domain.key));
    let mut texts: Vec<String> = domains.iter().take(DOMAINS).map(sequence_line).collect();
    if domains.len() > DOMAINS {
        let more = u64::try_from(domains.len() - DOMAINS).unwrap_or(u64::MAX);
        texts.push(format!("and {}", counted(more, "further domain")));
    }
    if let Some(last) = texts.last_mut() {
        *last += "; see netflow explain";
    }
    lines.lines("sequence", &texts);
}

/// Whether sequence numbers show anything but that all came in order.
const fn has_irregular_sequence(counts: &SequenceCounts) -> bool {
    counts.lost > 0
        || counts.late > 0
        || counts.duplicated > 0
        || counts.restarted > 0
        || counts.unread > 0
}

/// `8 messages lost, 1 late, of 192.0.2.1, domain 0 (netflow9)`
fn sequence_line(domain: &DomainReport) -> String {
    let counts = &domain.sequence;
    let unit = unit(domain.key.protocol, domain.sequence_unit);
    let mut text = String::new();
    for (count, what) in [
        (counts.lost, format!("{} lost", counted(counts.lost, unit))),
        (counts.late, format!("{} late", counted(counts.late, unit))),
        (
            counts.duplicated,
            format!("{} sent twice", counted(counts.duplicated, "message")),
        ),
        (counts.restarted, counted(counts.restarted, "restart")),
        (
            counts.unread,
            format!("{} lost or not read", counted(counts.unread, unit)),
        ),
    ] {
        if count > 0 {
            text += &what;
            text += ", ";
        }
    }
    text += "of ";
    let address = domain.key.agent_address.unwrap_or(domain.key.exporter.ip());
    // An IPFIX file does not name its exporter.
    if !address.is_unspecified() {
        let _ = write!(text, "{address}, ");
    }
    let (number, protocol) = (domain.key.observation_domain, domain.key.protocol.name());
    let _ = write!(text, "domain {number} ({protocol})");
    text
}

/// What the sequence numbers of an exporter count.
pub(crate) const fn unit(protocol: Protocol, unit: Option<SequenceUnit>) -> &'static str {
    match (protocol, unit) {
        (Protocol::SflowV5, _) => "datagram",
        (_, Some(unit)) => unit.name(),
        (_, None) => "message",
    }
}
