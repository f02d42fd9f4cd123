//! Rows of a format, one after the other, in one file or on standard output.

use std::io;

use netflow_core::{Datagram, Decoded, Error, Stats};

use super::{Output, Sink};
use crate::format::{Format, Suspects};

/// Rows of a format in one [`Output`].
#[derive(Debug)]
pub struct Stream<F> {
    format: F,
    output: Output,
}

impl<F: Format> Stream<F> {
    /// Writes rows of this format here.
    pub fn new(mut format: F, mut output: Output) -> Self {
        format.begin(&mut output.buffer);
        Self { format, output }
    }
}

impl<F: Format> Sink for Stream<F> {
    fn message(&mut self, message: &Decoded<'_>) -> io::Result<()> {
        self.format.message(message, &mut self.output.buffer)?;
        self.output.pass_on()
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) -> io::Result<()> {
        self.format
            .unreadable(datagram, error, &mut self.output.buffer);
        self.output.pass_on()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.format.is_live() {
            self.format.flush(&mut self.output.buffer);
            self.output.flush()?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.format.is_done()
    }

    fn suspects(&self) -> Suspects {
        self.format.suspects()
    }

    fn take_left_out(&mut self) -> u64 {
        self.format.take_left_out()
    }

    fn finish(&mut self, stats: &Stats) -> io::Result<()> {
        self.format.finish(stats, &mut self.output.buffer)?;
        self.output.finish()
    }
}
