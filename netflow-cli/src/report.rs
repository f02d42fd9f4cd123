//! `netflow report`: traffic and the health of exporters as one HTML page.

use alloc::sync::Arc;
use core::net::SocketAddr;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use netflow_core::{Datagram, Decoded, Decoder, Error, InputNames};
use netflow_report::{Report, ReportOptions};

use crate::addresses::KnownAddresses;
use crate::args::ReportArgs;
use crate::explain;
use crate::rows::{Analysis, Consumer, End};
use crate::run::{Job, Work};
use crate::source;
use crate::status::Status;
use crate::usage::Usage;
use crate::window;

/// Runs the command. The caller reports arguments that contradict each other.
pub(crate) fn run(args: &ReportArgs) -> Result<Status, Usage> {
    if args.output.is_none() && io::stdout().is_terminal() {
        return Err(Usage::PageOnTerminal);
    }
    let job = Job {
        quiet: args.quiet,
        ..Job::new(&args.inputs, args.output.as_deref())
    };
    let files = &args.inputs.files;
    let title = args.title.clone().unwrap_or_else(|| title(files));
    let mut options = ReportOptions::new(title);
    options.filter = window::filter(&args.window, args.filter.as_ref(), &args.inputs, false)?;
    options.groups = args.count;
    options.flows = args.flows;
    let addresses = KnownAddresses::new(args.known.enrichment(), args.internal_networks.clone());
    options.addresses = Some(Arc::new(addresses));
    options.memory = args.memory.saturating_mul(1 << 20);
    job.run(|files, _| {
        let page = Page {
            report: Report::new(options),
            inputs: files.clone(),
        };
        Ok(Work::One(Consumer::Analysis(Box::new(page), job.output()?)))
    })
}

/// The names of the files, without their folders.
fn title(files: &[PathBuf]) -> String {
    const NAMED: usize = 3;
    let names = files.iter().take(NAMED).map(|path| match path.file_name() {
        Some(name) if path.as_os_str() != "-" => name.to_string_lossy().into_owned(),
        _ => "standard input".to_owned(),
    });
    let mut title = names.collect::<Vec<_>>().join(", ");
    if files.len() > NAMED {
        title += &format!(" and {} more", files.len() - NAMED);
    }
    title
}

/// The page, written at the end of the input.
#[derive(Debug)]
struct Page {
    report: Report,
    inputs: InputNames,
}

impl Analysis for Page {
    fn message(&mut self, message: &Decoded<'_>) {
        self.report.decoded(message);
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.report.unreadable(datagram, error);
    }

    fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        self.report.session_ended(decoder, exporter);
    }

    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        self.report.source(source::source_facts(end.read));
        let words = |health: &netflow_health::Report| explain::sentences(health, &self.inputs);
        let page = self.report.page(end.decoder, words);
        out.extend_from_slice(page.as_bytes());
        Ok(())
    }
}
