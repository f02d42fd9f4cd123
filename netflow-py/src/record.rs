//! Flows one by one.

use alloc::collections::VecDeque;
use core::iter::once;

use netflow_core::field::FlowField;
use netflow_core::wire::sflow::structure::Members;
use netflow_core::{Decoded, Flow, ProjectedFlow, Projection};
use netflow_io::Feed;
use netflow_query::Filter;
use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList};

use crate::exporters::{ExporterArguments, Exporters};
use crate::guarded::Guarded;
use crate::input::PathOrOpener;
use crate::value::{Owned, elements, object};
use crate::walk::Walk;

/// One flow: the normalised fields as attributes, the elements of its record by name.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Record {
    /// In the order of the table of fields.
    fields: Vec<Option<Owned>>,
    elements: Vec<(String, Owned)>,
}

/// How deep lists inside lists are followed.
const LIST_DEPTH: u8 = 4;

impl Record {
    fn new(row: &ProjectedFlow<'_, '_, '_>) -> Self {
        let flow = row.flow();
        let positions = 0..FlowField::ALL.len();
        Self {
            fields: positions
                .map(|position| row.value(position).map(Owned::from))
                .collect(),
            elements: match (flow.record(), flow.sample()) {
                (Some(record), _) => elements(record, LIST_DEPTH),
                (None, Some(sample)) => members(sample),
                (None, None) => Vec::new(),
            },
        }
    }

    fn field(&self, name: &str) -> Option<Option<&Owned>> {
        let index = FlowField::ALL
            .iter()
            .position(|field| field.name() == name)?;
        Some(self.fields.get(index)?.as_ref())
    }

    fn text(&self, name: &str) -> String {
        match self.field(name).flatten() {
            Some(Owned::Address(address)) => address.to_string(),
            Some(Owned::Unsigned(number)) => number.to_string(),
            Some(Owned::Text(text)) => text.clone(),
            _ => "?".to_owned(),
        }
    }
}

/// The members of an sFlow sample, and of its records after the name of their structure.
fn members(sample: &netflow_core::wire::sflow::Sample<'_>) -> Vec<(String, Owned)> {
    let mut all = Vec::new();
    let mut add = |prefix: &str, members: Members<'_>| {
        for member in members {
            let value = Owned::member(member.value.as_ref(), member.octets);
            all.push((format!("{prefix}{}", member.name), value));
        }
    };
    add("", sample.members());
    if let Ok(kind) = sample.kind() {
        for record in kind.records().filter_map(Result::ok) {
            let prefix = match record.structure() {
                Some(structure) => format!("{}.", structure.name()),
                None => format!("{}.", record.format()),
            };
            add(&prefix, record.members());
        }
    }
    all
}

#[pymethods]
impl Record {
    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match self.field(name) {
            Some(Some(value)) => value.to_python(py),
            Some(None) => Ok(py.None().into_bound(py)),
            None => Err(PyAttributeError::new_err(format!(
                "a flow has no field {name:?}; elements are reached by record[{name:?}]"
            ))),
        }
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let element = self.elements.iter().find(|(known, _)| known == name);
        match element {
            Some((_, value)) => value.to_python(py),
            None => Err(PyKeyError::new_err(name.to_owned())),
        }
    }

    fn __contains__(&self, name: &str) -> bool {
        self.elements.iter().any(|(known, _)| known == name)
    }

    fn __len__(&self) -> usize {
        self.elements.len()
    }

    fn __dir__(&self) -> Vec<String> {
        let own = ["elements", "fields", "get", "keys"].map(str::to_owned);
        let fields = FlowField::ALL.iter().map(|field| field.name().to_owned());
        own.into_iter().chain(fields).collect()
    }

    /// The value of an element, or this one if it was not sent.
    #[pyo3(signature = (name, default = None, /))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.elements.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value.to_python(py),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    /// Names of the elements, one by one.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.keys())?.try_iter()
    }

    /// Names of the elements.
    fn keys(&self) -> Vec<String> {
        self.elements.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The elements of the record, as they were sent; of sFlow, the members of the sample.
    #[getter]
    fn elements<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        object(py, &self.elements)
    }

    /// The normalised fields that were sent.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dictionary = PyDict::new(py);
        for (field, value) in FlowField::ALL.iter().zip(&self.fields) {
            if let Some(value) = value {
                dictionary.set_item(field.name(), value.to_python(py)?)?;
            }
        }
        Ok(dictionary)
    }

    fn __repr__(&self) -> String {
        format!(
            "<Record {} {}:{} > {}:{} protocol {} {} octets>",
            self.text("export_protocol"),
            self.text("source_address"),
            self.text("source_port"),
            self.text("destination_address"),
            self.text("destination_port"),
            self.text("protocol"),
            self.text("octets"),
        )
    }
}

/// Makes records of flows. It looks for the fields once in each template: most are in none.
pub(crate) struct RecordReader {
    /// All fields, in the order of the table.
    projection: Projection,
    /// Only flows that match it.
    filter: Option<Filter>,
}

impl RecordReader {
    pub(crate) fn new() -> Self {
        Self {
            projection: Projection::new(FlowField::ALL.iter().copied()),
            filter: None,
        }
    }

    /// Reads only the flows that match the filter.
    fn with_filter(self, filter: Option<Filter>) -> Self {
        Self { filter, ..self }
    }

    /// Adds the flows of a datagram.
    pub(crate) fn read(
        &mut self,
        decoded: &Decoded<'_>,
        split: bool,
        into: &mut impl Extend<Record>,
    ) {
        for set in decoded.joined_sets() {
            let projected = self.projection.of(&set);
            let filter = self.filter.as_ref();
            let matches = |flow: &&Flow<'_>| filter.is_none_or(|filter| filter.matches(flow));
            let record = |flow: &Flow<'_>| Record::new(&projected.row(flow));
            for flow in set.flows() {
                let reverse = split.then(|| flow.reverse()).flatten();
                into.extend(once(&flow).filter(matches).map(record));
                into.extend(reverse.as_ref().filter(matches).map(record));
            }
        }
    }
}

/// The flows of inputs, one after the other.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Records(Guarded<Flows>);

struct Flows {
    walk: Walk,
    reader: RecordReader,
    ready: VecDeque<Record>,
    split: bool,
}

impl Flows {
    /// The next record; after an error there is none.
    fn next(&mut self) -> PyResult<Option<Record>> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Ok(Some(record));
            }
            let (reader, ready, split) = (&mut self.reader, &mut self.ready, self.split);
            let is_more = self
                .walk
                .step(|message| reader.read(message, split, ready))?;
            if !is_more {
                return Ok(None);
            }
        }
    }
}

#[pymethods]
impl Records {
    #[new]
    #[pyo3(signature = (inputs, *, r#where, split_biflows, ports, strict, state, exporters))]
    fn new(
        inputs: Vec<PathOrOpener>,
        r#where: Option<&str>,
        split_biflows: bool,
        ports: Vec<u16>,
        strict: bool,
        state: Option<&[u8]>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let decoder = crate::arguments::decoder(crate::arguments::limits(), state)?;
        let feed = Feed::new(Exporters::new(exporters)?.apply(decoder));
        Ok(Self(Guarded::new(Flows {
            walk: Walk::new(inputs, ports, strict, feed),
            reader: RecordReader::new().with_filter(crate::arguments::filter(r#where)?),
            ready: VecDeque::new(),
            split: split_biflows,
        })))
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        py.detach(|| self.0.lock_detached()?.next())
    }

    /// Counters, templates and domains so far, and the first problems.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.lock(py)?.walk.report(py)
    }

    #[getter]
    fn problems(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.lock(py)?.walk.problems(py)
    }
}
