//! What a field is called where it is printed.

use core::fmt;

use super::TemplateField;
use crate::element::{self, ElementId};
use crate::wire::template::FieldKey;

/// What a field is called: its name, or its number where it has none.
///
/// ```
/// use netflow_core::element::ElementId;
/// use netflow_core::template::FieldLabel;
/// use netflow_core::wire::template::FieldKey;
///
/// let label = |pen, id| FieldLabel::of_key(FieldKey::Element(ElementId::new(pen, id)), false);
/// assert_eq!(label(0, 8).to_string(), "sourceIPv4Address");
/// assert_eq!(label(6871, 999).to_string(), "6871:999");
/// assert_eq!(FieldLabel::of_key(FieldKey::Scope(77), true).to_string(), "scope:77");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldLabel<'t> {
    /// A name: of a registry, of the exporter (RFC 5610) or the caller, or of the layout of a
    /// fixed version.
    Name(&'t str),
    /// The number of an element without a name: `6871:999`.
    Element(ElementId),
    /// The number of a v9 scope type without a name: `scope:77`.
    Scope(u16),
}

impl<'t> FieldLabel<'t> {
    /// Octets of the longest name that is a label. Exporters name elements as they like, and a
    /// list that is printed repeats the name for each of its values.
    pub const MAX_NAME_LEN: usize = 255;

    /// The label of a field: its name, if there is one that is short enough, or else its key.
    #[must_use]
    pub fn new(name: Option<&'t str>, key: FieldKey) -> Self {
        let name = name.filter(|name| name.len() <= Self::MAX_NAME_LEN);
        match (name, key) {
            (Some(name), _) => Self::Name(name),
            (None, FieldKey::Element(id)) => Self::Element(id),
            (None, FieldKey::Scope(number)) => Self::Scope(number),
        }
    }
}

impl FieldLabel<'static> {
    /// The label by only the registries; those of NetFlow v9 if `v9`.
    #[must_use]
    pub fn of_key(key: FieldKey, v9: bool) -> Self {
        let name = match key {
            FieldKey::Scope(number) => element::v9_scope(number),
            FieldKey::Element(id) if v9 => element::v9(id.id).map(|element| element.name),
            FieldKey::Element(id) => element::get(id).map(|element| element.name),
        };
        Self::new(name, key)
    }
}

impl TemplateField {
    /// What it is called where it is printed.
    #[must_use]
    pub fn label(&self) -> FieldLabel<'_> {
        FieldLabel::new(self.name(), self.key())
    }
}

impl fmt::Display for FieldLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Element(id) => write!(f, "{}:{}", id.enterprise_number, id.id),
            Self::Scope(number) => write!(f, "scope:{number}"),
        }
    }
}
