//! What all forms of output have in common: messages go in, text comes out.

use netflow_core::{Datagram, Error, Message};

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

    /// What stands behind the last row.
    fn finish(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }
}
