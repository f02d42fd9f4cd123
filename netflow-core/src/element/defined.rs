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
/// let decoder = Decoder::new(Limits::new(0x5eed)).with_definitions(definitions);
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

/// What the type records of one observation domain taught.
#[derive(Debug, Clone)]
pub(crate) struct Taught {
    elements: Table<ElementId, Arc<DefinedElement>>,
    octets: usize,
}

impl Taught {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            elements: Table::new(hash),
            octets: 0,
        }
    }

    pub(crate) fn get(&self, id: ElementId) -> Option<&Arc<DefinedElement>> {
        self.elements.get(&id)
    }

    pub(crate) fn memory(&self) -> usize {
        self.octets.saturating_add(self.elements.memory())
    }

    /// Octets that must be free to learn this element.
    pub(crate) fn room_for(&self, element: &DefinedElement) -> usize {
        memory(element).saturating_add(self.elements.growth())
    }

    /// Whether an element is not known like that.
    pub(crate) fn is_news(&self, element: &DefinedElement) -> bool {
        self.get(element.id).is_none_or(|known| **known != *element)
    }

    /// Learns an element; false if that is known already.
    pub(crate) fn insert(&mut self, element: DefinedElement) -> bool {
        let id = element.id;
        if !self.is_news(&element) {
            return false;
        }
        self.octets = self.octets.saturating_add(memory(&element));
        let old = self.elements.insert(id, Arc::new(element));
        let freed = old.map_or(0, |old| memory(&old));
        self.octets = self.octets.saturating_sub(freed);
        true
    }
}

fn memory(element: &DefinedElement) -> usize {
    size_of::<(DefinedElement, [usize; 2])>().saturating_add(element.name.len())
}
