//! The part of the outputs that a worker has: it formats rows in the worker's thread and hands
//! over whole chunks.

use alloc::sync::Arc;
use core::fmt;
use core::mem;
use std::io;

#[cfg(feature = "columns")]
use netflow_arrow::{FlowBatchBuilder, RecordBatch};
use netflow_core::{Datagram, Decoded, Error, Stats, Timestamp};

use super::chunk::{Chunk, Payload};
use super::config::{Encoding, Kind};
use super::queue::Queue;
#[cfg(feature = "columns")]
use crate::format::FormatError;
use crate::format::{Format, Framing};
use crate::sink::Sink;

/// Octets of rows that are gathered before they are handed over.
const GATHERED: usize = 64 * 1024;

/// The sink of one worker: all outputs. Dropping it hands over what it holds.
#[derive(Debug)]
pub struct WorkerSink {
    outputs: Vec<WorkerOutput>,
}

/// One output of a worker.
#[derive(Debug)]
struct WorkerOutput {
    encoder: Encoder,
    queue: Arc<Queue>,
    is_finished: bool,
}

/// Makes rows and gathers them.
enum Encoder {
    Rows {
        format: Box<dyn Format + Send>,
        framing: Framing,
        buffer: Vec<u8>,
        received: Timestamp,
    },
    #[cfg(feature = "columns")]
    Columns {
        builder: Box<FlowBatchBuilder>,
        /// Rows in the builder, or none that are worth a batch.
        is_empty: bool,
        received: Timestamp,
    },
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { framing, .. } => f.debug_tuple("Rows").field(framing).finish(),
            #[cfg(feature = "columns")]
            Self::Columns { builder, .. } => f.debug_tuple("Columns").field(builder).finish(),
        }
    }
}

impl WorkerSink {
    pub(super) fn new<'o>(outputs: impl Iterator<Item = (&'o Encoding, &'o Arc<Queue>)>) -> Self {
        let output = |(encoding, queue): (&Encoding, &Arc<Queue>)| {
            queue.add_worker();
            WorkerOutput {
                encoder: Encoder::new(encoding),
                queue: Arc::clone(queue),
                is_finished: false,
            }
        };
        Self {
            outputs: outputs.map(output).collect(),
        }
    }
}

/// Rows that an output cannot take now are counted in its
/// [statistics](super::OutputStatistics): they are no error of the worker's.
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
            output.unreadable(datagram, error);
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
        self.outputs
            .iter()
            .for_each(|output| output.queue.set_now(now));
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
            // A format that cannot write its rows has said so in the account.
            let _ = output.finish(None);
        }
    }
}

impl WorkerOutput {
    fn message(&mut self, message: &Decoded<'_>, time: Option<Timestamp>) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Rows {
                format,
                framing,
                buffer,
                received,
            } => {
                *received = time.unwrap_or(*received);
                format.message(message, buffer)?;
                if buffer.len() >= GATHERED {
                    self.queue.push(rows_chunk(buffer, *framing, *received));
                }
            }
            #[cfg(feature = "columns")]
            Encoder::Columns {
                builder,
                is_empty,
                received,
            } => {
                *received = time.unwrap_or(*received);
                *is_empty = false;
                let (queue, received) = (&self.queue, *received);
                let appended = builder.append(message, |batch| {
                    queue.push(batch_chunk(batch, received));
                    Ok(())
                });
                appended.map_err(FormatError::new)?;
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        match &mut self.encoder {
            Encoder::Rows {
                format,
                framing,
                buffer,
                received,
            } => {
                *received = datagram.received;
                format.unreadable(datagram, error, buffer);
                if buffer.len() >= GATHERED {
                    self.queue.push(rows_chunk(buffer, *framing, *received));
                }
            }
            #[cfg(feature = "columns")]
            Encoder::Columns { .. } => {}
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Rows {
                format,
                framing,
                buffer,
                received,
            } => {
                format.flush(buffer);
                if !buffer.is_empty() {
                    self.queue.push(rows_chunk(buffer, *framing, *received));
                }
            }
            #[cfg(feature = "columns")]
            Encoder::Columns {
                builder,
                is_empty,
                received,
            } => {
                if !mem::replace(is_empty, true) {
                    let batch = builder.finish().map_err(FormatError::new)?;
                    self.queue.push(batch_chunk(batch, *received));
                }
            }
        }
        Ok(())
    }

    /// The last rows, once.
    fn finish(&mut self, stats: Option<&Stats>) -> io::Result<()> {
        if mem::replace(&mut self.is_finished, true) {
            return Ok(());
        }
        let written = match (&mut self.encoder, stats) {
            (Encoder::Rows { format, buffer, .. }, Some(stats)) => format.finish(stats, buffer),
            _ => Ok(()),
        };
        let flushed = self.flush();
        self.queue.remove_worker();
        written.map_err(io::Error::from).and(flushed)
    }
}

impl Encoder {
    fn new(encoding: &Encoding) -> Self {
        let received = Timestamp::from_nanos(0);
        match &encoding.0 {
            Kind::Rows(make) => {
                let mut format = make();
                // The writer has the first octets of each file.
                format.begin(&mut Vec::new());
                Self::Rows {
                    framing: format.framing(),
                    format,
                    buffer: Vec::with_capacity(GATHERED),
                    received,
                }
            }
            #[cfg(feature = "columns")]
            Kind::Columns(columns) => Self::Columns {
                builder: Box::new(FlowBatchBuilder::new(columns.options())),
                is_empty: true,
                received,
            },
        }
    }
}

/// Takes what was gathered.
fn rows_chunk(buffer: &mut Vec<u8>, framing: Framing, received: Timestamp) -> Chunk {
    let rows = mem::replace(buffer, Vec::with_capacity(GATHERED));
    Chunk {
        rows: framing.count(&rows),
        payload: Payload::Rows(rows),
        received,
    }
}

#[cfg(feature = "columns")]
fn batch_chunk(batch: RecordBatch, received: Timestamp) -> Chunk {
    Chunk {
        rows: u64::try_from(batch.num_rows()).unwrap_or(u64::MAX),
        payload: Payload::Batch(batch),
        received,
    }
}
