//! Templates as they are kept: measured, named, and with the plan of their
//! normalised fields (RFC 7011, section 3.4).

mod builtin;
mod plan;
mod registry;

use alloc::boxed::Box;

pub(crate) use self::builtin::Builtins;
pub use self::plan::FieldPlan;
pub(crate) use self::plan::{Plan, Slot};
pub(crate) use self::registry::{Known, Templates};
use crate::element::{self, DataType, ElementId, InformationElement};
use crate::wire::set::Dialect;
use crate::wire::template::{FieldKey, FieldLength, FieldSpecifier, TemplateKind, TemplateRecord};

/// A Template: the fields of a record, compiled once (RFC 7011, section 3.4).
#[derive(Debug)]
pub struct Template {
    id: u16,
    scope_count: Option<u16>,
    fields: Box<[TemplateField]>,
    min_len: usize,
    variable: bool,
    lists: bool,
    fixed_version: bool,
    plan: Plan,
    /// Octets of the specifiers on the wire, to see whether a template that
    /// comes again is the same.
    specifiers: Box<[u8]>,
}

/// One field of a template.
#[derive(Debug, Clone, Copy)]
pub struct TemplateField {
    specifier: FieldSpecifier,
    element: Option<InformationElement>,
    data_type: Option<DataType>,
    /// The name of what is no element.
    name: Option<&'static str>,
}

impl TemplateField {
    /// What the field is and how long.
    #[must_use]
    pub const fn specifier(&self) -> FieldSpecifier {
        self.specifier
    }

    /// What the field is.
    #[must_use]
    pub const fn key(&self) -> FieldKey {
        self.specifier.key
    }

    /// How long it is.
    #[must_use]
    pub const fn length(&self) -> FieldLength {
        self.specifier.length
    }

    /// The element, if the registry knows it.
    #[must_use]
    pub const fn element(&self) -> Option<InformationElement> {
        self.element
    }

    /// The abstract data type, if it is known.
    #[must_use]
    pub const fn data_type(&self) -> Option<DataType> {
        self.data_type
    }

    /// The name: of the element, of the v9 scope type, or of the member of a
    /// fixed layout that is no element.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.name.or(self.element.map(|element| element.name))
    }
}

impl Template {
    /// Compiles a template record; `None` for a withdrawal.
    pub(crate) fn new(record: &TemplateRecord<'_>) -> Option<Self> {
        let scope_count = match record.kind() {
            TemplateKind::Data => None,
            TemplateKind::Options { scope_count } => Some(scope_count),
            TemplateKind::Withdrawal { .. } => return None,
        };
        let dialect = record.dialect();
        let fields = record
            .fields()
            .map(|specifier| TemplateField::resolve(specifier, dialect))
            .collect();
        let mut template = Self::from_fields(record.id(), fields);
        template.scope_count = scope_count;
        template.specifiers = record.specifiers().into();
        Some(template)
    }

    fn from_fields(id: u16, fields: Box<[TemplateField]>) -> Self {
        let lengths = fields.iter().map(TemplateField::length);
        // A variable-length field counts at least its length octet, so that no
        // record is shorter than its number of fields suggests.
        let min_len = lengths.clone().fold(0_usize, |sum, length| {
            sum.saturating_add(match length {
                FieldLength::Fixed(length) => usize::from(length),
                FieldLength::Variable => 1,
            })
        });
        let variable = lengths
            .clone()
            .any(|length| length == FieldLength::Variable);
        let lists = fields
            .iter()
            .filter_map(TemplateField::data_type)
            .any(DataType::is_list);
        let plan = Plan::new(&fields);
        Self {
            id,
            scope_count: None,
            fields,
            min_len,
            variable,
            lists,
            fixed_version: false,
            plan,
            specifiers: Box::default(),
        }
    }

    /// The template id; 0 in the fixed versions.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.id
    }

    /// It describes options records (RFC 7011, section 3.4.2).
    #[must_use]
    pub const fn is_options(&self) -> bool {
        self.scope_count.is_some()
    }

    /// How many of the fields are the scope; they come first.
    #[must_use]
    pub fn scope_count(&self) -> u16 {
        self.scope_count.unwrap_or(0)
    }

    /// The fields in the order of the wire.
    #[must_use]
    pub fn fields(&self) -> &[TemplateField] {
        &self.fields
    }

    /// Octets of each record; `None` if they vary.
    #[must_use]
    pub const fn record_len(&self) -> Option<usize> {
        if self.variable {
            None
        } else {
            Some(self.min_len)
        }
    }

    /// Octets of the shortest record.
    #[must_use]
    pub const fn min_record_len(&self) -> usize {
        self.min_len
    }

    /// It describes the records of v1 or v5 to v8 and came with no message.
    #[must_use]
    pub const fn is_fixed_version(&self) -> bool {
        self.fixed_version
    }

    /// A field is a list of RFC 6313.
    pub(crate) const fn has_lists(&self) -> bool {
        self.lists
    }

    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The record would compile to this template.
    pub(crate) fn is_same(&self, record: &TemplateRecord<'_>) -> bool {
        let scope_count = match record.kind() {
            TemplateKind::Options { scope_count } => Some(scope_count),
            TemplateKind::Data | TemplateKind::Withdrawal { .. } => None,
        };
        self.scope_count == scope_count && *self.specifiers == *record.specifiers()
    }

    /// Octets of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>()
            .saturating_add(size_of_val::<[TemplateField]>(&self.fields))
            .saturating_add(self.specifiers.len())
            .saturating_add(self.plan.memory())
    }
}

impl TemplateField {
    fn resolve(specifier: FieldSpecifier, dialect: Dialect) -> Self {
        let element = match specifier.key {
            FieldKey::Scope(number) => return Self::scope(specifier, number),
            FieldKey::Element(id) if dialect.enterprise => element::get(id),
            FieldKey::Element(id) => element::v9(id.id),
        };
        Self {
            specifier,
            element,
            data_type: element.and_then(|element| element.data_type),
            name: None,
        }
    }

    /// A scope field of v9 (RFC 3954, section 6.1): interfaces and line cards
    /// are numbered, the others are octets of the exporter's own.
    fn scope(specifier: FieldSpecifier, number: u16) -> Self {
        let name = element::v9_scope(number);
        let data_type = match number {
            INTERFACE_SCOPE | LINE_CARD_SCOPE => DataType::Unsigned32,
            _ => DataType::OctetArray,
        };
        Self {
            specifier,
            element: None,
            data_type: name.map(|_| data_type),
            name,
        }
    }

    /// The number that the tables of normalised fields know the field by: v9
    /// types above 32767 have an enterprise number of their own there.
    pub(crate) fn planned_id(&self) -> Option<ElementId> {
        match self.specifier.key {
            FieldKey::Scope(_) => None,
            FieldKey::Element(id) if id.enterprise_number == 0 && id.id > 0x7fff => {
                Some(ElementId::new(V9_TYPES, id.id & 0x7fff))
            }
            FieldKey::Element(id) => Some(id),
        }
    }
}

/// Scope type of an interface.
const INTERFACE_SCOPE: u16 = 2;
/// Scope type of a line card.
const LINE_CARD_SCOPE: u16 = 3;

/// The enterprise number under which converters to IPFIX carry v9 types above
/// 32767, less 32768.
const V9_TYPES: u32 = u32::MAX;
