//! Elements that the registry does not know: defined by the caller, or by the
//! exporter's own type records (RFC 5610).

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use super::{DataType, ElementId, Semantics, Units};
use crate::hash::KeyedHash;
use crate::table::Table;

/// An element that is not in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinedElement {
    /// Its number; field types of NetFlow v9 have enterprise number 0.
    pub id: ElementId,
    /// Its name.
    pub name: Box<str>,
    /// How a value is encoded.
    pub data_type: DataType,
    /// What a value means.
    pub semantics: Semantics,
    /// The units of a value.
    pub units: Units,
}

impl DefinedElement {
    /// An element of this number, name and type.
    #[must_use]
    pub fn new(id: ElementId, name: &str, data_type: DataType) -> Self {
        Self {
            id,
            name: name.into(),
            data_type,
            semantics: Semantics::Default,
            units: Units::None,
        }
    }
}

/// Elements that the caller knows and the registry does not.
///
/// ```
/// use netflow_core::element::{DataType, DefinedElement, Definitions, ElementId};
/// use netflow_core::{Decoder, Limits};
///
/// let queue = DefinedElement::new(ElementId::new(99_999, 1), "queueDepth", DataType::Unsigned32);
/// let definitions: Definitions = [queue].into_iter().collect();
/// let decoder = Decoder::new(Limits::default()).with_definitions(definitions);
/// # let _ = decoder;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    elements: BTreeMap<ElementId, Arc<DefinedElement>>,
}

impl Definitions {
    pub(crate) fn get(&self, id: ElementId) -> Option<&Arc<DefinedElement>> {
        self.elements.get(&id)
    }
}

impl FromIterator<DefinedElement> for Definitions {
    fn from_iter<I: IntoIterator<Item = DefinedElement>>(elements: I) -> Self {
        let elements = elements
            .into_iter()
            .map(|element| (element.id, Arc::new(element)))
            .collect();
        Self { elements }
    }
}

/// Elements learned from the type records of one observation domain.
#[derive(Debug, Clone)]
pub(crate) struct LearnedElements {
    elements: Table<ElementId, Arc<DefinedElement>>,
    octets: usize,
    /// Counts the changes.
    version: u32,
}

impl LearnedElements {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            elements: Table::new(hash),
            octets: 0,
            version: 0,
        }
    }

    /// Changes whenever anything is learned.
    pub(crate) const fn version(&self) -> u32 {
        self.version
    }

    pub(crate) fn get(&self, id: ElementId) -> Option<&Arc<DefinedElement>> {
        self.elements.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &DefinedElement> {
        self.elements.iter().map(|(_, element)| element.as_ref())
    }

    pub(crate) fn memory(&self) -> usize {
        self.octets.saturating_add(self.elements.memory())
    }

    /// Octets that must be free to learn this element.
    pub(crate) fn room_for(&self, element: &TypeRecord<'_>) -> usize {
        memory(element.name).saturating_add(self.elements.growth())
    }

    /// Whether an element is not known like that.
    pub(crate) fn is_news(&self, element: &TypeRecord<'_>) -> bool {
        self.get(element.id).is_none_or(|known| {
            (known.data_type, known.semantics, known.units)
                != (element.data_type, element.semantics, element.units)
                || *known.name != *element.name
        })
    }

    /// Learns an element.
    pub(crate) fn insert(&mut self, element: &TypeRecord<'_>) {
        self.version = self.version.wrapping_add(1);
        self.octets = self.octets.saturating_add(memory(element.name));
        let defined = Arc::new(DefinedElement {
            id: element.id,
            name: element.name.into(),
            data_type: element.data_type,
            semantics: element.semantics,
            units: element.units,
        });
        let old = self.elements.insert(element.id, defined);
        let freed = old.map_or(0, |old| memory(&old.name));
        self.octets = self.octets.saturating_sub(freed);
    }
}

/// An element as a type record describes it (RFC 5610, section 3.9).
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypeRecord<'a> {
    pub(crate) id: ElementId,
    pub(crate) name: &'a str,
    pub(crate) data_type: DataType,
    pub(crate) semantics: Semantics,
    pub(crate) units: Units,
}

fn memory(name: &str) -> usize {
    size_of::<(DefinedElement, [usize; 2])>().saturating_add(name.len())
}
