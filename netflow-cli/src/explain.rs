//! `netflow explain`: why the data in the files is as it is.
//!
//! The analysis is that of `netflow-health`; here are its words, their layout, and the
//! dissection of one packet (`--frame`).

mod frame;
mod matching;
mod page;
mod report;
mod sentence;
mod skew;
mod verdict;
mod words;

use core::net::SocketAddr;
use std::io::{self, IsTerminal};

use netflow_core::{Datagram, DatagramId, Decoded, Decoder, Error, InputNames};
use netflow_health::Health;

use self::frame::OneFrame;
use self::matching::Matching;
use self::page::PageStyle;
use crate::args::{ColorChoice, Explain, ReportFormat};
use crate::plan;
use crate::rows::{Analysis, Consumer, End};
use crate::run::{Job, Work};
#[cfg(feature = "http")]
use crate::source::live_facts;
use crate::source::source_facts;
use crate::status::Status;
use crate::usage::Usage;

/// Runs the command. The caller reports arguments that contradict each other.
pub(crate) fn run(args: &Explain) -> Result<Status, Usage> {
    let job = Job::new(&args.inputs, args.output.as_deref());
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let look = PageStyle {
        width: plan::width(to_terminal),
        colour: ColorChoice::Auto.is_wanted(to_terminal),
    };
    let last = (0..)
        .zip(&args.inputs.files)
        .last()
        .map_or(0, |(index, _)| index);
    job.run(|files, _| {
        let analysis: Box<dyn Analysis> = match args.frame {
            Some(frame) => {
                let wanted = DatagramId { input: last, frame };
                Box::new(OneFrame::new(wanted, args.format, look, files.clone()))
            }
            None => Box::new(Explanation {
                format: args.format,
                look,
                inputs: files.clone(),
                health: Health::default(),
                matching: args.filter.clone().map(Matching::new),
            }),
        };
        Ok(Work::One(Consumer::Analysis(analysis, job.output()?)))
    })
}

/// The report on all files, written when all is read.
#[derive(Debug)]
struct Explanation {
    format: ReportFormat,
    look: PageStyle,
    inputs: InputNames,
    health: Health,
    /// Which domains are reported, if not all.
    matching: Option<Matching>,
}

impl Analysis for Explanation {
    fn message(&mut self, message: &Decoded<'_>) {
        self.health.decoded(message);
        if let Some(matching) = &mut self.matching {
            matching.decoded(message);
        }
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.health.unreadable(datagram, error);
    }

    fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        self.health.session_ended(decoder, exporter);
    }

    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        self.health.source(source_facts(end.read));
        let mut report = self.health.report(end.decoder);
        let matched = self.matching.as_ref();
        let matched = matched.map(|matching| matching.apply(&mut report));
        match self.format {
            ReportFormat::Text => {
                report::write(&report, &self.inputs, matched.as_ref(), self.look, out);
            }
            ReportFormat::Json => {
                let mut document = members(&report, &self.inputs);
                if let Some(matched) = matched {
                    document.append(&mut matched.members());
                }
                out.extend_from_slice(serde_json::Value::from(document).to_string().as_bytes());
                out.push(b'\n');
            }
        }
        Ok(())
    }
}

/// The document that `netflow explain --format json` prints: that of the report, after its
/// verdict in words.
#[must_use]
pub fn document(report: &netflow_health::Report, inputs: &InputNames) -> String {
    serde_json::Value::from(members(report, inputs)).to_string()
}

/// What the report says in plain sentences, the gravest first.
#[must_use]
pub fn sentences(report: &netflow_health::Report, inputs: &InputNames) -> Vec<String> {
    verdict::verdict(report, inputs)
}

/// What the sockets of a collector lost, in plain sentences.
#[cfg(feature = "http")]
pub(crate) fn losses(received: &netflow_io::live::LiveSummary) -> Vec<String> {
    let mut health = Health::default();
    health.source(live_facts(received));
    let decoder = Decoder::new(netflow_core::Limits::default());
    verdict::losses(&health.report(&decoder))
}

fn members(
    report: &netflow_health::Report,
    inputs: &InputNames,
) -> serde_json::Map<String, serde_json::Value> {
    let verdict = verdict::verdict(report, inputs);
    let mut document = serde_json::Map::new();
    document.insert("verdict".to_owned(), verdict.into());
    document.append(&mut report.document(inputs.names()));
    document
}
