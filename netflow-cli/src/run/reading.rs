//! Reading one file of a run.

use std::io;

use netflow_io::{Arrival, CaptureError, Datagrams as _, Event, Feed, Source};

use crate::interrupt::Interrupt;
use crate::parallel::Workers;
use crate::progress::Progress;
use crate::rows::Consumer;
use crate::summary::Summary;

/// What a run needs besides the decoder to read a file.
pub(super) struct FileReading<'r> {
    pub(super) summary: &'r mut Summary,
    pub(super) progress: &'r mut Progress,
    pub(super) interrupt: &'r Interrupt,
    /// All files are read, because the state at their end is saved.
    pub(super) reads_all: bool,
}

impl FileReading<'_> {
    /// Decodes a file in this thread.
    pub(super) fn decode(
        &mut self,
        source: &mut Source<'_>,
        feed: &mut Feed,
        consumer: &mut Consumer,
        is_live: bool,
    ) -> io::Result<Option<InputFault>> {
        while let Some(event) = feed.next(source) {
            match event {
                Ok(Event::Decoded(_, message)) => {
                    consumer.message(&message)?;
                    self.summary.message(&message);
                }
                Ok(Event::Unreadable(datagram, error)) => {
                    consumer.unreadable(&datagram, &error)?;
                    self.summary.unreadable(&datagram, &error);
                }
                Ok(Event::SessionEnds(exporter)) => {
                    consumer.session_ends(feed.decoder(), exporter);
                    self.summary.session_ends(feed.decoder(), exporter);
                    continue;
                }
                Ok(_) => continue,
                Err(error) => return Ok(self.fault(&error)),
            }
            let flows = feed.decoder().stats().flows();
            let is_done = consumer.is_done() && !self.reads_all;
            if is_done || self.interrupt.status().is_some() {
                break;
            }
            if is_live {
                consumer.flush()?;
            }
            self.progress.at(source.octets_read(), flows);
        }
        Ok(None)
    }

    /// Passes the datagrams of a file to threads.
    pub(super) fn pass_on(
        &mut self,
        source: &mut Source<'_>,
        index: u32,
        workers: &mut Workers,
    ) -> io::Result<Option<InputFault>> {
        while let Some(arrival) = source.next_arrival() {
            match arrival {
                Ok(Arrival::Datagram(datagram)) => {
                    workers.datagram(&datagram.with_frame(index, datagram.frame))?;
                }
                Ok(Arrival::SessionEnded(exporter)) => {
                    workers.session_ends(exporter)?;
                    continue;
                }
                Ok(_) => continue,
                Err(error) => return Ok(self.fault(&error)),
            }
            if self.interrupt.status().is_some() {
                break;
            }
            self.progress.at(source.octets_read(), workers.flows());
        }
        Ok(None)
    }

    /// A file that cannot be read further. A signal may have cut the last packet.
    fn fault(&self, error: &CaptureError) -> Option<InputFault> {
        let is_interrupted = self.interrupt.status().is_some();
        (!is_interrupted).then(|| InputFault::Unreadable(error.to_string()))
    }
}

/// Why a file is reported, by a line for standard error.
pub(super) enum InputFault {
    /// It cannot be read, or not to its end.
    Unreadable(String),
    /// There is no flow export in it, unless the threads find some in the input of this number.
    Nothing(u32, String),
}
