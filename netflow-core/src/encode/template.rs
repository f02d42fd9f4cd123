//! Templates to be written.

use alloc::vec::Vec;

use super::error::EncodeError;
use crate::element::{self, DataType, ElementId};
use crate::template::Template;
use crate::wire::set::{Dialect, FIRST_DATA_SET};
use crate::wire::template::{
    ENTERPRISE_BIT, FieldKey, FieldLength, FieldSpecifier, TemplateKind, TemplateRecord,
};

/// A Template to be written, and records by it (RFC 7011, section 3.4).
///
/// The same definition serves IPFIX and NetFlow v9, as far as its fields exist
/// in both; a v9 scope is not an element ([`scope`](Self::scope)).
///
/// ```
/// use netflow_core::element::{ElementId, iana};
/// use netflow_core::encode::TemplateDefinition;
///
/// let flows = TemplateDefinition::new(256)
///     .field(iana::SOURCE_IPV4_ADDRESS.id, 4)
///     .variable(ElementId::new(35632, 180));
/// let samplers = TemplateDefinition::options(257, 1)
///     .field(iana::EXPORTING_PROCESS_ID.id, 4)
///     .field(iana::SAMPLING_INTERVAL.id, 4);
/// assert_eq!(flows.fields().len(), 2);
/// assert!(samplers.is_options());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TemplateDefinition {
    id: u16,
    scope_count: Option<u16>,
    fields: Vec<FieldSpecifier>,
}

impl TemplateDefinition {
    /// A template of this id, 256 or more, without fields yet.
    #[must_use]
    pub const fn new(id: u16) -> Self {
        Self {
            id,
            scope_count: None,
            fields: Vec::new(),
        }
    }

    /// An options template whose first `scope_count` fields are its scope.
    #[must_use]
    pub const fn options(id: u16, scope_count: u16) -> Self {
        Self {
            id,
            scope_count: Some(scope_count),
            fields: Vec::new(),
        }
    }

    /// Adds an element of this many octets; 65535 is a variable length.
    #[must_use]
    pub fn field(self, element: ElementId, length: u16) -> Self {
        let key = FieldKey::Element(element);
        let length = FieldLength::new(length);
        self.specifier(FieldSpecifier { key, length })
    }

    /// Adds an element of variable length.
    #[must_use]
    pub fn variable(self, element: ElementId) -> Self {
        self.field(element, FieldLength::VARIABLE)
    }

    /// Adds a v9 scope of this many octets (RFC 3954, section 6.1).
    #[must_use]
    pub fn scope(self, scope: u16, length: u16) -> Self {
        let key = FieldKey::Scope(scope);
        let length = FieldLength::new(length);
        self.specifier(FieldSpecifier { key, length })
    }

    /// Adds this field.
    #[must_use]
    pub fn specifier(mut self, specifier: FieldSpecifier) -> Self {
        self.fields.push(specifier);
        self
    }

    /// A template with the same fields and another id.
    #[must_use]
    pub fn with_id(mut self, id: u16) -> Self {
        self.id = id;
        self
    }

    /// The template id.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.id
    }

    /// The fields in the order of the wire.
    #[must_use]
    pub fn fields(&self) -> &[FieldSpecifier] {
        &self.fields
    }

    /// Whether it describes options.
    #[must_use]
    pub const fn is_options(&self) -> bool {
        self.scope_count.is_some()
    }

    /// How many of the fields are the scope.
    #[must_use]
    pub fn scope_count(&self) -> u16 {
        self.scope_count.unwrap_or(0)
    }

    /// Octets of the shortest record.
    pub(super) fn min_record_len(&self) -> usize {
        self.fields.iter().fold(0, |sum: usize, field| {
            sum.saturating_add(match field.length {
                FieldLength::Fixed(length) => usize::from(length),
                FieldLength::Variable => 1,
            })
        })
    }

    /// The type of a field, if it is known.
    pub(super) fn type_of(field: &FieldSpecifier, dialect: Dialect) -> Option<DataType> {
        match field.key {
            FieldKey::Element(id) if dialect.enterprise => element::get(id)?.data_type,
            FieldKey::Element(id) => element::v9(id.id)?.data_type,
            FieldKey::Scope(_) => None,
        }
    }

    /// Appends the template record.
    pub(super) fn write(&self, dialect: Dialect, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let (id, scope) = (self.id, self.scope_count());
        if id < FIRST_DATA_SET {
            return Err(EncodeError::TemplateId { id });
        }
        let fields = self.fields.len();
        let wrong = EncodeError::FieldCount {
            id,
            count: fields,
            scope,
        };
        let count = u16::try_from(fields).map_err(|_| wrong)?;
        // RFC 7011, section 3.4.2.1: a scope of no field is none. v9 has such.
        let no_scope = self.is_options() && dialect.enterprise && scope == 0;
        if count == 0 || scope > count || no_scope {
            return Err(wrong);
        }
        push(out, id);
        if !self.is_options() {
            push(out, count);
        } else if dialect.enterprise {
            push(out, count);
            push(out, scope);
        } else {
            // v9 counts octets (RFC 3954, section 6.1).
            let octets = |fields: u16| fields.checked_mul(4).ok_or(wrong);
            push(out, octets(scope)?);
            push(out, octets(count.saturating_sub(scope))?);
        }
        for (index, field) in self.fields.iter().enumerate() {
            let in_scope = index < usize::from(scope);
            write_specifier(field, dialect, in_scope, out)?;
        }
        Ok(())
    }
}

/// The definition of a template that was sent; of a withdrawal one without fields.
impl From<&TemplateRecord<'_>> for TemplateDefinition {
    fn from(record: &TemplateRecord<'_>) -> Self {
        let scope_count = match record.kind() {
            TemplateKind::Options { scope_count } => Some(scope_count),
            TemplateKind::Data | TemplateKind::Withdrawal { .. } => None,
        };
        Self {
            id: record.id(),
            scope_count,
            fields: record.fields().collect(),
        }
    }
}

impl From<&Template> for TemplateDefinition {
    fn from(template: &Template) -> Self {
        Self {
            id: template.id(),
            scope_count: template.is_options().then(|| template.scope_count()),
            fields: template.fields().iter().map(|f| f.specifier()).collect(),
        }
    }
}

/// Appends a field specifier (RFC 7011, section 3.2).
pub(super) fn write_specifier(
    field: &FieldSpecifier,
    dialect: Dialect,
    in_scope: bool,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let key = field.key;
    let (number, enterprise) = match key {
        FieldKey::Scope(number) if in_scope && !dialect.enterprise => (number, None),
        FieldKey::Element(id) if dialect.enterprise && id.id < ENTERPRISE_BIT => {
            if id.enterprise_number == 0 {
                (id.id, None)
            } else {
                (id.id | ENTERPRISE_BIT, Some(id.enterprise_number))
            }
        }
        FieldKey::Element(id) if !dialect.enterprise && id.enterprise_number == 0 && !in_scope => {
            (id.id, None)
        }
        _ => return Err(EncodeError::Field { key }),
    };
    push(out, number);
    push(out, field.length.number());
    if let Some(enterprise) = enterprise {
        out.extend_from_slice(&enterprise.to_be_bytes());
    }
    Ok(())
}

pub(super) fn push(out: &mut Vec<u8>, number: u16) {
    out.extend_from_slice(&number.to_be_bytes());
}
