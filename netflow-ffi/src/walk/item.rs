//! Sets, records and fields as plain structs.

use netflow_core::element::{self, DataType, Definitions, ElementId};
use netflow_core::record::{BasicList, DataRecord, Field, ListValue};
use netflow_core::wire::sflow::structure::{Member, MemberValue};
use netflow_core::wire::sflow::{self, Kind, SampleKind};
use netflow_core::wire::template::{FieldKey, FieldSpecifier, TemplateKind, TemplateRecord};
use netflow_core::{Set, SetKind};

use crate::c_types::{netflow_octets, netflow_text};
use crate::header::netflow_header;
use crate::static_text;
use crate::text_buffer::TextBuffer;
use crate::value::{netflow_value, number_of};

/// What a set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_set_kind {
    /// Something that this version of the header does not name.
    NETFLOW_SET_OTHER = 0,
    /// Data records of flows.
    NETFLOW_SET_DATA = 1,
    /// Data records of options.
    NETFLOW_SET_OPTIONS = 2,
    /// Template records.
    NETFLOW_SET_TEMPLATES = 3,
    /// Options template records.
    NETFLOW_SET_OPTIONS_TEMPLATES = 4,
    /// Data whose template is not known.
    NETFLOW_SET_NO_TEMPLATE = 5,
    /// A reserved set id.
    NETFLOW_SET_RESERVED = 6,
    /// The samples of an sFlow datagram.
    NETFLOW_SET_SAMPLES = 7,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_record_kind {
    /// Something that this version of the header does not name.
    NETFLOW_RECORD_OTHER = 0,
    /// A data record that describes a flow.
    NETFLOW_RECORD_DATA = 1,
    /// A data record that describes the exporter; its scope fields come first.
    NETFLOW_RECORD_OPTIONS = 2,
    /// A template record; its fields have no octets.
    NETFLOW_RECORD_TEMPLATE = 3,
    /// An options template record; its fields have no octets.
    NETFLOW_RECORD_OPTIONS_TEMPLATE = 4,
    /// A template is withdrawn.
    NETFLOW_RECORD_WITHDRAWAL = 5,
    /// A flow sample of sFlow; `netflow_enter` goes to its flow records.
    NETFLOW_RECORD_FLOW_SAMPLE = 6,
    /// A counters sample of sFlow; `netflow_enter` goes to its counter records.
    NETFLOW_RECORD_COUNTERS_SAMPLE = 7,
    /// A discarded packet of sFlow; `netflow_enter` goes to its flow records.
    NETFLOW_RECORD_DISCARDED_PACKET = 8,
    /// A sample of a format that is not known.
    NETFLOW_RECORD_UNKNOWN_SAMPLE = 9,
    /// A flow record of a sample.
    NETFLOW_RECORD_FLOW_RECORD = 10,
    /// A counter record of a sample.
    NETFLOW_RECORD_COUNTER_RECORD = 11,
}

/// One Set (RFC 7011, section 3.3), the records of a fixed version, or the samples of an sFlow
/// datagram.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_set {
    /// A `netflow_set_kind`.
    pub kind: u32,
    /// The set id; 0 in the fixed versions and sFlow.
    pub id: u16,
    /// The set waited for its template.
    pub late: bool,
    /// 0.
    pub reserved: u8,
    /// Octets of the payload before the set.
    pub offset: usize,
    /// The octets after its header: in the caller's payload, or of late data in the handle.
    pub body: netflow_octets,
    /// Octets at the end of the body that are not part of a record.
    pub padding: usize,
    /// The caller's number of the datagram that brought the template, of late data.
    pub template_frame: u64,
    /// The header of the message that it arrived in.
    pub header: netflow_header,
}

/// One record of a set, of a list or of a sample.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_record {
    /// A `netflow_record_kind`.
    pub kind: u32,
    /// Its template, or the one it describes; 0 in sFlow.
    pub template_id: u16,
    /// The number of its scope fields, which come first.
    pub scope_count: u16,
    /// The number of its fields; 0 in sFlow, where it varies.
    pub field_count: u32,
    /// The enterprise of a sample's or structure's format.
    pub enterprise: u32,
    /// The number of a sample's or structure's format.
    pub format: u32,
    /// 0.
    pub reserved: u32,
    /// Its octets, without the header of a sample or structure; of a template none.
    pub octets: netflow_octets,
    /// The name of a sample or structure, such as `if_counters`; of length 0 if it has none.
    pub name: netflow_text,
}

/// One field of a record, or one value of a list.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_field {
    /// Octets and type; the octets of a variable-length field are without their length.
    pub value: netflow_value,
    /// The name of the element, or of the member of sFlow or of a fixed layout; of length 0 if
    /// it was not reported.
    pub name: netflow_text,
    /// Who assigned the number of the element; 0 is IANA, and all of NetFlow v9.
    pub enterprise_number: u32,
    /// The number of the element, or of the scope type of v9; 0 in sFlow.
    pub id: u16,
    /// The length by the template; 65535 if it is variable, in each record.
    pub length: u16,
    /// It belongs to the scope of options.
    pub scope: bool,
    /// Its number is a scope type of v9 (RFC 3954, section 6.1) and no element.
    pub scope_type: bool,
    /// It is a list that `netflow_enter` goes to; the first octet of a list is its semantic (RFC
    /// 6313, section 4.4).
    pub list: bool,
    /// 0.
    pub reserved: [u8; 5],
}

pub(super) fn set(set: &Set<'_>) -> netflow_set {
    let kind = match set.kind() {
        SetKind::Data => netflow_set_kind::NETFLOW_SET_DATA,
        SetKind::Options => netflow_set_kind::NETFLOW_SET_OPTIONS,
        SetKind::Templates => netflow_set_kind::NETFLOW_SET_TEMPLATES,
        SetKind::OptionsTemplates => netflow_set_kind::NETFLOW_SET_OPTIONS_TEMPLATES,
        SetKind::NoTemplate => netflow_set_kind::NETFLOW_SET_NO_TEMPLATE,
        SetKind::Reserved => netflow_set_kind::NETFLOW_SET_RESERVED,
        SetKind::Samples => netflow_set_kind::NETFLOW_SET_SAMPLES,
        _ => netflow_set_kind::NETFLOW_SET_OTHER,
    };
    netflow_set {
        kind: kind as u32,
        id: set.id(),
        late: set.is_late(),
        reserved: 0,
        offset: set.offset(),
        body: netflow_octets::new(set.body()),
        padding: set.padding(),
        template_frame: set.template_header().map_or(0, |header| header.frame),
        header: netflow_header::new(set.header()),
    }
}

/// A record of nothing yet.
const fn record(kind: netflow_record_kind, octets: netflow_octets) -> netflow_record {
    netflow_record {
        kind: kind as u32,
        template_id: 0,
        scope_count: 0,
        field_count: 0,
        enterprise: 0,
        format: 0,
        reserved: 0,
        octets,
        name: netflow_text::NONE,
    }
}

pub(super) fn data(data: &DataRecord<'_, '_>) -> netflow_record {
    let kind = if data.is_options() {
        netflow_record_kind::NETFLOW_RECORD_OPTIONS
    } else {
        netflow_record_kind::NETFLOW_RECORD_DATA
    };
    let template = data.template();
    netflow_record {
        template_id: template.id(),
        scope_count: template.scope_count(),
        field_count: u32::try_from(template.fields().len()).unwrap_or(u32::MAX),
        ..record(kind, netflow_octets::new(data.octets()))
    }
}

pub(super) fn template(template: &TemplateRecord<'_>) -> netflow_record {
    let kind = match template.kind() {
        TemplateKind::Data => netflow_record_kind::NETFLOW_RECORD_TEMPLATE,
        TemplateKind::Options { .. } => netflow_record_kind::NETFLOW_RECORD_OPTIONS_TEMPLATE,
        TemplateKind::Withdrawal { .. } => netflow_record_kind::NETFLOW_RECORD_WITHDRAWAL,
    };
    netflow_record {
        template_id: template.id(),
        scope_count: template.scope_count(),
        field_count: template.field_count().into(),
        ..record(kind, netflow_octets::NONE)
    }
}

pub(super) fn sample(sample: &sflow::Sample<'_>) -> netflow_record {
    let kind = match sample.kind() {
        Ok(SampleKind::Flow(_)) => netflow_record_kind::NETFLOW_RECORD_FLOW_SAMPLE,
        Ok(SampleKind::Counters(_)) => netflow_record_kind::NETFLOW_RECORD_COUNTERS_SAMPLE,
        Ok(SampleKind::Discarded(_)) => netflow_record_kind::NETFLOW_RECORD_DISCARDED_PACKET,
        _ => netflow_record_kind::NETFLOW_RECORD_UNKNOWN_SAMPLE,
    };
    let name = static_text::optional(sample.structure().map(|structure| structure.name()));
    netflow_record {
        enterprise: sample.format().enterprise(),
        format: sample.format().format(),
        name,
        ..record(kind, netflow_octets::new(sample.octets()))
    }
}

pub(super) fn structure(structure: &sflow::Record<'_>) -> netflow_record {
    let kind = match structure.kind() {
        Kind::Counter => netflow_record_kind::NETFLOW_RECORD_COUNTER_RECORD,
        Kind::Flow | Kind::Sample => netflow_record_kind::NETFLOW_RECORD_FLOW_RECORD,
    };
    let name = static_text::optional(structure.structure().map(|structure| structure.name()));
    netflow_record {
        enterprise: structure.format().enterprise(),
        format: structure.format().format(),
        name,
        ..record(kind, netflow_octets::new(structure.octets()))
    }
}

/// A field of nothing yet, by its key.
const fn keyed(key: FieldKey, value: netflow_value) -> netflow_field {
    let (id, scope_type) = match key {
        FieldKey::Element(id) => (id, false),
        FieldKey::Scope(number) => (ElementId::iana(number), true),
    };
    netflow_field {
        value,
        name: netflow_text::NONE,
        enterprise_number: id.enterprise_number,
        id: id.id,
        length: 0,
        scope: false,
        scope_type,
        list: false,
        reserved: [0; 5],
    }
}

impl netflow_field {
    /// The same, with the name and the type that the caller defined, if it has no name: descriptions of
    /// fields in templates, and values of lists, are looked up in the registries only.
    pub(crate) fn or_defined(mut self, definitions: &Definitions, name: &mut TextBuffer) -> Self {
        let id = ElementId::new(self.enterprise_number, self.id);
        if self.name.len > 0 || self.scope_type {
            return self;
        }
        if let Some(element) = definitions.get(id) {
            self.name = name.store(&element.name);
            self.value.data_type = number_of(Some(element.data_type));
        }
        self
    }
}

pub(super) fn field(field: &Field<'_, '_>, scope: bool, name: &mut TextBuffer) -> netflow_field {
    let template = field.template();
    let name = match (template.registered_name(), template.name()) {
        (Some(registered), _) => static_text::text(registered),
        (None, Some(defined)) => name.store(defined),
        (None, None) => netflow_text::NONE,
    };
    let value = netflow_value::new(netflow_octets::new(field.octets()), template.data_type());
    netflow_field {
        name,
        length: template.length().number(),
        scope,
        list: field.list().is_some(),
        ..keyed(template.key(), value)
    }
}

pub(super) fn specifier(
    specifier: FieldSpecifier,
    scope: bool,
    has_enterprises: bool,
) -> netflow_field {
    let element = match specifier.key {
        FieldKey::Element(id) if has_enterprises => element::get(id),
        FieldKey::Element(id) => element::v9(id.id),
        FieldKey::Scope(_) => None,
    };
    let name = match specifier.key {
        FieldKey::Scope(number) => element::v9_scope(number),
        FieldKey::Element(_) => element.map(|element| element.name),
    };
    let data_type = element.and_then(|element| element.data_type);
    netflow_field {
        name: static_text::optional(name),
        length: specifier.length.number(),
        scope,
        ..keyed(
            specifier.key,
            netflow_value::new(netflow_octets::NONE, data_type),
        )
    }
}

pub(super) fn value(value: &ListValue<'_, '_>, list: &BasicList<'_, '_>) -> netflow_field {
    let element = list.element();
    let data_type = element.and_then(|element| element.data_type);
    netflow_field {
        name: static_text::optional(element.map(|element| element.name)),
        length: list.element_length().number(),
        list: value.list().is_some(),
        ..keyed(
            FieldKey::Element(list.id()),
            netflow_value::new(netflow_octets::new(value.octets()), data_type),
        )
    }
}

pub(super) fn member(member: &Member<'_>, name: netflow_text) -> netflow_field {
    // A counter of all ones is one that the agent does not have: it has octets, and no value.
    let value = member.value.filter(|_| !member.is_unknown_counter());
    let data_type = value.map(|value| match value {
        MemberValue::Unsigned(_) if member.octets.len() > 4 => DataType::Unsigned64,
        MemberValue::Unsigned(_) => DataType::Unsigned32,
        MemberValue::Signed(_) => DataType::Signed32,
        MemberValue::Float(_) => DataType::Float32,
        MemberValue::Address(core::net::IpAddr::V4(_)) => DataType::Ipv4Address,
        MemberValue::Address(core::net::IpAddr::V6(_)) => DataType::Ipv6Address,
        MemberValue::MacAddress(_) => DataType::MacAddress,
        MemberValue::Text(_) => DataType::String,
        MemberValue::Octets(_) => DataType::OctetArray,
    });
    netflow_field {
        name,
        ..keyed(
            FieldKey::Element(ElementId::iana(0)),
            netflow_value::new(netflow_octets::new(member.octets), data_type),
        )
    }
}
