//! How many flows there are.

use netflow_core::{Decoded, Stats};

use crate::format::text;
use crate::format::{Format, FormatError, Selection};

/// Writes one line at the end: the number of flows that would be rows.
#[derive(Debug)]
pub struct Count {
    selection: Selection,
    flows: u64,
}

impl Count {
    /// Counts these flows.
    #[must_use]
    pub fn new(selection: impl Into<Selection>) -> Self {
        Self {
            selection: selection.into(),
            flows: 0,
        }
    }
}

impl Format for Count {
    fn message(&mut self, message: &Decoded<'_>, _: &mut Vec<u8>) -> Result<(), FormatError> {
        self.flows += self.selection.count(message);
        Ok(())
    }

    fn is_live(&self) -> bool {
        false
    }

    fn is_done(&self) -> bool {
        self.selection.is_exhausted()
    }

    fn finish(&mut self, _: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        text::decimal(out, self.flows);
        out.push(b'\n');
        Ok(())
    }
}
