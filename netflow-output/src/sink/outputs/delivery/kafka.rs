//! Rows as messages to Kafka, each of which is acknowledged.

mod client;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::mem;
use core::ops::Range;
use core::time::Duration;
use std::io;
use std::time::Instant;

use netflow_core::Timestamp;

use self::client::{Client, Rejection, Report};
use super::{Delivery, Failure};
use crate::format::Framing;
use crate::sink::outputs::chunk::{Chunk, Payload};
use crate::sink::outputs::config::PeerConfig;
use crate::sink::outputs::kafka::{KafkaAddress, KafkaConfig};
use crate::sink::outputs::keyed;
use crate::sink::outputs::ledger::{Ledger, LossReason};
use crate::sink::outputs::receipt::Receipt;
use crate::sink::outputs::segment::ReadSegment;

/// Messages from the oldest that is not acknowledged to the newest, at most: one partition without a leader must not keep
/// what others have acknowledged since.
const WINDOW: usize = 200_000;

/// How long to wait for reports when nothing else can be done.
const WAIT: Duration = Duration::from_millis(100);

/// How long to wait for librdkafka to reach a broker, which it tries by itself.
const RECONNECTING: Duration = Duration::from_secs(1);

/// A row that is not acknowledged yet.
#[derive(Debug)]
struct Message {
    chunk: Arc<KeyedChunk>,
    key: Range<usize>,
    row: Range<usize>,
}

/// A chunk that its messages share.
#[derive(Debug)]
struct KeyedChunk {
    octets: Vec<u8>,
    received: Timestamp,
    segment: Option<Arc<ReadSegment>>,
    receipt: Option<Receipt>,
}

impl Message {
    fn key(&self) -> &[u8] {
        self.chunk.octets.get(self.key.clone()).unwrap_or_default()
    }

    fn row(&self) -> &[u8] {
        self.chunk.octets.get(self.row.clone()).unwrap_or_default()
    }
}

/// A topic of Kafka.
#[derive(Debug)]
pub(crate) struct KafkaPeer {
    client: Client,
    framing: Framing,
    /// Messages that are still to be passed to the client.
    unsent: VecDeque<Message>,
    /// Messages that the client has: their number is their index and `first`. None are those that have been reported.
    sent: VecDeque<Option<Message>>,
    first: usize,
    /// When a message was last acknowledged or refused, or nothing waited.
    progress: Instant,
    timeout: Duration,
    is_finishing: bool,
    ledger: Arc<Ledger>,
}

impl KafkaPeer {
    pub(crate) fn new(
        address: &KafkaAddress,
        config: &KafkaConfig,
        peer: &PeerConfig,
        framing: Framing,
        ledger: Arc<Ledger>,
    ) -> io::Result<Self> {
        Ok(Self {
            client: Client::new(address, config, peer)?,
            framing,
            unsent: VecDeque::new(),
            sent: VecDeque::new(),
            first: 0,
            progress: Instant::now(),
            timeout: peer.timeout,
            is_finishing: false,
            ledger,
        })
    }

    fn add(&mut self, chunk: Chunk) {
        let expected = chunk.rows;
        let Some(octets) = chunk.payload.into_rows() else {
            return;
        };
        let before = self.unsent.len();
        let chunk = Arc::new(KeyedChunk {
            octets,
            received: chunk.received,
            segment: chunk.segment,
            receipt: chunk.receipt,
        });
        for block in keyed::blocks(&chunk.octets) {
            let mut start = block.rows.start;
            let rows = chunk.octets.get(block.rows).unwrap_or_default();
            for row in self.framing.rows(rows) {
                let end = start + row.len();
                self.unsent.push_back(Message {
                    chunk: Arc::clone(&chunk),
                    key: block.key.clone(),
                    row: start..end,
                });
                start = end;
            }
        }
        // A spool that another kind of output has left has no keys.
        let found = u64::try_from(self.unsent.len() - before).unwrap_or(u64::MAX);
        let missing = expected.saturating_sub(found);
        if missing > 0 {
            self.ledger.lost(LossReason::SpoolFailed, missing);
        }
    }

    /// Passes messages to the client until it takes no more, and reads its reports.
    fn advance(&mut self) -> Result<(), Failure> {
        self.settle(Duration::ZERO)?;
        if self.sent.is_empty() {
            self.progress = Instant::now();
            self.client.forget_unreachable();
        }
        while let Some(message) = self.unsent.front() {
            if self.sent.len() >= WINDOW {
                return self.wait_for_room();
            }
            let number = self.first.wrapping_add(self.sent.len());
            let payload = payload(message.row(), self.framing);
            let received = message.chunk.received.as_nanos().div_euclid(1_000_000);
            let taken = self.client.send(message.key(), payload, received, number);
            match taken {
                Ok(is_connecting) => {
                    if is_connecting {
                        self.ledger.update(|statistics| statistics.connections += 1);
                    }
                    self.sent.push_back(self.unsent.pop_front());
                }
                Err(Rejection::TooLarge) => {
                    self.unsent.pop_front();
                    self.ledger.lost(LossReason::TooLarge, 1);
                }
                Err(Rejection::Refused) => {
                    self.unsent.pop_front();
                    self.ledger.lost(LossReason::Rejected, 1);
                }
                Err(Rejection::Full) => return self.wait_for_room(),
                Err(Rejection::Failed(error)) => return Err(self.restart(error)),
            }
        }
        self.check()
    }

    /// Waits for acknowledgements, after which there may be room for more.
    fn wait_for_room(&mut self) -> Result<(), Failure> {
        self.settle(WAIT)?;
        self.check()?;
        Err(Failure::slow())
    }

    /// Counts what was reported, after waiting for this time at most.
    fn settle(&mut self, wait: Duration) -> Result<(), Failure> {
        let mut again = Vec::new();
        let mut failed = None;
        for Report { number, result } in self.client.reports(wait) {
            let index = number.wrapping_sub(self.first);
            let Some(message) = self.sent.get_mut(index).and_then(Option::take) else {
                continue;
            };
            match result {
                Ok(()) => self.written(&message),
                Err(Rejection::TooLarge) => self.ledger.lost(LossReason::TooLarge, 1),
                Err(Rejection::Refused) => self.ledger.lost(LossReason::Rejected, 1),
                Err(Rejection::Full) => {
                    again.push(message);
                    continue;
                }
                Err(Rejection::Failed(error)) => {
                    failed = Some(error);
                    again.push(message);
                    continue;
                }
            }
            self.progress = Instant::now();
        }
        while let Some(None) = self.sent.front() {
            self.sent.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        for message in again.into_iter().rev() {
            self.unsent.push_front(message);
        }
        if let Some(error) = self.client.fatal_error() {
            return Err(self.restart(error));
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        Ok(())
    }

    /// Counts a message that is acknowledged.
    fn written(&self, message: &Message) {
        self.ledger.octets(message.row.len());
        self.ledger.written(1);
    }

    /// Whether messages are on their way and nobody answers.
    fn check(&mut self) -> Result<(), Failure> {
        if self.sent.is_empty() {
            return Ok(());
        }
        if self.progress.elapsed() >= self.timeout {
            // Brokers that have lost what they knew of a producer may never answer it again.
            let error = io::Error::new(io::ErrorKind::TimedOut, "no message was acknowledged");
            return Err(self.restart(error));
        }
        if let Some((error, is_refused)) = self.client.unreachable() {
            if is_refused {
                return Err(self.restart(error));
            }
            return Err(Failure {
                retry_after: Some(RECONNECTING),
                ..Failure::from(error)
            });
        }
        Ok(())
    }

    /// Begins again with a new client. It knows nothing of what the old one has sent, so all messages that
    /// were not acknowledged are sent again.
    fn restart(&mut self, error: io::Error) -> Failure {
        self.stop();
        error.into()
    }

    /// Takes back what was not acknowledged.
    fn stop(&mut self) {
        for Report { number, result } in self.client.stop() {
            let index = number.wrapping_sub(self.first);
            if let (Some(message), Ok(())) = (self.sent.get_mut(index), result) {
                if let Some(message) = message.take() {
                    self.written(&message);
                }
            }
        }
        self.first = self.first.wrapping_add(self.sent.len());
        let sent = mem::take(&mut self.sent);
        let mut unsent: VecDeque<Message> = sent.into_iter().flatten().collect();
        unsent.append(&mut self.unsent);
        self.unsent = unsent;
    }

    /// Waits until all is acknowledged.
    fn complete(&mut self) -> Result<(), Failure> {
        self.advance()?;
        self.settle(WAIT)?;
        if self.sent.is_empty() && self.unsent.is_empty() {
            return Ok(());
        }
        self.check()?;
        Err(Failure::slow())
    }
}

impl Delivery for KafkaPeer {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.add(chunk);
        self.advance()
    }

    fn resume(&mut self) -> Result<(), Failure> {
        if self.is_finishing {
            return self.complete();
        }
        self.settle(WAIT)?;
        self.advance()
    }

    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        self.advance()
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.is_finishing = true;
        self.complete()
    }

    fn take_pending(&mut self) -> Vec<Chunk> {
        self.stop();
        let mut chunks: Vec<(Arc<KeyedChunk>, Chunk)> = Vec::new();
        for message in self.unsent.drain(..) {
            let is_same =
                |(chunk, _): &&mut (Arc<KeyedChunk>, Chunk)| Arc::ptr_eq(chunk, &message.chunk);
            let chunk = match chunks.last_mut().filter(is_same) {
                Some((_, chunk)) => chunk,
                None => {
                    let chunk = Chunk {
                        payload: Payload::Rows(Vec::new()),
                        rows: 0,
                        received: message.chunk.received,
                        segment: message.chunk.segment.clone(),
                        receipt: message.chunk.receipt.clone(),
                    };
                    chunks.push((Arc::clone(&message.chunk), chunk));
                    let Some((_, chunk)) = chunks.last_mut() else {
                        continue;
                    };
                    chunk
                }
            };
            #[cfg_attr(
                not(feature = "columns"),
                expect(
                    irrefutable_let_patterns,
                    reason = "there are columns with the feature"
                )
            )]
            if let Payload::Rows(octets) = &mut chunk.payload {
                keyed::append(message.key(), message.row(), octets);
                chunk.rows += 1;
            }
        }
        chunks.into_iter().map(|(_, chunk)| chunk).collect()
    }
}

/// A row as the content of a message: without the end of its line. A document of protobuf keeps its length,
/// which readers of Kafka expect (ClickHouse's format `Protobuf`).
fn payload(row: &[u8], framing: Framing) -> &[u8] {
    match framing {
        Framing::Lines | Framing::QuotedLines => row.trim_ascii_end(),
        _ => row,
    }
}
