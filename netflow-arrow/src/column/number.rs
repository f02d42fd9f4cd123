//! Numbers and flags.

use alloc::sync::Arc;
use core::fmt;

use arrow_array::builder::BooleanBuilder;
use arrow_array::types::{
    ArrowPrimitiveType, DurationNanosecondType, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_schema::ArrowError;
use netflow_core::FlowValue;

use super::{Column, extend};

/// A type of numbers that a field can have.
pub(crate) trait NumberType: ArrowPrimitiveType + fmt::Debug {
    /// The number of an unsigned one; `None` if it does not fit.
    fn of_unsigned(number: u64) -> Option<Self::Native>;
    /// The number of a signed one; `None` if it does not fit.
    fn of_signed(number: i64) -> Option<Self::Native>;
}

/// One line a type whose numbers are converted if they fit.
macro_rules! number_types {
    ($($type:ty,)+) => {
        $(impl NumberType for $type {
            #[inline]
            fn of_unsigned(number: u64) -> Option<Self::Native> {
                Self::Native::try_from(number).ok()
            }

            fn of_signed(number: i64) -> Option<Self::Native> {
                Self::Native::try_from(number).ok()
            }
        })+
    };
}
number_types! {
    UInt8Type,
    UInt16Type,
    UInt32Type,
    UInt64Type,
    Int16Type,
    Int32Type,
}

/// Nanoseconds, never negative: readers take durations for intervals, which DuckDB refuses to write to
/// Parquet if they are negative.
impl NumberType for DurationNanosecondType {
    #[inline]
    fn of_unsigned(number: u64) -> Option<i64> {
        number.try_into().ok()
    }

    fn of_signed(number: i64) -> Option<i64> {
        (number >= 0).then_some(number)
    }
}

/// 64 bits as they are: from 2^63 on a number is negative, as in Java.
impl NumberType for Int64Type {
    #[inline]
    fn of_unsigned(number: u64) -> Option<i64> {
        Some(i64::from_ne_bytes(number.to_ne_bytes()))
    }

    fn of_signed(number: i64) -> Option<i64> {
        Some(number)
    }
}

/// Numbers of one type.
#[derive(Debug)]
pub(crate) struct NumberColumn<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
}

impl<T: ArrowPrimitiveType> Default for NumberColumn<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            nulls: NullBufferBuilder::new(0),
        }
    }
}

impl<T: NumberType> NumberColumn<T> {
    #[inline]
    pub(super) fn add(&mut self, number: Option<T::Native>) {
        self.values.push(number.unwrap_or_default());
        self.nulls.append(number.is_some());
    }

    fn value(value: &FlowValue<'_>) -> Option<T::Native> {
        match value {
            FlowValue::Unsigned(number) => T::of_unsigned(*number),
            FlowValue::Duration(nanos) => T::of_signed(*nanos),
            _ => None,
        }
    }

    /// Values none of which is null.
    #[inline]
    pub(super) fn extend_with(&mut self, numbers: impl ExactSizeIterator<Item = T::Native>) {
        self.nulls.append_n_non_nulls(numbers.len());
        self.values.extend(numbers);
    }

    /// Numbers of the width of the type or less.
    #[inline]
    pub(crate) fn extend_unsigned(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.extend_with(numbers.map(|number| T::of_unsigned(number).unwrap_or_default()));
    }

    pub(super) fn array(&mut self) -> PrimitiveArray<T> {
        let next = Vec::with_capacity(self.values.len());
        let values = core::mem::replace(&mut self.values, next);
        PrimitiveArray::new(ScalarBuffer::from(values), self.nulls.finish())
    }
}

impl<T: NumberType> Column for NumberColumn<T> {
    #[inline]
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        self.add(value.as_ref().and_then(Self::value));
    }

    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        let number = value.as_ref().and_then(Self::value);
        extend(
            (&mut self.values, &mut self.nulls),
            number,
            T::Native::default(),
            count,
        );
    }

    fn numbers(&mut self, numbers: &[u64]) {
        self.extend_unsigned(numbers.iter().copied());
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.array()))
    }
}

/// Yes and no.
#[derive(Debug, Default)]
pub(crate) struct Flags(BooleanBuilder);

impl Column for Flags {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        self.0.append_option(match value {
            Some(FlowValue::Flag(flag)) => Some(flag),
            _ => None,
        });
    }

    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        match value {
            Some(FlowValue::Flag(flag)) => self.0.append_n(count, flag),
            _ => self.0.append_nulls(count),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.0.finish()))
    }
}
