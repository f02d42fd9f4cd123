//! Points in time.

use alloc::sync::Arc;

use arrow_array::types::{TimestampMicrosecondType, TimestampNanosecondType};
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_schema::ArrowError;
use netflow_core::{FlowValue, TimePlan};

use super::{Column, extend};
use crate::fixed::{FixedRecords, number};

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

    fn times(
        &mut self,
        records: FixedRecords<'_>,
        plan: &TimePlan,
        or: &mut dyn FnMut(usize) -> Option<i64>,
    ) {
        let first = self.nanos.len();
        let place = plan.place();
        let nanos = &mut self.nanos;
        let odd = match place.width {
            4 => plan.add_nanos(records.arrays::<4>(place).map(number), nanos),
            8 => plan.add_nanos(records.arrays::<8>(place).map(number), nanos),
            _ => {
                let mut numbers = Vec::with_capacity(records.count());
                records.for_each_number(place, |sent| numbers.push(sent));
                plan.add_nanos(numbers.into_iter(), nanos)
            }
        };
        if odd == 0 {
            self.nulls.append_n_non_nulls(records.count());
            return;
        }
        let mut row = 0_usize;
        let mut times = self.nanos.iter_mut().skip(first);
        records.for_each_number(place, |sent| {
            let Some(nanos) = times.next() else { return };
            let is_time = plan.time(sent).is_some() || {
                let time = or(row);
                *nanos = time.unwrap_or_default();
                time.is_some()
            };
            self.nulls.append(is_time);
            row = row.saturating_add(1);
        });
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
