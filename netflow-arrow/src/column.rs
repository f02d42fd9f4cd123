//! Columns that grow, one a field.

mod address;
mod dictionary;
mod list;
mod number;
mod text;
mod time;

use core::fmt;

use arrow_array::ArrayRef;
use arrow_buffer::NullBufferBuilder;
use arrow_schema::ArrowError;
use netflow_core::FlowValue;
use netflow_core::field::{FieldType, FlowField};

pub(crate) use self::address::{AddressKeys, AddressOctets, AddressText, AddressViews};
pub(crate) use self::dictionary::Dictionary;
pub(crate) use self::list::NumberList;
pub(crate) use self::number::{Flags, NumberColumn};
pub(crate) use self::text::{Binary, Texts};
pub(crate) use self::time::Times;
use crate::schema::{Addresses, Encoding, Types};

/// The values of one field, as they come. What does not fit the column's type is null.
pub(crate) trait Column: fmt::Debug + Send {
    /// One more value; null if there is none.
    fn push(&mut self, value: Option<FlowValue<'_>>);

    /// The same value `count` times.
    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        if value.is_none() {
            self.nulls(count);
            return;
        }
        for _ in 0..count {
            self.push(value.clone());
        }
    }

    /// Null `count` times.
    fn nulls(&mut self, count: usize) {
        for _ in 0..count {
            self.push(None);
        }
    }

    /// More numbers.
    fn numbers(&mut self, numbers: &[u64]) {
        for number in numbers {
            self.push(Some(FlowValue::Unsigned(*number)));
        }
    }

    /// Octets that values of no fixed size take so far.
    fn size(&self) -> usize {
        0
    }

    /// The array of all values, and none are left.
    fn finish(&mut self) -> Result<ArrayRef, ArrowError>;
}

/// The methods of a column that are those of its Arrow builder, in the member `builder`, of values of no
/// fixed size.
macro_rules! from_builder {
    () => {
        fn nulls(&mut self, count: usize) {
            self.builder.append_nulls(count);
        }

        fn size(&self) -> usize {
            self.builder.values_slice().len()
        }

        fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
            Ok(Arc::new(self.builder.finish()))
        }
    };
}
use from_builder;

/// Adds a value `count` times, or `absent` and as many nulls.
fn extend<T: Clone>(
    (values, nulls): (&mut Vec<T>, &mut NullBufferBuilder),
    value: Option<T>,
    absent: T,
    count: usize,
) {
    if value.is_some() {
        nulls.append_n_non_nulls(count);
    } else {
        nulls.append_n_nulls(count);
    }
    let len = values.len().saturating_add(count);
    values.resize(len, value.unwrap_or(absent));
}

/// The column of a field.
pub(crate) fn column(field: FlowField, encoding: Encoding) -> Box<dyn Column> {
    let plain = plain(field.field_type(), encoding);
    if encoding.is_dictionary(field) {
        Box::new(Dictionary::new(plain))
    } else {
        plain
    }
}

/// The column of a type of the table.
pub(crate) fn plain(field_type: FieldType, encoding: Encoding) -> Box<dyn Column> {
    use arrow_array::types::{
        DurationNanosecondType, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    };
    let spark = encoding.types == Types::Spark;
    match (field_type, spark) {
        (FieldType::U8, false) => Box::new(NumberColumn::<UInt8Type>::default()),
        (FieldType::U8, true) => Box::new(NumberColumn::<Int16Type>::default()),
        (FieldType::U16, false) => Box::new(NumberColumn::<UInt16Type>::default()),
        (FieldType::U16, true) => Box::new(NumberColumn::<Int32Type>::default()),
        (FieldType::U32, false) => Box::new(NumberColumn::<UInt32Type>::default()),
        (FieldType::U64, false) => Box::new(NumberColumn::<UInt64Type>::default()),
        (FieldType::U32 | FieldType::U64, true) => Box::new(NumberColumn::<Int64Type>::default()),
        (FieldType::Duration, false) => Box::new(NumberColumn::<DurationNanosecondType>::default()),
        (FieldType::Duration, true) => Box::new(NumberColumn::<Int64Type>::default()),
        (FieldType::Flag, _) => Box::new(Flags::default()),
        (FieldType::Time, _) => Box::new(Times::new(spark)),
        (FieldType::Octets, _) => Box::new(Binary::default()),
        (FieldType::Numbers, _) => Box::new(NumberList::new(spark)),
        (FieldType::Address | FieldType::Mac, _) => address_column(field_type, encoding),
        // Text, names, applications.
        _ => Box::new(Texts::default()),
    }
}

fn address_column(field_type: FieldType, encoding: Encoding) -> Box<dyn Column> {
    let spark = encoding.types == Types::Spark;
    match encoding.addresses {
        Addresses::Octets if spark => Box::new(Binary::mapped()),
        Addresses::Octets if field_type == FieldType::Mac => {
            Box::new(AddressOctets::<6>::default())
        }
        Addresses::Octets => Box::new(AddressOctets::<16>::default()),
        Addresses::View if spark => Box::new(Binary::default()),
        Addresses::View => Box::new(AddressViews::default()),
        Addresses::Text => Box::new(AddressText::default()),
        Addresses::Key => Box::new(AddressKeys::new(spark)),
    }
}
