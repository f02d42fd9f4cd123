//! The registries of information elements.
//!
//! An [`InformationElement`] says what a field means: its name, its abstract data type, its
//! semantics and units. It is found by number with [`get`], by the field type of NetFlow v9
//! with [`v9`], and by name with [`by_name`]. Known are the IANA registry of July 2026, the
//! elements of some thirty enterprises, and the reverse of both (RFC 5103).
//!
//! ```
//! use netflow_core::element::{self, DataType, ElementId, Units};
//!
//! let octets = element::get(ElementId::iana(1)).unwrap();
//! assert_eq!(octets.name, "octetDeltaCount");
//! assert_eq!(octets.data_type, Some(DataType::Unsigned64));
//! assert_eq!(octets.units, Units::Octets);
//! ```
//!
//! The tables are sorted rows in read-only memory, searched in place: nothing is built at
//! start-up and nothing is allocated. They take less than 200 KB.

mod codes;
#[cfg(feature = "alloc")]
mod defined;
pub mod iana;
mod lookup;
mod property;
mod row;
mod table;

use core::fmt;

pub use codes::{code, flag, sflow_drop_reason, sflow_header_protocol};
#[cfg(feature = "alloc")]
pub use defined::{DefinedElement, Definitions};
#[cfg(feature = "alloc")]
pub(crate) use defined::{LearnedElements, TypeRecord};
pub use property::{DataType, Semantics, Units};
use row::Block;

/// The enterprise under which RFC 5103 puts the IANA elements of the reverse direction.
const REVERSE: u32 = 29305;

/// The enterprise under which collectors keep v9 field types above 32767 when they turn v9
/// into IPFIX; the number is the field type without its highest bit.
const V9_AS_ENTERPRISE: u32 = u32::MAX;

/// A vendor that numbers its v9 field types after its elements: type = base + element.
struct V9Rule {
    enterprise_number: u32,
    base: u16,
}

const V9_RULES: [V9Rule; 4] = [
    // Cisco.
    V9Rule {
        enterprise_number: 9,
        base: 32_768,
    },
    // nProbe.
    V9Rule {
        enterprise_number: 35_632,
        base: 57_472,
    },
    // FastIP.
    V9Rule {
        enterprise_number: 33_610,
        base: 33_610,
    },
    // Some Cisco devices send the number of the element as it is.
    V9Rule {
        enterprise_number: 9,
        base: 0,
    },
];

/// The number of an Information Element (RFC 7011, section 3.2).
///
/// Written as only the number for the IANA registry, else after the enterprise:
///
/// ```
/// use netflow_core::element::ElementId;
///
/// assert_eq!(ElementId::iana(8).to_string(), "8");
/// assert_eq!(ElementId::new(29305, 85).to_string(), "29305/85");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId {
    /// Who assigned the number; 0 is IANA.
    pub enterprise_number: u32,
    /// The number, without the enterprise bit.
    pub id: u16,
}

impl ElementId {
    /// An element of an enterprise.
    #[must_use]
    pub const fn new(enterprise_number: u32, id: u16) -> Self {
        Self {
            enterprise_number,
            id,
        }
    }

    /// An element of the IANA registry, or a field type of NetFlow v9.
    #[must_use]
    pub const fn iana(id: u16) -> Self {
        Self::new(0, id)
    }
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.enterprise_number == 0 {
            write!(f, "{}", self.id)
        } else {
            write!(f, "{}/{}", self.enterprise_number, self.id)
        }
    }
}

/// What a field means (RFC 7012, section 2.1).
///
/// ```
/// use netflow_core::element::{self, DataType, ElementId, Semantics, Units};
///
/// let octets = element::get(ElementId::iana(1)).unwrap();
/// assert_eq!((octets.name, octets.data_type), ("octetDeltaCount", Some(DataType::Unsigned64)));
/// assert_eq!((octets.semantics, octets.units), (Semantics::DeltaCounter, Units::Octets));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InformationElement {
    /// The name in its registry, such as `sourceIPv4Address`.
    pub name: &'static str,
    /// The number it was found by; for a field type of v9 that type under enterprise 0.
    pub id: ElementId,
    /// How a value is encoded, `None` where no source says.
    pub data_type: Option<DataType>,
    /// What a value means; `Default` where no source says.
    pub semantics: Semantics,
    /// The units of a value; `None` where there are none or no source says.
    pub units: Units,
}

impl InformationElement {
    /// The least and the greatest value, where the registry limits them further than the
    /// data type does.
    ///
    /// ```
    /// use netflow_core::element::iana;
    ///
    /// assert_eq!(iana::FLOW_LABEL_IPV6.range(), Some((0, 0xfffff)));
    /// assert_eq!(iana::OCTET_DELTA_COUNT.range(), None);
    /// ```
    #[must_use]
    pub fn range(&self) -> Option<(u64, u64)> {
        if ![0, REVERSE].contains(&self.id.enterprise_number) {
            return None;
        }
        let index = table::RANGES
            .binary_search_by_key(&self.id.id, |&(id, _, _)| id)
            .ok()?;
        let &(_, least, greatest) = table::RANGES.get(index)?;
        Some((least, greatest))
    }
}

/// The element of this number.
///
/// Elements of the reverse direction are under enterprise 29305, or for CERT (6871) have
/// bit 0x4000 set. Field types that exist only in NetFlow v9 are not found under enterprise
/// 0, see [`v9`]; they are under enterprise 4294967295 without their highest bit, where
/// collectors that turn v9 into IPFIX put those above 32767.
///
/// ```
/// use netflow_core::element::{self, ElementId};
///
/// let name = |id| Some(element::get(id)?.name);
/// assert_eq!(name(ElementId::iana(8)), Some("sourceIPv4Address"));
/// assert_eq!(name(ElementId::new(29305, 1)), Some("reverseOctetDeltaCount"));
/// assert_eq!(name(ElementId::iana(65)), None);
/// ```
#[must_use]
pub fn get(id: ElementId) -> Option<InformationElement> {
    if id.enterprise_number == V9_AS_ENTERPRISE {
        return Some(InformationElement {
            id,
            ..v9(id.id | 0x8000)?
        });
    }
    Block::of(id.enterprise_number)?.get(id.id)
}

/// The meaning of a field type of NetFlow v9.
///
/// v9 has no enterprises, and vendors took numbers as they liked. The first that knows the
/// number wins:
///
/// 1. the IANA registry, which kept the numbers of v9 up to 127 and which the newer v9
///    exporters follow beyond (so 148 and 176 of the Cisco ASA are `flowId` and
///    `icmpTypeIPv4`);
/// 2. the list of v9 field types of vendors, by the name and type most sources agree on;
/// 3. the elements of the vendors that derive their field types from them: Cisco adds 32768
///    to its own numbers, nProbe 57472, FastIP 33610, and some Cisco devices add nothing.
///
/// Numbers that vendors have reused with another meaning below 128 are never applied: which
/// exporter means them cannot be seen in the message.
///
/// ```
/// use netflow_core::element::{self, DataType};
///
/// let acl = element::v9(33000).unwrap();
/// assert_eq!((acl.name, acl.data_type), ("ingressAclId", Some(DataType::OctetArray)));
/// assert_eq!(element::v9(57591).unwrap().name, "l7ProtoName");
/// assert_eq!(element::v9(8).unwrap().name, "sourceIPv4Address");
/// ```
#[must_use]
pub fn v9(field_type: u16) -> Option<InformationElement> {
    Block::of(0)
        .and_then(|iana| iana.get(field_type))
        .or_else(|| table::V9.get(field_type))
        .or_else(|| {
            V9_RULES.iter().find_map(|rule| {
                let id = field_type.checked_sub(rule.base)?;
                Some(InformationElement {
                    id: ElementId::iana(field_type),
                    ..Block::of(rule.enterprise_number)?.get(id)?
                })
            })
        })
}

/// The name of a scope field type of NetFlow v9 (RFC 3954, section 6.1).
///
/// A scope field says what options are about; it is not an information element.
///
/// ```
/// assert_eq!(netflow_core::element::v9_scope(2), Some("Interface"));
/// ```
#[must_use]
pub fn v9_scope(id: u16) -> Option<&'static str> {
    let &(_, name) = table::V9_SCOPES.iter().find(|&&(scope, _)| scope == id)?;
    Some(name)
}

/// The element of this name.
///
/// Names are compared exactly, capitals included. A name is unique within an enterprise only:
/// the IANA registry wins, then its reverse elements, then the lowest enterprise number, and
/// last come the field types that exist only in NetFlow v9.
///
/// ```
/// use netflow_core::element::{self, ElementId};
///
/// let element = element::by_name("httpUserAgent").unwrap();
/// assert_eq!(element.id, ElementId::iana(468));
/// assert_eq!(element::by_name("reverseOctetDeltaCount").unwrap().id.enterprise_number, 29305);
/// assert_eq!(element::by_name("HTTPUSERAGENT"), None);
/// ```
#[must_use]
pub fn by_name(name: &str) -> Option<InformationElement> {
    let row_of = |index: u16| table::ROWS.get(usize::from(index));
    let place = table::BY_NAME
        .partition_point(|&index| row_of(index).and_then(row::Row::name) < Some(name));
    let &index = table::BY_NAME.get(place)?;
    let element = row_of(index)?.element(Block::holding(index).enterprise_number)?;
    (element.name == name).then_some(element)
}

/// Every element that [`get`] finds, by enterprise and number, except those of enterprise
/// 4294967295.
pub fn all() -> impl Iterator<Item = InformationElement> {
    table::BLOCKS.iter().flat_map(|block| {
        let rows = block.rows().iter();
        rows.filter_map(|row| row.element(block.enterprise_number))
    })
}

#[cfg(test)]
mod tests;
