//! A thread that decodes the datagrams of some exporters and formats their rows.

use alloc::collections::BTreeSet;
use core::fmt;
use core::net::SocketAddr;
use core::ops::Range;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender};

use netflow_core::{Datagram, Decoder, Timestamp, Transport};
use netflow_io::Feed;
use netflow_output::format::Format as _;

use super::EndedThread;
use crate::dialect::BoxedFormat;
use crate::summary::Summary;

/// Datagrams for a thread, and the rows that it makes of them.
#[derive(Debug, Default)]
pub(super) struct Portion {
    pub(super) items: Vec<Item>,
    /// The payloads, one after the other.
    octets: Vec<u8>,
    pub(super) rows: Vec<u8>,
    /// Where the rows of each item end.
    pub(super) ends: Vec<usize>,
    /// Flows in it.
    pub(super) flows: u64,
    /// Why rows cannot be written.
    pub(super) failure: Option<io::Error>,
}

/// What a thread does, with its number among all items of the run.
#[derive(Debug)]
pub(super) enum Item {
    Datagram(Copied, u64),
    SessionEnds(SocketAddr, u64),
}

/// A datagram whose payload is in a portion.
#[derive(Debug)]
pub(super) struct Copied {
    exporter: SocketAddr,
    transport: Transport,
    received: Timestamp,
    input: u32,
    frame: u64,
    payload: Range<usize>,
}

impl Portion {
    /// Adds a datagram.
    pub(super) fn datagram(&mut self, datagram: &Datagram<'_>, sequence: u64) {
        let start = self.octets.len();
        self.octets.extend_from_slice(datagram.payload);
        let copied = Copied {
            exporter: datagram.exporter,
            transport: datagram.transport,
            received: datagram.received,
            input: datagram.input,
            frame: datagram.frame,
            payload: start..self.octets.len(),
        };
        self.items.push(Item::Datagram(copied, sequence));
    }

    /// Removes everything. The memory is kept.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.octets.clear();
        self.rows.clear();
        self.ends.clear();
        self.flows = 0;
    }
}

/// What a thread works with.
pub(super) struct Worker {
    feed: Feed,
    format: BoxedFormat,
    summary: Summary,
    exports: BTreeSet<u32>,
}

impl Worker {
    pub(super) fn new(decoder: Decoder, format: BoxedFormat) -> Self {
        Self {
            feed: Feed::new(decoder),
            format,
            summary: Summary::default(),
            exports: BTreeSet::new(),
        }
    }

    pub(super) const fn decoder_mut(&mut self) -> &mut Decoder {
        self.feed.decoder_mut()
    }

    /// Works until there are no more portions.
    pub(super) fn run(
        mut self,
        portions: &Receiver<Portion>,
        results: &SyncSender<Portion>,
    ) -> EndedThread {
        for mut portion in portions {
            let before = self.flows();
            portion.failure = self.portion(&mut portion).err();
            portion.flows = self.flows().saturating_sub(before);
            if results.send(portion).is_err() {
                break;
            }
        }
        self.end()
    }

    pub(super) fn end(mut self) -> EndedThread {
        self.summary.leave_out(self.format.take_left_out());
        EndedThread {
            suspects: self.format.suspects(),
            decoder: self.feed.finish(),
            summary: self.summary,
            exports: self.exports,
        }
    }

    fn portion(&mut self, portion: &mut Portion) -> io::Result<()> {
        for item in &portion.items {
            match item {
                Item::Datagram(copied, sequence) => {
                    self.summary.begin(*sequence);
                    let payload = portion.octets.get(copied.payload.clone());
                    let datagram = copied.datagram(payload.unwrap_or_default());
                    self.datagram(datagram, &mut portion.rows)?;
                }
                Item::SessionEnds(exporter, sequence) => {
                    self.summary.begin(*sequence);
                    let decoder = self.feed.decoder();
                    self.summary.session_ends(decoder, *exporter);
                    self.feed.end_session(*exporter);
                }
            }
            portion.ends.push(portion.rows.len());
        }
        Ok(())
    }

    fn datagram(&mut self, datagram: Datagram<'_>, rows: &mut Vec<u8>) -> io::Result<()> {
        if self.feed.input() != datagram.input {
            self.feed.begin_input(datagram.input);
        }
        let had_export = self.feed.has_export();
        match self.feed.push(datagram) {
            Ok(decoded) => {
                self.format.message(&decoded, rows)?;
                self.summary.message(&decoded);
            }
            Err(error) => {
                let mut datagram = datagram;
                datagram.exporter = self.feed.decoder().rewritten_exporter(datagram.exporter);
                self.format.unreadable(&datagram, &error, rows);
                self.summary.unreadable(&datagram, &error);
            }
        }
        if !had_export && self.feed.has_export() {
            self.exports.insert(datagram.input);
        }
        Ok(())
    }

    fn flows(&self) -> u64 {
        self.feed.decoder().stats().flows()
    }
}

impl Copied {
    const fn datagram<'d>(&self, payload: &'d [u8]) -> Datagram<'d> {
        Datagram::new(self.exporter, self.transport, self.received, payload)
            .with_frame(self.input, self.frame)
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}
