//! A pass over inputs that is under way.

use alloc::sync::Arc;

use arrow_schema::ArrowError;
use netflow_arrow::{BatchBuilder, RecordBatch};
use netflow_io::CaptureOptions;
use netflow_scan::{Faults, Scan};
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;

use crate::arguments::limits;
use crate::error;
use crate::exporters::Exporters;
use crate::input::{Input, PathOrOpener, Raised, Range, RangeArguments};
use crate::report::{LastReport, Report};

/// What is read, any number of times.
#[derive(Debug, Clone)]
pub(crate) struct ReaderInputs {
    inputs: Arc<Vec<Input>>,
    options: CaptureOptions,
    faults: Faults,
    state: Option<Arc<[u8]>>,
    exporters: Exporters,
    is_quiet: bool,
}

impl ReaderInputs {
    pub(crate) fn new(
        inputs: Vec<PathOrOpener>,
        ports: Vec<u16>,
        strict: bool,
        state: Option<Vec<u8>>,
    ) -> Self {
        Self {
            inputs: Arc::new(inputs.into_iter().map(Input::new).collect()),
            options: CaptureOptions::default().with_ports(ports),
            faults: if strict {
                Faults::Stop
            } else {
                Faults::PassOver
            },
            state: state.map(Arc::from),
            exporters: Exporters::default(),
            is_quiet: false,
        }
    }

    /// With what the caller knows of exporters.
    pub(crate) fn exporters(self, exporters: Exporters) -> Self {
        Self { exporters, ..self }
    }

    /// Without warnings, for a caller that counts what they would report.
    pub(crate) fn quiet(self) -> Self {
        Self {
            is_quiet: true,
            ..self
        }
    }

    /// Only these parts: one of each input.
    pub(crate) fn parts(mut self, ranges: Vec<RangeArguments>) -> PyResult<Self> {
        if ranges.len() != self.inputs.len() {
            return Err(PyValueError::new_err("each file has one range"));
        }
        let inputs = Arc::into_inner(self.inputs).unwrap_or_default();
        let parts = inputs.into_iter().zip(ranges);
        let parts = parts.map(|(input, range)| Ok(input.part(Range::new(range)?)));
        self.inputs = Arc::new(parts.collect::<PyResult<_>>()?);
        Ok(self)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.inputs.iter().map(Input::name).collect()
    }

    /// Begins a pass, whose report will be in `report`.
    pub(crate) fn begin<B: BatchBuilder>(
        &self,
        builder: B,
        report: LastReport,
    ) -> PyResult<ScanReading<B>> {
        let raised = Raised::default();
        let options = self.options.clone();
        let (inputs, into) = (Arc::clone(&self.inputs), raised.clone());
        let mut index = 0;
        let open = move || {
            // What Python raised ends the pass.
            let input: &Input = inputs.get(index).filter(|_| !into.is_raised())?;
            index += 1;
            Some(input.open(options.clone(), &into))
        };
        let state = self.state.as_deref();
        let decoder = self.exporters.decoder(limits(), state)?;
        Ok(ScanReading {
            scan: Scan::new(decoder, builder, Box::new(open), self.faults),
            raised,
            names: self.names(),
            report,
            is_reported: self.is_quiet,
        })
    }
}

/// The pass.
pub(crate) struct ScanReading<B: BatchBuilder> {
    pub(crate) scan: Scan<B>,
    raised: Raised,
    names: Vec<String>,
    report: LastReport,
    is_reported: bool,
}

impl<B: BatchBuilder> ScanReading<B> {
    pub(crate) fn advance(&mut self) -> PyResult<Option<B::Batch>> {
        let item = self.scan.next();
        // The exception of Python replaces the library's error; rows before it come first, unless the
        // user interrupts.
        let is_rows = matches!(item, Some(Ok(_)));
        if let Some(error) = self.raised.take_unless(is_rows) {
            return Err(error);
        }
        match item {
            Some(Ok(batch)) => Ok(Some(batch)),
            Some(Err(error)) => {
                self.keep();
                Err(error::of_scan(&error))
            }
            None => {
                self.keep();
                self.warn()?;
                Ok(None)
            }
        }
    }

    fn keep(&self) {
        self.report.set(Report::new(&self.scan, &self.names));
    }

    /// Warns once of each file that was not read to its end.
    fn warn(&mut self) -> PyResult<()> {
        if core::mem::replace(&mut self.is_reported, true) {
            return Ok(());
        }
        let progress = self.scan.progress();
        let faults = progress.faults.iter().map(ToString::to_string);
        let empty = progress.without_export.iter().map(|(path, packets)| {
            format!(
                "{} holds no flow export in its {packets} packets; pass ports= if exporters \
                 send to a port of your own",
                path.display()
            )
        });
        for text in faults.chain(empty) {
            Python::attach(|py| {
                let errors = py.import("netflow_rs._errors")?;
                errors.call_method1("warn", (text,)).map(drop)
            })?;
        }
        Ok(())
    }
}

impl<B: BatchBuilder<Batch = RecordBatch>> Iterator for ScanReading<B> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.advance().map_err(|error| {
            let text = Python::attach(|py| {
                let name = error.get_type(py).to_string();
                let text = format!("{}: {}", short(&name), error.value(py));
                interrupt_again(py, &error);
                text
            });
            ArrowError::ExternalError(text.into())
        });
        batch.transpose()
    }
}

/// An Arrow consumer turns Ctrl-C into an error of its own, which a handler of errors would catch: so the
/// interrupt is raised again afterwards. No Python code may run here any more, or it would be raised here
/// and lost.
fn interrupt_again(py: Python<'_>, error: &PyErr) {
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // If that fails there is nobody to report it to.
        let _ = py
            .import("_thread")
            .and_then(|thread| thread.call_method0("interrupt_main"));
    }
}

/// `<class 'a.b.Error'>` is `Error`.
fn short(class: &str) -> &str {
    let name = class.trim_start_matches("<class '").trim_end_matches("'>");
    name.rsplit('.').next().unwrap_or(name)
}
