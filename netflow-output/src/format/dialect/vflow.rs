//! The JSON of vFlow: one object per message. Each record of NetFlow v9 and IPFIX is a list of numbered values.

mod datagram;

use netflow_core::element::DataType;
use netflow_core::record::DataRecord;
use netflow_core::template::{Template, TemplateField};
use netflow_core::value::{Value, unsigned};
use netflow_core::wire::template::FieldKey;
use netflow_core::{Decoded, Message, MessageHeader, Protocol, SetKind};

use super::names::VFLOW;
use super::record::{FieldStyle, NamedField, PlainForm, Plans, RawField, RecordPlan};
use super::{Additions, Encode, Faults, JsonDocument, PlannedText};
use crate::format::json::Json;
use crate::format::{Biflows, Format, FormatError, Selection, text};

/// Options of the JSON of vFlow.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct VflowOptions {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// Tags and fields that each object gets.
    pub additions: Additions,
}

/// The JSON of vFlow for NetFlow v5 and v9, IPFIX and sFlow.
#[derive(Debug)]
pub struct Vflow {
    faults: Faults,
    /// What a site adds to each object, each member after a comma.
    additions: Box<[u8]>,
    selection: Selection,
    plans: Plans<ObjectPlan>,
    /// The records of one object, before their number is known.
    records: Vec<u8>,
    /// The samples of counters of one object, which come after the others.
    counters: Vec<u8>,
}

impl Default for Vflow {
    fn default() -> Self {
        Self::new(&VflowOptions::default())
    }
}

impl Vflow {
    /// JSON with these options.
    #[must_use]
    pub fn new(options: &VflowOptions) -> Self {
        Self {
            faults: options.faults,
            additions: options.additions.members(),
            selection: Biflows::Whole.into(),
            plans: Plans::default(),
            records: Vec::new(),
            counters: Vec::new(),
        }
    }

    /// Records of these flows only. A record of two directions remains one record.
    #[must_use]
    pub fn with_selection(self, selection: Selection) -> Self {
        Self {
            selection: selection.of_whole_records(),
            ..self
        }
    }

    fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        let header = message.header();
        let is_v5 = header.protocol == Protocol::NetflowV5;
        let mut count = 0;
        let Self {
            faults,
            additions,
            selection,
            plans,
            records,
            counters,
        } = self;
        records.clear();
        counters.clear();
        for set in message.joined_sets() {
            let is_chosen = selection.prepare(&set);
            if set.kind() == SetKind::Samples && is_chosen {
                selection.for_each_sample(&set, |kind| {
                    let is_written = datagram::write_sample(kind, *faults, records, counters);
                    count += u64::from(is_written);
                    is_written
                });
                continue;
            }
            if !matches!(
                header.protocol,
                Protocol::NetflowV5 | Protocol::NetflowV9 | Protocol::Ipfix
            ) {
                if is_chosen {
                    selection.leave_out(&set);
                }
                continue;
            }
            if !is_chosen || !matches!(set.kind(), SetKind::Data | SetKind::Options) {
                continue;
            }
            let Some(template) = set.shared_template() else {
                continue;
            };
            let plan = plans.of(template, |template| {
                if is_v5 {
                    ObjectPlan::of_flows(template)
                } else {
                    ObjectPlan::of_records(template, *faults)
                }
            });
            selection.for_each_record(&set, |record| {
                count += 1;
                plan.write(record, records);
            });
        }
        if count == 0 {
            return;
        }
        if header.protocol == Protocol::SflowV5 {
            datagram::write(header, count, (records, counters), additions, out);
            return;
        }
        let json = &mut Json::new(out);
        json.raw(b"{\"AgentID\":");
        json.address(header.exporter.ip());
        write_header(header, count, json);
        json.raw(if is_v5 {
            b",\"Flows\":["
        } else {
            b",\"DataSets\":["
        });
        json.raw(records);
        json.raw(b"]");
        json.raw(additions);
        json.raw(b"}\n");
    }
}

/// Problems have no object: vFlow has none either.
impl Format for Vflow {
    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for message in decoded.messages() {
            self.message(&message, out);
        }
        Ok(())
    }

    fn independent_selection(&self) -> Option<&Selection> {
        Some(&self.selection)
    }

    fn take_left_out(&mut self) -> u64 {
        self.selection.take_left_out()
    }
}

/// Writes the header of a message; `count` is the number of records in the object.
fn write_header(header: &MessageHeader, count: u64, json: &mut Json<'_>) {
    let nanos = header.export_time.map_or(0, |time| time.as_nanos());
    let seconds = nanos.div_euclid(1_000_000_000);
    let sequence = header.sequence.unwrap_or(0).into();
    let domain = header.observation_domain;
    let uptime = header.sys_uptime.unwrap_or(0).into();
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let members: &[(&str, u64)] = match header.protocol {
        Protocol::NetflowV5 => &[
            ("Version", 5),
            ("Count", count),
            ("SysUpTimeMSecs", uptime),
            ("UNIXSecs", seconds),
            ("UNIXNSecs", nanos.rem_euclid(1_000_000_000) as u64),
            ("SeqNum", sequence),
            ("EngType", (domain >> 8 & 0xff).into()),
            ("EngID", (domain & 0xff).into()),
            ("SmpInt", header.sampling.unwrap_or(0).into()),
        ],
        Protocol::NetflowV9 => &[
            ("Version", 9),
            ("Count", count),
            ("SysUpTime", uptime),
            ("UNIXSecs", seconds),
            ("SeqNum", sequence),
            ("SrcID", domain.into()),
        ],
        _ => &[
            ("Version", 10),
            ("ExportTime", seconds),
            ("SequenceNo", sequence),
            ("DomainID", domain.into()),
        ],
    };
    json.raw(b",\"Header\":{");
    for (key, number) in members {
        json.key(key);
        json.number(*number);
    }
    json.close(b'}');
}

/// How the records of a template are written.
#[derive(Debug)]
struct ObjectPlan {
    members: RecordPlan<ValueForm>,
    /// Whether a record is an object, not a list of objects.
    is_object: bool,
    /// What is after the last value of a list.
    end: Vec<u8>,
}

impl ObjectPlan {
    /// Records of v5: objects.
    fn of_flows(template: &Template) -> Self {
        let fields = template.fields().iter().enumerate();
        let members = fields.filter_map(|(index, field)| {
            let FieldKey::Element(id) = field.key() else {
                return None;
            };
            let (name, _) = VFLOW.of_element(id.enterprise_number, id.id)?;
            let key = JsonDocument::plan_key(name);
            let meaning = ValueForm::of(field, Faults::Corrected);
            Some(NamedField {
                index,
                key,
                meaning,
                repeated: Box::default(),
            })
        });
        Self {
            members: RecordPlan::of_members(template, members, &ValueStyle),
            is_object: true,
            end: Vec::new(),
        }
    }

    /// Records of v9 or IPFIX: lists of objects with number, value and, if there is one, enterprise.
    fn of_records(template: &Template, faults: Faults) -> Self {
        let mut between = Vec::new();
        let fields = template.fields().iter().enumerate();
        let members = fields.map(|(index, field)| {
            let (id, enterprise) = match field.key() {
                FieldKey::Element(id) => (id.id, id.enterprise_number),
                FieldKey::Scope(id) => (id, 0),
            };
            // The end of the object before it, and the start of its own.
            text::display(&mut between, format_args!("{{\"I\":{id},\"V\":"));
            let key = PlannedText::new(&between);
            between.clear();
            if enterprise != 0 {
                text::display(&mut between, format_args!(",\"E\":{enterprise}"));
            }
            between.extend_from_slice(b"},");
            let meaning = ValueForm::of(field, faults);
            NamedField {
                index,
                key,
                meaning,
                repeated: Box::default(),
            }
        });
        let members = RecordPlan::of_members(template, members, &ValueStyle);
        // No comma after the last one.
        between.pop();
        between.push(b']');
        Self {
            members,
            is_object: false,
            end: between,
        }
    }

    fn write(&self, record: &DataRecord<'_, '_>, records: &mut Vec<u8>) {
        if !records.is_empty() {
            records.push(b',');
        }
        JsonDocument::members_to(records, |out| {
            if self.is_object {
                out.object(|out| self.members.write(record, &mut ValueStyle, out));
            } else {
                out.raw(b"[");
                self.members.write(record, &mut ValueStyle, out);
                out.raw(&self.end);
            }
        });
    }
}

/// How the value of a field is written.
#[derive(Debug, Clone, Copy)]
enum ValueForm {
    /// By its type. What is not a value of the type or has fewer octets, and lists, are written as octets.
    Typed { data_type: DataType, least: u16 },
    /// Octets as hex after `0x`.
    Octets,
}

impl ValueForm {
    fn of(field: &TemplateField, faults: Faults) -> Self {
        match field.data_type() {
            Some(data_type) => Self::Typed {
                data_type,
                // vFlow reads numbers that are shorter than their type as octets.
                least: if faults.are_copied() {
                    width(data_type)
                } else {
                    0
                },
            },
            None => Self::Octets,
        }
    }
}

/// The octets of a number of full length; shorter ones are allowed (RFC 7011, section 6.2).
const fn width(data_type: DataType) -> u16 {
    match data_type {
        DataType::Unsigned16 | DataType::Signed16 => 2,
        DataType::Unsigned32 | DataType::Signed32 => 4,
        DataType::Unsigned64 | DataType::Signed64 | DataType::Float64 => 8,
        _ => 0,
    }
}

/// Writes values. Times are the numbers that were sent.
struct ValueStyle;

impl FieldStyle for ValueStyle {
    type Meaning = ValueForm;

    fn plain(&self, form: &ValueForm, len: u16) -> Option<PlainForm> {
        match form {
            ValueForm::Typed { data_type, least } if len >= *least => {
                PlainForm::of(*data_type, len)
            }
            _ => None,
        }
    }

    fn value<'a>(&mut self, form: &ValueForm, field: RawField<'a, '_>) -> Option<Value<'a>> {
        let octets = field.octets;
        let value = match form {
            ValueForm::Typed { data_type, least } if octets.len() >= usize::from(*least) => {
                Value::parse(*data_type, octets)
            }
            _ => None,
        };
        Some(match value {
            Some(Value::Seconds(_) | Value::Milliseconds(_) | Value::Ntp(_)) => {
                Value::Unsigned(unsigned(octets).unwrap_or(0))
            }
            Some(Value::List(_) | Value::LargeUnsigned(_)) | None => Value::Octets(octets),
            Some(value) => value,
        })
    }

    fn write<E: Encode>(&self, _: Option<&ValueForm>, value: &Value<'_>, out: &mut E) {
        match *value {
            Value::Unsigned(number) => out.unsigned(number),
            Value::Signed(number) => out.signed(number),
            Value::Float(number) => out.float(number),
            Value::Boolean(value) => out.boolean(value),
            Value::Address(address) => out.address(address),
            Value::MacAddress(address) => out.mac(address.0),
            Value::Text(text) => out.text(text),
            Value::Octets(octets) => out.hex("0x", octets),
            _ => out.null(),
        }
    }
}
