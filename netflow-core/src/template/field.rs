//! One field of a template: its key, length, name and type.

use alloc::sync::Arc;

use crate::element::{self, DataType, DefinedElement, ElementId, InformationElement};
use crate::wire::set::Dialect;
use crate::wire::template::{FieldKey, FieldLength, FieldSpecifier};

/// One field of a template.
///
/// ```
/// use netflow_core::element::DataType;
/// use netflow_core::wire::template::FieldLength;
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let template = decoded.flows().next().unwrap().record().unwrap().template();
/// let field = &template.fields()[0];
/// assert_eq!(field.name(), Some("sourceIPv4Address"));
/// assert_eq!((field.data_type(), field.length()), (Some(DataType::Ipv4Address), FieldLength::Fixed(4)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TemplateField {
    pub(super) specifier: FieldSpecifier,
    pub(super) meaning: FieldDefinition,
}

/// Where name and type of a field come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldDefinition {
    /// The registry.
    Registered(InformationElement),
    /// The caller, or a type record of the exporter (RFC 5610).
    Defined(Arc<DefinedElement>),
    /// A scope type of v9, or a member of a fixed layout that is not an element.
    Named(&'static str, DataType),
    /// Nowhere.
    Unknown,
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
        match self.meaning {
            FieldDefinition::Registered(element) => Some(element),
            _ => None,
        }
    }

    /// The element, if it was defined by the caller or by the exporter (RFC 5610), not by the registry.
    #[must_use]
    pub fn definition(&self) -> Option<&DefinedElement> {
        match &self.meaning {
            FieldDefinition::Defined(element) => Some(element),
            _ => None,
        }
    }

    /// The abstract data type, if it is known.
    #[must_use]
    pub fn data_type(&self) -> Option<DataType> {
        match &self.meaning {
            FieldDefinition::Registered(element) => element.data_type,
            FieldDefinition::Defined(element) => Some(element.data_type),
            FieldDefinition::Named(_, data_type) => Some(*data_type),
            FieldDefinition::Unknown => None,
        }
    }

    /// The [name](Self::name), if it is one of the registries and not of a definition.
    #[must_use]
    pub const fn registered_name(&self) -> Option<&'static str> {
        match &self.meaning {
            FieldDefinition::Registered(element) => Some(element.name),
            FieldDefinition::Named(name, _) => Some(name),
            FieldDefinition::Defined(_) | FieldDefinition::Unknown => None,
        }
    }

    /// The name: of the element, of the v9 scope type, or of the member of a
    /// fixed layout that is not an element.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.meaning {
            FieldDefinition::Registered(element) => Some(element.name),
            FieldDefinition::Defined(element) => Some(&element.name),
            FieldDefinition::Named(name, _) => Some(name),
            FieldDefinition::Unknown => None,
        }
    }
}

impl TemplateField {
    /// The registry first, then definitions of the caller and of the exporter.
    pub(super) fn resolve(
        specifier: FieldSpecifier,
        dialect: Dialect,
        defined: &impl Defined,
    ) -> Self {
        let meaning = match specifier.key {
            FieldKey::Scope(number) => scope(number),
            FieldKey::Element(id) => {
                let registered = if dialect.enterprise {
                    element::get(id)
                } else {
                    element::v9(id.id)
                };
                match registered {
                    Some(element) => FieldDefinition::Registered(element),
                    None => defined(id).map_or(FieldDefinition::Unknown, FieldDefinition::Defined),
                }
            }
        };
        Self { specifier, meaning }
    }

    /// Whether a definition can change what the field is.
    pub(super) const fn may_be_refined(&self) -> bool {
        matches!(
            self.meaning,
            FieldDefinition::Unknown | FieldDefinition::Defined(_)
        )
    }

    /// A copy of the field with its element as defined by now; `None` if nothing changed.
    pub(super) fn refined(&self, defined: &impl Defined) -> Option<Self> {
        let FieldKey::Element(id) = self.specifier.key else {
            return None;
        };
        let meaning = match &self.meaning {
            FieldDefinition::Unknown => FieldDefinition::Defined(defined(id)?),
            FieldDefinition::Defined(known) => {
                let new = defined(id).filter(|new| new != known)?;
                FieldDefinition::Defined(new)
            }
            FieldDefinition::Registered(_) | FieldDefinition::Named(..) => return None,
        };
        let specifier = self.specifier;
        Some(Self { specifier, meaning })
    }

    /// An element of nProbe's. In its templates elements 23 and 24 (OUT_BYTES and
    /// OUT_PKTS) count what came back: nProbe's list of information elements has them as bytes and
    /// packets from destination to source, with the aliases DST_TO_SRC_BYTES and DST_TO_SRC_PKTS.
    pub(crate) fn is_of_nprobe(&self) -> bool {
        const NTOP: u32 = 35_632;
        /// Its field types of v9 are its elements from here on.
        const V9_TYPES: core::ops::RangeFrom<u16> = 57_472..;
        match self.specifier.key {
            FieldKey::Scope(_) => false,
            FieldKey::Element(id) => match id.enterprise_number {
                0 => V9_TYPES.contains(&id.id),
                enterprise_number => enterprise_number == NTOP,
            },
        }
    }

    /// The element number used in the tables of normalised fields; a definition's `same_as` replaces it.
    /// v9 types above 32767 have an enterprise number of their own there.
    pub(crate) fn planned_id(&self) -> Option<ElementId> {
        if let FieldDefinition::Defined(element) = &self.meaning {
            if element.same_as.is_some() {
                return element.same_as;
            }
        }
        match self.specifier.key {
            FieldKey::Scope(_) => None,
            FieldKey::Element(id) if id.enterprise_number == 0 && id.id > 0x7fff => {
                Some(ElementId::new(V9_TYPES, id.id & 0x7fff))
            }
            FieldKey::Element(id) => Some(id),
        }
    }
}

/// Finds an element that the registry does not know.
pub(crate) trait Defined: Fn(ElementId) -> Option<Arc<DefinedElement>> {}

impl<F: Fn(ElementId) -> Option<Arc<DefinedElement>>> Defined for F {}

/// A scope field of v9 (RFC 3954, section 6.1): interfaces and line cards are
/// numbered, the others are octets of the exporter's own.
fn scope(number: u16) -> FieldDefinition {
    let data_type = match number {
        INTERFACE_SCOPE | LINE_CARD_SCOPE => DataType::Unsigned32,
        _ => DataType::OctetArray,
    };
    element::v9_scope(number).map_or(FieldDefinition::Unknown, |name| {
        FieldDefinition::Named(name, data_type)
    })
}

/// Scope type of an interface.
const INTERFACE_SCOPE: u16 = 2;
/// Scope type of a line card.
const LINE_CARD_SCOPE: u16 = 3;

/// The enterprise number under which converters to IPFIX carry v9 types above
/// 32767, less 32768.
const V9_TYPES: u32 = u32::MAX;
