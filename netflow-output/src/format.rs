//! How results are written. Messages go in, octets come out: nothing here opens a file or a
//! socket.

#[cfg(feature = "columns")]
mod columns;
mod count;
mod csv;
pub mod dialect;
mod fields;
mod flow;
mod flow_value;
mod framing;
mod json;
mod lines;
mod place;
mod raw;
mod record;
mod room;
mod row;
mod sample;
mod scalar;
mod selection;
mod sorted;
mod table;
mod template;
mod text;
mod wire;
mod zone;

use core::fmt;
use std::io;

use netflow_core::{Datagram, Decoded, Error, Stats};

#[cfg(feature = "columns")]
pub use self::columns::{Columns, Container, ValueColumn, ValueTable};
#[cfg(feature = "columns")]
pub(crate) use self::columns::{ContainerWriter, options as column_options};
pub use self::count::Count;
pub use self::csv::Csv;
pub use self::flow::FlowLines;
pub use self::framing::Framing;
pub use self::json::Json;
pub use self::lines::{Head, Lines, Schema};
pub use self::raw::{Raw, RawForm};
pub use self::record::Records;
pub use self::selection::Selection;
pub use self::sorted::{Order, Sorted};
pub use self::table::Table;
pub use self::wire::Wire;
pub use self::zone::Zone;
#[cfg(feature = "columns")]
pub use netflow_arrow::IpcFormat;

/// Turns what the decoder returns into octets.
pub trait Format {
    /// Writes what comes before the first row.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// Writes the rows of a message.
    ///
    /// # Errors
    ///
    /// Columns may not be writable; text always is.
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError>;

    /// Writes the row of a datagram that could not be decoded at all.
    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        let _ = (datagram, error, out);
    }

    /// Writes rows that were held back, because the input is idle and a reader waits for them.
    fn flush(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// How rows are delimited; used to count rows, to truncate a broken file and to send one row
    /// per message.
    fn framing(&self) -> Framing {
        Framing::Lines
    }

    /// Whether the output is usable before its last row is written.
    fn is_live(&self) -> bool {
        true
    }

    /// The flows that have rows, of a format whose rows depend on nothing but their message.
    fn independent_selection(&self) -> Option<&Selection> {
        None
    }

    /// Whether the rows of a message do not depend on those before it, and nothing comes after the
    /// last row. Several values of such a format, each of which writes the messages of some exporters,
    /// write the same rows as one.
    fn has_independent_rows(&self) -> bool {
        let selection = self.independent_selection();
        selection.is_some_and(|selection| selection.left().is_none())
    }

    /// Whether every further message is passed over, because as many rows are written as were asked
    /// for.
    fn is_done(&self) -> bool {
        let selection = self.independent_selection();
        selection.is_some_and(Selection::is_exhausted)
    }

    /// Flows written so far with impossible times, as far as the format marks them.
    fn suspects(&self) -> Suspects {
        Suspects::default()
    }

    /// Flows since the last call that have no row because the format cannot express them, such as samples
    /// of sFlow in the documents of a tool that does not read them.
    fn take_left_out(&mut self) -> u64 {
        0
    }

    /// Writes what comes after the last row. `stats` are the decoder's.
    ///
    /// # Errors
    ///
    /// Columns may not be writable; text always is.
    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let _ = (stats, out);
        Ok(())
    }
}

/// A format that is chosen at run time.
impl<F: Format + ?Sized> Format for Box<F> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        (**self).begin(out);
    }

    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        (**self).message(message, out)
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        (**self).unreadable(datagram, error, out);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        (**self).flush(out);
    }

    fn framing(&self) -> Framing {
        (**self).framing()
    }

    fn is_live(&self) -> bool {
        (**self).is_live()
    }

    fn independent_selection(&self) -> Option<&Selection> {
        (**self).independent_selection()
    }

    fn has_independent_rows(&self) -> bool {
        (**self).has_independent_rows()
    }

    fn is_done(&self) -> bool {
        (**self).is_done()
    }

    fn suspects(&self) -> Suspects {
        (**self).suspects()
    }

    fn take_left_out(&mut self) -> u64 {
        (**self).take_left_out()
    }

    fn finish(&mut self, stats: &Stats, out: &mut Vec<u8>) -> Result<(), FormatError> {
        (**self).finish(stats, out)
    }
}

/// Why a format cannot write something.
#[derive(Debug)]
pub struct FormatError(Box<dyn core::error::Error + Send + Sync>);

impl FormatError {
    /// An error with this reason.
    pub fn new(reason: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::error::Error for FormatError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.0.source()
    }
}

impl From<FormatError> for io::Error {
    fn from(error: FormatError) -> Self {
        Self::other(error)
    }
}

/// Flows with impossible times.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Suspects {
    /// Number of such flows.
    pub flows: u64,
    /// How their rows are marked.
    pub mark: &'static str,
}

/// How many flows a record of two directions becomes (RFC 5103).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Biflows {
    /// One, with the counters of both directions.
    Whole,
    /// One for each direction.
    Split,
}
