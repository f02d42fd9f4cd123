//! Flows to Arrow arrays.

use alloc::collections::VecDeque;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::{Array, StructArray};
use netflow_arrow::{Addresses, ArrowError, FlowBatchBuilder, FlowOptions, RecordBatch, Types};
use netflow_core::Decoded;
use netflow_query::Filter;

use super::netflow_arrow_options;
use crate::flow::field_bits;
use crate::options::{netflow_options, or_default};
use crate::result::{Failure, netflow_result};

/// The rows that are in no batch yet, and the batches that wait to be taken.
#[derive(Debug)]
pub(crate) struct Builder {
    flows: FlowBatchBuilder,
    full: VecDeque<RecordBatch>,
}

impl Builder {
    /// With the columns that a decoder's options ask for, in the order of their numbers.
    pub(crate) fn new(
        decoder: &netflow_options,
        filter: Option<&Filter>,
        options: netflow_arrow_options,
    ) -> Result<Self, Failure> {
        let defaults = netflow_arrow_options::default();
        let mut flows = FlowOptions::new(field_bits::fields(&decoder.fields));
        flows.addresses = match options.addresses {
            0 => Addresses::Octets,
            1 => Addresses::View,
            2 => Addresses::Text,
            3 => Addresses::Key,
            _ => return Err(Failure::argument("addresses of the Arrow options")),
        };
        flows.types = match options.types {
            0 => Types::Native,
            1 => Types::Plain,
            2 => Types::Spark,
            _ => return Err(Failure::argument("types of the Arrow options")),
        };
        flows.rows = or_default(options.rows, defaults.rows);
        flows.octets = or_default(options.octets, defaults.octets);
        // What Arrow counts with 31 bits.
        if i32::try_from(flows.rows).is_err() || flows.octets > 1 << 30 {
            return Err(Failure::argument("rows or octets of the Arrow options"));
        }
        flows.split_biflows = decoder.splits_biflows();
        flows.filter = filter.cloned();
        flows.discarded = decoder.with_discarded();
        Ok(Self {
            flows: FlowBatchBuilder::new(flows),
            full: VecDeque::new(),
        })
    }

    /// Adds the flows of a message, and returns the number of full batches.
    pub(crate) fn append(&mut self, message: &Decoded<'_>) -> Result<usize, Failure> {
        if !self.full.is_empty() {
            return Err(Failure::Argument(
                netflow_result::NETFLOW_ERROR_SPACE,
                "batches that are full have to be taken first",
            ));
        }
        let full = &mut self.full;
        let push = |batch| {
            full.push_back(batch);
            Ok(())
        };
        self.flows.append(message, push).map_err(fault)?;
        Ok(self.full.len())
    }

    /// The oldest full batch; if there is none, the rows so far.
    pub(crate) fn finish(&mut self) -> Result<Option<FFI_ArrowArray>, Failure> {
        let batch = match self.full.pop_front() {
            Some(batch) => batch,
            None if self.flows.rows() == 0 => return Ok(None),
            None => self.flows.finish().map_err(fault)?,
        };
        let data = StructArray::from(batch).into_data();
        Ok(Some(FFI_ArrowArray::new(&data)))
    }

    /// The schema of all arrays.
    pub(crate) fn schema(&self) -> Result<FFI_ArrowSchema, Failure> {
        FFI_ArrowSchema::try_from(self.flows.schema().as_ref()).map_err(fault)
    }
}

/// Arrow refuses columns made from flows, which is not the caller's fault.
fn fault(_: ArrowError) -> Failure {
    Failure::Argument(
        netflow_result::NETFLOW_ERROR_INTERNAL,
        "Arrow refuses the columns",
    )
}
