//! The documents of Elastic's netflow input, by the Elastic Common Schema.

mod facts;
mod name;
mod objects;
mod observer;

use alloc::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netflow_core::element::DataType;
use netflow_core::record::DataRecord;
use netflow_core::template::TemplateField;
use netflow_core::text::{self, UnixTime};
use netflow_core::value::{MacAddress, Value};
use netflow_core::wire::template::{FieldKey, FieldLength};
use netflow_core::{MessageHeader, Protocol, Set, SetKind};

use self::facts::{Facts, Role};
pub(super) use self::name::snake_case;
use self::observer::ObservedInterfaces;
use super::documents::Dialect;
use super::names;
use super::record::{
    FieldStyle, PlainForm, Plans, RawField, RecordPlan, is_member_of_fixed_layout, name_of,
    time_of_number,
};
use super::{Additions, CommonMembers, CommunityIdSeed, Encode, Faults, Networks, TimeDigits};
use crate::enrich::Enrichment;
use crate::format::Selection;
use crate::format::room::BLOCK;

/// How octets without further meaning are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OctetArrays {
    /// An array of numbers, as the input sends them to Elasticsearch.
    #[default]
    Numbers,
    /// Base64, as in the expected results of Elastic's tests.
    Base64,
}

/// Options of the documents of Elastic.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct EcsOptions {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// The networks whose addresses are internal.
    pub internal_networks: Networks,
    /// The seed of `network.community_id`.
    pub community_id_seed: CommunityIdSeed,
    /// How octets without further meaning are written.
    pub octet_arrays: OctetArrays,
    /// Tags and fields that each document gets.
    pub additions: Additions,
    /// Where `geo`, `as` and `domain` of source and destination come from, and `network.application`.
    pub enrichment: Enrichment,
    /// Whether documents are those of the integration's ingest pipeline.
    pub integration: bool,
}

/// The documents of Elastic's netflow input.
#[derive(Debug)]
pub struct Ecs {
    options: EcsOptions,
    plans: Plans<RecordPlan<EcsField>>,
    common: EcsCommon,
}

impl Default for Ecs {
    fn default() -> Self {
        Self::new(EcsOptions::default())
    }
}

impl Ecs {
    /// Documents with these options.
    #[must_use]
    pub fn new(options: EcsOptions) -> Self {
        Self {
            options,
            plans: Plans::default(),
            common: EcsCommon::default(),
        }
    }
}

impl Dialect for Ecs {
    fn set<E: Encode>(&mut self, set: &Set<'_>, selection: &mut Selection, out: &mut Vec<u8>) {
        if !matches!(set.kind(), SetKind::Data | SetKind::Options) {
            return;
        }
        let Some(template) = set.shared_template() else {
            return;
        };
        let Self {
            options,
            plans,
            common,
        } = self;
        options.enrichment.refresh();
        let naming = EcsStyle::new(options, !template.is_options());
        let plan = plans.of(template, |template| RecordPlan::new::<E>(template, &naming));
        let header = set.header();
        let names_interfaces = set.has_configured_interfaces();
        common.prepare::<E>(options, header, template.is_options());
        E::documents(out, |out| {
            selection.for_each_record(set, |record| {
                let flow = names_interfaces.then(|| set.flow(*record));
                let writer = DocumentWriter {
                    options,
                    header,
                    record: *record,
                    common,
                    interfaces: flow.map(ObservedInterfaces::of).unwrap_or_default(),
                };
                out.document(|out| writer.write(plan, out));
            });
        });
    }
}

/// What is known of a field from its template.
#[derive(Debug, Clone, Copy)]
pub(super) struct EcsField {
    role: Option<Role>,
    data_type: Option<DataType>,
}

/// How fields are named and written; keeps those that ECS has fields for.
#[derive(Debug)]
struct EcsStyle<'o> {
    options: &'o EcsOptions,
    /// Whether fields get roles, which only flows need.
    has_roles: bool,
    facts: Facts,
}

impl<'o> EcsStyle<'o> {
    fn new(options: &'o EcsOptions, has_roles: bool) -> Self {
        Self {
            options,
            has_roles,
            facts: Facts::default(),
        }
    }

    /// The name of a field, before it is written in snake case.
    fn name<'t>(&self, field: &'t TemplateField) -> Option<(Cow<'t, str>, Option<DataType>)> {
        if let FieldKey::Scope(number) = field.key() {
            let element =
                netflow_core::element::get(netflow_core::element::ElementId::iana(number));
            // Elastic takes the types of scopes for numbers of elements.
            if let Some(element) = element.filter(|_| self.options.faults.are_copied()) {
                return Some((element.name.into(), element.data_type));
            }
            // The type of scopes is not known; most are numbers.
            let data_type = match field.length() {
                FieldLength::Fixed(1..=8) => DataType::Unsigned64,
                _ => DataType::OctetArray,
            };
            return Some((name_of(field), Some(data_type)));
        }
        if self.options.faults.are_copied() && !is_known_to_elastic(field) {
            return None;
        }
        if let Some((name, data_type)) = names::ELASTIC.get(field) {
            return Some((name.into(), data_type.or(field.data_type())));
        }
        field.name()?;
        Some((name_of(field), field.data_type()))
    }
}

impl FieldStyle for EcsStyle<'_> {
    type Meaning = EcsField;

    fn field<'t>(&self, field: &'t TemplateField) -> Option<(Cow<'t, str>, EcsField)> {
        if is_member_of_fixed_layout(field) || field.length() == FieldLength::Fixed(0) {
            return None;
        }
        let (name, data_type) = self.name(field)?;
        let role = match field.key() {
            FieldKey::Element(_) if self.has_roles => Role::of(&name),
            _ => None,
        };
        Some((snake_case(&name).into(), EcsField { role, data_type }))
    }

    fn keeps_last_only(&self) -> bool {
        self.options.faults.are_copied()
    }

    fn plain(&self, meaning: &EcsField, len: u16) -> Option<PlainForm> {
        PlainForm::of(meaning.data_type?, len)
    }

    #[inline]
    fn note(&mut self, meaning: &EcsField, value: &Value<'_>) {
        if let Some(role) = meaning.role {
            self.facts.set(role, value);
        }
    }

    #[inline]
    fn write_number<E: Encode>(&self, meaning: &EcsField, number: u64, out: &mut E) {
        let data_type = meaning.data_type.unwrap_or(DataType::OctetArray);
        self.write(Some(meaning), &time_of_number(data_type, number), out);
    }

    fn value<'a>(&mut self, meaning: &EcsField, field: RawField<'a, '_>) -> Option<Value<'a>> {
        let data_type = meaning.data_type.unwrap_or(DataType::OctetArray);
        let value = Value::parse(data_type, field.octets)?;
        self.note(meaning, &value);
        Some(value)
    }

    fn write<E: Encode>(&self, _: Option<&EcsField>, value: &Value<'_>, out: &mut E) {
        match *value {
            Value::Unsigned(number) => out.unsigned(number),
            Value::Signed(number) => out.signed(number),
            Value::Float(number) => out.float(number),
            Value::Boolean(value) => out.boolean(value),
            Value::MacAddress(address) => write_mac(address, out),
            Value::Address(address) => out.address(address),
            Value::Text(text) => out.text(text),
            Value::Seconds(seconds) => write_time(UnixTime::from_seconds(seconds), out),
            Value::Milliseconds(millis) => write_time(UnixTime::from_millis(millis), out),
            Value::Ntp(time) => write_time(UnixTime::from(time), out),
            Value::LargeUnsigned(number) => out.word(&number.to_string()),
            Value::Octets(octets) => match self.options.octet_arrays {
                OctetArrays::Numbers => out.array(|out| {
                    octets
                        .iter()
                        .for_each(|octet| out.unsigned((*octet).into()));
                }),
                OctetArrays::Base64 => {
                    out.word(&STANDARD.encode(octets));
                }
            },
            _ => out.null(),
        }
    }
}

/// Whether Elastic's input has a name and a reader for a field: lists are left out.
fn is_known_to_elastic(field: &TemplateField) -> bool {
    let FieldKey::Element(id) = field.key() else {
        return true;
    };
    let is_listed = match id.enterprise_number {
        0 => netflow_core::element::get(id).is_some() || names::ELASTIC.get(field).is_some(),
        9 => names::ELASTIC.get(field).is_some(),
        number => ENTERPRISES.contains(&number),
    };
    is_listed && !field.data_type().is_some_and(DataType::is_list)
}

/// The enterprises, besides Cisco, whose elements Elastic's input knows.
const ENTERPRISES: [u32; 12] = [
    637, 3054, 5951, 6871, 6876, 9789, 10704, 12326, 15397, 21373, 29305, 41916,
];

/// What the documents of a set have in common.
#[derive(Debug, Default)]
struct EcsCommon {
    /// Before `netflow`.
    before: CommonMembers,
    /// In `netflow`, before the fields.
    exporter: CommonMembers,
    /// In `event`, before the times; of records without a direction of biflows.
    event: CommonMembers,
    /// In `event`, after the times.
    event_end: CommonMembers,
    /// After `event`.
    observer: CommonMembers,
    /// At the end.
    after: CommonMembers,
}

impl EcsCommon {
    fn prepare<E: Encode>(
        &mut self,
        options: &EcsOptions,
        header: &MessageHeader,
        is_options: bool,
    ) {
        let action = action(is_options);
        E::common(&mut self.before, |out| {
            out.key("@timestamp");
            write_time(timestamp(header), out);
        });
        E::common(&mut self.exporter, |out| {
            out.key("type");
            out.word(action);
            write_exporter(header, options.faults, out);
        });
        E::common(&mut self.event, |out| {
            objects::write_event_start(header, is_options, false, out);
        });
        E::common(&mut self.event_end, |out| {
            if options.integration {
                objects::write_module(out);
            }
        });
        E::common(&mut self.observer, |out| {
            ObservedInterfaces::default().write_observer(header, options, out);
        });
        E::common(&mut self.after, |out| {
            if options.integration {
                objects::write_integration(out);
            }
            options.additions.write(out);
        });
    }
}

/// `event.action` of a document.
const fn action(is_options: bool) -> &'static str {
    if is_options {
        "netflow_options"
    } else {
        "netflow_flow"
    }
}

/// The time of a message; when it was received, if it has none.
fn timestamp(header: &MessageHeader) -> UnixTime {
    header.export_time.unwrap_or(header.received).into()
}

/// Writes one document.
struct DocumentWriter<'w, 'm> {
    options: &'w EcsOptions,
    header: &'m MessageHeader,
    record: DataRecord<'m, 'm>,
    common: &'w EcsCommon,
    interfaces: ObservedInterfaces<'m>,
}

impl DocumentWriter<'_, '_> {
    fn write<E: Encode>(&self, plan: &RecordPlan<EcsField>, out: &mut E) {
        let is_options = self.record.is_options();
        let mut style = EcsStyle::new(self.options, !is_options);
        out.members(&self.common.before);
        out.key("netflow");
        out.object(|out| {
            out.members(&self.common.exporter);
            if is_options {
                let scope = usize::from(self.record.template().scope_count());
                let all = self.record.template().fields().len();
                out.key("scope");
                out.object(|out| plan.write_range(&self.record, 0..scope, &mut style, out));
                out.key("options");
                out.object(|out| plan.write_range(&self.record, scope..all, &mut style, out));
            } else {
                plan.write(&self.record, &mut style, out);
            }
        });
        let facts = style.facts;
        self.write_event(&facts, out);
        if self.interfaces.is_empty() {
            out.members(&self.common.observer);
        } else {
            self.interfaces
                .write_observer(self.header, self.options, out);
        }
        if !is_options {
            self.write_flow(&facts, out);
        }
        out.members(&self.common.after);
    }
}

fn write_exporter<E: Encode>(header: &MessageHeader, faults: Faults, out: &mut E) {
    out.key("exporter");
    out.object(|out| {
        out.key("address");
        out.word(&header.exporter.to_string());
        out.key("version");
        out.unsigned(version(header.protocol));
        out.key("timestamp");
        write_time(timestamp(header), out);
        out.key("uptime_millis");
        out.unsigned(header.sys_uptime.unwrap_or(0).into());
        match header.protocol {
            Protocol::NetflowV9 | Protocol::Ipfix => {
                out.key("source_id");
                out.unsigned(header.observation_domain.into());
            }
            Protocol::NetflowV5 | Protocol::NetflowV6 | Protocol::NetflowV8 => {
                out.key("engine_type");
                out.unsigned((header.observation_domain >> 8).into());
                out.key("engine_id");
                out.unsigned((header.observation_domain & 0xff).into());
            }
            _ => {}
        }
        if let Some(sampling) = header.sampling {
            out.key("sampling_interval");
            // The upper two bits are the mode, which Elastic treats as part of the number.
            let mask = if faults.are_copied() {
                u16::MAX
            } else {
                0x3fff
            };
            out.unsigned((sampling & mask).into());
        }
    });
}

const fn version(protocol: Protocol) -> u64 {
    match protocol {
        Protocol::NetflowV1 => 1,
        Protocol::NetflowV6 => 6,
        Protocol::NetflowV7 => 7,
        Protocol::NetflowV8 => 8,
        Protocol::NetflowV9 => 9,
        Protocol::Ipfix => 10,
        _ => 5,
    }
}

/// A time with the fewest digits of fraction.
fn write_time<E: Encode>(time: UnixTime, out: &mut E) {
    out.time(time, TimeDigits::Shortest);
}

/// A MAC address in the form of ECS: upper case, with hyphens.
fn write_mac<E: Encode>(MacAddress(address): MacAddress, out: &mut E) {
    let text = text::mac(address);
    let mut upper = [b'-'; 17];
    for (to, from) in upper.iter_mut().zip(text.as_bytes()) {
        if *from != b':' {
            *to = from.to_ascii_uppercase();
        }
    }
    let mut block = [0; BLOCK];
    if let Some(start) = block.first_chunk_mut() {
        *start = upper;
    }
    out.ascii(&block, upper.len());
}
