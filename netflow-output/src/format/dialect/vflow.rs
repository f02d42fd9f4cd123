//! The JSON of vFlow: one object per message. Each record of NetFlow v9 and IPFIX is a list of numbered values.

mod datagram;

use netflow_core::element::DataType;
use netflow_core::record::{DataRecord, Field};
use netflow_core::value::{Value, unsigned};
use netflow_core::wire::template::FieldKey;
use netflow_core::{Decoded, Message, MessageHeader, Protocol, SetKind};

use super::names::VFLOW;
use super::{Additions, Faults};
use crate::format::json::Json;
use crate::format::{Biflows, Format, FormatError, Selection};

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
            selection.for_each_record(&set, |record| {
                count += 1;
                let json = &mut Json::new(records);
                if is_v5 {
                    write_flow(record, json);
                } else {
                    write_record(record, *faults, json);
                }
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

/// A record of v5: an object.
fn write_flow(record: &DataRecord<'_, '_>, json: &mut Json<'_>) {
    json.open(b'{');
    for field in record.fields() {
        let named = match field.template().key() {
            FieldKey::Element(id) => VFLOW.of_element(id.enterprise_number, id.id),
            FieldKey::Scope(_) => None,
        };
        if let Some((name, _)) = named {
            json.key(name);
            write_value(field.value(), &field, json);
        }
    }
    json.close(b'}');
}

/// A record of v9 or IPFIX: a list of objects with number, value and, if there is one, enterprise.
fn write_record(record: &DataRecord<'_, '_>, faults: Faults, json: &mut Json<'_>) {
    json.open(b'[');
    for field in record.fields() {
        let (id, enterprise) = match field.template().key() {
            FieldKey::Element(id) => (id.id, id.enterprise_number),
            FieldKey::Scope(id) => (id, 0),
        };
        json.open(b'{');
        json.key("I");
        json.number(id);
        json.key("V");
        // vFlow reads numbers that are shorter than their type as octets.
        let hides = faults.are_copied() && is_short(&field);
        write_value(field.value().filter(|_| !hides), &field, json);
        if enterprise != 0 {
            json.key("E");
            json.number(enterprise);
        }
        json.close(b'}');
    }
    json.close(b']');
}

/// Whether a number has fewer octets than its type (RFC 7011, section 6.2).
fn is_short(field: &Field<'_, '_>) -> bool {
    let width = match field.template().data_type() {
        Some(DataType::Unsigned16 | DataType::Signed16) => 2,
        Some(DataType::Unsigned32 | DataType::Signed32) => 4,
        Some(DataType::Unsigned64 | DataType::Signed64 | DataType::Float64) => 8,
        _ => 0,
    };
    field.octets().len() < width
}

/// A value; octets as hex after `0x`. Times are the numbers that were sent.
fn write_value(value: Option<Value<'_>>, field: &Field<'_, '_>, json: &mut Json<'_>) {
    match value {
        Some(Value::Unsigned(number)) => json.unsigned(number),
        Some(Value::Signed(number)) => json.number(number),
        Some(Value::Float(number)) => json.float(number),
        Some(Value::Boolean(value)) => json.boolean(value),
        Some(Value::Address(address)) => json.address(address),
        Some(Value::MacAddress(address)) => json.mac(address),
        Some(Value::Text(text)) => json.text(text),
        Some(Value::Seconds(_) | Value::Milliseconds(_) | Value::Ntp(_)) => {
            match unsigned(field.octets()) {
                Some(number) => json.number(number),
                None => json.null(),
            }
        }
        _ => {
            json.hex_after("0x", field.octets());
        }
    }
}
