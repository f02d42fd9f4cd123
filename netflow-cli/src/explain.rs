//! `netflow explain`: why the data in the files is as it is.
//!
//! While the files are read only counters and a few examples of everything are kept
//! ([`Few`](few::Few)); the report is written when all is read.

mod changes;
mod clock;
mod document;
mod domain;
mod doubt;
mod few;
mod frame;
mod page;
mod ports;
mod problem;
mod report;
mod sampling;
mod template;
mod verdict;
mod words;

use core::net::SocketAddr;
use std::collections::HashMap;
use std::io::{self, IsTerminal};

use netflow_arrow::Files;
use netflow_core::{Datagram, Decoder, Error, Message, MessageHeader, SessionScope};

use self::domain::{Domain, Key};
use self::frame::OneFrame;
use self::page::Look;
use self::problem::Problems;
use crate::args::{Explain, Report};
use crate::plan::{self, Usage};
use crate::rows::{End, Rows};
use crate::run::Job;
use crate::status::Status;

/// Observation domains that are told apart; of further ones the messages are counted.
const DOMAINS: usize = 1_000;
/// Templates that are kept of all domains together.
const TEMPLATES: usize = 4_096;

/// Runs the command; what makes no sense of it is told by the caller.
pub(crate) fn run(args: &Explain) -> Result<Status, Usage> {
    let job = Job {
        files: &args.files,
        ports: &args.ports,
        output: args.output.as_deref(),
        state: None,
        scope: SessionScope::Exporter,
        quiet: false,
        summary: false,
        strict: false,
    };
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let look = Look {
        width: plan::width(to_terminal),
        colour: to_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let last = (0..).zip(&args.files).last().map_or(0, |(index, _)| index);
    job.run(|files, _| match args.frame {
        Some(frame) => {
            let number = Files::number(last, frame);
            Box::new(OneFrame::new(number, args.format, look, files.clone()))
        }
        None => Box::new(Story::new(args.format, look, files.clone())),
    })
}

/// What is known of all that was read.
#[derive(Debug)]
pub(crate) struct Story {
    format: Report,
    look: Look,
    files: Files,
    /// In the order they were first heard of.
    domains: Vec<Domain>,
    by_key: HashMap<Key, usize>,
    /// Messages of domains beyond the limit.
    other_messages: u64,
    problems: Problems,
    /// Templates that may still be kept.
    room: usize,
    unreadable: u64,
}

impl Story {
    fn new(format: Report, look: Look, files: Files) -> Self {
        Self {
            format,
            look,
            files,
            domains: Vec::new(),
            by_key: HashMap::new(),
            other_messages: 0,
            problems: Problems::default(),
            room: TEMPLATES,
            unreadable: 0,
        }
    }

    fn find(&self, header: &MessageHeader) -> Option<usize> {
        self.by_key.get(&Key::of(header)).copied()
    }

    /// The domain of a header that came now, made if it is new.
    fn enter(&mut self, header: &MessageHeader) -> Option<&mut Domain> {
        let key = Key::of(header);
        let index = match self.by_key.get(&key) {
            Some(index) => *index,
            None if self.domains.len() >= DOMAINS => {
                self.other_messages += 1;
                return None;
            }
            None => {
                self.domains.push(Domain::new(key, header));
                self.by_key.insert(key, self.domains.len() - 1);
                self.domains.len() - 1
            }
        };
        self.domains.get_mut(index)
    }

    /// Takes over what the decoder knows of the sessions of some exporters.
    fn learn(&mut self, decoder: &Decoder, of: impl Fn(SocketAddr) -> bool) {
        for report in decoder.domains().filter(|report| of(report.exporter)) {
            if let Some(index) = self.by_key.get(&Key::of_report(&report)) {
                self.domains[*index].settle(&report);
            }
        }
        for announcement in decoder.announced().filter(|known| of(known.exporter)) {
            if let Some(index) = self.by_key.get(&Key::of_announcement(&announcement)) {
                self.domains[*index].announced.add(announcement.fact);
            }
        }
        for known in decoder.templates().filter(|known| of(known.exporter)) {
            if let Some(index) = self.by_key.get(&Key::of_template(&known)) {
                self.domains[*index].templates.name(known.template);
            }
        }
    }

    fn flows(&self) -> u64 {
        self.domains.iter().map(|domain| domain.flows).sum()
    }

    /// Octets that were decoded when their template came.
    fn late_octets(&self) -> u64 {
        let missed = self.domains.iter().flat_map(|known| known.missed.values());
        missed.map(|missed| missed.late_octets).sum()
    }
}

impl Rows for Story {
    fn message(&mut self, message: &Message<'_>, _: &mut Vec<u8>) {
        let number = message.headers().next().map_or(0, |header| header.frame);
        // Late data brings the header it came with, which was counted then.
        let late: Vec<&MessageHeader> = message
            .sets()
            .filter(|set| set.is_late())
            .map(|set| set.header())
            .collect();
        let is_late = |header: &MessageHeader| late.iter().any(|late| core::ptr::eq(*late, header));
        for header in message.headers().filter(|header| !is_late(header)) {
            if let Some(domain) = self.enter(header) {
                domain.message(header);
            }
        }
        for set in message.sets() {
            if let Some(index) = self.find(set.header()) {
                self.domains[index].set(&set, number, &mut self.room);
            }
        }
        let mut domain: Option<(*const MessageHeader, usize)> = None;
        for flow in message.flows() {
            let header: *const MessageHeader = flow.header();
            if domain.is_none_or(|(known, _)| known != header) {
                domain = self.find(flow.header()).map(|index| (header, index));
            }
            if let Some((_, index)) = domain {
                self.domains[index].flow(&flow);
            }
        }
        for problem in message.problems() {
            let payload = (!is_late(problem.header)).then_some(message.payload());
            self.problems
                .add(&problem.error, problem.octets, problem.header, payload);
            if let Some(index) = self.find(problem.header) {
                self.domains[index].problem(&problem);
            }
        }
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, _: &mut Vec<u8>) {
        self.unreadable += 1;
        self.problems.unreadable(datagram, error);
    }

    fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        self.learn(decoder, |other| other == exporter);
    }

    fn are_live(&self) -> bool {
        false
    }

    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        self.learn(end.decoder, |_| true);
        for domain in &mut self.domains {
            domain.announced.settle();
        }
        let verdict = verdict::verdict(self, end);
        match self.format {
            Report::Text => report::write(self, end, &verdict, out),
            Report::Json => document::write(self, end, &verdict, out),
        }
        Ok(())
    }
}
