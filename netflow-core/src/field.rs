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

use core::fmt;
use core::str::FromStr;

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
///
/// ```
/// use netflow_core::field::{FieldType, FlowField};
///
/// assert_eq!(FlowField::SourceAddress.field_type(), FieldType::Address);
/// assert_eq!(FlowField::Octets.field_type(), FieldType::U64);
/// ```
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
    ($($(#[doc = $doc:literal])+ $variant:ident $name:ident $type:ident $unit:literal $source:tt;)+) => {
        /// A normalised field, in the order of the columns.
        ///
        /// ```
        /// use netflow_core::field::FlowField;
        /// use netflow_core::{Decoder, Limits, example};
        ///
        /// let field: FlowField = "octets".parse()?;
        /// assert_eq!((field, field.unit()), (FlowField::Octets, "octets"));
        ///
        /// let mut decoder = Decoder::new(Limits::default());
        /// let decoded = decoder.decode(example::ipfix())?;
        /// let flow = decoded.flows().next().unwrap();
        /// for field in FlowField::COLUMNS {
        ///     if let Some(value) = flow.get(*field) {
        ///         println!("{field} = {value}");
        ///     }
        /// }
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum FlowField {
            $($(#[doc = $doc])+ $variant,)+
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

            /// What it is, in a sentence or two of Markdown.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
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

/// The columns that most questions are about: when, who, how much, and where it was seen.
const FIRST: &[FlowField] = &[
    FlowField::Start,
    FlowField::End,
    FlowField::SourceAddress,
    FlowField::DestinationAddress,
    FlowField::SourcePort,
    FlowField::DestinationPort,
    FlowField::Protocol,
    FlowField::Octets,
    FlowField::Packets,
    FlowField::SamplingRate,
    FlowField::InputInterface,
    FlowField::OutputInterface,
    FlowField::ExporterAddress,
];

/// The fields of [`FIRST`], then the others in the order of the table.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "evaluated by the compiler, which checks it"
)]
const fn column_order() -> [FlowField; FlowField::ALL.len()] {
    let mut order = [FlowField::Start; FlowField::ALL.len()];
    let (mut count, mut next) = (0, 0);
    while count < FIRST.len() {
        order[count] = FIRST[count];
        count += 1;
    }
    while next < FlowField::ALL.len() {
        let (mut place, field) = (0, FlowField::ALL[next]);
        while place < FIRST.len() && FIRST[place] as u8 != field as u8 {
            place += 1;
        }
        if place == FIRST.len() {
            order[count] = field;
            count += 1;
        }
        next += 1;
    }
    order
}

impl FlowField {
    /// Every field in the order of the columns of a table, with the times, addresses, ports and
    /// counters first. [`ALL`](Self::ALL) has the order of the registry, to which new fields are
    /// appended.
    pub const COLUMNS: &'static [Self] = &column_order();

    /// Whether all flows of a set have the same value, because it comes from their message or their
    /// template.
    #[must_use]
    pub const fn is_of_message(self) -> bool {
        matches!(
            self,
            Self::ExporterAddress
                | Self::ExporterPort
                | Self::AgentAddress
                | Self::ExportProtocol
                | Self::ObservationDomain
                | Self::TemplateId
                | Self::Sequence
                | Self::Received
                | Self::ExportTime
                | Self::Late
                | Self::Frame
        )
    }

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

/// The name.
impl fmt::Display for FlowField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// By the name.
///
/// ```
/// use netflow_core::field::FlowField;
///
/// let field: FlowField = "octets".parse()?;
/// assert_eq!(field, FlowField::Octets);
/// assert_eq!(field.to_string(), "octets");
/// assert!("bytes".parse::<FlowField>().is_err());
/// # Ok::<(), netflow_core::field::UnknownField>(())
/// ```
impl FromStr for FlowField {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, UnknownField> {
        Self::by_name(name).ok_or(UnknownField)
    }
}

/// No field has this name.
///
/// ```
/// use netflow_core::field::FlowField;
///
/// let error = "bytes".parse::<FlowField>().unwrap_err();
/// assert_eq!(error.to_string(), "there is no field of this name");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownField;

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no field of this name")
    }
}

impl core::error::Error for UnknownField {}

/// The name of the type, in lower case.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::Flag => "flag",
            Self::Address => "address",
            Self::Mac => "mac",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Text => "text",
            Self::Octets => "octets",
            Self::Name => "name",
            Self::Application => "application",
            Self::Numbers => "numbers",
        })
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
    #[test]
    fn the_columns_are_all_fields_with_the_usual_ones_first() {
        let mut columns = FlowField::COLUMNS.to_vec();
        assert_eq!(&columns[..super::FIRST.len()], super::FIRST);
        columns.sort();
        assert_eq!(columns, FlowField::ALL);
    }

    #[test]
    fn every_meaning_is_a_whole_sentence() {
        for field in FlowField::ALL {
            let meaning = field.meaning();
            assert!(
                meaning.ends_with('.') && !meaning.starts_with(' '),
                "{field}: {meaning}"
            );
            assert!(!meaning.contains("  "), "{field}: {meaning}");
        }
    }
}
