//! Values that repeat: each once, and numbers that point to them.

use alloc::sync::Arc;
use std::collections::HashMap;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_schema::ArrowError;
use netflow_core::FlowValue;

use super::address::SentAddress;
use super::{Column, extend};

/// A dictionary of a batch's own.
#[derive(Debug)]
pub(crate) struct Dictionary {
    keys: Vec<i32>,
    nulls: NullBufferBuilder,
    values: Box<dyn Column>,
    known: HashMap<Box<[u8]>, i32>,
}

impl Dictionary {
    pub(crate) fn new(values: Box<dyn Column>) -> Self {
        Self {
            keys: Vec::new(),
            nulls: NullBufferBuilder::new(0),
            values,
            known: HashMap::new(),
        }
    }

    fn key(&mut self, value: FlowValue<'_>) -> Option<i32> {
        let address;
        let octets = match &value {
            FlowValue::Name(name) => name.as_bytes(),
            FlowValue::Text(text) => text.octets(),
            FlowValue::Address(sent) => {
                address = SentAddress::of(*sent);
                address.octets()
            }
            _ => return None,
        };
        if let Some(key) = self.known.get(octets) {
            return Some(*key);
        }
        // A batch has fewer rows than that.
        let key = i32::try_from(self.known.len()).ok()?;
        self.known.insert(octets.into(), key);
        self.values.push(Some(value));
        Some(key)
    }
}

impl Column for Dictionary {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        self.repeat(value, 1);
    }

    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        let key = value.and_then(|value| self.key(value));
        extend((&mut self.keys, &mut self.nulls), key, 0, count);
    }

    fn size(&self) -> usize {
        self.values.size()
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let next = Vec::with_capacity(self.keys.len());
        let keys = core::mem::replace(&mut self.keys, next);
        let keys = PrimitiveArray::new(ScalarBuffer::from(keys), self.nulls.finish());
        self.known.clear();
        let array = DictionaryArray::<Int32Type>::try_new(keys, self.values.finish()?)?;
        Ok(Arc::new(array))
    }
}
