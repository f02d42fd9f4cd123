//! How the fields of a template become fields of IPFIX.

use alloc::vec::Vec;

use crate::element::{DataType, ElementId, InformationElement, iana};
use crate::encode::TemplateDefinition;
use crate::header::MessageHeader;
use crate::template::{Template, TemplateField};
use crate::wire::template::{FieldKey, FieldLength, FieldSpecifier};

/// How the records of one template become records of IPFIX.
#[derive(Debug)]
pub(super) struct Conversion {
    /// Its fields, without an id of the relay's.
    pub(super) definition: TemplateDefinition,
    /// The id by which the exporter's options may name the template; fixed versions have none.
    pub(super) source: Option<u16>,
    /// Options without a scope apply to the whole exporter: IPFIX needs one (RFC 7011, section
    /// 3.4.2.2), so that is written first.
    pub(super) adds_scope: bool,
    /// The conversion of each received field.
    pub(super) actions: Vec<Action>,
    /// The fields that the relay adds.
    pub(super) more: Vec<More>,
}

/// The conversion of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It is left out.
    Skip,
    /// Its octets stay.
    Copy,
    /// It is a list, whose template ids change.
    List,
    /// The start of the flow, in milliseconds.
    Start,
    /// The end of the flow, in milliseconds.
    End,
    /// A number, sent in four octets.
    Number,
    /// The domain that options are about, by the relay's number.
    DomainScope,
    /// The template that options are about, by the relay's id.
    Template,
}

/// A field that the relay adds to those of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum More {
    /// The sampling interval of the header.
    Sampling(u32),
    /// Who exported it.
    Exporter,
    /// Its observation domain there.
    Domain,
}

/// v9 types above 32767 go under this enterprise, less 32768.
const V9_TYPES: u32 = u32::MAX;

/// The scope of v9 that is the whole exporter.
const SYSTEM: u16 = 1;
/// The last scope type of v9, Template.
const LAST_SCOPE_TYPE: u16 = 5;

impl Conversion {
    pub(super) fn new(template: &Template, header: &MessageHeader, origin: bool) -> Self {
        let mut conversion = Self::of_fields(template, header.sys_uptime.is_some());
        conversion.source = Some(template.id()).filter(|_| !template.is_fixed_version());
        if !template.is_options() {
            let interval = header.sampling.map_or(0, |word| word & 0x3fff);
            if template.is_fixed_version() && interval > 0 {
                let element = iana::SAMPLING_INTERVAL.id;
                conversion.more(More::Sampling(u32::from(interval)), element, 4);
            }
            if origin {
                let (element, length) = if header.exporter.is_ipv4() {
                    (iana::ORIGINAL_EXPORTER_IPV4_ADDRESS.id, 4)
                } else {
                    (iana::ORIGINAL_EXPORTER_IPV6_ADDRESS.id, 16)
                };
                conversion.more(More::Exporter, element, length);
                let element = iana::ORIGINAL_OBSERVATION_DOMAIN_ID.id;
                conversion.more(More::Domain, element, 4);
            }
        }
        conversion
    }

    /// The conversion of a template that a list names.
    pub(super) fn of_list(template: &Template) -> Self {
        Self::of_fields(template, false)
    }

    fn of_fields(template: &Template, uptimes: bool) -> Self {
        let scope_count = usize::from(template.scope_count());
        let has = |element: ElementId| {
            let key = FieldKey::Element(element);
            template.fields().iter().any(|field| field.key() == key)
        };
        let uptimes = uptimes
            && !template.is_options()
            && !has(iana::FLOW_START_MILLISECONDS.id)
            && !has(iana::FLOW_END_MILLISECONDS.id);
        let adds_scope = template.is_options() && scope_count == 0;
        let mut fields = Vec::new();
        let mut actions = Vec::new();
        let mut scope = u16::from(adds_scope);
        if adds_scope {
            fields.push(FieldSpecifier {
                key: FieldKey::Element(iana::EXPORTING_PROCESS_ID.id),
                length: FieldLength::Fixed(4),
            });
        }
        for (index, field) in template.fields().iter().enumerate() {
            let is_scope = index < scope_count;
            let (action, specifier) = if is_scope && is(field, &iana::OBSERVATION_DOMAIN_ID) {
                let specifier = FieldSpecifier {
                    key: FieldKey::Element(iana::OBSERVATION_DOMAIN_ID.id),
                    length: FieldLength::Fixed(4),
                };
                (Action::DomainScope, specifier)
            } else if template.is_options() && is_template_id(field) {
                template_id()
            } else {
                convert(field, uptimes)
            };
            actions.push(action);
            if action != Action::Skip {
                fields.push(specifier);
                if is_scope {
                    scope = scope.saturating_add(1);
                }
            }
        }
        let empty = if template.is_options() {
            TemplateDefinition::options(0, scope)
        } else {
            TemplateDefinition::new(0)
        };
        Self {
            definition: fields
                .into_iter()
                .fold(empty, TemplateDefinition::specifier),
            source: None,
            adds_scope,
            actions,
            more: Vec::new(),
        }
    }

    fn more(&mut self, more: More, element: ElementId, length: u16) {
        self.more.push(more);
        let definition = core::mem::replace(&mut self.definition, TemplateDefinition::new(0));
        self.definition = definition.field(element, length);
    }
}

/// Whether the field is this element, or the scope type of v9 with its number.
fn is(field: &TemplateField, element: &InformationElement) -> bool {
    match field.key() {
        FieldKey::Element(id) => id == element.id,
        FieldKey::Scope(number) => number > LAST_SCOPE_TYPE && number == element.id.id,
    }
}

/// Whether the field of options is the id of the template that they are about.
pub(super) fn is_template_id(field: &TemplateField) -> bool {
    field.key() == FieldKey::Scope(LAST_SCOPE_TYPE) || is(field, &iana::TEMPLATE_ID)
}

/// The template that options are about (templateId, scope type 5 of v9).
const fn template_id() -> (Action, FieldSpecifier) {
    let specifier = FieldSpecifier {
        key: FieldKey::Element(iana::TEMPLATE_ID.id),
        length: FieldLength::Fixed(2),
    };
    (Action::Template, specifier)
}

fn convert(field: &TemplateField, uptimes: bool) -> (Action, FieldSpecifier) {
    let length = field.length();
    let same = |element| FieldSpecifier {
        key: FieldKey::Element(element),
        length,
    };
    let milliseconds = |element| FieldSpecifier {
        key: FieldKey::Element(element),
        length: FieldLength::Fixed(8),
    };
    match field.key() {
        FieldKey::Scope(number) => scope(number, length),
        FieldKey::Element(ElementId {
            enterprise_number: 0,
            id: 0,
        }) => (Action::Skip, field.specifier()),
        FieldKey::Element(id) if uptimes && id == iana::FLOW_START_SYS_UP_TIME.id => (
            Action::Start,
            milliseconds(iana::FLOW_START_MILLISECONDS.id),
        ),
        FieldKey::Element(id) if uptimes && id == iana::FLOW_END_SYS_UP_TIME.id => {
            (Action::End, milliseconds(iana::FLOW_END_MILLISECONDS.id))
        }
        FieldKey::Element(id) if id.enterprise_number == 0 && id.id > 0x7fff => {
            (Action::Copy, same(ElementId::new(V9_TYPES, id.id & 0x7fff)))
        }
        FieldKey::Element(id) if field.data_type().is_some_and(DataType::is_list) => {
            (Action::List, same(id))
        }
        FieldKey::Element(id) => (Action::Copy, same(id)),
    }
}

/// The element that means the same as a scope of v9 (RFC 3954, section 6.1); of types above 5
/// exporters send the number of the element.
fn scope(number: u16, length: FieldLength) -> (Action, FieldSpecifier) {
    let element = match number {
        0 | SYSTEM => iana::EXPORTING_PROCESS_ID.id,
        2 => iana::INGRESS_INTERFACE.id,
        3 => iana::LINE_CARD_ID.id,
        // A cache is filled by one metering process; IPFIX has no name for it.
        4 => iana::METERING_PROCESS_ID.id,
        // 5, Template, has an action of its own.
        number => {
            let key = FieldKey::Element(ElementId::iana(number));
            return (Action::Copy, FieldSpecifier { key, length });
        }
    };
    let specifier = FieldSpecifier {
        key: FieldKey::Element(element),
        length: FieldLength::Fixed(4),
    };
    (Action::Number, specifier)
}
