//! Names and values of a source against a row.

use core::net::Ipv6Addr;

use serde_json::Value;

use crate::capture::Row;
use crate::value::is_same;

/// What a name of a source is here. A name may be on several lines of its table; all of
/// them are compared that the row has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Meaning {
    /// This normalised field; passed over where the row is not a flow.
    Flow(&'static str),
    /// The same, once the value has our form.
    FlowBy(&'static str, Convert),
    /// This member of the record.
    Record(&'static str),
    /// The same, once the value has our form.
    RecordBy(&'static str, Convert),
    /// What the row says of its message or template.
    Head(&'static str),
    /// Not compared; the table says why.
    No,
}

/// Converts a value to our form; null where it says nothing.
pub(crate) type Convert = fn(&Value) -> Value;

/// A line of the table of a source.
pub(crate) type Line = (&'static str, Meaning);

/// Something that is not as a source expects.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) capture: String,
    /// The name of the source.
    pub(crate) name: String,
    pub(crate) what: String,
}

/// Compares, and keeps what differs.
#[derive(Debug)]
pub(crate) struct Comparison<'c> {
    capture: &'c str,
    /// The source does not distinguish zero from absent.
    pub(crate) zero_is_absent: bool,
    pub(crate) compared: usize,
    pub(crate) differences: Vec<Difference>,
}

impl<'c> Comparison<'c> {
    pub(crate) const fn new(capture: &'c str) -> Self {
        Self {
            capture,
            zero_is_absent: false,
            compared: 0,
            differences: Vec::new(),
        }
    }

    pub(crate) fn differ(&mut self, name: &str, what: String) {
        self.differences.push(Difference {
            capture: self.capture.to_owned(),
            name: name.to_owned(),
            what,
        });
    }

    /// Compares how many there are.
    pub(crate) fn count(&mut self, name: &str, expected: usize, found: usize) {
        self.compared += 1;
        if expected != found {
            self.differ(name, format!("{expected} expected, {found} found"));
        }
    }

    /// Compares all values of an object with a row.
    pub(crate) fn object(&mut self, table: &[Line], expected: &Value, row: &Row) {
        for (name, value) in expected.as_object().unwrap() {
            self.value(table, name, value, row);
        }
    }

    /// Compares one value with a row.
    pub(crate) fn value(&mut self, table: &[Line], name: &str, expected: &Value, row: &Row) {
        let mut compared = 0;
        let mut is_known = false;
        for (_, meaning) in table.iter().filter(|(line, _)| *line == name) {
            is_known |= matches!(meaning, Meaning::No);
            let Some((field, expected, found)) = resolve(*meaning, expected, row) else {
                continue;
            };
            compared += 1;
            if !self.is_same(&expected, found) {
                let what = format!("{field} is {found}, {expected} expected in {}", row.record);
                self.differ(name, what);
            }
        }
        if compared == 0 && !is_known {
            self.differ(name, "is in no line of the table for this row".to_owned());
        }
        self.compared += compared;
    }

    /// Whether a value is as expected.
    pub(crate) fn is_same(&self, expected: &Value, found: &Value) -> bool {
        is_same(expected, found)
            || address(expected).is_some_and(|expected| Some(expected) == address(found))
            || self.zero_is_absent && is_nothing(expected) && is_nothing(found)
    }
}

/// The field, what is expected of it and what it is.
pub(crate) fn resolve<'r>(
    meaning: Meaning,
    expected: &Value,
    row: &'r Row,
) -> Option<(&'static str, Value, &'r Value)> {
    let (field, convert): (_, Option<Convert>) = match meaning {
        Meaning::Flow(field) | Meaning::Record(field) | Meaning::Head(field) => (field, None),
        Meaning::FlowBy(field, convert) | Meaning::RecordBy(field, convert) => {
            (field, Some(convert))
        }
        Meaning::No => return None,
    };
    let found = match meaning {
        Meaning::Flow(_) | Meaning::FlowBy(..) => &row.flow.as_ref()?[field],
        Meaning::Head(_) => &row.record[field],
        _ => row.member(field),
    };
    let expected = convert.map_or_else(|| expected.clone(), |convert| convert(expected));
    Some((field, expected, found))
}

/// An IPv6 address, which others write in mixed notation.
fn address(value: &Value) -> Option<Ipv6Addr> {
    value.as_str()?.parse().ok()
}

/// Null, zero or an address of zeros.
pub(crate) fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == 0 || *value == "0.0.0.0" || *value == "::"
}
