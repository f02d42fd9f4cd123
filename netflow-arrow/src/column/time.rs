//! Points in time.

use alloc::sync::Arc;

use arrow_array::types::{TimestampMicrosecondType, TimestampNanosecondType};
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_schema::ArrowError;
use netflow_core::{FlowValue, Timestamp};

use super::{Column, extend};

const MICRO: i64 = 1_000;

/// Times since 1970 UTC, in nanoseconds or, for Spark, in microseconds.
#[derive(Debug)]
pub(crate) struct Times {
    nanos: Vec<i64>,
    nulls: NullBufferBuilder,
    micros: bool,
}

impl Times {
    pub(crate) fn new(micros: bool) -> Self {
        Self {
            nanos: Vec::new(),
            nulls: NullBufferBuilder::new(0),
            micros,
        }
    }

    /// More times.
    #[inline]
    pub(crate) fn extend(&mut self, times: impl ExactSizeIterator<Item = Timestamp>) {
        self.nulls.append_n_non_nulls(times.len());
        self.nanos.extend(times.map(Timestamp::as_nanos));
    }

    pub(crate) fn add(&mut self, nanos: Option<i64>) {
        self.nanos.push(nanos.unwrap_or_default());
        self.nulls.append(nanos.is_some());
    }
}

const fn nanos(value: Option<&FlowValue<'_>>) -> Option<i64> {
    match value {
        Some(FlowValue::Time(time)) => Some(time.as_nanos()),
        _ => None,
    }
}

impl Column for Times {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        self.add(nanos(value.as_ref()));
    }

    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        let nanos = nanos(value.as_ref());
        extend((&mut self.nanos, &mut self.nulls), nanos, 0, count);
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let next = Vec::with_capacity(self.nanos.len());
        let mut nanos = core::mem::replace(&mut self.nanos, next);
        let nulls = self.nulls.finish();
        if self.micros {
            for nanos in &mut nanos {
                *nanos = nanos.div_euclid(MICRO);
            }
            let micros = ScalarBuffer::from(nanos);
            let array = PrimitiveArray::<TimestampMicrosecondType>::new(micros, nulls);
            return Ok(Arc::new(array.with_timezone("UTC")));
        }
        let array =
            PrimitiveArray::<TimestampNanosecondType>::new(ScalarBuffer::from(nanos), nulls);
        Ok(Arc::new(array.with_timezone("UTC")))
    }
}
