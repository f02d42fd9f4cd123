//! No destination at all: what a collector does without its outputs.

use alloc::sync::Arc;

use netflow_core::Timestamp;

use super::{Delivery, Failure};
use crate::sink::outputs::chunk::Chunk;
use crate::sink::outputs::ledger::Ledger;

/// Counts rows.
#[derive(Debug)]
pub(crate) struct Null {
    ledger: Arc<Ledger>,
}

impl Null {
    pub(crate) const fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger }
    }
}

impl Delivery for Null {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.ledger.written(chunk.rows);
        Ok(())
    }

    fn resume(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}
