//! Flows one by one.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::iter::{self, once};
use std::sync::Mutex;

use netflow_core::field::FlowField;
use netflow_core::wire::sflow::Sample;
use netflow_core::wire::sflow::structure::Members;
use netflow_core::{Decoded, ProjectedFlow, Projection};
use netflow_io::Feed;
use netflow_query::Filter;
use pyo3::exceptions::{PyAttributeError, PyKeyError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList, PyTuple, PyType};

use crate::arguments::{ChosenFlows, limits};
use crate::exporters::{ExporterArguments, Exporters};
use crate::guarded::Guarded;
use crate::input::PathOrOpener;
use crate::packed::{self, Packed};
use crate::value::{Owned, elements};
use crate::walk::FileWalk;

/// One flow: the normalised fields as attributes, the elements of its record by name.
#[pyclass(frozen, eq, hash, module = "netflow_rs._netflow")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Record {
    /// The fields that were sent: the number of each in the table, and its value, packed.
    fields: Box<[u8]>,
    /// The names of the elements, which records of one template share.
    names: NameList,
    /// The values of the elements, packed.
    elements: Box<[u8]>,
}

type NameList = Arc<[Box<str>]>;

/// How deep lists inside lists are followed.
const LIST_DEPTH: u8 = 4;

/// Lists of names that are kept to be shared.
const KEPT_NAMES: usize = 32;

/// Lists of names of elements that were used last.
#[derive(Debug, Default)]
struct NameCache(VecDeque<NameList>);

/// Of records that are unpickled.
static UNPICKLED_NAMES: Mutex<NameCache> = Mutex::new(NameCache(VecDeque::new()));

impl NameCache {
    /// A list of these names, shared with others of the same names.
    fn share<S: AsRef<str>>(&mut self, names: &[S]) -> NameList {
        let is_same = |known: &NameList| {
            let texts = known.iter().map(AsRef::<str>::as_ref);
            texts.eq(names.iter().map(AsRef::as_ref))
        };
        let known = self.0.iter().position(is_same);
        // The list used last is first, so that the one used least recently makes room.
        let list: NameList = known
            .and_then(|place| self.0.remove(place))
            .unwrap_or_else(|| names.iter().map(|name| name.as_ref().into()).collect());
        self.0.truncate(KEPT_NAMES - 1);
        self.0.push_front(Arc::clone(&list));
        list
    }
}

impl Record {
    fn new(row: &ProjectedFlow<'_, '_, '_>, cache: &mut NameCache) -> Self {
        let flow = row.flow();
        let mut fields = Vec::with_capacity(512);
        for (number, position) in (0_u8..).zip(0..FlowField::ALL.len()) {
            if let Some(value) = row.value(position) {
                fields.push(number);
                packed::append(&value.into(), &mut fields);
            }
        }
        let mut values = Vec::with_capacity(256);
        let names = match (flow.record(), flow.sample()) {
            (Some(record), _) => packed_elements(&elements(record, LIST_DEPTH), cache, &mut values),
            (None, Some(sample)) => packed_elements(&members(sample), cache, &mut values),
            (None, None) => cache.share::<&str>(&[]),
        };
        Self {
            fields: fields.into(),
            names,
            elements: values.into(),
        }
    }

    /// The fields that were sent, in the order of the table.
    fn sent(&self) -> impl Iterator<Item = (FlowField, Packed<'_>)> {
        let mut rest = &*self.fields;
        iter::from_fn(move || {
            let (number, mut after) = rest.split_first()?;
            let value = packed::take(&mut after)?;
            rest = after;
            Some((*FlowField::ALL.get(usize::from(*number))?, value))
        })
    }

    /// The elements by their names.
    fn members(&self) -> impl Iterator<Item = (&str, Packed<'_>)> {
        let mut rest = &*self.elements;
        let names = self.names.iter().map(AsRef::as_ref);
        names.map_while(move |name| Some((name, packed::take(&mut rest)?)))
    }

    fn element(&self, name: &str) -> Option<Owned> {
        let mut members = self.members();
        members.find(|(known, _)| *known == name)?.1.value()
    }

    fn field(&self, field: FlowField) -> Option<Owned> {
        let mut sent = self.sent();
        sent.find(|(other, _)| *other == field)?.1.value()
    }

    fn text(&self, field: FlowField) -> String {
        match self.field(field) {
            Some(Owned::Address(address)) => address.to_string(),
            Some(Owned::Unsigned(number)) => number.to_string(),
            Some(Owned::Text(text)) => text,
            _ => "?".to_owned(),
        }
    }
}

/// Packs the values, and returns the names.
fn packed_elements<S: AsRef<str>>(
    elements: &[(S, Owned)],
    cache: &mut NameCache,
    out: &mut Vec<u8>,
) -> NameList {
    for (_, value) in elements {
        packed::append(value, out);
    }
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_ref()).collect();
    cache.share(&names)
}

/// What a name that does not exist may mean, as the end of a message.
fn meant(py: Python<'_>, name: &str, names: Vec<&str>) -> String {
    let near = || -> PyResult<Option<String>> {
        let nearest = py.import("netflow_rs._inputs")?.getattr("nearest")?;
        nearest.call1((name, names))?.extract()
    };
    match near() {
        Ok(Some(near)) => format!(", did you mean {near:?}?"),
        _ => String::new(),
    }
}

/// The members of an sFlow sample, and of its records after the name of their structure.
fn members(sample: &Sample<'_>) -> Vec<(Cow<'static, str>, Owned)> {
    let mut all = Vec::new();
    let mut add = |prefix: &str, members: Members<'_>| {
        for member in members {
            let value = Owned::member(member.value.as_ref(), member.octets);
            all.push((Cow::Owned(format!("{prefix}{}", member.name)), value));
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
    /// Of what `__reduce__` returns.
    #[new]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn unpickle(fields: &[u8], names: Vec<String>, elements: &[u8]) -> PyResult<Self> {
        let names = UNPICKLED_NAMES
            .lock()
            .map_err(|_| PyRuntimeError::new_err("an earlier record failed"))?
            .share(&names);
        let record = Self {
            fields: fields.into(),
            names,
            elements: elements.into(),
        };
        let is_whole = |mut octets: &[u8], with_number: bool| {
            while !octets.is_empty() {
                octets = octets.get(usize::from(with_number)..)?;
                packed::take(&mut octets)?.value()?;
            }
            Some(())
        };
        if is_whole(fields, true).is_none() || is_whole(elements, false).is_none() {
            return Err(PyValueError::new_err("this is not a pickled record"));
        }
        Ok(record)
    }

    fn __reduce__<'py>(
        this: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let (py, record) = (this.py(), this.get());
        let names = PyTuple::new(py, record.names.iter().map(AsRef::<str>::as_ref))?;
        let (fields, elements) = (&*record.fields, &*record.elements);
        let arguments = (PyBytes::new(py, fields), names, PyBytes::new(py, elements));
        Ok((this.get_type(), arguments.into_pyobject(py)?))
    }

    /// Octets of memory that it takes; the names of its elements are shared with others.
    fn __sizeof__(&self) -> usize {
        // The head of an object of Python is two words.
        size_of::<[usize; 2]>() + size_of::<Self>() + self.fields.len() + self.elements.len()
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match FlowField::ALL.iter().find(|field| field.name() == name) {
            Some(field) => match self.field(*field) {
                Some(value) => value.to_python(py),
                None => Ok(py.None().into_bound(py)),
            },
            // Python asks for names of its own that objects may lack.
            None if name.starts_with("__") => Err(PyAttributeError::new_err(name.to_owned())),
            None => {
                let names = FlowField::ALL.iter().map(|field| field.name()).collect();
                let mut meant = meant(py, name, names);
                if meant.is_empty() {
                    meant.push('.');
                }
                Err(PyAttributeError::new_err(format!(
                    "a flow has no field {name:?}{meant} Elements are reached by record[{name:?}]."
                )))
            }
        }
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match self.element(name) {
            Some(value) => value.to_python(py),
            None => {
                let names = self.names.iter().map(AsRef::as_ref).collect();
                let meant = meant(py, name, names);
                Err(PyKeyError::new_err(format!(
                    "the record has no element {name:?}{meant}"
                )))
            }
        }
    }

    fn __contains__(&self, name: &str) -> bool {
        self.names.iter().any(|known| **known == *name)
    }

    fn __len__(&self) -> usize {
        self.names.len()
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
        match self.element(name) {
            Some(value) => value.to_python(py),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    /// Names of the elements, one by one.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.keys())?.try_iter()
    }

    /// Names of the elements.
    fn keys(&self) -> Vec<&str> {
        self.names.iter().map(AsRef::as_ref).collect()
    }

    /// The elements of the record, as they were sent; of sFlow, the members of the sample.
    #[getter]
    fn elements<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dictionary = PyDict::new(py);
        for (name, value) in self.members() {
            if let Some(value) = value.value() {
                dictionary.set_item(name, value.to_python(py)?)?;
            }
        }
        Ok(dictionary)
    }

    /// The normalised fields that were sent.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dictionary = PyDict::new(py);
        for (field, value) in self.sent() {
            if let Some(value) = value.value() {
                dictionary.set_item(field.name(), value.to_python(py)?)?;
            }
        }
        Ok(dictionary)
    }

    fn __repr__(&self) -> String {
        format!(
            "<Record {} {}:{} > {}:{} protocol {} {} octets>",
            self.text(FlowField::ExportProtocol),
            self.text(FlowField::SourceAddress),
            self.text(FlowField::SourcePort),
            self.text(FlowField::DestinationAddress),
            self.text(FlowField::DestinationPort),
            self.text(FlowField::Protocol),
            self.text(FlowField::Octets),
        )
    }
}

/// Makes records of flows. It looks for the fields once in each template: most are in none.
pub(crate) struct RecordReader {
    /// All fields, in the order of the table.
    projection: Projection,
    /// Only flows that match it.
    filter: Option<Filter>,
    split_biflows: bool,
    /// Discarded packets of sFlow are flows too.
    discarded: bool,
    names: NameCache,
}

impl RecordReader {
    /// A reader of the flows that are chosen.
    ///
    /// # Errors
    ///
    /// The filter cannot be parsed.
    pub(crate) fn new(chosen: &ChosenFlows) -> PyResult<Self> {
        Ok(Self {
            projection: Projection::new(FlowField::ALL.iter().copied()),
            filter: chosen.filter()?,
            split_biflows: chosen.split_biflows,
            discarded: chosen.discarded,
            names: NameCache::default(),
        })
    }

    /// Adds the flows of a datagram.
    pub(crate) fn read(&mut self, decoded: &Decoded<'_>, into: &mut impl Extend<Record>) {
        for set in decoded.joined_sets() {
            let projected = self.projection.of(&set);
            let flows = if self.discarded {
                set.flows().with_discarded()
            } else {
                set.flows()
            };
            for flow in flows {
                let reverse = self.split_biflows.then(|| flow.reverse()).flatten();
                for flow in once(&flow).chain(reverse.as_ref()) {
                    if self
                        .filter
                        .as_ref()
                        .is_none_or(|filter| filter.matches(flow))
                    {
                        let record = Record::new(&projected.row(flow), &mut self.names);
                        into.extend(once(record));
                    }
                }
            }
        }
    }
}

/// The flows of inputs, one after the other.
#[pyclass(frozen, module = "netflow_rs._netflow")]
pub(crate) struct Records(Guarded<FlowReading>);

struct FlowReading {
    walk: FileWalk,
    reader: RecordReader,
    ready: VecDeque<Record>,
}

impl FlowReading {
    /// The next record; after an error there is none.
    fn next(&mut self) -> PyResult<Option<Record>> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Ok(Some(record));
            }
            let (reader, ready) = (&mut self.reader, &mut self.ready);
            let is_more = self.walk.step(|message| reader.read(message, ready))?;
            if !is_more {
                return Ok(None);
            }
        }
    }
}

#[pymethods]
impl Records {
    #[new]
    #[pyo3(signature = (inputs, *, chosen, ports, strict, state, exporters))]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "pyo3 passes arguments by value"
    )]
    fn new(
        inputs: Vec<PathOrOpener>,
        chosen: ChosenFlows,
        ports: Vec<u16>,
        strict: bool,
        state: Option<&[u8]>,
        exporters: Option<ExporterArguments>,
    ) -> PyResult<Self> {
        let decoder = Exporters::new(exporters)?.decoder(limits(), state)?;
        Ok(Self(Guarded::new(FlowReading {
            walk: FileWalk::new(inputs, ports, strict, Feed::new(decoder)),
            reader: RecordReader::new(&chosen)?,
            ready: VecDeque::new(),
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
}
