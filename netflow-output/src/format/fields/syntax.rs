//! What distinguishes formats of rows of fields: JSON and CSV.

use netflow_core::FlowValue;
use netflow_core::field::FlowField;

use crate::format::Zone;

/// How a format writes rows.
pub(in crate::format) trait Syntax {
    /// The quote around addresses, names and times.
    const QUOTE: Option<u8>;
    /// The octet that replaces the first one of each row.
    const OPEN: Option<u8>;
    /// The end of each row.
    const CLOSE: [u8; 2];
    /// Whether a row keeps the key of a field that the flow lacks.
    const KEEPS_KEYS: bool;

    /// Writes the name of the file that a flow comes from, before its fields.
    fn file(name: &str, out: &mut Vec<u8>);

    /// Writes what comes before the value of a field, which may be the first of a row.
    fn key(field: FlowField, is_first: bool, out: &mut Vec<u8>);

    /// Writes a value.
    fn value(value: FlowValue<'_>, out: &mut Vec<u8>);

    /// Writes a value; a time in this zone, if there is one.
    fn value_in(zone: Option<&Zone>, value: FlowValue<'_>, out: &mut Vec<u8>) {
        match (zone, value) {
            (Some(zone), FlowValue::Time(time)) => {
                out.extend(Self::QUOTE);
                out.extend_from_slice(zone.time(time).as_bytes());
                out.extend(Self::QUOTE);
            }
            (_, value) => Self::value(value, out),
        }
    }
}
