//! Records as the documents of other tools.

use netflow_core::InputNames;
use netflow_io::Feed;
use netflow_output::format::dialect::{DialectForm, DialectName, DialectOptions};
use netflow_output::format::{Biflows, FlowLines, Format, Lines, Records, Selection, Wire};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::arguments::{ChosenFlows, limits};
use crate::exporters::{ExporterArguments, Exporters};
use crate::guarded::Guarded;
use crate::input::PathOrOpener;
use crate::walk::FileWalk;

/// The documents of inputs, as octets: those of one message at a time.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Documents(Guarded<Written>);

struct Written {
    walk: FileWalk,
    format: Box<dyn Format + Send>,
    out: Vec<u8>,
}

impl Written {
    /// What comes next; nothing at the end.
    fn next(&mut self) -> PyResult<Option<Vec<u8>>> {
        while self.out.is_empty() {
            let (format, out) = (&mut self.format, &mut self.out);
            let mut written = Ok(());
            let is_more = self
                .walk
                .step(|message| written = format.message(message, out))?;
            written.map_err(|error| PyValueError::new_err(error.to_string()))?;
            if !is_more {
                return Ok(None);
            }
        }
        Ok(Some(core::mem::take(&mut self.out)))
    }
}

/// What documents hold and how they are written.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct DocumentOptions {
    schema: String,
    format: String,
    /// Options of dialects by their names on the command line.
    settings: Vec<(String, String)>,
}

impl DocumentOptions {
    fn format(self, chosen: &ChosenFlows, list_depth: u8) -> PyResult<Box<dyn Format + Send>> {
        let invalid = |error: &dyn core::fmt::Display| PyValueError::new_err(error.to_string());
        let biflows = if chosen.split_biflows {
            Biflows::Split
        } else {
            Biflows::Whole
        };
        let selection = Selection::new(biflows, chosen.filter()?);
        let form: DialectForm = self.format.parse().map_err(|error| invalid(&error))?;
        let of_records: Option<Box<dyn Format + Send>> = match self.schema.as_str() {
            "flow" => Some(Box::new(FlowLines::new(
                None,
                selection.clone(),
                InputNames::default(),
            ))),
            "record" | "wire" if selection.filter().is_some() => {
                let reason = format!("where chooses among flows; the schema {:?}", self.schema);
                return Err(PyValueError::new_err(format!("{reason} has every record")));
            }
            "record" => Some(Box::new(Lines::new(
                Records::new(list_depth),
                InputNames::default(),
            ))),
            "wire" => Some(Box::new(Lines::new(
                Wire::new(list_depth),
                InputNames::default(),
            ))),
            _ => None,
        };
        if let Some(format) = of_records.filter(|_| form == DialectForm::Json) {
            return Ok(format);
        }
        let schema: DialectName = self.schema.parse().map_err(|error| invalid(&error))?;
        let mut options = DialectOptions::default();
        options.selection = selection;
        for (name, value) in self.settings {
            options.set(&name, &value).map_err(|error| {
                let argument = match &*error.name {
                    "add-field" => "fields".to_owned(),
                    "tag" => "tags".to_owned(),
                    name => name.replace('-', "_"),
                };
                PyValueError::new_err(format!("{argument}: {}", error.reason))
            })?;
        }
        options.format(schema, form).ok_or_else(|| {
            let forms: Vec<_> = schema.forms().iter().map(|form| form.name()).collect();
            let forms = forms.join(", ");
            PyValueError::new_err(format!(
                "{schema} is written as {forms}, not {:?}",
                form.name()
            ))
        })
    }
}

#[pymethods]
impl Documents {
    #[new]
    #[pyo3(signature = (inputs, *, options, chosen, ports, strict, state, exporters))]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn new(
        inputs: Vec<PathOrOpener>,
        options: DocumentOptions,
        chosen: ChosenFlows,
        ports: Vec<u16>,
        strict: bool,
        state: Option<&[u8]>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let exporters = Exporters::new(exporters)?;
        let decoder = exporters.decoder(limits(), state)?;
        let list_depth = decoder.limits().list_depth;
        let mut format = options.format(&chosen, list_depth)?;
        let mut out = Vec::new();
        format.begin(&mut out);
        Ok(Self(Guarded::new(Written {
            walk: FileWalk::new(inputs, ports, strict, Feed::new(decoder)),
            format,
            out,
        })))
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let next = py.detach(|| self.0.lock_detached()?.next())?;
        Ok(next.map(|octets| PyBytes::new(py, &octets)))
    }

    /// Counters, templates and domains so far, and the first problems.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.lock(py)?.walk.report(py)
    }
}
