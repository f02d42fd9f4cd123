//! From files to rows: the loop over the inputs that the subcommands share.

use core::net::SocketAddr;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use netflow_core::{Decoder, Limits, SessionScope};
use netflow_io::{CaptureOptions, Event, Feed, Source};
use netflow_output::format::Files;
use netflow_output::sink::Output;

use crate::args::Inputs;
use crate::interrupt::Interrupt;
use crate::plan::Usage;
use crate::progress::Progress;
use crate::rows::{Consumer, End, Unfinished};
use crate::state;
use crate::status::Status;
use crate::stderr;
use crate::summary::Summary;

/// The path that means standard input.
const STDIN: &str = "-";

/// What to read and where to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) inputs: &'a Inputs,
    /// Standard output if there is none.
    pub(crate) output: Option<&'a Path>,
    /// Where the state of the exporters is loaded from and saved to.
    pub(crate) state: Option<&'a Path>,
    /// Whose templates and options belong together.
    pub(crate) scope: SessionScope,
    /// No progress on standard error.
    pub(crate) quiet: bool,
    /// A summary on standard error.
    pub(crate) summary: bool,
    /// Problems in the data are a status of their own.
    pub(crate) strict: bool,
}

impl<'a> Job<'a> {
    /// A job without summary and saved state, with progress.
    pub(crate) const fn new(inputs: &'a Inputs, output: Option<&'a Path>) -> Self {
        Self {
            inputs,
            output,
            state: None,
            scope: SessionScope::Exporter,
            quiet: false,
            summary: false,
            strict: false,
        }
    }
}

impl Job<'_> {
    /// Opens the output for a text.
    pub(crate) fn output(&self) -> io::Result<Output> {
        match self.output {
            Some(path) if path.as_os_str() != STDIN => Output::file(path),
            _ => Ok(Output::stdout()),
        }
    }

    /// Reads all files and passes what they hold to the consumer. The caller reports arguments
    /// that contradict each other.
    pub(crate) fn run(
        &self,
        consumer: impl FnOnce(&Files, &Limits) -> io::Result<Consumer>,
    ) -> Result<Status, Usage> {
        if let Some(path) = self.output.filter(|path| path.as_os_str() != STDIN) {
            if let Some(input) = self.inputs.files.iter().find(|input| is_same(input, path)) {
                return Err(Usage::OutputIsInput(input.display().to_string()));
            }
        }
        let status = match Run::new(self, consumer).and_then(|run| run.all(self)) {
            Ok(status) => status,
            // Who reads the output has enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Success,
            Err(error) => {
                let path = self.output.unwrap_or(Path::new("standard output"));
                stderr::line(&format_args!(
                    "{} cannot be written: {error}",
                    path.display()
                ));
                Status::Unreadable
            }
        };
        Ok(status)
    }
}

/// One run over all files: one decoder, one output.
struct Run {
    feed: Feed,
    consumer: Consumer,
    summary: Summary,
    progress: Progress,
    interrupt: Interrupt,
}

impl Run {
    fn new(
        job: &Job<'_>,
        consumer: impl FnOnce(&Files, &Limits) -> io::Result<Consumer>,
    ) -> io::Result<Self> {
        // Before the output is opened, so that no signal leaves it incomplete.
        let interrupt = Interrupt::catch()?;
        // In a capture a template is in force until it is replaced: it may have been sent only
        // once, hours before its data.
        let limits = Limits::default().with_template_lifetime(None);
        let names: Vec<String> = job.inputs.files.iter().map(|path| name(path)).collect();
        let files = Files::new(names);
        let rows_on_terminal = job.output.is_none() && io::stdout().is_terminal();
        let progress = if job.quiet || rows_on_terminal || !io::stderr().is_terminal() {
            Progress::none()
        } else {
            Progress::over(total(&job.inputs.files))
        };
        Ok(Self {
            feed: Feed::new(
                job.inputs
                    .exporters
                    .apply(Decoder::new(limits).with_scope(job.scope)),
            ),
            consumer: consumer(&files, &limits)?,
            summary: Summary::new(files),
            progress,
            interrupt,
        })
    }

    /// Decodes all files. An error is one of writing.
    fn all(mut self, job: &Job<'_>) -> io::Result<Status> {
        if let Some(reason) = job
            .state
            .and_then(|path| state::load(path, self.feed.decoder_mut()).err())
        {
            stderr::line(&reason);
            return Ok(Status::Unreadable);
        }
        let mut status = Status::Success;
        let mut is_any_open = false;
        for (index, path) in (0..).zip(&job.inputs.files) {
            let options = CaptureOptions::default().with_ports(job.inputs.ports.iter().copied());
            if self.interrupt.status().is_some() {
                break;
            }
            let ended = match self.open(path, options) {
                Ok(source) => {
                    is_any_open = true;
                    self.file(index, source, path.as_os_str() == STDIN)?
                }
                Err(error) => Err(error.to_string()),
            };
            if let Err(reason) = ended {
                self.progress.aside(|| stderr::line(&reason));
                status = status.max(Status::Unreadable);
            }
        }
        if let Some(interrupted) = self.interrupt.status() {
            let line = "interrupted: the output holds what was read until then";
            self.progress.aside(|| stderr::line(&line));
            status = status.max(interrupted);
        }
        // Of nothing read nothing is written, and a file that was there stays.
        if is_any_open {
            let end = End {
                decoder: self.feed.decoder(),
                read: self.summary.read(),
            };
            match self.consumer.finish(&end) {
                Ok(()) => {}
                Err(Unfinished::Write(error)) => return Err(error),
                Err(Unfinished::Nothing(reason)) => {
                    self.progress.aside(|| stderr::line(&reason));
                    status = status.max(Status::Unreadable);
                }
            }
        }
        if let Some(path) = job.state.filter(|_| is_any_open) {
            if let Err(reason) = state::save(path, self.feed.decoder()) {
                self.progress.aside(|| stderr::line(&reason));
                status = status.max(Status::Unreadable);
            }
        }
        self.progress.end();
        if job.summary && is_any_open {
            self.summary
                .write(self.feed.decoder(), self.consumer.suspects());
        }
        if job.strict && self.summary.has_problems() {
            status = status.max(Status::Problems);
        }
        Ok(status)
    }

    /// Decodes a file. The inner error is a line about the file itself; the outer one is of writing.
    fn file(
        &mut self,
        index: u32,
        mut source: Source,
        is_live: bool,
    ) -> io::Result<Result<(), String>> {
        let mut ended = Ok(());
        self.feed.begin_input(index);
        while let Some(event) = self.feed.next(&mut source) {
            match event {
                Ok(Event::Decoded(_, message)) => {
                    self.consumer.message(&message)?;
                    self.summary.message(&message);
                }
                Ok(Event::Unreadable(datagram, error)) => {
                    self.consumer.unreadable(&datagram, &error)?;
                    self.summary.unreadable(&datagram, &error);
                }
                Ok(Event::SessionEnds(exporter)) => {
                    // The decoder has the addresses of IPv4 as such.
                    let address = exporter.ip().to_canonical();
                    let exporter = SocketAddr::new(address, exporter.port());
                    self.consumer.session_ends(self.feed.decoder(), exporter);
                    self.summary.session_ends(self.feed.decoder(), exporter);
                    continue;
                }
                Ok(_) => continue,
                // The signal may have cut the last packet.
                Err(_) if self.interrupt.status().is_some() => break,
                Err(error) => {
                    ended = Err(error.to_string());
                    break;
                }
            }
            let stats = self.feed.decoder().stats();
            if self.consumer.is_done() || self.interrupt.status().is_some() {
                break;
            }
            if is_live {
                self.consumer.flush()?;
            }
            self.progress.at(source.octets_read(), stats);
        }
        self.progress.file_done(source.octets_read());
        self.summary.file(source.summary());
        if ended.is_ok() && !self.feed.has_export() && self.interrupt.status().is_none() {
            ended = Err(nothing_found(&source));
        }
        Ok(ended)
    }

    fn open(
        &self,
        path: &Path,
        options: CaptureOptions,
    ) -> Result<Source, netflow_io::CaptureError> {
        if path.as_os_str() != STDIN {
            return netflow_io::open_with(path, options);
        }
        let name = name(path);
        match self.interrupt.stdin() {
            Ok(input) => Source::from_reader_with(input, name, options),
            // A signal is then noticed with the next packet.
            Err(_) => Source::from_reader_with(io::stdin(), name, options),
        }
    }
}

/// What to say of a file without flow export.
fn nothing_found(source: &Source) -> String {
    let path = source.path().display();
    let summary = source.summary();
    let udp = summary.udp_passed_over;
    if summary.packets == 0 {
        format!("{path} holds no packet; capture where the exporter sends to")
    } else if udp > 0 {
        format!(
            "{path} holds no flow export: of {} packets, {udp} are UDP datagrams of something \
             else; give --port if exporters send to a port of your own",
            summary.packets
        )
    } else {
        format!(
            "{path} holds no flow export in its {} packets; capture where the exporter sends to",
            summary.packets
        )
    }
}

fn name(path: &Path) -> String {
    if path.as_os_str() == STDIN {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Octets of all files that are there; `None` if one of them is a pipe.
fn total(paths: &[PathBuf]) -> Option<u64> {
    let mut octets = 0_u64;
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => octets = octets.saturating_add(metadata.len()),
            Ok(_) => return None,
            Err(_) if path.as_os_str() == STDIN => return None,
            Err(_) => {}
        }
    }
    Some(octets)
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        // Reading and writing a device or pipe is no mistake.
        (Ok(one), Ok(other)) => one == other && one.is_file(),
        _ => false,
    }
}
