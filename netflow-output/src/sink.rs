//! Where results go. A [`Sink`] takes what the decoder returns.
//!
//! A program that reads files writes to standard output or a file that appears when it is complete
//! ([`Stream`]), or (feature `columns`) to a folder of files ([`FolderOfTables`]). A collector has
//! several workers and several destinations, which may be slow or unreachable: [`Outputs`].

#[cfg(feature = "columns")]
mod folder;
mod output;
mod outputs;
mod stream;

use std::io;

use netflow_core::{Datagram, Decoded, Error, Stats, Timestamp};

#[cfg(feature = "columns")]
pub use self::folder::{Folder, FolderOfTables};
pub use self::output::Output;
pub use self::outputs::{
    Backoff, Credentials, Destination, DestinationError, Encoding, FilePattern, HandedOver,
    HttpAddress, HttpCompression, HttpConfig, HttpServer, KafkaAddress, KafkaConfig, KafkaKey,
    LossReason, Losses, MessageTransport, NextOutput, OutputConfig, OutputState, OutputStatistics,
    Outputs, PatternError, PeerConfig, Policy, QueueLimits, Rotation, S3Address, S3Config,
    Settlement, SpoolConfig, StartError, TlsConfig, WorkerSink,
};
pub use self::stream::Stream;
use crate::format::Suspects;

/// Where results go: one for each output.
///
/// The caller passes everything that it decodes, and the time when there is nothing to decode.
/// After an error the output is incomplete, and nothing more should be passed.
pub trait Sink {
    /// Takes the rows of a message.
    ///
    /// # Errors
    ///
    /// The output cannot be written; [`BrokenPipe`](io::ErrorKind::BrokenPipe) if its reader has
    /// gone.
    fn message(&mut self, message: &Decoded<'_>) -> io::Result<()>;

    /// Takes a datagram that could not be decoded at all.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) -> io::Result<()> {
        let _ = (datagram, error);
        Ok(())
    }

    /// Flushes held-back rows, if the format is usable before its last row, because the input is
    /// idle.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Does what is due at this time, such as the change to a new file or another attempt to
    /// connect. A collector calls it every second or so, whether there are datagrams or not.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    fn tick(&mut self, now: Timestamp) -> io::Result<()> {
        let _ = now;
        Ok(())
    }

    /// Whether everything further is passed over, because as many rows are written as were asked for.
    fn is_done(&self) -> bool {
        false
    }

    /// Flows written with impossible times, as far as the format marks them; for some formats
    /// complete only after [`finish`](Self::finish).
    fn suspects(&self) -> Suspects {
        Suspects::default()
    }

    /// Flows since the last call that have no row because the format cannot express them.
    fn take_left_out(&mut self) -> u64 {
        0
    }

    /// Completes the output; a file appears now. `stats` are the decoder's.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    fn finish(&mut self, stats: &Stats) -> io::Result<()>;
}
