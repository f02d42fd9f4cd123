//! The Arrow types of the normalised fields, from the one table of fields.

use alloc::sync::Arc;
use std::collections::HashMap;

use arrow_schema::{DataType, Field, TimeUnit};
use netflow_core::field::{FieldType, FlowField};

/// How addresses are held. MAC addresses follow: octets, or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Addresses {
    /// 16 octets (`FixedSizeBinary(16)`); IPv4 as `::ffff:a.b.c.d`.
    #[default]
    Octets,
    /// 4 octets of IPv4 or 16 of IPv6 (`BinaryView`).
    View,
    /// Text (`Utf8`), IPv6 as RFC 5952 writes it.
    Text,
    /// A number to group and join by (`UInt64`): the 32 bits of IPv4; for IPv6 the wrapping sum of
    /// both halves, from which the address cannot be recovered; the 48 bits of MAC addresses.
    Key,
}

/// The Arrow types of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Types {
    /// Unsigned numbers, nanoseconds, dictionaries for values that repeat.
    #[default]
    Native,
    /// The types of `Native` without dictionaries: an Arrow file cannot replace them, and Parquet readers
    /// have no dictionaries of octets.
    Plain,
    /// Types that Spark knows: signed numbers of the next width, microseconds,
    /// `Binary` for octets, no dictionaries. Numbers of 64 bits from 2^63 on are
    /// negative there, as unsigned numbers are in Java.
    Spark,
}

/// The Arrow types of one schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoding {
    pub(crate) addresses: Addresses,
    pub(crate) types: Types,
}

impl Encoding {
    /// The Arrow field of a normalised field; its unit is in the metadata.
    pub(crate) fn field(self, field: FlowField) -> Field {
        let arrow = Field::new(field.name(), self.flow_type(field), true);
        if field.unit().is_empty() {
            return arrow;
        }
        let unit = HashMap::from([("unit".to_owned(), field.unit().to_owned())]);
        arrow.with_metadata(unit)
    }

    fn flow_type(self, field: FlowField) -> DataType {
        let plain = self.data_type(field.field_type());
        if self.is_dictionary(field) {
            dictionary(plain)
        } else {
            plain
        }
    }

    /// Whether values repeat: words of this library, the exporter's address, names from options.
    pub(crate) fn is_dictionary(self, field: FlowField) -> bool {
        let repeats = match field.field_type() {
            FieldType::Name => true,
            FieldType::Text => field.elements().is_empty(),
            FieldType::Address => {
                matches!(field, FlowField::ExporterAddress | FlowField::AgentAddress)
            }
            _ => false,
        };
        repeats && self.types == Types::Native
    }

    /// The Arrow type of a type of the table.
    pub(crate) fn data_type(self, field_type: FieldType) -> DataType {
        let spark = self.types == Types::Spark;
        let or = |native, signed| if spark { signed } else { native };
        match field_type {
            FieldType::U8 => or(DataType::UInt8, DataType::Int16),
            FieldType::U16 => or(DataType::UInt16, DataType::Int32),
            FieldType::U32 => or(DataType::UInt32, DataType::Int64),
            FieldType::U64 => or(DataType::UInt64, DataType::Int64),
            FieldType::Flag => DataType::Boolean,
            FieldType::Address => self.octets(16),
            FieldType::Mac => self.octets(6),
            FieldType::Time => {
                let unit = if spark {
                    TimeUnit::Microsecond
                } else {
                    TimeUnit::Nanosecond
                };
                DataType::Timestamp(unit, Some("UTC".into()))
            }
            FieldType::Duration => or(DataType::Duration(TimeUnit::Nanosecond), DataType::Int64),
            FieldType::Octets => DataType::Binary,
            FieldType::Numbers => {
                let number = or(DataType::UInt32, DataType::Int64);
                DataType::List(Arc::new(Field::new_list_field(number, false)))
            }
            // Text, names, applications.
            _ => DataType::Utf8,
        }
    }

    /// The type of an address of at most this many octets.
    fn octets(self, width: i32) -> DataType {
        match self.addresses {
            Addresses::Octets | Addresses::View if self.types == Types::Spark => DataType::Binary,
            Addresses::Octets => DataType::FixedSizeBinary(width),
            Addresses::View => DataType::BinaryView,
            Addresses::Text => DataType::Utf8,
            Addresses::Key if self.types == Types::Spark => DataType::Int64,
            Addresses::Key => DataType::UInt64,
        }
    }
}

pub(crate) fn dictionary(values: DataType) -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(values))
}
