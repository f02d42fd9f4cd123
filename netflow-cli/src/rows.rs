//! What a run over files feeds: a format of rows, or a report.

use core::net::SocketAddr;

use netflow_core::{Datagram, Decoded, Decoder, Error};
use netflow_output::format::{Format, Suspects};

/// Turns messages into text.
pub(crate) trait Rows {
    /// What stands before the first row.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// The rows of a message.
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>);

    /// The row of a datagram of which not even the first header can be read.
    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        let _ = (datagram, error, out);
    }

    /// The decoder is about to forget what it knows of a TCP session.
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

    /// The flows among the rows whose times cannot be right, as far as the rows say so.
    fn suspects(&self) -> Suspects {
        Suspects::default()
    }

    /// Writes what comes after the last row. An error is a line for standard error, and nothing
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
    pub(crate) read: &'e netflow_io::CaptureSummary,
}

/// Rows in a format.
pub(crate) struct Formatted<F>(pub(crate) F);

impl<F: Format> Rows for Formatted<F> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.0.begin(out);
    }

    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) {
        self.0.message(message, out);
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        self.0.unreadable(datagram, error, out);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        self.0.flush(out);
    }

    fn are_live(&self) -> bool {
        self.0.is_live()
    }

    fn is_done(&self) -> bool {
        self.0.is_done()
    }

    fn suspects(&self) -> Suspects {
        self.0.suspects()
    }

    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        self.0.finish(end.decoder.stats(), out)
    }
}
