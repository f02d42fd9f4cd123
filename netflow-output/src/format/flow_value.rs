//! The fields of a flow, as all formats of flows write them.

use netflow_core::field::FlowField;
use netflow_core::text::UnixTime;
use netflow_core::{Flow, FlowValue};

use crate::format::{lines, text};

/// A field of a flow; in a file that does not name its exporter, the exporter is absent.
pub(crate) fn value<'m>(flow: &Flow<'m>, field: FlowField) -> Option<FlowValue<'m>> {
    match field {
        FlowField::ExporterAddress | FlowField::ExporterPort
            if !lines::is_exporter_known(flow.header()) =>
        {
            None
        }
        field => flow.get(field),
    }
}

/// Whether a field of a flow marks its times as impossible.
pub(crate) const fn says_suspect(field: FlowField, value: &FlowValue<'_>) -> bool {
    matches!(
        (field, value),
        (FlowField::ClockSuspect, FlowValue::Flag(true))
    )
}

/// A value as CSV and tables show it.
pub(crate) fn plain(out: &mut Vec<u8>, value: FlowValue<'_>) {
    match value {
        FlowValue::Unsigned(number) => text::unsigned(out, number),
        FlowValue::Flag(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        FlowValue::Address(address) => text::address(out, address),
        FlowValue::Mac(address) => text::mac(out, address),
        FlowValue::Time(time) => text::time(out, UnixTime::from(time)),
        FlowValue::Duration(nanos) => text::decimal(out, nanos),
        FlowValue::Text(text) => text::lossy(out, text),
        FlowValue::Octets(octets) => text::hex(out, octets),
        FlowValue::Name(name) => out.extend_from_slice(name.as_bytes()),
        FlowValue::Application(application) => text::display(out, application),
        FlowValue::Numbers(numbers) => {
            for (index, number) in numbers.into_iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                text::decimal(out, number);
            }
        }
        _ => {}
    }
}
