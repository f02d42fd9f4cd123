//! The schema `flow`: the normalised fields, as JSON lines and as CSV.

use netflow_core::field::FlowField;
use netflow_core::text::UnixTime;
use netflow_core::{Datagram, Decoded, Error, Flow, FlowValue, Set};

use super::fields::{FieldWriter, Syntax};
use crate::format::json::Json;
use crate::format::lines;
use crate::format::text;
use crate::format::{Files, Format, FormatError, Selection, Suspects};

/// One JSON object per flow; fields that the flow lacks are left out.
#[derive(Debug)]
pub struct FlowLines {
    /// Whether rows name their file.
    with_file: bool,
    files: Files,
    writer: FieldWriter,
    head: Vec<u8>,
    /// Flows with impossible times.
    suspects: u64,
}

impl FlowLines {
    /// Rows of these fields, or of all fields.
    #[must_use]
    pub fn new(
        fields: Option<Vec<FlowField>>,
        selection: impl Into<Selection>,
        files: Files,
    ) -> Self {
        let with_file = fields.is_none() && files.are_several();
        let fields = fields.unwrap_or_else(|| FlowField::ALL.to_vec());
        Self {
            with_file,
            files,
            writer: FieldWriter::new(fields, selection.into(), with_file),
            head: Vec::new(),
            suspects: 0,
        }
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        self.head.clear();
        let file = self.files.name(set.header().input);
        if let Some(file) = file.filter(|_| self.with_file) {
            self.head.extend_from_slice(b",\"file\":");
            Json::new(&mut self.head).string(file);
        }
        self.suspects += self.writer.set::<Members>(set, &self.head, out);
    }
}

/// The flows of each message, then its problems.
impl Format for FlowLines {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in message.joined_sets() {
            self.set(&set, out);
        }
        let json = &mut Json::new(out);
        for problem in message.problems() {
            lines::write_problem_alone(&problem, &self.files, &mut self.head, json);
        }
        Ok(())
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        lines::write_unreadable(datagram, error, &self.files, &mut Json::new(out));
    }

    fn has_independent_rows(&self) -> bool {
        !self.writer.is_limited()
    }

    fn is_done(&self) -> bool {
        self.writer.is_done()
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: FlowField::ClockSuspect.name(),
        }
    }
}

/// Members of a JSON object, each after a comma.
#[derive(Debug)]
struct Members;

impl Syntax for Members {
    const QUOTE: Option<u8> = Some(b'"');
    const OPEN: Option<u8> = Some(b'{');
    const CLOSE: [u8; 2] = *b"}\n";
    const KEEPS_KEYS: bool = false;

    fn key(field: FlowField, _: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(field.name().as_bytes());
        out.extend_from_slice(b"\":");
    }

    fn value(value: FlowValue<'_>, out: &mut Vec<u8>) {
        write(&mut Json::new(out), value);
    }
}

/// Whether a field of a flow marks its times as impossible.
pub(crate) const fn says_suspect(field: FlowField, value: &FlowValue<'_>) -> bool {
    matches!(
        (field, value),
        (FlowField::ClockSuspect, FlowValue::Flag(true))
    )
}

/// Whether all flows of a set share the value of a field, because it comes from their message.
pub(crate) const fn is_of_message(field: FlowField) -> bool {
    matches!(
        field,
        FlowField::ExporterAddress
            | FlowField::ExporterPort
            | FlowField::AgentAddress
            | FlowField::ExportProtocol
            | FlowField::ObservationDomain
            | FlowField::TemplateId
            | FlowField::Sequence
            | FlowField::Received
            | FlowField::ExportTime
            | FlowField::Late
            | FlowField::Frame
    )
}

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

fn write(json: &mut Json<'_>, value: FlowValue<'_>) {
    match value {
        FlowValue::Unsigned(number) => json.number(number),
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

/// A value as CSV and tables show it.
pub(crate) fn plain(out: &mut Vec<u8>, value: FlowValue<'_>) {
    match value {
        FlowValue::Unsigned(number) => text::decimal(out, number),
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
