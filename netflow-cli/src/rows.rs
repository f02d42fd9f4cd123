//! What all forms of output have in common: messages go in, text comes out.

use core::net::SocketAddr;

use netflow_core::{Datagram, Decoder, Error, Flow, Message};

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

    /// What the decoder knows of a TCP session is about to be forgotten.
    fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        let _ = (decoder, exporter);
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

    /// The flows among the rows whose times cannot be right, as far as the rows tell.
    fn suspects(&self) -> Suspects {
        Suspects::default()
    }

    /// What stands behind the last row. An error is a line for standard error, and nothing
    /// is written.
    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        let _ = (end, out);
        Ok(())
    }
}

/// Flows whose times cannot be right.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Suspects {
    pub(crate) flows: u64,
    /// What their rows say of it.
    pub(crate) mark: &'static str,
}

/// What is known when all is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'e> {
    pub(crate) decoder: &'e Decoder,
    /// What the files held.
    pub(crate) read: &'e netflow_io::CaptureSummary,
}

/// Which flows a record of two directions gives (RFC 5103).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Biflows {
    /// One, with the counters of both.
    Whole,
    /// One of each direction.
    Split,
}

impl Biflows {
    /// Gives each flow of a message to `each`.
    pub(crate) fn for_each<'m>(self, message: &Message<'m>, mut each: impl FnMut(&Flow<'m>)) {
        match self {
            Self::Whole => message.flows().for_each(|flow| each(&flow)),
            Self::Split => {
                let flows = message.flows().split_biflows();
                flows.for_each(|flow| each(&flow));
            }
        }
    }
}
