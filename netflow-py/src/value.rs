//! Values that outlive their message, and their conversion to Python.

use alloc::borrow::Cow;
use core::net::IpAddr;

use netflow_core::FlowValue;
use netflow_core::record::{DataRecord, Field, List, SubTemplateList};
use netflow_core::template::TemplateField;
use netflow_core::value::Value;
use netflow_core::wire::sflow::structure::MemberValue;
use netflow_core::wire::template::FieldKey;
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList};

/// A value of a record.
#[derive(Debug, Clone)]
pub(crate) enum Owned {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Flag(bool),
    Address(IpAddr),
    Text(String),
    Octets(Vec<u8>),
    /// Digits of a number of more than 64 bits.
    Digits(String),
    /// Microseconds since 1970 UTC.
    Time(i64),
    /// Nanoseconds.
    Duration(i64),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl From<FlowValue<'_>> for Owned {
    fn from(value: FlowValue<'_>) -> Self {
        match value {
            FlowValue::Unsigned(number) => Self::Unsigned(number),
            FlowValue::Flag(flag) => Self::Flag(flag),
            FlowValue::Address(address) => Self::Address(address),
            FlowValue::Mac(mac) => Self::Text(mac.to_string()),
            FlowValue::Time(time) => Self::Time(time.as_nanos().div_euclid(1_000)),
            FlowValue::Duration(nanos) => Self::Duration(nanos),
            FlowValue::Text(text) => Self::Text(text.to_string()),
            FlowValue::Octets(octets) => Self::Octets(octets.to_owned()),
            FlowValue::Name(name) => Self::Text(name.to_owned()),
            FlowValue::Application(application) => Self::Text(application.to_string()),
            FlowValue::Numbers(numbers) => {
                let numbers = numbers.into_iter();
                Self::List(
                    numbers
                        .map(|number| Self::Unsigned(number.into()))
                        .collect(),
                )
            }
            _ => Self::List(Vec::new()),
        }
    }
}

impl From<Value<'_>> for Owned {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Unsigned(number) => Self::Unsigned(number),
            Value::LargeUnsigned(number) => Self::Digits(number.to_string()),
            Value::Signed(number) => Self::Signed(number),
            Value::Float(number) => Self::Float(number),
            Value::Boolean(flag) => Self::Flag(flag),
            Value::Address(address) => Self::Address(address),
            Value::Octets(octets) | Value::List(octets) => Self::Octets(octets.to_owned()),
            Value::Seconds(seconds) => Self::Time(i64::from(seconds) * 1_000_000),
            Value::Milliseconds(millis) => {
                let micros = i64::try_from(millis).ok();
                let micros = micros.and_then(|millis| millis.checked_mul(1_000));
                micros.map_or(Self::Unsigned(millis), Self::Time)
            }
            Value::Ntp(time) => {
                let micros = time.unix_seconds().saturating_mul(1_000_000);
                // Rounded: a binary fraction is seldom a whole microsecond.
                Self::Time(micros.saturating_add((i64::from(time.nanos()) + 500) / 1_000))
            }
            other => Self::Text(other.to_string()),
        }
    }
}

impl Owned {
    /// A field; octets if its type is not known or cannot have this length.
    fn field(field: &Field<'_, '_>, depth: u8) -> Self {
        match (field.list(), field.value()) {
            (Some(list), _) if depth > 0 => Self::list(&list, depth),
            (None, Some(value)) => value.into(),
            _ => Self::Octets(field.octets().to_owned()),
        }
    }

    fn list(list: &List<'_, '_>, depth: u8) -> Self {
        let depth = depth.saturating_sub(1);
        match list {
            List::Basic(list) => {
                let values = list.values().map(|item| match (item.list(), item.value()) {
                    (Some(list), _) if depth > 0 => Self::list(&list, depth),
                    (None, Some(value)) => value.into(),
                    _ => Self::Octets(item.octets().to_owned()),
                });
                let element = list.element().map_or_else(
                    || format!("{}:{}", list.id().enterprise_number, list.id().id),
                    |element| element.name.to_owned(),
                );
                Self::Object(vec![
                    semantic(list.semantic()),
                    ("element".to_owned(), Self::Text(element)),
                    ("values".to_owned(), Self::List(values.collect())),
                ])
            }
            List::SubTemplate(list) => {
                let mut members = vec![semantic(list.semantic())];
                members.extend(Self::part(list, depth));
                Self::Object(members)
            }
            List::SubTemplateMulti(list) => {
                let parts = list
                    .parts()
                    .map(|part| Self::Object(Self::part(&part, depth).into()));
                Self::Object(vec![
                    semantic(list.semantic()),
                    ("values".to_owned(), Self::List(parts.collect())),
                ])
            }
        }
    }

    fn part(list: &SubTemplateList<'_, '_>, depth: u8) -> [(String, Self); 2] {
        let records = list
            .records()
            .map(|record| Self::Object(owned(elements(&record, depth))));
        [
            (
                "template".to_owned(),
                Self::Unsigned(list.template_id().into()),
            ),
            ("values".to_owned(), Self::List(records.collect())),
        ]
    }

    /// A member of an sFlow structure.
    pub(crate) fn member(value: Option<&MemberValue<'_>>, octets: &[u8]) -> Self {
        match value {
            Some(MemberValue::Unsigned(number)) => Self::Unsigned(*number),
            Some(MemberValue::Signed(number)) => Self::Signed(*number),
            Some(MemberValue::Float(number)) => Self::Float(*number),
            Some(MemberValue::Address(address)) => Self::Address(*address),
            Some(MemberValue::MacAddress(octets)) => {
                Self::Text(netflow_core::value::MacAddress(*octets).to_string())
            }
            Some(MemberValue::Text(text)) => {
                Self::Text(netflow_core::value::Text::new(text).to_string())
            }
            Some(MemberValue::Octets(octets)) => Self::Octets((*octets).to_owned()),
            None => Self::Octets(octets.to_owned()),
        }
    }

    pub(crate) fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Unsigned(number) => number.into_bound_py_any(py),
            Self::Signed(number) => number.into_bound_py_any(py),
            Self::Float(number) => number.into_bound_py_any(py),
            Self::Flag(flag) => flag.into_bound_py_any(py),
            Self::Address(address) => address.into_bound_py_any(py),
            Self::Text(text) => text.into_bound_py_any(py),
            Self::Octets(octets) => Ok(PyBytes::new(py, octets).into_any()),
            Self::Digits(digits) => py.get_type::<pyo3::types::PyInt>().call1((digits,)),
            Self::Time(micros) => time(py, *micros),
            Self::Duration(nanos) => duration(py, *nanos),
            Self::List(values) => {
                let values = values.iter().map(|value| value.to_python(py));
                let list = PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)?;
                Ok(list.into_any())
            }
            Self::Object(members) => Ok(object(py, members)?.into_any()),
        }
    }
}

fn semantic(number: u8) -> (String, Owned) {
    ("semantic".to_owned(), Owned::Unsigned(number.into()))
}

/// Members with names of their own.
fn owned(members: Vec<(Cow<'_, str>, Owned)>) -> Vec<(String, Owned)> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.into_owned(), value))
        .collect()
}

/// A dictionary of named values.
fn object<'py>(py: Python<'py>, members: &[(String, Owned)]) -> PyResult<Bound<'py, PyDict>> {
    let dictionary = PyDict::new(py);
    for (name, value) in members {
        dictionary.set_item(name, value.to_python(py)?)?;
    }
    Ok(dictionary)
}

/// Fields of a record by the names of the registries. What repeats is a list, in the order
/// of the wire.
pub(crate) fn elements<'t>(record: &DataRecord<'_, 't>, depth: u8) -> Vec<(Cow<'t, str>, Owned)> {
    let mut members: Vec<(Cow<'t, str>, Owned)> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    for field in record.fields() {
        let name = name(field.template());
        let value = Owned::field(&field, depth);
        let known = members.iter().position(|(known, _)| *known == name);
        match known {
            None => {
                members.push((name, value));
                counts.push(1);
            }
            Some(index) => {
                let held = &mut members[index].1;
                if counts[index] == 1 {
                    let first = core::mem::replace(held, Owned::List(Vec::new()));
                    *held = Owned::List(vec![first]);
                }
                counts[index] += 1;
                if let Owned::List(values) = held {
                    values.push(value);
                }
            }
        }
    }
    members
}

/// The name of a field, else its enterprise and number.
fn name(field: &TemplateField) -> Cow<'_, str> {
    match (field.name(), field.key()) {
        (Some(name), _) => name.into(),
        (None, FieldKey::Element(id)) => format!("{}:{}", id.enterprise_number, id.id).into(),
        (None, FieldKey::Scope(number)) => format!("scope:{number}").into(),
    }
}

static DATETIME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static TIMEDELTA: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A class of the module `datetime`.
fn imported<'py>(
    py: Python<'py>,
    slot: &'static PyOnceLock<Py<PyAny>>,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let class = slot.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("datetime")?.getattr(name)?.unbind())
    })?;
    Ok(class.bind(py).clone())
}

/// A `timedelta`.
pub(crate) fn duration(py: Python<'_>, nanos: i64) -> PyResult<Bound<'_, PyAny>> {
    let class = imported(py, &TIMEDELTA, "timedelta")?;
    class.call1((0, 0, nanos.div_euclid(1_000)))
}

/// A `datetime` in UTC. Of a year that it cannot hold, the microseconds since 1970.
pub(crate) fn time(py: Python<'_>, micros: i64) -> PyResult<Bound<'_, PyAny>> {
    let epoch = EPOCH.get_or_try_init(py, || {
        let datetime = imported(py, &DATETIME, "datetime")?;
        let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
        Ok::<_, PyErr>(datetime.call1((1970, 1, 1, 0, 0, 0, 0, utc))?.unbind())
    })?;
    let since = imported(py, &TIMEDELTA, "timedelta")?.call1((0, 0, micros))?;
    match epoch.bind(py).add(since) {
        Ok(time) => Ok(time),
        Err(_) => micros.into_bound_py_any(py),
    }
}
