//! What a run over files feeds: a sink of rows, or an analysis.

use core::fmt;
use core::net::SocketAddr;
use std::io;

use netflow_core::{Datagram, Decoded, Decoder, Error};
use netflow_output::format::Suspects;
use netflow_output::sink::{Output, Sink};

/// What becomes of the messages.
pub(crate) enum Consumer {
    /// Rows, written as they come.
    Rows(Box<dyn Sink>),
    /// A report, written when all is read.
    Analysis(Box<dyn Analysis>, Output),
}

/// What learns from all messages and is written at the end.
pub(crate) trait Analysis {
    /// Takes a message.
    fn message(&mut self, message: &Decoded<'_>);

    /// Takes a datagram of which not even the first header can be read.
    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error);

    /// The decoder is about to forget what it knows of a TCP session.
    fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr);

    /// Whether the rest of the files need not be read.
    fn is_done(&self) -> bool {
        false
    }

    /// Writes the report. An error is a line for standard error, and nothing is written.
    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String>;
}

/// What is known when all is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'e> {
    pub(crate) decoder: &'e Decoder,
    /// What the files held.
    pub(crate) read: &'e netflow_io::CaptureSummary,
}

/// Why there is no complete output.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// It cannot be written.
    Write(io::Error),
    /// There is nothing to write, for a reason that is a line for standard error.
    Nothing(String),
}

impl Consumer {
    pub(crate) fn message(&mut self, message: &Decoded<'_>) -> io::Result<()> {
        match self {
            Self::Rows(sink) => sink.message(message),
            Self::Analysis(analysis, _) => {
                analysis.message(message);
                Ok(())
            }
        }
    }

    pub(crate) fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) -> io::Result<()> {
        match self {
            Self::Rows(sink) => sink.unreadable(datagram, error),
            Self::Analysis(analysis, _) => {
                analysis.unreadable(datagram, error);
                Ok(())
            }
        }
    }

    pub(crate) fn session_ends(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        if let Self::Analysis(analysis, _) = self {
            analysis.session_ends(decoder, exporter);
        }
    }

    /// Writes rows that are held back, because the next input may take a while.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Rows(sink) => sink.flush(),
            Self::Analysis(..) => Ok(()),
        }
    }

    /// Whether the rest of the files need not be read.
    pub(crate) fn is_done(&self) -> bool {
        match self {
            Self::Rows(sink) => sink.is_done(),
            Self::Analysis(analysis, _) => analysis.is_done(),
        }
    }

    /// Flows written with impossible times, as far as the format marks them.
    pub(crate) fn suspects(&self) -> Suspects {
        match self {
            Self::Rows(sink) => sink.suspects(),
            Self::Analysis(..) => Suspects::default(),
        }
    }

    /// Flows without a row, because the schema cannot express them.
    pub(crate) fn take_left_out(&mut self) -> u64 {
        match self {
            Self::Rows(sink) => sink.take_left_out(),
            Self::Analysis(..) => 0,
        }
    }

    /// Completes the output.
    pub(crate) fn finish(&mut self, end: &End<'_>) -> Result<(), Unfinished> {
        match self {
            Self::Rows(sink) => sink.finish(end.decoder.stats()),
            Self::Analysis(analysis, output) => {
                let written = analysis.finish(end, &mut output.buffer);
                written.map_err(Unfinished::Nothing)?;
                output.finish()
            }
        }
        .map_err(Unfinished::Write)
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rows(_) => "Rows",
            Self::Analysis(..) => "Analysis",
        })
    }
}
