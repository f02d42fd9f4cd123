//! Elements that the registry does not know: defined by the caller, or by the
//! exporter's own type records (RFC 5610).

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use super::{DataType, ElementId, Semantics, Units};
use crate::hash::KeyedHash;
use crate::table::Table;

/// An element that is not in the registry.
///
/// ```
/// use netflow_core::element::{DataType, DefinedElement, ElementId};
///
/// let id = ElementId::new(99_999, 1);
/// let queue = DefinedElement::new(id, "queueDepth", DataType::Unsigned32).with_origin("queues.yaml:3");
/// assert_eq!((queue.id.to_string(), &*queue.name), ("99999/1".to_owned(), "queueDepth"));
/// ```
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
    /// An element that means the same and is encoded the same: the fields of a flow are read from this
    /// element as they are from that one.
    pub same_as: Option<ElementId>,
    /// Where the definition was found, as `queues.yaml:3`; `None` if the exporter announced it.
    pub origin: Option<Box<str>>,
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
            same_as: None,
            origin: None,
        }
    }

    /// Reads the fields of flows from this element as from one that means the same.
    ///
    /// ```
    /// use netflow_core::element::{DataType, DefinedElement, ElementId};
    ///
    /// // A vendor's own number for octetDeltaCount: it supplies the field `octets` of a flow.
    /// let id = ElementId::new(99_999, 2);
    /// let octets = DefinedElement::new(id, "linkOctets", DataType::Unsigned64)
    ///     .with_same_as(ElementId::iana(1));
    /// # assert_eq!(octets.same_as, Some(ElementId::iana(1)));
    /// ```
    #[must_use]
    pub fn with_same_as(mut self, element: ElementId) -> Self {
        self.same_as = Some(element);
        self
    }

    /// Says where the definition was found, for those who read what a field was named by.
    #[must_use]
    pub fn with_origin(mut self, origin: &str) -> Self {
        self.origin = Some(origin.into());
        self
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
    /// No definitions.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            elements: BTreeMap::new(),
        }
    }

    /// Adds an element, and returns the one of the same number that it replaces.
    ///
    /// ```
    /// use netflow_core::element::{DataType, DefinedElement, Definitions, ElementId};
    ///
    /// let id = ElementId::new(99_999, 1);
    /// let mut definitions = Definitions::new();
    /// definitions.insert(DefinedElement::new(id, "queueDepth", DataType::Unsigned32));
    /// assert_eq!(&*definitions.get(id).unwrap().name, "queueDepth");
    /// assert_eq!(definitions.iter().count(), 1);
    /// ```
    pub fn insert(&mut self, element: DefinedElement) -> Option<Arc<DefinedElement>> {
        self.elements.insert(element.id, Arc::new(element))
    }

    /// The element of this number.
    #[must_use]
    pub fn get(&self, id: ElementId) -> Option<&Arc<DefinedElement>> {
        self.elements.get(&id)
    }

    /// All elements, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &DefinedElement> {
        self.elements.values().map(AsRef::as_ref)
    }
}

impl FromIterator<DefinedElement> for Definitions {
    fn from_iter<I: IntoIterator<Item = DefinedElement>>(elements: I) -> Self {
        let mut definitions = Self::new();
        definitions.extend(elements);
        definitions
    }
}

/// Of several definitions of one element the last counts.
impl Extend<DefinedElement> for Definitions {
    fn extend<I: IntoIterator<Item = DefinedElement>>(&mut self, elements: I) {
        for element in elements {
            self.insert(element);
        }
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
            same_as: None,
            origin: None,
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
