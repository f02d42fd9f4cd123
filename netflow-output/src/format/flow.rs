//! The schema `flow`: the normalised fields, as JSON lines.

use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoded, Error, FlowValue, InputNames};

use super::fields::{FieldWriter, Syntax};
use crate::format::json::Json;
use crate::format::lines;
use crate::format::{Format, FormatError, Selection, Suspects, Zone};

/// One JSON object per flow; fields that the flow lacks are left out.
#[derive(Debug)]
pub struct FlowLines {
    files: InputNames,
    writer: FieldWriter,
    /// The first members of problems.
    head: Vec<u8>,
}

impl FlowLines {
    /// Rows of these fields, or of all fields.
    #[must_use]
    pub fn new(
        fields: Option<Vec<FlowField>>,
        selection: impl Into<Selection>,
        files: InputNames,
    ) -> Self {
        Self {
            writer: FieldWriter::new(fields, selection.into(), files.clone()),
            files,
            head: Vec::new(),
        }
    }

    /// With times in this zone, not in UTC.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.writer.set_zone(zone);
        self
    }
}

/// The flows of each message, then its problems.
impl Format for FlowLines {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.writer.message::<JsonSyntax>(message, out);
        let json = &mut Json::new(out);
        for problem in message.problems() {
            lines::write_problem_alone(&problem, &self.files, &mut self.head, json);
        }
        Ok(())
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        lines::write_unreadable(datagram, error, &self.files, &mut Json::new(out));
    }

    fn independent_selection(&self) -> Option<&Selection> {
        Some(self.writer.selection())
    }

    fn suspects(&self) -> Suspects {
        self.writer.suspects()
    }
}

/// Members of a JSON object, each after a comma.
#[derive(Debug)]
struct JsonSyntax;

impl Syntax for JsonSyntax {
    const QUOTE: Option<u8> = Some(b'"');
    const OPEN: Option<u8> = Some(b'{');
    const CLOSE: [u8; 2] = *b"}\n";
    const KEEPS_KEYS: bool = false;

    fn file(name: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"file\":");
        Json::new(out).string(name);
    }

    fn key(field: FlowField, _: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(field.name().as_bytes());
        out.extend_from_slice(b"\":");
    }

    fn value(value: FlowValue<'_>, out: &mut Vec<u8>) {
        write_value(&mut Json::new(out), value);
    }
}

/// Writes the value of a field.
pub(super) fn write_value(json: &mut Json<'_>, value: FlowValue<'_>) {
    match value {
        FlowValue::Unsigned(number) => json.unsigned(number),
        FlowValue::Flag(flag) => json.boolean(flag),
        FlowValue::Address(address) => json.address(address),
        FlowValue::Mac(address) => json.mac(address),
        FlowValue::Time(time) => json.time(time.into()),
        FlowValue::Duration(nanos) => json.number(nanos),
        FlowValue::Text(text) => json.text(text),
        FlowValue::Octets(octets) => json.hex(octets),
        FlowValue::Name(name) => json.word(name),
        FlowValue::Application(application) => json.plain(application),
        FlowValue::Numbers(numbers) => {
            json.open(b'[');
            for number in numbers {
                json.number(number);
            }
            json.close(b']');
        }
        _ => json.null(),
    }
}
