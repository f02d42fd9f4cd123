//! Lists of numbers.

use alloc::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{ListBuilder, PrimitiveBuilder};
use arrow_array::types::{Int64Type, UInt32Type};
use arrow_schema::{ArrowError, DataType, Field};
use netflow_core::FlowValue;

use super::Column;

/// Lists of 32-bit numbers; for Spark, of signed ones of 64 bits.
#[derive(Debug)]
pub(crate) enum NumberList {
    Unsigned(ListBuilder<PrimitiveBuilder<UInt32Type>>),
    Signed(ListBuilder<PrimitiveBuilder<Int64Type>>),
}

impl NumberList {
    pub(crate) fn new(signed: bool) -> Self {
        let item = |data_type| Arc::new(Field::new_list_field(data_type, false));
        if signed {
            let builder = ListBuilder::new(PrimitiveBuilder::new());
            Self::Signed(builder.with_field(item(DataType::Int64)))
        } else {
            let builder = ListBuilder::new(PrimitiveBuilder::new());
            Self::Unsigned(builder.with_field(item(DataType::UInt32)))
        }
    }
}

impl Column for NumberList {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        let numbers = match value {
            Some(FlowValue::Numbers(numbers)) => Some(numbers.into_iter()),
            _ => None,
        };
        let is_valid = numbers.is_some();
        let numbers = numbers.into_iter().flatten();
        match self {
            Self::Unsigned(list) => {
                numbers.for_each(|number| list.values().append_value(number));
                list.append(is_valid);
            }
            Self::Signed(list) => {
                numbers.for_each(|number| list.values().append_value(number.into()));
                list.append(is_valid);
            }
        }
    }

    fn size(&self) -> usize {
        let count = match self {
            Self::Unsigned(list) => list.values_ref().values_slice().len(),
            Self::Signed(list) => list.values_ref().values_slice().len(),
        };
        count.saturating_mul(size_of::<i64>())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Unsigned(list) => Arc::new(list.finish()),
            Self::Signed(list) => Arc::new(list.finish()),
        })
    }
}
