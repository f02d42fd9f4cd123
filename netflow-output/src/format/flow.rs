//! `--schema flow`: the normalised fields, as JSON lines and as CSV.

use netflow_arrow::Files;
use netflow_core::FlowValue;
use netflow_core::field::FlowField;
use netflow_core::{Datagram, Error, Flow, Message, MessageHeader};

use crate::format::json::Json;
use crate::format::lines;
use crate::format::text::{self, Instant};
use crate::format::{Biflows, Format, Suspects};

/// One JSON object a flow; what a flow does not have is left out.
#[derive(Debug)]
pub struct FlowLines {
    biflows: Biflows,
    /// Fields that all flows of a set have in common, which come first as a rule.
    common: Vec<Key>,
    fields: Vec<Key>,
    /// Whether a row tells its file.
    with_file: bool,
    files: Files,
    head: Vec<u8>,
    /// Flows whose times cannot be right.
    suspects: u64,
}

/// A field, and its name as a key, with a comma before it.
#[derive(Debug)]
struct Key {
    field: FlowField,
    key: String,
}

/// What the flows of a set have in common.
const COMMON: [FlowField; 11] = [
    FlowField::ExporterAddress,
    FlowField::ExporterPort,
    FlowField::AgentAddress,
    FlowField::ExportProtocol,
    FlowField::ObservationDomain,
    FlowField::TemplateId,
    FlowField::Sequence,
    FlowField::Received,
    FlowField::ExportTime,
    FlowField::Late,
    FlowField::Frame,
];

impl FlowLines {
    /// Of these fields, or of all.
    #[must_use]
    pub fn new(fields: Option<Vec<FlowField>>, biflows: Biflows, files: Files) -> Self {
        let with_file = fields.is_none() && files.are_several();
        let key = |field: FlowField| Key {
            field,
            key: format!(",\"{}\":", field.name()),
        };
        let mut common: Vec<Key> = fields
            .unwrap_or_else(|| FlowField::ALL.to_vec())
            .into_iter()
            .map(key)
            .collect();
        let is_own = |key: &Key| !COMMON.contains(&key.field);
        let first_own = common.iter().position(is_own).unwrap_or(common.len());
        let fields = common.split_off(first_own);
        Self {
            common,
            fields,
            biflows,
            with_file,
            files,
            head: Vec::new(),
            suspects: 0,
        }
    }

    /// Writes the members that a flow has in common with the next.
    fn write_head(&mut self, flow: &Flow<'_>) {
        let mut head = core::mem::take(&mut self.head);
        head.clear();
        let json = &mut Json::new(&mut head);
        let input = flow.header().input;
        if let Some(file) = self.files.name(input).filter(|_| self.with_file) {
            json.key("file");
            json.string(file);
        }
        write_fields(&self.common, flow, json);
        self.head = head;
    }
}

/// Writes members; tells whether one says that the times cannot be right.
fn write_fields(keys: &[Key], flow: &Flow<'_>, json: &mut Json<'_>) -> bool {
    let mut is_suspect = false;
    for Key { field, key } in keys {
        if let Some(value) = value(flow, *field) {
            is_suspect |= says_suspect(*field, &value);
            json.key_with_comma(key);
            write(json, value);
        }
    }
    is_suspect
}

/// Whether a field of a flow says that its times cannot be right.
pub(crate) const fn says_suspect(field: FlowField, value: &FlowValue<'_>) -> bool {
    matches!(
        (field, value),
        (FlowField::ClockSuspect, FlowValue::Flag(true))
    )
}

/// Whose members a head holds: its message, its template, and whether it is late.
type Owner = (*const MessageHeader, Option<u16>, Option<bool>);

/// The flows of each message, then its problems.
impl Format for FlowLines {
    fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        let json = &mut Json::new(out);
        let mut owner: Option<Owner> = None;
        self.biflows.for_each(message, |flow| {
            let header: *const MessageHeader = flow.header();
            let this = (header, flow.template_id(), flow.late());
            if owner != Some(this) {
                self.write_head(flow);
                owner = Some(this);
            }
            json.open(b'{');
            json.raw(&self.head);
            self.suspects += u64::from(write_fields(&self.fields, flow, json));
            lines::close(json);
        });
        for problem in message.problems() {
            lines::write_problem_alone(&problem, &self.files, &mut self.head, json);
        }
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        lines::write_unreadable(datagram, error, &self.files, &mut Json::new(out));
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: FlowField::ClockSuspect.name(),
        }
    }
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
        FlowValue::Time(time) => text::time(out, Instant::from(time)),
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
