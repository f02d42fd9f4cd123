//! Inputs, read message by message.

use alloc::sync::Arc;

use netflow_core::Decoded;
use netflow_io::{CaptureError, CaptureOptions, Event, Feed, Source};
use pyo3::prelude::*;

use crate::error;
use crate::input::{Input, PathOrOpener, Raised};
use crate::report::Report;

/// A pass over inputs, one after the other.
pub(crate) struct FileWalk {
    inputs: Arc<Vec<Input>>,
    options: CaptureOptions,
    next: usize,
    is_any_open: bool,
    source: Option<Source<'static>>,
    pub(crate) feed: Feed,
    raised: Raised,
    strict: bool,
}

impl FileWalk {
    pub(crate) fn new(
        inputs: Vec<PathOrOpener>,
        ports: Vec<u16>,
        strict: bool,
        feed: Feed,
    ) -> Self {
        Self {
            inputs: Arc::new(inputs.into_iter().map(Input::new).collect()),
            options: CaptureOptions::default().with_ports(ports),
            next: 0,
            is_any_open: false,
            source: None,
            feed,
            raised: Raised::default(),
            strict,
        }
    }

    /// What the inputs are called.
    fn names(&self) -> Vec<String> {
        self.inputs.iter().map(Input::name).collect()
    }

    /// Counters, templates and domains so far, and the first problems.
    pub(crate) fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Report::of(&self.feed, &self.names()).to_python(py)
    }

    /// Reads the next message, if there is one, and passes it to `each`; returns whether more may follow.
    /// After an error nothing does.
    pub(crate) fn step(&mut self, each: impl FnOnce(&Decoded<'_>)) -> PyResult<bool> {
        let found = self.message(each);
        if found.is_err() {
            self.source = None;
            self.next = self.inputs.len();
        }
        found
    }

    fn message(&mut self, each: impl FnOnce(&Decoded<'_>)) -> PyResult<bool> {
        if self.source.is_none() && !self.open()? {
            return Ok(false);
        }
        let Some(source) = &mut self.source else {
            return Ok(true);
        };
        match self.feed.next(source) {
            Some(Ok(Event::Decoded(_, message))) => each(&message),
            Some(Ok(_)) => {}
            ended => {
                let fault = ended.and_then(Result::err);
                self.source = None;
                self.check()?;
                if let Some(error) = fault {
                    self.fault(&error)?;
                }
            }
        }
        Ok(true)
    }

    /// Opens the next file; returns whether there was one. One that cannot be opened is
    /// passed over, unless it is the last and none could be.
    fn open(&mut self) -> PyResult<bool> {
        let Some(input) = self.inputs.get(self.next) else {
            return Ok(false);
        };
        let source = input.open(self.options.clone(), &self.raised);
        self.check()?;
        self.next += 1;
        match source {
            Ok(source) => {
                let input = u32::try_from(self.next.saturating_sub(1)).unwrap_or(u32::MAX);
                self.feed.begin_input(input);
                self.is_any_open = true;
                self.source = Some(source);
            }
            Err(error) if self.next == self.inputs.len() && !self.is_any_open => {
                return Err(error::of_file(&error));
            }
            Err(error) => self.fault(&error)?,
        }
        Ok(true)
    }

    fn check(&self) -> PyResult<()> {
        self.raised.take().map_or(Ok(()), Err)
    }

    /// A file that cannot be read to its end.
    fn fault(&self, error: &CaptureError) -> PyResult<()> {
        if self.strict {
            return Err(error::of_file(error));
        }
        Python::attach(|py| {
            let errors = py.import("netflow_rs._errors")?;
            errors.call_method1("warn", (error.to_string(),)).map(drop)
        })
    }
}
