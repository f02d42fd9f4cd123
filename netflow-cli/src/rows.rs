//! What all forms of output have in common: messages go in, text comes out.

use netflow_core::{Datagram, Decoder, Error, Message};

/// Turns messages into rows of text.
pub(crate) trait Rows {
    /// What stands before the first row.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// The rows of a message.
    fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>);

    /// The row of a datagram of which not even the first header can be read.
    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        let _ = (datagram, error, out);
    }

    /// Writes what was kept back: the reader is waiting.
    fn flush(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// Whether rows are of use before all is read.
    fn are_live(&self) -> bool {
        true
    }

    /// Whether the rest of the files need not be read.
    fn is_done(&self) -> bool {
        false
    }

    /// What stands behind the last row. An error is a line for standard error, and nothing
    /// is written.
    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        let _ = (end, out);
        Ok(())
    }
}

/// What is known when all is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'e> {
    pub(crate) decoder: &'e Decoder,
    /// What the files held.
    pub(crate) read: &'e netflow_io::Summary,
}
