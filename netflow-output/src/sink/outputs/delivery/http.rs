//! Rows in requests of HTTP, each of which is answered.

mod answer;
mod client;
mod request;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::time::Duration;
use std::io;
use std::time::Instant;

use netflow_core::Timestamp;

use self::answer::{Answer, Outcome};
use self::client::Client;
#[cfg(feature = "s3")]
pub(super) use self::client::{agent, wait};
use self::request::Request;
use super::{Delivery, Failure};
use crate::format::Framing;
use crate::sink::outputs::chunk::{Chunk, Payload};
use crate::sink::outputs::config::PeerConfig;
use crate::sink::outputs::http::{HttpAddress, HttpConfig};
use crate::sink::outputs::ledger::{Ledger, LossReason};
use crate::sink::outputs::receipt::Receipt;
use crate::sink::outputs::segment::ReadSegment;

/// Longest row in octets: the limit of Datadog, which no flow reaches.
const LONGEST_ROW: usize = 1 << 20;

/// A row that waits for its answer.
#[derive(Debug, Clone)]
struct PendingRow {
    chunk: Arc<RowsOfChunk>,
    start: usize,
    end: usize,
    /// Its place in the chunk.
    index: u64,
}

/// A chunk that is shared by its rows.
#[derive(Debug)]
struct RowsOfChunk {
    octets: Vec<u8>,
    received: Timestamp,
    /// An id that stays the same when the chunk is read from a spool again.
    id: u64,
    segment: Option<Arc<ReadSegment>>,
    receipt: Option<Receipt>,
}

impl PendingRow {
    /// The octets of the row, without its line end.
    fn octets(&self) -> &[u8] {
        let row = self.chunk.octets.get(self.start..self.end);
        row.unwrap_or_default().trim_ascii_end()
    }
}

/// A server that answers for each request.
#[derive(Debug)]
pub(crate) struct HttpPeer {
    client: Client,
    config: HttpConfig,
    framing: Framing,
    rows: VecDeque<PendingRow>,
    octets: usize,
    /// When the first of the rows came.
    since: Instant,
    /// Maximum rows of the next request: lowered after a request was too large or refused as a whole.
    limit: usize,
    ledger: Arc<Ledger>,
}

impl HttpPeer {
    pub(crate) fn new(
        address: HttpAddress,
        config: HttpConfig,
        peer: &PeerConfig,
        framing: Framing,
        ledger: Arc<Ledger>,
    ) -> io::Result<Self> {
        Ok(Self {
            client: Client::new(address, &config, peer)?,
            limit: config.rows.max(1),
            config,
            framing,
            rows: VecDeque::new(),
            octets: 0,
            since: Instant::now(),
            ledger,
        })
    }

    fn add(&mut self, chunk: Chunk) {
        let Some(octets) = chunk.payload.into_rows() else {
            return;
        };
        if self.rows.is_empty() {
            self.since = Instant::now();
        }
        let chunk = Arc::new(RowsOfChunk {
            id: identify(&octets, chunk.received),
            octets,
            received: chunk.received,
            segment: chunk.segment,
            receipt: chunk.receipt,
        });
        let mut start = 0;
        for (index, row) in (0..).zip(self.framing.rows(&chunk.octets)) {
            let end = start + row.len();
            if row.len() > LONGEST_ROW {
                self.ledger.lost(LossReason::TooLarge, 1);
            } else {
                self.octets += row.len();
                self.rows.push_back(PendingRow {
                    chunk: Arc::clone(&chunk),
                    start,
                    end,
                    index,
                });
            }
            start = end;
        }
    }

    /// Sends requests as long as there is enough for one, or all.
    fn advance(&mut self, all: bool) -> Result<(), Failure> {
        while !self.rows.is_empty()
            && (all || self.rows.len() >= self.config.rows || self.octets >= self.config.octets)
        {
            self.send()?;
        }
        Ok(())
    }

    /// Sends one request, and settles its rows by the answer.
    fn send(&mut self) -> Result<(), Failure> {
        let mut octets = 0;
        let fits = self.rows.iter().take(self.limit).take_while(|row| {
            octets += row.end - row.start;
            octets <= self.config.octets
        });
        // A row that is larger than the limit is sent by itself.
        let count = fits.count().max(1);
        let rows: Vec<PendingRow> = self.rows.iter().take(count).cloned().collect();
        let request = Request::new(self.client.address(), &self.config, &rows);
        let (answer, sent) = self.client.send(&request, rows.len())?;
        self.ledger.octets(sent);
        match answer {
            Answer::Rows(outcomes) => self.settle(&outcomes),
            Answer::TooLarge if count == 1 => self.settle(&[Outcome::Lost(LossReason::TooLarge)]),
            Answer::Refused(_) if count == 1 => self.settle(&[Outcome::Lost(LossReason::Rejected)]),
            Answer::TooLarge => {
                self.limit = count / 2;
                Ok(())
            }
            Answer::Refused(error) => {
                // One row may be the reason: halves are tried until it is found.
                self.ledger.failed(&error);
                self.limit = count / 2;
                Ok(())
            }
            Answer::Later { error, after } => Err(Failure {
                retry_after: after,
                ..Failure::from(error)
            }),
        }
    }

    /// Removes the first rows, except those to be sent again.
    fn settle(&mut self, outcomes: &[Outcome]) -> Result<(), Failure> {
        let mut again = Vec::new();
        let mut retry_after = None;
        for outcome in outcomes {
            let Some(row) = self.rows.pop_front() else {
                break;
            };
            self.octets = self.octets.saturating_sub(row.end - row.start);
            match outcome {
                Outcome::Written => self.ledger.written(1),
                Outcome::Lost(reason) => self.ledger.lost(*reason, 1),
                Outcome::Again => again.push(row),
            }
        }
        self.limit = self
            .limit
            .saturating_mul(2)
            .clamp(1, self.config.rows.max(1));
        let count = again.len();
        for row in again.into_iter().rev() {
            self.octets += row.end - row.start;
            self.rows.push_front(row);
        }
        if count == 0 {
            self.since = Instant::now();
            return Ok(());
        }
        Err(Failure {
            retry_after: retry_after.take(),
            ..Failure::from(io::Error::other(format!(
                "the server is too busy for {count} rows"
            )))
        })
    }
}

impl Delivery for HttpPeer {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        self.add(chunk);
        self.advance(false)
    }

    fn resume(&mut self) -> Result<(), Failure> {
        self.advance(true)
    }

    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        let is_due = self.since.elapsed() >= self.config.interval.max(Duration::from_millis(1));
        self.advance(is_due)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.advance(true)
    }

    fn take_pending(&mut self) -> Vec<Chunk> {
        let mut chunks: Vec<(u64, Chunk)> = Vec::new();
        for row in self.rows.drain(..) {
            let octets = row.chunk.octets.get(row.start..row.end).unwrap_or_default();
            match chunks.last_mut() {
                Some((id, chunk)) if *id == row.chunk.id => {
                    #[cfg_attr(
                        not(feature = "columns"),
                        expect(
                            irrefutable_let_patterns,
                            reason = "there are columns with the feature"
                        )
                    )]
                    if let Payload::Rows(rows) = &mut chunk.payload {
                        rows.extend_from_slice(octets);
                        chunk.rows += 1;
                    }
                }
                _ => chunks.push((
                    row.chunk.id,
                    Chunk {
                        payload: Payload::Rows(octets.to_vec()),
                        rows: 1,
                        received: row.chunk.received,
                        segment: row.chunk.segment.clone(),
                        receipt: row.chunk.receipt.clone(),
                    },
                )),
            }
        }
        chunks.into_iter().map(|(_, chunk)| chunk).collect()
    }
}

/// FNV-1a of 64 bits over a chunk and its time.
fn identify(octets: &[u8], received: Timestamp) -> u64 {
    let time = received.as_nanos().to_be_bytes();
    time.iter()
        .chain(octets)
        .fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
            (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
        })
}
