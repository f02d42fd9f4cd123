//! The health of exporters, as the document that `netflow explain` prints.

use core::net::SocketAddr;

use netflow_core::{Datagram, Decoded, Decoder, Error, InputNames};
use netflow_health::{Health, SourceFacts};
use netflow_io::{CaptureOptions, Datagrams, Event, Feed, Source};
use pyo3::prelude::*;

use crate::arguments::limits;
use crate::error;
use crate::exporters::{ExporterArguments, Exporters};
use crate::input::{Input, PathOrOpener, Raised};

/// Decodes inputs and returns their health as JSON. A file that cannot be read to its end is a
/// warning, or with `strict` an error.
#[pyfunction]
#[pyo3(signature = (inputs, *, ports, strict, state, exporters))]
pub(crate) fn health(
    py: Python<'_>,
    inputs: Vec<PathOrOpener>,
    ports: Vec<u16>,
    strict: bool,
    state: Option<&[u8]>,
    exporters: Option<ExporterArguments>,
) -> PyResult<String> {
    let inputs: Vec<Input> = inputs.into_iter().map(Input::new).collect();
    let feed = Feed::new(Exporters::new(exporters)?.decoder(limits(), state)?);
    let examined = examine(
        py,
        &inputs,
        ports,
        strict,
        Examination::new(feed, Health::default()),
    )?;
    Ok(document(
        &examined.of,
        examined.feed.decoder(),
        &examined.names,
    ))
}

/// What learns from all datagrams of files.
pub(crate) trait Examined: Send {
    fn decoded(&mut self, decoded: &Decoded<'_>);
    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error);
    fn session_ended(&mut self, decoder: &Decoder, exporter: SocketAddr);
    fn source(&mut self, facts: SourceFacts);
}

/// `examined!(Health)`: passes on to the type's own methods of the same names.
macro_rules! examined {
    ($($type:ty)+) => {
        $(impl Examined for $type {
            fn decoded(&mut self, decoded: &Decoded<'_>) {
                self.decoded(decoded);
            }

            fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
                self.unreadable(datagram, error);
            }

            fn session_ended(&mut self, decoder: &Decoder, exporter: SocketAddr) {
                self.session_ended(decoder, exporter);
            }

            fn source(&mut self, facts: SourceFacts) {
                self.source(facts);
            }
        })+
    };
}
examined!(Health netflow_report::Report);

/// Decodes inputs. A file that cannot be read to its end is a warning, or with `strict` an error.
pub(crate) fn examine<E: Examined>(
    py: Python<'_>,
    inputs: &[Input],
    ports: Vec<u16>,
    strict: bool,
    mut examination: Examination<E>,
) -> PyResult<Examination<E>> {
    let options = CaptureOptions::default().with_ports(ports);
    py.detach(|| {
        let mut fault = None;
        let mut is_any_open = false;
        for (file, input) in (0..).zip(inputs) {
            let source = input.open(options.clone(), &examination.raised);
            examination.raised.take().map_or(Ok(()), Err)?;
            let ended = source.and_then(|source| {
                is_any_open = true;
                examination.read(source, file)
            });
            examination.raised.take().map_or(Ok(()), Err)?;
            match ended {
                Err(error) if strict => return Err(error::of_file(&error)),
                Err(error) => {
                    warn(&error)?;
                    fault = Some(error);
                }
                Ok(()) => {}
            }
        }
        match fault {
            Some(error) if !is_any_open => Err(error::of_file(&error)),
            _ => Ok(()),
        }
    })?;
    examination.names = InputNames::new(inputs.iter().map(Input::name).collect());
    examination.of.source(examination.facts);
    Ok(examination)
}

/// A feed for the datagrams that Python received, and the health of their exporters.
pub(crate) struct ExaminedFeed {
    pub(crate) feed: Feed,
    health: Health,
    /// The exporter whose session ends with the next event.
    ending: Option<SocketAddr>,
}

impl ExaminedFeed {
    pub(crate) fn new(feed: Feed) -> Self {
        Self {
            feed,
            health: Health::default(),
            ending: None,
        }
    }

    /// Decodes a datagram.
    pub(crate) fn push<'f>(&'f mut self, datagram: Datagram<'f>) -> Result<Decoded<'f>, Error> {
        let datagram = self.feed.numbered(datagram);
        match self.feed.push(datagram) {
            Ok(decoded) => {
                self.health.decoded(&decoded);
                Ok(decoded)
            }
            Err(error) => {
                self.health.unreadable(&datagram, &error);
                Err(error)
            }
        }
    }

    /// Decodes the next datagram of a source; `None` at its end.
    pub(crate) fn next<'f, S: Datagrams>(
        &'f mut self,
        source: &'f mut S,
    ) -> Option<Result<Event<'f>, S::Error>> {
        let Self {
            feed,
            health,
            ending,
        } = self;
        if let Some(exporter) = ending.take() {
            // The feed ends the session only now.
            health.session_ended(feed.decoder(), exporter);
        }
        let event = feed.next(source)?;
        match &event {
            Ok(Event::Decoded(_, decoded)) => health.decoded(decoded),
            Ok(Event::Unreadable(datagram, error)) => health.unreadable(datagram, error),
            Ok(Event::SessionEnds(exporter)) => *ending = Some(*exporter),
            Ok(_) | Err(_) => {}
        }
        Some(event)
    }

    pub(crate) fn end_session(&mut self, exporter: SocketAddr) {
        self.health.session_ended(self.feed.decoder(), exporter);
        self.feed.end_session(exporter);
    }

    /// Sets what the sockets received and lost.
    pub(crate) const fn source(&mut self, facts: SourceFacts) {
        self.health.source(facts);
    }

    /// The health of the exporters so far, as JSON.
    pub(crate) fn document(&self) -> String {
        let names = InputNames::default();
        document(&self.health, self.feed.decoder(), &names)
    }
}

/// The document of what is known.
fn document(health: &Health, decoder: &Decoder, inputs: &InputNames) -> String {
    netflow_cli::document(&health.report(decoder), inputs)
}

/// A pass over files, and what learns from it.
pub(crate) struct Examination<E> {
    pub(crate) feed: Feed,
    pub(crate) of: E,
    pub(crate) names: InputNames,
    facts: SourceFacts,
    raised: Raised,
}

impl<E: Examined> Examination<E> {
    pub(crate) fn new(feed: Feed, of: E) -> Self {
        Self {
            feed,
            of,
            names: InputNames::default(),
            facts: SourceFacts::default(),
            raised: Raised::default(),
        }
    }

    fn read(&mut self, mut source: Source<'_>, file: u32) -> Result<(), netflow_io::CaptureError> {
        self.feed.begin_input(file);
        let mut ended = Ok(());
        while let Some(event) = self.feed.next(&mut source) {
            match event {
                Ok(Event::Decoded(_, decoded)) => self.of.decoded(&decoded),
                Ok(Event::Unreadable(datagram, error)) => self.of.unreadable(&datagram, &error),
                Ok(Event::SessionEnds(exporter)) => {
                    self.of.session_ended(self.feed.decoder(), exporter);
                }
                Ok(_) => {}
                Err(error) => ended = Err(error),
            }
        }
        self.facts += netflow_cli::source_facts(source.summary());
        ended
    }
}

fn warn(error: &netflow_io::CaptureError) -> PyResult<()> {
    Python::attach(|py| {
        let errors = py.import("netflow_rs._errors")?;
        errors.call_method1("warn", (error.to_string(),)).map(drop)
    })
}
