//! From files to rows: the loop over the inputs that the subcommands share.

mod inputs;
mod reading;

use alloc::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::Path;

use netflow_core::{Decoder, InputNames, Limits, SessionScope};
use netflow_io::{CaptureOptions, Feed, Source};
use netflow_output::anonymise::Anonymiser;
use netflow_output::enrich::HostNames;
use netflow_output::format::Suspects;
use netflow_output::sink::Output;

use self::reading::{FileReading, InputFault};
use crate::args::InputArgs;
use crate::dialect::BoxedFormat;
use crate::interrupt::Interrupt;
use crate::parallel::Workers;
use crate::progress::Progress;
use crate::rows::{Consumer, End, Unfinished};
use crate::state;
use crate::status::Status;
use crate::stderr;
use crate::summary::Summary;
use crate::usage::Usage;

/// What to read and where to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) inputs: &'a InputArgs,
    /// Standard output if there is none.
    pub(crate) output: Option<&'a Path>,
    /// Where the state of the exporters is loaded from and saved to.
    pub(crate) state: Option<&'a Path>,
    /// What replaces the addresses of datagrams, if anything does.
    pub(crate) anonymiser: Option<&'a Anonymiser>,
    /// The names of addresses that rows have.
    pub(crate) host_names: Option<&'a HostNames>,
    /// Whose templates and options belong together.
    pub(crate) scope: SessionScope,
    /// More is expected at the end of the last file.
    pub(crate) is_followed: bool,
    /// No progress on standard error.
    pub(crate) quiet: bool,
    /// A summary on standard error.
    pub(crate) summary: bool,
    /// Problems in the data are a status of their own.
    pub(crate) strict: bool,
}

impl<'a> Job<'a> {
    /// A job without summary and saved state, with progress.
    pub(crate) const fn new(inputs: &'a InputArgs, output: Option<&'a Path>) -> Self {
        Self {
            inputs,
            output,
            state: None,
            anonymiser: None,
            host_names: None,
            scope: SessionScope::Exporter,
            is_followed: false,
            quiet: false,
            summary: false,
            strict: false,
        }
    }
}

/// What becomes of what the files hold.
pub(crate) enum Work {
    /// One thread decodes.
    One(Consumer),
    /// A thread decodes for each of these formats.
    Threads(Vec<BoxedFormat>, Output),
}

impl Job<'_> {
    /// The decoder that the options ask for.
    pub(crate) fn decoder(&self, limits: Limits) -> Decoder {
        let exporters = &self.inputs.exporters;
        let decoder = exporters.apply(Decoder::new(limits).with_scope(self.scope));
        match self.anonymiser {
            Some(anonymiser) => decoder.with_rewrite(anonymiser.clone()),
            None => decoder,
        }
    }

    /// Opens the output for a text.
    pub(crate) fn output(&self) -> io::Result<Output> {
        match self.output {
            Some(path) if !inputs::is_standard(path) => Output::file(path),
            _ => Ok(Output::stdout()),
        }
    }

    /// Reads all files and does the work with what they hold. The caller reports arguments that
    /// contradict each other.
    pub(crate) fn run(
        &self,
        work: impl FnOnce(&InputNames, &Limits) -> io::Result<Work>,
    ) -> Result<Status, Usage> {
        if let Some(path) = self.output.filter(|path| !inputs::is_standard(path)) {
            if let Some(input) = self
                .inputs
                .files
                .iter()
                .find(|input| inputs::is_same(input, path))
            {
                return Err(Usage::OutputIsInput(input.display().to_string()));
            }
        }
        Ok(self.ended(DecodeRun::new(self, work).and_then(|run| run.all(self))))
    }

    /// The status of a command whose output was written or not; reports why it was not.
    pub(crate) fn ended(&self, result: io::Result<Status>) -> Status {
        match result {
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
        }
    }
}

/// One run over all files.
struct DecodeRun {
    decoding: Decoding,
    summary: Summary,
    progress: Progress,
    interrupt: Interrupt,
    /// Files with faults that may have to be reported.
    faults: Vec<InputFault>,
    /// All files are read, because the state at their end is saved.
    reads_all: bool,
}

/// Who decodes.
enum Decoding {
    /// This thread.
    Here(Box<Feed>, Consumer),
    Threads(Workers),
}

impl DecodeRun {
    fn new(
        job: &Job<'_>,
        work: impl FnOnce(&InputNames, &Limits) -> io::Result<Work>,
    ) -> io::Result<Self> {
        // Before the output is opened, so that no signal leaves it incomplete.
        let interrupt = Interrupt::catch()?;
        // In a capture a template is in force until it is replaced: it may have been sent only
        // once, hours before its data.
        let limits = Limits::default().with_template_lifetime(None);
        let names: Vec<String> = job
            .inputs
            .files
            .iter()
            .map(|path| inputs::name(path))
            .collect();
        let files = InputNames::new(names);
        let rows_on_terminal = job.output.is_none() && io::stdout().is_terminal();
        let is_silent = job.quiet || job.is_followed || rows_on_terminal;
        let progress = if is_silent || !io::stderr().is_terminal() {
            Progress::none()
        } else {
            Progress::over(inputs::total(&job.inputs.files))
        };
        let decoder = || job.decoder(limits);
        let decoding = match work(&files, &limits)? {
            Work::One(consumer) => Decoding::Here(Box::new(Feed::new(decoder())), consumer),
            Work::Threads(formats, output) => {
                let threads = formats.into_iter().map(|format| (decoder(), format));
                Decoding::Threads(Workers::new(threads.collect(), output))
            }
        };
        Ok(Self {
            decoding,
            summary: Summary::new(files),
            progress,
            interrupt,
            faults: Vec::new(),
            reads_all: job.state.is_some(),
        })
    }

    /// Decodes all files. An error is one of writing.
    fn all(mut self, job: &Job<'_>) -> io::Result<Status> {
        if let Some(reason) = job.state.and_then(|path| self.load(path).err()) {
            stderr::line(&reason);
            return Ok(Status::Unreadable);
        }
        let (mut status, is_any_open) = self.files(job)?;
        let mut threads = None;
        if let Decoding::Threads(workers) = &mut self.decoding {
            let ended = workers.end(&mut self.summary)?;
            status = status.max(self.report(&ended.exports));
            threads = Some(ended);
        }
        if let Some(interrupted) = self.interrupt.status() {
            let line = "interrupted: the output holds what was read until then";
            self.progress.aside(|| stderr::line(&line));
            status = status.max(interrupted);
        }
        // Of nothing read nothing is written, and a file that was there stays.
        if is_any_open {
            match self.finish() {
                Ok(()) => {}
                Err(Unfinished::Write(error)) => return Err(error),
                Err(Unfinished::Nothing(reason)) => {
                    self.progress.aside(|| stderr::line(&reason));
                    status = status.max(Status::Unreadable);
                }
            }
        }
        let (decoders, suspects) = match (self.decoding, threads) {
            (Decoding::Here(feed, mut consumer), _) => {
                self.summary.leave_out(consumer.take_left_out());
                (vec![feed.finish()], consumer.suspects())
            }
            (Decoding::Threads(_), Some(ended)) => (ended.decoders, ended.suspects),
            (Decoding::Threads(_), None) => (Vec::new(), Suspects::default()),
        };
        if let Some(path) = job.state.filter(|_| is_any_open) {
            if let Err(reason) = state::save(path, &decoders) {
                self.progress.aside(|| stderr::line(&reason));
                status = status.max(Status::Unreadable);
            }
        }
        self.progress.end();
        if job.summary && is_any_open {
            self.summary.asked(job.host_names.map(HostNames::counts));
            self.summary.write(&decoders, suspects);
        }
        if job.strict && self.summary.has_problems() {
            status = status.max(Status::Problems);
        }
        Ok(status)
    }

    /// Decodes the files one after the other: the status, and whether any could be opened.
    fn files(&mut self, job: &Job<'_>) -> io::Result<(Status, bool)> {
        let mut status = Status::Success;
        let mut is_any_open = false;
        for (index, path) in (0..).zip(&job.inputs.files) {
            let options = CaptureOptions::default().with_ports(job.inputs.ports.iter().copied());
            if self.interrupt.status().is_some() {
                break;
            }
            let is_followed = job.is_followed && job.inputs.files.last() == Some(path);
            let fault = match inputs::open(&self.interrupt, path, options, is_followed) {
                Ok(source) => {
                    is_any_open = true;
                    let is_live = is_followed || inputs::is_standard(path);
                    self.file(index, source, is_live)?
                }
                Err(error) => Some(InputFault::Unreadable(error.to_string())),
            };
            self.faults.extend(fault);
            if let Decoding::Here(..) = self.decoding {
                status = status.max(self.report(&BTreeSet::new()));
            }
            if self.is_done() {
                break;
            }
        }
        Ok((status, is_any_open))
    }

    /// Loads the state of the exporters. An error is a line for standard error.
    fn load(&mut self, path: &Path) -> Result<(), String> {
        match &mut self.decoding {
            Decoding::Here(feed, _) => state::load(path, feed.decoder_mut()),
            Decoding::Threads(workers) => workers.load(path),
        }
    }

    /// Completes the output.
    fn finish(&mut self) -> Result<(), Unfinished> {
        match &mut self.decoding {
            Decoding::Here(feed, consumer) => consumer.finish(&End {
                decoder: feed.decoder(),
                read: self.summary.read(),
            }),
            Decoding::Threads(workers) => workers.finish().map_err(Unfinished::Write),
        }
    }

    /// Reports the files so far; threads found flow export in these inputs.
    fn report(&mut self, exports: &BTreeSet<u32>) -> Status {
        let mut status = Status::Success;
        for fault in self.faults.drain(..) {
            let reason = match fault {
                InputFault::Nothing(index, _) if exports.contains(&index) => continue,
                InputFault::Unreadable(reason) | InputFault::Nothing(_, reason) => reason,
            };
            self.progress.aside(|| stderr::line(&reason));
            status = Status::Unreadable;
        }
        status
    }

    /// Decodes a file. The error is one of writing.
    fn file(
        &mut self,
        index: u32,
        mut source: Source<'_>,
        is_live: bool,
    ) -> io::Result<Option<InputFault>> {
        let (mut fault, has_export) = match &mut self.decoding {
            Decoding::Here(feed, consumer) => {
                let mut reading = FileReading {
                    summary: &mut self.summary,
                    progress: &mut self.progress,
                    interrupt: &self.interrupt,
                    reads_all: self.reads_all,
                };
                feed.begin_input(index);
                let fault = reading.decode(&mut source, feed, consumer, is_live)?;
                (fault, feed.has_export())
            }
            Decoding::Threads(workers) => {
                let mut reading = FileReading {
                    summary: &mut self.summary,
                    progress: &mut self.progress,
                    interrupt: &self.interrupt,
                    reads_all: self.reads_all,
                };
                (reading.pass_on(&mut source, index, workers)?, false)
            }
        };
        self.progress.file_done(source.octets_read());
        self.summary.file(source.summary());
        if fault.is_none() && !has_export && self.interrupt.status().is_none() {
            fault = Some(InputFault::Nothing(index, inputs::nothing_found(&source)));
        }
        Ok(fault)
    }

    /// Whether the rest of the files need not be read.
    fn is_done(&self) -> bool {
        match &self.decoding {
            Decoding::Here(_, consumer) => !self.reads_all && consumer.is_done(),
            Decoding::Threads(_) => false,
        }
    }
}
