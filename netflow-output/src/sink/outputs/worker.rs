//! The part of the outputs that a worker has: it formats rows in the worker's thread and hands
//! over whole chunks.

use alloc::sync::Arc;
use core::mem;
use std::io;

use netflow_core::{Datagram, Decoded, Error, Stats, Timestamp};

use super::chunk::{Chunk, Payload};
use super::config::Encoding;
use super::encoder::Encoder;
use super::ledger::LossReason;
use super::queue::Queue;
use super::receipt::{HandedOver, Receipt};
use crate::sink::Sink;

/// The sink of one worker: all outputs. Dropping it hands over what it holds.
#[derive(Debug)]
pub struct WorkerSink {
    outputs: Vec<WorkerOutput>,
}

/// One output of a worker.
#[derive(Debug)]
pub(super) struct WorkerOutput {
    encoder: Encoder,
    /// Length of a file interval in nanoseconds; a chunk never spans two intervals.
    interval: Option<i64>,
    /// When the last datagram was received.
    received: Timestamp,
    /// That of the rows since the last checkpoint.
    receipt: Receipt,
    queue: Arc<Queue>,
    is_finished: bool,
}

impl WorkerSink {
    pub(super) const fn new(outputs: Vec<WorkerOutput>) -> Self {
        Self { outputs }
    }

    /// Hands over all rows, and returns what waits until they are settled. A worker that can read its datagrams
    /// again remembers a position only once all rows before it are settled.
    ///
    /// # Errors
    ///
    /// As for [`flush`](Sink::flush).
    pub fn checkpoint(&mut self) -> io::Result<HandedOver> {
        self.flush()?;
        let mut handed_over = HandedOver::new();
        for output in &mut self.outputs {
            handed_over.add(&mem::take(&mut output.receipt), &output.queue);
        }
        Ok(handed_over)
    }

    /// Whether every output takes rows without a wait: its queue has room, or it drops or spools them.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.outputs.iter().all(|output| output.queue.takes_rows())
    }
}

/// Rows that an output cannot take are counted in its
/// [statistics](super::OutputStatistics) and are not an error here.
impl Sink for WorkerSink {
    fn message(&mut self, message: &Decoded<'_>) -> io::Result<()> {
        let received = message.headers().next().map(|header| header.received);
        for output in &mut self.outputs {
            output.message(message, received)?;
        }
        Ok(())
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) -> io::Result<()> {
        for output in &mut self.outputs {
            output.unreadable(datagram, error)?;
        }
        Ok(())
    }

    /// Hands over all rows.
    fn flush(&mut self) -> io::Result<()> {
        self.outputs.iter_mut().try_for_each(WorkerOutput::flush)
    }

    /// Hands over all rows and passes the time on, by which files rotate.
    fn tick(&mut self, now: Timestamp) -> io::Result<()> {
        self.flush()?;
        let outputs = self.outputs.iter();
        outputs.for_each(|output| output.queue.set_now(now));
        Ok(())
    }

    /// Hands over the last rows. The outputs are complete after
    /// [`Outputs::finish`](super::Outputs::finish).
    fn finish(&mut self, stats: &Stats) -> io::Result<()> {
        for output in &mut self.outputs {
            output.finish(Some(stats))?;
        }
        Ok(())
    }
}

impl Drop for WorkerSink {
    fn drop(&mut self) {
        for output in &mut self.outputs {
            // Nobody is left to report it to.
            let _ = output.finish(None);
        }
    }
}

impl WorkerOutput {
    pub(super) fn new(encoding: &Encoding, interval: Option<i64>, queue: &Arc<Queue>) -> Self {
        let worker = queue.add_worker();
        Self {
            encoder: Encoder::new(encoding, worker),
            interval,
            received: Timestamp::from_nanos(0),
            receipt: Receipt::default(),
            queue: Arc::clone(queue),
            is_finished: false,
        }
    }

    fn message(&mut self, message: &Decoded<'_>, received: Option<Timestamp>) -> io::Result<()> {
        if let Some(received) = received {
            self.set_received(received)?;
        }
        let mut hand_over = hand_over(&self.queue, self.received, &self.receipt);
        let written = self.encoder.message(message, &mut hand_over);
        #[cfg(feature = "ipfix")]
        self.queue
            .refuse(LossReason::TooLarge, self.encoder.take_refused());
        self.queue
            .refuse(LossReason::NotInSchema, self.encoder.take_left_out());
        Ok(written?)
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) -> io::Result<()> {
        self.set_received(datagram.received)?;
        let mut hand_over = hand_over(&self.queue, self.received, &self.receipt);
        self.encoder.unreadable(datagram, error, &mut hand_over);
        Ok(())
    }

    /// Rows of another interval go to another file.
    fn set_received(&mut self, received: Timestamp) -> io::Result<()> {
        let is_other = |interval: i64| {
            let index = |time: Timestamp| time.as_nanos().div_euclid(interval);
            index(received) != index(self.received)
        };
        if self.interval.is_some_and(is_other) {
            self.flush()?;
        }
        self.received = received;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut hand_over = hand_over(&self.queue, self.received, &self.receipt);
        Ok(self.encoder.flush(&mut hand_over)?)
    }

    /// The last rows, once.
    fn finish(&mut self, stats: Option<&Stats>) -> io::Result<()> {
        if mem::replace(&mut self.is_finished, true) {
            return Ok(());
        }
        let ended = stats.map_or(Ok(()), |stats| self.encoder.finish(stats));
        let flushed = self.flush();
        self.queue.remove_worker();
        ended.map_err(io::Error::from).and(flushed)
    }
}

/// Puts rows into a queue.
fn hand_over(queue: &Queue, received: Timestamp, receipt: &Receipt) -> impl FnMut(Payload, u64) {
    move |payload, rows| {
        queue.push(Chunk {
            payload,
            rows,
            received,
            segment: None,
            receipt: Some(receipt.clone()),
        });
    }
}
