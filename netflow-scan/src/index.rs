//! What later files need of a file: the datagrams from which exporters are learned.

use alloc::sync::Arc;
use core::net::SocketAddr;
use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::builder::{
    BinaryBuilder, StringBuilder, TimestampNanosecondBuilder, UInt32Builder, UInt64Builder,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use netflow_arrow::{BatchBuilder, Full, Mark, UniformBatchBuilder};
use netflow_core::{Datagram, Decoded, MessageHeader, Protocol, SetKind, Transport};

/// Gathers the datagrams of a file from which exporters are learned: a file that is decoded
/// elsewhere needs nothing else from the files before it.
///
/// A [`Scan`](crate::Scan) of one file with this builder is its *index*. Files are indexed
/// each on its own, in any order; [`Replay`](crate::Replay) of their indexes, in their
/// order, yields the state between two files.
///
/// | column | type | |
/// |---|---|---|
/// | `frame` | UInt64 | of the file, as of flows |
/// | `kind` | Utf8 | why it is here, see below |
/// | `exporter` | Utf8 | address and port |
/// | `transport` | Utf8 | `udp`, `stream` or `file` |
/// | `received` | Timestamp(ns, UTC) | |
/// | `protocol` | Utf8 | |
/// | `observation_domain` | UInt32 | |
/// | `offset` | UInt64 | octets of the file before a `piece`, else null |
/// | `payload` | Binary | the datagram; null for `session` and `left_out` |
///
/// The kinds are `templates`, `options` (names, rates, types), `waits` (data whose template
/// is not in the file before it, so that it may be options too, or wait for a template of
/// a later file), `session` (a stream begins: templates before it are void) and `left_out`:
/// from here more data waits than a decoder keeps. The index then has to be made again with the
/// state at the start of the file.
///
/// A large file also has rows of the kind `piece`, whose payload is a
/// [`Mark`](netflow_io::Mark): the part of the file after it can be decoded by itself, with the state
/// of a replay of the rows before it.
///
/// sFlow and the fixed versions announce nothing that is kept, and are not in the index.
///
/// A restart of the exporter that only its data shows is not in the index: times that count from the
/// start it announced (systemInitTimeMilliseconds) are then worked out from the old start after a
/// `piece`, until the exporter announces the new one.
#[derive(Debug)]
pub struct IndexBatchBuilder {
    schema: SchemaRef,
    rows: IndexRows,
    /// Octets of the file from one piece to the next.
    every: u64,
    /// Where the present piece begins.
    since: u64,
    /// Where the next one may.
    mark: Option<(u64, Vec<u8>)>,
    transport: Transport,
    waiting: HashMap<(SocketAddr, Protocol, u32), usize>,
    waiting_octets: usize,
}

#[derive(Debug, Default)]
struct IndexRows {
    frame: UInt64Builder,
    kind: StringBuilder,
    exporter: StringBuilder,
    transport: StringBuilder,
    received: TimestampNanosecondBuilder,
    protocol: StringBuilder,
    observation_domain: UInt32Builder,
    offset: UInt64Builder,
    payload: BinaryBuilder,
    octets: usize,
    count: usize,
}

/// Rows and octets of a batch.
const ROWS: usize = 8_192;
const OCTETS: usize = 8 << 20;
/// Octets of datagrams that wait, of one domain and of all: a decoder keeps no more.
const WAITING_OF_DOMAIN: usize = 1 << 20;
const WAITING: usize = 64 << 20;

/// The kind of a mark.
pub(crate) const PIECE: &str = "piece";
/// Kinds that have no payload.
pub(crate) const SESSION: &str = "session";
pub(crate) const LEFT_OUT: &str = "left_out";

impl Default for IndexBatchBuilder {
    /// The file is one piece.
    fn default() -> Self {
        Self::new(u64::MAX)
    }
}

impl IndexBatchBuilder {
    /// An index with pieces of about this many octets of the file.
    #[must_use]
    pub fn new(every: u64) -> Self {
        let text = |name| Field::new(name, DataType::Utf8, true);
        let received = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
        Self {
            schema: Arc::new(Schema::new(vec![
                Field::new("frame", DataType::UInt64, false),
                Field::new("kind", DataType::Utf8, false),
                text("exporter"),
                text("transport"),
                Field::new("received", received, false),
                text("protocol"),
                Field::new("observation_domain", DataType::UInt32, true),
                Field::new("offset", DataType::UInt64, true),
                Field::new("payload", DataType::Binary, true),
            ])),
            rows: IndexRows::default(),
            every,
            since: 0,
            mark: None,
            transport: Transport::default(),
            waiting: HashMap::new(),
            waiting_octets: 0,
        }
    }

    /// Why a message belongs into the index, if it does.
    fn kind(&mut self, message: &Decoded<'_>, header: &MessageHeader) -> Option<&'static str> {
        let (mut options, mut waits) = (false, false);
        for set in message.sets() {
            match set.kind() {
                SetKind::Templates | SetKind::OptionsTemplates => return Some("templates"),
                SetKind::Options => options = true,
                SetKind::NoTemplate => waits = true,
                _ => {}
            }
        }
        if options {
            return Some("options");
        }
        waits.then(|| self.wait(header, message.payload().len()))?
    }

    /// Data that waits is kept as far as a decoder would keep it; that there is more is
    /// reported once for each domain.
    fn wait(&mut self, header: &MessageHeader, octets: usize) -> Option<&'static str> {
        let key = (header.exporter, header.protocol, header.observation_domain);
        let all = self.waiting_octets.saturating_add(octets);
        let known = self.waiting.entry(key).or_default();
        let before = *known;
        let after = before.saturating_add(octets);
        if after <= WAITING_OF_DOMAIN && all <= WAITING {
            *known = after;
            self.waiting_octets = all;
            return Some("waits");
        }
        *known = usize::MAX;
        (before < usize::MAX).then_some(LEFT_OUT)
    }

    fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = &mut self.rows;
        (rows.count, rows.octets) = (0, 0);
        RecordBatch::try_new(
            Arc::clone(&self.schema),
            vec![
                Arc::new(rows.frame.finish()),
                Arc::new(rows.kind.finish()),
                Arc::new(rows.exporter.finish()),
                Arc::new(rows.transport.finish()),
                Arc::new(rows.received.finish().with_timezone("UTC")),
                Arc::new(rows.protocol.finish()),
                Arc::new(rows.observation_domain.finish()),
                Arc::new(rows.offset.finish()),
                Arc::new(rows.payload.finish()),
            ],
        )
    }
}

impl BatchBuilder for IndexBatchBuilder {
    type Batch = RecordBatch;

    fn begin(&mut self, datagram: &Datagram<'_>, begins_session: bool) {
        self.transport = datagram.transport;
        // Only now is it known that something follows.
        if let Some((offset, mark)) = self.mark.take() {
            self.since = offset;
            self.rows.event(PIECE, datagram);
            self.rows.offset.append_value(offset);
            self.rows.payload.append_value(mark);
        }
        if begins_session {
            self.rows.event(SESSION, datagram);
            self.rows.offset.append_null();
            self.rows.payload.append_null();
        }
    }

    fn end(&mut self, position: u64, mark: Mark<'_>) {
        if position.saturating_sub(self.since) >= self.every {
            self.mark = mark().map(|mark| (position, mark));
        }
    }

    fn append(
        &mut self,
        message: &Decoded<'_>,
        full: &mut Full<'_, RecordBatch>,
    ) -> Result<(), ArrowError> {
        let Some(header) = message.headers().next() else {
            return Ok(());
        };
        let Some(kind) = self.kind(message, header) else {
            return Ok(());
        };
        let rows = &mut self.rows;
        rows.origin(kind, header.exporter, self.transport);
        rows.frame.append_value(header.frame);
        rows.received.append_value(header.received.as_nanos());
        rows.protocol.append_value(header.protocol.name());
        rows.observation_domain
            .append_value(header.observation_domain);
        rows.offset.append_null();
        if kind == LEFT_OUT {
            rows.payload.append_null();
        } else {
            rows.payload.append_value(message.payload());
            rows.octets = rows.octets.saturating_add(message.payload().len());
        }
        if rows.count >= ROWS || rows.octets >= OCTETS {
            full(self.batch()?)?;
        }
        Ok(())
    }

    fn finish(&mut self, full: &mut Full<'_, RecordBatch>) -> Result<(), ArrowError> {
        let batch = self.batch()?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        full(batch)
    }
}

impl UniformBatchBuilder for IndexBatchBuilder {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

impl IndexRows {
    /// A row that is of no message; its content is added after this.
    fn event(&mut self, kind: &str, datagram: &Datagram<'_>) {
        self.origin(kind, datagram.exporter, datagram.transport);
        self.frame.append_value(datagram.frame);
        self.received.append_value(datagram.received.as_nanos());
        self.protocol.append_null();
        self.observation_domain.append_null();
    }

    fn origin(&mut self, kind: &str, exporter: SocketAddr, transport: Transport) {
        self.kind.append_value(kind);
        self.exporter.append_value(exporter.to_string());
        self.transport.append_value(name(transport));
        self.count = self.count.saturating_add(1);
    }
}

/// The name of a transport in an index.
pub(crate) const fn name(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "udp",
        Transport::Stream => "stream",
        Transport::File => "file",
    }
}
