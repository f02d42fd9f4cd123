//! The normalised fields of a flow, the same for every protocol.
//!
//! One table holds for each field its name, its type, its unit and the elements
//! that may supply it, best first. The accessors of [`Flow`](crate::Flow), the
//! columns, JSON and every binding are made from it, so that no two of them
//! can disagree.
//!
//! A field without elements is computed from several, from the header, or from a sampled packet. Its
//! accessor is not made from the table: it is the method of [`Flow`](crate::Flow) with the name of the
//! field, in a file of `flow/`. An arm in `flow/column.rs` says how its values can be read for a whole
//! set at once; without one, each flow is read with the accessor.
//!
#![doc = include_str!("field/table.md")]

use crate::element::ElementId;

/// The elements that may supply a field, each a line of the table.
macro_rules! elements {
    (flow) => {
        &[]
    };
    ([$($enterprise:literal $(/ $id:literal)?)+]) => {
        const { &[$(elements!(@ $enterprise $(/ $id)?)),+] }
    };
    (@ $id:literal) => {
        ElementId::new(0, $id)
    };
    (@ $enterprise:literal / $id:literal) => {
        ElementId::new($enterprise, $id)
    };
}

#[cfg(feature = "alloc")]
mod ingredient;
mod table;

#[cfg(feature = "alloc")]
pub(crate) use self::ingredient::Ingredient;
#[cfg(feature = "alloc")]
pub(crate) use self::table::normalised_fields;

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// 8 bits, unsigned.
    U8,
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
    /// 64 bits, unsigned.
    U64,
    /// Yes or no.
    Flag,
    /// An IPv4 or IPv6 address.
    Address,
    /// A MAC address, six octets.
    Mac,
    /// A time: nanoseconds since 1970 UTC.
    Time,
    /// Nanoseconds between two times.
    Duration,
    /// Text from the exporter, usually UTF-8.
    Text,
    /// Octets without further meaning.
    Octets,
    /// One of a few fixed words, such as `netflow9`.
    Name,
    /// An application id (RFC 6759).
    Application,
    /// A list of 32-bit numbers.
    Numbers,
}

/// Makes the enumeration from the lines of the table.
macro_rules! enumeration {
    ($($(#[$doc:meta])+ $variant:ident $name:ident $type:ident $unit:literal $source:tt;)+) => {
        /// A normalised field, in the order of the columns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum FlowField {
            $($(#[$doc])+ $variant,)+
        }

        impl FlowField {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its place among all fields.
            #[cfg(feature = "alloc")]
            #[expect(clippy::as_conversions, reason = "the number of the variant")]
            pub(crate) const fn index(self) -> u8 {
                self as u8
            }

            /// The name, the same everywhere.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }

            /// The type.
            #[must_use]
            pub const fn field_type(self) -> FieldType {
                match self { $(Self::$variant => FieldType::$type,)+ }
            }

            /// The unit; empty if it has none.
            #[must_use]
            pub const fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)+ }
            }

            /// The elements that may supply it, best first; none when the flow
            /// works it out from several or from the header.
            #[must_use]
            pub const fn elements(self) -> &'static [ElementId] {
                match self { $(Self::$variant => elements!($source),)+ }
            }
        }
    };
}
table::normalised_fields!(enumeration);

impl FlowField {
    /// The field of this name.
    ///
    /// ```
    /// use netflow_core::field::FlowField;
    ///
    /// assert_eq!(FlowField::by_name("source_port"), Some(FlowField::SourcePort));
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::FlowField;
    use crate::element;

    #[test]
    fn every_element_of_the_table_is_registered() {
        for field in FlowField::ALL {
            for id in field.elements() {
                assert!(element::get(*id).is_some(), "{} {id}", field.name());
            }
        }
    }

    #[test]
    fn every_name_finds_its_field() {
        for field in FlowField::ALL {
            assert_eq!(FlowField::by_name(field.name()), Some(*field));
        }
    }
}
